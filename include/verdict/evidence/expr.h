/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_EXPR_H
#define VERDICT_EVIDENCE_EXPR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "verdict/base/arena.h"
#include "verdict/base/status.h"

/*
 * The language of checks: a subset of FHIRPath 2.0 (HL7/fhir-path, sections 3 to 6), over any outline. What
 * differs: `a.@b` reads an XML attribute, `PID.3.4` an HL7 v2 component, types are names of resources, and
 * there are no quantities or dates (dates compare as text, which is right for ISO 8601 of equal precision).
 * Any thread; no recursion on the depth of the evidence; steps and items are bounded.
 */

typedef uint32_t expr_node;
#define EXPR_NONE UINT32_MAX

struct expr_text { const char *ptr; size_t len; };

static inline bool expr_text_is(struct expr_text t, const char *s)
{
	return t.len == strlen(s) && memcmp(t.ptr, s, t.len) == 0;
}

/* What the evaluator asks of a document. Arrays of JSON are transparent: their items answer for them. */
struct expr_tree {
	void *data;
	expr_node root;
	uint32_t count;			/* nodes are 0 … count-1, a parent before its children */
	expr_node (*child)(void *data, expr_node n);	/* first child or EXPR_NONE */
	expr_node (*next)(void *data, expr_node n);	/* next sibling */
	expr_node (*parent)(void *data, expr_node n);
	bool (*is_array)(void *data, expr_node n);
	bool (*is_attribute)(void *data, expr_node n);	/* asked for as @name; may be NULL */
	/* Where a node has no child of that name: another node that answers for it, or EXPR_NONE. May be NULL. */
	expr_node (*alias)(void *data, expr_node n, struct expr_text name);
	struct expr_text (*name)(void *data, expr_node n);	/* element, attribute, field number, keyword */
	bool (*value)(void *data, expr_node n, struct arena *a, struct expr_text *out);	/* decoded; false where none */
	/* Type name of a node ("Patient"), len 0 where it has none. */
	struct expr_text (*type)(void *data, expr_node n);
	/* Node that reference text `ref` found at `from` means, or EXPR_NONE. May be NULL. */
	expr_node (*resolve)(void *data, expr_node from, struct expr_text ref);
	/* Next child (no attribute) of that name after `after`, EXPR_NONE: the first. May be NULL: all are asked. */
	expr_node (*find)(void *data, expr_node n, expr_node after, struct expr_text name);
	/* First node of that name below `top` after `after` (`top` itself to begin with), in the document's order. May
	 * be NULL. */
	expr_node (*below)(void *data, expr_node top, expr_node after, struct expr_text name);
	/* Bytes of a document inside, as they are; false where the node is none. May be NULL. */
	bool (*bytes)(void *data, expr_node n, struct expr_text *out);
	/* Name of the format of that document, or of the whole one: "fhir-json", len 0 where unknown. May be NULL. */
	struct expr_text (*format)(void *data, expr_node n);
	struct expr_memo *memo;		/* keeps what expressions share, for this document; may be NULL */
	size_t *spent;			/* steps of all evaluations are added here; may be NULL */
	uint32_t now;			/* seconds since 1970; 0: this machine's clock */
};

struct expr_memo *expr_memo_new(void);
void expr_memo_free(struct expr_memo *m);

struct expr;
/* Compile; STATUS_INVALID with column and reason. The text is copied. */
enum status expr_compile(struct expr **out, const char *text);
void expr_free(struct expr *e);

enum expr_kind { EXPR_NODE, EXPR_STRING, EXPR_NUMBER, EXPR_BOOL };
struct expr_item {
	enum expr_kind kind;
	expr_node node;			/* EXPR_NODE; else where it came from, or EXPR_NONE */
	struct expr_text text;
	double number;
	bool boolean;
};
struct expr_result { struct expr_item *items; size_t n; };

/*
 * Evaluate with `context` as the focus. Results live in `a`. STATUS_LIMIT past the ceilings (a million
 * steps), STATUS_INVALID for a function used on what it cannot take.
 */
enum status expr_run(struct expr_result *out, struct arena *a, const struct expr *e,
	const struct expr_tree *tree, expr_node context);
/* As a condition: 1 true, 0 false, -1 empty (nothing to say). */
enum status expr_test(int *out, struct arena *a, const struct expr *e,
	const struct expr_tree *tree, expr_node context);

#endif
