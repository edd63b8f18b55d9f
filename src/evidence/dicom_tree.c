/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees that DICOM writes in its own way: content of structured reports and key objects (PS3.3 C.17.3), records
 * of a directory (PS3.3 F.3.2). Layer evidence; any thread. Told again below the attributes, in words.
 */
#include "dicom.h"
#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"

#define DEPTH_MAX 64
#define VALUE_MAX 4096

static void add_value(struct buf *b, const struct outline *o, uint32_t i)
{
	size_t n;
	const char *p = dicom_value(&n, o, i);

	buf_add(b, p, n < VALUE_MAX ? n : VALUE_MAX);
}

static bool add_of(struct buf *b, const struct outline *o, uint32_t item, const char *keyword, const char *before)
{
	uint32_t c = dicom_child(o, item, keyword);
	size_t n;

	dicom_value(&n, o, c);
	if (c == NODE_NONE || !n)
		return false;
	buf_adds(b, before);
	add_value(b, o, c);
	return true;
}

/* "Finding (121071, DCM)" of a sequence with one code; the code alone where it has no meaning. */
static void add_code(struct buf *b, const struct outline *o, uint32_t item, const char *keyword, bool whole)
{
	uint32_t code = dicom_item(o, item, keyword);
	bool meaning = add_of(b, o, code, "CodeMeaning", "");

	if (code == NODE_NONE || (meaning && !whole))
		return;
	if (!add_of(b, o, code, "CodeValue", meaning ? " (" : "("))
		if (!add_of(b, o, code, "LongCodeValue", meaning ? " (" : "("))
			return;
	add_of(b, o, code, "CodingSchemeDesignator", ", ");
	buf_addc(b, ')');
}

static void add_reference(struct buf *b, const struct outline *o, uint32_t item)
{
	uint32_t sop = dicom_item(o, item, "ReferencedSOPSequence");
	const char *p, *name;
	size_t n;

	p = dicom_value(&n, o, dicom_child(o, sop, "ReferencedSOPClassUID"));
	name = dicom_uid_name(p, n);
	if (name)
		buf_adds(b, name);
	else
		buf_add(b, p, n);
	add_of(b, o, sop, "ReferencedSOPInstanceUID", "  ");
	add_of(b, o, sop, "ReferencedFrameNumber", "  frame ");
}

static void add_number(struct buf *b, const struct outline *o, uint32_t item)
{
	uint32_t measured = dicom_item(o, item, "MeasuredValueSequence"), unit;

	if (!add_of(b, o, measured, "NumericValue", "")) {
		add_code(b, o, item, "NumericValueQualifierCodeSequence", true);
		return;
	}
	unit = dicom_item(o, measured, "MeasurementUnitsCodeSequence");
	add_of(b, o, unit, "CodeValue", " ");
}

/* What an item says, after how it belongs to what is above: "CONTAINS NUM  12.3 mm". */
static void say(struct buf *b, const struct outline *o, uint32_t item)
{
	static const char *const texts[] = { "TextValue", "DateTime", "Date", "Time", "PersonName", "UID" };
	size_t n, i;
	const char *type = dicom_value(&n, o, dicom_child(o, item, "ValueType"));

	if (add_of(b, o, item, "RelationshipType", ""))
		buf_addc(b, ' ');
	buf_add(b, type, n < 32 ? n : 32);
	buf_adds(b, "  ");
	if (n == 3 && !memcmp(type, "NUM", 3)) {
		add_number(b, o, item);
	} else if (n == 4 && !memcmp(type, "CODE", 4)) {
		add_code(b, o, item, "ConceptCodeSequence", true);
	} else if (dicom_child(o, item, "ReferencedSOPSequence") != NODE_NONE) {
		add_reference(b, o, item);
	} else if (add_of(b, o, item, "GraphicType", "")) {
		add_of(b, o, item, "GraphicData", "  ");
	} else {
		for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			if (add_of(b, o, item, texts[i], ""))
				break;
	}
	while (b->len && b->ptr[b->len - 1] == ' ')
		buf_cut(b, b->len - 1, 1);
}

