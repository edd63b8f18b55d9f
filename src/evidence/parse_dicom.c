/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DICOM files and data sets (PS3.5, PS3.10) into an outline. Layer evidence; any thread. Attributes become
 * values named by keyword, sequences arrays of items. Nesting is kept in a table, not on the stack; lengths
 * from the file are compared with what is there before anything is read or skipped.
 */
#include "dicom.h"
#include <string.h>
#include <zlib.h>
#include "verdict/base/text.h"

#define LEVELS_MAX 120
#define UNDEFINED 0xffffffffu
#define ITEM 0xfffee000u
#define ITEM_END 0xfffee00du
#define SEQUENCE_END 0xfffee0ddu
#define PIXELS 0x7fe00010u

enum level_kind { SET, OBJECT, SEQUENCE, FRAGMENTS };
struct level {
	enum level_kind kind;
	size_t end;		/* no byte at or after it belongs here */
	bool open_end;		/* ends with a delimiter */
	bool plain;		/* implicit VR */
	uint32_t items;
	struct dicom_charset charset;
};
struct dicom {
	struct outline *o;
	const unsigned char *p;
	size_t len, at;
	bool big;
	unsigned int n;		/* levels */
	struct level level[LEVELS_MAX];
	char syntax[66];	/* of the meta group */
};
struct element {
	size_t begin, value;
	uint32_t tag, len;
	char vr[3];
};

static unsigned int u16(const struct dicom *d, size_t at)
{
	return d->big ? (unsigned int)d->p[at] << 8 | d->p[at + 1] : (unsigned int)d->p[at + 1] << 8 | d->p[at];
}

static uint32_t u32(const struct dicom *d, size_t at)
{
	return d->big ? (uint32_t)u16(d, at) << 16 | u16(d, at + 2) : (uint32_t)u16(d, at + 2) << 16 | u16(d, at);
}

static uint32_t tag_at(const struct dicom *d, size_t at)
{
	return (uint32_t)u16(d, at) << 16 | u16(d, at + 2);
}

static struct level *top(struct dicom *d)
{
	return &d->level[d->n - 1];
}

static bool letters(const unsigned char *p)
{
	return p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z';
}

static void vr_of_tag(char vr[3], uint32_t tag)
{
	const struct dicom_entry *e = dicom_find(tag);

	memcpy(vr, "UN", 3);
	if (e)
		memcpy(vr, e->vr, 3);
	else if ((tag & 0xffff) == 0)
		memcpy(vr, "UL", 3);
	else if ((tag >> 16 & 1) && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff)
		memcpy(vr, "LO", 3);	/* who reserved a private block */
}

/* The head of an element at d->at; false where it does not fit before `end`. */
static bool read_head(struct element *e, struct dicom *d, size_t end, bool plain)
{
	size_t at = d->at, need = 8;

	e->begin = at;
	if (end - at < 8)
		return false;
	e->tag = tag_at(d, at);
	if (plain || (e->tag >> 16) == 0xfffe || !letters(d->p + at + 4)) {
		vr_of_tag(e->vr, e->tag);
		e->len = u32(d, at + 4);
		if (!plain && (e->tag >> 16) != 0xfffe) {
			memcpy(e->vr, "UN", 3);
			e->len = u16(d, at + 6);
			outline_trouble(d->o, at, at + 6, "at byte %zu no value representation is given", at + 4);
		}
	} else {
		memcpy(e->vr, d->p + at + 4, 2);
		e->vr[2] = '\0';
		if (dicom_vr_long(e->vr)) {
			need = 12;
			if (end - at < need)
				return false;
			e->len = u32(d, at + 8);
		} else {
			e->len = u16(d, at + 6);
		}
	}
	e->value = at + need;
	return true;
}

/* Without padding; blanks at the front mean something in texts of many lines only. */
static void trim(size_t *begin, size_t *end, const unsigned char *p, const char *vr)
{
	while (*end > *begin && (p[*end - 1] == ' ' || p[*end - 1] == '\0'))
		(*end)--;
	if (memcmp(vr, "LT", 2) && memcmp(vr, "ST", 2) && memcmp(vr, "UT", 2))
		while (*begin < *end && p[*begin] == ' ')
			(*begin)++;
}

static bool is_ascii(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] >= 0x80 || p[i] == 0x1b)
			return false;
	return true;
}

static bool printable(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return n > 4 && i + 1 == n && p[i] == 0;
	return n >= 2;
}

