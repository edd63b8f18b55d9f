/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives as lists of their members: zip, tar, 7z, compressed files; XDM packages and Office documents, which are
 * zip, by what is in them. Layer evidence; one thread at a time. A member is unpacked when somebody enters it.
 */
#include "xdm.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct listing {
	struct outline *o;
	struct unpack u;
	unsigned int members;
	bool is_xdm, office, open_document;
	struct xdm xdm;
};

/* What some members are for, in XDM packages (IHE ITI TF-2 3.32.4) and Office documents. */
static const struct { const char *tail, *words; } known[] = {
	{ "METADATA.XML", "XDS metadata of the submission set" },
	{ "INDEX.HTM", "index for people" },
	{ "README.TXT", "who made the package" },
	{ "docProps/core.xml", "title, author, dates" },
	{ "docProps/app.xml", "program, pages" },
	{ "word/document.xml", "the text" },
	{ "xl/sharedStrings.xml", "texts of the cells" },
	{ "meta.xml", "title, author, dates" },
	{ "content.xml", "the text" },
};

static bool ends(const char *s, const char *tail)
{
	size_t n = strlen(s), k = strlen(tail);

	return n >= k && !strcasecmp(s + n - k, tail) && (n == k || s[n - k - 1] == '/');
}

static bool leads_out(const char *name)
{
	const char *p;

	if (*name == '/' || *name == '\\' || (*name && name[1] == ':'))
		return true;
	for (p = name; (p = strstr(p, "..")); p += 2)
		if ((p == name || p[-1] == '/' || p[-1] == '\\') && (!p[2] || p[2] == '/' || p[2] == '\\'))
			return true;
	return false;
}

static void put_date(struct buf *b, time_t when)
{
	char words[40];
	struct tm tm;

	if (gmtime_r(&when, &tm) && strftime(words, sizeof(words), "  %Y-%m-%d %H:%M", &tm))
		buf_adds(b, words);
}

static void describe(struct buf *b, const struct listing *l)
{
	struct archive_entry *e = l->u.e;
	size_t i;

	if (archive_entry_hardlink(e) || archive_entry_symlink(e))
		buf_printf(b, "link to %.200s", archive_entry_hardlink(e) ? archive_entry_hardlink(e) :
			archive_entry_symlink(e));
	else if (archive_entry_filetype(e) == AE_IFDIR)
		buf_adds(b, "folder");
	else if (!l->u.compressed && archive_entry_filetype(e) != AE_IFREG)
		buf_adds(b, "special file");
	else if (l->u.compressed)
		buf_printf(b, "%zu bytes", l->u.out);
	else if (archive_entry_size_is_set(e))
		buf_printf(b, "%lld bytes", (long long)archive_entry_size(e));
	else
		buf_adds(b, "file");
	if (archive_entry_mtime_is_set(e) && archive_entry_mtime(e) > 0)
		put_date(b, archive_entry_mtime(e));
	if (archive_entry_is_encrypted(e))
		buf_adds(b, "  encrypted");
	if (leads_out(l->u.name))
		buf_adds(b, "  the name leads out of the archive");
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ends(l->u.name, known[i].tail) && (l->is_xdm || l->office || l->open_document)) {
			buf_printf(b, "  %s", known[i].words);
			break;
		}
	xdm_describe(b, &l->xdm, l->u.name);
}

/* A range of one byte or more says that the member can be entered. */
static void member(struct listing *l, size_t len)
{
	la_int64_t at = archive_filter_count(l->u.in) == 1 ? archive_read_header_position(l->u.in) : 0;
	size_t begin = at > 0 && (size_t)at < len ? (size_t)at : 0;
	char name[UNPACK_NAME_MAX];
	struct buf b;
	uint32_t i;

	i = outline_leaf(l->o, NODE_VALUE, begin, begin + (unpack_is_file(&l->u) && begin < len));
	snprintf(name, sizeof(name), "%s", l->u.compressed ? "content" : l->u.name);
	outline_label_word(l->o, i, name);
	buf_init(&b, 4096);
	describe(&b, l);
	outline_value_words(l->o, i, buf_str(&b), b.len);
	buf_done(&b);
}

static void look_at_name(struct listing *l)
{
	const char *name = l->u.name;

	if (!strncasecmp(name, "IHE_XDM/", 8) || strcasestr(name, "/IHE_XDM/"))
		l->is_xdm = true;
	else if (!strcmp(name, "[Content_Types].xml"))
		l->office = true;
	else if (!strcmp(name, "mimetype"))
		l->open_document = true;
}

