/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of DICOM objects (PS3.5 chapter 6, PS3.3 C.12.1.1.2): single sets, and code extensions after ISO 2022
 * that change sets inside a value. Layer evidence; any thread.
 */
#include "dicom.h"
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/charset.h"
#include "verdict/evidence/encoding.h"

enum form { ASCII, HALF, KANA, PAIR7, PAIR7_EXTRA, PAIR8, WHOLE };

/* Sets by what (0008,0005) calls them, what escapes to them, and how their bytes are read. */
static const struct {
	const char *term, *escape;	/* the number of the term is enough */
	enum form form;
	const char *name;		/* of a table (HALF) or a converter */
} sets[] = {
	{ "6", "(B", ASCII, NULL },
	{ "100", "-A", HALF, "iso-8859-1" }, { "101", "-B", HALF, "iso-8859-2" }, { "109", "-C", HALF, "iso-8859-3" },
	{ "110", "-D", HALF, "iso-8859-4" }, { "144", "-L", HALF, "iso-8859-5" }, { "127", "-G", HALF, "iso-8859-6" },
	{ "126", "-F", HALF, "iso-8859-7" }, { "138", "-H", HALF, "iso-8859-8" }, { "148", "-M", HALF, "iso-8859-9" },
	{ "203", "-b", HALF, "iso-8859-15" }, { "166", "-T", HALF, "iso-8859-11" },
	{ "13", ")I", KANA, NULL }, { "14", "(J", KANA, NULL },
	{ "87", "$B", PAIR7, "EUC-JP" }, { "87", "$@", PAIR7, "EUC-JP" }, { "159", "$(D", PAIR7_EXTRA, "EUC-JP" },
	{ "149", "$)C", PAIR8, "EUC-KR" }, { "58", "$)A", PAIR8, "GB18030" },
	{ "192", "", WHOLE, "UTF-8" }, { "GB18030", "", WHOLE, "GB18030" }, { "GBK", "", WHOLE, "GB18030" },
};
#define SET_COUNT (sizeof(sets) / sizeof(sets[0]))

static int set_of_term(const char *p, size_t n)
{
	static const char *const before[] = { "ISO_IR ", "ISO 2022 IR ", "ISO-IR ", "ISO IR ", "ISO_IR_", "" };
	size_t i, k, skip;

	for (k = 0; k < sizeof(before) / sizeof(before[0]); k++) {
		skip = strlen(before[k]);
		if (n <= skip || memcmp(p, before[k], skip))
			continue;
		for (i = 0; i < SET_COUNT; i++)
			if (strlen(sets[i].term) == n - skip && !memcmp(sets[i].term, p + skip, n - skip))
				return (int)i;
	}
	return -1;
}

void dicom_charset_read(struct dicom_charset *out, const char *p, size_t n)
{
	size_t i = 0, end;
	int set;

	memset(out, 0, sizeof(*out));
	while (i <= n && out->count < DICOM_SETS_MAX) {
		const char *stop = i < n ? memchr(p + i, '\\', n - i) : NULL;
		size_t next;

		end = stop ? (size_t)(stop - p) : n;
		next = end + 1;
		while (end > i && (p[end - 1] == ' ' || p[end - 1] == '\0'))
			end--;
		while (i < end && p[i] == ' ')
			i++;
		set = end > i ? set_of_term(p + i, end - i) : 0;
		if (set < 0)
			out->unknown = true;
		else if (n)
			out->set[out->count++] = (uint8_t)set;
		i = next;
	}
}

bool dicom_is_utf8(const struct dicom_charset *cs)
{
	return cs->count && sets[cs->set[0]].form == WHOLE && !strcmp(sets[cs->set[0]].name, "UTF-8");
}

static void add_char(struct buf *out, uint32_t cp)
{
	char bytes[4];
	int n = utf8_encode(bytes, cp);

	buf_add(out, bytes, (size_t)n);
}

