/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_OLE_H
#define EVIDENCE_OLE_H
#include "cfb.h"
#include "inside_priv.h"

/* What compound files of Office hold: shared by the parser and those who read single streams. */

/* Bytes of a code page of Windows as UTF-8; what cannot be told becomes U+FFFD. */
void ole_text(struct buf *out, unsigned int page, const char *p, size_t n);
/* A named value of ours at the end of the outline. */
void ole_say(struct outline *o, const char *label, const char *words, size_t len);
/* The properties of \5SummaryInformation and its companion (MS-OLEPS), as values; `company` for the latter. */
void ole_properties(struct outline *o, const unsigned char *p, size_t n, bool company);
/* Text of a Word document out of its stream and the two tables, of slides, and what the cells of a workbook say. */
void ole_word_text(struct buf *out, const struct buf *doc, const struct buf table[2]);
void ole_slides_text(struct buf *out, const struct buf *slides);
void ole_excel_text(struct buf *out, struct buf *sheets, const struct buf *book);

#endif
