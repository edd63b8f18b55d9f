/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TI as a console shows it, from its line in the feed and the records on it. Hub layer; any thread, one at a time.
 */
#include "view.h"

#include <string.h>
#include <unistd.h>
#include "verdict/model/fold.h"
#include "verdict/model/rules.h"
#include "verdict/proto/payload.h"

#define NOT_COUNTED (FLAG_NEUTRALITY | FLAG_REVOKED | FLAG_ROLE)

struct own_record { struct digest rid; struct record *rec; unsigned int flags; };
struct records { struct own_record *at; size_t n; };

static const char *name_of(const struct hub_view *v, const char *person)
{
	const char *name = map_get(v->persons, person);

	return name && *name ? name : person;
}

/* ---- from the line ---- */

static void take_participants(struct instance *ti, struct arena *a, const struct hub_view *v, const struct pack_instance *p)
{
	ti->participants = arena_array(a, struct participant, p->n_participants + 1);
	for (size_t i = 0; i < p->n_participants; i++) {
		const struct test_role *role = &ti->test.roles[p->participants[i].role - 1];
		const struct system_info *s = map_get(v->systems, p->participants[i].id);
		const struct organisation *o = s ? map_get(v->organisations, s->organisation) : NULL;
		const char *actor = map_get(v->actors, role->actor);

		ti->participants[ti->n_participants++] = (struct participant) { .role = role->label,
			.actor = actor && *actor ? actor : role->actor, .profile = role->profile,
			.system = arena_str(a, p->participants[i].id), .system_name = s ? s->name : "",
			.organisation = s ? s->organisation : "", .organisation_name = o ? o->name : "",
			.country = o ? o->country : "", .table = s ? s->table : "" };
	}
}

static void take_steps(struct instance *ti, struct arena *a, const struct pack_instance *p)
{
	ti->steps = arena_array(a, struct instance_step, ti->test.n_steps + 1);
	ti->n_steps = ti->test.n_steps;
	for (size_t i = 0; i < ti->n_steps; i++) {
		const struct test_step *s = &ti->test.steps[i];

		ti->steps[i] = (struct instance_step) { .n = s->n, .kind = s->kind, .from = s->from, .to = s->to,
			.transaction = s->transaction, .text = s->text, .status = p->steps[i] };
	}
}

static void take_evidence(struct instance *ti, struct arena *a, struct hub_view *v, const struct pack_instance *p)
{
	ti->evidence = arena_array(a, struct evidence_item, p->n_evidence + 1);
	for (size_t i = 0; i < p->n_evidence; i++) {
		const struct pack_evidence *e = &p->evidence[i];
		uint64_t size;
		int fd = -1;

		ti->evidence[ti->n_evidence++] = (struct evidence_item) { .n = (unsigned int)e->n, .step = (unsigned int)e->step,
			.name = arena_str(a, e->name), .kind = arena_str(a, e->kind), .url = arena_str(a, e->url),
			.sha256 = e->sha256, .size = e->size,
			.here = hub_evidence_open(&fd, &size, v->e, &e->sha256) == STATUS_OK };
		if (fd >= 0)
			close(fd);
		for (size_t k = 0; k < ti->n_steps; k++)
			ti->steps[k].evidence += e->step && ti->steps[k].n == (unsigned int)e->step;
	}
}

static void take_items(struct instance *ti, struct arena *a)
{
	ti->items = arena_array(a, struct instance_item, ti->test.n_items + 1);
	ti->n_items = ti->test.n_items;
	for (size_t i = 0; i < ti->n_items; i++)
		ti->items[i] = (struct instance_item) { .item = ti->test.items[i], .state = ITEM_OPEN, .by = "" };
}

static void take_row(struct instance *ti, struct arena *a, const struct view_test *t, const struct view_ti *v,
	const struct pack_instance *p)
{
	struct queue_row *row = &ti->row;

	ti->test = t->test;
	*row = (struct queue_row) { .id = arena_str(a, v->id), .test = t->test.id, .title = t->test.title,
		.track = t->test.track, .profiles = t->profiles, .status = p->status, .since = p->since,
		.revision = p->has_revision ? (unsigned int)p->revision : 0, .claim_by = "", .from = "", .from_country = "",
		.to = "", .to_country = "", .table = "" };
	if (v->claim_by) {
		row->claim = CLAIM_CONFIRMED;
		row->claim_by = v->claim_by;
	}
	ti->description = arena_str(a, p->description);
	ti->permalink = arena_str(a, p->permalink);
}

