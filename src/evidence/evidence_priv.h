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

/* Make the outline of a whole text; false where that kind has none. */
bool parse_document(struct outline *o, enum evidence_kind kind, const char *text, size_t len);
/*
 * A NODE_BODY for the bytes of the text at hand from `begin` to `end`: with the nodes of the document in it
 * where they have a form, else with the bytes as its value. EVIDENCE_UNKNOWN sniffs.
 */
uint32_t parse_inside(struct outline *o, size_t begin, size_t end, enum evidence_kind as);

/*
 * Bytes of ours (a text put together, a part unpacked) as a body of their own at the end of the outline; `len` is the
 * document's, where they came from.
 */
void parse_made(struct outline *o, const char *label, const char *p, size_t n, size_t len, enum evidence_kind as);

/* Bytes before the "<" of a message of syslog that begins at p, its count in *count_out (0: none); SIZE_MAX: none does. */
size_t syslog_frame(size_t *count_out, const char *p, size_t n);
/* Does the time of an older message (RFC 3164) stand there? It has SYSLOG_STAMP bytes and a blank. */
#define SYSLOG_STAMP 15
bool syslog_stamp(const char *p, size_t n);

struct document {
	struct plain plain;		/* the bytes as they are */
	const char *text;		/* UTF-8: the bytes, or `owned` */
	size_t len;
	char *owned;
	VEC(uint32_t) places;		/* byte of the file for every ENCODING_STEP of `owned` */
	bool wide, wider;		/* it was UTF-16, UTF-32 */
	const char *set;		/* of several bytes a character, or NULL */
	const char *guessed;		/* encoding that nobody declared */
	const char *asked;		/* encoding that a person wants, or NULL */
	const char *encoding;		/* that it was translated from, NULL: it was not */
	uint8_t *took;			/* of stateful ones: bytes of the file a character took, where it begins in the text */
	enum evidence_kind as;		/* that was asked for */
	struct source text_src;
	enum evidence_kind kind;
	bool has_outline;
	struct outline o;
	VEC(uint32_t) visible;		/* nodes shown in the outline, in order */
	struct lines flat;		/* pretty of what has no outline */
	struct pretty pretty;
	char summary[240], trouble[200], trail[400];
	char *bytes;			/* of a document inside another: what was taken out */
	size_t held;			/* of it and those around it */
	struct document *outer;		/* borrowed */
	uint32_t outer_node;
	unsigned int inside;
	char crumb[64];
	struct document_checks *checks;	/* NULL while nobody asked */
	struct compare *compare;	/* with `other`; both NULL while nobody asked */
	struct document *other;
	struct narrative *narrative;
	struct code_index *codes;
};

enum { STYLE_PLAIN, STYLE_KEY, STYLE_STRING, STYLE_NUMBER, STYLE_LITERAL, STYLE_MARKUP, STYLE_COMMENT, STYLE_TROUBLE };

/* Bytes at an offset of the text or its annex; *room_out of them. */
static inline const char *text_at(size_t *room_out, const struct document *d, size_t offset)
{
	return annex_at(room_out, &d->o.annex, offset);
}
/* Is it a member of an object, which the pretty view shows with its name? */
bool has_json_label(const struct document *d, const struct node *n);
/* What one of our groups holds, in a few words. */
void group_summary(struct buf *b, const struct document *d, uint32_t i);
/* Does the node's label (of the text or kept) read like this? */
bool label_is(const struct document *d, const struct node *n, const char *name);
/* Kind of the document that a node belongs to. */
static inline enum evidence_kind node_document(const struct document *d, const struct node *n)
{
	return n->inner ? (enum evidence_kind)n->inner : d->kind;
}
/* Byte of the file that an offset of the text or its annex came from; with `end` the end of what it came from. */
uint64_t document_place(const struct document *d, uint32_t offset, bool end);
void document_range(uint64_t *begin_out, uint64_t *end_out, const struct document *d, uint32_t begin, uint32_t end);
/* Innermost node at a byte of the text. */
uint32_t document_node_at(const struct document *d, uint64_t place);

/* Pictures in it, 0 where there is none. */
uint32_t document_frames(const struct document *d);
uint64_t document_total(const struct document *d, enum evidence_view v);
/* Count pretty rows until `row` is known, or to the end. */
enum status document_count_to(struct document *d, uint64_t row);

/*
 * follow.c: is the row a reference; is it one, or an object around one; and the node that it means, NODE_NONE where
 * that is not here.
 */
bool refers(const struct document *d, uint32_t i);
bool refers_somewhere(const struct document *d, uint32_t i);
uint32_t follow(const struct document *d, uint32_t i);

/* Unfold what hides a node; its row in the outline. */
uint32_t document_reveal(struct document *d, uint32_t node);
/* document_check.c: worst finding at a row of the outline, as reader_row.mark; counts for the head. */
unsigned char document_mark(const struct document *d, uint32_t node);
void document_check_info(struct reader_info *out, const struct document *d);
void document_checks_free(struct document_checks *c);

void document_compare_end(struct document *d);	/* compare.c */

/* A node in words. Appends; what is foreign stays foreign (to be shown through base/text). */
void describe_label(struct buf *b, const struct document *d, uint32_t i);
void describe_value(struct buf *b, const struct document *d, uint32_t i, size_t max);
/* Ours, in plain words: what a field, a tag means; nothing where that is not known. */
void describe_note(struct buf *b, const struct document *d, uint32_t i);
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
/* A SOAP envelope: fault, content, action; false where it is none. */
bool soap_summary(struct buf *b, const struct document *d, uint32_t i);

/* HL7 v2 in plain words; "" where not known. */
const char *hl7_segment_name(const char *id);
size_t hl7_field_name(const char **name_out, char type_out[8], const char *id, unsigned int field);
size_t hl7_component_name(const char **name_out, const char *type, unsigned int component);
/* What a node means, in plain words, where a table knows. */
void note_of(struct buf *b, const struct document *d, uint32_t i);
/* The same for an element of a FHIR resource, of which nearly every one has a word: for the outline alone. */
void fhir_note(struct buf *b, const struct document *d, uint32_t i);
/* Is its value a moment whose zone is known? */
struct instant;
bool node_instant(struct instant *out, const struct document *d, uint32_t i);
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
/* The same for a node. */
enum status pretty_find_node(uint64_t *row_out, struct pretty *p, const struct document *d, uint32_t node);

#endif