/* An open node for an item: labelled with its concept. */
static uint32_t tell(struct outline *o, uint32_t item)
{
	size_t begin = o->nodes.at[item].begin - o->base;
	uint32_t i = outline_open(o, NODE_VALUE, begin);
	struct buf b;

	if (i == NODE_NONE)
		return i;
	buf_init(&b, 64 * 1024);
	add_code(&b, o, item, "ConceptNameCodeSequence", false);
	outline_label_word(o, i, b.len ? b.ptr : "item");
	buf_reset(&b);
	say(&b, o, item);
	dicom_keep(o, i, buf_str(&b), b.len);
	buf_done(&b);
	return i;
}

/* The object is still open: its size as far as it goes, so that its attributes can be found. */
static void measure(struct outline *o, uint32_t root)
{
	o->nodes.at[root].size = (uint32_t)o->nodes.len - root;
}

void dicom_content(struct outline *o, uint32_t root)
{
	uint32_t item[DEPTH_MAX], seq, group, c;
	unsigned int n = 0;
	struct buf b;

	measure(o, root);
	if (dicom_child(o, root, "ValueType") == NODE_NONE || o->stopped)
		return;
	seq = dicom_child(o, root, "ContentSequence");
	group = outline_open(o, NODE_VALUE, o->nodes.at[root].begin - o->base);
	if (group == NODE_NONE)
		return;
	outline_label_word(o, group, "content");
	buf_init(&b, 16 * 1024);
	add_code(&b, o, root, "ConceptNameCodeSequence", true);
	dicom_keep(o, group, buf_str(&b), b.len);
	buf_done(&b);
	o->woven = true;
	c = seq == NODE_NONE ? NODE_NONE : outline_child(o, seq);
	while (!o->stopped) {
		uint32_t below;

		while (c != NODE_NONE && o->nodes.at[c].kind != NODE_ITEM)
			c = outline_next(o, c);
		if (c == NODE_NONE) {
			if (!n)
				break;
			c = item[--n];
			outline_close(o, o->nodes.at[c].end - o->base);
			c = outline_next(o, c);
			continue;
		}
		if (tell(o, c) == NODE_NONE)
			break;
		below = n < DEPTH_MAX - 1 ? dicom_child(o, c, "ContentSequence") : NODE_NONE;
		item[n++] = c;
		c = below == NODE_NONE ? NODE_NONE : outline_child(o, below);
	}
	while (n-- > 0)
		outline_close(o, o->nodes.at[item[n]].end - o->base);
	outline_close(o, o->nodes.at[group].begin - o->base);
}

/* Records: by the offsets that the directory gives, or in their order by what belongs to what. */
struct record {
	uint32_t node, offset, next, lower;
	uint8_t rank;
	bool told;
};
struct records {
	VEC(struct record) list;
	bool linked;
};

