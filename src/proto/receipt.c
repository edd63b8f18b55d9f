/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts: the hub's signed answer to a batch (doc/PROTOCOL.md). Layer: proto. Any thread. */
#include "verdict/proto/receipt.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/proto/signed.h"
#include "strict_priv.h"

#define FLAG_COUNT 8
#define FLAGS_MAX 32

static const char *const answers[] = { "stored", "duplicate", "flagged", "refused" };
static const char *const flags[FLAG_COUNT] = {
	"neutrality", "late", "clock", "fork", "revoked", "unknown-type", "other",
	"role",
};

const char *receipt_answer_name(enum receipt_answer a)
{
	return (size_t)a < 4 ? answers[a] : "?";
}

int receipt_answer_parse(const char *word)
{
	for (int i = 0; word && i < 4; i++)
		if (strcmp(answers[i], word) == 0)
			return i;
	return -1;
}

const char *receipt_flag_name(enum receipt_flag f)
{
	for (unsigned int i = 0; i < FLAG_COUNT; i++)
		if ((unsigned int)f == 1u << i)
			return flags[i];
	return "?";
}

int receipt_flag_parse(const char *word)
{
	for (int i = 0; word && i < FLAG_COUNT; i++)
		if (strcmp(flags[i], word) == 0)
			return 1 << i;
	return -1;
}

void epoch_hex(char out[EPOCH_HEX], const uint8_t epoch[EPOCH_BYTES])
{
	struct digest wide = { { 0 } };
	char hex[DIGEST_HEX];

	memcpy(wide.b, epoch, EPOCH_BYTES);
	digest_hex(hex, &wide);
	memcpy(out, hex, EPOCH_HEX - 1);
	out[EPOCH_HEX - 1] = '\0';
}

bool epoch_parse(uint8_t out[EPOCH_BYTES], const char *hex)
{
	char wide[DIGEST_HEX];
	struct digest d;

	if (strlen(hex) != EPOCH_HEX - 1)
		return false;
	memset(wide, '0', DIGEST_HEX - 1);
	wide[DIGEST_HEX - 1] = '\0';
	memcpy(wide, hex, EPOCH_HEX - 1);
	if (!digest_parse(&d, wide))
		return false;
	memcpy(out, d.b, EPOCH_BYTES);
	return true;
}

static void write_entry(struct jsonw *w, const struct receipt_entry *e)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, &e->rid);
	jsonw_object(w, NULL);
	jsonw_str(w, "rid", hex);
	jsonw_str(w, "st", receipt_answer_name(e->answer));
	if (e->answer != ANSWER_REFUSED)
		jsonw_int(w, "seq", (int64_t)e->seq);
	if (e->flags) {
		jsonw_array(w, "flags");
		for (unsigned int i = 0; i < FLAG_COUNT; i++)
			if (e->flags & 1u << i)
				jsonw_str(w, NULL, flags[i]);
		jsonw_end_array(w);
	}
	if (e->why)
		jsonw_str(w, "why", e->why);
	jsonw_end_object(w);
}

