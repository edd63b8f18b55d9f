/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One piece of evidence and its four views. Layer evidence; one thread at a time, in the reader process. Rows
 * are made when asked for and live in the caller's arena; between calls only indexes are kept.
 */
#include "evidence_priv.h"
#include "verdict/evidence/compare.h"
#include <stdio.h>
#include <string.h>
#include "code_name.h"
#include "narrative.h"
#include "summary_priv.h"
#include "verdict/base/text.h"
#include "verdict/evidence/encoding.h"
#include "verdict/evidence/logline.h"

#define COUNT_ROWS 20000u	/* a slice of counting rows */
#define SNIFF_BYTES (64 * 1024)
#define FIRST_ROWS 60		/* levels are unfolded at first while no more rows than this appear */

static void collect_visible(struct document *d)
{
	uint32_t i = 0;

	d->visible.len = 0;
	while (i < d->o.nodes.len) {
		const struct node *n = &d->o.nodes.at[i];

		vec_push(&d->visible, i);
		i += n->size > 1 && !(n->flags & NODE_OPEN) ? n->size : 1;
	}
}

static void open_level(struct document *d, unsigned int depth)
{
	size_t i;

	for (i = 0; i < d->o.nodes.len; i++)
		if (d->o.nodes.at[i].size > 1 && d->o.nodes.at[i].depth < depth)
			d->o.nodes.at[i].flags |= NODE_OPEN;
		else
			d->o.nodes.at[i].flags &= (uint8_t)~NODE_OPEN;
}

/* Rows there would be with all levels above `depth` unfolded, as far as a first screen goes. */
static size_t rows_down_to(const struct document *d, unsigned int depth)
{
	size_t i = 0, n;

	for (n = 0; i < d->o.nodes.len && n <= FIRST_ROWS; n++)
		i += d->o.nodes.at[i].depth < depth ? 1 : d->o.nodes.at[i].size;
	return n;
}

/* As open_level() where all is folded still, without a look at what stays so. */
static void open_first(struct document *d, unsigned int depth)
{
	size_t i = 0;

	while (i < d->o.nodes.len) {
		struct node *n = &d->o.nodes.at[i];

		if (n->depth < depth && n->size > 1)
			n->flags |= NODE_OPEN;
		i += n->depth < depth ? 1 : n->size;
	}
}

/* Unfold level after level while a screen can hold it; a lone path down always opens. */
static void first_folds(struct document *d)
{
	unsigned int depth = 0;
	uint32_t entry;

	while (depth < 7 && rows_down_to(d, depth + 1) <= FIRST_ROWS)
		depth++;
	entry = d->kind == EVIDENCE_FHIR_JSON ? json_member(d, 0, "entry") : NODE_NONE;
	open_first(d, depth && entry == NODE_NONE ? depth : 1);
	if (entry != NODE_NONE)		/* a Bundle's entries are what it is about */
		d->o.nodes.at[entry].flags |= NODE_OPEN;
	report_unfold(d);
	collect_visible(d);
}

static void parse(struct document *d)
{
	struct buf b;

	d->has_outline = parse_document(&d->o, d->kind, d->text, d->len);
	if (!d->has_outline)
		snprintf(d->trouble, sizeof(d->trouble), d->kind == EVIDENCE_EMPTY ? "there is nothing in it" :
			d->kind == EVIDENCE_TEXT ? "plain text has no outline" : "no known format");
	if (d->o.troubles)
		snprintf(d->trouble, sizeof(d->trouble), "%u %s in the outline", d->o.troubles,
			d->o.troubles == 1 ? "trouble" : "troubles");
	first_folds(d);
	narrative_look(d->narrative, d);
	buf_init(&b, 4096);
	describe_document(&b, d);
	if (d->asked || d->guessed)
		buf_printf(&b, "  read as %s", d->asked ? d->asked : d->guessed);
	snprintf(d->summary, sizeof(d->summary), "%.*s", (int)b.len, buf_str(&b));
	buf_done(&b);
}

/* Kinds whose bytes are no text as a whole. */
static bool is_binary(enum evidence_kind k)
{
	return k == EVIDENCE_EMPTY || k == EVIDENCE_DICOM || k == EVIDENCE_PCAP || k == EVIDENCE_ARCHIVE || k == EVIDENCE_PDF ||
		k == EVIDENCE_CERTIFICATE;
}

