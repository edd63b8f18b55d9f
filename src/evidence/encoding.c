/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not UTF-8 becomes it before it is parsed. Layer evidence; one thread at a time. A mark
 * every ENCODING_STEP bytes of the translation holds the byte of the file, and walking on from
 * there is exact, because characters of UTF-16 and of single-byte sets have known sizes, and those
 * of stateful sets are noted down.
 */
#include "verdict/evidence/encoding.h"
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>
#include "evidence_priv.h"
#include "verdict/base/text.h"

enum encoding {
	ENCODING_UTF8,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_UTF32LE,
	ENCODING_UTF32BE,
	ENCODING_TABLE,
	ENCODING_SET,
	ENCODING_STATEFUL
};

#define TICK_CHARS (64 * 1024)	/* between questions whether to go on */

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
	for (start = i;
		i < n && p[i] != p[3] && p[i] != '\r' && p[i] != '\n' && p[i] != '~' && p[i] != '^';
		i++)
		;
	*name_out = p + start;
	return i - start;
}

/* By byte order mark, the pattern of an XML start, its declaration, or MSH-18; *table_out for
 * ENCODING_TABLE. */
static enum encoding sniff(const uint16_t **table_out, const char *p, size_t n)
{
	const char *name = NULL;
	size_t len, skip;

	*table_out = NULL;
	if (n >= 4 && !memcmp(p, "\xff\xfe\0\0", 4))
		return ENCODING_UTF32LE;
	if (n >= 4 && !memcmp(p, "\0\0\xfe\xff", 4))
		return ENCODING_UTF32BE;
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
	const char *set;	/* of ENCODING_SET */
	iconv_t cd;
	uint32_t *known;	/* what its pairs of bytes mean, + 1 */
};

static uint32_t unit(const struct translation *t, size_t at)
{
	if (at + 1 >= t->n)
		return 0xfffd;
	return t->enc == ENCODING_UTF16LE ? t->p[at] | (uint32_t)t->p[at + 1] << 8 :
		(uint32_t)t->p[at] << 8 | t->p[at + 1];
}

