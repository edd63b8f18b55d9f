/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neutrality: whether a person is tied to who takes part in a TI, now and again whenever the event says otherwise.
 * Hub layer; the writer's thread.
 */
#include "hub_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/proto/payload.h"

bool reference_judges(enum record_kind kind)
{
	return kind == RECORD_VERDICT || kind == RECORD_RESOLUTION;
}

static bool takes_part(struct system *const *systems, size_t n, const char *organisation)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(systems[i]->organisation, organisation) == 0)
			return true;
	return false;
}

/* Of the day on which the author says they wrote; where their clock is in doubt, of any. */
static bool holds_on(const struct tie *t, const char *day, bool any)
{
	return any || ((!t->from || strcmp(t->from, day) <= 0) && (!t->to || strcmp(day, t->to) <= 0));
}

static bool bars(const char **organisation_out, const struct person *p, struct system *const *systems, size_t n, int64_t at,
	unsigned int flags)
{
	const char *found = NULL;
	char day[CLOCK_TEXT];

	if (!p)
		return false;
	clock_format_utc(day, at);
	day[10] = '\0';
	for (size_t i = 0; i < p->ties.len && !found; i++)
		if (takes_part(systems, n, p->ties.at[i].organisation))
			found = p->ties.at[i].organisation;
	for (size_t i = 0; i < p->sworn.len && !found; i++)
		if (holds_on(&p->sworn.at[i], day, flags & FLAG_CLOCK) && takes_part(systems, n, p->sworn.at[i].organisation))
			found = p->sworn.at[i].organisation;
	if (found && organisation_out)
		*organisation_out = found;
	return found != NULL;
}

bool reference_bars(const char **organisation_out, const struct person *p, const struct ti *ti, int64_t at,
	unsigned int flags)
{
	return ti->known && bars(organisation_out, p, ti->systems, ti->n_systems, at, flags);
}

/* "S01/MHD/DOC_SOURCE/-": the words before some stroke name a system, and ids of systems may hold strokes too. */
bool reference_bars_line(const struct state *s, const struct person *p, const char *line, int64_t at, unsigned int flags)
{
	struct system *system = NULL;

	for (const char *end = strchr(line, '/'); end && !system; end = strchr(end + 1, '/')) {
		char *id = mem_strndup(line, (size_t)(end - line));

		system = map_get(s->systems, id);
		mem_free(id);
	}
	return system && bars(NULL, p, &system, 1, at, flags);
}

static void change_flags(struct txn *t, struct known *k, unsigned int flags)
{
	struct buf b;

	buf_init(&b, 64);
	feed_flags_add(&b, &k->rid, flags);
	txn_append(t, FEED_FLAGS, 0, b.ptr, b.len, NULL);
	buf_done(&b);
	if (!t->failed)
		txn_check(t, t->h->ops->set_flags(t->h->store, k->seq, flags));
	if (t->failed)
		return;
	lock_take(&t->e->lock);
	k->flags = (uint16_t)flags;
	lock_give(&t->e->lock);
}

/* Which line it grades is in its bytes alone; grades are few. */
static bool bars_grade(struct txn *t, const struct person *author, const struct known *k, unsigned int flags)
{
	unsigned int count = 0;
	struct buf raw, roots;
	struct feed_entry e;
	struct envelope env;
	struct record rec;
	struct arena a;
	enum status st;
	size_t used;
	bool out = false;

	arena_init(&a);
	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, 4096);
	st = t->h->ops->read(&raw, &count, &roots, t->h->store, t->e->id, k->seq, k->seq, 1);
	if (!st)
		st = feed_entry_parse(&e, &used, raw.ptr, raw.len);
	if (!st)
		st = feed_record(&env, &e);
	if (!st)
		st = payload_parse(&rec, &a, env.payload, env.len);
	if (!st)
		out = reference_bars_line(t->s, author, rec.line, k->at, flags);
	txn_check(t, st);
	buf_done(&roots);
	buf_done(&raw);
	arena_done(&a);
	return out;
}

void reference_again(struct txn *t, const struct person *p, bool all)
{
	for (size_t i = 0; i < t->s->records.len && !t->failed; i++) {
		struct known *k = &t->s->records.at[i];
		const struct person *author = t->s->replicas.at[k->replica]->person;
		unsigned int flags = k->flags & ~(unsigned int)FLAG_NEUTRALITY;
		bool tied;

		if (k->kind == RECORD_GRADE && (all || author == p) && k->seq <= t->e->size)
			tied = bars_grade(t, author, k, flags);
		else if (k->ti && reference_judges((enum record_kind)k->kind) && (all || k->ti->changed || author == p))
			tied = reference_bars(NULL, author, k->ti, k->at, flags);
		else
			continue;
		if (tied)
			flags |= FLAG_NEUTRALITY;
		if (flags != k->flags && !t->failed)
			change_flags(t, k, flags);
	}
}
