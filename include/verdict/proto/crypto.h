/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_CRYPTO_H
#define VERDICT_PROTO_CRYPTO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"

#define KEY_PUBLIC 32
#define KEY_SIGNATURE 64
#define KEY_ID 23		/* 22 characters of base64url and NUL: first 16 bytes of SHA-256(public key) */

void crypto_init(void);		/* once per process, before threads; aborts where libsodium cannot start */
struct digest sha256(const void *ptr, size_t len);
/*
 * Evidence that nobody fetched is a link: its bytes are the address and a line end, so that whoever knows the address
 * has the body.
 */
struct digest link_digest(const char *url);
bool link_is(const struct digest *d, int64_t size, const char *url);

/* Incremental, for files. */
struct sha256 { _Alignas(16) unsigned char opaque[128]; };
void sha256_begin(struct sha256 *c);
void sha256_add(struct sha256 *c, const void *ptr, size_t len);
struct digest sha256_end(struct sha256 *c);

/* rid = SHA-256("verdict-rec-v1" 0x00 payload). */
struct digest record_rid(const void *payload, size_t len);

struct key;			/* a replica's secret key, in locked memory */
enum status key_new(struct key **out);
struct key *key_dup(const struct key *k);
void key_free(struct key *k);
const uint8_t *key_public(const struct key *k);
const char *key_id(const struct key *k);
void key_id_of(char out[KEY_ID], const uint8_t public_key[KEY_PUBLIC]);
/* Ed25519 over DSSE PAE(type, payload): "DSSEv1 len type len payload". */
void key_sign(uint8_t sig[KEY_SIGNATURE], const struct key *k, const char *type, const void *payload, size_t len);
/* Ed25519 over these bytes as they are, which must begin with a mark of their kind that is not DSSE's. */
void key_sign_plain(uint8_t sig[KEY_SIGNATURE], const struct key *k, const void *ptr, size_t len);
bool signature_ok(const uint8_t public_key[KEY_PUBLIC], const uint8_t sig[KEY_SIGNATURE],
	const char *type, const void *payload, size_t len);
/* The DSSE type of records. */
#define RECORD_TYPE "application/vnd.verdict.record+json"

/*
 * Sealed form for a file: argon2id (64 MiB, 2 passes) and secretbox where a passphrase is given (may be
 * NULL). key_unseal: STATUS_DENIED for a wrong or missing passphrase, STATUS_INVALID for other bytes.
 */
void key_seal(struct buf *out, const struct key *k, const char *passphrase);
enum status key_unseal(struct key **out, const void *ptr, size_t len, const char *passphrase);
bool key_is_sealed(const void *ptr, size_t len);	/* asks for a passphrase */

/*
 * A random secret for the holder of a key alone (crypto_box_seal to the X25519 form of an Ed25519 key), and bytes
 * under that secret (XChaCha20-Poly1305, a random nonce of 24 bytes before, a tag of 16 behind), each piece by itself.
 */
#define BOX_SECRET 32
#define BOX_BYTES 80
#define BOX_PIECE_EXTRA 40
enum status box_seal(uint8_t out[BOX_BYTES], const uint8_t to[KEY_PUBLIC], const uint8_t secret[BOX_SECRET]);	/* STATUS_INVALID: no key */
enum status box_open(uint8_t secret[BOX_SECRET], const struct key *k, const uint8_t box[BOX_BYTES]);	/* STATUS_DENIED: for another */
void box_piece_add(struct buf *out, const uint8_t secret[BOX_SECRET], const void *ptr, size_t len);
/* Appends what was inside. STATUS_DENIED: another secret, or altered. */
enum status box_piece_open(struct buf *out, const uint8_t secret[BOX_SECRET], const void *ptr, size_t len);
void secret_wipe(void *ptr, size_t len);

/* A keyed sum (UMAC): who does not know the key cannot choose bytes that give it again. */
#define QUICK_KEY 16
uint64_t quick_sum(const uint8_t key[QUICK_KEY], const void *ptr, size_t len);

void base64url(struct buf *out, const void *ptr, size_t len);	/* no padding */
/* Exactly n bytes from text[0..len), in the one spelling that base64url() gives; false for any other. */
bool base64url_parse(void *out, size_t n, const char *text, size_t len);
void random_bytes(void *ptr, size_t len);

#endif
