/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_UNPACK_H
#define EVIDENCE_UNPACK_H
#include <archive.h>
#include <archive_entry.h>
#include "inside_priv.h"

/*
 * Members of an archive in memory, one after another. Nothing is ever written to a disk: a name is a word to be
 * shown. What comes out is bounded in all and against the archive's own size.
 */
#define UNPACK_MEMBERS_MAX 10000u
#define UNPACK_RATIO_MAX 200u
#define UNPACK_NAME_MAX 1024u
struct unpack {
	struct archive *in;
	struct archive_entry *e;
	const char *name;	/* of the member at hand; foreign */
	size_t size;		/* of the archive */
	size_t out;		/* bytes that came out so far */
	bool compressed;	/* one file, compressed, and no archive */
	bool streams;		/* members can only be passed by unpacking them */
	bool (*tick)(void *data);
	void *tick_data;
	const char *why;	/* it ended before its end */
};

void unpack_open(struct unpack *u, const char *p, size_t n);
void unpack_done(struct unpack *u);
/* The next member; false at the end, and then `why` tells whether it is the true one. */
bool unpack_next(struct unpack *u);
/* Unpack the member at hand; `into` NULL throws it away. False with `why`. */
bool unpack_data(struct unpack *u, struct buf *into);
bool unpack_is_file(const struct unpack *u);
/* Same name, whatever the case. */
bool unpack_named(const struct unpack *u, const char *name);
/* Properties and text of an Office document, as bodies at the end of the outline. */
void office_words(struct outline *o, const char *text, size_t len);

#endif
