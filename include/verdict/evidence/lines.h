/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_LINES_H
#define VERDICT_EVIDENCE_LINES_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/vec.h"
#include "verdict/evidence/source.h"

/*
 * Any bytes as rows of a screen, the raw view: lines end in LF, CR or CRLF and are cut into pieces of at most
 * `width` cells (0: of at most LINES_PIECE bytes). An index of every LINES_STEP-th row grows in slices, so a
 * file of any size shows its first rows at once. One thread at a time.
 */
#define LINES_STEP 256
#define LINES_PIECE 4096
struct lines {
	struct source *src;	/* borrowed */
	unsigned int width;
	VEC(uint64_t) marks;	/* where row k * LINES_STEP begins */
	uint64_t rows, at;	/* rows counted, and the byte reached */
	VEC(uint64_t) late;	/* where rows begin, from the last one backwards */
	uint64_t late_at;	/* the first byte of those */
	bool done;
};
struct line {
	uint64_t begin, end;	/* what is shown */
	uint64_t next;		/* where the next row begins */
};

void lines_init(struct lines *l, struct source *src, unsigned int width);
void lines_done(struct lines *l);
/* Count on for about `budget` bytes; true once the end was reached. */
bool lines_extend(struct lines *l, uint64_t budget);
/* The row that begins at `offset`; false at the end of the source. */
bool lines_next(struct line *out, struct lines *l, uint64_t offset);
/* Begin of a row; STATUS_AGAIN where it was not counted yet (extend and ask again), STATUS_NOT_FOUND past the end. */
enum status lines_seek(uint64_t *offset_out, struct lines *l, uint64_t row);
/* Row that shows a byte; STATUS_AGAIN as above. A byte past the end: the last row. */
enum status lines_find(uint64_t *row_out, struct lines *l, uint64_t offset);

/* Is a row known, a late one by reading backwards from the end? */
bool lines_knows(struct lines *l, uint64_t row);
/* A late row's true number once all are counted; others stay. */
uint64_t lines_true_row(const struct lines *l, uint64_t row);
/* Late row that shows a byte near the end, without counting; false where that must be counted. */
bool lines_find_late(uint64_t *row_out, struct lines *l, uint64_t offset);

/* Bytes of p[0..n) that fit into `cells`, tabs expanded, at least one cluster; no line end may be in it. */
size_t text_piece(const char *p, size_t n, unsigned int cells);
/* Append with tabs expanded to stops of 8 and other white space as spaces. */
void text_untab(struct buf *b, const char *p, size_t n);

/* A row of the hex view: offset, sixteen bytes, and what of them is printable ASCII. */
#define HEX_ROW 16
void hex_row(struct buf *b, const char *p, size_t n);

#endif