static void text_value(struct dicom *d, uint32_t i, const struct element *e, size_t n)
{
	size_t begin = e->value, end = e->value + n;
	const struct dicom_charset *cs = &top(d)->charset;
	struct buf b;

	trim(&begin, &end, d->p, e->vr);
	outline_value(d->o, i, begin, end);
	if (is_ascii(d->p + begin, end - begin) || !dicom_vr_coded(e->vr) || dicom_is_utf8(cs))
		return;
	buf_init(&b, 4 * (end - begin) + 4096);
	if (dicom_text(&b, cs, (const char *)d->p + begin, end - begin) && !b.err)
		dicom_keep(d->o, i, buf_str(&b), b.len);
	buf_done(&b);
}

static void binary_value(struct dicom *d, uint32_t i, const struct element *e, size_t n)
{
	bool numbers = memcmp(e->vr, "UN", 2) != 0;
	struct buf b;

	if (!numbers && n <= 1024 && printable(d->p + e->value, n)) {
		text_value(d, i, e, n);
		return;
	}
	buf_init(&b, 4096);
	dicom_binary(&b, e->vr, d->p + e->value, n, d->big);
	dicom_keep(d->o, i, buf_str(&b), b.len);
	buf_done(&b);
}

static void note_special(struct dicom *d, const struct element *e, size_t n)
{
	size_t begin = e->value, end = e->value + n;

	if (e->tag != 0x00080005 && e->tag != 0x00020010)
		return;
	trim(&begin, &end, d->p, e->vr);
	if (e->tag == 0x00080005) {
		dicom_charset_read(&top(d)->charset, (const char *)d->p + begin, end - begin);
		if (top(d)->charset.unknown)
			outline_trouble(d->o, e->begin, e->value + n,
				"a character set in (0008,0005) is not known; its text is shown as bytes");
	} else if (end - begin < sizeof(d->syntax)) {
		memcpy(d->syntax, d->p + begin, end - begin);
		d->syntax[end - begin] = '\0';
	}
}

/* A value of known length; what the file ends inside of is shown as far as it goes. */
static void leaf(struct dicom *d, struct element *e, size_t end)
{
	size_t n = e->len < end - e->value ? e->len : end - e->value;
	const struct dicom_entry *entry;
	uint32_t i = outline_leaf(d->o, NODE_VALUE, e->begin, e->value + n);

	if (!memcmp(e->vr, "UN", 2) && (entry = dicom_find(e->tag)) && strcmp(entry->vr, "SQ"))
		memcpy(e->vr, entry->vr, 3);
	dicom_label(d->o, i, e->tag);
	if (dicom_vr_text(e->vr))
		text_value(d, i, e, n);
	else
		binary_value(d, i, e, n);
	if (n < e->len)
		outline_trouble(d->o, e->begin, e->value + n, "cut short at byte %zu: %u bytes were promised, %zu are there",
			e->value + n, e->len, n);
	note_special(d, e, n);
	d->at = e->value + n;
}

static bool push(struct dicom *d, enum level_kind kind, size_t end, bool open_end, bool plain)
{
	struct level *l = &d->level[d->n];

	memset(l, 0, sizeof(*l));
	l->kind = kind;
	l->end = end;
	l->open_end = open_end;
	l->plain = plain;
	if (d->n)
		l->charset = d->level[d->n - 1].charset;
	d->n++;
	return true;
}

/* Does an item begin here, so that bytes of an unknown kind are a sequence? */
static bool looks_nested(const struct dicom *d, const struct element *e, size_t n)
{
	bool little = n >= 8 && !memcmp(d->p + e->value, "\xfe\xff\x00\xe0", 4);
	uint32_t len;

	if (!little || d->big)
		return false;
	len = u32(d, e->value + 4);
	return len == UNDEFINED || len <= n - 8;
}

static bool is_sequence(const struct dicom *d, const struct element *e, size_t end)
{
	size_t n = e->len < end - e->value ? e->len : end - e->value;
	const struct dicom_entry *entry;

	if (e->len == UNDEFINED || !memcmp(e->vr, "SQ", 2))
		return true;
	if (memcmp(e->vr, "UN", 2))
		return false;
	entry = dicom_find(e->tag);
	return (entry && !strcmp(entry->vr, "SQ") && n >= 8) || looks_nested(d, e, n);
}

static void open_sequence(struct dicom *d, const struct element *e, size_t end)
{
	bool fragments = e->tag == PIXELS && e->len == UNDEFINED, undefined = e->len == UNDEFINED;
	size_t stop = undefined || e->len > end - e->value ? end : e->value + e->len;
	bool unknown = !memcmp(e->vr, "UN", 2);
	uint32_t i;

	if (!fragments && !undefined && e->len > end - e->value)
		outline_trouble(d->o, e->begin, e->value, "cut short: a sequence of %u bytes, %zu are there", e->len,
			end - e->value);
	if (d->n + 1 >= LEVELS_MAX || d->o->stack.len + 2 >= d->o->depth_max) {
		outline_trouble(d->o, e->begin, stop, "nested deeper than %d levels; this sequence was not read", d->n);
		d->at = undefined ? end : stop;
		return;
	}
	i = outline_open(d->o, NODE_ARRAY, e->begin);
	dicom_label(d->o, i, e->tag);
	d->at = e->value;
	/* CP-246: what is unknown and of undefined length is implicit VR */
	push(d, fragments ? FRAGMENTS : SEQUENCE, stop, undefined, unknown ? true : top(d)->plain);
}

