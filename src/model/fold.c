/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a TI from the set of records on it. Records become nodes sorted by rid, so nothing below can
 * see the order in which they came; sets of nodes are rows of bits. Layer: model. No state, any thread.
 */
#include "verdict/model/fold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64

struct node {
	const struct fold_record *in;
	bool live;		/* counts, and was not withdrawn: a leaf unless superseded */
	bool acts;		/* supersedes what it had seen */
	bool all;		/* supersedes all that it had seen */
	bool superseded;
};

struct graph {
	struct node *nodes;	/* verdicts and resolutions, sorted by rid, each once */
	size_t count, words;
	uint64_t *behind;	/* row i: all that node i has seen, through any number of edges */
	uint64_t *over;		/* row i: all that node i supersedes */
	size_t *order;		/* nodes, what was seen before who saw it */
};

static uint64_t *row(const struct graph *g, uint64_t *rows, size_t i)
{
	return rows + i * g->words;
}

static bool has(const uint64_t *set, size_t i)
{
	return set[i / WORD_BITS] >> i % WORD_BITS & 1;
}

static void put(uint64_t *set, size_t i)
{
	set[i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
}

static void unite(const struct graph *g, uint64_t *into, const uint64_t *from)
{
	for (size_t w = 0; w < g->words; w++)
		into[w] |= from[w];
}

static int by_rid(const void *left, const void *right)
{
	const struct fold_record *a = *(const struct fold_record *const *)left;
	const struct fold_record *b = *(const struct fold_record *const *)right;
	int order = memcmp(a->rid.b, b->rid.b, sizeof(a->rid.b));

	/* One rid given twice with different marks: the one not counted comes first and stands for both. */
	return order ? order : (int)a->counted - (int)b->counted;
}

static const struct record *record_of(const struct graph *g, size_t i)
{
	return g->nodes[i].in->rec;
}

static bool same_person(const struct record *a, const struct record *b)
{
	return a->who && b->who && strcmp(a->who, b->who) == 0;
}

static bool decides(const struct record *rec)
{
	return (rec->kind == RECORD_VERDICT || rec->kind == RECORD_RESOLUTION)
		&& rec->outcome >= OUTCOME_VERIFIED && rec->outcome <= OUTCOME_FAILED;
}

/* Node of a rid, or g->count. */
static size_t find(const struct graph *g, const struct digest *rid)
{
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = memcmp(g->nodes[mid].in->rid.b, rid->b, sizeof(rid->b));

		if (order == 0)
			return mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return g->count;
}

/* Does somebody's new key stand for what their revoked one wrote? */
static bool reissued(const struct fold_record *of, const struct fold_record *recs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (recs[i].rec->kind == RECORD_REISSUE && recs[i].counted && recs[i].rec->has_of
		    && digest_equal(&recs[i].rec->of, &of->rid) && same_person(recs[i].rec, of->rec))
			return true;
	return false;
}

static bool does_count(const struct fold_record *r, const struct fold_record *recs, size_t n)
{
	return r->counted || (r->revoked && reissued(r, recs, n));
}

static void build_nodes(struct graph *g, struct arena *a, const struct fold_record *recs, size_t n)
{
	const struct fold_record **sorted = arena_array(a, const struct fold_record *, n + 1);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (decides(recs[i].rec))
			sorted[kept++] = &recs[i];
	qsort(sorted, kept, sizeof(*sorted), by_rid);
	g->nodes = arena_array(a, struct node, kept + 1);
	for (size_t i = 0; i < kept; i++) {
		if (i > 0 && digest_equal(&sorted[i]->rid, &sorted[i - 1]->rid))
			continue;
		g->nodes[g->count].in = sorted[i];
		g->nodes[g->count].live = does_count(sorted[i], recs, n);
		g->nodes[g->count].acts = g->nodes[g->count].live;
		g->count++;
	}
	g->words = (g->count + WORD_BITS - 1) / WORD_BITS;
	g->behind = arena_array(a, uint64_t, g->words * g->count + 1);
	g->over = arena_array(a, uint64_t, g->words * g->count + 1);
	g->order = arena_array(a, size_t, g->count + 1);
}

static void apply_withdrawals(struct graph *g, const struct fold_record *recs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct record *rec = recs[i].rec;
		size_t at;

		if (rec->kind != RECORD_WITHDRAWAL || !rec->has_of || !does_count(&recs[i], recs, n))
			continue;
		at = find(g, &rec->of);
		if (at == g->count || !same_person(rec, record_of(g, at)))
			continue;
		g->nodes[at].live = false;
		if (record_of(g, at)->kind == RECORD_RESOLUTION)
			g->nodes[at].acts = false;
	}
}