/* ---- from the records ---- */

static enum status read_record(struct own_record *out, struct arena *a, struct hub_view *v, const struct view_record *r)
{
	struct feed_entry entry;
	struct envelope env;
	enum status st = view_read(&entry, &v->raw, v->e, r->seq);

	if (!st)
		st = feed_record(&env, &entry);
	if (st)
		return st;
	out->rec = arena_new(a, struct record);
	out->rid = record_rid(env.payload, env.len);
	out->flags = r->flags;
	/* written by a newer version: kept, and of no meaning here */
	return payload_parse(out->rec, a, arena_strn(a, env.payload, env.len), env.len) ? STATUS_AGAIN : STATUS_OK;
}

static enum status read_records(struct records *out, struct arena *a, struct hub_view *v, const char *ti)
{
	size_t from = 0, to = v->m.records.len, end;
	enum status st = STATUS_OK;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(v->m.records.at[middle].ti, ti) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (end = from; end < v->m.records.len && strcmp(v->m.records.at[end].ti, ti) == 0; end++)
		;
	out->at = arena_array(a, struct own_record, end - from + 1);
	for (; from < end && !st; from++) {
		st = read_record(&out->at[out->n], a, v, &v->m.records.at[from]);
		out->n += st == STATUS_OK;
		st = st == STATUS_AGAIN ? STATUS_OK : st;
	}
	return st;
}

static void fold_records(struct fold_state *out, struct arena *a, struct instance *ti, const struct records *r)
{
	struct fold_reference ref = { .status = ti->row.status, .n_evidence = ti->n_evidence };
	struct digest *digests = arena_array(a, struct digest, ti->n_evidence + 1);
	struct fold_record *all = arena_array(a, struct fold_record, r->n + 1);

	/* where the event does not count revisions consoles do, and the highest that one of them saw is the latest */
	for (size_t i = 0; i < r->n && !ti->row.revision; i++)
		if (r->at[i].rec->revision > ref.revision)
			ref.revision = r->at[i].rec->revision;
	if (ti->row.revision)
		ref.revision = ti->row.revision;
	ti->row.revision = ref.revision ? ref.revision : 1;
	for (size_t i = 0; i < ti->n_evidence; i++)
		digests[i] = ti->evidence[i].sha256;
	ref.evidence = digests;
	for (size_t i = 0; i < r->n; i++)
		all[i] = (struct fold_record) { .rid = r->at[i].rid, .rec = r->at[i].rec,
			.counted = !(r->at[i].flags & NOT_COUNTED), .revoked = (r->at[i].flags & NOT_COUNTED) == FLAG_REVOKED };
	memset(out, 0, sizeof(*out));
	fold(out, a, &ref, all, r->n);
}

static bool is_leaf(const struct fold_state *s, const struct digest *rid)
{
	for (size_t i = 0; i < s->n_leaves; i++)
		if (digest_equal(&s->leaves[i], rid))
			return true;
	return false;
}

static bool is_withdrawn(const struct records *r, size_t of)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct record *rec = r->at[i].rec;

		if (rec->kind == RECORD_WITHDRAWAL && !(r->at[i].flags & NOT_COUNTED) && rec->has_of &&
		    digest_equal(&rec->of, &r->at[of].rid) && strcmp(rec->who, r->at[of].rec->who) == 0)
			return true;
	}
	return false;
}

static void take_verdicts(struct instance *ti, struct arena *a, const struct hub_view *v, const struct fold_state *s,
	const struct records *r)
{
	ti->verdicts = arena_array(a, struct instance_verdict, r->n + 1);
	for (size_t i = 0; i < r->n; i++) {
		const struct record *rec = r->at[i].rec;

		if (rec->kind != RECORD_VERDICT && rec->kind != RECORD_RESOLUTION)
			continue;
		ti->verdicts[ti->n_verdicts++] = (struct instance_verdict) { .rid = r->at[i].rid, .by = rec->who,
			.by_name = name_of(v, rec->who), .outcome = rec->outcome, .reason = rec->text ? rec->text : "",
			.at = rec->at, .state = r->at[i].flags ? ENTRY_FLAGGED : ENTRY_RECEIVED,
			.leaf = is_leaf(s, &r->at[i].rid), .counted = !(r->at[i].flags & NOT_COUNTED),
			.withdrawn = is_withdrawn(r, i) };
	}
}

