/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line in detail: its tests, partners used and free, and in words what is missing. Results layer; the thread
 * that has the engine.
 */
#include "results_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/buf.h"

#define NAMES_SHOWN 3		/* partners named in a sentence */
#define SENTENCE_MAX 4096

static const char *const peer_words[] = { "none", "p2p", "workflow" };

/* Of another role: who took part with this cell in TIs that still stand. One entry a system. */
static size_t used_systems(uint32_t *out, const struct results *r, const struct cell *c, uint32_t role)
{
	size_t n = 0, k;

	for (uint32_t i = c->first; i != NONE; i = r->parts.at[i].next) {
		const struct ti *ti = &r->tis.at[r->parts.at[i].ti];

		if (ti->gone || ti->status == TI_ABORTED || ti->status == TI_FAILED)
			continue;
		for (uint32_t p = ti->first; p < ti->first + ti->n; p++) {
			uint32_t system = r->parts.at[p].system;

			if (r->parts.at[p].role != role || system == NONE || system == c->system)
				continue;
			for (k = 0; k < n && out[k] != system; k++)
				;
			if (k == n)
				out[n++] = system;
		}
	}
	return n;
}

static size_t cell_parts(const struct results *r, const struct cell *c)
{
	size_t n = 0;

	for (uint32_t i = c->first; i != NONE; i = r->parts.at[i].next)
		n += r->tis.at[r->parts.at[i].ti].n;
	return n;
}

static bool could_be_partner(const struct results *r, uint32_t own, uint32_t other, enum peer peer)
{
	uint32_t organisation = r->systems.at[own].organisation;

	if (other == own)
		return false;
	return peer != PEER_P2P || organisation == NONE || organisation != r->systems.at[other].organisation;
}

/* Free ones: first those to whom the same test is still missing. */
static void free_systems(struct results_partner *out, struct arena *a, struct results *r, const struct cell *c,
	uint32_t role, enum peer peer, const uint32_t *used, size_t n_used)
{
	const struct role *other = &r->roles.at[role];
	const struct group *g = other->group == NONE ? NULL : &r->groups.at[other->group];
	size_t n = g ? g->systems.len : 0, at = 0, i, k;
	uint32_t *list = arena_array(a, uint32_t, n);

	for (int pass = 0; pass < 2; pass++)
		for (i = 0; i < n; i++) {
			uint32_t system = g->systems.at[i];
			const struct cell *theirs = results_cell(r, role, system);
			bool needs = theirs && theirs->counted < theirs->effective;

			for (k = 0; k < n_used && used[k] != system; k++)
				;
			if (needs == (pass == 0) && k == n_used && could_be_partner(r, c->system, system, peer))
				list[at++] = system;
		}
	out->free = list;
	out->n_free = at;
}

static void partners(struct results_line_test *out, struct arena *a, struct results *r, const struct cell *c)
{
	const struct test_of *t = &r->tests.at[r->roles.at[c->role].test];
	size_t max = cell_parts(r, c), n;
	uint32_t *used = arena_array(a, uint32_t, max);

	out->partners = arena_array(a, struct results_partner, t->n);
	for (uint32_t i = t->first; i < t->first + t->n; i++) {
		const struct role *role = &r->roles.at[i];
		struct results_partner *p;

		if (i == c->role)
			continue;
		n = used_systems(used, r, c, i);
		p = &out->partners[out->n_partners++];
		p->role = role->label;
		p->profile = r->profiles.at[role->profile].id;
		p->actor = r->actors.at[role->actor].id;
		p->used = (unsigned int)n;
		p->available = results_available(r, role, c->system, t->peer);
		free_systems(p, a, r, c, i, t->peer, used, n);
	}
}

