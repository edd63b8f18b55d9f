/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What entries of a feed hold: records, changed flags, claims, revocations; and checkpoints, which prove them
 * (doc/PROTOCOL.md, Feed). Layer: proto. Any thread.
 */
#include "verdict/proto/feed.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/model/record.h"
#include "verdict/proto/signed.h"
#include "strict_priv.h"

#define RECORD_TAIL (KEY_PUBLIC + KEY_SIGNATURE)
#define BODY_MAX 16384	/* bytes of a claim or revocation */
#define FLAGS_BODY (sizeof(struct digest) + 2)

void feed_record_add(struct buf *body, const struct envelope *e)
{
	buf_add(body, e->payload, e->len);
	buf_add(body, e->public_key, KEY_PUBLIC);
	buf_add(body, e->signature, KEY_SIGNATURE);
}

enum status feed_record(struct envelope *out, const struct feed_entry *e)
{
	if (e->len <= RECORD_TAIL)
		return status_set(STATUS_INVALID, "feed: a record of no bytes");
	if (e->len - RECORD_TAIL > RECORD_PAYLOAD_MAX)
		return status_set(STATUS_LIMIT, "feed: a record of %zu bytes, more than %d", e->len - RECORD_TAIL,
			RECORD_PAYLOAD_MAX);
	out->payload = e->body;
	out->len = e->len - RECORD_TAIL;
	out->public_key = (const uint8_t *)e->body + out->len;
	out->signature = out->public_key + KEY_PUBLIC;
	return STATUS_OK;
}

void feed_flags_add(struct buf *body, const struct digest *rid, unsigned int flags)
{
	buf_add(body, rid->b, sizeof(rid->b));
	buf_addc(body, (char)(flags & 255));
	buf_addc(body, (char)(flags >> 8 & 255));
}

enum status feed_flags(struct digest *rid_out, unsigned int *flags_out, const struct feed_entry *e)
{
	const unsigned char *p = (const unsigned char *)e->body;

	if (e->len != FLAGS_BODY)
		return status_set(STATUS_INVALID, "feed: changed flags of %zu bytes", e->len);
	memcpy(rid_out->b, p, sizeof(rid_out->b));
	*flags_out = p[32] | (unsigned int)p[33] << 8;
	return STATUS_OK;
}

static const char *const states[] = { "held", "renewed", "released", "forced", "hold" };
#define STATE_COUNT 5

const char *feed_claim_state_name(enum feed_claim_state s)
{
	return (size_t)s < STATE_COUNT ? states[s] : "?";
}

int feed_claim_state_parse(const char *word)
{
	for (int i = 0; word && i < STATE_COUNT; i++)
		if (strcmp(states[i], word) == 0)
			return i;
	return -1;
}

enum status feed_claim_format(struct buf *out, const struct feed_claim *c)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "ti", c->ti);
	jsonw_str(&w, "state", feed_claim_state_name(c->state));
	jsonw_str(&w, "who", c->who);
	jsonw_str(&w, "rep", c->replica);
	jsonw_int(&w, "fence", (int64_t)c->fence);
	jsonw_int(&w, "at", c->at);
	jsonw_int(&w, "ttl", c->ttl_s);
	if (c->why)
		jsonw_str(&w, "why", c->why);
	jsonw_end_object(&w);
	return out->err;
}

static enum status newer(const char *what)
{
	return status_set(STATUS_NEWER, "%s: written by a newer version", what);
}

enum status feed_claim_parse(struct feed_claim *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "claim" };
	struct feed_claim c = { 0 };
	json_t *root;
	enum status st = strict_load(&root, "claim", ptr, len, BODY_MAX);

	if (st)
		return st;
	if (strict_get_int(&r, root, "v", 1, INT64_MAX, true) != 1 && !r.st) {
		json_decref(root);
		return newer("claim");
	}
	c.ti = strict_need_id(&r, root, "ti");
	c.state = (enum feed_claim_state)strict_need_word(&r, root, "state", feed_claim_state_parse);
	c.who = strict_need_id(&r, root, "who");
	c.replica = strict_need_key_id(&r, root, "rep");
	c.fence = (uint64_t)strict_get_int(&r, root, "fence", 1, INT64_MAX, true);
	c.at = strict_get_int(&r, root, "at", 0, INT64_MAX, true);
	c.ttl_s = strict_get_int(&r, root, "ttl", 0, INT32_MAX, true);
	c.why = strict_get_text(&r, root, "why", RECORD_REASON_MAX);
	json_decref(root);
	if (!r.st)
		*out = c;
	return r.st;
}