static void pop(struct dicom *d, bool complain)
{
	if (complain)
		outline_trouble(d->o, d->at, d->at, "%s ends at byte %zu without its delimiter",
			top(d)->kind == OBJECT ? "an item" : "a sequence", d->at);
	d->n--;
	outline_close(d->o, d->at);
}

static void open_item(struct dicom *d, size_t end)
{
	uint32_t len = u32(d, d->at + 4), i;
	size_t stop = len == UNDEFINED || len > end - d->at - 8 ? end : d->at + 8 + len;
	uint32_t number = top(d)->items++;

	if (top(d)->kind == FRAGMENTS) {
		i = outline_leaf(d->o, NODE_VALUE, d->at, stop);
		outline_label_number(d->o, i, number);
		if (i != NODE_NONE) {
			struct buf b;

			buf_init(&b, 64);
			buf_printf(&b, number ? "%zu bytes" : "%zu bytes, where frames begin", stop - d->at - 8);
			dicom_keep(d->o, i, buf_str(&b), b.len);
			buf_done(&b);
		}
		if (len != UNDEFINED && len > end - d->at - 8)
			outline_trouble(d->o, d->at, stop, "cut short: a fragment of %u bytes, %zu are there", len,
				end - d->at - 8);
		d->at = stop;
		return;
	}
	i = outline_open(d->o, NODE_ITEM, d->at);
	outline_label_number(d->o, i, number);
	if (i != NODE_NONE)
		d->o->nodes.at[i].value = 0;
	d->at += 8;
	push(d, OBJECT, stop, len == UNDEFINED, top(d)->plain);
}

/* Between the items of a sequence. */
static void in_sequence(struct dicom *d)
{
	size_t end = top(d)->end;
	uint32_t tag;

	if (end - d->at < 8) {
		outline_trouble(d->o, d->at, end, "%zu stray bytes at the end of a sequence", end - d->at);
		d->at = end;
		return;
	}
	tag = tag_at(d, d->at);
	if (tag == ITEM) {
		open_item(d, end);
	} else if (tag == SEQUENCE_END) {
		d->at += 8;
		pop(d, false);
	} else {
		outline_trouble(d->o, d->at, d->at + 4, "at byte %zu an item was expected, not (%04X,%04X)", d->at,
			tag >> 16, tag & 0xffff);
		if (!top(d)->open_end)
			d->at = end;
		pop(d, false);
	}
}

/* A delimiter among attributes: true when it was one. */
static bool delimiter(struct dicom *d, uint32_t tag)
{
	if (tag != ITEM_END && tag != SEQUENCE_END && tag != ITEM)
		return false;
	if (tag == ITEM_END && top(d)->kind == OBJECT && top(d)->open_end) {
		d->at += 8;
		pop(d, false);
	} else if (tag != ITEM_END && top(d)->kind == OBJECT && top(d)->open_end) {
		pop(d, true);		/* the sequence looks at it again */
	} else {
		outline_trouble(d->o, d->at, d->at + 8, "at byte %zu a delimiter (%04X,%04X) stands where none belongs",
			d->at, tag >> 16, tag & 0xffff);
		d->at += 8;
	}
	return true;
}

static bool only_zeros(const struct dicom *d, size_t at, size_t end)
{
	while (at < end && !d->p[at])
		at++;
	return at == end;
}

static void in_set(struct dicom *d)
{
	size_t end = top(d)->end;
	struct element e;

	if (end - d->at >= 8 && delimiter(d, tag_at(d, d->at)))
		return;
	if (only_zeros(d, d->at, end < d->at + 12 ? end : d->at + 12) && only_zeros(d, d->at, end)) {
		d->at = end;		/* padding */
	} else if (!read_head(&e, d, end, top(d)->plain)) {
		outline_trouble(d->o, d->at, end, "ends too early at byte %zu: %zu bytes of an attribute", end, end - d->at);
		d->at = end;
	} else if (is_sequence(d, &e, end)) {
		open_sequence(d, &e, end);
	} else {
		leaf(d, &e, end);
	}
}

