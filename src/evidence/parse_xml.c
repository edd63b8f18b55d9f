/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML into an outline. Layer evidence; any thread. Expat says what is where; names, attributes and values stay
 * ranges of the text. No document type is loaded, no entity is expanded: a reference stays as it is written,
 * and a document that declares entities is told so. Names are shown without prefix.
 */
#include "verdict/evidence/outline.h"
#define XML_DTD 1	/* as every distribution builds it: the header hides the limits otherwise */
#include <expat.h>
#include <limits.h>
#include <string.h>
#include "verdict/base/text.h"

#define AMPLIFICATION_MAX 3.0f	/* attribute defaults may grow a document so much, beyond the threshold */
#define AMPLIFICATION_FROM 65536
#define TICK_TEXTS 8192u	/* pieces of text between two questions whether to go on */

struct xml {
	struct outline *o;
	XML_Parser parser;
	const char *p;
	size_t len, skip;	/* skip: byte order mark, not shown to expat */
	size_t text_at;		/* begin of the text under way, SIZE_MAX without */
	bool text_solid, cdata, entities, in_doctype;
	uint32_t doctype;
	unsigned int texts;	/* pieces seen */
};

static size_t here(const struct xml *x)
{
	XML_Index at = XML_GetCurrentByteIndex(x->parser);

	return at < 0 ? x->len : x->skip + (size_t)at;
}

static void set_escaped(struct xml *x, uint32_t i, size_t begin, size_t end)
{
	if (i != NODE_NONE && end > begin && memchr(x->p + begin, '&', end - begin))
		x->o->nodes.at[i].flags |= NODE_ESCAPED;
}

/* A text ends where the next event begins, so its range is exact whatever pieces it came in. */
static void end_text_at(struct xml *x, size_t end)
{
	size_t begin = x->text_at;
	uint32_t i;

	x->text_at = SIZE_MAX;
	if (begin == SIZE_MAX || !x->text_solid || end <= begin)
		return;
	i = outline_leaf(x->o, NODE_TEXT, begin, end);
	outline_value(x->o, i, begin, end);
	set_escaped(x, i, begin, end);
}

static void end_text(struct xml *x)
{
	end_text_at(x, here(x));
}

static bool is_blank(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\n' && p[i] != '\r')
			return false;
	return true;
}

static void stop(struct xml *x)
{
	XML_StopParser(x->parser, XML_FALSE);
}

static void on_text(void *data, const char *p, int len)
{
	struct xml *x = data;

	x->texts++;
	if (x->texts % TICK_TEXTS == 0 && outline_tick(x->o)) {
		stop(x);
		return;
	}
	if (x->cdata)
		return;
	if (x->text_at == SIZE_MAX) {
		x->text_at = here(x);
		x->text_solid = false;
	}
	if (!x->text_solid && !is_blank(p, (size_t)len))
		x->text_solid = true;
}

/* References that are not expanded, and other text expat has no event for. */
static void on_default(void *data, const char *p, int len)
{
	struct xml *x = data;

	if (x->in_doctype || len < 1 || *p != '&')
		return;
	if (x->text_at == SIZE_MAX)
		x->text_at = here(x);
	x->text_solid = true;
}

static bool name_char(char c)
{
	return c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '>' && c != '/' && c != '=';
}

/* The name at p[at..end): its local part. */
static size_t name_range(size_t *begin_out, const char *p, size_t at, size_t end)
{
	size_t i = at;

	*begin_out = at;
	for (; i < end && name_char(p[i]); i++)
		if (p[i] == ':')
			*begin_out = i + 1;
	return i;
}

static void attribute(struct xml *x, size_t name, size_t name_end, size_t value, size_t value_end)
{
	uint32_t i = outline_leaf(x->o, NODE_ATTRIBUTE, name, value_end + 1);
	size_t local;

	name_range(&local, x->p, name, name_end);
	if (local - name == 6 && !memcmp(x->p + name, "xmlns:", 6))
		local = name;	/* a declaration keeps its prefix: that is its point */
	outline_label(x->o, i, local, name_end);
	outline_value(x->o, i, value, value_end);
	set_escaped(x, i, value, value_end);
}

