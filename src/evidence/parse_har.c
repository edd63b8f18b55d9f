/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP archives (HAR 1.1 and 1.2), what a browser or proxy saves: JSON whose entries become exchanges like
 * those of raw text. Layer evidence; any thread. Bodies stand in strings; they are unescaped, taken out of
 * base64 and parsed by their own format.
 */
#include <string.h>
#include "http.h"

struct har {
	struct outline *o;
	struct outline json;	/* of the archive itself, over the same text */
	unsigned int exchanges;
};

static const struct node *at(const struct har *h, uint32_t i)
{
	return outline_get(&h->json, i);
}

static uint32_t member(const struct har *h, uint32_t object, const char *name)
{
	uint32_t c = outline_child(&h->json, object);
	size_t room, len = strlen(name);

	for (; c != NODE_NONE; c = outline_next(&h->json, c)) {
		const struct node *n = at(h, c);

		if (!(n->flags & NODE_LABEL_NUMBER) && n->label_len == len &&
				!memcmp(annex_at(&room, &h->o->annex, n->label), name, len))
			return c;
	}
	return NODE_NONE;
}

/* The text of a string or number, its escapes undone. */
static bool text_of(struct http_range *out, struct har *h, uint32_t i)
{
	const struct node *n = at(h, i);
	size_t begin, end;

	*out = (struct http_range){ 0, 0 };
	if (!n || n->size > 1 || (n->kind != NODE_STRING && n->kind != NODE_NUMBER))
		return false;
	begin = n->value;
	end = begin + n->value_len;
	if (n->flags & NODE_ESCAPED)
		decode_json(h->o, &begin, &end);
	*out = (struct http_range){ begin, end - begin };
	return true;
}

static bool text_at_name(struct http_range *out, struct har *h, uint32_t object, const char *name)
{
	return text_of(out, h, member(h, object, name));
}

static void value(struct har *h, const char *as, uint32_t object, const char *name)
{
	struct http_range r;

	if (text_at_name(&r, h, object, name) && r.len)
		http_value(h->o, as, r.at, r.at + r.len);
}

/* A list of names and values. */
static void headers(struct har *h, uint32_t message)
{
	uint32_t list = member(h, message, "headers"), c = outline_child(&h->json, list);
	struct http_range name, says;

	if (c == NODE_NONE)
		return;
	http_item(h->o, "header", at(h, list)->begin, 0);
	for (; c != NODE_NONE && !h->o->stopped; c = outline_next(&h->json, c))
		if (text_at_name(&name, h, c, "name") && name.len) {
			text_at_name(&says, h, c, "value");
			http_header(h->o, name.at, name.at + name.len, says.at, says.at + says.len);
		}
	outline_close(h->o, at(h, list)->end);
}

static void body(struct har *h, uint32_t content)
{
	struct http_fields f = { .type = { 0, 0 } };
	struct http_range text, type, encoding;
	size_t begin, end;

	if (!text_at_name(&text, h, content, "text") || !text.len)
		return;
	text_at_name(&type, h, content, "mimeType");
	text_at_name(&encoding, h, content, "encoding");
	http_note_type(&f, h->o, type);
	begin = text.at;
	end = begin + text.len;
	if (range_is(h->o, encoding, "base64") && !decode_base64(h->o, &begin, &end))
		return;
	http_body(h->o, &f, false, begin, end);
}

static void request(struct har *h, uint32_t i)
{
	struct http_range url;

	if (!at(h, i))
		return;
	http_item(h->o, "request", at(h, i)->begin, 0);
	value(h, "method", i, "method");
	if (text_at_name(&url, h, i, "url"))
		http_target(h->o, url.at, url.at + url.len);
	value(h, "version", i, "httpVersion");
	headers(h, i);
	body(h, member(h, i, "postData"));
	outline_close(h->o, at(h, i)->end);
}

static void response(struct har *h, uint32_t i)
{
	struct http_range status;

	if (!at(h, i) || !text_at_name(&status, h, i, "status") || range_is(h->o, status, "0"))
		return;		/* 0: none came */
	http_item(h->o, "response", at(h, i)->begin, 0);
	value(h, "version", i, "httpVersion");
	http_value(h->o, "status", status.at, status.at + status.len);
	value(h, "reason", i, "statusText");
	headers(h, i);
	body(h, member(h, i, "content"));
	outline_close(h->o, at(h, i)->end);
}

static void entry(struct har *h, uint32_t i)
{
	if (at(h, i)->kind != NODE_OBJECT)
		return;
	http_item(h->o, "exchange", at(h, i)->begin, ++h->exchanges);
	value(h, "time", i, "startedDateTime");
	value(h, "to", i, "serverIPAddress");
	request(h, member(h, i, "request"));
	response(h, member(h, i, "response"));
	outline_close(h->o, at(h, i)->end);
}

void parse_har(struct outline *o, const char *text, size_t len)
{
	struct har h = { .o = o };
	size_t base = o->base;
	uint32_t c;

	outline_init(&h.json);
	h.json.base = base;
	h.json.nodes_max = o->nodes_max;
	h.json.tick = o->tick;
	h.json.tick_data = o->tick_data;
	parse_json(&h.json, text, len, false);
	o->base = 0;
	o->woven = true;
	http_item(o, "Exchanges", base, 0);
	c = outline_child(&h.json, member(&h, member(&h, 0, "log"), "entries"));
	if (member(&h, 0, "startedDateTime") != NODE_NONE)	/* one entry alone */
		entry(&h, 0);
	for (; c != NODE_NONE && !o->stopped; c = outline_next(&h.json, c))
		entry(&h, c);
	if (h.json.troubles)
		outline_trouble(o, base + len, base + len, "the archive is broken JSON: what was read before is shown");
	outline_close_all(o, base + len);
	o->base = base;
	outline_done(&h.json);
}
