/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_JOIN_H
#define VERDICT_STORE_JOIN_H
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/store/store.h"

/*
 * Joining by a file, without a network (doc/PROTOCOL.md, Join file). The key is made here and now, the hub certifies it
 * when its first records come there, by whatever way. Store layer; the thread that opened the store.
 */

/* The member join.json of the pack that was taken last, for whom it is; STATUS_NOT_FOUND where it had none. */
enum status store_join_file_person(const char **person_out, struct arena *a, struct store *st);
/*
 * Join as it says: key, identity, what is to be known of the hub, and a record that proves the code. Again: the same.
 * STATUS_EXISTS: somebody else has joined here, or at another hub; STATUS_DENIED: the key is locked.
 */
enum status store_join_file(struct store *st, const char *passphrase);

/* ---- once a hub can be reached ---- */

/* The request for enrolment that a join file's code allows. STATUS_NOT_FOUND where none waits; STATUS_DENIED: locked. */
enum status store_enrol_waiting(struct buf *request_out, struct store *st, int64_t at);
/* The hub's answer to it. As store_enrol_end(). */
enum status store_enrol_answer(struct store *st, const void *certificate, size_t len);

#endif
