/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filter as you type: rows as folded lines back to back in one block, searched as a whole. A line is a run of
 * fields, each a control byte (its tag) and folded text without control bytes, so that a hit names its field
 * and cannot reach over two. Layer: model. The index belongs to whoever fills it; filter_run() only reads.
 */
#include "verdict/model/filter.h"

#include <string.h>
#include <strings.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

#define EXPR_MAX 4096
#define TERMS_MAX 32
#define FIELD_BYTES_MAX 2048	/* folded bytes kept of one field */
#define LINE_BYTES_MAX (16 * FIELD_BYTES_MAX)
#define SAMPLE_ROWS 256		/* looked at to choose the term that drives a search */
#define MEMO_SLOTS 16384
#define MEMO_BYTES 126		/* of a text and what it folds to */
#define STOP_EVERY 512		/* rows between two looks at `stop` */

enum tag {		/* tags are below space and no NUL */
	TAG_ID = 1, TAG_TEST, TAG_TITLE, TAG_TRACK, TAG_PROFILE, TAG_STATUS, TAG_TABLE, TAG_COUNTRY, TAG_SYSTEM,
	TAG_CLAIM, TAG_HIDDEN_FIRST,
	TAG_STATUS_WORDS = TAG_HIDDEN_FIRST, TAG_CLAIM_WORDS, TAG_ORGANISATION, TAG_COUNT
};
#define BIT(tag) (1u << (tag))
#define SHOWN_TAGS (BIT(TAG_HIDDEN_FIRST) - 2)	/* what a plain term looks at */

static const struct { const char *name; unsigned int tags; } fields[] = {
	{ "id", BIT(TAG_ID) },
	{ "test", BIT(TAG_TEST) },
	{ "title", BIT(TAG_TITLE) },
	{ "track", BIT(TAG_TRACK) },
	{ "profile", BIT(TAG_PROFILE) },
	{ "status", BIT(TAG_STATUS) | BIT(TAG_STATUS_WORDS) },
	{ "table", BIT(TAG_TABLE) },
	{ "country", BIT(TAG_COUNTRY) },
	{ "system", BIT(TAG_SYSTEM) },
	{ "organisation", BIT(TAG_ORGANISATION) },
	{ "claim", BIT(TAG_CLAIM) | BIT(TAG_CLAIM_WORDS) },
};

struct term {
	char *text; size_t len;	/* folded, never empty */
	unsigned int tags;
	bool exclude;
	size_t rare;		/* offset of its least common byte: where the search looks first */
};

struct filter {
	struct term terms[TERMS_MAX];
	size_t count;
};

/* Bytes by how common they are in such lines; the rest, digits and non-ASCII lead bytes included, are rare. */
static unsigned int commonness(unsigned char c)
{
	static const char order[] = "zqjxkvbwygfpmuchdlrsotnia e";
	const char *at = c ? strchr(order, c) : NULL;

	if (at)
		return 10 + (unsigned int)(at - order);
	return c >= 0x80 && c < 0xc0 ? 8 : c >= '0' && c <= '9' ? 20 : 5;
}

/* Bytes at the beginning that are surely no control bytes: eight at a time, a borrow only errs towards looking. */
static size_t skip_clean(const char *p, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t x;
	size_t at;

	for (at = 0; len - at >= sizeof(x); at += sizeof(x)) {
		memcpy(&x, p + at, sizeof(x));
		if ((x - ones * ' ') & ~x & ones << 7)
			break;
	}
	return at;
}

/* Fold for search; control bytes, which would look like tags, become spaces. */
static void fold_clean(struct buf *out, const char *text, size_t len)
{
	size_t start = out->len;

	text_fold(out, text, len);
	if (out->len == start)
		return;
	for (size_t i = start + skip_clean(out->ptr + start, out->len - start); i < out->len; i++)
		if ((unsigned char)out->ptr[i] < ' ')
			out->ptr[i] = ' ';
}

static void set_term(struct term *t, const char *text, size_t len)
{
	struct buf b;

	buf_init(&b, 4 * EXPR_MAX);
	fold_clean(&b, text, len);
	t->len = b.len;
	t->text = buf_take(&b);
	for (size_t i = 1; i < t->len; i++)
		if (commonness((unsigned char)t->text[i]) < commonness((unsigned char)t->text[t->rare]))
			t->rare = i;
}

