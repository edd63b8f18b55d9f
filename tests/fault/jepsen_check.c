/* SPDX-License-Identifier: Apache-2.0 */
/* The history of a run and its judges; see jepsen.h. Pure: no process, no store. Layer: tests. */
#include "tests/fault/jepsen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/mem.h"

static const char *const words[JEPSEN_WORDS] = { "saved", "want", "held", "unwant", "free" };

/* ---- lines ---- */

void jepsen_line_format(struct buf *out, const struct jepsen_line *l)
{
	char rid[DIGEST_HEX];

	digest_hex(rid, &l->rid);
	buf_printf(out, "%" PRId64 " %u %s %u %" PRIu64 " %s\n", l->at, l->console, words[l->word], l->ti, l->fence, rid);
}

static bool parse_line(struct jepsen_line *l, const char *text)
{
	char word[16], rid[DIGEST_HEX];

	if (sscanf(text, "%" SCNd64 " %u %15s %u %" SCNu64 " %64s", &l->at, &l->console, word, &l->ti, &l->fence, rid) != 6)
		return false;
	for (int w = 0; w < JEPSEN_WORDS; w++)
		if (strcmp(word, words[w]) == 0) {
			l->word = (enum jepsen_word)w;
			return l->console < JEPSEN_CONSOLES && l->ti <= JEPSEN_TIS && digest_parse(&l->rid, rid);
		}
	return false;
}

static int by_time(const void *a, const void *b)
{
	const struct jepsen_line *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

bool jepsen_history_parse(struct jepsen_history *out, const char *text)
{
	struct jepsen_line l;
	const char *end;
	bool good = true;

	for (; good && (end = strchr(text, '\n')) != NULL; text = end + 1) {
		good = parse_line(&l, text);
		if (good)
			vec_push(&out->lines, l);
	}
	if (out->lines.len)
		qsort(out->lines.at, out->lines.len, sizeof(l), by_time);
	return good;
}

void jepsen_history_done(struct jepsen_history *h)
{
	vec_done(&h->lines);
}

/* ---- the set ---- */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

static struct digest *sorted(const struct digest *d, size_t n)
{
	struct digest *copy = mem_array(n + 1, sizeof(*copy));

	if (n) {
		memcpy(copy, d, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), by_bytes);
	}
	return copy;
}

static bool within(const struct digest *d, const struct digest *list, size_t n)
{
	return n && bsearch(d, list, n, sizeof(*list), by_bytes);
}

static bool complain(struct buf *why, const char *what, const struct digest *rid)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, rid);
	buf_printf(why, "%s: %s", what, hex);
	return false;
}

bool jepsen_judge_set(struct buf *why, const struct jepsen_history *h, const struct digest *journals, size_t n_journals,
	const struct digest *feed, size_t n_feed)
{
	struct digest *at_hub = sorted(feed, n_feed), *here = sorted(journals, n_journals);
	bool good = true;

	for (size_t i = 1; good && i < n_feed; i++)
		if (digest_equal(&at_hub[i - 1], &at_hub[i]))
			good = complain(why, "twice in the feed", &at_hub[i]);
	for (size_t i = 0; good && i < h->lines.len; i++) {
		const struct jepsen_line *l = &h->lines.at[i];

		if (l->word == JEPSEN_SAVED && !within(&l->rid, here, n_journals))
			good = complain(why, "said to be saved, in no journal", &l->rid);
		if (good && l->word == JEPSEN_SAVED && !within(&l->rid, at_hub, n_feed))
			good = complain(why, "said to be saved, not at the hub", &l->rid);
	}
	for (size_t i = 0; good && i < n_journals; i++)
		if (!within(&here[i], at_hub, n_feed))
			good = complain(why, "in a journal, not at the hub", &here[i]);
	for (size_t i = 0; good && i < n_feed; i++)
		if (!within(&at_hub[i], here, n_journals))
			good = complain(why, "at the hub, in no journal", &at_hub[i]);
	mem_free(at_hub);
	mem_free(here);
	return good;
}

