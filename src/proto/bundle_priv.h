/* SPDX-License-Identifier: Apache-2.0 */
/* What writer and reader of bundle files share: head and trailer. Layer: proto. */
#ifndef PROTO_BUNDLE_PRIV_H
#define PROTO_BUNDLE_PRIV_H
#include "verdict/proto/bundle_file.h"

#define BUNDLE_HEAD_MAX 4096
#define BUNDLE_WHOLE 4096	/* a longer body counts for the trailer's sum with its edges alone */
#define BUNDLE_EDGE 48

/* Sum over the frames of a file, in order: head, and the edges of the body. */
struct bundle_sum { struct sha256 ctx; uint64_t frames; };
void bundle_sum_begin(struct bundle_sum *s);
void bundle_sum_add(struct bundle_sum *s, const void *head, const void *body, size_t len);
struct digest bundle_sum_end(const struct bundle_sum *s);	/* may be asked again */

void bundle_head_format(struct buf *out, const struct bundle_head *h);
enum status bundle_head_parse(struct bundle_head *out, struct arena *a, const char *ptr, size_t len);

struct trailer { uint64_t frames; struct digest sum; uint8_t signer[KEY_PUBLIC]; };
enum status trailer_sign(struct buf *out, const struct trailer *t, const struct key *k);
enum status trailer_open(struct trailer *out, const void *ptr, size_t len);

/* A frame in place: the head is filled in at the end. `err` of the buffer is STATUS_LIMIT for too long a body. */
void bundle_frame_begin(struct buf *out);
void bundle_frame_end(struct buf *out, char type, uint8_t flags);

/* (bundle_make.c) `secret`: what frames are sealed under, borrowed; NULL: not sealed. */
struct frame_maker;
struct frame_maker *maker_new(const uint8_t *secret);
void maker_free(struct frame_maker *m);
/* An empty buffer for the next body, which maker_post() takes; NULL while too many are under way. */
struct buf *maker_body(struct frame_maker *m);
void maker_post(struct frame_maker *m, char type, bool packed);
/* The first frame that was posted and not dropped; NULL where there is none, or it is not made and `wait` is false. */
const struct buf *maker_oldest(struct frame_maker *m, bool wait);
void maker_drop(struct frame_maker *m);

#endif