/*
 * Order by a walk with its own stack: chains of edits can be long. `path` holds nodes being visited and
 * `next` how many of their edges were taken. A hash cannot be in its own past, so there are no cycles; crafted
 * ones in a test end because a node is entered once.
 */
static void walk_from(struct graph *g, size_t start, size_t *done, bool *entered, size_t *path, size_t *next)
{
	size_t depth = 1;

	path[0] = start;
	next[0] = 0;
	entered[start] = true;
	while (depth > 0) {
		size_t i = path[depth - 1], to;
		const struct record *rec = record_of(g, i);

		if (next[depth - 1] == rec->n_base) {
			g->order[(*done)++] = i;
			depth--;
			continue;
		}
		to = find(g, &rec->base[next[depth - 1]++]);
		if (to < g->count && !entered[to]) {
			entered[to] = true;
			path[depth] = to;
			next[depth++] = 0;
		}
	}
}

static void build_past(struct graph *g, struct arena *a)
{
	bool *entered = arena_array(a, bool, g->count + 1);
	size_t *path = arena_array(a, size_t, g->count + 1);
	size_t *next = arena_array(a, size_t, g->count + 1);
	size_t done = 0;

	for (size_t i = 0; i < g->count; i++)
		if (!entered[i])
			walk_from(g, i, &done, entered, path, next);
	for (size_t k = 0; k < g->count; k++) {
		size_t i = g->order[k];
		const struct record *rec = record_of(g, i);

		for (size_t e = 0; e < rec->n_base; e++) {
			size_t to = find(g, &rec->base[e]);

			if (to < g->count && to != i) {
				put(row(g, g->behind, i), to);
				unite(g, row(g, g->behind, i), row(g, g->behind, to));
			}
		}
	}
}

/*
 * All that something behind i supersedes, into `view`. The latest first: what it supersedes with all behind it need not be
 * asked any more, without which a long chain of edits takes the cube of its length.
 */
static void superseded_before(const struct graph *g, size_t i, uint64_t *view, uint64_t *done)
{
	const uint64_t *past = row(g, g->behind, i);

	memset(view, 0, g->words * sizeof(*view));
	memset(done, 0, g->words * sizeof(*done));
	for (size_t at = g->count; at-- > 0; ) {
		size_t k = g->order[at];

		if (!has(past, k) || has(done, k))
			continue;
		unite(g, view, row(g, g->over, k));
		if (g->nodes[k].all)
			unite(g, done, row(g, g->over, k));
	}
}

/*
 * The leaves as the author of node i saw them, into `view`: live, behind i, and superseded by nothing behind
 * i. True where they differ, a dispute.
 */
static bool look_back(const struct graph *g, size_t i, uint64_t *view, uint64_t *scratch)
{
	const uint64_t *past = row(g, g->behind, i);
	enum outcome seen = OUTCOME_NONE;
	bool differ = false;

	superseded_before(g, i, view, scratch);
	for (size_t w = 0; w < g->words; w++)
		view[w] = past[w] & ~view[w];
	for (size_t k = 0; k < g->count; k++) {
		if (!has(view, k))
			continue;
		if (!g->nodes[k].live) {
			view[k / WORD_BITS] &= ~(UINT64_C(1) << k % WORD_BITS);
			continue;
		}
		differ |= seen && seen != record_of(g, k)->outcome;
		seen = record_of(g, k)->outcome;
	}
	return differ;
}

/* Is a live verdict concurrent to resolution i: neither behind it nor made with it in sight? */
static bool missed_one(const struct graph *g, size_t i)
{
	for (size_t k = 0; k < g->count; k++)
		if (k != i && g->nodes[k].live && record_of(g, k)->kind == RECORD_VERDICT
		    && !has(row(g, g->behind, i), k) && !has(row(g, g->behind, k), i))
			return true;
	return false;
}

static bool own_among(const struct graph *g, size_t i, const uint64_t *view)
{
	for (size_t k = 0; k < g->count; k++)
		if (has(view, k) && record_of(g, k)->kind == RECORD_VERDICT
		    && same_person(record_of(g, i), record_of(g, k)))
			return true;
	return false;
}

static void supersede_own(const struct graph *g, size_t i)
{
	for (size_t k = 0; k < g->count; k++)
		if (has(row(g, g->behind, i), k) && same_person(record_of(g, i), record_of(g, k))
		    && record_of(g, k)->kind == RECORD_VERDICT)
			put(row(g, g->over, i), k);
}

static void weigh_resolution(struct graph *g, size_t i, const uint64_t *view)
{
	if (own_among(g, i, view))
		g->nodes[i].live = g->nodes[i].acts = false;
	else if (missed_one(g, i))
		g->nodes[i].acts = false;
}

