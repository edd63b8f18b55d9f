/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed frames unpacked: RLE (PS3.5 annex G) here, JPEG baseline by libjpeg. Layer evidence; one thread at a
 * time, in the reader process. Sizes come from the attributes; a stream that disagrees is refused.
 */
#include "picture_priv.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>

static uint32_t u32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One segment into every `step`-th byte of out. */
static bool segment(unsigned char *out, size_t count, size_t step, const unsigned char *p, size_t n)
{
	size_t done = 0, at = 0, k, i;

	while (done < count && at < n) {
		int code = (signed char)p[at++];

		if (code == -128)
			continue;
		k = code >= 0 ? (size_t)code + 1 : (size_t)(1 - code);
		if (k > count - done)
			k = count - done;
		if (code >= 0 && k > n - at)
			return false;
		if (code < 0 && at >= n)
			return false;
		for (i = 0; i < k; i++)
			out[(done + i) * step] = code >= 0 ? p[at + i] : p[at];
		at += code >= 0 ? (size_t)code + 1 : 1;
		done += k;
	}
	return done == count;
}

enum status image_unpack_rle(unsigned char **out, size_t *len_out, struct image *im, const unsigned char *p, size_t n)
{
	size_t pixels = (size_t)im->columns * im->lines, bytes = im->allocated / 8, i;
	uint32_t segments = n >= 64 ? u32(p) : 0;
	unsigned char *to;

	if (im->allocated < 8 || segments != im->samples * bytes || segments > 15)
		return status_set(STATUS_INVALID, "the frame has %u runs, not the %zu of its samples", segments,
			im->samples * bytes);
	to = mem_zalloc(pixels * im->samples * bytes + 1);
	for (i = 0; i < segments; i++) {
		size_t begin = u32(p + 4 + 4 * i), end = i + 1 < segments ? u32(p + 8 + 4 * i) : n;
		size_t sample = i / bytes, byte = bytes - 1 - i % bytes;	/* the highest byte comes first */

		if (begin < 64 || begin > end || end > n || !segment(to + sample * pixels * bytes + byte, pixels, bytes,
				p + begin, end - begin)) {
			mem_free(to);
			return status_set(STATUS_INVALID, "run %zu of the frame is damaged", i + 1);
		}
	}
	im->planar = true;
	im->big = false;
	*out = to;
	*len_out = pixels * im->samples * bytes;
	return STATUS_OK;
}

struct jpeg {
	struct jpeg_decompress_struct c;
	struct jpeg_error_mgr err;
	jmp_buf back;
	char why[JMSG_LENGTH_MAX];
};

static void on_error(j_common_ptr c)
{
	struct jpeg *j = c->client_data;

	c->err->format_message(c, j->why);
	longjmp(j->back, 1);
}

static void on_message(j_common_ptr c, int level)
{
	(void)c;
	(void)level;
}

static bool says(const struct image *im, const char *photometric)
{
	return im->photometric_len == strlen(photometric) &&
		!memcmp(im->photometric, photometric, im->photometric_len);
}

/* Everything that may jump; what it allocates is reachable from `j` and `out`. */
static bool decode(unsigned char **out, size_t *len_out, struct jpeg *j, struct image *im, const unsigned char *p, size_t n,
	uint32_t at_least)
{
	needle_tick_cb tick = im->d->plain.tick;
	unsigned int shrink = 8;

	jpeg_create_decompress(&j->c);
	j->c.mem->max_memory_to_use = 256l << 20;
	jpeg_mem_src(&j->c, p, (unsigned long)n);
	jpeg_read_header(&j->c, TRUE);
	if (j->c.image_width != im->columns || j->c.image_height != im->lines ||
			(unsigned int)j->c.num_components != im->samples || jpeg_has_multiple_scans(&j->c)) {
		snprintf(j->why, sizeof(j->why), "it is %u × %u, %d samples%s", j->c.image_width, j->c.image_height,
			j->c.num_components, jpeg_has_multiple_scans(&j->c) ? ", in several scans" : "");
		return false;
	}
	if (im->samples == 3 && says(im, "RGB") && !j->c.saw_Adobe_marker && !j->c.saw_JFIF_marker)
		j->c.jpeg_color_space = JCS_RGB;	/* what the object says goes before a guess */
	j->c.out_color_space = im->samples == 3 ? JCS_RGB : JCS_GRAYSCALE;
	while (shrink > 1 && im->columns / shrink < at_least)
		shrink /= 2;
	j->c.scale_num = 1;
	j->c.scale_denom = shrink;
	jpeg_start_decompress(&j->c);
	*len_out = (size_t)j->c.output_width * j->c.output_height * im->samples;
	*out = mem_zalloc(*len_out + 1);
	while (j->c.output_scanline < j->c.output_height) {
		JSAMPROW row = *out + (size_t)j->c.output_scanline * j->c.output_width * im->samples;

		if (jpeg_read_scanlines(&j->c, &row, 1) != 1)
			return false;
		if (j->c.output_scanline % 64 == 0 && tick && tick(im->d->plain.tick_data)) {
			snprintf(j->why, sizeof(j->why), "stopped");
			return false;
		}
	}
	im->columns = j->c.output_width;
	im->lines = j->c.output_height;
	return true;
}

enum status image_unpack_jpeg(unsigned char **out, size_t *len_out, struct image *im, const unsigned char *p, size_t n,
	uint32_t at_least)
{
	struct jpeg *j = mem_zalloc(sizeof(*j));
	enum status rc = STATUS_OK;

	*out = NULL;
	j->c.err = jpeg_std_error(&j->err);
	j->err.error_exit = on_error;
	j->err.emit_message = on_message;
	j->c.client_data = j;
	if (setjmp(j->back) || !decode(out, len_out, j, im, p, n, at_least))
		rc = status_set(STATUS_INVALID, "the frame's JPEG cannot be read: %s", j->why);
	jpeg_destroy_decompress(&j->c);
	if (rc != STATUS_OK) {
		mem_free(*out);
		*out = NULL;
	}
	mem_free(j);
	im->planar = false;
	im->allocated = im->stored = 8;
	im->high_bit = 7;
	im->form = im->samples == 3 ? PIXEL_RGB : im->form;
	return rc;
}
