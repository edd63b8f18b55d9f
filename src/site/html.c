/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markup from foreign text: what could be markup is escaped, what would reorder, hide or break a line of text
 * becomes U+FFFD, names are isolated and carry their language. Layer: site. Any thread.
 */
#include "site_priv.h"

#include <inttypes.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"

#define REPLACEMENT "\xEF\xBF\xBD"

void put(struct page *p, const char *markup)
{
	buf_adds(p->out, markup);
}

/* Controls but tab and line end, bidi controls, what is no character: nothing of it may reach a page. */
static bool harmful(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x61c || c == 0xfeff ||
		(c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe || (c >= 0xe0000 && c <= 0xe0fff);
}

static void put_char(struct buf *out, const char *at, int n, uint32_t c)
{
	switch (n == 1 ? c : 0) {
	case '<': buf_adds(out, "&lt;"); break;
	case '>': buf_adds(out, "&gt;"); break;
	case '&': buf_adds(out, "&amp;"); break;
	case '"': buf_adds(out, "&quot;"); break;
	case '\'': buf_adds(out, "&#39;"); break;
	default: buf_add(out, at, (size_t)n);
	}
}

static void put_bytes(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; ) {
		uint32_t c;
		int n = utf8_decode(&c, text + i, len - i);

		if (n == 0 || harmful(c))
			buf_adds(out, REPLACEMENT);
		else
			put_char(out, text + i, n, c);
		i += n ? (size_t)n : 1;
	}
}

void clean_text(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; ) {
		uint32_t c;
		int n = utf8_decode(&c, text + i, len - i);

		if (n == 0 || harmful(c))
			buf_adds(out, REPLACEMENT);
		else
			buf_add(out, text + i, (size_t)n);
		i += n ? (size_t)n : 1;
	}
}

void put_text(struct page *p, const char *text)
{
	put_bytes(p->out, text, strlen(text));
}

/* Which scripts a text is written in, as far as they tell a language. */
static unsigned int scripts(const char *text)
{
	static const struct { uint32_t from, to; unsigned int bit; } rows[] = {
		{ 0x0e00, 0x0e7f, 1 }, { 0x3040, 0x30ff, 2 }, { 0xac00, 0xd7a3, 4 }, { 0x1100, 0x11ff, 4 },
		{ 0x4e00, 0x9fff, 8 }, { 0x3400, 0x4dbf, 8 }, { 0x20000, 0x3ffff, 8 },
	};
	size_t len = strlen(text);
	unsigned int found = 0;

	for (size_t i = 0; i < len; ) {
		uint32_t c;
		int n = utf8_decode(&c, text + i, len - i);

		for (size_t k = 0; n && k < sizeof(rows) / sizeof(*rows); k++)
			found |= c >= rows[k].from && c <= rows[k].to ? rows[k].bit : 0;
		i += n ? (size_t)n : 1;
	}
	return found;
}

/* Han characters look another way in each country, so the country decides. False: nothing is known. */
bool text_language(char out[8], const char *text, const char *country)
{
	static const struct { const char *country, *lang; } han[] = { { "JP", "ja" }, { "KR", "ko" },
		{ "TW", "zh-Hant" }, { "HK", "zh-Hant" }, { "MO", "zh-Hant" }, { "CN", "zh-Hans" },
		{ "SG", "zh-Hans" } };
	unsigned int s = scripts(text);
	const char *lang = s & 2 ? "ja" : s & 4 ? "ko" : s & 1 ? "th" : NULL;

	for (size_t i = 0; !lang && (s & 8) && i < sizeof(han) / sizeof(*han); i++)
		if (strcmp(han[i].country, country) == 0)
			lang = han[i].lang;
	if (lang)
		memcpy(out, lang, strlen(lang) + 1);
	return lang != NULL;
}

void put_name(struct page *p, const char *text)
{
	put(p, "<bdi>");
	put_text(p, text);
	put(p, "</bdi>");
}

void put_int(struct page *p, int64_t n)
{
	buf_printf(p->out, "%" PRId64, n);
}

void say(struct page *p, const char *english)
{
	put_text(p, site_text(p->lang, english));
}

void say_with(struct page *p, const char *english, const char *a, const char *b)
{
	const char *text = site_text(p->lang, english), *at;

	while ((at = strchr(text, '{'))) {
		bool place = (at[1] == '1' || at[1] == '2') && at[2] == '}';

		put_bytes(p->out, text, (size_t)(at - text) + (place ? 0 : 1));
		if (place)
			put_text(p, at[1] == '1' ? a : b);
		text = at + (place ? 3 : 1);
	}
	put_text(p, text);
}

void put_moment(struct page *p, int64_t at)
{
	char utc[CLOCK_TEXT], venue[CLOCK_TEXT];

	clock_format_utc(utc, at);
	clock_format_minute(venue, at, p->f->event.tz_min);
	buf_printf(p->out, "<time datetime=\"%s\">%s ", utc, venue);
	put_text(p, p->f->event.tz_name);
	put(p, "</time>");
}

void put_day(struct page *p, int64_t at)
{
	char venue[CLOCK_TEXT];

	clock_format_minute(venue, at, p->f->event.tz_min);
	buf_printf(p->out, "<time datetime=\"%.10s\">%.10s</time>", venue, venue);
}

/* A byte that is no letter, digit, - or _ becomes ~ and two digits, so no id leaves its folder. */
void put_code(struct buf *out, const char *id)
{
	for (; *id; id++) {
		unsigned char c = (unsigned char)*id;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_')
			buf_addc(out, *id);
		else
			buf_printf(out, "~%02x", c);
	}
}

static const char *upwards(const char *path, size_t skip)
{
	size_t slashes = 0;

	for (; *path; path++)
		slashes += *path == '/';
	slashes -= slashes < skip ? slashes : skip;
	return &"../../../"[3 * (3 - (slashes > 3 ? 3 : slashes))];
}

const char *page_root(const struct page *p)
{
	return upwards(p->file->path, 0);
}

const char *page_base(const struct page *p)
{
	return upwards(p->file->path, p->lang != p->plan->langs[0]);
}
