/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters of the C library for a fixed list of sets. Layer evidence; any thread. While one converter of a
 * set is held open, opening another needs no file.
 */
#include "verdict/evidence/charset.h"
#include <iconv.h>
#include <string.h>

static const char *const names[CHARSETS_MAX] = { "EUC-JP", "EUC-KR", "GB18030", "SHIFT_JIS", "BIG5" };

void charsets_load(struct charsets *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < CHARSETS_MAX && names[i]; i++) {
		char in[] = "a", to[8], *from = in, *at = to;
		size_t left = 1, room = sizeof(to);
		iconv_t cd = iconv_open("UTF-8", names[i]);

		if (cd == (iconv_t)-1)
			continue;
		iconv(cd, &from, &left, &at, &room);
		out->held[i] = cd;
	}
}

static bool ours(const char *name)
{
	size_t i;

	for (i = 0; i < CHARSETS_MAX && names[i]; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool charset_convert(struct buf *out, const char *name, const char *p, size_t n)
{
	char piece[1024], *from = (char *)p;
	size_t before = out->len, room;
	bool good = true;
	iconv_t cd;

	if (!ours(name) || (cd = iconv_open("UTF-8", name)) == (iconv_t)-1)
		return false;
	while (good && n) {
		char *to = piece;
		size_t left = n, rc;

		room = sizeof(piece);
		rc = iconv(cd, &from, &n, &to, &room);
		buf_add(out, piece, sizeof(piece) - room);
		if (rc == (size_t)-1 && (n == left || room > 16))
			good = false;	/* not full: the bytes are wrong */
	}
	iconv_close(cd);
	if (!good && out->len > before)
		buf_cut(out, before, out->len - before);
	return good && !out->err;
}
