/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the attributes of a DICOM object say about its image (PS3.3 C.7.6.3), and where a frame lies (PS3.5 A.4).
 * Layer evidence; one thread at a time, in the reader process. Nothing is copied: frames of any size are found by
 * arithmetic, those of several fragments are joined.
 */
#include "picture_priv.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dicom.h"

static bool text_of(char *out, size_t max, const struct document *d, uint32_t i, const char *keyword)
{
	uint32_t c = dicom_child(&d->o, i, keyword);
	size_t n;
	const char *p = dicom_value(&n, &d->o, c);
	const char *more = memchr(p, '\\', n);

	if (more)
		n = (size_t)(more - p);	/* the first of several values */
	if (c == NODE_NONE || !n || n >= max)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool number_of(double *out, const struct document *d, uint32_t i, const char *keyword)
{
	char text[64], *end;
	double v;

	if (!text_of(text, sizeof(text), d, i, keyword))
		return false;
	v = strtod(text, &end);
	if (end == text || !isfinite(v))
		return false;
	*out = v;
	return true;
}

static bool two_numbers(double *first, double *second, const struct document *d, uint32_t i, const char *keyword)
{
	uint32_t c = dicom_child(&d->o, i, keyword);
	char text[80], *end;
	size_t n;
	const char *p = dicom_value(&n, &d->o, c);

	if (c == NODE_NONE || !n || n >= sizeof(text))
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	*first = strtod(text, &end);
	if (end == text || *end != '\\')
		return false;
	p = end + 1;
	*second = strtod(p, &end);
	return end != p && isfinite(*first) && isfinite(*second);
}

static uint32_t count_of(const struct document *d, uint32_t i, const char *keyword, uint32_t otherwise)
{
	double v;

	return number_of(&v, d, i, keyword) && v >= 0 && v <= UINT32_MAX ? (uint32_t)v : otherwise;
}

/* Rescale and window: of the object, or of what its frames share. */
static void read_values(struct image *im, uint32_t root)
{
	const struct document *d = im->d;
	uint32_t shared = dicom_item(&d->o, root, "SharedFunctionalGroupsSequence");
	uint32_t frame = dicom_item(&d->o, root, "PerFrameFunctionalGroupsSequence");
	uint32_t places[5] = { dicom_item(&d->o, frame, "PixelValueTransformationSequence"),
		dicom_item(&d->o, frame, "FrameVOILUTSequence"),
		dicom_item(&d->o, shared, "PixelValueTransformationSequence"),
		dicom_item(&d->o, shared, "FrameVOILUTSequence"), root };
	size_t i;

	im->slope = 1;
	for (i = 0; i < 5; i++) {
		if (places[i] == NODE_NONE)
			continue;
		number_of(&im->slope, d, places[i], "RescaleSlope");
		number_of(&im->intercept, d, places[i], "RescaleIntercept");
		if (number_of(&im->center, d, places[i], "WindowCenter"))
			number_of(&im->width, d, places[i], "WindowWidth");
	}
	if (im->slope == 0)
		im->slope = 1;
	if (im->width < 0)
		im->width = 0;
}

/* How much higher than wide a sample is: both attributes say the vertical first (PS3.3 10.7.1.3). */
static void read_aspect(struct image *im, uint32_t root)
{
	static const char *const names[] = { "PixelAspectRatio", "PixelSpacing", "ImagerPixelSpacing" };
	double high, wide;
	size_t i;

	im->aspect = 1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (two_numbers(&high, &wide, im->d, root, names[i]) && high > 0 && wide > 0 && high / wide > 0.01 &&
				high / wide < 100) {
			im->aspect = high / wide;
			return;
		}
}

static bool read_form(struct image *im, uint32_t root)
{
	static const struct { const char *name; enum pixel_form form; bool inverse; } forms[] = {
		{ "MONOCHROME1", PIXEL_GREY, true }, { "MONOCHROME2", PIXEL_GREY, false },
		{ "PALETTE COLOR", PIXEL_PALETTE, false }, { "RGB", PIXEL_RGB, false },
		{ "YBR_FULL", PIXEL_YBR, false }, { "YBR_FULL_422", PIXEL_YBR, false },
	};
	size_t i;

	im->photometric = dicom_value(&im->photometric_len, &im->d->o, dicom_child(&im->d->o, root,
		"PhotometricInterpretation"));
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].name) == im->photometric_len &&
				!memcmp(forms[i].name, im->photometric, im->photometric_len)) {
			im->form = forms[i].form;
			im->inverse = forms[i].inverse;
			return im->samples == (im->form >= PIXEL_RGB ? 3u : 1u);
		}
	return false;
}