/* Read the document's bytes anew, as `as` and `asked` want it. */
static void read_text(struct document *d)
{
	size_t got;
	const char *head = source_get(&got, &d->plain.src, 0, SNIFF_BYTES);

	d->kind = d->as != EVIDENCE_UNKNOWN ? d->as : evidence_sniff(head, got, (size_t)d->plain.src.size);
	d->text = d->plain.src.map ? d->plain.src.map : "";
	d->len = d->plain.src.map ? (size_t)d->plain.src.size : 0;
	if (d->asked || (d->kind != EVIDENCE_UNKNOWN && d->kind != EVIDENCE_EMPTY && d->kind != EVIDENCE_DICOM))
		encoding_translate(d);
	if (d->asked && d->as == EVIDENCE_UNKNOWN)	/* other characters, maybe another format */
		d->kind = evidence_sniff(d->text, d->len < SNIFF_BYTES ? d->len : SNIFF_BYTES, d->len);
	source_mem(&d->text_src, d->text, d->len);
	outline_text(&d->o, d->text, d->len);
	d->o.tick = d->plain.tick;
	d->o.tick_data = d->plain.tick_data;
	lines_init(&d->flat, &d->text_src, 80);
	pretty_init(&d->pretty, 80);
	if (d->len > UINT32_MAX - 1)
		snprintf(d->trouble, sizeof(d->trouble), "too large for an outline (4 GiB at most)");
	else
		parse(d);
}

enum status document_open_ticking(struct document **out, struct source *src, enum evidence_kind as, needle_tick_cb tick_cb,
	void *data)
{
	struct document *d = mem_zalloc(sizeof(*d));

	plain_init(&d->plain, src);
	d->plain.tick = tick_cb;
	d->plain.tick_data = data;
	d->narrative = mem_zalloc(sizeof(*d->narrative));
	d->codes = mem_zalloc(sizeof(*d->codes));
	outline_init(&d->o);
	d->as = as;
	read_text(d);
	*out = d;
	return STATUS_OK;
}

enum status document_open(struct document **out, struct source *src, enum evidence_kind as)
{
	return document_open_ticking(out, src, as, NULL, NULL);
}

/* Everything that was made of the bytes. */
static void forget_text(struct document *d)
{
	document_checks_free(d->checks);
	d->checks = NULL;
	document_compare_end(d);
	narrative_done(d->narrative);
	code_index_forget(d->codes);
	lines_done(&d->flat);
	pretty_done(&d->pretty);
	outline_done(&d->o);
	vec_done(&d->visible);
	encoding_forget(d);
}

void document_free(struct document *d)
{
	if (!d)
		return;
	forget_text(d);
	mem_free(d->narrative);
	mem_free(d->codes);
	plain_done(&d->plain);
	mem_free(d->bytes);
	mem_free(d);
}

enum status document_encoding(struct document *d, const char *name, size_t len)
{
	const char *asked = NULL;
	enum status rc = encoding_parse(&asked, name, len);

	if (rc != STATUS_OK)
		return rc;
	if (!d->asked && is_binary(d->kind))
		return status_set(STATUS_INVALID, "%s is no text as a whole: it has no encoding", evidence_kind_label(d->kind));
	if (d->plain.src.size > ENCODING_MAX)
		return status_set(STATUS_LIMIT, "more than %u MB are shown as they are", ENCODING_MAX >> 20);
	forget_text(d);
	memset(d->narrative, 0, sizeof(*d->narrative));
	outline_init(&d->o);
	d->trouble[0] = d->summary[0] = '\0';
	d->has_outline = false;
	d->asked = strcmp(asked, "auto") ? asked : NULL;
	read_text(d);
	return STATUS_OK;
}

const struct outline *document_outline(const struct document *d)
{
	return &d->o;
}

const char *document_text(size_t *len_out, const struct document *d)
{
	*len_out = d->len;
	return d->text;
}

static bool tick(struct document *d)
{
	return d->plain.tick && d->plain.tick(d->plain.tick_data);
}

uint64_t document_total(const struct document *d, enum evidence_view v)
{
	if (v == VIEW_OUTLINE)
		return d->visible.len;
	if (v == VIEW_COMPARE)
		return d->compare ? compare_total(d->compare) : 0;
	if (v == VIEW_NARRATIVE)
		return narrative_total(d->narrative);
	if (v != VIEW_PRETTY)
		return plain_total(&d->plain, v);
	if (d->has_outline)
		return d->pretty.done ? d->pretty.rows : UINT64_MAX;
	return d->flat.done ? d->flat.rows : UINT64_MAX;
}

