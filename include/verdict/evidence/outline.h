/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_OUTLINE_H
#define VERDICT_EVIDENCE_OUTLINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/vec.h"
#include "verdict/evidence/annex.h"

/*
 * What every parser makes of a document: a tree of nodes in preorder, each with the size of its subtree, so
 * the next sibling of node i is i + size. Labels and values are ranges of the text that was parsed, numbers,
 * or words the outline keeps; nothing is copied. Text is at most 4 GiB. One thread at a time.
 *
 * A document inside a document (the body of a message) hangs under a NODE_BODY; what had to be decoded first
 * stands in the annex, in the same space of offsets.
 */
enum node_kind {
	NODE_OBJECT, NODE_ARRAY, NODE_STRING, NODE_NUMBER, NODE_LITERAL,
	NODE_ELEMENT, NODE_ATTRIBUTE, NODE_TEXT, NODE_CDATA, NODE_COMMENT, NODE_PI, NODE_DOCTYPE,
	NODE_MESSAGE, NODE_SEGMENT, NODE_FIELD, NODE_REPEAT, NODE_COMPONENT, NODE_SUBCOMPONENT,
	NODE_LINE,		/* text between things that have a form */
	NODE_PART,		/* a group without a name in the text */
	NODE_TROUBLE,		/* what is wrong here; the value is one of our sentences */
	NODE_ITEM,		/* a named group of ours; `value` is its number among those of its name, from 1, or 0 */
	NODE_VALUE,		/* a named value */
	NODE_BODY,		/* a document inside: its nodes below it, or its bytes as they are */
	NODE_KIND_COUNT
};
enum node_flag {
	NODE_LABEL_NUMBER = 1,	/* label is a number (array index, field number) */
	NODE_LABEL_KEPT = 2,	/* label is a word the outline keeps */
	NODE_VALUE_KEPT = 4,
	NODE_ESCAPED = 8,	/* the value has escapes of its format */
	NODE_OPEN = 16,		/* unfolded in the outline view */
	NODE_HAS_TROUBLE = 32,	/* a trouble is somewhere below */
	NODE_HAS_VALUE = 64	/* the value is a range although there are children (attributes) */
};
#define NODE_NONE UINT32_MAX
struct node {			/* 36 bytes */
	uint32_t begin, end;	/* the whole of it, children included */
	uint32_t label;		/* offset, number or offset among the kept words */
	uint32_t value, value_len;	/* of a container: value_len counts children */
	uint32_t size;		/* nodes in this subtree, itself included */
	uint32_t parent;	/* NODE_NONE at the top */
	uint16_t label_len;
	uint16_t depth;
	uint16_t inner;		/* kind of the document inside that it belongs to; 0: of the outer one */
	uint8_t kind, flags;
};
#define OUTLINE_NODES_MAX 3000000u
#define OUTLINE_DEPTH_MAX 400u
#define OUTLINE_WORDS_MAX (4u << 20)

struct outline {
	VEC(struct node) nodes;
	VEC(uint32_t) stack;	/* open containers */
	struct buf words;
	uint32_t *known;	/* words that were kept, by hash: offset + 1 */
	struct annex annex;	/* the text, and texts inside it */
	size_t base;		/* what a parser's offsets count from */
	size_t floor;		/* containers that belong to the documents around the one being parsed */
	uint16_t inner;		/* kind of that one */
	unsigned int inside;	/* how many documents deep */
	unsigned int nodes_max, depth_max, troubles;
	bool has_div;		/* JSON: a member called div was seen */
	bool woven;		/* nodes do not stand in the order of their bytes */
	bool (*tick)(void *data);	/* asked between slices of long work: true stops it; may be NULL */
	void *tick_data;
	bool stopped;		/* a ceiling was met; parsers end when they see it */
};

