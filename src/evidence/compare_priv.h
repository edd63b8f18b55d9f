/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_PRIV_H
#define COMPARE_PRIV_H
#include "evidence_priv.h"
#include "verdict/evidence/compare.h"
#include "verdict/evidence/tree.h"

/* Shared by the files of the comparison: contents as numbers, and a document reduced to what counts. */

/* Same number if and only if same bytes. */
struct intern {
	VEC(struct intern_entry { uint64_t hash; size_t at; uint32_t len; }) entries;
	uint32_t *slots;	/* entry + 1, 0 free */
	size_t cap;
	struct { char *at; size_t len, cap; } bytes;
	uint64_t seed;
};
void intern_init(struct intern *t);
void intern_done(struct intern *t);

#define SIDE_NONE UINT32_MAX
struct side_node {		/* preorder, as in outlines */
	uint32_t label, value;	/* numbers of their bytes */
	uint32_t id;		/* number of all that is in it */
	uint32_t size;
	expr_node node;
	uint16_t depth;
	bool ordered;		/* the order of children of different names counts */
	bool attribute;
};
struct side {
	struct document *d;
	struct document_tree *tree;
	VEC(struct side_node) nodes;
	uint32_t key[4];	/* names of children that tell who somebody is */
};
/* `twin`: the other one is FHIR too, in the other form. */
enum status side_build(struct side *s, struct document *d, struct intern *t, bool twin);
void side_done(struct side *s);

static inline bool side_is_fhir(const struct document *d)
{
	return d->kind == EVIDENCE_FHIR_JSON || d->kind == EVIDENCE_FHIR_XML;
}

/* Pairs of children: indexes of both sides or SIDE_NONE, in the order they are shown. */
struct pair { uint32_t left, right; };
struct align {
	const struct side *left, *right;
	VEC(struct pair) pairs;	/* result */
	VEC(uint32_t) a, b;	/* children under way */
	VEC(uint32_t) score;
	unsigned int budget;	/* cells of tables that may still be filled */
};
void align_done(struct align *al);
/* Pairs of the children of two nodes. */
void align_children(struct align *al, uint32_t left, uint32_t right);

#endif
