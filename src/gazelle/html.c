/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML of descriptions into text: blocks become lines, lists and tables keep their order, markup goes. No parser of
 * a browser: whatever stands there, text comes out, in one pass. Gazelle layer; any thread.
 */
#include "gazelle_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "verdict/base/text.h"

#define HREF_MAX 512

struct html {
	struct buf *out;
	size_t begin;		/* of what is ours in `out` */
	unsigned int lines;	/* line ends owed before the next text */
	bool space;		/* a blank is owed */
	unsigned int pre, depth;
	bool cell;		/* of a table: its lines are one */
	int item[8];		/* number of the next item of each open list, 0: without */
	char href[HREF_MAX];	/* of the link that is open, "": none */
	size_t link;		/* where its text begins in `out` */
};

static bool empty(const struct html *h)
{
	return h->out->len == h->begin;
}

static void text(struct html *h, const char *p, size_t n)
{
	if (!empty(h) && h->lines) {
		buf_fill(h->out, '\n', h->lines > 2 ? 2 : h->lines);
	} else if (!empty(h) && h->space && h->out->ptr[h->out->len - 1] != '\n') {
		buf_addc(h->out, ' ');
	}
	h->lines = 0;
	h->space = false;
	buf_add(h->out, p, n);
}

static void lines(struct html *h, unsigned int n)
{
	if (h->cell) {
		h->space = true;
		return;
	}
	if (h->lines < n)
		h->lines = n;
	h->space = false;
}

/* ---- characters ---- */

static const struct { const char *name; uint32_t cp; } entities[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", ' ' },
	{ "copy", 0xa9 }, { "reg", 0xae }, { "deg", 0xb0 }, { "plusmn", 0xb1 }, { "micro", 0xb5 }, { "middot", 0xb7 },
	{ "laquo", 0xab }, { "raquo", 0xbb }, { "frac12", 0xbd }, { "times", 0xd7 }, { "szlig", 0xdf },
	{ "auml", 0xe4 }, { "ouml", 0xf6 }, { "uuml", 0xfc }, { "Auml", 0xc4 }, { "Ouml", 0xd6 }, { "Uuml", 0xdc },
	{ "agrave", 0xe0 }, { "eacute", 0xe9 }, { "egrave", 0xe8 }, { "ecirc", 0xea }, { "ccedil", 0xe7 }, { "ntilde", 0xf1 },
	{ "ndash", 0x2013 }, { "mdash", 0x2014 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "bull", 0x2022 }, { "hellip", 0x2026 }, { "euro", 0x20ac }, { "trade", 0x2122 },
	{ "larr", 0x2190 }, { "rarr", 0x2192 }, { "ne", 0x2260 }, { "le", 0x2264 }, { "ge", 0x2265 },
};