void outline_init(struct outline *o);
/* The text that offsets mean; needed by parsers of documents that hold others. Borrowed. */
void outline_text(struct outline *o, const char *text, size_t len);
void outline_done(struct outline *o);
/* Begin a container, end the innermost one, add a leaf. NODE_NONE (and `stopped`) once a ceiling is met. */
uint32_t outline_open(struct outline *o, enum node_kind kind, size_t begin);
void outline_close(struct outline *o, size_t end);
uint32_t outline_leaf(struct outline *o, enum node_kind kind, size_t begin, size_t end);
/* End every container of the document being parsed that is still open. */
void outline_close_all(struct outline *o, size_t end);
/* A leaf that says what is wrong at `begin`; works at every ceiling. */
void outline_trouble(struct outline *o, size_t begin, size_t end, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void outline_label(struct outline *o, uint32_t i, size_t begin, size_t end);
void outline_label_number(struct outline *o, uint32_t i, uint32_t number);
void outline_label_word(struct outline *o, uint32_t i, const char *word);
void outline_value(struct outline *o, uint32_t i, size_t begin, size_t end);
/* A value of ours, which the outline keeps. */
void outline_value_words(struct outline *o, uint32_t i, const char *words, size_t len);
/* Take away the last node, which must be a leaf (a text that became its element's value). */
void outline_drop_last(struct outline *o);

static inline const struct node *outline_get(const struct outline *o, uint32_t i)
{
	return i < o->nodes.len ? &o->nodes.at[i] : NULL;
}
static inline bool outline_is_woven(const struct outline *o)
{
	return o->woven || o->annex.used;
}
/* Some `bytes` are about to be parsed: have room for the nodes that they may make. */
void outline_expect(struct outline *o, size_t bytes);
/* Ask whether to go on, in work that adds no nodes; true: it was stopped. Adding nodes asks by itself. */
bool outline_tick(struct outline *o);
/* First child, or NODE_NONE; next sibling, or NODE_NONE. */
uint32_t outline_child(const struct outline *o, uint32_t i);
uint32_t outline_next(const struct outline *o, uint32_t i);
/* The deepest node that holds the byte, or the last before it; NODE_NONE when there are no nodes. */
uint32_t outline_find(const struct outline *o, uint64_t offset);
/* The tree as text, one node a line, for tests: "  object label=… value=… 3..17". */
void outline_dump(struct buf *out, const struct outline *o, const char *text, size_t len);
const char *node_kind_name(enum node_kind k);

/*
 * Parse bytes that lie at `offset`: as a document inside the one at hand. outline_leave() gives back what a
 * ceiling of depth took.
 */
struct outline_place { size_t base, floor; uint16_t inner; };
void outline_enter(struct outline_place *saved, struct outline *o, size_t offset, uint16_t inner);
void outline_leave(struct outline *o, const struct outline_place *saved);
#define OUTLINE_INSIDE_MAX 6

/* Parsers: text in, nodes out, whatever the text. They never fail; trouble becomes a node. */
void parse_json(struct outline *o, const char *text, size_t len, bool lines);
void parse_xml(struct outline *o, const char *text, size_t len);
void parse_hl7v2(struct outline *o, const char *text, size_t len);
/* A PDF: what it says of itself, and what is attached. Uses the annex. */
void parse_pdf(struct outline *o, const char *text, size_t len);
/* Certificates in DER or PEM. Uses the annex. */
void parse_x509(struct outline *o, const char *text, size_t len);
/* A compound file (Office before 2007): what it says of itself, and its streams. */
void parse_ole2(struct outline *o, const char *text, size_t len);
/* An archive as a list of its members. Uses the annex. */
void parse_archive(struct outline *o, const char *text, size_t len);
/* Lines of syslog; what they say is parsed too. Uses the annex. */
void parse_syslog(struct outline *o, const char *text, size_t len);
/* A token, a SMART Health Card or Link. Uses the annex: outline_text() first. */
void parse_jwt(struct outline *o, const char *text, size_t len);
/* These use the annex: outline_text() first. */
void parse_http(struct outline *o, const char *text, size_t len);
void parse_mime(struct outline *o, const char *text, size_t len);
void parse_pcap(struct outline *o, const char *text, size_t len);
void parse_har(struct outline *o, const char *text, size_t len);

#endif
