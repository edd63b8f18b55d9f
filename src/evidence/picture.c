/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame of an image as small as a screen needs it: the area of every cell is averaged, then windowed (PS3.3
 * C.11.2). Layer evidence; one thread at a time, in the reader process.
 */
#include "picture_priv.h"
#include <math.h>
#include <string.h>

struct grid {
	uint32_t cols, rows;
	uint32_t left, top, columns, lines;	/* the part of the image that it covers */
	double *sum[3];
	uint32_t *count;
};

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The part that was asked for, as far as there is one. */
static void choose_part(struct grid *g, const struct image *im, const struct picture_request *q)
{
	bool all = !q->columns || !q->lines;

	g->left = all ? 0 : least(q->left, im->columns - 1);
	g->top = all ? 0 : least(q->top, im->lines - 1);
	g->columns = all ? im->columns : least(q->columns, im->columns - g->left);
	g->lines = all ? im->lines : least(q->lines, im->lines - g->top);
}

/* As large as fits, in the shape of the image; never more cells than there are samples. */
static void fit(struct grid *g, const struct image *im, const struct picture_request *q)
{
	double aspect = q->columns && q->lines ? 1 : im->aspect;
	double shape = (double)g->lines * aspect / g->columns;	/* height by width */
	double cols = least(least(q->cols, PICTURE_SIDE_MAX), g->columns);
	double rows = least(least(q->rows, PICTURE_SIDE_MAX), g->lines);

	if (cols * shape > rows)
		cols = rows / shape;
	else
		rows = cols * shape;
	g->cols = cols >= 1 ? (uint32_t)(cols + 1e-6) : 1;
	g->rows = rows >= 1 ? (uint32_t)(rows + 1e-6) : 1;
}

static long sample(const struct image *im, const unsigned char *p, size_t i)
{
	unsigned long v;
	unsigned int shift = im->high_bit + 1 - im->stored;

	if (im->allocated == 1)
		return p[i / 8] >> (i % 8) & 1;
	if (im->allocated == 8)
		v = p[i];
	else
		v = im->big ? (unsigned long)p[2 * i] << 8 | p[2 * i + 1] : (unsigned long)p[2 * i + 1] << 8 | p[2 * i];
	v = v >> shift & ((1ul << im->stored) - 1);
	if (im->negative && (v >> (im->stored - 1)))
		return (long)v - (1l << im->stored);
	return (long)v;
}

static unsigned char palette_entry(const struct image *im, int channel, long v)
{
	long at = v - (long)im->palette_first;
	uint32_t i = at < 0 ? 0 : (uint32_t)at;

	if (i >= im->palette_len[channel])
		i = im->palette_len[channel] - 1;
	if (im->palette_bits == 8)
		return im->palette[channel][i];
	return im->palette[channel][2 * i + (im->big ? 0 : 1)];	/* the high byte */
}