static enum status read_palette(struct image *im, uint32_t root)
{
	static const char *const names[3] = { "Red", "Green", "Blue" };
	const struct document *d = im->d;
	char keyword[64];
	uint32_t entries = 0;
	size_t at, len, room;
	int i;

	for (i = 0; i < 3; i++) {
		const unsigned char *p;

		snprintf(keyword, sizeof(keyword), "%sPaletteColorLookupTableDescriptor", names[i]);
		if (!dicom_bytes(&at, &len, d, dicom_child(&d->o, root, keyword)) || len < 6)
			return status_set(STATUS_INVALID, "the image has no palette to go with its values");
		p = (const unsigned char *)text_at(&room, d, at);
		entries = im->big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
		im->palette_first = im->big ? (uint32_t)p[2] << 8 | p[3] : (uint32_t)p[3] << 8 | p[2];
		im->palette_bits = im->big ? p[5] : p[4];
		entries = entries ? entries : 65536;
		snprintf(keyword, sizeof(keyword), "%sPaletteColorLookupTableData", names[i]);
		if (!dicom_bytes(&at, &len, d, dicom_child(&d->o, root, keyword)))
			return status_set(STATUS_INVALID, "the image's palette is not in the file");
		im->palette[i] = (const unsigned char *)text_at(&room, d, at);
		if (len > room)
			len = room;
		if (len < 2ull * entries)	/* 8 bits an entry */
			im->palette_bits = 8;
		else
			im->palette_bits = 16;
		im->palette_len[i] = (uint32_t)(im->palette_bits == 8 ? len : len / 2);
		if (im->palette_len[i] > entries)
			im->palette_len[i] = entries;
		if (!im->palette_len[i])
			return status_set(STATUS_INVALID, "the image's palette is empty");
	}
	return STATUS_OK;
}

static enum status read_packing(struct image *im, uint32_t root)
{
	static const char *const native[] = { "", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
		"1.2.840.10008.1.2.2" };
	const struct document *d = im->d;
	uint32_t meta = dicom_child(&d->o, root, "meta");
	char syntax[66] = "";
	const char *name;
	size_t i;

	text_of(syntax, sizeof(syntax), d, meta, "TransferSyntaxUID");
	im->big = !strcmp(syntax, "1.2.840.10008.1.2.2");
	for (i = 0; i < sizeof(native) / sizeof(native[0]); i++)
		if (!strcmp(syntax, native[i]) && d->o.nodes.at[im->node].kind == NODE_VALUE)
			return STATUS_OK;
	if (d->o.nodes.at[im->node].kind == NODE_ARRAY && !strcmp(syntax, "1.2.840.10008.1.2.5"))
		im->packing = PACKING_RLE;
	else if (d->o.nodes.at[im->node].kind == NODE_ARRAY && (!strcmp(syntax, "1.2.840.10008.1.2.4.50") ||
			(!strcmp(syntax, "1.2.840.10008.1.2.4.51") && im->allocated == 8)))
		im->packing = PACKING_JPEG;
	name = dicom_uid_name(syntax, strlen(syntax));
	if (im->packing == PACKING_NONE)
		return status_set(STATUS_INVALID, "images in %s are not shown", name ? name : "this transfer syntax");
	return STATUS_OK;
}

