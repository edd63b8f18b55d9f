/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What readers of DICOM share: the dictionary, representations of values, nodes. Layer evidence; any thread.
 * Tags, keywords and names are facts of PS3.6 (data/dicom.tsv), UIDs of its annex A.
 */
#include "dicom.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_MAX 32		/* of one value that are written out */
#define BYTES_MAX 16

static int compare_tags(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = ((const struct dicom_entry *)b)->tag;

	return x < y ? -1 : x > y;
}

const struct dicom_entry *dicom_find(uint32_t tag)
{
	uint32_t group = tag >> 16;

	if ((group & 0xff01) == 0x5000 || (group & 0xff01) == 0x6000)
		tag = (tag & 0xff00ffffu);	/* curves and overlays repeat over 16 groups */
	return bsearch(&tag, dicom_tags, dicom_tag_count, sizeof(dicom_tags[0]), compare_tags);
}

const char *dicom_uid_name(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < dicom_uid_count; i++)
		if (strlen(dicom_uids[i].uid) == n && !memcmp(dicom_uids[i].uid, p, n))
			return dicom_uids[i].name;
	return NULL;
}

static const struct {
	char vr[3];
	bool is_long, text, coded;
	uint8_t size;		/* of a number */
} forms[] = {
	{ "AE", false, true, false, 0 }, { "AS", false, true, false, 0 }, { "AT", false, false, false, 4 },
	{ "CS", false, true, false, 0 }, { "DA", false, true, false, 0 }, { "DS", false, true, false, 0 },
	{ "DT", false, true, false, 0 }, { "FD", false, false, false, 8 }, { "FL", false, false, false, 4 },
	{ "IS", false, true, false, 0 }, { "LO", false, true, true, 0 }, { "LT", false, true, true, 0 },
	{ "OB", true, false, false, 0 }, { "OD", true, false, false, 0 }, { "OF", true, false, false, 0 },
	{ "OL", true, false, false, 0 }, { "OV", true, false, false, 0 }, { "OW", true, false, false, 0 },
	{ "PN", false, true, true, 0 }, { "SH", false, true, true, 0 }, { "SL", false, false, false, 4 },
	{ "SQ", true, false, false, 0 }, { "SS", false, false, false, 2 }, { "ST", false, true, true, 0 },
	{ "SV", true, false, false, 8 }, { "TM", false, true, false, 0 }, { "UC", true, true, true, 0 },
	{ "UI", false, true, false, 0 }, { "UL", false, false, false, 4 }, { "UN", true, false, false, 0 },
	{ "UR", true, true, false, 0 }, { "US", false, false, false, 2 }, { "UT", true, true, true, 0 },
	{ "UV", true, false, false, 8 },
};

static int form_of(const char *vr)
{
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!memcmp(forms[i].vr, vr, 2))
			return (int)i;
	return -1;
}

bool dicom_vr_known(const char *vr)
{
	return form_of(vr) >= 0;
}

bool dicom_vr_long(const char *vr)
{
	int i = form_of(vr);

	return i < 0 || forms[i].is_long;	/* PS3.5 6.2: what comes in future has the long form */
}

bool dicom_vr_text(const char *vr)
{
	int i = form_of(vr);

	return i >= 0 && forms[i].text;
}

bool dicom_vr_coded(const char *vr)
{
	int i = form_of(vr);

	return i >= 0 && forms[i].coded;
}

static uint64_t number(const unsigned char *p, size_t size, bool big)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < size; i++)
		v |= (uint64_t)p[big ? size - 1 - i : i] << (8 * i);
	return v;
}

/* Shortest text that reads back as the same number. */
static void add_float(struct buf *out, double v, bool narrow)
{
	char text[40];
	int digits;

	for (digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (narrow ? (float)strtod(text, NULL) == (float)v : strtod(text, NULL) == v)
			break;
	}
	buf_adds(out, text);
}

