/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSH's signatures of files. Layer: proto. Any thread.
 */
#include "verdict/proto/sshsig.h"

#include <string.h>

#define MAGIC "SSHSIG"
#define KIND "ssh-ed25519"
#define LINE_BYTES 70
#define BLOB_MAX 4096

static void add_u32(struct buf *b, size_t n)
{
	buf_addc(b, (char)(n >> 24));
	buf_addc(b, (char)(n >> 16));
	buf_addc(b, (char)(n >> 8));
	buf_addc(b, (char)n);
}

static void add_string(struct buf *b, const void *ptr, size_t len)
{
	add_u32(b, len);
	buf_add(b, ptr, len);
}

static void add_words(struct buf *b, const char *text)
{
	add_string(b, text, strlen(text));
}

static void add_key(struct buf *b, const uint8_t public_key[KEY_PUBLIC])
{
	add_words(b, KIND);
	add_string(b, public_key, KEY_PUBLIC);
}

/* RFC 4648 with padding. */
static void base64(struct buf *out, const char *ptr, size_t len, size_t line, bool pad)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)ptr;
	size_t written = 0, i, k;
	char four[4];

	for (i = 0; i < len; i += 3) {
		unsigned int n = (unsigned int)p[i] << 16 | (i + 1 < len ? (unsigned int)p[i + 1] << 8 : 0) |
			(i + 2 < len ? p[i + 2] : 0);

		for (k = 0; k < 4; k++)
			four[k] = k <= len - i ? letters[n >> (18 - 6 * k) & 63] : '=';
		for (k = 0; k < 4 && (pad || four[k] != '='); k++) {
			if (line && written && written % line == 0)
				buf_addc(out, '\n');
			buf_addc(out, four[k]);
			written++;
		}
	}
}

/* What is signed: no message of another kind begins so. */
static void to_sign(struct buf *b, const char *space, const struct digest *sum)
{
	buf_add(b, MAGIC, 6);
	add_words(b, space);
	add_words(b, "");
	add_words(b, "sha256");
	add_string(b, sum->b, sizeof(sum->b));
}

void sshsig_sign(struct buf *out, const struct key *k, const char *space, const struct digest *sum)
{
	uint8_t sig[KEY_SIGNATURE];
	struct buf blob, part;

	buf_init(&blob, BLOB_MAX);
	buf_init(&part, BLOB_MAX);
	to_sign(&part, space, sum);
	key_sign_plain(sig, k, part.ptr, part.len);
	buf_add(&blob, MAGIC, 6);
	add_u32(&blob, 1);
	buf_reset(&part);
	add_key(&part, key_public(k));
	add_string(&blob, part.ptr, part.len);
	add_words(&blob, space);
	add_words(&blob, "");
	add_words(&blob, "sha256");
	buf_reset(&part);
	add_words(&part, KIND);
	add_string(&part, sig, sizeof(sig));
	add_string(&blob, part.ptr, part.len);
	buf_adds(out, "-----BEGIN SSH SIGNATURE-----\n");
	base64(out, blob.ptr, blob.len, LINE_BYTES, true);
	buf_adds(out, "\n-----END SSH SIGNATURE-----\n");
	buf_done(&part);
	buf_done(&blob);
}

void sshsig_signer(struct buf *out, const uint8_t public_key[KEY_PUBLIC], const char *who, const char *space)
{
	struct buf blob;

	buf_init(&blob, BLOB_MAX);
	for (; *who; who++) {
		char c = *who;
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("-_.@", c);

		buf_addc(out, plain ? c : '_');
	}
	add_key(&blob, public_key);
	buf_printf(out, " namespaces=\"%s\" %s ", space, KIND);
	base64(out, blob.ptr, blob.len, 0, true);
	buf_addc(out, '\n');
	buf_done(&blob);
}

void sshsig_fingerprint(struct buf *out, const uint8_t public_key[KEY_PUBLIC])
{
	struct digest d;
	struct buf blob;

	buf_init(&blob, BLOB_MAX);
	add_key(&blob, public_key);
	d = sha256(blob.ptr, blob.len);
	buf_adds(out, "SHA256:");
	base64(out, (const char *)d.b, sizeof(d.b), 0, false);
	buf_done(&blob);
}