void document_info(struct reader_info *out, struct document *d)
{
	int v;

	memset(out, 0, sizeof(*out));
	out->kind = d->kind;
	out->summary = d->summary;
	out->size = d->plain.src.size;
	for (v = 0; v < VIEW_COUNT; v++)
		out->rows[v] = document_total(d, (enum evidence_view)v);
	out->trouble = d->trouble[0] ? d->trouble : NULL;
	out->encoding = d->encoding ? d->encoding : "";
	document_check_info(out, d);
	out->frames = document_frames(d);
	out->inside = d->inside;
	out->node = d->outer_node;
	if (d->inside && !d->trail[0]) {
		struct buf b;

		buf_init(&b, 4096);
		document_trail(&b, d);
		snprintf(d->trail, sizeof(d->trail), "%.*s", (int)b.len, buf_str(&b));
		buf_done(&b);
	}
	out->trail = d->trail;
}

static uint32_t visible_row(const struct document *d, uint32_t node)
{
	size_t lo = 0, hi = d->visible.len;

	while (lo < hi) {	/* last visible node at or before it */
		size_t mid = lo + (hi - lo) / 2;

		if (d->visible.at[mid] <= node)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)(lo ? lo - 1 : 0);
}

static enum status node_at(uint32_t *out, const struct document *d, uint64_t row)
{
	if (row >= d->visible.len)
		return status_set(STATUS_NOT_FOUND, "no such row");
	*out = d->visible.at[row];
	return STATUS_OK;
}

enum status document_row_node(uint32_t *node_out, const struct document *d, uint64_t row)
{
	return node_at(node_out, d, row);
}

static void unfold_to(struct document *d, uint32_t i)
{
	uint32_t p;
	bool changed = false;

	for (p = d->o.nodes.at[i].parent; p != NODE_NONE; p = d->o.nodes.at[p].parent) {
		changed = changed || !(d->o.nodes.at[p].flags & NODE_OPEN);
		d->o.nodes.at[p].flags |= NODE_OPEN;
	}
	if (changed)
		collect_visible(d);
}

uint32_t document_reveal(struct document *d, uint32_t node)
{
	unfold_to(d, node);
	return visible_row(d, node);
}

enum status document_fold(uint64_t *row_out, struct document *d, enum fold_op op, uint64_t row)
{
	uint32_t i = 0;
	enum status rc = node_at(&i, d, row);

	if (rc != STATUS_OK)
		return rc;
	switch (op) {
	case FOLD_TOGGLE:
		if (d->o.nodes.at[i].size == 1 && d->o.nodes.at[i].parent != NODE_NONE)
			i = d->o.nodes.at[i].parent;	/* on a leaf: fold what holds it */
		d->o.nodes.at[i].flags ^= d->o.nodes.at[i].size > 1 ? NODE_OPEN : 0;
		break;
	case FOLD_ALL:
		open_level(d, 1);
		break;
	case FOLD_UNFOLD_ALL:
		open_level(d, UINT32_MAX);
		break;
	case FOLD_LEVEL:	/* everything as deep as this row, and no deeper */
		open_level(d, d->o.nodes.at[i].depth);
		break;
	default:
		return status_set(STATUS_INVALID, "no such way to fold");
	}
	collect_visible(d);
	*row_out = visible_row(d, i);
	return STATUS_OK;
}

static bool node_matches(struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	struct needle *needle = &d->plain.needle;
	struct buf b;
	const char *p;
	size_t len;
	bool hit;

	p = node_label(&len, d, n);
	if (needle_in(needle, p, len))
		return true;
	p = node_value(&len, d, n);
	if (needle_in(needle, p, len))
		return true;
	if (n->kind < NODE_MESSAGE && !(n->flags & NODE_ESCAPED))
		return false;
	buf_init(&b, DOCUMENT_VALUE_MAX * 2);
	if (n->kind >= NODE_MESSAGE) {
		hl7_label(&b, d, i);
		buf_addc(&b, '\n');
		describe_note(&b, d, i);
		buf_addc(&b, '\n');
	}
	if (n->size == 1)
		describe_value(&b, d, i, DOCUMENT_VALUE_MAX);
	hit = b.len && needle_in(needle, b.ptr, b.len);
	buf_done(&b);
	return hit;
}

