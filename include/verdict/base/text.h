/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_TEXT_H
#define VERDICT_BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"

/* Longest text of one cell in bytes: a base character and its combining marks, or a substitute. */
#define TEXT_CLUSTER_MAX 32
#define TEXT_COMBINING_MAX 4

/*
 * One step of turning foreign bytes into screen cells. text_next() is the only function that does
 * so. A substitute (`mark` set, drawn reversed) stands for bytes that must not reach a terminal:
 * C0, DEL, C1, ESC as caret or hex, broken UTF-8 as \xNN, bidi controls, line separators, U+FEFF,
 * tags, unassigned and private-use as <U+NNNN>; combining runs are cut after TEXT_COMBINING_MAX.
 * Tabs and line ends too are substitutes: who lays out lines handles them before.
 */
struct text_cluster {
	char bytes[TEXT_CLUSTER_MAX];	/* UTF-8, NUL-terminated, printable */
	uint8_t len;
	uint8_t width;		/* cells: 1 or 2 for text, more for a substitute */
	bool mark;
	size_t taken;		/* bytes of input consumed, at least 1 */
};

/* Fill `out` from the first bytes of p[0..n), n > 0. Any thread. */
void text_next(struct text_cluster *out, const char *p, size_t n);

/*
 * Decode strictly one scalar value (no overlongs, no surrogates): its length, or 0 and *cp = p[0].
 */
int utf8_decode(uint32_t *cp, const char *p, size_t n);
int utf8_encode(char out[4], uint32_t cp);
bool utf8_valid(const char *p, size_t n);
/* Length of the UTF-8 BOM at p: 3 or 0. */
size_t utf8_bom(const char *p, size_t n);

/* Cells needed to show p[0..n), through text_next(). */
size_t text_width(const char *p, size_t n);
/*
 * Bytes of p[0..n) that fit in `cells`, never splitting a cluster; *used_out the cells they take.
 */
size_t text_fit(size_t *used_out, const char *p, size_t n, size_t cells);
/* Append p[0..n) neutralised to UTF-8 for a terminal or log line; with `ascii`, non-ASCII as
 * <U+NNNN>. */
void text_neutralise(struct buf *b, const char *p, size_t n, bool ascii);
/* Append folded for search: lower case, compatibility forms and width unified, marks kept. */
void text_fold(struct buf *b, const char *p, size_t n);

#endif
