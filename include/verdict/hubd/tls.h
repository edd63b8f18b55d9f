/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUBD_TLS_H
#define VERDICT_HUBD_TLS_H
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

/* The certificate that the hub shows, its secret key, and the pin that enrolment codes carry. PEM
 * text. */
struct tls_identity {
	char *certificate, *key;	/* key: NULL where only the certificate is ours to know */
	uint8_t pin[32];		/* SHA-256 of the SubjectPublicKeyInfo */
	char subject[256];		/* for people: common name */
	int64_t from, to;		/* wall ms: valid within */
};

/* Both files. STATUS_NOT_FOUND; STATUS_INVALID: no PEM, or the key is another certificate's. */
enum status tls_identity_read(
	struct tls_identity *out, const char *certificate_path, const char *key_path);
/*
 * DIR/hub.pem and DIR/hub.key; where they are not, made: ECDSA P-256, signed by itself, for `names`
 * (host names and addresses, the first is its common name), valid for ten years.
 */
enum status tls_identity_own(struct tls_identity *out, const char *dir, const char *const *names,
	size_t n_names, int64_t now);
/* A certificate alone: of a proxy in front, for its pin. */
enum status tls_identity_public(struct tls_identity *out, const char *certificate_path);
void tls_identity_done(struct tls_identity *t);

#endif
