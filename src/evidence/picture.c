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
	double *sum[3];
	uint32_t *count;
};

/* As large as fits, in the image's shape. */
static void fit(uint32_t *cols, uint32_t *rows, const struct image *im, const struct picture_request *q)
{
	uint32_t c = q->cols < PICTURE_SIDE_MAX ? q->cols : PICTURE_SIDE_MAX;
	uint32_t r = q->rows < PICTURE_SIDE_MAX ? q->rows : PICTURE_SIDE_MAX;

	c = c < im->columns ? c : im->columns;
	r = r < im->lines ? r : im->lines;
	c = c ? c : 1;
	r = r ? r : 1;
	if ((uint64_t)c * im->lines > (uint64_t)r * im->columns)
		c = (uint32_t)((uint64_t)r * im->columns / im->lines);
	else
		r = (uint32_t)((uint64_t)c * im->lines / im->columns);
	*cols = c ? c : 1;
	*rows = r ? r : 1;
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

/* Sums of what falls into each cell; for grey the least and greatest value too. */
static void gather(struct grid *g, struct picture *out, const struct image *im, const unsigned char *p)
{
	size_t pixels = (size_t)im->columns * im->lines, i = 0;
	bool grey = im->form == PIXEL_GREY, any = false;
	uint32_t x, y;

	for (y = 0; y < im->lines; y++) {
		size_t row = (size_t)((uint64_t)y * g->rows / im->lines) * g->cols;

		for (x = 0; x < im->columns; x++, i++) {
			size_t cell = row + (size_t)((uint64_t)x * g->cols / im->columns);
			double c[3];

			if (grey) {
				long v = sample(im, p, i);

				if (im->has_padding && v == im->padding)
					continue;	/* stays as dark as can be */
				c[0] = (double)v;
				out->low = any && out->low < c[0] ? out->low : c[0];
				out->high = any && out->high > c[0] ? out->high : c[0];
				any = true;
				g->sum[0][cell] += c[0];
			} else {
				colour(c, im, p, i, pixels);
				g->sum[0][cell] += c[0];
				g->sum[1][cell] += c[1];
				g->sum[2][cell] += c[2];
			}
			g->count[cell]++;
		}
	}
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

static void make(struct picture *out, struct arena *a, const struct image *im, const unsigned char *p,
	const struct picture_request *q)
{
	struct grid g;
	size_t cells;
	int k;

	fit(&g.cols, &g.rows, im, q);
	cells = (size_t)g.cols * g.rows;
	for (k = 0; k < 3; k++)
		g.sum[k] = mem_zalloc(cells * sizeof(double));
	g.count = mem_zalloc(cells * sizeof(uint32_t));
	out->cols = g.cols;
	out->rows = g.rows;
	out->grey = im->form == PIXEL_GREY;
	gather(&g, out, im, p);
	if (out->grey)
		choose_window(out, im, q);
	out->rgb = memset(arena_array(a, unsigned char, cells * 3), 0, cells * 3);
	draw((unsigned char *)(uintptr_t)out->rgb, &g, out, im);
	for (k = 0; k < 3; k++)
		mem_free(g.sum[k]);
	mem_free(g.count);
}

enum status document_picture(struct picture *out, struct arena *a, struct document *d, const struct picture_request *q)
{
	const unsigned char *p = NULL;
	unsigned char *joined = NULL, *unpacked = NULL;
	struct image im;
	size_t len = 0;
	enum status rc = image_read(&im, d);

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
		rc = image_unpack_jpeg(&unpacked, &len, &im, p, len, q->cols < PICTURE_SIDE_MAX ? q->cols : PICTURE_SIDE_MAX);
	if (rc == STATUS_OK)
		make(out, a, &im, unpacked ? unpacked : p, q);
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
