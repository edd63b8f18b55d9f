/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a hub is, how far its feed is, what it lacks, and how it says no: JSON there and back
 * (doc/PROTOCOL.md, Exchange). Layer: proto. Any thread.
 */
#include "verdict/proto/answer.h"

#include <limits.h>
#include <string.h>
#include "verdict/base/jsonw.h"
#include "strict_priv.h"

#define VERSION_TEXT_MAX 100
#define NONCE_MAX 200
#define TOKEN_MAX 200
#define PROTO_LIST_MAX 32

static void write_root(struct jsonw *w, const char *key, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	jsonw_str(w, key, hex);
}

static void write_epoch(struct jsonw *w, const uint8_t epoch[EPOCH_BYTES])
{
	char hex[EPOCH_HEX];

	epoch_hex(hex, epoch);
	jsonw_str(w, "epoch", hex);
}

static void write_versions(struct jsonw *w)
{
	jsonw_array(w, "proto");
	jsonw_int(w, NULL, PROTO_VERSION);
	jsonw_end_array(w);
}

/* Is there a version that both speak? */
static void read_versions(struct strict *r, const json_t *root)
{
	size_t n;
	const json_t *list = strict_get_list(r, &n, root, "proto", PROTO_LIST_MAX);

	for (size_t i = 0; i < n; i++)
		if (json_integer_value(json_array_get(list, i)) == PROTO_VERSION)
			return;
	if (!r->st && n == 0)
		strict_fail(r, "proto", "is missing");
	else if (!r->st)
		r->st = status_set(STATUS_NEWER,
			"%s: the hub speaks no version of the protocol that this program "
			"speaks; update it",
			r->what);
}

void hello_write(struct buf *out, const struct hello *h)
{
	struct digest key;
	struct jsonw w;

	memcpy(key.b, h->key, sizeof(key.b));
	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	write_versions(&w);
	jsonw_str(&w, "version", h->version);
	jsonw_str(&w, "hub", h->hub);
	write_root(&w, "key", &key);
	jsonw_int(&w, "now", h->now);
	jsonw_str(&w, "nonce", h->nonce);
	jsonw_end_object(&w);
}

enum status hello_read(struct hello *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "hello of the hub" };
	struct digest key = { { 0 } };
	struct hello h = { 0 };
	char id[KEY_ID];
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	read_versions(&r, root);
	h.version = arena_str(a, strict_peek_text(&r, root, "version", VERSION_TEXT_MAX, true));
	h.hub = strict_need_key_id(&r, root, "hub");
	strict_get_digest(&r, &key, root, "key", true);
	memcpy(h.key, key.b, sizeof(h.key));
	key_id_of(id, h.key);
	if (h.hub && strcmp(h.hub, id) != 0)
		strict_fail(&r, "hub", "is not the id of the key");
	h.now = strict_get_int(&r, root, "now", 0, INT64_MAX, true);
	h.nonce = arena_str(a, strict_peek_text(&r, root, "nonce", NONCE_MAX, true));
	json_decref(root);
	if (!r.st)
		*out = h;
	return r.st;
}

void session_answer_write(struct buf *out, const struct session_answer *s)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "token", s->token);
	jsonw_int(&w, "ttl", s->ttl_s);
	jsonw_end_object(&w);
}

/* It goes into a header, so its letters are checked. */
static const char *read_token(struct strict *r, const json_t *root)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *token = arena_str(r->a, strict_peek_text(r, root, "token", TOKEN_MAX, true));

	if (token && (*token == '\0' || strspn(token, letters) != strlen(token)))
		strict_fail(r, "token", "want base64url");
	return token;
}

enum status session_answer_read(
	struct session_answer *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "session" };
	struct session_answer s = { 0 };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	s.token = read_token(&r, root);
	s.ttl_s = strict_get_int(&r, root, "ttl", 1, INT_MAX, true);
	json_decref(root);
	if (!r.st)
		*out = s;
	return r.st;
}

void event_hello_write(struct buf *out, const struct event_hello *h)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	write_versions(&w);
	jsonw_str(&w, "hub", h->hub);
	write_epoch(&w, h->epoch);
	jsonw_object(&w, "head");
	jsonw_int(&w, "size", (int64_t)h->size);
	write_root(&w, "root", &h->root);
	jsonw_end_object(&w);
	jsonw_int(&w, "now", h->now);
	jsonw_object(&w, "limits");
	jsonw_int(&w, "records", h->max_records);
	jsonw_int(&w, "bytes", h->max_bytes);
	jsonw_int(&w, "page", h->max_page);
	jsonw_end_object(&w);
	jsonw_end_object(&w);
}

