/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting: a cell from its TIs, a line from its cells. Both begin from nothing each time, so that no order of
 * arrival can show; they are small. Results layer; the thread that has the engine.
 */
#include "results_priv.h"

#include <stdlib.h>
#include <string.h>

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static void tally_add(struct tally *t, enum ti_status s)
{
	switch (s) {
	case TI_VERIFIED: t->verified++; break;
	case TI_TO_BE_VERIFIED: case TI_CRITICAL: t->waiting++; break;
	case TI_PARTIAL: t->partial++; break;
	case TI_RUNNING: case TI_PAUSED: t->running++; break;
	case TI_FAILED: t->failed++; break;
	case TI_DISPUTED: t->disputed++; break;
	case TI_ABORTED: case TI_STATUS_COUNT: break;
	}
}

static bool stranger(const struct results *r, uint32_t system, uint32_t other)
{
	uint32_t own = r->systems.at[system].organisation;

	return other != system && (own == NONE || own != r->systems.at[other].organisation);
}

unsigned int results_available(const struct results *r, const struct role *role, uint32_t system, enum peer peer)
{
	const struct group *g = role->group == NONE ? NULL : &r->groups.at[role->group];
	uint32_t last = NONE;
	unsigned int n = 0;

	for (size_t i = 0; g && i < g->systems.len; i++) {
		uint32_t other = g->systems.at[i], organisation = r->systems.at[other].organisation;

		if (peer == PEER_P2P && !stranger(r, system, other))
			continue;
		if (peer == PEER_P2P && r->rules.partners == PARTNERS_ORGANISATION && organisation != NONE &&
		    organisation == last)
			continue;
		last = organisation;
		n++;
	}
	return n;
}

/*
 * How many sets of partners there are for this role, at most `most`: of a peer-to-peer test with more than two roles
 * each choice of partners is another one. 0: somebody who has to take part is registered nowhere.
 */
static unsigned int choices(const struct results *r, const struct test_of *t, uint32_t role, uint32_t system,
	unsigned int most)
{
	uint64_t n = 1;
	uint32_t i;

	for (i = t->first; i < t->first + t->n; i++) {
		unsigned int here;

		if (i == role || r->roles.at[i].min == 0)
			continue;
		here = results_available(r, &r->roles.at[i], system, t->peer);
		if (here == 0)
			return 0;
		if (t->peer == PEER_P2P && r->rules.partners != PARTNERS_INSTANCE)
			n *= here;
		else
			n = most;
		if (n > most)
			n = most;
	}
	return t->n < 2 || t->peer != PEER_P2P ? most : least((unsigned int)n, most);
}