static enum status search_nodes(uint32_t *node_out, struct document *d, uint32_t start, bool back)
{
	uint32_t all = (uint32_t)d->o.nodes.len, i, k;

	for (k = 1; k <= all; k++) {	/* all of it, the start last */
		i = back ? (start + all - k % all) % all : (uint32_t)(((uint64_t)start + k) % all);
		if (node_matches(d, i)) {
			*node_out = i;
			return STATUS_OK;
		}
		if (k % 65536 == 0 && tick(d))
			return status_set(STATUS_CANCELLED, "the search was stopped");
	}
	return status_set(STATUS_NOT_FOUND, "not found");
}

static enum status search_outline(uint64_t *row_out, struct document *d, uint64_t row, bool back)
{
	enum status rc;
	uint32_t i;

	if (!d->o.nodes.len)
		return status_set(STATUS_NOT_FOUND, "not found");
	rc = search_nodes(&i, d, row < d->visible.len ? d->visible.at[row] : (uint32_t)d->o.nodes.len - 1, back);
	if (rc != STATUS_OK)
		return rc;
	unfold_to(d, i);
	*row_out = visible_row(d, i);
	return STATUS_OK;
}

/* First byte of a pretty row, and of what follows it. */
static enum status pretty_bytes(uint64_t *begin_out, uint64_t *next_out, struct document *d, uint64_t row)
{
	enum status rc = document_count_to(d, row);
	struct pretty_pos pos;
	struct pretty_row p;
	struct line line;

	*begin_out = *next_out = 0;
	if (rc == STATUS_OK && d->has_outline) {
		rc = pretty_seek(&pos, &d->pretty, d, row);
		if (rc != STATUS_OK || !pretty_next(&p, &pos, d, d->pretty.width))
			return STATUS_NOT_FOUND;
		*begin_out = p.begin;
		*next_out = p.end > p.begin ? p.end : p.begin + 1;
	} else if (rc == STATUS_OK) {
		rc = lines_seek(begin_out, &d->flat, row);
		if (rc != STATUS_OK || !lines_next(&line, &d->flat, *begin_out))
			return STATUS_NOT_FOUND;
		*next_out = line.next;
	}
	return rc;
}

static enum status pretty_locate_node(uint64_t *row_out, struct document *d, uint32_t node)
{
	enum status rc;

	while ((rc = pretty_find_node(row_out, &d->pretty, d, node)) == STATUS_AGAIN) {
		pretty_extend(&d->pretty, d, COUNT_ROWS);
		if (tick(d))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	}
	return rc;
}

/* Pretty row that shows a byte of the text. */
static enum status pretty_locate(uint64_t *row_out, struct document *d, uint64_t offset)
{
	enum status rc;

	if (!d->has_outline)
		return lines_locate(row_out, &d->flat, offset, d->plain.tick, d->plain.tick_data);
	if (outline_is_woven(&d->o) && d->o.nodes.len)
		return pretty_locate_node(row_out, d, document_node_at(d, offset));
	while ((rc = pretty_find(row_out, &d->pretty, d, (uint32_t)offset)) == STATUS_AGAIN) {
		pretty_extend(&d->pretty, d, COUNT_ROWS);
		if (tick(d))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	}
	return rc == STATUS_OK ? rc : status_set(rc, "there is nothing in it");
}

/* Where texts stand inside texts the nodes are searched: bytes of the file are not what is shown. */
static enum status search_woven(uint64_t *row_out, struct document *d, uint64_t row, bool back)
{
	enum status rc = document_count_to(d, row);
	struct pretty_pos pos = { .node = 0 };
	uint32_t i = 0;

	if (rc == STATUS_OK && d->o.nodes.len)
		pretty_seek(&pos, &d->pretty, d, row);
	if (rc == STATUS_OK)
		rc = d->o.nodes.len ? search_nodes(&i, d, pos.node, back) : status_set(STATUS_NOT_FOUND, "not found");
	if (rc == STATUS_OK)
		rc = pretty_locate_node(row_out, d, i);
	return rc;
}

static enum status search_pretty(uint64_t *row_out, struct document *d, uint64_t row, bool back)
{
	uint64_t begin, next, at;
	enum status rc;