/* Bytes of one set, the escape taken off. */
static bool run(struct buf *out, size_t set, const char *p, size_t n)
{
	const uint16_t *table;
	struct buf t;
	size_t i;
	bool good;

	switch (sets[set].form) {
	case HALF:
		table = encoding_table(sets[set].name, strlen(sets[set].name));
		for (i = 0; i < n; i++) {
			unsigned char c = (unsigned char)p[i];

			if (c >= 0x80 && (!table || table[c - 0x80] == 0xfffd || c < 0xa0))
				return false;
			add_char(out, c < 0x80 ? c : table[c - 0x80]);
		}
		return true;
	case KANA:
		for (i = 0; i < n; i++) {
			unsigned char c = (unsigned char)p[i];

			if (c >= 0x80 && (c < 0xa1 || c > 0xdf))
				return false;
			add_char(out, c >= 0xa1 ? 0xff61u + c - 0xa1u : c);
		}
		return true;
	case PAIR7: case PAIR7_EXTRA:	/* seven bits: the converter wants eight */
		buf_init(&t, n * 2 + 1024);
		for (i = 0; i < n; i++) {
			bool pair = p[i] > ' ' && i + 1 < n;

			if (pair && sets[set].form == PAIR7_EXTRA)
				buf_addc(&t, (char)0x8f);
			buf_addc(&t, (char)(pair ? p[i] | 0x80 : p[i]));
			if (pair)
				buf_addc(&t, (char)(p[++i] | 0x80));
		}
		good = charset_convert(out, sets[set].name, buf_str(&t), t.len);
		buf_done(&t);
		return good;
	case PAIR8:
		return charset_convert(out, sets[set].name, p, n);
	default:
		for (i = 0; i < n; i++)
			if ((unsigned char)p[i] >= 0x80)
				return false;
		buf_add(out, p, n);
		return true;
	}
}

static bool escapes_to(size_t *set_out, size_t *took_out, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < SET_COUNT; i++) {
		size_t len = strlen(sets[i].escape);

		if (len && n > len && !memcmp(p + 1, sets[i].escape, len)) {
			*set_out = i;
			*took_out = 1 + len;
			return true;
		}
	}
	return false;
}

/* Sets go back to the first ones at the end of a value, of a component and of a line. */
static bool resets(char c, enum form form)
{
	if (c == '\r' || c == '\n' || c == '\f' || c == '\t')
		return true;
	return (c == '\\' || c == '^' || c == '=') && form != PAIR7 && form != PAIR7_EXTRA;
}

/* ESC in G1 (-, ), $)) leaves ASCII in G0; one in G0 leaves what is in G1. Both halves never mix in a run. */
static bool extended(struct buf *out, const struct dicom_charset *cs, const char *p, size_t n)
{
	size_t first = cs->count ? cs->set[0] : 0, now = first, begin = 0, i = 0, set, took;

	while (i < n) {
		if (p[i] == 0x1b) {
			if (!escapes_to(&set, &took, p + i, n - i) || !run(out, now, p + begin, i - begin))
				return false;
			if (set)
				now = set;
			else if (sets[now].form == PAIR7 || sets[now].form == PAIR7_EXTRA)
				now = first;
			i += took;
			begin = i;
		} else if (now != first && resets(p[i], sets[now].form)) {
			if (!run(out, now, p + begin, i - begin))
				return false;
			now = first;
			begin = i++;
		} else {
			i++;
		}
	}
	return run(out, now, p + begin, n - begin);
}

bool dicom_text(struct buf *out, const struct dicom_charset *cs, const char *p, size_t n)
{
	size_t before = out->len;
	bool good;

	if (cs->count && sets[cs->set[0]].form == WHOLE) {
		good = dicom_is_utf8(cs) ? utf8_valid(p, n) : charset_convert(out, sets[cs->set[0]].name, p, n);
		if (good && dicom_is_utf8(cs))
			buf_add(out, p, n);
	} else {
		good = extended(out, cs, p, n);
	}
	if (!good && out->len > before)
		buf_cut(out, before, out->len - before);
	return good;
}