static void run(struct dicom *d, size_t end, bool plain)
{
	push(d, SET, end, false, plain);
	while (d->n && !d->o->stopped) {
		struct level *l = top(d);

		if (d->at >= l->end) {
			if (l->kind == SET)
				break;
			pop(d, l->open_end);
		} else if (l->kind == SEQUENCE || l->kind == FRAGMENTS) {
			in_sequence(d);
		} else {
			in_set(d);
		}
	}
	while (d->n > 1)	/* a ceiling was met */
		pop(d, false);
	d->n = 0;
}

/* Attributes of group 0002, always explicit and little endian; they end where another group begins. */
static void meta(struct dicom *d)
{
	uint32_t group = outline_open(d->o, NODE_ITEM, d->at);
	struct element e;

	outline_label_word(d->o, group, "meta");
	if (group != NODE_NONE)
		d->o->nodes.at[group].value = 0;
	push(d, SET, d->len, false, false);
	while (!d->o->stopped && d->len - d->at >= 8 && d->p[d->at] == 2 && !d->p[d->at + 1]) {
		if (!read_head(&e, d, d->len, !letters(d->p + d->at + 4)))
			break;
		if (e.len == UNDEFINED) {
			outline_trouble(d->o, e.begin, e.value, "an attribute of the file's head without a length");
			break;
		}
		leaf(d, &e, d->len);
	}
	d->n = 0;
	outline_close(d->o, d->at);
}

/* What the first attribute looks like: 1 explicit, 0 implicit, -1 cannot be told. */
static int looks_explicit(const struct dicom *d)
{
	char vr[3] = "";

	if (d->len - d->at < 8)
		return -1;
	memcpy(vr, d->p + d->at + 4, 2);
	return letters(d->p + d->at + 4) && dicom_vr_known(vr);
}

/* The whole rest of the file unpacked into the annex; d->p then stands for it. */
static bool inflate_rest(struct dicom *d)
{
	z_stream z = { 0 };
	size_t room, from = d->o->base + d->at;
	char *to = annex_room(&room, &d->o->annex);
	int rc;

	if (inflateInit2(&z, -15) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)(d->p + d->at);
	z.avail_in = (uInt)(d->len - d->at);
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)(room < UINT32_MAX ? room : UINT32_MAX);
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (rc != Z_STREAM_END)
		outline_trouble(d->o, d->at, d->len, z.avail_out ? "the compressed data set is damaged" :
			"the compressed data set is larger than may be unpacked");
	d->o->base = annex_next(&d->o->annex);
	annex_take(&d->o->annex, z.total_out, from, from + (d->len - d->at));
	d->p = (const unsigned char *)to;
	d->len = z.total_out;
	d->at = 0;
	return true;
}

static void data_set(struct dicom *d)
{
	bool implicit = !strcmp(d->syntax, "1.2.840.10008.1.2");
	size_t base = d->o->base;
	int looks;

	if (!strcmp(d->syntax, "1.2.840.10008.1.2.1.99") && !inflate_rest(d)) {
		outline_trouble(d->o, d->at, d->len, "the compressed data set could not be unpacked");
		return;
	}
	d->big = !strcmp(d->syntax, "1.2.840.10008.1.2.2") ||
		(!d->syntax[0] && d->len - d->at >= 4 && !d->p[d->at] && d->p[d->at + 1]);
	looks = looks_explicit(d);
	if (looks >= 0 && d->syntax[0] && implicit == (looks == 1))
		outline_trouble(d->o, d->at, d->at, "the transfer syntax says %s VR, but the data set is written with %s VR",
			implicit ? "implicit" : "explicit", looks ? "explicit" : "implicit");
	run(d, d->len, looks >= 0 ? looks == 0 : implicit);
	d->o->base = base;
}

void parse_dicom(struct outline *o, const char *text, size_t len)
{
	struct dicom d = { .o = o, .p = (const unsigned char *)text, .len = len > UINT32_MAX - 1 ? UINT32_MAX - 1 : len };
	size_t whole = d.len;
	uint32_t root = outline_open(o, NODE_ITEM, 0);

	if (root == NODE_NONE)
		return;
	outline_label_word(o, root, "DICOM");
	o->nodes.at[root].value = 0;
	d.at = dicom_start(text, d.len);
	if (d.at == SIZE_MAX) {
		d.at = 0;
		outline_trouble(o, 0, 0, "neither a DICOM file nor a data set begins here");
	} else if (d.at == 1) {
		outline_trouble(o, 0, 1, "a stray byte before the first attribute");
	}
	if (d.len - d.at >= 8 && d.p[d.at] == 2 && !d.p[d.at + 1])
		meta(&d);
	data_set(&d);
	dicom_content(o, root);
	dicom_records(o, root);
	outline_close_all(o, whole);
}
