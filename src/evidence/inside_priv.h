/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_INSIDE_PRIV_H
#define EVIDENCE_INSIDE_PRIV_H
#include "evidence_priv.h"

/*
 * Nodes that hold a document of their own, by who knows how to take it out. A holder is asked for every row that
 * is shown, so `holds` looks at little; `take` gives the bytes, which are the caller's.
 */
struct inside {
	char *ptr;		/* mem_free */
	size_t len;
	enum evidence_kind as;	/* EVIDENCE_UNKNOWN: sniffed */
	char why[150];		/* what came out is not all: why; or "" */
};
struct holder {
	bool (*holds)(const struct document *d, uint32_t node);
	enum status (*take)(struct inside *out, struct document *d, uint32_t node);
};
extern const struct holder holder_member, holder_stream, holder_value;

#define INSIDE_MAX (256u << 20)	/* bytes of all documents one inside the other */
#define INSIDE_VALUE_MAX (64u << 20)

/*
 * Into `out`, which has room for n * 3 / 4 + 3 bytes. Returns how many, SIZE_MAX where it is no base64.
 */
size_t base64_decode(char *out, const char *p, size_t n);
/* At most `room` bytes out of p[0..n); `bits` as zlib takes them. Returns how many came out. */
size_t inflate_into(bool *whole_out, char *to, size_t room, const char *p, size_t n, int bits);
/* The same into a buffer, up to its ceiling; a zlib stream, and of a damaged one what comes out. */
void inflate_buf(struct buf *out, const char *p, size_t n);

#endif
