/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_JOIN_H
#define VERDICT_PROTO_JOIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/proto/crypto.h"

/* Joining without a network: what a join file tells beside the event, and the proof that travels with records. */

#define JOIN_MEMBER "join.json"
#define JOIN_MAX (128u << 10)

struct join_file {
	const char *event, *person;
	const char *code;		/* as it would be typed: verdict1:… */
	uint8_t hub[KEY_PUBLIC];
	const char *certificate;	/* PEM of the hub's TLS; NULL without */
};
void join_file_format(struct buf *out, const struct join_file *f);
/* STATUS_INVALID with the place, STATUS_LIMIT, STATUS_NEWER. Results live in `a`. Any thread. */
enum status join_file_parse(struct join_file *out, struct arena *a, const void *ptr, size_t len);

/*
 * The text of a certificate record by which a key without certificate shows that its owner has a code. `name` tells
 * which code, `proof` that it is there; neither can be turned back into it or used by another key. Both follow
 * from the digest of the secret, which is what a hub keeps.
 */
#define JOIN_TEXT 96
struct join_proof { uint8_t name[16], proof[32]; };
void join_prove(struct join_proof *out, const struct digest *secret, const char *event, const uint8_t key[KEY_PUBLIC]);
void join_proof_format(char out[JOIN_TEXT], const struct join_proof *p);
bool join_proof_parse(struct join_proof *out, const char *text);	/* false: says something else */

#endif
