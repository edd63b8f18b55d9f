/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DICOM in plain words: an attribute's tag, representation and name, what an object is about. Layer evidence;
 * any thread.
 */
#include "dicom.h"
#include <string.h>
#include "evidence_priv.h"

static bool labelled(const struct document *d, const struct node *n, uint32_t tag)
{
	const struct dicom_entry *e = dicom_find(tag);

	return e && label_is(d, n, e->keyword);
}

/* Tag of an attribute's node: from its bytes, in the order in which they make sense. */
static bool tag_of(uint32_t *tag_out, const char **vr_out, const struct document *d, const struct node *n)
{
	size_t room, len;
	const unsigned char *p = (const unsigned char *)text_at(&room, d, n->begin);
	const char *label = node_label(&len, d, n);
	uint32_t little, big;

	*vr_out = NULL;
	if (!(n->flags & NODE_LABEL_KEPT) || room < 10)
		return false;
	if (node_document(d, n) == EVIDENCE_DICOM_JSON)
		return dicom_hex_tag(tag_out, (const char *)p + 1, 8);
	little = (uint32_t)p[1] << 24 | (uint32_t)p[0] << 16 | (uint32_t)p[3] << 8 | p[2];
	big = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (little == 0xfffee000u || big == 0xfffee000u || n->begin == 0)
		return false;		/* told again from an item, or the object itself */
	if (dicom_vr_known((const char *)p + 4))
		*vr_out = (const char *)p + 4;
	*tag_out = labelled(d, n, big) && !labelled(d, n, little) ? big : little;
	if (len == 11 && *label == '(') {	/* a label that is the tag itself */
		char hex[8];

		memcpy(hex, label + 1, 4);
		memcpy(hex + 4, label + 6, 4);
		return dicom_hex_tag(tag_out, hex, sizeof(hex));
	}
	return true;
}

bool dicom_bytes(size_t *at_out, size_t *len_out, const struct document *d, uint32_t i)
{
	const struct node *n = outline_get(&d->o, i);
	uint32_t tag;
	const char *vr;
	size_t head;

	if (!n || node_document(d, n) != EVIDENCE_DICOM || !tag_of(&tag, &vr, d, n))
		return false;
	head = vr && dicom_vr_long(vr) ? 12 : 8;
	if (n->end < n->begin + head)
		return false;
	*at_out = n->begin + head;
	*len_out = n->end - *at_out;
	return true;
}

void dicom_note(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	const struct dicom_entry *e;
	const char *vr, *value, *name;
	uint32_t tag;
	bool creator;
	size_t len;

	if ((n->kind != NODE_VALUE && n->kind != NODE_ARRAY) || !tag_of(&tag, &vr, d, n))
		return;
	e = dicom_find(tag);
	creator = !e && (tag >> 16 & 1) && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;
	if (!vr)
		vr = e ? e->vr : creator ? "LO" : "UN";
	buf_printf(b, "(%04X,%04X) %.2s %s", tag >> 16, tag & 0xffff, vr, e ? e->name : tag >> 16 & 1 ?
		creator ? "private creator" : "private" : (tag & 0xffff) ? "not in the dictionary" : "Group Length");
	if (n->kind != NODE_VALUE || memcmp(e ? e->vr : vr, "UI", 2))
		return;
	value = node_value(&len, d, n);
	name = dicom_uid_name(value, len);
	if (name)
		buf_printf(b, ": %s", name);
}

static bool add(struct buf *b, const struct document *d, uint32_t i, const char *keyword, const char *before)
{
	uint32_t c = dicom_child(&d->o, i, keyword);
	size_t len;
	const char *p = dicom_value(&len, &d->o, c);

	if (c == NODE_NONE || !len)
		return false;
	if (b->len)
		buf_adds(b, before);
	buf_add(b, p, len < 64 ? len : 64);
	return true;
}

void dicom_summary(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t sop = dicom_child(&d->o, i, "SOPClassUID"), meta = dicom_child(&d->o, i, "meta");
	const char *p, *name;
	size_t len;

	if (sop == NODE_NONE)
		sop = dicom_child(&d->o, meta, "MediaStorageSOPClassUID");
	p = dicom_value(&len, &d->o, sop);
	name = dicom_uid_name(p, len);
	if (name)
		buf_adds(b, name);
	else
		buf_add(b, p, len < 64 ? len : 64);
	add(b, d, i, "PatientName", "  ");
	add(b, d, i, "PatientID", "  ");
	add(b, d, i, "StudyDate", "  ");
	if (add(b, d, i, "Columns", "  "))
		add(b, d, i, "Rows", "×");
	if (add(b, d, i, "NumberOfFrames", "  "))
		buf_adds(b, b->ptr[b->len - 1] == '1' && b->ptr[b->len - 2] == ' ' ? " frame" : " frames");
}

void dicom_item_summary(struct buf *b, const struct document *d, uint32_t i)
{
	static const char *const telling[] = { "CodeMeaning", "ReferencedSOPInstanceUID", "SeriesInstanceUID",
		"StudyInstanceUID", "ValueType", "DirectoryRecordType" };
	size_t k;

	for (k = 0; k < sizeof(telling) / sizeof(telling[0]); k++)
		if (add(b, d, i, telling[k], ""))
			return;
	buf_printf(b, "%u %s", d->o.nodes.at[i].value_len, d->o.nodes.at[i].value_len == 1 ? "attribute" : "attributes");
}
