/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_PICTURE_PRIV_H
#define EVIDENCE_PICTURE_PRIV_H
#include "evidence_priv.h"

/* Shared by what finds, unpacks and scales the frames of a DICOM image. */
enum pixel_form { PIXEL_GREY, PIXEL_PALETTE, PIXEL_RGB, PIXEL_YBR };
enum pixel_packing { PACKING_NONE, PACKING_RLE, PACKING_JPEG };

#define PICTURE_PIXELS_MAX (64u << 20)	/* of one frame */

struct image {
	uint32_t columns, lines, frames;
	unsigned int allocated, stored, high_bit, samples;
	bool negative, planar, inverse, big;	/* inverse: MONOCHROME1 */
	enum pixel_form form;
	enum pixel_packing packing;
	const char *photometric; size_t photometric_len;
	double slope, intercept, center, width;
	double aspect;			/* height of a sample by its width */
	uint32_t node;			/* of the pixel data */
	const unsigned char *data;
	size_t len;
	const unsigned char *palette[3];
	uint32_t palette_len[3], palette_first;	/* entries; value of the first */
	unsigned int palette_bits;
	bool has_padding;
	long padding;
	const struct document *d;
};

/* Read what the attributes say; STATUS_NOT_FOUND without an image, STATUS_INVALID with the reason. */
enum status image_read(struct image *out, const struct document *d);
/* Bytes of a native frame, or of all fragments of an encapsulated one. *owned_out is yours where set. */
enum status image_frame(const unsigned char **out, size_t *len_out, unsigned char **owned_out, const struct image *im,
	uint32_t frame);
/* Unpacked in the shape of a native frame; may change allocated, planar, form, columns and lines. Yours. */
enum status image_unpack_rle(unsigned char **out, size_t *len_out, struct image *im, const unsigned char *p, size_t n);
/* `at_least`: may come smaller by 2, 4 or 8, but not below this many columns. */
enum status image_unpack_jpeg(unsigned char **out, size_t *len_out, struct image *im, const unsigned char *p, size_t n,
	uint32_t at_least);

#endif
