/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that hold a document: base64 (Attachment.data, nonXMLBody, an encapsulated OBX-5), data: URIs, and
 * JSON, XML, HL7 v2 or a token written as a string. Layer evidence; one thread at a time. Short or doubtful
 * base64 is not offered: hex digests and plain words are in its alphabet too.
 */
#include "inside_priv.h"
#include <ctype.h>
#include <string.h>
#include "verdict/base/text.h"

#define SAMPLE 3072		/* bytes of a value that decide */
#define BASE64_LEAST 32
#define BASE64_SURE 256		/* this long it is binary even where nobody knows the format */
#define TEXT_LEAST 20
#define URI_HEAD 256

enum form { FORM_NONE, FORM_BASE64, FORM_DATA_URI, FORM_TEXT };

static bool has_value(const struct node *n)
{
	switch (n->kind) {
	case NODE_STRING: case NODE_ATTRIBUTE: case NODE_TEXT: case NODE_CDATA: case NODE_VALUE:
		return true;
	case NODE_ELEMENT:
		return (n->flags & NODE_HAS_VALUE) != 0;
	case NODE_FIELD: case NODE_REPEAT: case NODE_COMPONENT: case NODE_SUBCOMPONENT:
		return n->size == 1;
	default:
		return false;
	}
}

static bool has_control(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 && !strchr("\t\r\n", p[i]))
			return true;
	return false;
}

static bool is_hex(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isxdigit((unsigned char)p[i]))
			return false;
	return true;
}

/* `n` of `all` bytes are there. */
static bool is_base64(const char *p, size_t n, size_t all)
{
	char head[SAMPLE];
	size_t len, part = n;
	enum evidence_kind kind;

	if (all < BASE64_LEAST || is_hex(p, n))
		return false;
	if (part > SAMPLE)
		part = SAMPLE;
	if (part < all)
		part -= part % 4;
	len = base64_decode(head, p, part);
	if (len == SIZE_MAX && part < all)	/* white space shifts the groups */
		len = base64_decode(head, p, part - 1);
	if (len == SIZE_MAX || len < 16)
		return false;
	kind = evidence_sniff(head, len, part < all ? all : len);
	if (kind == EVIDENCE_UNKNOWN)
		return all >= BASE64_SURE;
	if (kind != EVIDENCE_TEXT)
		return true;
	while (len && part < all && !utf8_valid(head, len))	/* cut inside a character */
		if (!((unsigned char)head[--len] & 0x40) && part - len > 8)
			break;
	return len >= 16 && utf8_valid(head, len) && !has_control(head, len);
}

static bool is_text_form(const char *p, size_t n, size_t all)
{
	char last = n ? p[n - 1] : 0;
	enum evidence_kind kind;

	if (all < TEXT_LEAST)
		return false;
	if (*p != '{' && *p != '[' && *p != '<' && !isalpha((unsigned char)*p))
		return false;
	kind = evidence_sniff(p, n, all);
	if (kind == EVIDENCE_TEXT || kind == EVIDENCE_UNKNOWN || kind == EVIDENCE_EMPTY)
		return false;
	if (n < all)
		return true;
	return *p == '<' ? last == '>' : *p == '{' ? last == '}' : *p == '[' ? last == ']' && strpbrk(p, "{\"") : true;
}

static const char *uri_data(const char *p, size_t n)
{
	const char *comma;

	if (n < 7 || strncasecmp(p, "data:", 5))
		return NULL;
	comma = memchr(p, ',', n < URI_HEAD ? n : URI_HEAD);
	return comma ? comma + 1 : NULL;
}

static enum form form_of(const char *p, size_t n, size_t all)
{
	while (n && isspace((unsigned char)*p)) {
		p++;
		n--;
		all--;
	}
	while (n && n == all && isspace((unsigned char)p[n - 1]))
		all = --n;
	if (uri_data(p, n))
		return FORM_DATA_URI;
	if (is_base64(p, n, all))
		return FORM_BASE64;
	return n && is_text_form(p, n, all) ? FORM_TEXT : FORM_NONE;
}