static void add_names(struct buf *b, const struct results *r, const struct results_partner *p)
{
	size_t i;

	if (!p->n_free) {
		buf_adds(b, "; none is free");
		return;
	}
	buf_printf(b, "; %s", p->n_free == 1 ? "this one is free: " : "free: ");
	for (i = 0; i < p->n_free && i < NAMES_SHOWN; i++)
		buf_printf(b, "%s%s", i ? ", " : "", r->systems.at[p->free[i]].name);
	if (p->n_free > NAMES_SHOWN)
		buf_printf(b, " and %zu more", p->n_free - NAMES_SHOWN);
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

static const char *missing(struct arena *a, const struct results *r, const struct results_line_test *t)
{
	unsigned int need = t->effective - t->counted;
	const struct results_partner *p = t->n_partners == 1 ? &t->partners[0] : NULL;
	uint32_t actor = p ? results_lookup(r->by_actor, p->actor) : NONE;
	struct buf b;
	char *out;

	buf_init(&b, SENTENCE_MAX);
	if (p && strcmp(t->peer, "p2p") == 0 && r->rules.partners != PARTNERS_INSTANCE) {
		buf_printf(&b, "needs %u more partner%s of %s", need, plural(need), r->actors.at[actor].name);
		add_names(&b, r, p);
	} else {
		buf_printf(&b, "needs %u more verified test instance%s", need, plural(need));
	}
	if (t->waiting)
		buf_printf(&b, "; %u wait%s for a monitor", t->waiting, t->waiting == 1 ? "s" : "");
	out = arena_strn(a, buf_str(&b), b.len);
	buf_done(&b);
	return out;
}

/* A TI once, oldest first (the chain has the newest first). */
static void instances(struct results_line_test *out, struct arena *a, const struct results *r, const struct cell *c)
{
	uint32_t last = NONE;
	size_t n = 0, i;

	for (uint32_t p = c->first; p != NONE; p = r->parts.at[p].next)
		n++;
	out->tis = arena_array(a, const char *, n);
	out->states = arena_array(a, enum ti_status, n);
	for (uint32_t p = c->first; p != NONE; p = r->parts.at[p].next) {
		const struct ti *ti = &r->tis.at[r->parts.at[p].ti];

		if (!ti->gone && r->parts.at[p].ti != last) {
			out->states[out->n_tis] = ti->status;
			out->tis[out->n_tis++] = ti->id;
		}
		last = r->parts.at[p].ti;
	}
	for (i = 0; i < out->n_tis / 2; i++) {
		const char *swap = out->tis[i];
		enum ti_status state = out->states[i];
		size_t k = out->n_tis - 1 - i;

		out->tis[i] = out->tis[k];
		out->tis[k] = swap;
		out->states[i] = out->states[k];
		out->states[k] = state;
	}
}

static void one_test(struct results_line_test *out, struct arena *a, struct results *r, const struct results_line *l,
	uint32_t role_at)
{
	const struct role *role = &r->roles.at[role_at];
	const struct test_of *t = &r->tests.at[role->test];
	const struct cell *c = results_cell(r, role_at, l->system);

	*out = (struct results_line_test) {
		.test = t->id, .title = t->title, .role = role->label, .peer = peer_words[t->peer],
		.track = t->track, .exploratory = t->exploratory, .required = role->required,
		.wanted = l->thorough ? role->wanted : 1,
		.effective = l->thorough || c->effective < 1 ? c->effective : 1,
		.verified = c->t.verified, .waiting = c->t.waiting, .partial = c->t.partial,
		.running = c->t.running, .failed = c->t.failed, .disputed = c->t.disputed,
	};
	out->counted = c->counted < out->effective ? c->counted : out->effective;
	out->done = out->counted >= out->wanted;
	partners(out, a, r, c);
	instances(out, a, r, c);
	if (out->counted < out->effective && !out->exploratory)
		out->missing = missing(a, r, out);
}

/* Whom a test without peer lacks: the first role that has to be there and for which nobody is registered. */
static const char *lacks(struct arena *a, const struct results *r, const struct results_line_test *t)
{
	for (size_t i = 0; i < t->n_partners; i++) {
		uint32_t actor = results_lookup(r->by_actor, t->partners[i].actor);

		if (t->partners[i].available == 0)
			return arena_printf(a, "%s: nobody else is registered as %s of %s", t->test,
				r->actors.at[actor].name, t->partners[i].profile);
	}
	return arena_printf(a, "%s: no peer", t->test);
}

/* "provisional until the system has passed CT as Time Client or …" */
static const char *rests_on(struct arena *a, const struct results *r, const struct dependency *d)
{
	const char *out;
	struct buf b;

	buf_init(&b, SENTENCE_MAX);
	buf_adds(&b, "provisional until its system has passed ");
	for (uint32_t i = d->first; i < d->first + d->n; i++) {
		const struct need *n = &r->needs.at[i];

		buf_printf(&b, "%s%s%s%s%s%s", i > d->first ? " or " : "", r->profiles.at[n->profile].id,
			n->actor == NONE ? "" : " as ", n->actor == NONE ? "" : r->actors.at[n->actor].name,
			*n->option ? " with " : "", n->option);
	}
	out = arena_strn(a, buf_str(&b), b.len);
	buf_done(&b);
	return out;
}

static void explain(struct results_detail *out, struct arena *a, const struct results *r)
{
	const struct results_line *l = out->line;
	const struct dependency *d;
	size_t i, at = 0;

	out->why = arena_array(a, const char *, out->n_tests + r->dependencies.len + 2);
	while (l->provisional && (d = results_unmet(r, l, &at)) != NULL)
		out->why[out->n_why++] = rests_on(a, r, d);
	if (l->enough == ENOUGH_YES)
		return;
	if (l->enough == ENOUGH_UNGRADED) {
		out->why[out->n_why++] = l->exploratory ? "exploratory: outcomes and findings, no grade" :
			"no test asks anything of this line";
		return;
	}
	if (!l->thorough && l->enough == ENOUGH_NOT) {
		unsigned int need = l->expected - l->counted;

		out->why[out->n_why++] = arena_printf(a, "supportive: needs %u verified test instance%s of any of its tests",
			need, plural(need));
		return;
	}
	for (i = 0; i < out->n_tests; i++) {
		const struct results_line_test *t = &out->tests[i];

		if (t->exploratory || (l->thorough && !t->required))
			continue;
		if (t->missing)
			out->why[out->n_why++] = arena_printf(a, "%s: %s", t->test, t->missing);
		else if (t->effective == 0 && t->wanted)
			out->why[out->n_why++] = lacks(a, r, t);
	}
}

static void history(struct results_detail *out, struct arena *a, struct results *r)
{
	const struct line_grades *g = map_get(r->grades, out->line->id);
	int64_t closes = r->rules.published + (int64_t)r->rules.regrade_days * 86400000;

	out->n_history = g ? g->n : 0;
	out->history = arena_array(a, struct results_grade_entry, out->n_history);
	for (size_t i = 0; i < out->n_history; i++)
		out->history[i] = (struct results_grade_entry) {
			.record = &g->recs[i], .leaf = g->leaf[i],
			.late = r->rules.published && g->recs[i].at > closes,
		};
}

static void elsewhere(struct results_detail *out, struct arena *a, const struct results *r)
{
	out->elsewhere = arena_array(a, const struct results_elsewhere *, r->elsewhere.len);
	for (size_t i = 0; i < r->elsewhere.len; i++)
		if (strcmp(r->elsewhere.at[i].line, out->line->id) == 0)
			out->elsewhere[out->n_elsewhere++] = &r->elsewhere.at[i].e;
}

void results_detail(struct results_detail *out, struct arena *a, struct results *r, uint32_t line)
{
	uint32_t k;

	results_index(r);
	*out = (struct results_detail) { .line = &r->lines.at[line] };
	out->tests = arena_array(a, struct results_line_test, r->line_first.at[line + 1] - r->line_first.at[line]);
	for (int optional = 0; optional < 2; optional++)
		for (k = r->line_first.at[line]; k < r->line_first.at[line + 1]; k++)
			if (r->roles.at[r->line_roles.at[k]].required == !optional)
				one_test(&out->tests[out->n_tests++], a, r, out->line, r->line_roles.at[k]);
	explain(out, a, r);
	history(out, a, r);
	elsewhere(out, a, r);
}
