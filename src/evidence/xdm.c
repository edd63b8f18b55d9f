/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XDM packages: metadata and documents side by side. Layer evidence; one thread at a time. Metadata are read as the
 * outline that everybody sees; nothing else of them is believed.
 */
#include "xdm.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "sha1.h"

#define UNIQUE_MAX 2048u

/* Elements of one METADATA.XML. */
struct metadata {
	struct outline o;
	const char *text;
	size_t len;
};

static bool named(const struct metadata *m, uint32_t i, enum node_kind kind, const char *name)
{
	const struct node *n = &m->o.nodes.at[i];

	return n->kind == kind && n->label_len == strlen(name) && n->label <= m->len - n->label_len &&
		!memcmp(m->text + n->label, name, n->label_len);
}

static uint32_t child(const struct metadata *m, uint32_t parent, enum node_kind kind, const char *name)
{
	uint32_t c = parent == NODE_NONE ? NODE_NONE : outline_child(&m->o, parent);

	for (; c != NODE_NONE; c = outline_next(&m->o, c))
		if (named(m, c, kind, name))
			return c;
	return NODE_NONE;
}

/* The value of an element or attribute, its escapes decoded. */
static void value(struct buf *out, const struct metadata *m, uint32_t i)
{
	const struct node *n = i == NODE_NONE ? NULL : &m->o.nodes.at[i];

	if (!n || (n->size > 1 && !(n->flags & NODE_HAS_VALUE)) || n->value > m->len || n->value_len > m->len - n->value)
		return;
	unescape_xml(out, m->text + n->value, n->value_len);
}

static void attribute(struct buf *out, const struct metadata *m, uint32_t element, const char *name)
{
	value(out, m, child(m, element, NODE_ATTRIBUTE, name));
}

/* The values of a slot, one after another; long ones are cut in pieces that begin with their number ("1|"). */
static void slot(char *to, size_t max, const struct metadata *m, uint32_t object, const char *name)
{
	uint32_t c = outline_child(&m->o, object), v;
	struct buf b, out;

	buf_init(&out, max - 1);
	buf_init(&b, UNIQUE_MAX);
	for (; c != NODE_NONE; c = outline_next(&m->o, c)) {
		buf_reset(&b);
		if (named(m, c, NODE_ELEMENT, "Slot"))
			attribute(&b, m, c, "name");
		if (!b.len || strcmp(buf_str(&b), name) != 0)
			continue;
		v = child(m, c, NODE_ELEMENT, "ValueList");
		for (v = v == NODE_NONE ? v : outline_child(&m->o, v); v != NODE_NONE; v = outline_next(&m->o, v)) {
			buf_reset(&b);
			value(&b, m, v);
			buf_adds(&out, buf_str(&b) + (b.len > 1 && isdigit((unsigned char)b.ptr[0]) && b.ptr[1] == '|' ? 2 : 0));
		}
	}
	snprintf(to, max, "%s", buf_str(&out));
	buf_done(&b);
	buf_done(&out);
}

static void put(char *to, size_t max, const struct metadata *m, uint32_t element, const char *name)
{
	struct buf b;

	buf_init(&b, UNIQUE_MAX);
	attribute(&b, m, element, name);
	snprintf(to, max, "%.*s", (int)(b.len < max ? b.len : max - 1), buf_str(&b));
	buf_done(&b);
}

/* An ExtrinsicObject: one document; its URI is meant from the folder of the metadata. */
static void document(struct xdm *x, const struct metadata *m, uint32_t i, const char *set)
{
	const char *slash = strrchr(set, '/');
	int folder = slash ? (int)(slash - set) + 1 : 0, n;
	struct xdm_document d = { .size = 0 };
	char uri[UNPACK_NAME_MAX], size[30];

	slot(uri, sizeof(uri), m, i, "URI");
	n = snprintf(d.path, sizeof(d.path), "%.*s%s", folder, set, uri);
	if (!uri[0] || n < 0 || (size_t)n >= sizeof(d.path))
		return;
	slot(d.hash, sizeof(d.hash), m, i, "hash");
	slot(size, sizeof(size), m, i, "size");
	d.has_size = isdigit((unsigned char)size[0]) && strlen(size) < 19;
	d.size = d.has_size ? strtoull(size, NULL, 10) : 0;
	put(d.type, sizeof(d.type), m, i, "mimeType");
	put(d.title, sizeof(d.title), m, child(m, child(m, i, NODE_ELEMENT, "Name"), NODE_ELEMENT, "LocalizedString"), "value");
	vec_push(&x->documents, d);
}

static void documents(struct xdm *x, const struct xdm_set *set)
{
	struct metadata m = { .text = set->ptr, .len = set->len };
	uint32_t i;

	outline_init(&m.o);
	outline_text(&m.o, m.text, m.len);
	parse_xml(&m.o, m.text, m.len);
	for (i = 0; i < m.o.nodes.len && x->documents.len < XDM_DOCUMENTS_MAX; i++)
		if (named(&m, i, NODE_ELEMENT, "ExtrinsicObject"))
			document(x, &m, i, set->path);
	outline_done(&m.o);
}

static bool ends(const char *s, const char *tail)
{
	size_t n = strlen(s), k = strlen(tail);

	return n >= k && !strcasecmp(s + n - k, tail) && (n == k || s[n - k - 1] == '/');
}