static enum status check(struct image *im)
{
	if (!im->columns || !im->lines || im->columns > 65535 || im->lines > 65535)
		return status_set(STATUS_INVALID, "the image has no size: %u × %u", im->columns, im->lines);
	if ((uint64_t)im->columns * im->lines > PICTURE_PIXELS_MAX)
		return status_set(STATUS_LIMIT, "a frame of %u × %u is more than is shown", im->columns, im->lines);
	if ((im->allocated != 8 && im->allocated != 16 && !(im->allocated == 1 && im->form == PIXEL_GREY)) ||
			(im->samples == 3 && im->allocated != 8))
		return status_set(STATUS_INVALID, "images of %u samples of %u bits are not shown", im->samples, im->allocated);
	if (!im->stored || im->stored > im->allocated || im->high_bit >= im->allocated || im->high_bit + 1 < im->stored)
		return status_set(STATUS_INVALID, "the image says %u bits of %u, the highest %u: impossible", im->stored,
			im->allocated, im->high_bit);
	return STATUS_OK;
}

enum status image_read(struct image *out, const struct document *d)
{
	uint32_t root = 0;
	enum status rc;
	size_t at, room;
	double v;

	memset(out, 0, sizeof(*out));
	out->d = d;
	if (d->kind != EVIDENCE_DICOM || !d->o.nodes.len ||
			(out->node = dicom_child(&d->o, root, "PixelData")) == NODE_NONE)
		return status_set(STATUS_NOT_FOUND, "there is no picture in it");
	out->columns = count_of(d, root, "Columns", 0);
	out->lines = count_of(d, root, "Rows", 0);
	out->frames = count_of(d, root, "NumberOfFrames", 1);
	out->frames = out->frames ? out->frames : 1;
	out->samples = count_of(d, root, "SamplesPerPixel", 1);
	out->allocated = count_of(d, root, "BitsAllocated", 0);
	out->stored = count_of(d, root, "BitsStored", out->allocated);
	out->high_bit = count_of(d, root, "HighBit", out->stored - 1);
	out->negative = count_of(d, root, "PixelRepresentation", 0) == 1;
	out->planar = count_of(d, root, "PlanarConfiguration", 0) == 1;
	out->has_padding = number_of(&v, d, root, "PixelPaddingValue") && v > -70000 && v < 70000;
	out->padding = out->has_padding ? (long)v : 0;
	if (!out->columns && !out->lines)
		return status_set(STATUS_NOT_FOUND, "the pixel data comes without rows and columns");
	read_values(out, root);
	read_aspect(out, root);
	if (!read_form(out, root))
		return status_set(STATUS_INVALID, "images of %u samples in %.*s are not shown", out->samples,
			(int)(out->photometric_len < 20 ? out->photometric_len : 20), out->photometric);
	rc = check(out);
	if (rc == STATUS_OK)
		rc = read_packing(out, root);
	if (rc == STATUS_OK && out->form == PIXEL_PALETTE)
		rc = read_palette(out, root);
	if (rc == STATUS_OK && out->packing == PACKING_NONE) {
		if (!dicom_bytes(&at, &out->len, d, out->node))
			return status_set(STATUS_INVALID, "the pixel data cannot be found");
		out->data = (const unsigned char *)text_at(&room, d, at);
		out->len = out->len < room ? out->len : room;
	}
	return rc;
}

static enum status native_frame(const unsigned char **out, size_t *len_out, const struct image *im, uint32_t frame)
{
	uint64_t bits = (uint64_t)im->columns * im->lines * im->samples * im->allocated, size = (bits + 7) / 8;
	uint64_t begin = im->allocated == 1 ? bits / 8 * frame : size * frame;	/* single bits: frames of whole bytes only */

