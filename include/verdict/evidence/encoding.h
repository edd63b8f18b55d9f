/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_ENCODING_H
#define VERDICT_EVIDENCE_ENCODING_H
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

/*
 * Documents that are not UTF-8 (UTF-16, ISO 8859, Windows code pages) are translated once, so that parsers know
 * one encoding; places in the translation lead back to bytes of the file exactly. One thread at a time.
 */
struct document;
#define ENCODING_MAX (64u << 20)	/* larger files are shown as they are */
#define ENCODING_STEP 1024
#define ENCODING_STATEFUL_MAX (16u << 20)	/* of encodings that are read character by character */

/* Every encoding that may be asked for, "auto" (what the document shows) first; NULL ends. Any thread. */
const char *const *encoding_names(void);
/* The name as we write it, for any way to write it; STATUS_INVALID, which tells all names. *name_out is constant. */
enum status encoding_parse(const char **name_out, const char *name, size_t len);

/* The upper half of a single-byte encoding by name, NULL where not known. Latin-1 has one too. */
const uint16_t *encoding_table(const char *name, size_t len);
const char *encoding_table_name(const uint16_t *table);
/*
 * The encoding of a text that declares none and is no UTF-8, by its bytes: "Shift-JIS", "EUC-JP", "EUC-KR",
 * "GB18030", "Big5", or a table's name; NULL where they do not tell.
 */
const char *encoding_guess(const char *p, size_t n);
/* Bytes of the first character in one of the five sets above, at least 1. */
size_t encoding_char(const char *name, const char *p, size_t n);
/*
 * Converters of the C library live in files: open them all, and never close one, before no file can be opened.
 */
void encoding_settle(void);
/* Replace the document's text by its translation where it needs one: as it was asked for, else as it shows. */
void encoding_translate(struct document *d);
/* The way back to its bytes as they are. */
void encoding_forget(struct document *d);
/* Byte of the file for a byte of the text, and back. */
uint64_t encoding_place(const struct document *d, uint32_t text_offset);
uint64_t encoding_find(const struct document *d, uint64_t file_offset);

#endif
