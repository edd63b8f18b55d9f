/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an Office document (OOXML, OpenDocument) says of itself, and its text without the marks. Layer evidence; one
 * thread at a time. Properties are XML and shown as such; text is put together paragraph by paragraph.
 */
#include "unpack.h"
#include <ctype.h>
#include <string.h>

#define MEMBER_MAX (8u << 20)
#define TEXT_MAX (2u << 20)

static const struct part {
	const char *member, *label;
	bool text;
} parts[] = {
	{ "docProps/core.xml", "properties", false },
	{ "docProps/app.xml", "application", false },
	{ "meta.xml", "properties", false },
	{ "word/document.xml", "text", true },
	{ "xl/sharedStrings.xml", "text", true },
	{ "content.xml", "text", true },
	{ "ppt/slides/slide#", "slide", true },
};

/* Does a paragraph, a cell or a line end with this tag? */
static bool ends_line(const char *p, size_t n)
{
	static const char *const ends[] = { "/w:p", "w:br/", "/si", "/text:p", "/text:h", "/a:p" };
	size_t i, len;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		len = strlen(ends[i]);
		if (n >= len && !memcmp(p, ends[i], len) && (n == len || p[len] == ' '))
			return true;
	}
	return false;
}

static void words(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n, *tag, *close;

	while (p < end && !out->err) {
		tag = memchr(p, '<', (size_t)(end - p));
		unescape_xml(out, p, (size_t)((tag ? tag : end) - p));
		close = tag ? memchr(tag, '>', (size_t)(end - tag)) : NULL;
		if (!close)
			break;
		if (ends_line(tag + 1, (size_t)(close - tag - 1)) && out->len && out->ptr[out->len - 1] != '\n')
			buf_addc(out, '\n');
		p = close + 1;
	}
}

static void take(struct outline *o, struct unpack *u, const struct part *part, size_t len)
{
	struct buf xml, text;

	buf_init(&xml, MEMBER_MAX);
	buf_init(&text, TEXT_MAX);
	if (unpack_data(u, &xml) && !xml.err && xml.len) {
		if (part->text) {
			words(&text, xml.ptr, xml.len);
			parse_made(o, part->label, buf_str(&text), text.len, len, EVIDENCE_TEXT);
		} else {
			parse_made(o, part->label, xml.ptr, xml.len, len, EVIDENCE_UNKNOWN);
		}
	}
	buf_done(&text);
	buf_done(&xml);
}

/* Slides are numbered: "ppt/slides/slide12.xml". */
static bool is_part(const struct unpack *u, const struct part *part)
{
	size_t n = strlen(part->member);

	if (part->member[n - 1] != '#')
		return unpack_named(u, part->member);
	return !strncmp(u->name, part->member, n - 1) && isdigit((unsigned char)u->name[n - 1]);
}

void office_words(struct outline *o, const char *text, size_t len)
{
	struct unpack u;
	unsigned int n = 0;
	size_t i;

	unpack_open(&u, text, len);
	u.tick = o->tick;
	u.tick_data = o->tick_data;
	while (n++ < UNPACK_MEMBERS_MAX && unpack_next(&u))
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (is_part(&u, &parts[i]) && unpack_is_file(&u)) {
				take(o, &u, &parts[i], len);
				break;
			}
	unpack_done(&u);
}