static void write_receipt(struct jsonw *w, const struct receipt *r, const struct key *hub)
{
	char text[CLOCK_TEXT], epoch[EPOCH_HEX];

	epoch_hex(epoch, r->epoch);
	clock_format_utc(text, r->at);
	jsonw_object(w, NULL);
	jsonw_int(w, "v", 1);
	jsonw_str(w, "ev", r->event);
	jsonw_str(w, "hub", key_id(hub));
	jsonw_str(w, "epoch", epoch);
	jsonw_int(w, "size", (int64_t)r->size);
	jsonw_str(w, "at", text);
	jsonw_array(w, "res");
	for (size_t i = 0; i < r->n; i++)
		write_entry(w, &r->entries[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
}

enum status receipt_sign(struct buf *out, const struct receipt *r, const struct key *hub)
{
	enum status st = STATUS_OK;
	struct jsonw w;
	struct buf b;

	if (r->n > BATCH_RECORDS_MAX)
		return status_set(STATUS_LIMIT, "receipt: %zu records, at most %d fit", r->n, BATCH_RECORDS_MAX);
	buf_init(&b, SIGNED_PAYLOAD_MAX);
	jsonw_init(&w, &b, false);
	write_receipt(&w, r, hub);
	if (!b.err)
		signed_add(out, hub, RECEIPT_TYPE, b.ptr, b.len);
	if (b.err || out->err)
		st = status_set(STATUS_LIMIT, "receipt: larger than a document may be");
	buf_done(&b);
	return st;
}

static unsigned int read_flags(struct strict *r, const json_t *item)
{
	unsigned int found = 0;
	size_t n;
	const json_t *list = strict_get_list(r, &n, item, "flags", FLAGS_MAX);

	for (size_t i = 0; i < n; i++) {
		const char *word = json_string_value(json_array_get(list, i));
		int flag = receipt_flag_parse(word);

		if (!word)
			strict_fail(r, "flags", "want strings");
		else	/* a newer hub may have more */
			found |= flag < 0 ? FLAG_OTHER : (unsigned int)flag;
	}
	return found;
}

static void read_entry(struct strict *r, struct receipt_entry *e, const json_t *item)
{
	bool refused;

	strict_get_digest(r, &e->rid, item, "rid", true);
	e->answer = (enum receipt_answer)strict_need_word(r, item, "st", receipt_answer_parse);
	refused = e->answer == ANSWER_REFUSED;
	if (!refused)
		e->seq = (uint64_t)strict_get_int(r, item, "seq", 1, INT64_MAX, true);
	e->flags = read_flags(r, item);
	if ((e->answer == ANSWER_FLAGGED) != (e->flags != 0) && e->answer != ANSWER_DUPLICATE)
		strict_fail(r, "flags", "do not fit the answer");
	e->why = strict_get_text(r, item, "why", RECEIPT_WHY_MAX);
	if (refused && !e->why)
		strict_fail(r, "why", "is missing");
}

enum status receipt_open(struct receipt *out, struct arena *a, const void *ptr, size_t len,
	const uint8_t hub_key[KEY_PUBLIC])
{
	struct strict r = { .a = a, .what = "receipt" };
	const json_t *list, *item;
	struct receipt got = { 0 };
	char id[KEY_ID];
	json_t *root;
	enum status st = signed_load(&root, NULL, &r, RECEIPT_TYPE, ptr, len, hub_key, SIGNED_PAYLOAD_MAX);

	if (st)
		return st;
	got.event = strict_need_id(&r, root, "ev");
	got.hub = strict_need_key_id(&r, root, "hub");
	key_id_of(id, hub_key);
	if (got.hub && strcmp(got.hub, id) != 0)
		strict_fail(&r, "hub", "is not the key that signed");
	strict_need_epoch(&r, got.epoch, root, "epoch");
	got.size = (uint64_t)strict_get_int(&r, root, "size", 0, INT64_MAX, true);
	got.at = strict_need_time(&r, root, "at");
	list = strict_get_list(&r, &got.n, root, "res", BATCH_RECORDS_MAX);
	if (!list)
		strict_fail(&r, "res", "is missing");
	got.entries = arena_array(a, struct receipt_entry, got.n);
	for (size_t i = 0; i < got.n && (item = strict_list_item(&r, list, "res", i)); i++) {
		read_entry(&r, &got.entries[i], item);
		if (got.entries[i].seq > got.size)
			strict_fail(&r, "seq", "is over the size of the feed");
	}
	json_decref(root);
	if (!r.st)
		*out = got;
	return r.st;
}

const struct receipt_entry *receipt_find(const struct receipt *r, const struct digest *rid)
{
	for (size_t i = 0; i < r->n; i++)
		if (digest_equal(&r->entries[i].rid, rid))
			return &r->entries[i];
	return NULL;
}