/* The value without its format's escapes, at most about `max` bytes of it; *all_out of the whole. */
static void value_of(struct buf *out, size_t *all_out, const struct document *d, uint32_t i, size_t max)
{
	const struct node *n = &d->o.nodes.at[i];
	char delimiters[5];
	size_t len, part;
	const char *p = node_value(&len, d, n);

	part = len < max ? len : max;
	*all_out = len;
	if (!(n->flags & NODE_ESCAPED)) {
		buf_add(out, p, part);
	} else if (n->kind <= NODE_LITERAL) {
		unescape_json(out, p, part);
	} else if (n->kind <= NODE_DOCTYPE) {
		unescape_xml(out, p, part);
	} else {
		hl7_delimiters(delimiters, d, i);
		unescape_hl7(out, p, part, delimiters);
	}
	if (part == len)
		*all_out = out->len;
}

static bool value_holds(const struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node];
	enum form form;
	struct buf b;
	size_t all;

	if (!has_value(n) || n->value_len < TEXT_LEAST || (n->flags & NODE_VALUE_KEPT))
		return false;
	buf_init(&b, SAMPLE * 4);
	value_of(&b, &all, d, node, SAMPLE);
	form = form_of(buf_str(&b), b.len, all);
	buf_done(&b);
	return form != FORM_NONE;
}

static void take_base64(struct inside *out, const char *p, size_t n)
{
	char *bytes = mem_alloc(n / 4 * 3 + 4);
	size_t len = base64_decode(bytes, p, n);

	if (len == SIZE_MAX) {
		mem_free(bytes);
		return;
	}
	out->ptr = bytes;
	out->len = len;
}

static int hex(unsigned char c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* RFC 2397: after the comma base64, or text with %XX. */
static void take_uri(struct inside *out, const char *p, size_t n)
{
	const char *data = uri_data(p, n);
	size_t head = (size_t)(data - p), i, len = 0;
	char *bytes;

	if (head > 8 && !strncasecmp(data - 8, ";base64,", 8)) {
		take_base64(out, data, n - head);
		return;
	}
	bytes = mem_alloc(n - head + 1);
	for (i = head; i < n; i++) {
		if (p[i] == '%' && n - i > 2 && hex((unsigned char)p[i + 1]) >= 0 && hex((unsigned char)p[i + 2]) >= 0) {
			bytes[len++] = (char)(hex((unsigned char)p[i + 1]) * 16 + hex((unsigned char)p[i + 2]));
			i += 2;
		} else {
			bytes[len++] = p[i];
		}
	}
	out->ptr = bytes;
	out->len = len;
}

static enum status value_take(struct inside *out, struct document *d, uint32_t node)
{
	struct buf b;
	size_t all, n;
	const char *p;

	if (d->o.nodes.at[node].value_len > INSIDE_VALUE_MAX)
		return status_set(STATUS_LIMIT, "a value of more than %u MB is not opened", INSIDE_VALUE_MAX >> 20);
	buf_init(&b, INSIDE_VALUE_MAX + 16);
	value_of(&b, &all, d, node, INSIDE_VALUE_MAX);
	p = buf_str(&b);
	n = b.len;
	while (n && isspace((unsigned char)*p)) {
		p++;
		n--;
	}
	switch (form_of(p, n < SAMPLE ? n : SAMPLE, n)) {
	case FORM_BASE64:
		take_base64(out, p, n);
		break;
	case FORM_DATA_URI:
		take_uri(out, p, n);
		break;
	default:
		out->ptr = mem_dup(p, n);
		out->len = n;
	}
	buf_done(&b);
	if (!out->ptr)
		return status_set(STATUS_INVALID, "this is no whole base64");
	return STATUS_OK;
}

const struct holder holder_value = { value_holds, value_take };