/* Who else takes part, as one number that does not depend on their order. */
static uint64_t partners_of(const struct results *r, const struct part *own)
{
	const struct ti *ti = &r->tis.at[own->ti];
	uint64_t sum = 0;

	for (uint32_t i = 0; i < ti->n; i++) {
		const struct part *p = &r->parts.at[ti->first + i];
		uint64_t who = p->system, h;

		if ((p->role == own->role && p->system == own->system) || p->system == NONE)
			continue;
		if (r->rules.partners == PARTNERS_ORGANISATION && r->systems.at[p->system].organisation != NONE)
			who = UINT64_C(1) << 40 | r->systems.at[p->system].organisation;
		h = (who << 16 ^ p->role_n) * UINT64_C(0x9e3779b97f4a7c15);
		h = (h ^ h >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
		sum += h ^ h >> 29;
	}
	return sum;
}

static int compare_keys(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static unsigned int different(uint64_t *keys, size_t n)
{
	unsigned int out = 0;

	if (n)
		qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < n; i++)
		out += i == 0 || keys[i] != keys[i - 1];
	return out;
}

void results_count_cell(struct results *r, struct cell *c)
{
	const struct role *role = &r->roles.at[c->role];
	const struct test_of *t = &r->tests.at[role->test];
	bool by_partner = t->peer == PEER_P2P && r->rules.partners != PARTNERS_INSTANCE;
	VEC(uint64_t) keys = VEC_INIT;
	uint32_t i, last = NONE;
	unsigned int verified;

	memset(&c->t, 0, sizeof(c->t));
	for (i = c->first; i != NONE; i = r->parts.at[i].next) {
		const struct part *p = &r->parts.at[i];
		const struct ti *ti = &r->tis.at[p->ti];

		if (ti->gone || p->ti == last)	/* one system twice in one role is one TI */
			continue;
		last = p->ti;
		tally_add(&c->t, ti->status);
		if (ti->status == TI_VERIFIED && by_partner)
			vec_push(&keys, partners_of(r, p));
	}
	verified = by_partner ? different(keys.at, keys.len) : c->t.verified;
	vec_done(&keys);
	c->effective = choices(r, t, c->role, c->system, role->wanted);
	if (c->effective < verified)	/* who did it had a peer, registered or not */
		c->effective = least(verified, role->wanted);
	c->counted = least(verified, c->effective);
}

/* What the line's cells say, of tests in tracks that are graded. */
static void sum_cells(struct results *r, struct results_line *l, uint32_t line)
{
	unsigned int exploratory = 0, k_peers = 0, all = 0;
	uint32_t k;

	for (k = r->line_first.at[line]; k < r->line_first.at[line + 1]; k++) {
		const struct role *role = &r->roles.at[r->line_roles.at[k]];
		const struct test_of *t = &r->tests.at[role->test];
		const struct cell *c = results_cell(r, r->line_roles.at[k], l->system);

		all++;
		if (t->track != NONE)
			l->tracks |= UINT64_C(1) << (t->track < RESULTS_TRACKS_MAX ? t->track : RESULTS_TRACKS_MAX - 1);
		if (t->exploratory) {
			exploratory++;
			continue;
		}
		l->verified += c->t.verified;
		l->waiting += c->t.waiting;
		l->partial += c->t.partial;
		l->running += c->t.running;
		l->failed += c->t.failed;
		l->disputed += c->t.disputed;
		k_peers += c->effective > 0;
		if (!role->required) {
			l->optional++;
			continue;
		}
		l->required++;
		l->expected += c->effective;
		l->counted += c->counted;
		l->no_peer += c->effective == 0 && role->wanted > 0;
	}
	l->exploratory = all > 0 && exploratory == all;
	if (l->thorough)
		return;
	l->expected = k_peers ? r->rules.supportive : 0;
	l->counted = least(l->verified, l->expected);
	l->no_peer = k_peers ? 0 : l->required + l->optional;
}

void results_count_line(struct results *r, uint32_t line)
{
	struct results_line *l = &r->lines.at[line];

	l->required = l->optional = l->expected = l->counted = l->no_peer = 0;
	l->verified = l->waiting = l->partial = l->running = l->failed = l->disputed = 0;
	l->tracks = 0;
	sum_cells(r, l, line);
	if (l->exploratory || (l->thorough ? l->required == 0 : l->required + l->optional == 0))
		l->enough = ENOUGH_UNGRADED;
	else if (l->counted < l->expected)
		l->enough = ENOUGH_NOT;
	else
		l->enough = l->no_peer ? ENOUGH_NO_PEER : ENOUGH_YES;
}

void results_count_instance(struct results *r, const struct ti *ti)
{
	uint32_t i, k;

	for (i = 0; i < ti->n; i++) {
		const struct part *p = &r->parts.at[ti->first + i];

		if (p->cell != NONE)
			results_count_cell(r, &r->cells.at[p->cell]);
	}
	for (i = 0; i < ti->n; i++) {
		const struct part *p = &r->parts.at[ti->first + i];
		const struct results_system *s;

		if (p->cell == NONE)
			continue;
		s = &r->systems.at[p->system];
		for (k = s->first; k < s->first + s->n; k++)
			if (results_covers(r, &r->lines.at[k], &r->roles.at[p->role]))
				results_count_line(r, k);
	}
}

/* ---- passes that rest on others ---- */

/* Is the line what is named? */
static bool is_named(const struct results_line *l, const struct need *n)
{
	return l->profile == n->profile && (n->actor == NONE || l->actor == n->actor) &&
		(!*n->option || strcmp(l->option, n->option) == 0);
}

static bool is_met(const struct results *r, const struct results_line *l, const struct dependency *d)
{
	const struct results_system *s = &r->systems.at[l->system];

	for (uint32_t i = s->first; i < s->first + s->n; i++)
		for (uint32_t k = d->first; k < d->first + d->n; k++)
			if (r->lines.at[i].grade == GRADE_PASSED && is_named(&r->lines.at[i], &r->needs.at[k]))
				return true;
	return false;
}

const struct dependency *results_unmet(const struct results *r, const struct results_line *l, size_t *at)
{
	while (*at < r->dependencies.len) {
		const struct dependency *d = &r->dependencies.at[(*at)++];

		if (is_named(l, &d->of) && !is_met(r, l, d))
			return d;
	}
	return NULL;
}

void results_count_depends(struct results *r, uint32_t system)
{
	const struct results_system *s = &r->systems.at[system];

	for (uint32_t i = s->first; i < s->first + s->n; i++) {
		struct results_line *l = &r->lines.at[i];
		size_t at = 0;

		l->provisional = l->grade == GRADE_PASSED && results_unmet(r, l, &at) != NULL;
	}
}

/* ---- what a verdict would do ---- */

struct before { uint32_t line; enum results_enough enough; unsigned int counted; };

/*
 * Each participant's lines before and after. A test counts as done where it was not; an optional one is a step of
 * less worth. A supportive line gains until it has what it needs.
 */
static void value_of_part(struct results_value *v, struct results *r, const struct part *p, const struct cell *was,
	const struct before *lines, size_t n, unsigned int *optional)
{
	const struct role *role = &r->roles.at[p->role];
	const struct cell *now = &r->cells.at[p->cell];

	for (size_t i = 0; i < n; i++) {
		const struct results_line *l = &r->lines.at[lines[i].line];

		if (l->enough != lines[i].enough && l->enough != ENOUGH_NOT)
			v->lines++;
		if (l->thorough && now->counted > was->counted) {
			v->steps++;
			*optional += !role->required;
			v->tests += role->required && now->counted >= now->effective;
		} else if (!l->thorough && l->counted > lines[i].counted) {
			v->steps++;
		}
	}
}

static size_t lines_of(struct before *out, size_t max, const struct results *r, const struct part *p)
{
	const struct results_system *s = &r->systems.at[p->system];
	size_t n = 0;

	for (uint32_t k = s->first; k < s->first + s->n && n < max; k++) {
		const struct results_line *l = &r->lines.at[k];

		if (results_covers(r, l, &r->roles.at[p->role]))
			out[n++] = (struct before) { k, l->enough, l->counted };
	}
	return n;
}

bool results_value(struct results_value *out, struct results *r, const char *id)
{
	uint32_t at = results_lookup(r->by_ti, id), i, registered = 0;
	struct before *lines;
	size_t most;	/* lines of one system that one role covers */
	struct results_value v = { 0 };
	enum ti_status was;
	unsigned int optional = 0;
	struct cell *cells;
	size_t *n;
	struct ti *ti;

	results_index(r);
	ti = at == NONE ? NULL : &r->tis.at[at];
	if (!ti || ti->gone || !(ti_status_waits(ti->status) || ti->status == TI_DISPUTED))
		return false;
	most = r->most_covers ? r->most_covers : 1;
	lines = mem_array((ti->n + 1) * most, sizeof(*lines));
	cells = mem_array(ti->n + 1, sizeof(*cells));
	n = mem_array(ti->n + 1, sizeof(*n));
	for (i = 0; i < ti->n; i++) {
		const struct part *p = &r->parts.at[ti->first + i];

		if (p->cell == NONE)
			continue;
		cells[i] = r->cells.at[p->cell];
		n[i] = lines_of(lines + i * most, most, r, p);
		registered += n[i] > 0;
	}
	was = ti->status;
	ti->status = TI_VERIFIED;
	results_count_instance(r, ti);
	for (i = 0; i < ti->n; i++)
		if (n[i])
			value_of_part(&v, r, &r->parts.at[ti->first + i], &cells[i], lines + i * most, n[i], &optional);
	ti->status = was;
	results_count_instance(r, ti);
	v.beyond = registered && v.steps == 0 && !r->tests.at[ti->test].exploratory;
	v.score = v.lines * 10000 + v.tests * 100 + (v.steps - optional) * 10 + optional;
	*out = v;
	mem_free(lines);
	mem_free(cells);
	mem_free(n);
	return true;
}