static void add_number(struct buf *out, const char *vr, const unsigned char *p, size_t size, bool big)
{
	uint64_t v = number(p, size, big);
	uint32_t low = (uint32_t)v;
	double wide;
	float narrow;

	if (!memcmp(vr, "FD", 2)) {
		memcpy(&wide, &v, sizeof(wide));
		add_float(out, wide, false);
	} else if (!memcmp(vr, "FL", 2)) {
		memcpy(&narrow, &low, sizeof(narrow));
		add_float(out, (double)narrow, true);
	} else if (!memcmp(vr, "AT", 2)) {
		buf_printf(out, "(%04X,%04X)", (unsigned int)number(p, 2, big), (unsigned int)number(p + 2, 2, big));
	} else if (vr[0] == 'S') {	/* SS, SL, SV */
		int64_t s = size == 2 ? (int16_t)v : size == 4 ? (int32_t)v : (int64_t)v;

		buf_printf(out, "%lld", (long long)s);
	} else {
		buf_printf(out, "%llu", (unsigned long long)v);
	}
}

void dicom_binary(struct buf *out, const char *vr, const unsigned char *p, size_t n, bool big)
{
	int form = form_of(vr);
	size_t size = form >= 0 ? forms[form].size : 0, i;

	if (size && n >= size && n % size == 0) {
		for (i = 0; i < n / size && i < NUMBERS_MAX; i++) {
			if (i)
				buf_addc(out, '\\');
			add_number(out, vr, p + i * size, size, big);
		}
		if (n / size > NUMBERS_MAX)
			buf_printf(out, " … %zu values", n / size);
	} else if (n <= BYTES_MAX) {
		for (i = 0; i < n; i++)
			buf_printf(out, i ? " %02x" : "%02x", p[i]);
	} else {
		buf_printf(out, "%zu bytes", n);
	}
}

void dicom_label(struct outline *o, uint32_t i, uint32_t tag)
{
	const struct dicom_entry *e = dicom_find(tag);
	char word[16];

	if (e) {
		outline_label_word(o, i, e->keyword);
		return;
	}
	snprintf(word, sizeof(word), "(%04X,%04X)", tag >> 16, tag & 0xffff);
	outline_label_word(o, i, word);
}

void dicom_keep(struct outline *o, uint32_t i, const char *p, size_t n)
{
	size_t at = o->words.len;

	if (i >= o->nodes.len)
		return;
	o->nodes.at[i].value = o->nodes.at[i].value_len = 0;
	o->nodes.at[i].flags |= NODE_VALUE_KEPT;
	if (at + n + 65536 > o->words.max)	/* names of what follows need room too */
		return;
	buf_add(&o->words, p, n);
	buf_addc(&o->words, '\0');
	o->nodes.at[i].value = (uint32_t)at;
	o->nodes.at[i].value_len = (uint32_t)n;
}

const char *dicom_value(size_t *len_out, const struct outline *o, uint32_t i)
{
	const struct node *n = outline_get(o, i);
	const char *p;
	size_t room;

	*len_out = 0;
	if (!n)
		return "";
	if (n->flags & NODE_VALUE_KEPT) {
		*len_out = n->value_len;
		return n->value_len ? o->words.ptr + n->value : "";
	}
	if (n->size > 1)
		return "";
	p = annex_at(&room, &o->annex, n->value);
	*len_out = n->value_len < room ? n->value_len : room;
	return p;
}

uint32_t dicom_child(const struct outline *o, uint32_t i, const char *keyword)
{
	uint32_t c = i == NODE_NONE ? NODE_NONE : outline_child(o, i);
	size_t len = strlen(keyword);

	for (; c != NODE_NONE; c = outline_next(o, c)) {
		const struct node *n = &o->nodes.at[c];

		if ((n->flags & NODE_LABEL_KEPT) && n->label_len == len && !memcmp(o->words.ptr + n->label, keyword, len))
			return c;
	}
	return NODE_NONE;
}

uint32_t dicom_item(const struct outline *o, uint32_t i, const char *keyword)
{
	uint32_t seq = dicom_child(o, i, keyword);
	uint32_t item = seq == NODE_NONE ? NODE_NONE : outline_child(o, seq);

	while (item != NODE_NONE && o->nodes.at[item].kind != NODE_ITEM)
		item = outline_next(o, item);
	return item;
}
