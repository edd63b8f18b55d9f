/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests, signatures and sealed keys; the only file that knows libsodium. Secret keys live in memory that
 * is locked, guarded and wiped. Layer: proto. Any thread; a key belongs to the thread that opened it.
 */
#include "verdict/proto/crypto.h"

#include <sodium.h>
#include <stdlib.h>
#include "verdict/base/mem.h"

#define SEAL_MAGIC "VRDCTKY1"
#define SEAL_MAGIC_LEN 8
#define SEAL_PLAIN 0
#define SEAL_PASSPHRASE 1
#define SEAL_HEAD (SEAL_MAGIC_LEN + 4 + KEY_PUBLIC)
#define SEAL_COST (4 + 4 + crypto_pwhash_SALTBYTES + crypto_secretbox_NONCEBYTES)
#define SEAL_BOX (crypto_sign_SEEDBYTES + crypto_secretbox_MACBYTES)
#define SEAL_OPS_MAX 16u
#define SEAL_KIB_MAX (1u << 20)		/* 1 GiB: a crafted file must not take more */

struct key {
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	unsigned char public_key[KEY_PUBLIC];
	char id[KEY_ID];
};

_Static_assert(KEY_PUBLIC == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(KEY_SIGNATURE == crypto_sign_BYTES, "Ed25519");

void crypto_init(void)
{
	if (sodium_init() < 0)
		abort();
}

void random_bytes(void *ptr, size_t len)
{
	randombytes_buf(ptr, len);
}

void base64url(struct buf *out, const void *ptr, size_t len)
{
	const int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	size_t size = sodium_base64_encoded_len(len, form);
	char *text = mem_alloc(size);

	sodium_bin2base64(text, size, ptr, len, form);
	buf_add(out, text, size - 1);
	mem_free(text);
}

/* libsodium takes every byte over 127 for an "A" where char is signed. */
static bool is_ascii(const char *text, size_t len)
{
	while (len && !(text[len - 1] & 0x80))
		len--;
	return len == 0;
}

bool base64url_parse(void *out, size_t n, const char *text, size_t len)
{
	const char *end;
	size_t got;

	return is_ascii(text, len)
		&& sodium_base642bin(out, n, text, len, NULL, &got, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0
		&& got == n && end == text + len;
}

struct digest link_digest(const char *url)
{
	struct sha256 ctx;

	sha256_begin(&ctx);
	sha256_add(&ctx, url, strlen(url));
	sha256_add(&ctx, "\n", 1);
	return sha256_end(&ctx);
}

bool link_is(const struct digest *d, int64_t size, const char *url)
{
	struct digest want;

	if (!*url || size != (int64_t)strlen(url) + 1)
		return false;
	want = link_digest(url);
	return digest_equal(d, &want);
}

struct digest record_rid(const void *payload, size_t len)
{
	static const char domain[] = "verdict-rec-v1";	/* its NUL is the separator */
	struct sha256 c;

	sha256_begin(&c);
	sha256_add(&c, domain, sizeof(domain));
	sha256_add(&c, payload, len);
	return sha256_end(&c);
}

void key_id_of(char out[KEY_ID], const uint8_t public_key[KEY_PUBLIC])
{
	struct digest d = sha256(public_key, KEY_PUBLIC);

	sodium_bin2base64(out, KEY_ID, d.b, 16, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static struct key *key_from_seed(const unsigned char *seed)
{
	struct key *k = sodium_malloc(sizeof(*k));

	if (!k)
		abort();
	crypto_sign_seed_keypair(k->public_key, k->secret, seed);
	key_id_of(k->id, k->public_key);
	sodium_mprotect_readonly(k);
	return k;
}

enum status key_new(struct key **out)
{
	unsigned char seed[crypto_sign_SEEDBYTES];

	randombytes_buf(seed, sizeof(seed));
	*out = key_from_seed(seed);
	sodium_memzero(seed, sizeof(seed));
	return STATUS_OK;
}

struct key *key_dup(const struct key *k)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	struct key *copy;

	crypto_sign_ed25519_sk_to_seed(seed, k->secret);
	copy = key_from_seed(seed);
	sodium_memzero(seed, sizeof(seed));
	return copy;
}

void key_free(struct key *k)
{
	sodium_free(k);		/* wipes; NULL is fine */
}

const uint8_t *key_public(const struct key *k)
{
	return k->public_key;
}

const char *key_id(const struct key *k)
{
	return k->id;
}

/* DSSE pre-authentication encoding: type and exact bytes are both inside the signature. */
static void add_pae(struct buf *out, const char *type, const void *payload, size_t len)
{
	buf_init(out, strlen(type) + len + 64);
	buf_printf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, len);
	buf_add(out, payload, len);
}

void key_sign(uint8_t sig[KEY_SIGNATURE], const struct key *k, const char *type, const void *payload, size_t len)
{
	struct buf pae;

	add_pae(&pae, type, payload, len);
	crypto_sign_detached(sig, NULL, (const unsigned char *)pae.ptr, pae.len, k->secret);
	buf_done(&pae);
}

void key_sign_plain(uint8_t sig[KEY_SIGNATURE], const struct key *k, const void *ptr, size_t len)
{
	crypto_sign_detached(sig, NULL, ptr, len, k->secret);
}

bool signature_ok(const uint8_t public_key[KEY_PUBLIC], const uint8_t sig[KEY_SIGNATURE],
	const char *type, const void *payload, size_t len)
{
	struct buf pae;
	bool ok;

	add_pae(&pae, type, payload, len);
	ok = crypto_sign_verify_detached(sig, (const unsigned char *)pae.ptr, pae.len, public_key) == 0;
	buf_done(&pae);
	return ok;
}

static bool box_key(unsigned char out[crypto_secretbox_KEYBYTES], const char *passphrase,
	const unsigned char *salt, unsigned int ops, unsigned int kib)
{
	return crypto_pwhash(out, crypto_secretbox_KEYBYTES, passphrase, strlen(passphrase), salt,
		ops, (size_t)kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void add_box(struct buf *out, const unsigned char *seed, const char *passphrase)
{
	const unsigned int ops = crypto_pwhash_OPSLIMIT_INTERACTIVE;
	const unsigned int kib = crypto_pwhash_MEMLIMIT_INTERACTIVE / 1024;
	unsigned char salt[crypto_pwhash_SALTBYTES], nonce[crypto_secretbox_NONCEBYTES];
	unsigned char box[SEAL_BOX], secret[crypto_secretbox_KEYBYTES];

	randombytes_buf(salt, sizeof(salt));
	randombytes_buf(nonce, sizeof(nonce));
	if (!box_key(secret, passphrase, salt, ops, kib))
		abort();	/* out of memory */
	crypto_secretbox_easy(box, seed, crypto_sign_SEEDBYTES, nonce, secret);
	sodium_memzero(secret, sizeof(secret));
	buf_u32(out, ops);
	buf_u32(out, kib);
	buf_add(out, salt, sizeof(salt));
	buf_add(out, nonce, sizeof(nonce));
	buf_add(out, box, sizeof(box));
}

void key_seal(struct buf *out, const struct key *k, const char *passphrase)
{
	unsigned char seed[crypto_sign_SEEDBYTES];

	crypto_sign_ed25519_sk_to_seed(seed, k->secret);
	buf_add(out, SEAL_MAGIC, SEAL_MAGIC_LEN);
	buf_u32(out, passphrase ? SEAL_PASSPHRASE : SEAL_PLAIN);
	buf_add(out, k->public_key, KEY_PUBLIC);
	if (passphrase)
		add_box(out, seed, passphrase);
	else
		buf_add(out, seed, sizeof(seed));
	sodium_memzero(seed, sizeof(seed));
}

static unsigned int get_u32(const unsigned char *p)
{
	return p[0] | (unsigned int)p[1] << 8 | (unsigned int)p[2] << 16 | (unsigned int)p[3] << 24;
}

static enum status open_box(unsigned char *seed, const unsigned char *p, const char *passphrase)
{
	unsigned int ops = get_u32(p), kib = get_u32(p + 4);
	const unsigned char *salt = p + 8, *nonce = salt + crypto_pwhash_SALTBYTES;
	unsigned char secret[crypto_secretbox_KEYBYTES];
	int bad;

	if (ops == 0 || ops > SEAL_OPS_MAX || kib < 8 || kib > SEAL_KIB_MAX)
		return status_set(STATUS_INVALID, "key file: cost of the passphrase is out of range");
	if (!passphrase)
		return status_set(STATUS_DENIED, "key file: sealed with a passphrase, and none was given");
	if (!box_key(secret, passphrase, salt, ops, kib))
		return status_set(STATUS_ERROR, "key file: %u KiB of memory are needed to open it", kib);
	bad = crypto_secretbox_open_easy(seed, p + SEAL_COST, SEAL_BOX, nonce, secret);
	sodium_memzero(secret, sizeof(secret));
	if (bad)
		return status_set(STATUS_DENIED, "key file: wrong passphrase");
	return STATUS_OK;
}

/* Mode of a sealed key of the right size, or -1. */
static int seal_mode(const void *ptr, size_t len)
{
	unsigned int mode;

	if (len < SEAL_HEAD || memcmp(ptr, SEAL_MAGIC, SEAL_MAGIC_LEN) != 0)
		return -1;
	mode = get_u32((const unsigned char *)ptr + SEAL_MAGIC_LEN);
	if (mode == SEAL_PLAIN && len == SEAL_HEAD + crypto_sign_SEEDBYTES)
		return SEAL_PLAIN;
	if (mode == SEAL_PASSPHRASE && len == SEAL_HEAD + SEAL_COST + SEAL_BOX)
		return SEAL_PASSPHRASE;
	return -1;
}

bool key_is_sealed(const void *ptr, size_t len)
{
	return seal_mode(ptr, len) == SEAL_PASSPHRASE;
}

enum status key_unseal(struct key **out, const void *ptr, size_t len, const char *passphrase)
{
	const unsigned char *p = ptr;
	unsigned char seed[crypto_sign_SEEDBYTES];
	enum status st = STATUS_OK;
	struct key *k = NULL;
	int mode = seal_mode(ptr, len);

	if (mode < 0)
		return status_set(STATUS_INVALID, "key file: not a key of verdict, or cut short");
	if (mode == SEAL_PASSPHRASE)
		st = open_box(seed, p + SEAL_HEAD, passphrase);
	else
		memcpy(seed, p + SEAL_HEAD, sizeof(seed));
	if (st)
		goto out;
	k = key_from_seed(seed);
	if (memcmp(k->public_key, p + SEAL_MAGIC_LEN + 4, KEY_PUBLIC) != 0) {
		st = status_set(STATUS_INVALID, "key file: secret and public key do not belong together");
		goto out;
	}
	*out = k;
	k = NULL;
out:
	sodium_memzero(seed, sizeof(seed));
	key_free(k);
	return st;
}

/* ---- boxes ---- */

_Static_assert(BOX_SECRET == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "XChaCha20");
_Static_assert(BOX_BYTES == BOX_SECRET + crypto_box_SEALBYTES, "sealed secret");
_Static_assert(BOX_PIECE_EXTRA == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
	"nonce and tag");

enum status box_seal(uint8_t out[BOX_BYTES], const uint8_t to[KEY_PUBLIC], const uint8_t secret[BOX_SECRET])
{
	unsigned char curve[crypto_scalarmult_curve25519_BYTES];

	if (crypto_sign_ed25519_pk_to_curve25519(curve, to) != 0 || crypto_box_seal(out, secret, BOX_SECRET, curve) != 0)
		return status_set(STATUS_INVALID, "not a key that anything can be sealed to");
	return STATUS_OK;
}

enum status box_open(uint8_t secret[BOX_SECRET], const struct key *k, const uint8_t box[BOX_BYTES])
{
	unsigned char curve[crypto_scalarmult_curve25519_BYTES], hidden[crypto_scalarmult_curve25519_SCALARBYTES];
	bool mine = crypto_sign_ed25519_pk_to_curve25519(curve, k->public_key) == 0 &&
		crypto_sign_ed25519_sk_to_curve25519(hidden, k->secret) == 0 &&
		crypto_box_seal_open(secret, box, BOX_BYTES, curve, hidden) == 0;

	sodium_memzero(hidden, sizeof(hidden));
	return mine ? STATUS_OK : status_set(STATUS_DENIED, "sealed for another key");
}

void box_piece_add(struct buf *out, const uint8_t secret[BOX_SECRET], const void *ptr, size_t len)
{
	unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES], *room;
	size_t at;

	randombytes_buf(nonce, sizeof(nonce));
	buf_add(out, nonce, sizeof(nonce));
	at = out->len;
	buf_fill(out, 0, len + crypto_aead_xchacha20poly1305_ietf_ABYTES);
	if (out->err)
		return;
	room = (unsigned char *)out->ptr + at;
	crypto_aead_xchacha20poly1305_ietf_encrypt(room, NULL, len ? ptr : nonce, len, NULL, 0, NULL, nonce, secret);
}

enum status box_piece_open(struct buf *out, const uint8_t secret[BOX_SECRET], const void *ptr, size_t len)
{
	const unsigned char *nonce = ptr, *from = nonce + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
	size_t at = out->len;

	if (len < BOX_PIECE_EXTRA)
		return status_set(STATUS_INVALID, "sealed piece: too short");
	buf_fill(out, 0, len - BOX_PIECE_EXTRA);
	if (out->err)
		return out->err;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(len > BOX_PIECE_EXTRA ? (unsigned char *)out->ptr + at : NULL, NULL, NULL,
	    from, len - crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, NULL, 0, nonce, secret) == 0)
		return STATUS_OK;
	buf_cut(out, at, len - BOX_PIECE_EXTRA);
	return status_set(STATUS_DENIED, "sealed piece: altered, or under another secret");
}

void secret_wipe(void *ptr, size_t len)
{
	sodium_memzero(ptr, len);
}