static uint32_t unit32(const struct translation *t, size_t at)
{
	const unsigned char *p = t->p + at;

	if (t->n - at < 4)
		return 0xfffd;
	return t->enc == ENCODING_UTF32LE
		? p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24
		: p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static uint32_t ask_library(const struct translation *t, size_t n)
{
	char bytes[4], utf8[16], *from = bytes, *to = utf8;
	size_t left = n, room = sizeof(utf8);
	uint32_t cp;

	memcpy(bytes, t->p + t->at, n);
	iconv(t->cd, NULL, NULL, NULL, NULL);
	if (iconv(t->cd, &from, &left, &to, &room) == (size_t)-1 || left)
		return 0xfffd;
	return utf8_decode(&cp, utf8, sizeof(utf8) - room) > 0 ? cp : 0xfffd;
}

static uint32_t set_char(size_t *took_out, const struct translation *t)
{
	size_t n = encoding_char(t->set, (const char *)t->p + t->at, t->n - t->at);
	uint32_t *known;

	*took_out = n;
	if (t->p[t->at] < 0x80)
		return t->p[t->at];
	if (n > 2)
		return ask_library(t, n);
	known = &t->known[n == 2 ? t->p[t->at] << 8 | t->p[t->at + 1] : t->p[t->at]];
	if (!*known)
		*known = ask_library(t, n) + 1;
	return *known - 1;
}

/* Next character and how many bytes it took. */
static uint32_t next_char(size_t *took_out, const struct translation *t)
{
	uint32_t hi, lo;

	if (t->enc == ENCODING_SET)
		return set_char(took_out, t);
	if (t->enc == ENCODING_UTF32LE || t->enc == ENCODING_UTF32BE) {
		*took_out = t->n - t->at < 4 ? t->n - t->at : 4;
		lo = unit32(t, t->at);
		return lo > 0x10ffff || (lo >= 0xd800 && lo <= 0xdfff) ? 0xfffd : lo;
	}
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

static void mark_places(struct document *d, const struct translation *t, size_t at)
{
	while (d->places.len * ENCODING_STEP <= t->len)
		vec_push(&d->places, (uint32_t)at);
}

static bool tick(const struct document *d)
{
	return d->plain.tick && d->plain.tick(d->plain.tick_data);
}

static void translate(struct document *d, struct translation *t)
{
	uint32_t cp;
	size_t took, count = 0;

	while (t->at < t->n && (++count % TICK_CHARS || !tick(d))) {
		mark_places(d, t, t->at);
		cp = next_char(&took, t);
		t->len += (size_t)utf8_encode(t->out + t->len, cp);
		t->at += took;
	}
}

/*
 * One character of a stateful set: bytes are given one by one until the converter answers. What the
 * character and the escapes before it took goes to *took_out.
 */
static size_t stateful_char(char out[16], size_t *took_out, struct translation *t)
{
	size_t start = t->at, give = 1, got;

	for (;;) {
		char *from = (char *)(uintptr_t)t->p + t->at, *to = out;
		size_t left = give, room = 16, rc;

		if (t->at + give > t->n)
			break;
		errno = 0;
		rc = iconv(t->cd, &from, &left, &to, &room);
		t->at += give - left;
		got = 16 - room;
		if (got)
			goto out;
		if (rc == (size_t)-1 && (errno != EINVAL || give == 8))
			break;	/* these bytes mean nothing */
		give = left ? give + 1 : 1;
		if (t->at - start > 200)
			break;	/* escapes without end */
	}
	if (t->at < t->n && t->at == start)
		t->at++;
	else if (t->at + give > t->n)
		t->at = t->n;
	got = (size_t)utf8_encode(out, 0xfffd);
out:
	*took_out = t->at - start;
	return got;
}

static void translate_stateful(struct document *d, struct translation *t)
{
	size_t took, n, count = 0;
	char c[16];

	d->took = mem_alloc(t->n * 3 + 32);
	while (t->at < t->n && (++count % TICK_CHARS || !tick(d))) {
		mark_places(d, t, t->at);
		n = stateful_char(c, &took, t);
		if (t->len + n > t->n * 3)
			break;
		memcpy(t->out + t->len, c, n);
		memset(d->took + t->len, 0, n);
		d->took[t->len] = took < 255 ? (uint8_t)took : 255;
		t->len += n;
	}
}

static const struct { const char *name, *library; enum encoding enc;
} sets[] = {
	{ "Shift-JIS", "CP932", ENCODING_SET },
	{ "EUC-JP", "EUC-JP", ENCODING_SET },
	{ "EUC-KR", "UHC", ENCODING_SET },
	{ "GB18030", "GB18030", ENCODING_SET },
	{ "Big5", "BIG5-HKSCS", ENCODING_SET },
	{ "ISO-2022-JP", "ISO-2022-JP-2", ENCODING_STATEFUL },
	{ "ISO-2022-KR", "ISO-2022-KR", ENCODING_STATEFUL },
	{ "EUC-TW", "EUC-TW", ENCODING_STATEFUL },
	{ "VISCII", "VISCII", ENCODING_STATEFUL },
	{ "EBCDIC", "IBM037", ENCODING_STATEFUL },
};

static const struct { const char *name; enum encoding enc;
} units[] = {
	{ "UTF-8", ENCODING_UTF8 },
	{ "UTF-16LE", ENCODING_UTF16LE },
	{ "UTF-16BE", ENCODING_UTF16BE },
	{ "UTF-32LE", ENCODING_UTF32LE },
	{ "UTF-32BE", ENCODING_UTF32BE },
};

void encoding_settle(void)
{
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		char in[] = "a", to[8], *from = in, *at = to;
		size_t left = 1, room = sizeof(to);
		iconv_t cd = iconv_open("UTF-8", sets[i].library);

		if (cd != (iconv_t)-1)
			iconv(cd, &from, &left, &at, &room);
	}
}

/* Kinds whose bytes are text and declare nothing that holds. */
static bool may_be_guessed(enum evidence_kind k)
{
	return (k >= EVIDENCE_JSON && k <= EVIDENCE_HL7V2) || k == EVIDENCE_TEXT;
}

/* Take an encoding by its name; false where there is no converter for it. */
static bool choose(struct translation *t, struct document *d, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].name, name)) {
			t->enc = units[i].enc;
			return true;
		}
	t->table = encoding_table(name, strlen(name));
	if (t->table) {
		t->enc = ENCODING_TABLE;
		return true;
	}
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (!strcmp(sets[i].name, name) &&
			(t->cd = iconv_open("UTF-8", sets[i].library)) != (iconv_t)-1) {
			t->enc = sets[i].enc;
			t->set = t->enc == ENCODING_SET ? sets[i].name : NULL;
			t->known = t->set ? mem_array(65536, sizeof(*t->known)) : NULL;
			d->set = t->set;
			return true;
		}
	return false;
}

/* Escapes that begin a run of Kanji: seven bits, so that it would be UTF-8 as well. */
static const char *seven_bits(const char *p, size_t n)
{
	n = n < 64 * 1024 ? n : 64 * 1024;
	return memmem(p, n, "\033$B", 3) || memmem(p, n, "\033$@", 3) ? "ISO-2022-JP" : NULL;
}

