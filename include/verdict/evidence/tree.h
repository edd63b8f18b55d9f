/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_TREE_H
#define VERDICT_EVIDENCE_TREE_H
#include "verdict/evidence/document.h"
#include "verdict/evidence/expr.h"

/*
 * A document as checks see it: FHIR in JSON and XML alike, HL7 v2 by segment and field, other XML by local
 * names. Borrowed from `d`, which must outlive it. One thread at a time.
 */
struct document_tree;
void document_tree_new(struct document_tree **out, struct document *d);
void document_tree_free(struct document_tree *t);
const struct expr_tree *document_tree_expr(const struct document_tree *t);

#endif
