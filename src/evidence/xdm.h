/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_XDM_H
#define EVIDENCE_XDM_H
#include "unpack.h"

/*
 * An XDM package (IHE ITI TF-2, 3.32.4): the metadata of its submission sets, and whether the documents they speak of
 * are in the package with the size and digest that are told.
 */
#define XDM_DOCUMENTS_MAX 1000u
#define XDM_SETS_MAX 50u
#define XDM_METADATA_MAX (8u << 20)	/* of all sets */

struct xdm_document {
	char path[UNPACK_NAME_MAX];	/* in the package; foreign, as all of these */
	char title[200], type[100], hash[48];
	uint64_t size, found_size;
	char found_hash[41];
	bool has_size, found, compared;
};
struct xdm_set {
	char path[UNPACK_NAME_MAX];
	char *ptr;
	size_t len;
};
struct xdm {
	VEC(struct xdm_document) documents;
	VEC(struct xdm_set) sets;
	size_t held;
	bool index, readme;
	bool partly;		/* the archive could not be read to its end: nothing is said to be missing */
};

/* Read the metadata, then the documents they name, out of the archive. xdm_done() ends it. */
void xdm_read(struct xdm *x, const struct outline *o, const char *text, size_t len);
void xdm_done(struct xdm *x);
/* What the metadata say of a member, in words for its row; nothing where they do not speak of it. */
void xdm_describe(struct buf *b, const struct xdm *x, const char *path);
/* At the end of the outline: each set's metadata as they are, and what does not agree. */
void xdm_words(struct outline *o, const struct xdm *x, size_t len);

#endif