/* Bytes that are no UTF-8 and say nothing: what they look like. */
static void guess(struct translation *t, struct document *d)
{
	const char *name;

	if (!may_be_guessed(d->kind) || d->len > ENCODING_MAX)
		return;
	if (d->len >= 4 && d->text[0] && !d->text[1] && d->text[2] && !d->text[3])
		t->enc = ENCODING_UTF16LE;
	else if (d->len >= 4 && !d->text[0] && d->text[1] && !d->text[2] && d->text[3])
		t->enc = ENCODING_UTF16BE;
	if (t->enc != ENCODING_UTF8)
		d->guessed = "UTF-16";
	if (d->guessed)
		return;
	name = d->len <= ENCODING_STATEFUL_MAX ? seven_bits(d->text, d->len) : NULL;
	if (!name && utf8_valid(d->text, d->len))
		return;
	if (!name)
		name = encoding_guess(d->text, d->len);
	if (name && choose(t, d, name))
		d->guessed = name;
}

/* What it was translated from, by name. */
static const char *name_of(const struct translation *t, const struct document *d)
{
	size_t i;

	if (d->asked || d->guessed)
		return d->asked ? d->asked : d->guessed;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].enc == t->enc)
			return units[i].name;
	return t->table ? encoding_table_name(t->table) : t->set;
}

/* How the document is to be read; false: as it is. */
static bool decide(struct translation *t, struct document *d)
{
	if (d->asked) {
		choose(t, d, d->asked);
	} else {
		t->enc = sniff(&t->table, d->text, d->len);
		if (t->enc == ENCODING_UTF8)
			guess(t, d);
	}
	if (t->enc == ENCODING_UTF8 || !d->len || d->len > ENCODING_MAX)
		return false;
	if (t->enc == ENCODING_STATEFUL && d->len > ENCODING_STATEFUL_MAX)
		return false;
	/* a declared set is not always the true one: what is valid UTF-8 with such characters is
	 * UTF-8 */
	return d->asked || t->enc != ENCODING_TABLE || !utf8_valid(d->text, d->len);
}

void encoding_translate(struct document *d)
{
	struct translation t = {
		.p = (const unsigned char *)d->text, .n = d->len, .cd = (iconv_t)-1
	};

	if (decide(&t, d)) {
		t.out = mem_alloc(t.n * 3 + 4);
		d->wide = t.enc == ENCODING_UTF16LE || t.enc == ENCODING_UTF16BE;
		d->wider = t.enc == ENCODING_UTF32LE || t.enc == ENCODING_UTF32BE;
		if (d->wide && unit(&t, 0) == 0xfeff)
			t.at = 2;
		if (d->wider && unit32(&t, 0) == 0xfeff)
			t.at = 4;
		if (t.enc == ENCODING_STATEFUL)
			translate_stateful(d, &t);
		else
			translate(d, &t);
		d->encoding = name_of(&t, d);
		d->owned = mem_realloc(t.out, t.len + 1, 1);
		d->owned[t.len] = '\0';
		d->text = d->owned;
		d->len = t.len;
	}
	if (t.cd != (iconv_t)-1)
		iconv_close(t.cd);
	mem_free(t.known);
}

void encoding_forget(struct document *d)
{
	mem_free(d->owned);
	mem_free(d->took);
	vec_done(&d->places);
	d->owned = NULL;
	d->took = NULL;
	d->wide = d->wider = false;
	d->set = d->guessed = d->encoding = NULL;
}

static size_t char_bytes(unsigned char c)
{
	return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Bytes of the file for a character that takes n in the text. */
static uint64_t bytes_of(const struct document *d, uint64_t text, uint64_t file, size_t n)
{
	if (d->took)
		return d->took[text];
	if (d->set)
		return encoding_char(
			d->set, d->plain.src.map + file, (size_t)(d->plain.src.size - file));
	if (d->wider)
		return 4;
	return !d->wide ? 1 : n == 4 ? 4 : 2;
}

/* Walk from a mark until either offset is reached. */
static void walk(const struct document *d, size_t mark, uint64_t *text, uint64_t *file,
	uint64_t text_stop, uint64_t file_stop)
{
	*text = (uint64_t)mark * ENCODING_STEP;
	*file = d->places.at[mark];
	while (*text < d->len && ((unsigned char)d->text[*text] & 0xc0) == 0x80)
		(*text)++;	/* the mark stands for the first character that begins here */
	while (*text < d->len && *text < text_stop && *file < file_stop) {
		size_t n = char_bytes((unsigned char)d->text[*text]);

		if (*text + n > text_stop)
			break;
		*file += bytes_of(d, *text, *file, n);
		*text += n;
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
