/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML and HTML written element by element. Layer report; the thread that owns the buffer.
 */
#include "verdict/report/xmlw.h"

#include <assert.h>
#include <string.h>
#include "verdict/base/text.h"

#define REPLACEMENT "\xef\xbf\xbd"

static bool allowed(uint32_t cp)
{
	return cp >= 0x20 ? cp != 0xfffe && cp != 0xffff : cp == '\t' || cp == '\n' || cp == '\r';
}

static void escape_one(struct buf *out, const char *s, size_t len, uint32_t cp)
{
	switch (cp) {
	case '&': buf_adds(out, "&amp;"); break;
	case '<': buf_adds(out, "&lt;"); break;
	case '>': buf_adds(out, "&gt;"); break;
	case '"': buf_adds(out, "&quot;"); break;
	case '\'': buf_adds(out, "&#39;"); break;
	/* as they are, a reader would turn them into something else */
	case '\r': buf_adds(out, "&#13;"); break;
	case '\t': buf_adds(out, "&#9;"); break;
	default: buf_add(out, s, len);
	}
}

void xml_escape(struct buf *out, const char *s)
{
	size_t n = strlen(s), at = 0;
	uint32_t cp;
	int len;

	while (at < n && !out->err) {
		len = utf8_decode(&cp, s + at, n - at);
		if (len > 0 && allowed(cp))
			escape_one(out, s + at, (size_t)len, cp);
		else
			buf_adds(out, REPLACEMENT);
		at += len > 0 ? (size_t)len : 1;
	}
}

void xmlw_init(struct xmlw *w, struct buf *out)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
}

static void end_tag(struct xmlw *w)
{
	if (w->open)
		buf_addc(w->out, '>');
	w->open = false;
}

static void line(struct xmlw *w)
{
	if (w->out->len)
		buf_addc(w->out, '\n');
	buf_fill(w->out, ' ', w->depth);
}

void xmlw_open(struct xmlw *w, const char *name)
{
	assert(w->depth < XMLW_DEPTH_MAX);
	end_tag(w);
	if (w->depth == 0 || !w->mixed[w->depth - 1])
		line(w);
	w->names[w->depth] = name;
	w->mixed[w->depth++] = false;
	buf_addc(w->out, '<');
	buf_adds(w->out, name);
	w->open = true;
}

void xmlw_attr(struct xmlw *w, const char *name, const char *value)
{
	assert(w->open);
	buf_printf(w->out, " %s=\"", name);
	xml_escape(w->out, value);
	buf_addc(w->out, '"');
}

void xmlw_text(struct xmlw *w, const char *text)
{
	end_tag(w);
	w->mixed[w->depth - 1] = true;
	xml_escape(w->out, text);
}

void xmlw_close(struct xmlw *w)
{
	assert(w->depth > 0);
	w->depth--;
	if (w->open) {
		buf_adds(w->out, "/>");
		w->open = false;
		return;
	}
	if (!w->mixed[w->depth])
		line(w);
	buf_printf(w->out, "</%s>", w->names[w->depth]);
}

void xmlw_element(struct xmlw *w, const char *name, const char *text)
{
	xmlw_open(w, name);
	xmlw_text(w, text);
	xmlw_close(w);
}
