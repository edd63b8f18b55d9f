/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disputed TIs: who decided what, why, under which claim, and what each had looked at. Store layer; the thread
 * that opened the store.
 */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/vec.h"
#include "verdict/store/sync.h"

static const char sql_disputed[] = "SELECT id FROM ti WHERE flags & 2 ORDER BY rank, since, place, key";

static const char **step_words(size_t *n_out, struct arena *a, const struct record *rec)
{
	const char **out = arena_array(a, const char *, rec->n_steps + 1);
	size_t i, n = 0;

	for (i = 0; i < rec->n_steps; i++)
		if (rec->steps[i].mark != MARK_NONE)
			out[n++] = arena_printf(a, "%u %s", rec->steps[i].n, step_mark_name(rec->steps[i].mark));
	*n_out = n;
	return out;
}

static const char **looked_names(size_t *n_out, struct arena *a, const struct record *rec)
{
	const char **out = arena_array(a, const char *, rec->n_looked + 1);
	char hex[DIGEST_HEX];
	size_t i;

	for (i = 0; i < rec->n_looked; i++) {
		digest_hex(hex, &rec->looked[i].sha256);
		out[i] = rec->looked[i].name && *rec->looked[i].name ? rec->looked[i].name : arena_printf(a, "%.16s", hex);
	}
	*n_out = rec->n_looked;
	return out;
}

static void read_side(struct dispute_side *out, struct arena *a, const struct ti_record *r, const struct instance_verdict *v)
{
	memset(out, 0, sizeof(*out));
	out->rid = r->rid;
	out->by = v->by;
	out->by_name = v->by_name;
	out->reason = v->reason;
	out->outcome = v->outcome;
	out->resolution = r->rec->kind == RECORD_RESOLUTION;
	out->own = r->own;
	out->at = v->at;
	out->fence = r->rec->fence;
	out->flags = r->flags & 0xffff;
	out->state = r->state;
	out->steps = step_words(&out->n_steps, a, r->rec);
	out->looked = looked_names(&out->n_looked, a, r->rec);
}

static int by_time(const void *left, const void *right)
{
	const struct dispute_side *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return memcmp(a->rid.b, b->rid.b, sizeof(a->rid.b));
}

/* As the rules that saving a resolution holds against. */
static const char *barred(struct arena *a, struct store *st, const struct instance *ti)
{
	const struct person *me = store_me(st);
	size_t i;

	if (!me)
		return "nobody has joined on this console";
	if (!(me->roles & ROLE_LEAD))
		return arena_printf(a, "%s is no lead: only leads settle disputes", me->name);
	if (ti->neutrality)
		return ti->neutrality;
	for (i = 0; i < ti->n_verdicts; i++)
		if (strcmp(ti->verdicts[i].by, me->id) == 0)
			return arena_printf(a, "a lead who graded TI %s cannot settle its dispute", ti->row.id);
	return NULL;
}

static enum status read_dispute(struct dispute *out, struct arena *a, struct store *st, const char *id)
{
	struct instance *ti;
	struct ti_record *recs = NULL;
	size_t n = 0, i, k;
	enum status code = store_instance(&ti, a, st, id);

	if (code == STATUS_OK)
		code = ti_records(&recs, &n, a, st, id);
	if (code != STATUS_OK)
		return code;
	*out = (struct dispute){ .ti = ti->row.id, .test = ti->row.test, .title = ti->row.title, .from = ti->row.from,
		.from_country = ti->row.from_country, .to = ti->row.to, .to_country = ti->row.to_country,
		.table = ti->row.table };
	out->sides = arena_array(a, struct dispute_side, ti->n_verdicts + 1);
	for (i = 0; i < ti->n_verdicts; i++)
		for (k = 0; k < n && ti->verdicts[i].leaf; k++)
			if (digest_equal(&recs[k].rid, &ti->verdicts[i].rid)) {
				read_side(&out->sides[out->n_sides++], a, &recs[k], &ti->verdicts[i]);
				break;
			}
	qsort(out->sides, out->n_sides, sizeof(*out->sides), by_time);
	out->barred = barred(a, st, ti);
	return STATUS_OK;
}

enum status store_disputes(struct dispute **out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(const char *) ids = VEC_INIT;
	struct dispute *all;
	sqlite3_stmt *s;
	size_t i;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_disputed);
	while (code == STATUS_OK && (code = sql_row(st, s)) == STATUS_OK)
		vec_push(&ids, sql_text(a, s, 0));
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	all = arena_array(a, struct dispute, ids.len + 1);
	for (i = 0; i < ids.len && code == STATUS_OK; i++)
		code = read_dispute(&all[i], a, st, ids.at[i]);
	if (code == STATUS_OK) {
		*out = all;
		*n_out = ids.len;
	}
	vec_done(&ids);
	return code;
}