enum status event_hello_read(struct event_hello *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "hello of the event" };
	struct event_hello h = { 0 };
	const json_t *head, *limits;
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	read_versions(&r, root);
	h.hub = strict_need_key_id(&r, root, "hub");
	strict_need_epoch(&r, h.epoch, root, "epoch");
	h.now = strict_get_int(&r, root, "now", 0, INT64_MAX, true);
	head = strict_get_object(&r, root, "head", true);
	h.size = (uint64_t)strict_get_int(&r, head, "size", 0, INT64_MAX, true);
	strict_get_digest(&r, &h.root, head, "root", true);
	limits = strict_get_object(&r, root, "limits", true);
	h.max_records = (unsigned int)strict_get_int(&r, limits, "records", 1, INT_MAX, true);
	h.max_bytes = (unsigned int)strict_get_int(&r, limits, "bytes", 1, INT_MAX, true);
	h.max_page = (unsigned int)strict_get_int(&r, limits, "page", 1, INT_MAX, true);
	json_decref(root);
	if (!r.st)
		*out = h;
	return r.st;
}

static const struct { const char *word; int http;
} refusals[] = {
	[REFUSAL_BAD_REQUEST] = { "bad-request", 400 },
	[REFUSAL_UNAUTHORISED] = { "unauthorised", 401 },
	[REFUSAL_FORBIDDEN] = { "forbidden", 403 },
	[REFUSAL_NOT_FOUND] = { "not-found", 404 },
	[REFUSAL_CONFLICT] = { "conflict", 409 },
	[REFUSAL_GONE] = { "gone", 410 },
	[REFUSAL_TOO_LARGE] = { "too-large", 413 },
	[REFUSAL_BUSY] = { "busy", 429 },
	[REFUSAL_UNAVAILABLE] = { "unavailable", 503 },
	[REFUSAL_NEWER] = { "newer", 426 },
	[REFUSAL_OTHER] = { "other", 500 },
};
#define REFUSALS (sizeof(refusals) / sizeof(*refusals))

const char *refusal_name(enum refusal_kind k)
{
	return refusals[k].word;
}

int refusal_http_status(enum refusal_kind k)
{
	return refusals[k].http;
}

void refusal_write(struct buf *out, const struct refusal *r)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "error", refusal_name(r->kind));
	jsonw_str(&w, "message", r->message);
	if (r->retry_s)
		jsonw_int(&w, "retry", r->retry_s);
	if (r->reset) {
		jsonw_bool(&w, "reset", true);
		write_epoch(&w, r->epoch);
	}
	if (r->who) {
		jsonw_str(&w, "who", r->who);
		jsonw_int(&w, "since_s", r->since_s);
		jsonw_int(&w, "ttl", r->ttl_s);
	}
	jsonw_end_object(&w);
}

static enum refusal_kind read_kind(const char *word)
{
	size_t k = 0;

	while (k < REFUSAL_OTHER && (!word || strcmp(word, refusals[k].word) != 0))
		k++;
	return (enum refusal_kind)k;
}

enum status refusal_read(struct refusal *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "answer of the hub" };
	struct refusal f = { 0 };
	json_t *root;
	enum status st = strict_load(&root, r.what, ptr, len, ANSWER_MAX);

	if (st)
		return st;
	f.kind = read_kind(strict_peek_text(&r, root, "error", STRICT_ID_MAX, true));
	f.message = arena_str(a, strict_peek_text(&r, root, "message", ANSWER_TEXT_MAX, true));
	f.retry_s = strict_get_int(&r, root, "retry", 0, INT_MAX, false);
	f.reset = json_is_true(json_object_get(root, "reset"));
	if (f.reset)
		strict_need_epoch(&r, f.epoch, root, "epoch");
	f.who = strict_get_text(&r, root, "who", STRICT_ID_MAX);
	f.since_s = strict_get_int(&r, root, "since_s", 0, INT64_MAX, false);
	f.ttl_s = strict_get_int(&r, root, "ttl", 0, INT64_MAX, false);
	json_decref(root);
	if (!r.st)
		*out = f;
	return r.st;
}