/* Length of "name:" at p that is a known field, or 0. */
static size_t field_prefix(unsigned int *tags, const char *p)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t len = strlen(fields[i].name);

		if (strncasecmp(p, fields[i].name, len) == 0 && p[len] == ':') {
			*tags = fields[i].tags;
			return len + 1;
		}
	}
	return 0;
}

/* One term from p on; what follows it is returned. An open quote holds to the end: it is being typed. */
static const char *next_term(struct filter *f, const char *p)
{
	struct term t = { .tags = SHOWN_TAGS };
	size_t len;

	if (*p == '-' && p[1] && p[1] != ' ') {
		t.exclude = true;
		p++;
	}
	p += field_prefix(&t.tags, p);
	if (*p == '"') {
		p++;
		len = strcspn(p, "\"");
	} else {
		len = strcspn(p, " ");
	}
	set_term(&t, p, len);
	p += len;
	if (t.len == 0)
		mem_free(t.text);	/* "status:" so far: all rows */
	else
		f->terms[f->count++] = t;
	return *p == '"' ? p + 1 : p;
}

struct filter *filter_compile(const char *expr)
{
	struct filter *f = mem_zalloc(sizeof(*f));
	char *copy = mem_strndup(expr ? expr : "", EXPR_MAX);
	const char *p = copy;

	for (;;) {
		p += strspn(p, " ");
		if (*p == '\0' || f->count == TERMS_MAX)
			break;
		p = next_term(f, p);
	}
	mem_free(copy);
	return f;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++)
		mem_free(f->terms[i].text);
	mem_free(f);
}

bool filter_is_empty(const struct filter *f)
{
	return f->count == 0;
}

void filter_index_init(struct filter_index *ix)
{
	memset(ix, 0, sizeof(*ix));
	buf_init(&ix->line, LINE_BYTES_MAX);
}

void filter_index_done(struct filter_index *ix)
{
	mem_free(ix->text);
	mem_free(ix->end);
	mem_free(ix->keys);
	mem_free(ix->memo);
	buf_done(&ix->line);
	filter_index_init(ix);
}

struct filter_memo {
	struct memo_slot {
		unsigned char len, folded;	/* bytes of the text, and of what it folds to, behind it */
		char bytes[MEMO_BYTES];
	} slot[MEMO_SLOTS];
};

static struct memo_slot *memo_slot(struct filter_memo *memo, const char *text, size_t len)
{
	uint64_t hash = len, part;

	for (; len > 0; text += sizeof(part), len -= len < sizeof(part) ? len : sizeof(part)) {
		part = 0;
		memcpy(&part, text, len < sizeof(part) ? len : sizeof(part));
		hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return &memo->slot[(hash >> 32) % MEMO_SLOTS];
}

/* A part that folds by itself: up to a space with a letter or digit behind it, which no mark can join. */
static size_t part_len(const char *text, size_t len)
{
	size_t i;

	for (i = 1; i + 1 < len; i++)
		if (text[i] == ' ' && (unsigned char)text[i + 1] < 0x80 && text[i + 1] > ' ')
			return i;
	return len;
}

static void fold_part(struct buf *line, struct filter_memo *memo, const char *text, size_t len)
{
	struct memo_slot *s;
	size_t start = line->len, folded;

	if (len > MEMO_BYTES / 2) {
		fold_clean(line, text, len);
		return;
	}
	s = memo_slot(memo, text, len);
	if (s->len == len && memcmp(s->bytes, text, len) == 0) {
		buf_add(line, s->bytes + len, s->folded);
		return;
	}
	fold_clean(line, text, len);
	folded = line->len - start;
	if (folded == 0 || len + folded > MEMO_BYTES)
		return;
	s->len = (unsigned char)len;
	s->folded = (unsigned char)folded;
	memcpy(s->bytes, text, len);
	memcpy(s->bytes + len, line->ptr + start, folded);
}

/* Folded, by looking it up where it was folded before: a short text as a whole, a long one part by part. */
static void fold_again(struct buf *line, struct filter_memo *memo, const char *text, size_t len)
{
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len <= MEMO_BYTES / 2 ? len : part_len(text + at, len - at);
		fold_part(line, memo, text + at, n);
	}
}

