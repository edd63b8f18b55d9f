/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_SUMMARY_PRIV_H
#define EVIDENCE_SUMMARY_PRIV_H
#include "evidence_priv.h"

/* Shared by the summaries: questions asked alike of JSON and XML. */

/* Member of an object, attribute or child of an element (its value attribute, in FHIR XML); NODE_NONE. */
uint32_t part_of(const struct document *d, uint32_t i, const char *name);
/* First item of an array; anything else as it is. */
uint32_t first_of(const struct document *d, uint32_t i);
/* Its value, on one line and cut, after `gap` where something stands before; false where it has none. */
bool add_part(struct buf *b, const struct document *d, uint32_t i, const char *gap);

/* What a node of a tool's report says; false where it is none. */
bool report_summary(struct buf *b, const struct document *d, uint32_t i);
/* The same of an audit message. */
bool audit_summary(struct buf *b, const struct document *d, uint32_t i);
void report_unfold(struct document *d);

#endif
