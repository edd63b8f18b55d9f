/* SPDX-License-Identifier: Apache-2.0 */
/* Head and trailer of a bundle, and the sum that the trailer signs (doc/PROTOCOL.md). Layer: proto. Any thread. */
#include "bundle_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/proto/signed.h"
#include "strict_priv.h"

static const char domain[] = "verdict-bundle-v1";	/* its NUL is the separator */

void bundle_sum_begin(struct bundle_sum *s)
{
	s->frames = 0;
	sha256_begin(&s->ctx);
	sha256_add(&s->ctx, domain, sizeof(domain));
}

/*
 * Not all of a body: what is inside is signed, named by its digest or sealed, each by itself. The sum tells that
 * nothing was left out, put in or moved.
 */
void bundle_sum_add(struct bundle_sum *s, const void *head, const void *body, size_t len)
{
	const char *p = body;

	s->frames++;
	sha256_add(&s->ctx, head, FRAME_HEAD);
	if (len <= BUNDLE_WHOLE) {
		sha256_add(&s->ctx, p, len);
		return;
	}
	sha256_add(&s->ctx, p, BUNDLE_EDGE);
	sha256_add(&s->ctx, p + len - BUNDLE_EDGE, BUNDLE_EDGE);
}

struct digest bundle_sum_end(const struct bundle_sum *s)
{
	struct sha256 copy = s->ctx;

	return sha256_end(&copy);
}

/* ---- head ---- */

void bundle_head_format(struct buf *out, const struct bundle_head *h)
{
	char at[CLOCK_TEXT], epoch[EPOCH_HEX];
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "what", h->what);
	if (h->event)
		jsonw_str(&w, "ev", h->event);
	if (h->from)
		jsonw_str(&w, "replica", h->from);
	clock_format_utc(at, h->at);
	jsonw_str(&w, "created", at);
	if (h->sealed)
		jsonw_bool(&w, "sealed", true);
	if (h->has_position) {
		epoch_hex(epoch, h->epoch);
		jsonw_str(&w, "epoch", epoch);
		jsonw_int(&w, "cursor", (int64_t)h->cursor);
	}
	jsonw_end_object(&w);
}

static const char *text_of(struct strict *r, const json_t *root, const char *key)
{
	const char *text = strict_get_text(r, root, key, STRICT_ID_MAX);

	return text && *text ? text : NULL;
}

enum status bundle_head_parse(struct bundle_head *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "head of the bundle" };
	struct bundle_head h = { .what = NULL };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, BUNDLE_HEAD_MAX);

	if (st)
		return st;
	if (strict_get_int(&r, root, "v", 1, INT64_MAX, true) != 1 && !r.st)
		r.st = status_set(STATUS_NEWER, "%s: written by a newer version", r.what);
	h.what = text_of(&r, root, "what");
	h.event = text_of(&r, root, "ev");
	h.from = text_of(&r, root, "replica");
	if (json_object_get(root, "created"))
		h.at = strict_need_time(&r, root, "created");
	h.sealed = json_is_true(json_object_get(root, "sealed"));
	if (json_object_get(root, "epoch")) {
		h.has_position = true;
		strict_need_epoch(&r, h.epoch, root, "epoch");
		h.cursor = (uint64_t)strict_get_int(&r, root, "cursor", 0, INT64_MAX, true);
	}
	json_decref(root);
	if (!r.st)
		*out = h;
	return r.st;
}

/* ---- trailer ---- */

enum status trailer_sign(struct buf *out, const struct trailer *t, const struct key *k)
{
	char hex[DIGEST_HEX];
	struct jsonw w;
	struct buf b;

	buf_init(&b, BUNDLE_HEAD_MAX);
	digest_hex(hex, &t->sum);
	jsonw_init(&w, &b, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_int(&w, "frames", (int64_t)t->frames);
	jsonw_str(&w, "sum", hex);
	jsonw_end_object(&w);
	signed_add(out, k, BUNDLE_TYPE, b.ptr, b.len);
	buf_done(&b);
	return out->err;
}

enum status trailer_open(struct trailer *out, const void *ptr, size_t len)
{
	struct strict r = { .what = "trailer of the bundle" };
	struct trailer t = { .frames = 0 };
	struct envelope e;
	json_t *root;
	enum status st = signed_open(&e, BUNDLE_TYPE, ptr, len, NULL);

	if (!st)
		st = strict_load(&root, r.what, e.payload, e.len, BUNDLE_HEAD_MAX);
	if (st)
		return st;
	if (strict_get_int(&r, root, "v", 1, INT64_MAX, true) != 1 && !r.st)
		r.st = status_set(STATUS_NEWER, "%s: written by a newer version", r.what);
	t.frames = (uint64_t)strict_get_int(&r, root, "frames", 0, INT64_MAX, true);
	strict_get_digest(&r, &t.sum, root, "sum", true);
	memcpy(t.signer, e.public_key, KEY_PUBLIC);
	json_decref(root);
	if (!r.st)
		*out = t;
	return r.st;
}
