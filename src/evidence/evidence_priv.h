/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_PRIV_H
#define EVIDENCE_PRIV_H
#include "verdict/evidence/document.h"

/* Shared inside src/evidence: the parts of a document and the functions that put its nodes into words. */

/* Where the pretty view stands: an item (a node's begin, or its closing) and how much of it was shown. */
struct pretty_pos {
	uint32_t node, at;
	bool closing;
};
struct pretty_mark {
	struct pretty_pos pos;
	uint32_t byte;
};
#define PRETTY_STEP 128
struct pretty {
	unsigned int width;
	VEC(struct pretty_mark) marks;	/* state before row k * PRETTY_STEP */
	struct pretty_pos pos;		/* state after the rows counted */
	uint64_t rows;
	bool done;
};
/* One row: a slice of the text with what stands before and after it. */
struct pretty_row {
	uint32_t node, begin, end;
	uint16_t depth;
	uint8_t style;
	bool first, last;	/* piece of its item */
	const char *before, *after;
};

struct document {
	struct plain plain;		/* the bytes as they are */
	const char *text;		/* UTF-8: the bytes, or `owned` */
	size_t len;
	char *owned;
	VEC(uint32_t) places;		/* byte of the file for every ENCODING_STEP of `owned` */
	bool wide;			/* it was UTF-16 */
	struct source text_src;
	enum evidence_kind kind;
	bool has_outline;
	struct outline o;
	VEC(uint32_t) visible;		/* nodes shown in the outline, in order */
	struct lines flat;		/* pretty of what has no outline */
	struct pretty pretty;
	char summary[240], trouble[200];
	struct document_checks *checks;	/* NULL while nobody asked */
};

enum { STYLE_PLAIN, STYLE_KEY, STYLE_STRING, STYLE_NUMBER, STYLE_LITERAL, STYLE_MARKUP, STYLE_COMMENT, STYLE_TROUBLE };

uint64_t document_total(const struct document *d, enum evidence_view v);
/* Count pretty rows until `row` is known, or to the end. */
enum status document_count_to(struct document *d, uint64_t row);

/* Unfold what hides a node; its row in the outline. */
uint32_t document_reveal(struct document *d, uint32_t node);
/* document_check.c: worst finding at a row of the outline, as reader_row.mark; counts for the head. */
unsigned char document_mark(const struct document *d, uint32_t node);
void document_check_info(struct reader_info *out, const struct document *d);
void document_checks_free(struct document_checks *c);

/* A node in words. Appends; what is foreign stays foreign (to be shown through base/text). */
void describe_label(struct buf *b, const struct document *d, uint32_t i);
void describe_value(struct buf *b, const struct document *d, uint32_t i, size_t max);
unsigned int describe_style(const struct node *n);
void describe_path(struct buf *b, const struct document *d, uint32_t i);
uint32_t describe_find_path(const struct document *d, const char *path, size_t len);
/* One line on the whole document. */
void describe_document(struct buf *b, const struct document *d);
/* The range of a node's value, or NULL where it has none. */
const char *node_value(size_t *len_out, const struct document *d, const struct node *n);
const char *node_label(size_t *len_out, const struct document *d, const struct node *n);

/* JSON: member by name; what an object or array is about, for FHIR and others. */
uint32_t json_member(const struct document *d, uint32_t object, const char *key);
void json_summary(struct buf *b, const struct document *d, uint32_t i);
/* XML: the same for an element, reading FHIR XML and CDA. */
void xml_summary(struct buf *b, const struct document *d, uint32_t i);

/* HL7 v2 in plain words; "" where not known. */
const char *hl7_segment_name(const char *id);
size_t hl7_field_name(const char **name_out, char type_out[8], const char *id, unsigned int field);
size_t hl7_component_name(const char **name_out, const char *type, unsigned int component);
void hl7_note(struct buf *b, const struct document *d, uint32_t i);
void hl7_label(struct buf *b, const struct document *d, uint32_t i);
void hl7_summary(struct buf *b, const struct document *d, uint32_t i, size_t max);
void hl7_path_part(struct buf *b, const struct document *d, uint32_t i);
/* Field, component, repetition, escape and subcomponent mark of the message a node is in. */
void hl7_delimiters(char out[5], const struct document *d, uint32_t i);

/* Escapes of each format, decoded; broken ones stay as they are. */
void unescape_json(struct buf *b, const char *p, size_t n);
void unescape_xml(struct buf *b, const char *p, size_t n);
void unescape_hl7(struct buf *b, const char *p, size_t n, const char *delimiters);

/* The pretty view. */
void pretty_init(struct pretty *p, unsigned int width);
void pretty_done(struct pretty *p);
bool pretty_next(struct pretty_row *out, struct pretty_pos *pos, const struct document *d, unsigned int width);
bool pretty_extend(struct pretty *p, const struct document *d, unsigned int rows);
enum status pretty_seek(struct pretty_pos *out, struct pretty *p, const struct document *d, uint64_t row);
enum status pretty_find(uint64_t *row_out, struct pretty *p, const struct document *d, uint32_t offset);

#endif
