/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_NARRATIVE_H
#define EVIDENCE_NARRATIVE_H
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/base/vec.h"
#include "verdict/evidence/outline.h"

/*
 * The narratives of a document (FHIR's text.div, the text of a CDA section) as lines of readable text, laid out
 * for one width. One thread at a time.
 */
#define NARRATIVE_TEXT_MAX (8u << 20)
#define NARRATIVE_ROWS_MAX 200000u
#define NARRATIVE_COLUMNS 24	/* of a table; more share the last one */

struct narrative_row {
	uint32_t at, len;	/* of `text` */
	uint32_t node;		/* of the document: where it stands */
	uint8_t style;
};
struct narrative {
	bool offered;		/* the document has one */
	bool made, full;
	unsigned int width;
	struct buf text;
	VEC(struct narrative_row) rows;
};

/* What is being laid out: words collect in `para` until something ends the line. */
struct flow {
	struct narrative *out;
	const struct outline *o;	/* of the markup: the document's own, or one made for a string */
	bool own;			/* its nodes are the document's */
	uint32_t node;			/* else all of it stands at this one */
	unsigned int width, indent;	/* width 0: lines are not wrapped */
	struct buf para;
	char bullet[16];
	uint8_t style;
	bool space, gap, pre, in_cell;
	bool fresh;			/* nothing of it shown yet: no blank line before */
};

void flow_init(struct flow *f, struct narrative *out, const struct outline *o);
void flow_done(struct flow *f);
void flow_text(struct flow *f, const char *p, size_t n);
void flow_end(struct flow *f);		/* the line ends here */
void flow_gap(struct flow *f);		/* and a blank one follows, once something comes after it */
void flow_row(struct flow *f, const char *p, size_t n);	/* one row as it is */
/* Bytes of the next line of p[0..n) in `width` cells (0: to its end); *next_out where the one after begins. */
size_t flow_line(size_t *next_out, const char *p, size_t n, unsigned int width);

/* Lay out the element i of f->o with all in it; a table inside a cell becomes lines. */
void flow_element(struct flow *f, uint32_t i);
void flow_table(struct flow *f, uint32_t i);
/* Attribute of an element by name, decoded and appended; false where it has none. */
bool flow_attribute(struct buf *b, const struct outline *o, uint32_t i, const char *name);
bool flow_named(const struct outline *o, uint32_t i, const char *name);

/* As the parts of a document: see document.h. */
struct document;
struct reader_row;
struct arena;
void narrative_look(struct narrative *n, const struct document *d);	/* is there one? */
void narrative_done(struct narrative *n);
void narrative_make(struct narrative *n, const struct document *d, unsigned int width);
uint64_t narrative_total(const struct narrative *n);
void narrative_rows(struct reader_row *rows, size_t *n_out, struct arena *a, const struct document *d, uint64_t from,
	unsigned int count);
enum status narrative_search(uint64_t *row_out, struct document *d, uint64_t row, bool back);
enum status narrative_locate(uint64_t *row_out, struct document *d, uint32_t node);

#endif