enum status feed_revocation_format(struct buf *out, const struct feed_revocation *v)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "rep", v->replica);
	jsonw_int(&w, "at", v->at);
	jsonw_str(&w, "why", v->why ? v->why : "");
	jsonw_str(&w, "by", v->by ? v->by : "");
	jsonw_end_object(&w);
	return out->err;
}

enum status feed_revocation_parse(struct feed_revocation *out, struct arena *a, const char *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "revocation" };
	struct feed_revocation v = { 0 };
	json_t *root;
	enum status st = strict_load(&root, "revocation", ptr, len, BODY_MAX);

	if (st)
		return st;
	if (strict_get_int(&r, root, "v", 1, INT64_MAX, true) != 1 && !r.st) {
		json_decref(root);
		return newer("revocation");
	}
	v.replica = strict_need_key_id(&r, root, "rep");
	v.at = strict_get_int(&r, root, "at", 0, INT64_MAX, true);
	v.why = strict_get_text(&r, root, "why", RECORD_REASON_MAX);
	v.by = strict_get_text(&r, root, "by", STRICT_ID_MAX);
	json_decref(root);
	if (!r.st)
		*out = v;
	return r.st;
}

enum status checkpoint_sign(struct buf *out, const struct checkpoint *c, const struct key *hub)
{
	char root[DIGEST_HEX], epoch[EPOCH_HEX], at[CLOCK_TEXT];
	struct jsonw w;
	struct buf b;

	digest_hex(root, &c->root);
	epoch_hex(epoch, c->epoch);
	clock_format_utc(at, c->at);
	buf_init(&b, BODY_MAX);
	jsonw_init(&w, &b, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "ev", c->event);
	jsonw_str(&w, "hub", key_id(hub));
	jsonw_str(&w, "epoch", epoch);
	jsonw_int(&w, "size", (int64_t)c->size);
	jsonw_str(&w, "root", root);
	jsonw_str(&w, "at", at);
	jsonw_end_object(&w);
	if (!b.err)
		signed_add(out, hub, CHECKPOINT_TYPE, b.ptr, b.len);
	else
		out->err = b.err;
	buf_done(&b);
	return out->err;
}

static enum status read_checkpoint(struct checkpoint *out, struct arena *a, const json_t *root,
	const uint8_t *hub_key)
{
	struct strict r = { .a = a, .what = "checkpoint" };
	struct checkpoint c = { 0 };
	char id[KEY_ID];

	if (strict_get_int(&r, root, "v", 1, INT64_MAX, true) != 1 && !r.st)
		return newer("checkpoint");
	c.event = strict_need_id(&r, root, "ev");
	c.hub = strict_need_key_id(&r, root, "hub");
	key_id_of(id, hub_key);
	if (c.hub && strcmp(c.hub, id) != 0)
		strict_fail(&r, "hub", "is not the key that signed");
	strict_need_epoch(&r, c.epoch, root, "epoch");
	c.size = (uint64_t)strict_get_int(&r, root, "size", 0, INT64_MAX, true);
	strict_get_digest(&r, &c.root, root, "root", true);
	c.at = strict_need_time(&r, root, "at");
	if (!r.st)
		*out = c;
	return r.st;
}

enum status checkpoint_open(struct checkpoint *out, struct arena *a, const void *ptr, size_t len,
	const uint8_t hub_key[KEY_PUBLIC])
{
	struct envelope e;
	enum status st = signed_open(&e, CHECKPOINT_TYPE, ptr, len, hub_key);
	json_t *root;

	if (st)
		return st;
	st = strict_load(&root, "checkpoint", e.payload, e.len, BODY_MAX);
	if (st)
		return st;
	st = read_checkpoint(out, a, root, hub_key);
	json_decref(root);
	return st;
}