static void build_over(struct graph *g, struct arena *a)
{
	uint64_t *view = arena_array(a, uint64_t, g->words + 1), *scratch = arena_array(a, uint64_t, g->words + 1);

	for (size_t k = 0; k < g->count; k++) {
		size_t i = g->order[k];
		struct node *node = &g->nodes[i];
		bool dispute;

		if (!node->acts)
			continue;
		dispute = look_back(g, i, view, scratch);
		if (record_of(g, i)->kind == RECORD_RESOLUTION)
			weigh_resolution(g, i, view);
		if (!node->acts)
			continue;
		if (dispute && record_of(g, i)->kind == RECORD_VERDICT)
			supersede_own(g, i);
		else
			unite(g, row(g, g->over, i), row(g, g->behind, i));
		node->all = memcmp(row(g, g->over, i), row(g, g->behind, i), g->words * sizeof(*g->over)) == 0;
	}
	memset(view, 0, g->words * sizeof(*view));
	for (size_t i = 0; i < g->count; i++)
		unite(g, view, row(g, g->over, i));
	for (size_t i = 0; i < g->count; i++)
		g->nodes[i].superseded = has(view, i);
}

static bool is_leaf(const struct node *node)
{
	return node->live && !node->superseded;
}

/* Does `node` come after `best` for display? */
static bool shown_before(const struct node *node, const struct fold_record *best)
{
	if (!best)
		return true;
	if (node->in->rec->hlc != best->rec->hlc)
		return node->in->rec->hlc > best->rec->hlc;
	return memcmp(node->in->rid.b, best->rid.b, sizeof(best->rid.b)) > 0;
}

static unsigned int count_persons(const struct graph *g)
{
	unsigned int persons = 0;

	for (size_t i = 0; i < g->count; i++) {
		bool first = is_leaf(&g->nodes[i]);

		for (size_t k = 0; first && k < i; k++)
			first = !is_leaf(&g->nodes[k]) || !same_person(record_of(g, i), record_of(g, k));
		persons += first;
	}
	return persons;
}

static void collect_leaves(struct fold_state *out, struct arena *a, const struct graph *g)
{
	out->leaves = arena_array(a, struct digest, g->count + 1);
	for (size_t i = 0; i < g->count; i++) {
		const struct node *node = &g->nodes[i];

		if (!is_leaf(node))
			continue;
		out->disputed |= out->outcome && out->outcome != node->in->rec->outcome;
		out->outcome = node->in->rec->outcome;
		out->leaves[out->n_leaves++] = node->in->rid;
		if (shown_before(node, out->deciding))
			out->deciding = node->in;
	}
	if (out->disputed) {
		out->outcome = OUTCOME_NONE;
		out->deciding = NULL;
	} else {
		out->confirmed_by = count_persons(g);
	}
}

static bool evidence_gone(const struct fold_reference *ref, const struct record *rec)
{
	for (size_t i = 0; i < rec->n_looked; i++) {
		size_t k = 0;

		while (k < ref->n_evidence && !digest_equal(&ref->evidence[k], &rec->looked[i].sha256))
			k++;
		if (k == ref->n_evidence)
			return true;
	}
	return false;
}

static bool is_stale(const struct fold_reference *ref, const struct fold_record *deciding)
{
	if (!deciding || ref->status == TI_ABORTED)
		return false;
	return deciding->rec->revision != ref->revision || deciding->rec->seen_status != ref->status
		|| evidence_gone(ref, deciding->rec);
}

static enum ti_status status_of(const struct fold_reference *ref, const struct fold_state *state)
{
	if (ref->status == TI_ABORTED)
		return TI_ABORTED;
	if (state->disputed)
		return TI_DISPUTED;
	switch (state->outcome) {
	case OUTCOME_VERIFIED: return TI_VERIFIED;
	case OUTCOME_PARTIAL: return TI_PARTIAL;
	case OUTCOME_FAILED: return TI_FAILED;
	case OUTCOME_NONE: break;
	}
	return ref->status;
}

void fold(struct fold_state *out, struct arena *a, const struct fold_reference *ref,
	const struct fold_record *recs, size_t n_recs)
{
	struct graph g = { 0 };

	*out = (struct fold_state){ 0 };
	build_nodes(&g, a, recs, n_recs);
	if (g.count > 0) {
		apply_withdrawals(&g, recs, n_recs);
		build_past(&g, a);
		build_over(&g, a);
		collect_leaves(out, a, &g);
	}
	out->status = status_of(ref, out);
	out->stale = is_stale(ref, out->deciding);
}