/* Members tell what the whole is, so their names are looked at before they are listed. */
static void first_look(struct listing *l, const char *text, size_t len)
{
	unsigned int n;

	unpack_open(&l->u, text, len);
	l->u.tick = l->o->tick;
	l->u.tick_data = l->o->tick_data;
	for (n = 0; !l->u.streams && n < UNPACK_MEMBERS_MAX && unpack_next(&l->u); n++)
		look_at_name(l);
	unpack_done(&l->u);
}

static void list(struct listing *l, const char *text, size_t len)
{
	unpack_open(&l->u, text, len);
	l->u.tick = l->o->tick;
	l->u.tick_data = l->o->tick_data;
	while (!l->o->stopped && unpack_next(&l->u)) {
		if (l->members++ >= UNPACK_MEMBERS_MAX) {
			outline_trouble(l->o, len, len, "more than %u members: the others are not listed", UNPACK_MEMBERS_MAX);
			break;
		}
		if (l->u.compressed)	/* its size is known once it is unpacked */
			unpack_data(&l->u, NULL);
		member(l, len);
		if (l->u.why || (l->u.streams && !l->u.compressed && !unpack_data(&l->u, NULL)))
			break;
	}
	if (l->u.why)
		outline_trouble(l->o, len, len, "trouble after %u %s: %.120s", l->members, l->members == 1 ? "member" :
			"members", l->u.why);
}

void parse_archive(struct outline *o, const char *text, size_t len)
{
	struct listing l = { .o = o };
	uint32_t root = outline_open(o, NODE_ITEM, 0);

	o->woven = true;
	first_look(&l, text, len);
	if (l.is_xdm)
		xdm_read(&l.xdm, o, text, len);
	list(&l, text, len);
	outline_label_word(o, root, l.is_xdm ? "XDM package" : l.office ? "Office document" : l.open_document ? "OpenDocument" :
		l.u.compressed ? "Compressed file" : "Archive");
	unpack_done(&l.u);
	if (l.office || l.open_document)
		office_words(o, text, len);
	if (l.is_xdm)
		xdm_words(o, &l.xdm, len);
	xdm_done(&l.xdm);
	outline_close_all(o, len);
}

static bool member_holds(const struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node];

	return n->kind == NODE_VALUE && node_document(d, n) == EVIDENCE_ARCHIVE && (n->flags & NODE_VALUE_KEPT) &&
		n->parent != NODE_NONE && d->o.nodes.at[n->parent].kind == NODE_ITEM && n->end > n->begin;
}

static enum status member_take(struct inside *out, struct document *d, uint32_t node)
{
	uint32_t parent = d->o.nodes.at[node].parent, i = outline_child(&d->o, parent);
	const struct node *p = &d->o.nodes.at[parent];
	size_t room, len = p->end - p->begin, before = 0;
	const char *text = text_at(&room, d, p->begin);
	struct unpack u;
	struct buf b;
	bool good;

	for (; i < node; i = outline_next(&d->o, i))
		before += d->o.nodes.at[i].kind == NODE_VALUE;
	unpack_open(&u, text, len < room ? len : room);
	u.tick = d->plain.tick;
	u.tick_data = d->plain.tick_data;
	buf_init(&b, INSIDE_MAX + 1);
	good = unpack_next(&u);
	for (; good && before; before--)
		good = (!u.streams || unpack_data(&u, NULL)) && unpack_next(&u);
	u.out = 0;
	if (good && !unpack_data(&u, &b)) {	/* of a damaged one what came out */
		good = b.len && u.compressed;
		snprintf(out->why, sizeof(out->why), "%.140s", u.why ? u.why : "it is damaged");
	}
	out->len = b.len;
	if (good)
		out->ptr = b.len ? buf_take(&b) : mem_dup("", 1);
	else
		status_set(STATUS_LIMIT, "the member was not unpacked: %.150s", u.why ? u.why : "it is not there any more");
	buf_done(&b);
	unpack_done(&u);
	return good ? STATUS_OK : STATUS_LIMIT;
}

const struct holder holder_member = { member_holds, member_take };

bool document_alone(uint32_t *node_out, const struct document *d)
{
	if (d->kind != EVIDENCE_ARCHIVE || d->o.nodes.len < 2 || !label_is(d, &d->o.nodes.at[0], "Compressed file"))
		return false;
	*node_out = 1;
	return document_holds(d, 1);
}
