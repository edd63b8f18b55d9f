/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hub has of a replica's chain, and who works on which TI: JSON there and back
 * (doc/PROTOCOL.md, Exchange). Layer: proto. Any thread.
 */
#include "verdict/proto/answer.h"

#include <string.h>
#include "verdict/base/jsonw.h"
#include "verdict/model/record.h"
#include "strict_priv.h"

static void write_end(struct jsonw *w, const char *replica, uint64_t n, const struct digest *rid)
{
	char hex[DIGEST_HEX];

	jsonw_str(w, "rep", replica);
	jsonw_int(w, "n", (int64_t)n);
	if (n == 0)
		return;
	digest_hex(hex, rid);
	jsonw_str(w, "rid", hex);
}

/* rep, n, and the rid of record n, which is absent exactly where n is 0. */
static void read_end(
	struct strict *r, const char **replica, uint64_t *n, struct digest *rid, const json_t *root)
{
	*replica = strict_need_key_id(r, root, "rep");
	*n = (uint64_t)strict_get_int(r, root, "n", 0, INT64_MAX, true);
	if (strict_get_digest(r, rid, root, "rid", *n > 0) && *n == 0)
		strict_fail(r, "rid", "where there is no record");
}

void have_ask_write(struct buf *out, const struct have_ask *h)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	write_end(&w, h->replica, h->n, &h->rid);
	jsonw_end_object(&w);
}

enum status have_ask_read(struct have_ask *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "offer" };
	struct have_ask h = { 0 };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	read_end(&r, &h.replica, &h.n, &h.rid, root);
	json_decref(root);
	if (!r.st)
		*out = h;
	return r.st;
}

enum status participant_ask_read(struct participant_ask *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "status" };
	struct participant_ask p = { NULL, NULL };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	p.status = strict_need_id(&r, root, "status");
	p.comment = strict_get_text(&r, root, "comment", RECORD_REASON_MAX);
	json_decref(root);
	if (!r.st)
		*out = p;
	return r.st;
}

void have_answer_write(struct buf *out, const struct have_answer *h)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	write_end(&w, h->replica, h->n, &h->rid);
	jsonw_array(&w, "want");
	for (size_t i = 0; i < h->n_want; i++) {
		jsonw_array(&w, NULL);
		jsonw_int(&w, NULL, (int64_t)h->want[i].from);
		jsonw_int(&w, NULL, (int64_t)h->want[i].to);
		jsonw_end_array(&w);
	}
	jsonw_end_array(&w);
	jsonw_bool(&w, "fork", h->fork);
	jsonw_end_object(&w);
}

/* [[from, to], …], ascending, not touching, below n. */
static void read_want(struct strict *r, struct have_answer *h, const json_t *root)
{
	const json_t *list = strict_get_list(r, &h->n_want, root, "want", HAVE_RANGES_MAX);
	json_int_t floor = 0;

	for (size_t i = 0; i < h->n_want; i++) {
		const json_t *pair = json_array_get(list, i);
		const json_t *from = json_array_get(pair, 0), *to = json_array_get(pair, 1);

		if (json_array_size(pair) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
			json_integer_value(from) <= floor ||
			json_integer_value(to) < json_integer_value(from) ||
			(uint64_t)json_integer_value(to) >= h->n) {
			strict_fail(r, "want", "want ascending ranges below n");
			return;
		}
		h->want[i].from = (uint64_t)json_integer_value(from);
		h->want[i].to = (uint64_t)json_integer_value(to);
		floor = json_integer_value(to);
	}
}

enum status have_answer_read(struct have_answer *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "answer to the offer" };
	struct have_answer h = { 0 };
	const json_t *fork;
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	read_end(&r, &h.replica, &h.n, &h.rid, root);
	read_want(&r, &h, root);
	fork = json_object_get(root, "fork");
	if (fork && !json_is_boolean(fork))
		strict_fail(&r, "fork", "want true or false");
	h.fork = json_is_true(fork);
	json_decref(root);
	if (!r.st)
		*out = h;
	return r.st;
}

void claim_ask_write(struct buf *out, enum claim_verb verb, const struct claim_ask *c)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	if (verb == CLAIM_TAKE) {
		jsonw_str(&w, "ti", c->ti);
		jsonw_str(&w, "nonce", c->nonce);
	}
	if (verb == CLAIM_TAKE || verb == CLAIM_RENEW)
		jsonw_int(&w, "ttl", c->ttl_s);
	if (c->fence && verb != CLAIM_FORCE)
		jsonw_int(&w, "fence", (int64_t)c->fence);
	if (verb == CLAIM_HOLD)
		jsonw_int(&w, "hours", c->hours);
	if (verb == CLAIM_FORCE)
		jsonw_str(&w, "why", c->why);
	jsonw_end_object(&w);
}

enum status claim_ask_read(
	struct claim_ask *out, struct arena *a, enum claim_verb verb, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "claim" };
	struct claim_ask c = { 0 };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	if (verb == CLAIM_TAKE) {
		c.ti = strict_need_id(&r, root, "ti");
		c.nonce = arena_str(a, strict_peek_text(&r, root, "nonce", CLAIM_NONCE_MAX, true));
		if (c.nonce && *c.nonce == '\0')
			strict_fail(&r, "nonce", "is empty");
	}
	if (verb == CLAIM_TAKE || verb == CLAIM_RENEW)
		c.ttl_s = strict_get_int(&r, root, "ttl", 1, CLAIM_TTL_MAX, true);
	if (verb == CLAIM_RENEW || verb == CLAIM_HOLD ||
		(verb == CLAIM_TAKE && json_object_get(root, "fence")))
		c.fence = (uint64_t)strict_get_int(&r, root, "fence", 1, INT64_MAX, true);
	if (verb == CLAIM_HOLD)
		c.hours = (int)strict_get_int(&r, root, "hours", 1, CLAIM_HOLD_MAX, true);
	if (verb == CLAIM_FORCE)
		c.why = arena_str(a, strict_peek_text(&r, root, "why", ANSWER_TEXT_MAX, true));
	if (c.why && *c.why == '\0')
		strict_fail(&r, "why", "is empty");
	json_decref(root);
	if (!r.st)
		*out = c;
	return r.st;
}

void claim_answer_write(struct buf *out, const struct claim_answer *c)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "ti", c->ti);
	jsonw_int(&w, "fence", (int64_t)c->fence);
	jsonw_int(&w, "ttl", c->ttl_s);
	jsonw_str(&w, "who", c->who);
	jsonw_end_object(&w);
}

enum status claim_answer_read(
	struct claim_answer *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "answer to the claim" };
	struct claim_answer c = { 0 };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	c.ti = strict_need_id(&r, root, "ti");
	c.who = strict_need_id(&r, root, "who");
	c.fence = (uint64_t)strict_get_int(&r, root, "fence", 1, INT64_MAX, true);
	c.ttl_s = strict_get_int(&r, root, "ttl", 0, INT64_MAX, true);
	json_decref(root);
	if (!r.st)
		*out = c;
	return r.st;
}
