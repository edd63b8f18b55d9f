/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neutrality: whether a person is tied to who takes part in a TI, now and again whenever the event says otherwise.
 * Hub layer; the writer's thread.
 */
#include "hub_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

bool reference_judges(enum record_kind kind)
{
	return kind == RECORD_VERDICT || kind == RECORD_RESOLUTION;
}

static bool takes_part(const struct ti *ti, const char *organisation)
{
	for (size_t i = 0; i < ti->n_systems; i++)
		if (strcmp(ti->systems[i]->organisation, organisation) == 0)
			return true;
	return false;
}

/* Of the day on which the author says they wrote; where their clock is in doubt, of any. */
static bool holds_on(const struct tie *t, const char *day, bool any)
{
	return any || ((!t->from || strcmp(t->from, day) <= 0) && (!t->to || strcmp(day, t->to) <= 0));
}

bool reference_bars(const char **organisation_out, const struct person *p, const struct ti *ti, int64_t at,
	unsigned int flags)
{
	const char *found = NULL;
	char day[CLOCK_TEXT];

	if (!ti->known || !p)
		return false;
	clock_format_utc(day, at);
	day[10] = '\0';
	for (size_t i = 0; i < p->ties.len && !found; i++)
		if (takes_part(ti, p->ties.at[i].organisation))
			found = p->ties.at[i].organisation;
	for (size_t i = 0; i < p->sworn.len && !found; i++)
		if (holds_on(&p->sworn.at[i], day, flags & FLAG_CLOCK) && takes_part(ti, p->sworn.at[i].organisation))
			found = p->sworn.at[i].organisation;
	if (found && organisation_out)
		*organisation_out = found;
	return found != NULL;
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

void reference_again(struct txn *t, const struct person *p, bool all)
{
	for (size_t i = 0; i < t->s->records.len && !t->failed; i++) {
		struct known *k = &t->s->records.at[i];
		const struct person *author = t->s->replicas.at[k->replica]->person;
		unsigned int flags = k->flags & ~(unsigned int)FLAG_NEUTRALITY;

		if (!k->ti || !reference_judges((enum record_kind)k->kind) || !(all || k->ti->changed || author == p))
			continue;
		if (reference_bars(NULL, author, k->ti, k->at, flags))
			flags |= FLAG_NEUTRALITY;
		if (flags != k->flags)
			change_flags(t, k, flags);
	}
}
