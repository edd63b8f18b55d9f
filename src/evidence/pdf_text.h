/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_PDF_TEXT_H
#define EVIDENCE_PDF_TEXT_H
#include "pdf.h"

/* Inside src/evidence: the text of a PDF's pages, as far as its fonts tell which characters their codes mean. */

/* A font: what its codes mean and how wide they are. */
struct pdf_font {
	const char *dict;		/* whose it is */
	bool wide;			/* codes of two bytes */
	bool dark;			/* nothing tells what its codes mean */
	const char *set;		/* codes are characters of this set, or NULL */
	uint32_t *chars;		/* per code: a character, an offset of `more` | PDF_SEVERAL, or 0 */
	uint16_t *widths;		/* per code, in thousandths */
	struct buf more;		/* several characters for one code */
};
#define PDF_SEVERAL 0x80000000u
#define PDF_FONTS_MAX 64u
#define PDF_WIDE_MAX 24u	/* those take 400 KB each */
struct pdf_fonts {
	struct pdf_font *at[PDF_FONTS_MAX];
	unsigned int count, wide;
};

/* A page's text while it is read. */
struct pdf_show {
	struct pdf *pdf;
	struct pdf_fonts fonts;
	struct buf out;			/* lines of the page at hand */
	size_t decoded;			/* bytes of content so far, of all pages */
	size_t operators, asked;	/* what was done, in operators of common cost; at the last tick */
	bool dark;			/* some text was in a dark font */
	bool any;			/* the page showed text already; where that ended, along its line and across it: */
	double along, across, ux, uy;
};

/*
 * pdf_font.c: the font of a dictionary, read once. NULL where it is none, or there are too many. Borrowed until
 * pdf_fonts_done(), which makes room for others.
 */
struct pdf_font *pdf_font_get(struct pdf_fonts *fonts, const struct pdf *pdf, const char *dict, size_t len);
void pdf_fonts_done(struct pdf_fonts *fonts);
/* Append what a string shows; its width in thousandths, and how many codes and spaces it has. */
double pdf_font_show(struct buf *out, const struct pdf_font *f, const char *raw, size_t n, size_t *codes_out,
	size_t *spaces_out);

/* pdf_glyph.c: the character that a glyph's name means, 0 where it tells none. */
uint32_t pdf_glyph(const char *name, size_t n);

/* pdf_content.c: run a page's content; its lines go to show->out. */
#define PDF_DECODED_MAX (32u << 20)
#define PDF_PAGE_MAX (512u << 10)
void pdf_content(struct pdf_show *show, const char *content, size_t content_len, const char *resources, size_t resources_len);

/* pdf_page.c: each page as a group of its lines, at the end of the outline. */
void pdf_pages(struct pdf *pdf);

/* Token by token, as pdf.c reads; what a reference means; a number. */
size_t pdf_past_white(const char *p, size_t n, size_t i);
size_t pdf_past_token(const char *p, size_t n, size_t i);
size_t pdf_past_value(const char *p, size_t n, size_t i);
/* A value, or what it refers to: a dictionary or an array. *len_out 0 where there is none. */
const char *pdf_resolve(size_t *len_out, const struct pdf *pdf, const char *p, size_t n);
/* Value of a key, references followed. */
const char *pdf_lookup(size_t *len_out, const struct pdf *pdf, const char *dict, size_t len, const char *key);
double pdf_real(const char *p, size_t n);
/* The bytes of a string ( ) or < >, without brackets and escapes. */
void pdf_string(struct buf *b, const char *p, size_t n);
/* A stream's bytes, unpacked: deflated, in ASCII, or both. False where that cannot be done whole. */
bool pdf_stream(struct buf *out, const struct pdf *pdf, const struct pdf_object *obj);

#endif
