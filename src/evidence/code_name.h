/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_CODE_NAME_H
#define EVIDENCE_CODE_NAME_H
#include "evidence_priv.h"

/* Names of codes: our own words from data/code-names.tsv, and what the document itself calls them elsewhere. */
struct code_word { const char *set, *code, *words; };
extern const struct code_word code_words[];	/* by set, then code */
extern const size_t code_word_count;

/* Our words for a code of a set ("ucum", "0203"); NULL. */
const char *code_word(const char *set, const char *code, size_t n);
/* Set of a code system's URI or OID; "" where we have no words for it. */
const char *code_set(char out[8], const char *system, size_t n);
/* The system of the node that holds a code: its own, or that of what lists or defines it; "" where none is said. */
const char *code_system_of(size_t *len_out, const struct document *d, uint32_t holder);
/* Append the display that another place of the document gives a code; false where none does. */
bool code_named_here(struct buf *b, const struct document *d, const char *system, size_t system_len, const char *code,
	size_t n);

/* The displays of one document, collected when first asked for. One thread at a time. */
struct code_index {
	struct map *named;	/* "system|code" to the node that holds both, + 1 */
};
void code_index_forget(struct code_index *x);

#endif
