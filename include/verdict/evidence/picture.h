/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_PICTURE_H
#define VERDICT_EVIDENCE_PICTURE_H
#include <stdbool.h>
#include <stdint.h>

/*
 * One frame of an image, as small as the screen needs it: the reader scales by averaging areas, so that never
 * more than a few thousand cells cross the pipe.
 */
#define PICTURE_SIDE_MAX 1024	/* of `cols` and `rows` */
struct picture_request {
	uint32_t frame;		/* from 0 */
	uint32_t cols, rows;	/* picture elements at most; what comes has the image's shape */
	double center, width;	/* window in the image's own values; width 0: the file's, else all values */
	uint32_t left, top;	/* the part of the image to show, cut at its edges ... */
	uint32_t columns, lines;	/* ... as large as this; 0: all of it, in the shape that its samples have */
};
struct picture {
	uint32_t frame, frames;
	uint32_t columns, lines;	/* of the image in the file */
	uint32_t cols, rows;		/* of `rgb` */
	const unsigned char *rgb;	/* cols * rows * 3 bytes, top row first, left to right */
	bool grey;			/* a window applies; the four below mean something */
	double center, width;		/* that was used */
	double low, high;		/* least and greatest value of this frame */
};

#endif