static void add_field(struct filter_index *ix, enum tag tag, const char *text)
{
	struct buf *line = &ix->line;
	size_t start = line->len + 1;

	if (!text || !*text)
		return;
	buf_addc(line, (char)tag);
	fold_again(line, ix->memo, text, strnlen(text, FIELD_BYTES_MAX));
	if (line->len > start + FIELD_BYTES_MAX)
		buf_cut(line, start + FIELD_BYTES_MAX, line->len - start - FIELD_BYTES_MAX);
}

static void add_status(struct filter_index *ix, const struct queue_row *row)
{
	add_field(ix, TAG_STATUS, ti_status_label(row->status));
	add_field(ix, TAG_STATUS_WORDS, ti_status_name(row->status));
	if (row->critical)
		buf_adds(&ix->line, " critical");
	if (row->stale)
		buf_adds(&ix->line, " stale");
	if (row->disputed)
		buf_adds(&ix->line, " disputed");
}

static void pack_line(struct filter_index *ix, const struct queue_row *row)
{
	add_field(ix, TAG_ID, row->id);
	add_field(ix, TAG_TEST, row->test);
	add_field(ix, TAG_TITLE, row->title);
	add_field(ix, TAG_TRACK, row->track);
	add_field(ix, TAG_PROFILE, row->profiles);
	add_field(ix, TAG_TABLE, row->table);
	add_field(ix, TAG_SYSTEM, row->from);
	add_field(ix, TAG_COUNTRY, row->from_country);
	add_field(ix, TAG_SYSTEM, row->to);
	add_field(ix, TAG_COUNTRY, row->to_country);
	add_field(ix, TAG_CLAIM, row->claim_by);
	add_field(ix, TAG_CLAIM_WORDS, claim_state_name(row->claim));
	if (row->claim_mine)
		add_field(ix, TAG_CLAIM_WORDS, "mine");
	add_field(ix, TAG_ORGANISATION, row->organisations);
	add_status(ix, row);
}

static void reserve(struct filter_index *ix, size_t bytes)
{
	if (ix->len + bytes > ix->cap) {
		ix->cap = ix->cap + ix->cap / 2 + bytes + 65536;
		ix->text = mem_realloc(ix->text, ix->cap, 1);
	}
	if (ix->count == ix->count_cap) {
		ix->count_cap += ix->count_cap / 2 + 1024;
		ix->end = mem_realloc(ix->end, ix->count_cap, sizeof(*ix->end));
		ix->keys = mem_realloc(ix->keys, ix->count_cap, sizeof(*ix->keys));
	}
}

void filter_index_add(struct filter_index *ix, const struct queue_row *row)
{
	struct buf *line = &ix->line;

	if (!ix->memo)
		ix->memo = mem_zalloc(sizeof(*ix->memo));
	buf_reset(line);
	pack_line(ix, row);
	if (ix->len + line->len > UINT32_MAX)
		buf_reset(line);	/* four gigabytes of rows: such a row is found by no term */
	reserve(ix, line->len);
	if (line->len)
		memcpy(ix->text + ix->len, line->ptr, line->len);
	ix->len += line->len;
	ix->end[ix->count] = (uint32_t)ix->len;
	ix->keys[ix->count++] = row->key;
}

static bool hit_at(const char *p, const struct term *t)
{
	return *p == *t->text && memcmp(p, t->text, t->len) == 0;
}

#ifdef __SSE2__
/*
 * First hit at or after p that ends by `end`, or NULL: sixteen positions at a time by two bytes of the term,
 * its rarest and its last, then the whole of it.
 */
static const char *find_text(const char *p, const char *end, const struct term *t)
{
	size_t other = t->rare == t->len - 1 ? 0 : t->len - 1;
	const __m128i a = _mm_set1_epi8(t->text[t->rare]);
	const __m128i b = _mm_set1_epi8(t->text[other]);

	for (; end - p >= (ptrdiff_t)(t->len + 15); p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + t->rare));
		__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(p + other));
		__m128i both = _mm_and_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(y, b));
		unsigned int mask = (unsigned int)_mm_movemask_epi8(both);

		for (; mask; mask &= mask - 1)
			if (hit_at(p + __builtin_ctz(mask), t))
				return p + __builtin_ctz(mask);
	}
	for (; end - p >= (ptrdiff_t)t->len; p++)
		if (hit_at(p, t))
			return p;
	return NULL;
}
#else
static const char *find_text(const char *p, const char *end, const struct term *t)
{
	while (end - p >= (ptrdiff_t)t->len) {
		const char *at = memchr(p + t->rare, t->text[t->rare], (size_t)(end - p) - t->len + 1);

		if (!at)
			return NULL;
		p = at - t->rare;
		if (hit_at(p, t))
			return p;
		p++;
	}
	return NULL;
}
#endif

