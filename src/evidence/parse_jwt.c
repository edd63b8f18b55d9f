/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: JWS and JWE in compact form (RFC 7515, 7516), SMART Health Cards (a deflated payload, shc:/ as digits)
 * and SMART Health Links (shlink:/). Layer evidence; one thread at a time. Header and payload are decoded into
 * the annex and read as the JSON they are; the signature is shown and never claimed to have been checked.
 */
#include "inside_priv.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PARTS_MAX 5

struct token {
	struct outline *o;
	const char *p;		/* what stands at the offset `from`: the text at hand, or a piece of the annex */
	size_t from, n;
};
struct range { size_t begin, end; };	/* offsets of the text at hand */

static const char *at(const struct token *t, size_t offset)
{
	return t->p + (offset - t->from);
}

static uint32_t value_node(struct outline *o, const char *label, size_t begin, size_t end)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, label);
	outline_value(o, i, begin, end);
	return i;
}

static void say(struct outline *o, const char *label, size_t begin, size_t end, const char *words)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, label);
	outline_value_words(o, i, words, strlen(words));
}

/* base64url of the text at hand into the annex; false where it is none. Offsets like those of the text at hand. */
static bool decode(struct range *out, struct token *t, struct range r)
{
	size_t room, n, next = annex_next(&t->o->annex);
	char *to;

	to = annex_room(&room, &t->o->annex);
	if ((r.end - r.begin) / 4 * 3 + 4 > room)
		return false;
	n = base64_decode(to, at(t, r.begin), r.end - r.begin);
	if (n == SIZE_MAX || !n)
		return false;
	annex_take(&t->o->annex, n, t->o->base + r.begin, t->o->base + r.end);
	out->begin = next - t->o->base;
	out->end = out->begin + n;
	return true;
}

/* What was deflated; where it was not, or is damaged, says so. */
static void inflate_range(struct range *r, struct token *t, struct range from)
{
	size_t there, room, n, next = annex_next(&t->o->annex);
	const char *p = annex_at(&there, &t->o->annex, r->begin + t->o->base);
	char *to = annex_room(&room, &t->o->annex);
	bool whole;

	if (there > r->end - r->begin)
		there = r->end - r->begin;
	n = inflate_into(&whole, to, room, p, there, -15);
	if (!whole && (!n || evidence_sniff(p, there, there) == EVIDENCE_JSON)) {
		outline_trouble(t->o, from.begin, from.end, "the header says deflated, and the payload is not");
		return;
	}
	if (!whole)
		outline_trouble(t->o, from.begin, from.end, n == room ? "too much to unpack" :
			"the deflated payload is damaged");
	annex_take(&t->o->annex, n, r->begin + t->o->base, r->end + t->o->base);
	r->begin = next - t->o->base;
	r->end = r->begin + n;
}

static bool has_label(const struct outline *o, const struct node *n, const char *name)
{
	size_t room;
	const char *p = annex_at(&room, &o->annex, n->label);

	return !(n->flags & (NODE_LABEL_KEPT | NODE_LABEL_NUMBER)) && n->label_len == strlen(name) &&
		n->label_len <= room && !memcmp(p, name, n->label_len);
}

/* A member of the object in a body; its value's text, of *len_out bytes. */
static const char *claim(size_t *len_out, const struct outline *o, uint32_t body, const char *name)
{
	uint32_t c = outline_child(o, body);
	size_t room;
	const char *p;

	*len_out = 0;
	for (c = c == NODE_NONE ? c : outline_child(o, c); c != NODE_NONE; c = outline_next(o, c)) {
		const struct node *n = &o->nodes.at[c];

		if (n->size > 1 || !has_label(o, n, name))
			continue;
		p = annex_at(&room, &o->annex, n->value);
		*len_out = n->value_len < room ? n->value_len : room;
		return p;
	}
	return "";
}

/* Seconds since 1970, with a fraction at times, as a date of UTC. */
static void date(struct token *t, uint32_t body, const char *name, const char *label)
{
	char digits[40], words[60];
	double seconds;
	size_t len;
	const char *p = claim(&len, t->o, body, name);
	struct tm tm;
	time_t when;
	char *end;

	if (!len || len >= sizeof(digits))
		return;
	memcpy(digits, p, len);
	digits[len] = '\0';
	seconds = strtod(digits, &end);
	if (*end || !isfinite(seconds) || seconds < 0 || seconds > 253402300799.0)
		return;
	when = (time_t)seconds;
	if (!gmtime_r(&when, &tm) || !strftime(words, sizeof(words), "%Y-%m-%d %H:%M:%S UTC", &tm))
		return;
	say(t->o, label, t->n, t->n, words);
}

static uint32_t body(struct token *t, struct range r, const char *label)
{
	uint32_t i = parse_inside(t->o, r.begin, r.end, EVIDENCE_UNKNOWN);

	outline_label_word(t->o, i, label);
	return i;
}

