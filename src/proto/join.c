/* SPDX-License-Identifier: Apache-2.0 */
/* What a join file tells, and the proof that a key without network has its code. Layer: proto. Any thread. */
#include "verdict/proto/join.h"

#include <stdio.h>
#include <string.h>
#include "strict_priv.h"
#include "verdict/base/jsonw.h"

#define CODE_MAX 2048
#define PEM_MAX (64u << 10)

void join_file_format(struct buf *out, const struct join_file *f)
{
	char hex[DIGEST_HEX];
	struct digest key;
	struct jsonw w;

	memcpy(key.b, f->hub, sizeof(key.b));
	digest_hex(hex, &key);
	jsonw_init(&w, out, true);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "event", f->event);
	jsonw_str(&w, "person", f->person);
	jsonw_str(&w, "code", f->code);
	jsonw_str(&w, "hub", hex);
	if (f->certificate)
		jsonw_str(&w, "certificate", f->certificate);
	jsonw_end_object(&w);
	buf_addc(out, '\n');
}

enum status join_file_parse(struct join_file *out, struct arena *a, const void *ptr, size_t len)
{
	struct strict r = { .a = a, .what = JOIN_MEMBER };
	struct join_file f = { .person = NULL };
	struct digest key;
	json_t *root;
	const char *text = ptr;
	enum status st;

	while (len && strchr(" \t\r\n", text[len - 1]) && text[len - 1])	/* an editor's */
		len--;
	st = strict_load(&root, r.what, text, len, JOIN_MAX);
	if (st)
		return st;
	if (strict_get_int(&r, root, "v", 1, INT64_MAX, true) != 1 && !r.st) {
		json_decref(root);
		return status_set(STATUS_NEWER, JOIN_MEMBER ": written by a newer version");
	}
	f.event = strict_need_id(&r, root, "event");
	f.person = strict_need_id(&r, root, "person");
	f.code = arena_str(a, strict_peek_text(&r, root, "code", CODE_MAX, true));
	if (strict_get_digest(&r, &key, root, "hub", true))
		memcpy(f.hub, key.b, sizeof(f.hub));
	f.certificate = strict_get_text(&r, root, "certificate", PEM_MAX);
	json_decref(root);
	if (!r.st)
		*out = f;
	return r.st;
}

/* ---- a proof that travels with records ---- */

static struct digest twice(const struct buf *b)
{
	struct digest inner = sha256(b->ptr, b->len);

	return sha256(inner.b, sizeof(inner.b));	/* so that no length can be extended */
}

void join_prove(struct join_proof *out, const struct digest *secret, const char *event, const uint8_t key[KEY_PUBLIC])
{
	static const char name[] = "verdict-join-name-v1", proof[] = "verdict-join-proof-v1";
	struct digest d;
	struct buf b;

	buf_init(&b, 1024);
	buf_add(&b, name, sizeof(name));
	buf_add(&b, secret->b, sizeof(secret->b));
	d = twice(&b);
	memcpy(out->name, d.b, sizeof(out->name));
	buf_reset(&b);
	buf_add(&b, proof, sizeof(proof));
	buf_add(&b, secret->b, sizeof(secret->b));
	buf_add(&b, key, KEY_PUBLIC);
	buf_adds(&b, event);
	d = twice(&b);
	memcpy(out->proof, d.b, sizeof(out->proof));
	buf_done(&b);
}

#define JOIN_WORD "join:"
#define NAME_TEXT 22
#define PROOF_TEXT 43

void join_proof_format(char out[JOIN_TEXT], const struct join_proof *p)
{
	struct buf b;

	buf_init(&b, JOIN_TEXT);
	buf_adds(&b, JOIN_WORD);
	base64url(&b, p->name, sizeof(p->name));
	buf_addc(&b, '.');
	base64url(&b, p->proof, sizeof(p->proof));
	snprintf(out, JOIN_TEXT, "%s", buf_str(&b));
	buf_done(&b);
}

bool join_proof_parse(struct join_proof *out, const char *text)
{
	const size_t word = strlen(JOIN_WORD);

	return strncmp(text, JOIN_WORD, word) == 0 && strlen(text) == word + NAME_TEXT + 1 + PROOF_TEXT &&
		text[word + NAME_TEXT] == '.' &&
		base64url_parse(out->name, sizeof(out->name), text + word, NAME_TEXT) &&
		base64url_parse(out->proof, sizeof(out->proof), text + word + NAME_TEXT + 1, PROOF_TEXT);
}
