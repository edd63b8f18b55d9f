/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings that persons recorded, with what they are about. Withdrawn ones are left out. Store layer; the thread
 * that opened the store. Read when asked for and never while a screen is drawn: it walks the records.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/vec.h"

static const char sql_all[] = "SELECT DISTINCT r.ti, coalesce(test.profiles, ''), coalesce(ti.source_country, ''), "
	"coalesce(ti.target_country, '') FROM record r LEFT JOIN ti ON ti.id = r.ti LEFT JOIN test ON test.key = ti.test "
	"WHERE r.kind = ?1 AND r.ti IS NOT NULL ORDER BY r.ti";
static const char sql_one[] = "SELECT ti.id, test.profiles, ti.source_country, ti.target_country FROM ti "
	"JOIN test ON test.key = ti.test WHERE ti.id = ?1";
static const char sql_name[] = "SELECT name FROM person WHERE id = ?1";
static const char sql_file[] = "SELECT e.name FROM evidence e JOIN ti ON ti.key = e.ti WHERE ti.id = ?1 AND e.sha256 = ?2";

struct about { const char *ti, *profiles, *from, *to; };

static const char *name_of(struct arena *a, struct store *st, const char *person)
{
	const char *name = person;
	sqlite3_stmt *s;

	if (sql_get(&s, st, sql_name) != STATUS_OK)
		return name;
	sql_bind_text(s, 1, person);
	if (sql_row(st, s) == STATUS_OK)
		name = sql_text(a, s, 0);
	sqlite3_reset(s);
	return name;
}

static const char *file_of(struct arena *a, struct store *st, const char *ti, const struct record *rec)
{
	const char *name = "";
	sqlite3_stmt *s;

	if (!rec->has_evidence || sql_get(&s, st, sql_file) != STATUS_OK)
		return name;
	sql_bind_text(s, 1, ti);
	sql_bind_digest(s, 2, &rec->evidence);
	if (sql_row(st, s) == STATUS_OK)
		name = sql_text(a, s, 0);
	sqlite3_reset(s);
	return name;
}

static bool withdrawn(const struct ti_record *recs, size_t n, const struct ti_record *of)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (recs[i].rec->kind == RECORD_WITHDRAWAL && recs[i].rec->has_of &&
		    recs[i].state != ENTRY_REFUSED && digest_equal(&recs[i].rec->of, &of->rid) &&
		    strcmp(recs[i].rec->who, of->rec->who) == 0)
			return true;
	return false;
}

static void read_one(struct finding_row *out, struct arena *a, struct store *st, const struct about *about,
	const struct ti_record *r)
{
	const struct record *rec = r->rec;

	memset(out, 0, sizeof(*out));
	out->rid = r->rid;
	out->ti = about->ti;
	out->profiles = about->profiles;
	out->from_country = about->from;
	out->to_country = about->to;
	out->by = rec->who;
	out->by_name = name_of(a, st, rec->who);
	out->severity = rec->severity;
	out->text = rec->text ? rec->text : "";
	out->path = rec->path ? rec->path : "";
	out->gap = rec->gap ? rec->gap : "";
	out->offset = rec->offset;
	out->at = rec->at;
	out->evidence = rec->evidence;
	out->has_evidence = rec->has_evidence;
	out->file = file_of(a, st, about->ti, rec);
	out->state = r->state;
	out->own = r->own;
}

enum status store_findings(struct finding_row **rows_out, size_t *n_out, struct arena *a, struct store *st, const char *ti)
{
	VEC(struct about) tis = VEC_INIT;
	VEC(struct finding_row) all = VEC_INIT;
	struct finding_row row;
	struct ti_record *recs;
	sqlite3_stmt *s;
	size_t i, k, n;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, ti ? sql_one : sql_all);
	if (code != STATUS_OK)
		return code;
	if (ti)
		sql_bind_text(s, 1, ti);
	else
		sqlite3_bind_int(s, 1, RECORD_FINDING);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		struct about about = { sql_text(a, s, 0), sql_text(a, s, 1), sql_text(a, s, 2), sql_text(a, s, 3) };

		vec_push(&tis, about);
	}
	code = code == STATUS_NOT_FOUND ? STATUS_OK : code;
	for (i = 0; code == STATUS_OK && i < tis.len; i++) {
		code = ti_records(&recs, &n, a, st, tis.at[i].ti);
		for (k = 0; code == STATUS_OK && k < n; k++)
			if (recs[k].rec->kind == RECORD_FINDING && recs[k].state != ENTRY_REFUSED &&
			    !withdrawn(recs, n, &recs[k])) {
				read_one(&row, a, st, &tis.at[i], &recs[k]);
				vec_push(&all, row);
			}
	}
	if (code == STATUS_OK) {
		*n_out = all.len;
		*rows_out = all.len ? arena_dup(a, all.at, all.len * sizeof(row)) : NULL;
	}
	vec_done(&tis);
	vec_done(&all);
	return code;
}