/* ---- one register a TI ---- */

#define NEVER INT64_MAX
#define NOBODY 255u
#define OPS 64		/* bits of a word */
#define QUESTIONS 256	/* before those without an answer are left out */

/* Something asked: to have the claim, or to give it back. */
struct op {
	int64_t asked, told;	/* told: NEVER where it may have happened or not */
	unsigned int console;
	bool release;
	uint64_t fence;		/* of the grant, or what is given back; 0: not known */
};
struct ops { struct op at[QUESTIONS]; unsigned int n; bool full; };

static struct op *op_add(struct ops *ops, const struct jepsen_line *l, bool release)
{
	struct op *op = &ops->at[ops->n];

	if (ops->n == QUESTIONS) {
		ops->full = true;
		return NULL;
	}
	ops->n++;
	*op = (struct op){ .asked = l->at, .told = NEVER, .console = l->console, .release = release, .fence = l->fence };
	return op;
}

/* The first of this console's questions without an answer that this may answer. */
static struct op *open_op(struct ops *ops, const struct jepsen_line *l)
{
	for (unsigned int i = 0; i < ops->n; i++) {
		struct op *op = &ops->at[i];

		if (op->console == l->console && op->release == (l->word == JEPSEN_FREE) && op->told == NEVER &&
				(op->fence == 0 || op->fence == l->fence))
			return op;
	}
	return NULL;
}

/* A page of the feed may tell again what an answer told before it. */
static bool told_before(const struct ops *ops, const struct jepsen_line *l)
{
	for (unsigned int i = 0; i < ops->n; i++) {
		const struct op *op = &ops->at[i];

		if (op->console == l->console && op->release == (l->word == JEPSEN_FREE) && op->told < NEVER &&
				op->fence == l->fence)
			return true;
	}
	return false;
}

/* When who is told of line `i` last began to want it, NULL for never. */
static const struct jepsen_line *last_want(const struct jepsen_history *h, size_t i)
{
	const struct jepsen_line *l = &h->lines.at[i];

	while (i-- > 0) {
		const struct jepsen_line *w = &h->lines.at[i];

		if (w->word == JEPSEN_WANT && w->console == l->console && w->ti == l->ti)
			return w;
	}
	return NULL;
}

/* False: told of something that was never asked for. */
static bool ops_of(struct ops *ops, const struct jepsen_history *h, unsigned int ti)
{
	for (size_t i = 0; i < h->lines.len && !ops->full; i++) {
		const struct jepsen_line *l = &h->lines.at[i], *asked;
		struct op *op = NULL;

		if (l->word == JEPSEN_SAVED || l->ti != ti)
			continue;
		if (l->word == JEPSEN_WANT || l->word == JEPSEN_UNWANT) {
			op_add(ops, l, l->word == JEPSEN_UNWANT);
			continue;
		}
		if (told_before(ops, l))
			continue;
		op = open_op(ops, l);
		/* what is wanted is asked for again after a start, and may be granted anew */
		if (!op && l->word == JEPSEN_HELD) {
			if (!(asked = last_want(h, i)))
				return false;
			op = op_add(ops, asked, false);
		}
		if (op) {
			op->told = l->at;
			op->fence = l->fence;
		}
	}
	return true;
}

struct place { uint64_t done, fence; unsigned int holder; };
struct search {
	const struct ops *ops;
	uint64_t must;		/* bits of what was answered */
	struct place *seen;	/* a table of places that lead nowhere */
	size_t n_seen, cap;
};

static size_t slot_of(const struct search *s, const struct place *p)
{
	uint64_t h = (p->done ^ p->fence * UINT64_C(0x9e3779b97f4a7c15) ^ p->holder) * UINT64_C(0xbf58476d1ce4e5b9);
	size_t i = (size_t)(h >> 20) & (s->cap - 1);

	while (s->seen[i].done && (s->seen[i].done != p->done || s->seen[i].fence != p->fence || s->seen[i].holder != p->holder))
		i = (i + 1) & (s->cap - 1);
	return i;
}