static void take_marks(struct instance *ti, const struct record *rec)
{
	for (size_t i = 0; i < rec->n_steps; i++)
		for (size_t k = 0; k < ti->n_steps; k++)
			if (ti->steps[k].n == rec->steps[i].n)
				ti->steps[k].mark = rec->steps[i].mark;
	for (size_t i = 0; i < rec->n_ticks; i++)
		for (size_t k = 0; k < ti->n_items; k++)
			if (strcmp(ti->items[k].item.id, rec->ticks[i].id) == 0) {
				ti->items[k].state = rec->ticks[i].state;
				ti->items[k].by = rec->ticks[i].by_check ? "check" : rec->who;
			}
}

static const char *words_of(struct arena *a, const struct record *rec)
{
	const char *text = rec->text ? rec->text : "";

	if (rec->kind == RECORD_VERDICT || rec->kind == RECORD_RESOLUTION)
		return *text ? arena_printf(a, "%s: %s", outcome_label(rec->outcome), text) : outcome_label(rec->outcome);
	return text;
}

/* The event's history and the records, oldest first. */
static void take_history(struct instance *ti, struct arena *a, const struct hub_view *v, const struct pack_instance *p,
	const struct records *r)
{
	struct history_entry *h = arena_array(a, struct history_entry, p->n_history + r->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < p->n_history; i++)
		h[n++] = (struct history_entry) { .at = p->history[i].at, .who = arena_str(a, p->history[i].who),
			.who_name = arena_str(a, name_of(v, p->history[i].who)), .kind = p->history[i].kind,
			.text = arena_str(a, p->history[i].text) };
	for (size_t i = 0; i < r->n; i++) {
		const struct record *rec = r->at[i].rec;

		h[n++] = (struct history_entry) { .at = rec->at, .who = rec->who, .who_name = name_of(v, rec->who),
			.kind = rec->kind == RECORD_UNKNOWN ? rec->kind_name : record_kind_name(rec->kind),
			.text = words_of(a, rec), .record = true };
	}
	for (size_t i = 1; i < n; i++) {
		struct history_entry one = h[i];
		size_t k;

		for (k = i; k > 0 && h[k - 1].at > one.at; k--)
			h[k] = h[k - 1];
		h[k] = one;
	}
	ti->history = h;
	ti->n_history = n;
}

/* ---- both ---- */

static enum status read_line(struct pack_instance *out, char **text, struct hub_view *v, const struct view_ti *t)
{
	struct feed_entry entry;
	enum status st = view_read(&entry, &v->raw, v->e, t->seq);

	if (st)
		return st;
	*text = mem_strndup(entry.body, entry.len);
	pack_stand(v->pack, t->id, 0);
	return pack_read_instance(out, v->pack, *text, entry.len);
}

enum status hub_view_instance(struct instance **out, struct arena *a, struct hub_view *v, size_t at)
{
	const struct view_ti *t = &v->m.tis.at[at];
	struct instance *ti = arena_new(a, struct instance);
	struct pack_instance p;
	struct records recs = { NULL, 0 };
	struct fold_state state;
	char *text = NULL;
	enum status st = read_line(&p, &text, v, t);

	if (!st) {
		take_row(ti, a, map_get(v->tests, p.test_id), t, &p);
		take_participants(ti, a, v, &p);
		take_steps(ti, a, &p);
		take_evidence(ti, a, v, &p);
		take_items(ti, a);
		st = read_records(&recs, a, v, t->id);
	}
	if (!st) {
		fold_records(&state, a, ti, &recs);
		ti->row.status = state.status;
		ti->row.critical = state.status == TI_CRITICAL;
		ti->row.stale = state.stale;
		ti->row.disputed = state.disputed;
		take_verdicts(ti, a, v, &state, &recs);
		if (state.deciding)
			take_marks(ti, state.deciding->rec);
		take_history(ti, a, v, &p, &recs);
		ti->n_warnings = rules_warnings(&ti->warnings, a, ti->participants, ti->n_participants);
		*out = ti;
	}
	mem_free(text);
	return st;
}