/* Attributes out of a start tag that expat found well-formed. */
static void attributes(struct xml *x, size_t at, size_t end)
{
	while (at < end && !x->o->stopped) {
		size_t name = at, name_end, local, value, value_end;
		const char *quote;

		if (!name_char(x->p[at])) {
			at++;
			continue;
		}
		name_end = name_range(&local, x->p, name, end);
		for (value = name_end; value < end && x->p[value] != '"' && x->p[value] != '\''; value++)
			;
		if (value >= end)
			return;
		quote = memchr(x->p + value + 1, x->p[value], end - value - 1);
		if (!quote)
			return;
		value_end = (size_t)(quote - x->p);
		attribute(x, name, name_end, value + 1, value_end);
		at = value_end + 1;
	}
}

static void on_start(void *data, const char *name, const char **atts)
{
	struct xml *x = data;
	size_t begin, end, local, name_end;
	int count = XML_GetCurrentByteCount(x->parser);
	uint32_t i;

	(void)name;
	(void)atts;
	end_text(x);
	begin = here(x);
	end = begin + (count > 0 ? (size_t)count : 0);
	if (end > x->len)
		end = x->len;
	i = outline_open(x->o, NODE_ELEMENT, begin);
	if (i == NODE_NONE) {
		stop(x);
		return;
	}
	name_end = name_range(&local, x->p, begin + 1 < end ? begin + 1 : end, end);
	outline_label(x->o, i, local, name_end);
	x->o->nodes.at[i].value = (uint32_t)(x->o->base + end);	/* where the content begins */
	attributes(x, name_end, end);
	if (x->o->stopped)
		stop(x);
}

/* An element whose one content is a text takes it as its value. */
static void fold_text(struct xml *x)
{
	struct outline *o = x->o;
	uint32_t i = o->stack.at[o->stack.len - 1], last = (uint32_t)o->nodes.len - 1, c;
	struct node text = o->nodes.at[last];

	if (last <= i || text.parent != i || text.kind != NODE_TEXT)
		return;
	for (c = i + 1; c < last; c++)
		if (o->nodes.at[c].kind != NODE_ATTRIBUTE)
			return;
	outline_drop_last(o);
	outline_value(o, i, text.begin - o->base, text.end - o->base);
	o->nodes.at[i].flags |= NODE_HAS_VALUE | (text.flags & NODE_ESCAPED);
}

static void on_end(void *data, const char *name)
{
	struct xml *x = data;
	int count = XML_GetCurrentByteCount(x->parser);
	size_t end, content;

	(void)name;
	end_text(x);
	if (x->o->stack.len <= x->o->floor)
		return;
	fold_text(x);
	content = x->o->nodes.at[x->o->stack.at[x->o->stack.len - 1]].value - x->o->base;
	end = here(x) + (count > 0 ? (size_t)count : 0);
	if (count <= 0 || end < content)	/* <a/>: the event has no text of its own */
		end = content;
	outline_close(x->o, end);
}

static void marked(struct xml *x, enum node_kind kind, size_t open, size_t close)
{
	int count = XML_GetCurrentByteCount(x->parser);
	size_t begin, end;
	uint32_t i;

	end_text(x);
	if (x->in_doctype)
		return;
	begin = here(x);
	end = begin + (count > 0 ? (size_t)count : 0);
	i = outline_leaf(x->o, kind, begin, end);
	if (end - begin >= open + close)
		outline_value(x->o, i, begin + open, end - close);
	if (x->o->stopped)
		stop(x);
}

static void on_comment(void *data, const char *text)
{
	(void)text;
	marked(data, NODE_COMMENT, 4, 3);
}

static void on_pi(void *data, const char *target, const char *text)
{
	(void)target;
	(void)text;
	marked(data, NODE_PI, 2, 2);
}

static void on_declaration(void *data, const char *version, const char *encoding, int standalone)
{
	(void)version;
	(void)encoding;
	(void)standalone;
	marked(data, NODE_PI, 2, 2);
}

static void on_cdata(void *data)
{
	struct xml *x = data;
	const char *close;
	size_t begin, end;
	uint32_t i;

	end_text(x);
	x->cdata = true;
	begin = here(x);
	close = begin < x->len ? memmem(x->p + begin, x->len - begin, "]]>", 3) : NULL;
	end = close ? (size_t)(close - x->p) + 3 : x->len;
	i = outline_leaf(x->o, NODE_CDATA, begin, end);
	if (end >= begin + 12)
		outline_value(x->o, i, begin + 9, close ? end - 3 : end);
	if (x->o->stopped)
		stop(x);
}

static void on_cdata_end(void *data)
{
	((struct xml *)data)->cdata = false;
}