	if (d->has_outline && outline_is_woven(&d->o))
		return search_woven(row_out, d, row, back);
	rc = pretty_bytes(&begin, &next, d, row);
	if (rc == STATUS_CANCELLED)
		return rc;
	rc = bytes_search(&at, &d->plain.needle, &d->text_src, begin, next, back, d->plain.tick, d->plain.tick_data);
	return rc == STATUS_OK ? pretty_locate(row_out, d, at) : rc;
}

enum status document_search(uint64_t *row_out, struct document *d, enum evidence_view v, const char *pattern,
	size_t len, uint64_t row, bool back)
{
	if (v == VIEW_RAW || v == VIEW_HEX)
		return plain_search(row_out, &d->plain, v, pattern, len, row, back);
	needle_set(&d->plain.needle, pattern, len);
	if (v == VIEW_COMPARE && d->compare)
		return compare_next(row_out, d->compare, row, back, &d->plain.needle);
	if (!len)
		return status_set(STATUS_NOT_FOUND, "nothing to search for");
	if (v == VIEW_NARRATIVE)
		return narrative_search(row_out, d, row, back);
	return v == VIEW_OUTLINE ? search_outline(row_out, d, row, back) : search_pretty(row_out, d, row, back);
}

enum status document_severe(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t row, bool back)
{
	struct lines *l = v == VIEW_RAW ? &d->plain.raw : v == VIEW_PRETTY && !d->has_outline ? &d->flat : NULL;

	if (!l)
		return status_set(STATUS_INVALID, "this view has no lines of a log");
	return lines_severe(row_out, l, row, back, d->plain.tick, d->plain.tick_data);
}

enum status document_locate(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t offset)
{
	uint64_t place = encoding_find(d, offset);
	uint32_t i;

	if (v == VIEW_RAW || v == VIEW_HEX)
		return plain_locate(row_out, &d->plain, v, offset);
	if (v == VIEW_COMPARE && d->compare)
		return compare_locate(row_out, d->compare, offset);
	if (v == VIEW_PRETTY)
		return pretty_locate(row_out, d, place < UINT32_MAX ? place : UINT32_MAX);
	i = document_node_at(d, place);
	if (i == NODE_NONE)
		return status_set(STATUS_NOT_FOUND, "there is no outline");
	if (v == VIEW_NARRATIVE)
		return narrative_locate(row_out, d, i);
	*row_out = visible_row(d, i);
	return STATUS_OK;
}

enum status document_path(struct buf *out, struct document *d, uint64_t row)
{
	uint32_t i;
	enum status rc = node_at(&i, d, row);

	if (rc == STATUS_OK)
		describe_path(out, d, i);
	return rc;
}

enum status document_value(struct buf *out, struct document *d, uint64_t row)
{
	uint32_t i;
	enum status rc = node_at(&i, d, row);
	const struct node *n;

	if (rc != STATUS_OK)
		return rc;
	n = &d->o.nodes.at[i];
	if (n->size > 1 && !(n->flags & NODE_HAS_VALUE)) {	/* of a container: its text as it stands */
		size_t room, len = n->end - n->begin;
		const char *p = text_at(&room, d, n->begin);

		len = len < room ? len : room;
		buf_add(out, p, len < DOCUMENT_VALUE_MAX ? len : DOCUMENT_VALUE_MAX);
	} else {
		describe_value(out, d, i, DOCUMENT_VALUE_MAX);
	}
	return STATUS_OK;
}

enum status document_goto(uint64_t *row_out, struct document *d, const char *path, size_t len)
{
	uint32_t i = describe_find_path(d, path, len);

	if (i == NODE_NONE)
		return status_set(STATUS_NOT_FOUND, "no such place in this document");
	unfold_to(d, i);
	*row_out = visible_row(d, i);
	return STATUS_OK;
}

enum status document_follow(uint64_t *row_out, struct document *d, uint64_t row)
{
	uint32_t i = 0, to;
	enum status rc = node_at(&i, d, row);

	if (rc != STATUS_OK)
		return rc;
	if (!refers_somewhere(d, i))
		return status_set(STATUS_INVALID, "this row points to no other place");
	to = follow(d, i);
	if (to == NODE_NONE)
		return status_set(STATUS_NOT_FOUND, "what it points to is not in this document");
	*row_out = document_reveal(d, to);
	return STATUS_OK;
}