static void metadata(struct xdm *x, struct unpack *u)
{
	struct xdm_set set = { .len = 0 };
	struct buf b;

	buf_init(&b, XDM_METADATA_MAX - x->held);
	if (unpack_data(u, &b) && !b.err && b.len) {
		x->held += b.len;
		snprintf(set.path, sizeof(set.path), "%s", u->name);
		set.len = b.len;
		set.ptr = buf_take(&b);
		vec_push(&x->sets, set);
	}
	buf_done(&b);
}

static void digest(struct xdm *x, struct unpack *u)
{
	struct xdm_document *d;
	unsigned char sum[20];
	struct sha1 s;
	struct buf b;
	size_t i, k;

	for (i = 0; i < x->documents.len && strcmp(x->documents.at[i].path, u->name) != 0; i++)
		;
	if (i == x->documents.len)
		return;
	d = &x->documents.at[i];
	buf_init(&b, INSIDE_VALUE_MAX);
	d->found = true;
	d->compared = unpack_data(u, &b) && !b.err;
	sha1_init(&s);
	for (k = 0; k < b.len; k++)
		sha1_byte(&s, (unsigned char)b.ptr[k]);
	sha1_end(sum, &s);
	for (k = 0; k < 20; k++)
		snprintf(d->found_hash + 2 * k, 3, "%02x", sum[k]);
	d->found_size = b.len;
	buf_done(&b);
}

typedef void (*look_cb)(struct xdm *x, struct unpack *u);

static void each(struct xdm *x, const struct outline *o, const char *text, size_t len, look_cb look)
{
	struct unpack u;
	unsigned int n = 0;

	unpack_open(&u, text, len);
	u.tick = o->tick;
	u.tick_data = o->tick_data;
	while (n++ < UNPACK_MEMBERS_MAX && unpack_next(&u))
		if (unpack_is_file(&u))
			look(x, &u);
	x->partly = x->partly || u.why || n > UNPACK_MEMBERS_MAX;
	unpack_done(&u);
}

static void look_for_metadata(struct xdm *x, struct unpack *u)
{
	x->index = x->index || ends(u->name, "INDEX.HTM");
	x->readme = x->readme || ends(u->name, "README.TXT");
	if (ends(u->name, "METADATA.XML") && x->sets.len < XDM_SETS_MAX)
		metadata(x, u);
}

void xdm_read(struct xdm *x, const struct outline *o, const char *text, size_t len)
{
	size_t i;

	each(x, o, text, len, look_for_metadata);
	for (i = 0; i < x->sets.len; i++)
		documents(x, &x->sets.at[i]);
	if (x->documents.len)
		each(x, o, text, len, digest);
}

void xdm_done(struct xdm *x)
{
	size_t i;

	for (i = 0; i < x->sets.len; i++)
		mem_free(x->sets.at[i].ptr);
	vec_done(&x->sets);
	vec_done(&x->documents);
}

static bool size_differs(const struct xdm_document *d)
{
	return d->compared && d->has_size && d->size != d->found_size;
}

static bool hash_differs(const struct xdm_document *d)
{
	return d->compared && d->hash[0] && strcasecmp(d->hash, d->found_hash) != 0;
}

void xdm_describe(struct buf *b, const struct xdm *x, const char *path)
{
	const struct xdm_document *d;
	size_t i;

	for (i = 0; i < x->documents.len; i++) {
		d = &x->documents.at[i];
		if (strcmp(d->path, path) != 0)
			continue;
		buf_printf(b, "  %s", d->title[0] ? d->title : "document of the submission set");
		if (d->type[0])
			buf_printf(b, "  %s", d->type);
		if (size_differs(d) || hash_differs(d))
			buf_printf(b, "  not as the metadata say");
		else if (d->compared && d->has_size && d->hash[0])
			buf_printf(b, "  size and digest as in the metadata");
		break;
	}
}

/* Differences that a reader of the package would meet. */
static void differences(struct outline *o, const struct xdm *x, const struct xdm_document *d, size_t len)
{
	if (!d->found && !x->partly)
		outline_trouble(o, len, len, "the metadata name %.150s, which the package lacks", d->path);
	if (size_differs(d))
		outline_trouble(o, len, len, "%.120s has %llu bytes, the metadata say %llu", d->path,
			(unsigned long long)d->found_size, (unsigned long long)d->size);
	if (hash_differs(d))
		outline_trouble(o, len, len, "%.120s: its SHA-1 is %s, the metadata say %s", d->path, d->found_hash, d->hash);
}

void xdm_words(struct outline *o, const struct xdm *x, size_t len)
{
	size_t i;

	for (i = 0; i < x->sets.len; i++)
		parse_made(o, "metadata", x->sets.at[i].ptr, x->sets.at[i].len, len, EVIDENCE_UNKNOWN);
	for (i = 0; i < x->documents.len; i++)
		differences(o, x, &x->documents.at[i], len);
	if (x->partly)
		return;
	if (!x->sets.len)
		outline_trouble(o, len, len, "METADATA.XML is missing or cannot be read");
	if (!x->index)
		outline_trouble(o, len, len, "INDEX.HTM is missing");
	if (!x->readme)
		outline_trouble(o, len, len, "README.TXT is missing");
}
