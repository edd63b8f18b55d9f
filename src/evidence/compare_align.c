/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which child of one node is which child of the other. Layer evidence; one thread at a time. Equal ends are cut off,
 * things that occur once on both sides are anchors (their longest common order, in n log n), and what is left
 * between anchors is paired by likeness in tables of bounded size, or else in order by name.
 */
#include "compare_priv.h"
#include <stdlib.h>
#include <string.h>

#define TABLE_MAX 65536u	/* cells of one table */
#define KIDS_MAX 16		/* children looked at to tell how alike two nodes are */
#define ALIKE_SAME 10000u
#define ALIKE_KEY 100u

void align_done(struct align *al)
{
	vec_done(&al->pairs);
	vec_done(&al->a);
	vec_done(&al->b);
	vec_done(&al->score);
}

static void add(struct align *al, uint32_t left, uint32_t right)
{
	struct pair p = { left, right };

	vec_push(&al->pairs, p);
}

static bool is_key(const struct side *s, uint32_t label)
{
	return label == s->key[0] || label == s->key[1] || label == s->key[2] || label == s->key[3];
}

/* 0: cannot be the same thing. */
static unsigned int alike(const struct align *al, uint32_t left, uint32_t right)
{
	const struct side_node *a = &al->left->nodes.at[left], *b = &al->right->nodes.at[right], *x, *y;
	uint32_t i, k, n, m;
	unsigned int score = 1;

	if (a->label != b->label || a->attribute != b->attribute)
		return 0;
	if (a->id == b->id)
		return ALIKE_SAME;
	score += a->value == b->value;
	for (i = left + 1, n = 0; i < left + a->size && n < KIDS_MAX; i += x->size, n++) {
		x = &al->left->nodes.at[i];
		for (k = right + 1, m = 0; k < right + b->size && m < KIDS_MAX; k += y->size, m++) {
			y = &al->right->nodes.at[k];
			if (x->id != y->id)
				continue;
			score += is_key(al->left, x->label) ? ALIKE_KEY : 2;
			break;
		}
	}
	return score;
}

/* A range of both lists under way. */
struct range { size_t a, a_end, b, b_end; };

/* In order, by name: for what is too large for a table. */
static void in_order(struct align *al, struct range r)
{
	while (r.a < r.a_end && r.b < r.b_end) {
		if (alike(al, al->a.at[r.a], al->b.at[r.b]))
			add(al, al->a.at[r.a++], al->b.at[r.b++]);
		else
			add(al, al->a.at[r.a++], SIDE_NONE);
	}
	while (r.a < r.a_end)
		add(al, al->a.at[r.a++], SIDE_NONE);
	while (r.b < r.b_end)
		add(al, SIDE_NONE, al->b.at[r.b++]);
}

/* The alignment of greatest likeness, by a table from the end. */
static void by_table(struct align *al, struct range r)
{
	size_t n = r.a_end - r.a, m = r.b_end - r.b, w = m + 1, i, k;
	uint32_t *t, both;

	al->score.len = 0;
	vec_reserve(&al->score, (n + 1) * w);
	t = al->score.at;
	memset(t, 0, (n + 1) * w * sizeof(*t));
	for (i = n; i-- > 0;)
		for (k = m; k-- > 0;) {
			uint32_t best = t[(i + 1) * w + k] > t[i * w + k + 1] ? t[(i + 1) * w + k] : t[i * w + k + 1];
			unsigned int s = alike(al, al->a.at[r.a + i], al->b.at[r.b + k]);

			both = s ? t[(i + 1) * w + k + 1] + s : 0;
			t[i * w + k] = both > best ? both : best;
		}
	for (i = k = 0; i < n && k < m;) {
		unsigned int s = alike(al, al->a.at[r.a + i], al->b.at[r.b + k]);

		if (s && t[i * w + k] == t[(i + 1) * w + k + 1] + s) {
			add(al, al->a.at[r.a + i++], al->b.at[r.b + k++]);
		} else if (t[(i + 1) * w + k] >= t[i * w + k + 1]) {
			add(al, al->a.at[r.a + i++], SIDE_NONE);
		} else {
			add(al, SIDE_NONE, al->b.at[r.b + k++]);
		}
	}
	in_order(al, (struct range){ r.a + i, r.a_end, r.b + k, r.b_end });
}

