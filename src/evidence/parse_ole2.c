/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compound files (OLE2): Office documents before 2007 and messages of Outlook, as what they say of themselves and as
 * a folder of streams. Layer evidence; one thread at a time. A stream is read when somebody enters it.
 */
#include "ole.h"
#include <stdio.h>
#include <string.h>

#define PROPERTIES_SIZE_MAX (256u << 10)
#define FIELD_MAX (64u << 10)

struct file {
	struct outline *o;
	struct cfb c;
	struct cfb_list list;
};

/* What a file is, by a stream in its root. */
static const struct { const char *stream, *label; } kinds[] = {
	{ "WordDocument", "Word document" }, { "Workbook", "Excel workbook" }, { "Book", "Excel workbook" },
	{ "PowerPoint Document", "PowerPoint slides" }, { "__properties_version1.0", "Outlook message" },
	{ "VisioDocument", "Visio drawing" },
};

/* Streams whose names say nothing to a person. */
static const struct { const char *name, *words; } known[] = {
	{ "\5SummaryInformation", "title, author, dates" }, { "\5DocumentSummaryInformation", "company, counts" },
	{ "WordDocument", "the text" }, { "Workbook", "the sheets" }, { "Book", "the sheets" },
	{ "PowerPoint Document", "the slides" },
};

/* Properties of a message (MS-OXPROPS) that stand in a stream of their own. */
static const struct { const char *id, *words; } fields[] = {
	{ "0037", "subject" }, { "0C1A", "from" }, { "0C1F", "from, address" }, { "0E04", "to" }, { "0E03", "copy to" },
	{ "1000", "text" }, { "1013", "text as HTML" }, { "1009", "text as RTF" }, { "007D", "headers" }, { "3707", "file name" },
	{ "3704", "short file name" }, { "3701", "attached file" }, { "370E", "media type" }, { "3001", "name" },
	{ "39FE", "address" }, { "3003", "address" },
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What a stream of a message of Outlook (MS-OXMSG) holds, by its name; NULL where it is none. */
static const char *ole_message_part(const char *name)
{
	size_t i;

	if (strncmp(name, "__substg1.0_", 12) != 0)
		return NULL;
	for (i = 0; i < COUNT(fields); i++)
		if (!strncmp(name + 12, fields[i].id, 4))
			return fields[i].words;
	return NULL;
}

/* A stream in the root, by name; false where there is none. */
static bool find(struct cfb_entry *out, const struct file *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->list.items.len; i++)
		if (!f->list.items.at[i].depth && cfb_entry(out, &f->c, f->list.items.at[i].entry) &&
				out->type == CFB_STREAM && !strcmp(out->name, name))
			return true;
	return false;
}

static void properties(struct file *f, const char *name, bool company)
{
	struct cfb_entry e;
	struct buf b;

	if (!find(&e, f, name))
		return;
	buf_init(&b, PROPERTIES_SIZE_MAX);
	cfb_read(&b, &f->c, &e, PROPERTIES_SIZE_MAX);
	ole_properties(f->o, (const unsigned char *)buf_str(&b), b.len, company);
	buf_done(&b);
}

/* Strings of a message, in UTF-16 (001F) or in a code page nobody names (001E). */
static void message(struct file *f)
{
	static const char *const wanted[] = { "0037", "0C1A", "0E04", "0E03", "1000" };
	struct cfb_entry e;
	char name[40];
	size_t i;

	for (i = 0; i < COUNT(wanted); i++) {
		bool wide, there;
		struct buf raw, text;

		snprintf(name, sizeof(name), "__substg1.0_%s001F", wanted[i]);
		wide = there = find(&e, f, name);
		if (!there) {
			snprintf(name, sizeof(name), "__substg1.0_%s001E", wanted[i]);
			there = find(&e, f, name);
		}
		if (!there)
			continue;
		buf_init(&raw, FIELD_MAX);
		buf_init(&text, FIELD_MAX * 2);
		cfb_read(&raw, &f->c, &e, FIELD_MAX);
		ole_text(&text, wide ? 1200 : 1252, buf_str(&raw), raw.len);
		if (text.len)
			ole_say(f->o, ole_message_part(name), buf_str(&text), text.len);
		buf_done(&text);
		buf_done(&raw);
	}
}

#define WORDS_MAX (16u << 20)
#define TEXT_MAX (2u << 20)

static bool load(struct buf *out, const struct file *f, const char *name)
{
	struct cfb_entry e;

	buf_init(out, WORDS_MAX);
	if (find(&e, f, name))
		cfb_read(out, &f->c, &e, WORDS_MAX);
	return out->len > 0;
}

