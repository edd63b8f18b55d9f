/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not UTF-8 becomes it before it is parsed. Layer evidence; one thread at a time. A mark every
 * ENCODING_STEP bytes of the translation holds the byte of the file, and walking on from there is exact,
 * because characters of UTF-16 and of single-byte sets have known sizes.
 */
#include "verdict/evidence/encoding.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "evidence_priv.h"
#include "verdict/base/text.h"

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_TABLE };

/* Value of encoding="…" in an XML declaration at p. */
static size_t xml_declared(const char **name_out, const char *p, size_t n)
{
	const char *end, *at, *stop;

	if (n < 6 || memcmp(p, "<?xml", 5))
		return 0;
	end = memmem(p, n < 256 ? n : 256, "?>", 2);
	if (!end)
		return 0;
	at = memmem(p, (size_t)(end - p), "encoding", 8);
	while (at && at < end && *at != '"' && *at != '\'')
		at++;
	if (!at || at >= end)
		return 0;
	stop = memchr(at + 1, *at, (size_t)(end - at - 1));
	*name_out = at + 1;
	return stop ? (size_t)(stop - at - 1) : 0;
}

/* MSH-18, the character set, in the first segment. */
static size_t hl7_declared(const char **name_out, const char *p, size_t n)
{
	unsigned int field = 1;
	size_t i = 4, start;

	if (n < 8 || memcmp(p, "MSH", 3) || isalnum((unsigned char)p[3]))
		return 0;
	for (; i < n && p[i] != '\r' && p[i] != '\n' && field < 17; i++)
		if (p[i] == p[3])
			field++;
	if (field < 17)
		return 0;
	for (start = i; i < n && p[i] != p[3] && p[i] != '\r' && p[i] != '\n' && p[i] != '~' && p[i] != '^'; i++)
		;
	*name_out = p + start;
	return i - start;
}

/* By byte order mark, the pattern of an XML start, its declaration, or MSH-18; *table_out for ENCODING_TABLE. */
static enum encoding sniff(const uint16_t **table_out, const char *p, size_t n)
{
	const char *name = NULL;
	size_t len, skip;

	*table_out = NULL;
	if (n >= 2 && !memcmp(p, "\xff\xfe", 2))
		return ENCODING_UTF16LE;
	if (n >= 2 && !memcmp(p, "\xfe\xff", 2))
		return ENCODING_UTF16BE;
	if (n >= 4 && p[0] == '<' && !p[1] && p[2] && !p[3])
		return ENCODING_UTF16LE;
	if (n >= 4 && !p[0] && p[1] == '<' && !p[2] && p[3])
		return ENCODING_UTF16BE;
	skip = utf8_bom(p, n);
	if (skip)
		return ENCODING_UTF8;
	if (n && p[0] == 0x0b)
		skip = 1;	/* a frame of MLLP */
	len = xml_declared(&name, p, n);
	if (!len)
		len = hl7_declared(&name, p + skip, n - skip);
	if (len)
		*table_out = encoding_table(name, len);
	return *table_out ? ENCODING_TABLE : ENCODING_UTF8;
}

struct translation {
	const unsigned char *p;
	size_t n, at;
	char *out;
	size_t len;
	enum encoding enc;
	const uint16_t *table;
};

static uint32_t unit(const struct translation *t, size_t at)
{
	if (at + 1 >= t->n)
		return 0xfffd;
	return t->enc == ENCODING_UTF16LE ? t->p[at] | (uint32_t)t->p[at + 1] << 8 :
		(uint32_t)t->p[at] << 8 | t->p[at + 1];
}

/* Next character and how many bytes it took. */
static uint32_t next_char(size_t *took_out, const struct translation *t)
{
	uint32_t hi, lo;

	if (t->enc == ENCODING_TABLE) {
		*took_out = 1;
		return t->p[t->at] < 0x80 ? t->p[t->at] : t->table[t->p[t->at] - 0x80];
	}
	*took_out = t->n - t->at < 2 ? 1 : 2;
	hi = unit(t, t->at);
	if (hi < 0xd800 || hi > 0xdfff)
		return hi;
	lo = unit(t, t->at + 2);
	if (hi > 0xdbff || t->at + 3 >= t->n || lo < 0xdc00 || lo > 0xdfff)
		return 0xfffd;	/* half of a pair */
	*took_out = 4;
	return 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
}

static void translate(struct document *d, struct translation *t)
{
	uint32_t cp;
	size_t took;

	while (t->at < t->n) {
		while (d->places.len * ENCODING_STEP <= t->len)
			vec_push(&d->places, (uint32_t)t->at);
		cp = next_char(&took, t);
		t->len += (size_t)utf8_encode(t->out + t->len, cp);
		t->at += took;
	}
}

void encoding_translate(struct document *d)
{
	struct translation t = { .p = (const unsigned char *)d->text, .n = d->len };

	t.enc = sniff(&t.table, d->text, d->len);
	if (t.enc == ENCODING_UTF8 || !d->len || d->len > ENCODING_MAX)
		return;
	/* a declared set is not always the true one: what is valid UTF-8 with such characters is UTF-8 */
	if (t.enc == ENCODING_TABLE && utf8_valid(d->text, d->len))
		return;
	t.out = mem_alloc(t.n * 3 + 4);
	d->wide = t.enc != ENCODING_TABLE;
	if (d->wide && unit(&t, 0) == 0xfeff)
		t.at = 2;
	translate(d, &t);
	d->owned = mem_realloc(t.out, t.len + 1, 1);
	d->owned[t.len] = '\0';
	d->text = d->owned;
	d->len = t.len;
}

static size_t char_bytes(unsigned char c)
{
	return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Walk from a mark until either offset is reached. */
static void walk(const struct document *d, size_t mark, uint64_t *text, uint64_t *file, uint64_t text_stop, uint64_t file_stop)
{
	*text = (uint64_t)mark * ENCODING_STEP;
	*file = d->places.at[mark];
	while (*text < d->len && ((unsigned char)d->text[*text] & 0xc0) == 0x80)
		(*text)++;	/* the mark stands for the first character that begins here */
	while (*text < d->len && *text < text_stop && *file < file_stop) {
		size_t n = char_bytes((unsigned char)d->text[*text]);

		if (*text + n > text_stop)
			break;
		*text += n;
		*file += !d->wide ? 1 : n == 4 ? 4 : 2;
	}
}

uint64_t encoding_place(const struct document *d, uint32_t text_offset)
{
	uint64_t text, file;
	size_t mark;

	if (!d->owned || !d->places.len)
		return text_offset;
	if (text_offset >= d->len)
		return d->plain.src.size;
	mark = text_offset / ENCODING_STEP;
	if (mark >= d->places.len)
		mark = d->places.len - 1;
	walk(d, mark, &text, &file, text_offset, UINT64_MAX);
	return file < d->plain.src.size ? file : d->plain.src.size;
}

uint64_t encoding_find(const struct document *d, uint64_t file_offset)
{
	size_t lo = 0, hi = d->places.len;
	uint64_t text, file;

	if (!d->owned || !d->places.len)
		return file_offset;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->places.at[mid] <= file_offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	walk(d, lo ? lo - 1 : 0, &text, &file, UINT64_MAX, file_offset);
	return text;
}
