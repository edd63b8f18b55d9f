/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_CERT_H
#define VERDICT_PROTO_CERT_H
#include <stdbool.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/crypto.h"

/* The DSSE type of certificates. */
#define CERTIFICATE_TYPE "application/vnd.verdict.certificate+json"
#define CERTIFICATE_TIES_MAX 64

/* An organisation the person is or was tied to; dates "2026-11-16", NULL where open. */
struct certificate_tie { const char *organisation, *from, *to; };

/*
 * What the hub says of a replica at enrolment: whose key it is, in which event, with which roles and ties,
 * from when to when. Borrowed from one arena. doc/PROTOCOL.md, Certificate.
 */
struct certificate {
	const char *event;
	const char *hub;	/* key id of the signer */
	uint8_t key[KEY_PUBLIC];	/* the replica's */
	const char *replica;	/* its key id */
	const char *who, *name;	/* person id, name */
	unsigned int roles;	/* bits of enum role_kind */
	struct certificate_tie *ties; size_t n_ties;
	int64_t from, to;	/* wall ms: valid within [from, to) */
};

/* Append the certificate signed by the hub's key; `hub` and `replica` are taken from the keys. */
enum status certificate_sign(struct buf *out, const struct certificate *c, const struct key *hub);

/*
 * Signature by `hub_key` first, then the content. STATUS_DENIED (signature), STATUS_INVALID with the place,
 * STATUS_LIMIT, STATUS_NEWER. Whether it is of this event and valid now: certificate_holds(). Any thread.
 */
enum status certificate_open(struct certificate *out, struct arena *a, const void *ptr, size_t len,
	const uint8_t hub_key[KEY_PUBLIC]);

/* Does it name that person and replica, in that event, at that time? STATUS_DENIED with the reason. */
enum status certificate_holds(const struct certificate *c, const char *event, const char *replica,
	const char *who, int64_t at);

#endif