static void text_of(struct file *f, size_t len)
{
	struct buf main, table[2], out, sheets;

	buf_init(&out, TEXT_MAX);
	buf_init(&sheets, FIELD_MAX);
	load(&table[0], f, "0Table");
	load(&table[1], f, "1Table");
	if (load(&main, f, "WordDocument")) {
		ole_word_text(&out, &main, table);
	} else {
		buf_done(&main);
		if (load(&main, f, "Workbook")) {
			ole_excel_text(&out, &sheets, &main);
		} else {
			buf_done(&main);
			if (load(&main, f, "PowerPoint Document"))
				ole_slides_text(&out, &main);
		}
	}
	if (sheets.len)
		ole_say(f->o, "sheets", buf_str(&sheets), sheets.len);
	parse_made(f->o, "text", buf_str(&out), out.len, len, EVIDENCE_TEXT);
	buf_done(&sheets);
	buf_done(&out);
	buf_done(&main);
	buf_done(&table[1]);
	buf_done(&table[0]);
}

/* Control bytes before a name tell programs what it is for; a person does without. */
static const char *plain_name(const char *name)
{
	while (*name && (unsigned char)*name < 0x20)
		name++;
	return *name ? name : "stream";
}

/* The place of a stream's entry in the file says which it is. */
static void stream(struct file *f, const struct cfb_entry *e)
{
	uint32_t i = outline_leaf(f->o, NODE_VALUE, e->at, e->at + 128);
	const char *words = ole_message_part(e->name);
	char value[80];
	size_t k;

	for (k = 0; k < COUNT(known) && !words; k++)
		words = !strcmp(e->name, known[k].name) ? known[k].words : NULL;
	snprintf(value, sizeof(value), "%llu bytes%s%s", (unsigned long long)e->size, words ? "  " : "", words ? words : "");
	outline_label_word(f->o, i, plain_name(e->name));
	outline_value_words(f->o, i, value, strlen(value));
}

/* Depths of the list become groups; those that end before an entry are closed. */
static void folder(struct file *f)
{
	size_t ends[CFB_DEPTH_MAX], i;
	uint32_t open = 0;
	struct cfb_entry e;

	for (i = 0; i < f->list.items.len && !f->o->stopped; i++) {
		struct cfb_item item = f->list.items.at[i];

		for (; open > item.depth; open--)
			outline_close(f->o, ends[open - 1]);
		if (!cfb_entry(&e, &f->c, item.entry))
			continue;
		if (e.type == CFB_STREAM) {
			stream(f, &e);
		} else {
			outline_label_word(f->o, outline_open(f->o, NODE_ITEM, e.at), plain_name(e.name));
			ends[open++] = e.at + 128;
		}
	}
	for (; open > 0 && !f->o->stopped; open--)
		outline_close(f->o, ends[open - 1]);
}

static const char *label_of(const struct file *f)
{
	struct cfb_entry e;
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (find(&e, f, kinds[i].stream))
			return kinds[i].label;
	return "Compound file";
}

void parse_ole2(struct outline *o, const char *text, size_t len)
{
	struct file f = { .o = o };
	uint32_t root = outline_open(o, NODE_ITEM, 0);
	bool whole;

	o->woven = true;
	if (!cfb_open(&f.c, text, len)) {
		outline_label_word(o, root, "Compound file");
		outline_trouble(o, 0, len, "not readable: %s", f.c.why);
	} else {
		whole = cfb_walk(&f.list, &f.c);
		outline_label_word(o, root, label_of(&f));
		properties(&f, "\5SummaryInformation", false);
		properties(&f, "\5DocumentSummaryInformation", true);
		message(&f);
		text_of(&f, len);
		folder(&f);
		if (!whole)
			outline_trouble(o, len, len, "the folder is damaged: some streams are not listed");
	}
	vec_done(&f.list.items);
	cfb_done(&f.c);
	outline_close_all(o, len);
}

static bool stream_holds(const struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node];

	return n->kind == NODE_VALUE && node_document(d, n) == EVIDENCE_OLE2 && n->end - n->begin == 128;
}

static enum status stream_take(struct inside *out, struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node], *top = n;
	size_t room, len, at;
	struct cfb_entry e;
	struct cfb c;
	struct buf b;
	const char *text;
	bool good;

	while (top->parent != NODE_NONE && d->o.nodes.at[top->parent].kind == NODE_ITEM)
		top = &d->o.nodes.at[top->parent];
	text = text_at(&room, d, top->begin);
	len = top->end - top->begin;
	at = n->begin - top->begin;
	buf_init(&b, INSIDE_MAX);
	good = cfb_open(&c, text, len < room ? len : room) && cfb_entry_at(&e, &c, at) && e.type == CFB_STREAM &&
		(cfb_read(&b, &c, &e, INSIDE_MAX) || b.len);	/* of a damaged one what came out */
	out->len = b.len;
	if (good)
		out->ptr = b.len ? buf_take(&b) : mem_dup("", 1);
	else
		status_set(STATUS_LIMIT, "the stream cannot be read: its chain of sectors is damaged");
	buf_done(&b);
	cfb_done(&c);
	return good ? STATUS_OK : STATUS_LIMIT;
}

const struct holder holder_stream = { stream_holds, stream_take };