/* "&#1234;", "&#x4e2d;", "&amp;": bytes taken, 0 where it is none. */
static size_t entity(uint32_t *cp, const char *p, size_t n)
{
	size_t len = 1;
	char word[12];

	while (len < n && len < sizeof(word) && (isalnum((unsigned char)p[len]) || (len == 1 && p[len] == '#')))
		len++;
	if (len >= n || p[len] != ';' || len < 2)
		return 0;
	memcpy(word, p + 1, len - 1);
	word[len - 1] = '\0';
	if (word[0] == '#') {
		bool hex = word[1] == 'x' || word[1] == 'X';
		char *end;
		unsigned long v = strtoul(word + 1 + hex, &end, hex ? 16 : 10);

		if (*end || end == word + 1 + hex || v == 0 || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
			return 0;
		*cp = (uint32_t)v;
		return len + 1;
	}
	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (strcmp(entities[i].name, word) == 0) {
			*cp = entities[i].cp;
			return len + 1;
		}
	return 0;
}

static size_t character(struct html *h, const char *p, size_t n)
{
	uint32_t cp;
	char out[4];
	size_t taken = *p == '&' ? entity(&cp, p, n) : 0;

	if (taken && cp != ' ' && cp != 0xa0) {
		text(h, out, (size_t)utf8_encode(out, cp));
		return taken;
	}
	if (taken || (*p == '\xc2' && n > 1 && p[1] == '\xa0')) {	/* a blank that does not break */
		h->space = true;
		return taken ? taken : 2;
	}
	if (*p == '\n' && h->pre) {
		lines(h, h->lines + 1);
	} else if (isspace((unsigned char)*p)) {
		if (h->pre)
			text(h, " ", 1);
		else
			h->space = true;
	} else if (*p) {
		text(h, p, 1);
	}
	return 1;
}

/* ---- tags ---- */

static bool one_of(const char *name, const char *words)
{
	size_t n = strlen(name);

	for (const char *p = words; *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && strncasecmp(p, name, n) == 0)
			return true;
	return false;
}

static void list(struct html *h, bool opens, bool numbered)
{
	if (opens && h->depth < 1000)
		h->depth++;
	else if (!opens && h->depth)
		h->depth--;
	if (opens && h->depth <= 8)
		h->item[h->depth - 1] = numbered;
	lines(h, 1);
}

static void item(struct html *h)
{
	unsigned int level = h->depth < 1 ? 1 : h->depth > 8 ? 8 : h->depth;
	char mark[48];
	int *n = &h->item[level - 1];

	lines(h, 1);
	if (h->depth && *n)
		snprintf(mark, sizeof(mark), "%*s%d.", (int)(level - 1) * 2, "", (*n)++);
	else
		snprintf(mark, sizeof(mark), "%*s-", (int)(level - 1) * 2, "");
	text(h, mark, strlen(mark));
	h->space = true;
}

static void tag(struct html *h, const char *name, bool closes)
{
	if (one_of(name, "td th tr table"))
		h->cell = false;
	if (one_of(name, "p h1 h2 h3 h4 h5 h6 table blockquote"))
		lines(h, 2);
	else if (one_of(name, "div tr section article header footer dt dd"))
		lines(h, 1);
	else if (one_of(name, "br hr"))
		lines(h, h->lines + 1);
	else if (one_of(name, "ul ol"))
		list(h, !closes, strcasecmp(name, "ol") == 0);
	else if (one_of(name, "li") && !closes)
		item(h);
	else if (one_of(name, "td th") && closes)
		h->space = true;
	if (one_of(name, "td th") && !closes) {
		if (!h->lines && !empty(h)) {
			h->space = true;
			text(h, "|", 1);
		}
		h->space = true;
		h->cell = true;
	}
	if (one_of(name, "pre")) {
		h->pre = closes ? (h->pre ? h->pre - 1 : 0) : h->pre + 1;
		lines(h, 2);
	}
}

/* Words in angles that HTML does not know were meant as they stand. */
static bool known(const char *name)
{
	return one_of(name, "a abbr article b big blockquote body br caption center code col colgroup dd del div dl dt em figure "
		"figcaption font footer h1 h2 h3 h4 h5 h6 head header hr html i img ins kbd label li link meta nav o ol p pre q s samp "
		"script section small span strike strong style sub sup table tbody td tfoot th thead title tr tt u ul var");
}

/* href="…" of a tag's inside. */
static void link_opens(struct html *h, const char *p, size_t n)
{
	const char *at = memmem(p, n, "href=", 5), *end;
	char quote;

	h->href[0] = '\0';
	if (!at || (size_t)(at - p) + 6 >= n)
		return;
	at += 5;
	quote = *at;
	if (quote != '"' && quote != '\'')
		return;
	end = memchr(at + 1, quote, n - (size_t)(at + 1 - p));
	if (!end || (size_t)(end - at) > sizeof(h->href))
		return;
	memcpy(h->href, at + 1, (size_t)(end - at - 1));
	h->href[end - at - 1] = '\0';
	h->link = h->out->len;
}

/* The address behind the words, where these are others. */
static void link_closes(struct html *h)
{
	size_t n = strlen(h->href);

	if (n && strchr(h->href, ':') && !(h->out->len > h->link && memmem(h->out->ptr + h->link, h->out->len - h->link, h->href, n))) {
		h->space = true;
		text(h, "(", 1);
		text(h, h->href, n);
		text(h, ")", 1);
	}
	h->href[0] = '\0';
}

/* What nobody is to read: bytes up to and with its end. */
static size_t hidden(const char *name, const char *p, size_t n)
{
	size_t len = strlen(name);

	for (size_t i = 0; i + 2 + len <= n; i++)
		if (p[i] == '<' && p[i + 1] == '/' && strncasecmp(p + i + 2, name, len) == 0)
			return i;
	return n;
}

static const char *find(const char *p, size_t n, const char *what)
{
	return memmem(p, n, what, strlen(what));
}

/* At '<': bytes taken, 0 where no tag begins. */
static size_t markup(struct html *h, const char *p, size_t n)
{
	char name[16];
	size_t at = 1, len = 0;
	const char *end;
	bool closes;

	if (n > 3 && memcmp(p, "<!--", 4) == 0) {
		end = find(p + 4, n - 4, "-->");
		return end ? (size_t)(end - p) + 3 : n;
	}
	closes = at < n && p[at] == '/';
	at += closes;
	if (at >= n || !(isalpha((unsigned char)p[at]) || p[at] == '!' || p[at] == '?'))
		return 0;
	while (at < n && len + 1 < sizeof(name) && isalnum((unsigned char)p[at]))
		name[len++] = p[at++];
	name[len] = '\0';
	end = at < n ? memchr(p + at, '>', n - at) : NULL;
	if (!end || (len && !known(name)))
		return 0;
	if (strcasecmp(name, "a") == 0 && !closes)
		link_opens(h, p + at, (size_t)(end - p) - at);
	else if (strcasecmp(name, "a") == 0)
		link_closes(h);
	at = (size_t)(end - p) + 1;
	tag(h, name, closes);
	if (!closes && one_of(name, "script style"))
		at += hidden(name, p + at, n - at);
	return at;
}

void gazelle_html(struct buf *out, const char *html, size_t len)
{
	struct html h = { .out = out, .begin = out->len };
	/* Behind the last '>' no tag begins; so a thousand '<' cost no thousand searches. */
	const char *last = memrchr(html, '>', len);
	size_t tags = last ? (size_t)(last - html) : 0;

	for (size_t at = 0; at < len; ) {
		size_t taken = html[at] == '<' && at < tags ? markup(&h, html + at, len - at) : 0;

		at += taken ? taken : character(&h, html + at, len - at);
	}
}