static uint32_t number_of(const struct outline *o, uint32_t item, const char *keyword)
{
	size_t n, i;
	const char *p = dicom_value(&n, o, dicom_child(o, item, keyword));
	uint64_t v = 0;

	for (i = 0; i < n && i < 10 && p[i] >= '0' && p[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(p[i] - '0');
	return v <= UINT32_MAX ? (uint32_t)v : 0;
}

static uint8_t rank_of(const struct outline *o, uint32_t item)
{
	static const char *const ranks[] = { "PATIENT", "STUDY", "SERIES" };
	size_t n;
	const char *p = dicom_value(&n, o, dicom_child(o, item, "DirectoryRecordType"));
	uint8_t i;

	for (i = 0; i < 3; i++)
		if (strlen(ranks[i]) == n && !memcmp(ranks[i], p, n))
			return i;
	return 3;
}

static void collect(struct records *r, const struct outline *o, uint32_t seq)
{
	uint32_t c = outline_child(o, seq);

	for (; c != NODE_NONE; c = outline_next(o, c)) {
		struct record x = { .node = c, .offset = (uint32_t)(o->nodes.at[c].begin - o->base) };

		if (o->nodes.at[c].kind != NODE_ITEM)
			continue;
		x.next = number_of(o, c, "OffsetOfTheNextDirectoryRecord");
		x.lower = number_of(o, c, "OffsetOfReferencedLowerLevelDirectoryEntity");
		x.rank = rank_of(o, c);
		r->linked = r->linked || x.next || x.lower;
		vec_push(&r->list, x);
	}
}

static struct record *record_at(struct records *r, uint32_t offset)
{
	size_t lo = 0, hi = r->list.len;

	while (offset && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->list.at[mid].offset == offset)
			return &r->list.at[mid];
		if (r->list.at[mid].offset < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool tell_record(struct outline *o, struct record *x)
{
	static const char *const facts[] = { "PatientName", "PatientID", "StudyDate", "StudyDescription", "StudyInstanceUID",
		"Modality", "SeriesNumber", "SeriesInstanceUID", "InstanceNumber", "ReferencedFileID" };
	uint32_t i = outline_open(o, NODE_VALUE, x->offset);
	struct buf b;
	size_t n, k;
	const char *p;

	if (i == NODE_NONE)
		return false;
	x->told = true;
	buf_init(&b, 16 * 1024);
	p = dicom_value(&n, o, dicom_child(o, x->node, "DirectoryRecordType"));
	buf_add(&b, p, n < 32 ? n : 32);
	outline_label_word(o, i, b.len ? buf_str(&b) : "record");
	buf_reset(&b);
	for (k = 0; k < sizeof(facts) / sizeof(facts[0]); k++)
		add_of(&b, o, x->node, facts[k], b.len ? "  " : "");
	dicom_keep(o, i, buf_str(&b), b.len);
	buf_done(&b);
	return true;
}

static uint32_t record_end(const struct outline *o, const struct record *x)
{
	return (uint32_t)(o->nodes.at[x->node].end - o->base);
}

/* Along the offsets; a record is told once, so a circle ends. */
static void tell_linked(struct outline *o, struct records *r, uint32_t first)
{
	struct record *open[DEPTH_MAX], *x = record_at(r, first), *y;
	unsigned int n = 0;

	while (!o->stopped) {
		if (!x || x->told) {
			if (!n)
				break;
			y = open[--n];
			outline_close(o, record_end(o, y));
			x = record_at(r, y->next);
			continue;
		}
		if (!tell_record(o, x))
			break;
		open[n++] = x;
		x = n < DEPTH_MAX ? record_at(r, x->lower) : NULL;
	}
	while (n-- > 0)
		outline_close(o, record_end(o, open[n]));
}

static void tell_in_order(struct outline *o, struct records *r)
{
	struct record *open[4];
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < r->list.len && !o->stopped; i++) {
		struct record *x = &r->list.at[i];

		while (n && open[n - 1]->rank >= x->rank)
			outline_close(o, record_end(o, open[--n]));
		if (x->told || !tell_record(o, x))
			continue;
		open[n++] = x;
	}
	while (n-- > 0)
		outline_close(o, record_end(o, open[n]));
}

void dicom_records(struct outline *o, uint32_t root)
{
	uint32_t seq, group, first;
	struct records r = { VEC_INIT, false };

	measure(o, root);
	seq = dicom_child(o, root, "DirectoryRecordSequence");
	if (seq == NODE_NONE || o->stopped)
		return;
	collect(&r, o, seq);
	first = number_of(o, root, "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity");
	group = outline_open(o, NODE_ITEM, o->nodes.at[root].begin - o->base);
	outline_label_word(o, group, "records");
	if (group != NODE_NONE) {
		o->nodes.at[group].value = 0;
		o->woven = true;
		if (r.linked && record_at(&r, first))
			tell_linked(o, &r, first);
		tell_in_order(o, &r);	/* the rest, or all where nothing links them */
		outline_close(o, o->nodes.at[group].begin - o->base);
	}
	vec_done(&r.list);
}