/* False where it was there. */
static bool see(struct search *s, const struct place *p)
{
	struct place *old = s->seen;
	size_t cap = s->cap;

	if (p->done == 0)
		return true;
	if (s->seen[slot_of(s, p)].done)
		return false;
	if (2 * ++s->n_seen > s->cap) {
		s->cap *= 2;
		s->seen = mem_zalloc(s->cap * sizeof(*s->seen));
		for (size_t i = 0; i < cap; i++)
			if (old[i].done)
				s->seen[slot_of(s, &old[i])] = old[i];
		mem_free(old);
	}
	s->seen[slot_of(s, p)] = *p;
	return true;
}

/* The register after this, where it takes it. */
static bool takes(struct place *p, const struct op *op)
{
	if (op->release) {
		if (p->holder == op->console)
			p->holder = NOBODY;
		return true;
	}
	if (p->holder != NOBODY && p->holder != op->console)
		return false;
	if (op->fence && op->fence <= p->fence)
		return false;
	p->holder = op->console;
	p->fence = op->fence ? op->fence : p->fence;
	return true;
}

/*
 * Whether it is worth trying next. Grants come by their fences, or the lesser could not come any more; a release that
 * was never answered is of use only where it ends something, and those of one console are alike, so the first will do.
 */
static bool worth_trying(const struct search *s, const struct place *at, unsigned int i)
{
	const struct op *op = &s->ops->at[i];
	bool open = op->told == NEVER;

	if (open && at->holder != op->console)
		return false;
	for (unsigned int k = 0; k < s->ops->n; k++) {
		const struct op *o = &s->ops->at[k];

		if (at->done >> k & 1 || o->release != op->release || k == i)
			continue;
		if (op->release ? open && o->told == NEVER && o->console == op->console && k < i : o->fence < op->fence)
			return false;
	}
	return true;
}

/* Wing and Gong: whatever was asked before the first answer that is still due may come next. */
static bool order_exists(struct search *s, struct place at)
{
	int64_t first = NEVER;

	if ((at.done & s->must) == s->must)
		return true;
	if (!see(s, &at))
		return false;
	for (unsigned int i = 0; i < s->ops->n; i++)
		if (!(at.done >> i & 1) && s->ops->at[i].told < first)
			first = s->ops->at[i].told;
	for (unsigned int i = 0; i < s->ops->n; i++) {
		struct place next = at;

		if (at.done >> i & 1 || s->ops->at[i].asked > first || !worth_trying(s, &at, i) || !takes(&next, &s->ops->at[i]))
			continue;
		next.done |= UINT64_C(1) << i;
		if (order_exists(s, next))
			return true;
	}
	return false;
}

/*
 * A claim that was never granted as far as anybody knows cannot help: what may follow it may follow without it. So it is
 * left out, and what remains of it after a kill does not make the search long.
 */
static void drop_unanswered_claims(struct ops *ops)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ops->n; i++)
		if (ops->at[i].release || ops->at[i].told < NEVER)
			ops->at[n++] = ops->at[i];
	ops->n = n;
}

bool jepsen_judge_claims(struct buf *why, const struct jepsen_history *h)
{
	bool good = true;

	for (unsigned int ti = 1; good && ti <= JEPSEN_TIS; ti++) {
		struct ops ops = { .n = 0 };
		struct search s = { .ops = &ops, .cap = 1024 };

		if (!ops_of(&ops, h, ti)) {
			buf_printf(why, "TI %u: granted without being asked for", ti);
			return false;
		}
		drop_unanswered_claims(&ops);
		if (ops.full || ops.n > OPS) {
			buf_printf(why, "TI %u: more than %u claims and releases", ti, OPS);
			return false;
		}
		for (unsigned int i = 0; i < ops.n; i++)
			s.must |= ops.at[i].told < NEVER ? UINT64_C(1) << i : 0;
		s.seen = mem_zalloc(s.cap * sizeof(*s.seen));
		good = order_exists(&s, (struct place){ 0, 0, NOBODY });
		mem_free(s.seen);
		if (!good)
			buf_printf(why, "TI %u: no order of its %u claims and releases is that of one holder and growing fences",
				ti, ops.n);
	}
	return good;
}