	if (im->allocated == 1 && bits % 8 && frame)
		return status_set(STATUS_INVALID, "frames of single bits that do not fill bytes are not shown");
	if (begin >= im->len || size > im->len - begin)
		return status_set(STATUS_INVALID, "frame %u is not whole: %llu bytes of it are in the file", frame + 1,
			(unsigned long long)(begin >= im->len ? 0 : im->len - begin));
	*out = im->data + begin;
	*len_out = (size_t)size;
	return STATUS_OK;
}

static const unsigned char *fragment(size_t *len_out, const struct image *im, uint32_t i)
{
	const struct node *n = &im->d->o.nodes.at[i];
	size_t room, len = n->end - n->begin;
	const unsigned char *p = (const unsigned char *)text_at(&room, im->d, n->begin);

	if (len > room)
		len = room;
	*len_out = len > 8 ? len - 8 : 0;
	return p + 8;
}

/* Offset of a frame among the fragments, by the basic offset table; UINT64_MAX where it does not say. */
static uint64_t offset_of(const struct image *im, uint32_t table, uint32_t frame)
{
	size_t len;
	const unsigned char *p = fragment(&len, im, table);

	if (frame >= im->frames || len / 4 < im->frames)
		return UINT64_MAX;
	p += (size_t)frame * 4;
	return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

enum status image_frame(const unsigned char **out, size_t *len_out, unsigned char **owned_out, const struct image *im,
	uint32_t frame)
{
	const struct outline *o = &im->d->o;
	uint32_t table = outline_child(o, im->node), first, c, last, count;
	uint64_t begin, end, zero;
	size_t len, total = 0;

	*owned_out = NULL;
	if (frame >= im->frames)
		return status_set(STATUS_NOT_FOUND, "there are %u frames", im->frames);
	if (im->packing == PACKING_NONE)
		return native_frame(out, len_out, im, frame);
	if (table == NODE_NONE || (first = outline_next(o, table)) == NODE_NONE)
		return status_set(STATUS_INVALID, "the pixel data has no fragments");
	count = o->nodes.at[im->node].value_len - 1;	/* fragments are leaves: they stand in a row */
	zero = o->nodes.at[first].begin;
	begin = offset_of(im, table, frame);
	end = offset_of(im, table, frame + 1);
	if (begin == UINT64_MAX) {
		if (im->frames != 1 && count != im->frames)
			return status_set(STATUS_INVALID, "%u fragments for %u frames, and no table says which are whose", count,
				im->frames);
		first += im->frames == 1 ? 0 : frame;
		last = im->frames == 1 ? first + count : first + 1;
	} else {
		while (first < im->node + o->nodes.at[im->node].size && o->nodes.at[first].begin - zero < begin)
			first++;
		for (last = first; last < im->node + o->nodes.at[im->node].size && o->nodes.at[last].kind == NODE_VALUE &&
				(end == UINT64_MAX || o->nodes.at[last].begin - zero < end); last++)
			;
	}
	if (last > im->node + o->nodes.at[im->node].size)
		last = im->node + o->nodes.at[im->node].size;
	if (first >= last)
		return status_set(STATUS_INVALID, "frame %u is not in the file", frame + 1);
	*out = fragment(len_out, im, first);
	if (last == first + 1)
		return STATUS_OK;
	for (c = first; c < last; c++) {
		fragment(&len, im, c);
		total += len;
	}
	if (total > PICTURE_PIXELS_MAX * 2ull)
		return status_set(STATUS_LIMIT, "frame %u is packed in %zu bytes, more than is shown", frame + 1, total);
	*owned_out = mem_alloc(total + 1);
	for (c = first, total = 0; c < last; c++) {
		const unsigned char *p = fragment(&len, im, c);

		memcpy(*owned_out + total, p, len);
		total += len;
	}
	*out = *owned_out;
	*len_out = total;
	return STATUS_OK;
}