static void payload(struct token *t, struct range r, bool deflated)
{
	struct range d;
	uint32_t i;

	if (!decode(&d, t, r)) {
		outline_trouble(t->o, r.begin, r.end, r.begin == r.end ? "the payload is empty: it travels apart" :
			"the payload is not base64url");
		return;
	}
	if (deflated)
		inflate_range(&d, t, r);
	i = body(t, d, "payload");
	if (i == NODE_NONE || i >= t->o->nodes.len)
		return;
	date(t, i, "iat", "issued");
	date(t, i, "nbf", "valid from");
	date(t, i, "exp", "expires");
	date(t, i, "auth_time", "authenticated");
}

static size_t split(struct range *parts, const struct token *t, size_t begin, size_t end)
{
	size_t n = 0, i;

	for (i = begin; i <= end && n < PARTS_MAX; i++)
		if (i == end || *at(t, i) == '.') {
			parts[n++] = (struct range){ begin, i };
			begin = i + 1;
		}
	return i <= end ? PARTS_MAX + 1 : n;
}

static void encrypted(struct token *t, const struct range *parts)
{
	static const char *const names[] = { NULL, "encrypted key", "initialization vector", "ciphertext", "tag" };
	size_t i;

	for (i = 1; i < PARTS_MAX; i++)
		value_node(t->o, names[i], parts[i].begin, parts[i].end);
	say(t->o, "readable", t->n, t->n, "no: the content is encrypted");
}

/* header.payload.signature, or header and four parts of something encrypted. */
static void compact(struct token *t, size_t begin, size_t end)
{
	struct range parts[PARTS_MAX + 1], head;
	size_t n = split(parts, t, begin, end), len;
	uint32_t i = NODE_NONE;
	const char *zip = "";

	if (n != 3 && n != 5) {
		outline_trouble(t->o, begin, end, "a token has three parts, or five where it is encrypted");
		return;
	}
	if (decode(&head, t, parts[0]))
		i = body(t, head, "header");
	else
		outline_trouble(t->o, parts[0].begin, parts[0].end, "the header is not base64url");
	if (i != NODE_NONE && i < t->o->nodes.len)
		zip = claim(&len, t->o, i, "zip");
	if (n == 5) {
		encrypted(t, parts);
		return;
	}
	payload(t, parts[1], i != NODE_NONE && *zip && len == 3 && !memcmp(zip, "DEF", 3));
	value_node(t->o, "signature", parts[2].begin, parts[2].end);
	say(t->o, "signature checked", parts[2].end, parts[2].end, "no");
}

/* shc:/ and pairs of digits, each a character's code less 45; shc:/1/2/ for the first of two. */
static void numeric(struct token *t, size_t begin, size_t end)
{
	size_t room, n = 0, i = begin, next = annex_next(&t->o->annex);
	char *to = annex_room(&room, &t->o->annex);
	struct token inner = *t;
	const char *slash;

	while ((slash = memchr(t->p + i, '/', end - i)) && (size_t)(slash - t->p) - i <= 3)
		i = (size_t)(slash - t->p) + 1;
	if (i > begin)
		value_node(t->o, "part of several", begin, i - 1);
	for (begin = i; i + 1 < end && n < room; i += 2) {
		if (t->p[i] < '0' || t->p[i] > '9' || t->p[i + 1] < '0' || t->p[i + 1] > '9')
			break;
		to[n++] = (char)((t->p[i] - '0') * 10 + t->p[i + 1] - '0' + 45);
	}
	if (i < end)
		outline_trouble(t->o, i, end, end - i == 1 ? "the digits are odd in number" :
			"trouble at byte %zu: digits were expected", i);
	if (!n)
		return;
	annex_take(&t->o->annex, n, t->o->base + begin, t->o->base + i);
	inner.p = to;
	inner.from = next - t->o->base;
	inner.n = inner.from + n;
	compact(&inner, inner.from, inner.n);
}

static void link(struct token *t, size_t begin, size_t end)
{
	struct range d;
	uint32_t i;

	if (!decode(&d, t, (struct range){ begin, end })) {
		outline_trouble(t->o, begin, end, "the link is not base64url");
		return;
	}
	i = body(t, d, "link");
	if (i != NODE_NONE && i < t->o->nodes.len)
		date(t, i, "exp", "expires");
}

static bool starts(const struct token *t, size_t at, const char *word)
{
	return t->n - at >= strlen(word) && !memcmp(t->p + at, word, strlen(word));
}

void parse_jwt(struct outline *o, const char *text, size_t len)
{
	struct token t = { o, text, 0, len };
	size_t begin = 0, end = len;
	uint32_t root;
	const char *uri;

	while (begin < end && (unsigned char)text[begin] <= ' ')
		begin++;
	if (end - begin >= 3 && !memcmp(text + begin, "\xef\xbb\xbf", 3))
		begin += 3;
	while (end > begin && (unsigned char)text[end - 1] <= ' ')
		end--;
	t.n = end;
	root = outline_open(o, NODE_ITEM, begin);
	uri = memmem(text + begin, end - begin < 300 ? end - begin : 300, "shlink:/", 8);
	outline_label_word(o, root, starts(&t, begin, "shc:/") ? "SMART Health Card" : uri ? "SMART Health Link" : "Token");
	if (starts(&t, begin, "shc:/"))
		numeric(&t, begin + 5, end);
	else if (uri)
		link(&t, (size_t)(uri - text) + 8, end);
	else
		compact(&t, begin, end);
	outline_close_all(o, len);
	o->woven = true;
}
