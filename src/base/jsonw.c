/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streaming JSON writer over a buffer. Layer base; the thread that owns the buffer.
 */
#include "verdict/base/jsonw.h"
#include <inttypes.h>
#include <string.h>
#include "verdict/base/text.h"

#define DEPTH_MAX 63	/* one bit each in `comma` */

void jsonw_init(struct jsonw *w, struct buf *out, bool indent)
{
	w->out = out;
	w->indent = indent;
	w->depth = 0;
	w->comma = 0;
}

static void line(struct jsonw *w)
{
	if (!w->indent)
		return;
	buf_addc(w->out, '\n');
	buf_fill(w->out, ' ', w->depth * 2);
}

static void escape(struct buf *b, unsigned char c)
{
	static const char short_of[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	size_t i;

	for (i = 0; i < sizeof(short_of) - 1; i += 2) {
		if ((unsigned char)short_of[i] == c) {
			buf_addc(b, '\\');
			buf_addc(b, short_of[i + 1]);
			return;
		}
	}
	buf_printf(b, "\\u%04x", c);
}

static bool literal(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void string(struct buf *b, const char *s, size_t n)
{
	size_t at = 0, run;
	uint32_t cp;
	int len;

	buf_addc(b, '"');
	while (at < n && !b->err) {
		for (run = at; run < n && literal((unsigned char)s[run]); run++)
			;
		if (run > at)
			buf_add(b, s + at, run - at);
		at = run;
		if (at == n)
			break;
		len = utf8_decode(&cp, s + at, n - at);
		if (len == 0)
			buf_adds(b, "\xef\xbf\xbd");
		else if (cp < 0xa0)
			escape(b, (unsigned char)cp);	/* C1 too: it may end on a terminal */
		else
			buf_add(b, s + at, (size_t)len);
		at += len ? (size_t)len : 1;
	}
	buf_addc(b, '"');
}

static void begin(struct jsonw *w, const char *key)
{
	uint64_t bit = UINT64_C(1) << w->depth;

	if (w->comma & bit)
		buf_addc(w->out, ',');
	w->comma |= bit;
	if (w->depth > 0)
		line(w);
	if (!key)
		return;
	string(w->out, key, strlen(key));
	buf_adds(w->out, w->indent ? ": " : ":");
}

static void enter(struct jsonw *w, const char *key, char c)
{
	if (w->depth >= DEPTH_MAX && !w->out->err)
		w->out->err = status_set(STATUS_LIMIT, "JSON deeper than %d levels", DEPTH_MAX);
	if (w->out->err)
		return;
	begin(w, key);
	buf_addc(w->out, c);
	w->depth++;
	w->comma &= ~(UINT64_C(1) << w->depth);
}

static void leave(struct jsonw *w, char c)
{
	bool any;

	if (w->out->err || w->depth == 0)
		return;
	any = w->comma >> w->depth & 1;
	w->depth--;
	if (any)
		line(w);
	buf_addc(w->out, c);
	if (w->depth == 0 && w->indent)
		buf_addc(w->out, '\n');
}

void jsonw_object(struct jsonw *w, const char *key)
{
	enter(w, key, '{');
}

void jsonw_array(struct jsonw *w, const char *key)
{
	enter(w, key, '[');
}

void jsonw_end_object(struct jsonw *w)
{
	leave(w, '}');
}

void jsonw_end_array(struct jsonw *w)
{
	leave(w, ']');
}

void jsonw_str(struct jsonw *w, const char *key, const char *value)
{
	if (value)
		jsonw_strn(w, key, value, strlen(value));
	else
		jsonw_null(w, key);
}

void jsonw_strn(struct jsonw *w, const char *key, const char *value, size_t len)
{
	begin(w, key);
	string(w->out, value, len);
}

void jsonw_int(struct jsonw *w, const char *key, int64_t value)
{
	begin(w, key);
	buf_printf(w->out, "%" PRId64, value);
}

void jsonw_bool(struct jsonw *w, const char *key, bool value)
{
	begin(w, key);
	buf_adds(w->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *w, const char *key)
{
	begin(w, key);
	buf_adds(w->out, "null");
}

void jsonw_raw(struct jsonw *w, const char *key, const char *json, size_t len)
{
	begin(w, key);
	buf_add(w->out, json, len);
}