static void gap(struct align *al, struct range r)
{
	size_t cells = (r.a_end - r.a) * (r.b_end - r.b);

	if (r.a == r.a_end || r.b == r.b_end || cells > TABLE_MAX || cells > al->budget) {
		in_order(al, r);
	} else {
		al->budget -= (unsigned int)cells;
		by_table(al, r);
	}
}

struct occurrence { uint32_t id, at; };

static int by_id(const void *x, const void *y)
{
	const struct occurrence *a = x, *b = y;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct occurrence *sorted(const struct side *s, const uint32_t *list, size_t from, size_t to)
{
	struct occurrence *o = mem_array(to - from + 1, sizeof(*o));
	size_t i;

	for (i = from; i < to; i++)
		o[i - from] = (struct occurrence){ s->nodes.at[list[i]].id, (uint32_t)i };
	qsort(o, to - from, sizeof(*o), by_id);
	return o;
}

static bool lone(const struct occurrence *o, size_t i, size_t n)
{
	return (i == 0 || o[i - 1].id != o[i].id) && (i + 1 == n || o[i + 1].id != o[i].id);
}

static int by_left(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	return a->left < b->left ? -1 : a->left > b->left;
}

/* The longest row of anchors that is in order on both sides; `p` is sorted by the left. Returns how many stay. */
static size_t longest(struct pair *p, size_t n)
{
	uint32_t *tail = mem_array(n + 1, sizeof(*tail)), *before = mem_array(n + 1, sizeof(*before));
	size_t i, len = 0, lo, hi, at;
	struct pair *keep = mem_array(n + 1, sizeof(*keep));

	for (i = 0; i < n; i++) {
		for (lo = 0, hi = len; lo < hi;) {
			size_t mid = lo + (hi - lo) / 2;

			if (p[tail[mid]].right < p[i].right)
				lo = mid + 1;
			else
				hi = mid;
		}
		before[i] = lo ? tail[lo - 1] : UINT32_MAX;
		tail[lo] = (uint32_t)i;
		if (lo == len)
			len++;
	}
	for (at = len ? tail[len - 1] : 0, i = len; i-- > 0; at = before[at])
		keep[i] = p[at];
	memcpy(p, keep, len * sizeof(*p));
	mem_free(keep);
	mem_free(tail);
	mem_free(before);
	return len;
}

/* Things that occur once on either side and are equal. */
static size_t anchors(struct pair **out, const struct align *al, struct range r)
{
	size_t n = r.a_end - r.a, m = r.b_end - r.b, i = 0, k = 0, count = 0;
	struct occurrence *a = sorted(al->left, al->a.at, r.a, r.a_end), *b = sorted(al->right, al->b.at, r.b, r.b_end);
	struct pair *p = mem_array((n < m ? n : m) + 1, sizeof(*p));

	while (i < n && k < m) {
		if (a[i].id == b[k].id && lone(a, i, n) && lone(b, k, m))
			p[count++] = (struct pair){ a[i].at, b[k].at };
		if (a[i].id < b[k].id)
			i++;
		else if (a[i].id > b[k].id)
			k++;
		else
			i++, k++;
	}
	qsort(p, count, sizeof(*p), by_left);
	mem_free(a);
	mem_free(b);
	*out = p;
	return longest(p, count);
}

static bool equal(const struct align *al, size_t a, size_t b)
{
	return al->left->nodes.at[al->a.at[a]].id == al->right->nodes.at[al->b.at[b]].id;
}

static void align_lists(struct align *al, struct range r)
{
	size_t tail = 0, i, n;
	struct pair *p;

	for (; r.a < r.a_end && r.b < r.b_end && equal(al, r.a, r.b); r.a++, r.b++)
		add(al, al->a.at[r.a], al->b.at[r.b]);
	for (; r.a < r.a_end && r.b < r.b_end && equal(al, r.a_end - 1, r.b_end - 1); tail++)
		r.a_end--, r.b_end--;
	if ((r.a_end - r.a) * (r.b_end - r.b) <= TABLE_MAX) {
		gap(al, r);
	} else {
		n = anchors(&p, al, r);
		for (i = 0; i <= n; i++) {
			gap(al, (struct range){ r.a, i < n ? p[i].left : r.a_end, r.b, i < n ? p[i].right : r.b_end });
			if (i < n) {
				add(al, al->a.at[p[i].left], al->b.at[p[i].right]);
				r.a = p[i].left + 1;
				r.b = p[i].right + 1;
			}
		}
		mem_free(p);
	}
	for (i = 0; i < tail; i++)
		add(al, al->a.at[r.a_end + i], al->b.at[r.b_end + i]);
}

struct child { uint32_t group, at; };

static int by_group(const void *x, const void *y)
{
	const struct child *a = x, *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Children, those whose order counts among each other in one group. Groups sort by number. */
static struct child *children(size_t *n_out, const struct side *s, uint32_t of)
{
	const struct side_node *n = &s->nodes.at[of], *kid;
	VEC(struct child) all = VEC_INIT;
	uint32_t c;

	for (c = of + 1; c < of + n->size; c += kid->size) {
		struct child e = { 0, c };

		kid = &s->nodes.at[c];
		e.group = n->ordered && !kid->attribute ? UINT32_MAX : kid->label;
		vec_push(&all, e);
	}
	if (all.len > 1)
		qsort(all.at, all.len, sizeof(*all.at), by_group);
	*n_out = all.len;
	return all.at;
}

static void next_group(size_t *from, struct child *list, size_t n, uint32_t group, struct align *al, bool left)
{
	for (; *from < n && list[*from].group == group; (*from)++) {
		if (left)
			vec_push(&al->a, list[*from].at);
		else
			vec_push(&al->b, list[*from].at);
	}
}

/*
 * Groups come in the order of numbers; shown they are in the order of the left side, and what only the right side
 * has stays behind what it follows in its group, or comes last.
 */
struct placed {
	struct pair p;
	uint32_t place, order;
};

static int by_place(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void show_in_order(struct align *al, const size_t *group_end, size_t groups)
{
	size_t i, g = 0, n = al->pairs.len;
	struct placed *list = mem_array(n + 1, sizeof(*list));
	uint32_t last = SIDE_NONE;

	for (i = 0; i < n; i++) {
		while (g < groups && i >= group_end[g]) {
			g++;
			last = SIDE_NONE;
		}
		if (al->pairs.at[i].left != SIDE_NONE)
			last = al->pairs.at[i].left;
		list[i].p = al->pairs.at[i];
		list[i].place = last;
		list[i].order = (uint32_t)i;
	}
	qsort(list, n, sizeof(*list), by_place);
	for (i = 0; i < n; i++)
		al->pairs.at[i] = list[i].p;
	mem_free(list);
}

void align_children(struct align *al, uint32_t left, uint32_t right)
{
	VEC(size_t) ends = VEC_INIT;
	size_t n, m, i = 0, k = 0;
	struct child *a = children(&n, al->left, left), *b = children(&m, al->right, right);
	uint32_t group;

	al->pairs.len = 0;
	while (i < n || k < m) {
		group = i == n ? b[k].group : k == m || a[i].group <= b[k].group ? a[i].group : b[k].group;
		al->a.len = al->b.len = 0;
		next_group(&i, a, n, group, al, true);
		next_group(&k, b, m, group, al, false);
		align_lists(al, (struct range){ 0, al->a.len, 0, al->b.len });
		vec_push(&ends, al->pairs.len);
	}
	if (ends.len > 1)
		show_in_order(al, ends.at, ends.len);
	vec_done(&ends);
	mem_free(a);
	mem_free(b);
}