static double clamp(double v)
{
	return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* The three colours of one picture element. */
static void colour(double out[3], const struct image *im, const unsigned char *p, size_t i, size_t pixels)
{
	double s[3];
	int k;

	for (k = 0; k < 3; k++) {
		if (im->form == PIXEL_PALETTE)
			s[k] = palette_entry(im, k, sample(im, p, i));
		else
			s[k] = p[im->planar ? (size_t)k * pixels + i : 3 * i + (size_t)k];
	}
	memcpy(out, s, sizeof(s));
	if (im->form == PIXEL_YBR) {
		out[0] = clamp(s[0] + 1.402 * (s[2] - 128));
		out[1] = clamp(s[0] - 0.344136 * (s[1] - 128) - 0.714136 * (s[2] - 128));
		out[2] = clamp(s[0] + 1.772 * (s[1] - 128));
	}
}

/* Least and greatest value of the frame, and the sums of what falls into each cell. */
static void add_grey(struct grid *g, struct picture *out, const struct image *im, long v, size_t cell, bool *any)
{
	if (im->has_padding && v == im->padding)
		return;		/* stays as dark as can be */
	out->low = *any && out->low < (double)v ? out->low : (double)v;
	out->high = *any && out->high > (double)v ? out->high : (double)v;
	*any = true;
	if (cell == SIZE_MAX)
		return;
	g->sum[0][cell] += (double)v;
	g->count[cell]++;
}

static void add_colour(struct grid *g, const struct image *im, const unsigned char *p, size_t i, size_t cell)
{
	double c[3];
	int k;

	colour(c, im, p, i, (size_t)im->columns * im->lines);
	for (k = 0; k < 3; k++)
		g->sum[k][cell] += c[k];
	g->count[cell]++;
}

/* Everything of the frame is looked at, for its least and greatest value; SIZE_MAX is a cell outside the part. */
static enum status gather(struct grid *g, struct picture *out, const struct image *im, const unsigned char *p)
{
	uint32_t x, y, *column = mem_array(im->columns, sizeof(*column));
	needle_tick_cb tick = im->d->plain.tick;
	enum status rc = STATUS_OK;
	bool any = false;
	size_t i = 0;

	for (x = 0; x < im->columns; x++)	/* division is slow: once a column, not once a sample */
		column[x] = x < g->left || x - g->left >= g->columns ? UINT32_MAX :
			(uint32_t)((uint64_t)(x - g->left) * g->cols / g->columns);
	for (y = 0; y < im->lines && rc == STATUS_OK; y++) {
		bool in = y >= g->top && y - g->top < g->lines;
		size_t row = in ? (size_t)((uint64_t)(y - g->top) * g->rows / g->lines) * g->cols : 0;

		if (y % 64 == 63 && tick && tick(im->d->plain.tick_data))
			rc = status_set(STATUS_CANCELLED, "stopped");
		for (x = 0; x < im->columns; x++, i++) {
			size_t cell = in && column[x] != UINT32_MAX ? row + column[x] : SIZE_MAX;

			if (im->form == PIXEL_GREY)
				add_grey(g, out, im, sample(im, p, i), cell, &any);
			else if (cell != SIZE_MAX)
				add_colour(g, im, p, i, cell);
		}
	}
	mem_free(column);
	return rc;
}

/* PS3.3 C.11.2.1.2.1, the linear function. */
static double windowed(double v, double center, double width)
{
	if (width <= 1)
		return v <= center - 0.5 ? 0 : 255;
	return clamp(((v - (center - 0.5)) / (width - 1) + 0.5) * 255);
}

static void choose_window(struct picture *out, const struct image *im, const struct picture_request *q)
{
	double a = out->low * im->slope + im->intercept, b = out->high * im->slope + im->intercept;

	out->low = a < b ? a : b;
	out->high = a < b ? b : a;
	if (q->width > 0) {
		out->center = q->center;
		out->width = q->width;
	} else if (im->width > 0) {
		out->center = im->center;
		out->width = im->width;
	} else {
		out->width = out->high - out->low + 1;
		out->center = out->low + out->width / 2;
	}
}

static void draw(unsigned char *rgb, const struct grid *g, const struct picture *out, const struct image *im)
{
	size_t i, cells = (size_t)g->cols * g->rows;
	int k;

	for (i = 0; i < cells; i++) {
		double v;

		if (!g->count[i])
			continue;
		for (k = 0; k < 3; k++) {
			v = g->sum[out->grey ? 0 : k][i] / g->count[i];
			if (out->grey)
				v = windowed(v * im->slope + im->intercept, out->center, out->width);
			if (out->grey && im->inverse)
				v = 255 - v;
			rgb[3 * i + (size_t)k] = (unsigned char)lrint(clamp(v));
		}
	}
}

static enum status make(struct picture *out, struct arena *a, const struct image *im, const unsigned char *p,
	const struct picture_request *q)
{
	enum status rc;
	struct grid g;
	size_t cells;
	int k;

	choose_part(&g, im, q);
	fit(&g, im, q);
	cells = (size_t)g.cols * g.rows;
	for (k = 0; k < 3; k++)
		g.sum[k] = mem_zalloc(cells * sizeof(double));
	g.count = mem_zalloc(cells * sizeof(uint32_t));
	out->cols = g.cols;
	out->rows = g.rows;
	out->grey = im->form == PIXEL_GREY;
	rc = gather(&g, out, im, p);
	if (out->grey)
		choose_window(out, im, q);
	out->rgb = memset(arena_array(a, unsigned char, cells * 3), 0, cells * 3);
	draw((unsigned char *)(uintptr_t)out->rgb, &g, out, im);
	for (k = 0; k < 3; k++)
		mem_free(g.sum[k]);
	mem_free(g.count);
	return rc;
}

enum status document_picture(struct picture *out, struct arena *a, struct document *d, const struct picture_request *q)
{
	const unsigned char *p = NULL;
	unsigned char *joined = NULL, *unpacked = NULL;
	struct image im;
	size_t len = 0;
	enum status rc = image_read(&im, d);
	/* JPEG may come smaller, but then a part of it would lie elsewhere. */
	uint32_t wide = q->columns && q->lines ? UINT32_MAX : least(q->cols, PICTURE_SIDE_MAX);

	memset(out, 0, sizeof(*out));
	if (rc != STATUS_OK)
		return rc;
	out->frame = q->frame;
	out->frames = im.frames;
	out->columns = im.columns;
	out->lines = im.lines;
	rc = image_frame(&p, &len, &joined, &im, q->frame);
	if (rc == STATUS_OK && im.packing == PACKING_RLE)
		rc = image_unpack_rle(&unpacked, &len, &im, p, len);
	else if (rc == STATUS_OK && im.packing == PACKING_JPEG)
		rc = image_unpack_jpeg(&unpacked, &len, &im, p, len, wide);
	if (rc == STATUS_OK)
		rc = make(out, a, &im, unpacked ? unpacked : p, q);
	mem_free(joined);
	mem_free(unpacked);
	return rc;
}

uint32_t document_frames(const struct document *d)
{
	struct image im;

	if (d->kind != EVIDENCE_DICOM || image_read(&im, d) == STATUS_NOT_FOUND)
		return 0;
	return im.frames;	/* one that cannot be shown says why when it is asked for */
}