/* ---- the hub's own log ---- */

static bool grant_fits(struct buf *why, const struct jepsen_grant *g, unsigned int *holder, uint64_t *fence)
{
	if (g->state == LEASE_HELD && *holder != NOBODY && *holder != g->console) {
		buf_printf(why, "TI %u: granted to console %u while console %u held it", g->ti, g->console, *holder);
		return false;
	}
	if (g->state == LEASE_HELD && g->fence <= *fence) {
		buf_printf(why, "TI %u: fence %" PRIu64 " after %" PRIu64, g->ti, g->fence, *fence);
		return false;
	}
	if (g->state == LEASE_HELD) {
		*holder = g->console;
		*fence = g->fence;
	} else if (g->state == LEASE_RELEASED || g->state == LEASE_FORCED) {
		*holder = NOBODY;
	}
	return true;
}

bool jepsen_judge_grants(struct buf *why, const struct jepsen_history *h, const struct jepsen_grant *feed, size_t n)
{
	unsigned int holder[JEPSEN_TIS + 1];
	uint64_t fence[JEPSEN_TIS + 1] = { 0 };

	for (unsigned int ti = 0; ti <= JEPSEN_TIS; ti++)
		holder[ti] = NOBODY;
	for (size_t i = 0; i < n; i++)
		if (!grant_fits(why, &feed[i], &holder[feed[i].ti], &fence[feed[i].ti]))
			return false;
	for (size_t i = 0; i < h->lines.len; i++) {
		const struct jepsen_line *l = &h->lines.at[i];
		unsigned int times = 0;

		if (l->word != JEPSEN_HELD)
			continue;
		for (size_t k = 0; k < n; k++)
			times += feed[k].state == LEASE_HELD && feed[k].ti == l->ti && feed[k].console == l->console &&
				feed[k].fence == l->fence;
		if (times != 1) {
			buf_printf(why, "TI %u: console %u was told fence %" PRIu64 ", which the hub granted it %u times", l->ti,
				l->console, l->fence, times);
			return false;
		}
	}
	return true;
}

/* ---- disputes ---- */

static bool is_end(const struct jepsen_decision *d, const struct jepsen_decision *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n_base; k++)
			if (digest_equal(&all[i].base[k], &d->rid))
				return false;
	return true;
}

struct verdicts { bool two_ends_differ, any_differ; };

static struct verdicts of_ti(const struct jepsen_decision *d, size_t n, unsigned int ti)
{
	const struct jepsen_decision *any = NULL, *end = NULL;
	struct verdicts v = { false, false };

	for (size_t i = 0; i < n; i++) {
		if (d[i].ti != ti)
			continue;
		v.any_differ |= any && any->outcome != d[i].outcome;
		any = &d[i];
		if (!is_end(&d[i], d, n))
			continue;
		v.two_ends_differ |= end && end->outcome != d[i].outcome;
		end = &d[i];
	}
	return v;
}

bool jepsen_judge_disputes(struct buf *why, const struct jepsen_decision *d, size_t n,
	bool shown[][JEPSEN_TIS], unsigned int consoles)
{
	for (unsigned int ti = 1; ti <= JEPSEN_TIS; ti++) {
		struct verdicts v = of_ti(d, n, ti);

		for (unsigned int c = 0; c < consoles; c++) {
			bool says = shown[c][ti - 1];

			if (says == shown[0][ti - 1] && (says || !v.two_ends_differ) && (!says || v.any_differ))
				continue;
			buf_printf(why, "TI %u: console %u shows %s, console 0 %s; decisions that nobody went on from %s", ti, c,
				says ? "a dispute" : "none", shown[0][ti - 1] ? "one" : "none",
				v.two_ends_differ ? "differ" : "agree");
			return false;
		}
	}
	return true;
}
