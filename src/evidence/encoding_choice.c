/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings that may be asked for by name, and the other names they go by. Layer evidence; any
 * thread. */
#include "verdict/evidence/encoding.h"
#include <ctype.h>
#include <string.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

static const char *const names[] = { "auto", "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE",
	"UTF-32BE", "Shift-JIS", "EUC-JP", "ISO-2022-JP", "EUC-KR", "ISO-2022-KR", "GB18030",
	"Big5", "EUC-TW", "VISCII", "EBCDIC", "iso-8859-1", "iso-8859-2", "iso-8859-3",
	"iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9",
	"iso-8859-10", "iso-8859-11", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16",
	"windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
	"windows-1255", "windows-1256", "windows-1257", "windows-1258", "koi8-r", "tis-620",
	"ibm437", "ibm850", "macintosh", NULL };

/* As vendors, mail and HL7 v2 (table 0211) call them; letters and digits alone count. */
static const struct { const char *other, *name;
} others[] = {
	{ "unicodeutf8", "UTF-8" },
	{ "utf16", "UTF-16LE" },
	{ "ucs2", "UTF-16LE" },
	{ "utf32", "UTF-32LE" },
	{ "sjis", "Shift-JIS" },
	{ "cp932", "Shift-JIS" },
	{ "windows31j", "Shift-JIS" },
	{ "mskanji", "Shift-JIS" },
	{ "ujis", "EUC-JP" },
	{ "jis", "ISO-2022-JP" },
	{ "isoir87", "ISO-2022-JP" },
	{ "iso2022ir87", "ISO-2022-JP" },
	{ "uhc", "EUC-KR" },
	{ "cp949", "EUC-KR" },
	{ "ksc56011987", "EUC-KR" },
	{ "ksx1001", "EUC-KR" },
	{ "gbk", "GB18030" },
	{ "gb2312", "GB18030" },
	{ "cp936", "GB18030" },
	{ "gb180302000", "GB18030" },
	{ "cp950", "Big5" },
	{ "big5hkscs", "Big5" },
	{ "cns116431992", "EUC-TW" },
	{ "ibm037", "EBCDIC" },
	{ "cp037", "EBCDIC" },
	{ "latin1", "iso-8859-1" },
	{ "ascii", "windows-1252" },
	{ "cp1252", "windows-1252" },
	{ "cp1251", "windows-1251" },
	{ "cp1250", "windows-1250" },
	{ "cp1258", "windows-1258" },
	{ "cp437", "ibm437" },
	{ "cp850", "ibm850" },
	{ "windows874", "tis-620" },
	{ "isoir166", "tis-620" },
	{ "isoir100", "iso-8859-1" },
	{ "88591", "iso-8859-1" },
	{ "885915", "iso-8859-15" },
};

const char *const *encoding_names(void)
{
	return names;
}

/* The same letters and digits, whatever stands between them. */
static bool alike(const char *a, const char *b, size_t n)
{
	const char *end = b + n;

	for (;;) {
		while (*a && !isalnum((unsigned char)*a))
			a++;
		while (b < end && !isalnum((unsigned char)*b))
			b++;
		if (!*a || b == end)
			return !*a && b == end;
		if (tolower((unsigned char)*a++) != tolower((unsigned char)*b++))
			return false;
	}
}

static const char *known(const char *name, size_t len)
{
	size_t i;

	for (i = 0; names[i]; i++)
		if (alike(names[i], name, len))
			return names[i];
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (alike(others[i].other, name, len))
			return others[i].name;
	return NULL;
}

enum status encoding_parse(const char **name_out, const char *name, size_t len)
{
	const char *found = known(name, len);
	struct buf b;
	size_t i;

	if (found) {
		*name_out = found;
		return STATUS_OK;
	}
	buf_init(&b, 2048);
	for (i = 0; names[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", names[i]);
	status_set(STATUS_INVALID, "no encoding has this name; possible are: %s", buf_str(&b));
	buf_done(&b);
	return STATUS_INVALID;
}