/* The event comes somewhere inside the declaration. */
static size_t doctype_begin(const struct xml *x, size_t at)
{
	size_t found = at, from = x->skip;
	const char *hit;

	while (from < at && (hit = memmem(x->p + from, at - from, "<!DOCTYPE", 9)) != NULL) {
		found = (size_t)(hit - x->p);
		from = found + 9;
	}
	return found;
}

static void on_doctype(void *data, const char *name, const char *sysid, const char *pubid, int internal)
{
	struct xml *x = data;
	size_t at;

	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	end_text(x);
	at = doctype_begin(x, here(x));
	x->doctype = outline_leaf(x->o, NODE_DOCTYPE, at, at);
	x->in_doctype = true;
}

static void on_doctype_end(void *data)
{
	struct xml *x = data;
	int count = XML_GetCurrentByteCount(x->parser);
	size_t end = here(x) + (count > 0 ? (size_t)count : 0);
	struct node *n;

	x->in_doctype = false;
	if (x->doctype == NODE_NONE || x->o->stopped)
		return;
	n = &x->o->nodes.at[x->doctype];
	n->end = (uint32_t)(x->o->base + end);
	if (n->end > n->begin + 10u)
		outline_value(x->o, x->doctype, n->begin + 10 - x->o->base, end - 1);
}

static void on_entity(void *data, const char *name, int parameter, const char *value, int len, const char *base,
	const char *sysid, const char *pubid, const char *notation)
{
	struct xml *x = data;

	(void)name; (void)parameter; (void)value; (void)len; (void)base; (void)sysid; (void)pubid; (void)notation;
	if (x->entities)
		return;
	x->entities = true;
	outline_trouble(x->o, here(x), here(x), "declares entities at byte %zu; they are not expanded", here(x));
}

/* Entities of other files: none is ever read. */
static int on_external(XML_Parser parser, const char *context, const char *base, const char *sysid, const char *pubid)
{
	(void)parser; (void)context; (void)base; (void)sysid; (void)pubid;
	return XML_STATUS_OK;
}

static void handlers(struct xml *x)
{
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetDefaultHandler(x->parser, on_default);
	XML_SetCommentHandler(x->parser, on_comment);
	XML_SetProcessingInstructionHandler(x->parser, on_pi);
	XML_SetXmlDeclHandler(x->parser, on_declaration);
	XML_SetCdataSectionHandler(x->parser, on_cdata, on_cdata_end);
	XML_SetDoctypeDeclHandler(x->parser, on_doctype, on_doctype_end);
	XML_SetEntityDeclHandler(x->parser, on_entity);
	XML_SetExternalEntityRefHandler(x->parser, on_external);
	XML_SetParamEntityParsing(x->parser, XML_PARAM_ENTITY_PARSING_NEVER);
	XML_SetBillionLaughsAttackProtectionMaximumAmplification(x->parser, AMPLIFICATION_MAX);
	XML_SetBillionLaughsAttackProtectionActivationThreshold(x->parser, AMPLIFICATION_FROM);
}

static void tell_error(struct xml *x)
{
	enum XML_Error code = XML_GetErrorCode(x->parser);
	size_t at = here(x);

	if (code == XML_ERROR_ABORTED)	/* our own ceiling, already told */
		return;
	if (x->text_at != SIZE_MAX && at > x->text_at) {	/* the mistake may be inside a tag */
		const char *lt = memchr(x->p + x->text_at, '<', at - x->text_at);

		end_text_at(x, lt ? (size_t)(lt - x->p) : at);
	}
	outline_trouble(x->o, at, at < x->len ? at + 1 : at, "trouble at byte %zu: %s", at, XML_ErrorString(code));
}

void parse_xml(struct outline *o, const char *text, size_t len)
{
	struct xml x = { .o = o, .p = text, .len = len, .text_at = SIZE_MAX, .doctype = NODE_NONE };

	x.skip = utf8_bom(text, len);
	while (x.skip < len && is_blank(text + x.skip, 1))	/* blanks before the declaration hurt nobody */
		x.skip++;
	if (len - x.skip > INT_MAX) {
		outline_trouble(o, 0, 0, "too large for an outline of XML (2 GiB at most)");
		return;
	}
	x.parser = XML_ParserCreate("UTF-8");
	if (!x.parser)
		return;
	handlers(&x);
	if (XML_Parse(x.parser, text + x.skip, (int)(len - x.skip), XML_TRUE) != XML_STATUS_OK)
		tell_error(&x);
	outline_close_all(o, len);
	XML_ParserFree(x.parser);
}
