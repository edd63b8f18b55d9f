/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_ENROL_H
#define VERDICT_PROTO_ENROL_H
#include <stdbool.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/crypto.h"

/* The DSSE types of what a replica signs to be let in. */
#define ENROL_TYPE "application/vnd.verdict.enrol+json"
#define SESSION_TYPE "application/vnd.verdict.session+json"
#define ENROL_SECRET 23		/* 22 characters of base64url (128 bits) and NUL */
#define ENROL_PIN 32		/* SHA-256 of the certificate's SubjectPublicKeyInfo */
#define ENROL_CODE_MAX 2048
#define ENROL_DEVICE_MAX 200
#define SESSION_NONCE_MAX 200

/*
 * The one-time code that a hub prints and `verdict join` takes (doc/PROTOCOL.md, Enrolment code):
 *
 *     verdict1:https://HOST:PORT/EVENT#SECRET.PIN
 */
struct enrol_code {
	const char *base_url;	/* "https://host:port", without a slash at the end */
	const char *host;	/* IPv6 without brackets */
	int port;
	const char *event;
	char secret[ENROL_SECRET];
	uint8_t pin[ENROL_PIN]; bool has_pin;	/* none only with http:// and a loopback host */
};

/* Blanks around it are forgiven. STATUS_INVALID with what is wrong, STATUS_NEWER. Results live in
 * `a`. Any thread. */
enum status enrol_code_parse(struct enrol_code *out, struct arena *a, const char *text);
void enrol_code_format(
	struct buf *out, const struct enrol_code *c); /* base_url is what is written */
/* A host and port as base_url: brackets around IPv6. */
void enrol_base_url(struct buf *out, bool tls, const char *host, int port);

/*
 * "The key that signs wants to be let in with this code." Signed document by the new replica.
 * `device` is what the installation calls itself (a host name), for the list of replicas.
 */
void enrol_sign(struct buf *out, const struct key *replica, const char *event, const char *secret,
	const char *device, int64_t at);
struct enrol_request {
	const char *event, *secret, *device;
	int64_t at;
	uint8_t key[KEY_PUBLIC];
};
/* STATUS_DENIED (signature), STATUS_INVALID with the place, STATUS_LIMIT, STATUS_NEWER. Any thread.
 */
enum status enrol_open(struct enrol_request *out, struct arena *a, const void *ptr, size_t len);

/* "The key that signs is here now": answers the nonce of the hub's hello. Signed document by the
 * replica. */
void session_sign(struct buf *out, const struct key *replica, const char *event, const char *nonce,
	int64_t at);
struct session_proof {
	const char *event, *nonce;
	int64_t at;
	uint8_t key[KEY_PUBLIC];
};
enum status session_open(struct session_proof *out, struct arena *a, const void *ptr,
	size_t len); /* as enrol_open() */

#endif
