/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grade of a line from the set of its records, as verdicts of a TI: a grade supersedes those its author had
 * seen; what is left and agrees is the grade, what differs is a disputed one. Only managers' count, which the caller
 * knows. No clock decides; one chooses the order of the history. Results layer; the thread that has the engine.
 */
#include "results_priv.h"

#include <stdlib.h>
#include <string.h>

void line_grades_free(struct line_grades *g)
{
	arena_done(&g->a);
	mem_free(g);
}

/* History order; decides nothing. */
static int compare_records(const void *x, const void *y)
{
	const struct results_grade_record *a = x, *b = y;

	if (a->hlc != b->hlc)
		return a->hlc < b->hlc ? -1 : 1;
	return memcmp(a->rid.b, b->rid.b, sizeof(a->rid.b));
}

static bool is_superseded(const struct line_grades *g, const struct results_grade_record *rec)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct results_grade_record *other = &g->recs[i];

		if (!other->counted)
			continue;
		for (size_t k = 0; k < other->n_base; k++)
			if (digest_equal(&other->base[k], &rec->rid))
				return true;
	}
	return false;
}

/* A leaf that takes back says nothing of the line, so it leaves alone what others gave meanwhile. */
static void fold_grades(struct line_grades *g)
{
	bool any = false;

	g->grade = GRADE_NONE;
	g->disputed = false;
	g->last = 0;
	for (size_t i = 0; i < g->n; i++) {
		const struct results_grade_record *rec = &g->recs[i];

		g->leaf[i] = rec->counted && !is_superseded(g, rec);
		if (!g->leaf[i])
			continue;
		if (rec->at > g->last)
			g->last = rec->at;
		if (rec->grade == GRADE_NONE)
			continue;
		if (any && rec->grade != g->grade)
			g->disputed = true;
		g->grade = any ? g->grade : rec->grade;
		any = true;
	}
	if (g->disputed)
		g->grade = GRADE_NONE;
}

static struct line_grades *copy_records(const char *line, const struct results_grade_record *recs, size_t n)
{
	struct line_grades *g = mem_zalloc(sizeof(*g));
	size_t i;

	arena_init(&g->a);
	g->line = arena_str(&g->a, line);
	g->recs = arena_array(&g->a, struct results_grade_record, n);
	g->leaf = arena_array(&g->a, bool, n);
	memcpy(g->recs, recs, n * sizeof(*recs));
	qsort(g->recs, n, sizeof(*recs), compare_records);
	for (i = 0; i < n; i++) {	/* the same record twice is one */
		struct results_grade_record *to;

		if (g->n && digest_equal(&g->recs[g->n - 1].rid, &g->recs[i].rid))
			continue;
		to = &g->recs[g->n++];
		*to = g->recs[i];
		to->who = arena_str(&g->a, to->who ? to->who : "");
		to->who_name = arena_str(&g->a, to->who_name ? to->who_name : "");
		to->text = arena_str(&g->a, to->text ? to->text : "");
		to->base = to->n_base ? arena_dup(&g->a, to->base, to->n_base * sizeof(*to->base)) : NULL;
	}
	return g;
}

void results_apply_grades(struct results *r, struct results_line *l)
{
	const struct line_grades *g = map_get(r->grades, l->id);
	int64_t closes = r->rules.published + (int64_t)r->rules.regrade_days * 86400000;
	bool leaves = false;

	l->grade = g ? g->grade : GRADE_NONE;
	l->grade_disputed = g && g->disputed;
	l->grade_late = g && r->rules.published && g->last > closes;
	l->grades = g ? (unsigned int)g->n : 0;
	for (size_t i = 0; g && i < g->n; i++)
		leaves |= g->leaf[i];
	l->grade_told = false;
	if (!leaves) {
		l->grade = (enum grade)(uintptr_t)map_get(r->told, l->id);
		l->grade_told = l->grade != GRADE_NONE;
	}
}

void results_set_grades(struct results *r, const char *line, const struct results_grade_record *recs, size_t n)
{
	struct line_grades *g = NULL, *old;
	uint32_t at = r->stale ? NONE : results_lookup(r->by_line, line);
	enum grade was;

	if (n) {
		g = copy_records(line, recs, n);
		fold_grades(g);
	}
	old = g ? map_set(r->grades, line, g) : map_remove(r->grades, line);
	if (old)
		line_grades_free(old);
	if (at == NONE)
		return;
	was = r->lines.at[at].grade;
	results_apply_grades(r, &r->lines.at[at]);
	results_count_depends(r, r->lines.at[at].system);
	if ((was == GRADE_WITHDRAWN) != (r->lines.at[at].grade == GRADE_WITHDRAWN))
		r->stale = true;	/* others have one peer fewer, or more */
}

size_t results_grade_leaves(struct digest **out, struct arena *a, struct results *r, const char *line)
{
	const struct line_grades *g = map_get(r->grades, line);
	size_t n = 0;

	*out = g ? arena_array(a, struct digest, g->n) : NULL;
	for (size_t i = 0; g && i < g->n; i++)
		if (g->leaf[i])
			(*out)[n++] = g->recs[i].rid;
	return n;
}