/* Tag of the field that holds p; the line begins with a tag at `line`. */
static unsigned int tag_of(const char *line, const char *p)
{
	while (p > line && (unsigned char)*p >= ' ')
		p--;
	return (unsigned char)*p < TAG_COUNT ? BIT((unsigned char)*p) : 0;
}

static bool term_in(const struct term *t, const char *p, const char *line, const char *end)
{
	while ((p = find_text(p, end, t))) {
		if (tag_of(line, p) & t->tags)
			return true;
		p++;
	}
	return false;
}

/* All terms but `skip` on one line. */
static bool match_others(const struct filter *f, size_t skip, const char *line, const char *end)
{
	for (size_t i = 0; i < f->count; i++)
		if (i != skip && term_in(&f->terms[i], line, line, end) == f->terms[i].exclude)
			return false;
	return true;
}

bool filter_match(const struct filter *f, const char *line, size_t len)
{
	return match_others(f, f->count, line, line + len);
}

static bool stopped(const bool *stop)
{
	return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}

static size_t line_start(const struct filter_index *ix, size_t row)
{
	return row ? ix->end[row - 1] : 0;
}

static size_t run_rows(uint32_t *rows_out, const struct filter_index *ix, const struct filter *f,
	const uint32_t *narrow, size_t n, const bool *stop)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t row = narrow ? narrow[i] : i, start = line_start(ix, row);

		if (i % STOP_EVERY == 0 && stopped(stop))
			break;
		if (filter_match(f, ix->text + start, ix->end[row] - start))
			rows_out[found++] = (uint32_t)row;
	}
	return found;
}

/* How many of some rows, spread over all, hold the term. */
static size_t sample_hits(const struct filter_index *ix, const struct term *t)
{
	size_t hits = 0, stride = ix->count / SAMPLE_ROWS + 1;

	for (size_t row = 0; row < ix->count; row += stride) {
		const char *line = ix->text + line_start(ix, row);

		hits += term_in(t, line, line, ix->text + ix->end[row]);
	}
	return hits;
}

/* The including term with the fewest hits drives the search; f->count where all exclude. */
static size_t choose_lead(const struct filter_index *ix, const struct filter *f)
{
	size_t lead = f->count, fewest = SIZE_MAX;

	for (size_t i = 0; i < f->count; i++) {
		size_t hits = f->terms[i].exclude || f->count == 1 ? 0 : sample_hits(ix, &f->terms[i]);

		if (!f->terms[i].exclude && hits < fewest) {
			fewest = hits;
			lead = i;
		}
	}
	return lead;
}

/* Rows first..last by the leading term over their bytes as one; a cursor turns an offset into its row. */
static size_t run_slice(uint32_t *rows_out, const struct filter_index *ix, const struct filter *f,
	size_t leader, size_t first, size_t last)
{
	const struct term *lead = &f->terms[leader];
	const char *end = ix->text + ix->end[last];
	const char *p = ix->text + line_start(ix, first);
	size_t row = first, found = 0;

	while ((p = find_text(p, end, lead))) {
		const char *line, *line_end;

		while (ix->text + ix->end[row] <= p)
			row++;
		line = ix->text + line_start(ix, row);
		line_end = ix->text + ix->end[row];
		if (!(tag_of(line, p) & lead->tags)) {
			p++;
			continue;
		}
		if (match_others(f, leader, line, line_end))
			rows_out[found++] = (uint32_t)row;
		p = line_end;
	}
	return found;
}

size_t filter_run(uint32_t *rows_out, const struct filter_index *ix, const struct filter *f,
	const uint32_t *narrow, size_t n_narrow, const bool *stop)
{
	size_t found = 0, lead;

	if (narrow)
		return run_rows(rows_out, ix, f, narrow, n_narrow, stop);
	lead = choose_lead(ix, f);
	if (lead == f->count)
		return run_rows(rows_out, ix, f, NULL, ix->count, stop);
	for (size_t row = 0; row < ix->count && !stopped(stop); row += STOP_EVERY) {
		size_t last = ix->count - row > STOP_EVERY ? row + STOP_EVERY : ix->count;

		found += run_slice(rows_out + found, ix, f, lead, row, last - 1);
	}
	return found;
}
