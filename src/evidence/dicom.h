/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_DICOM_H
#define EVIDENCE_DICOM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/evidence/outline.h"

/* Shared by what reads DICOM: dictionary, character sets, values in words, trees out of flat lists. */
struct document;

struct dicom_entry {
	uint32_t tag;		/* group << 16 | element */
	char vr[3];
	const char *keyword, *name;
};
struct dicom_uid {
	const char *uid, *name;
};
extern const struct dicom_entry dicom_tags[];	/* by tag; made of data/dicom.tsv */
extern const size_t dicom_tag_count;
extern const struct dicom_uid dicom_uids[];	/* by UID */
extern const size_t dicom_uid_count;

/* Entry of a tag, or NULL: private, unknown. Repeating groups (60xx) answer for each of theirs. */
const struct dicom_entry *dicom_find(uint32_t tag);
/* Plain name of a UID, or NULL. */
const char *dicom_uid_name(const char *p, size_t n);
/* "00280010" as a tag; false where it is none. */
bool dicom_hex_tag(uint32_t *out, const char *p, size_t n);

/* What (0008,0005) says: sets by their number in the table of charset.c, the first one for G0 and G1. */
#define DICOM_SETS_MAX 8
struct dicom_charset {
	uint8_t set[DICOM_SETS_MAX];
	uint8_t count;		/* 0: the default repertoire */
	bool unknown;
};
void dicom_charset_read(struct dicom_charset *out, const char *p, size_t n);
bool dicom_is_utf8(const struct dicom_charset *cs);
/* Append as UTF-8; false where the bytes do not follow the set. */
bool dicom_text(struct buf *out, const struct dicom_charset *cs, const char *p, size_t n);

bool dicom_vr_known(const char *vr);
bool dicom_vr_long(const char *vr);	/* explicit form with a length of four bytes */
bool dicom_vr_text(const char *vr);
bool dicom_vr_coded(const char *vr);	/* text in the object's character set */
/* A binary value in words. */
void dicom_binary(struct buf *out, const char *vr, const unsigned char *p, size_t n, bool big);

/* A node for an attribute: `tag` names it. */
void dicom_label(struct outline *o, uint32_t i, uint32_t tag);
/* Keep a value that no range of the text holds. */
void dicom_keep(struct outline *o, uint32_t i, const char *p, size_t n);
/* Value of a node of DICOM as it stands in the text or was kept. */
const char *dicom_value(size_t *len_out, const struct outline *o, uint32_t i);
/* Child with that keyword, or NODE_NONE. */
uint32_t dicom_child(const struct outline *o, uint32_t i, const char *keyword);
/* First item of the sequence of that name. */
uint32_t dicom_item(const struct outline *o, uint32_t i, const char *keyword);

/* Report or key object as a tree of its content, directory as a tree of its records; below node `root`. */
void dicom_content(struct outline *o, uint32_t root);
void dicom_records(struct outline *o, uint32_t root);

/* Where the first attribute may be: after the preamble, or at once. SIZE_MAX: nowhere. */
size_t dicom_start(const char *p, size_t n);
bool dicom_sniff(const char *p, size_t n, size_t size);
void parse_dicom(struct outline *o, const char *text, size_t len);
void parse_dicom_json(struct outline *o, const char *text, size_t len);

/* "(0020,000D) UI Study Instance UID". */
void dicom_note(struct buf *b, const struct document *d, uint32_t i);
void dicom_summary(struct buf *b, const struct document *d, uint32_t i);
void dicom_item_summary(struct buf *b, const struct document *d, uint32_t i);
/* Where the value of a node's attribute lies in the text. */
bool dicom_bytes(size_t *at_out, size_t *len_out, const struct document *d, uint32_t i);

#endif
