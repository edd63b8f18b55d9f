/* SPDX-License-Identifier: Apache-2.0 */
/* The hub in memory of the tests; see feed_fixture.h. */
#include "tests/unit/feed_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/test.h"
#include "verdict/base/mem.h"
#include "verdict/proto/payload.h"

static const char persons[] = "[{\"id\":\"A\",\"name\":\"Ahn\",\"roles\":[\"monitor\"]},"
	"{\"id\":\"B\",\"name\":\"Baek\",\"roles\":[\"monitor\"]},{\"id\":\"L\",\"name\":\"Lead\",\"roles\":[\"monitor\",\"lead\"]},"
	"{\"id\":\"O\",\"name\":\"Obs\",\"roles\":[\"observer\"]}]";
static const char ti_2[] = "{\"id\":\"1002\",\"test\":\"T1\",\"status\":\"critical\",\"since\":\"2026-11-24T11:00:00+09:00\","
	"\"revision\":3,\"participants\":[{\"role\":\"source\",\"system\":\"S2\"}]}";

static void must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "hub fixture: %s: %s\n", what, status_message());
		abort();
	}
}

static void fake_hub_add(struct fake_hub *h, char type, unsigned int flags, const void *body, size_t len)
{
	const struct feed_entry e = { h->entries.len + 1, type, flags, body, len };
	struct fake_entry one = { .type = type };
	struct envelope env;
	struct buf b;

	buf_init(&b, FEED_PAGE_MAX);
	feed_entry_add(&b, &e);
	must(b.err == STATUS_OK, "entry");
	if (type == FEED_RECORD && feed_record(&env, &e) == STATUS_OK)
		one.rid = record_rid(env.payload, env.len);
	one.len = b.len;
	one.bytes = buf_take(&b);
	vec_push(&h->entries, one);
}

void fake_hub_text(struct fake_hub *h, char type, const char *body)
{
	fake_hub_add(h, type, 0, body, strlen(body));
}

struct fake_hub *fake_hub_new(void)
{
	static const struct { char type; const char *member; } documents[] = { { 'E', "event.json" }, { 'C', "catalogue.json" },
		{ 'O', "organisations.json" }, { 'S', "systems.json" } };
	struct fake_hub *h = mem_zalloc(sizeof(*h));
	size_t i;

	crypto_init();
	must(key_new(&h->key) == STATUS_OK, "key");
	random_bytes(h->epoch, EPOCH_BYTES);
	h->now = FIXTURE_NOW;
	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		fake_hub_text(h, documents[i].type, pack_good(documents[i].member));
	fake_hub_text(h, 'P', persons);
	fake_hub_text(h, 'I', PACK_TI_1);
	fake_hub_text(h, 'I', ti_2);
	return h;
}

static void drop_from(struct fake_hub *h, size_t keep)
{
	while (h->entries.len > keep)
		mem_free(h->entries.at[--h->entries.len].bytes);
}

void fake_hub_free(struct fake_hub *h)
{
	drop_from(h, 0);
	vec_done(&h->entries);
	key_free(h->key);
	mem_free(h);
}

void fake_hub_restore(struct fake_hub *h, size_t keep)
{
	random_bytes(h->epoch, EPOCH_BYTES);
	drop_from(h, keep);
}

void fake_hub_claim(struct fake_hub *h, const char *ti, const char *who, const char *replica, enum feed_claim_state state,
	uint64_t fence, int64_t ttl_s)
{
	const struct feed_claim c = { .ti = ti, .who = who, .replica = replica, .state = state, .fence = fence, .at = h->now,
		.ttl_s = ttl_s, .why = state == LEASE_FORCED ? "gone home" : NULL };
	struct buf b;

	buf_init(&b, 65536);
	must(feed_claim_format(&b, &c) == STATUS_OK, "claim");
	fake_hub_add(h, FEED_CLAIM, 0, b.ptr, b.len);
	buf_done(&b);
}

void fake_hub_flags(struct fake_hub *h, const struct digest *rid, unsigned int flags)
{
	struct buf b;

	buf_init(&b, 1024);
	feed_flags_add(&b, rid, flags);
	fake_hub_add(h, FEED_FLAGS, 0, b.ptr, b.len);
	buf_done(&b);
}

void fake_hub_revoke(struct fake_hub *h, const char *replica)
{
	const struct feed_revocation r = { replica, "L", "laptop lost", h->now };
	struct buf b;

	buf_init(&b, 65536);
	must(feed_revocation_format(&b, &r) == STATUS_OK, "revocation");
	fake_hub_add(h, FEED_REVOCATION, 0, b.ptr, b.len);
	buf_done(&b);
}

void fake_hub_certify(struct buf *out, struct fake_hub *h, const uint8_t key[KEY_PUBLIC], const char *who,
	unsigned int roles, bool silent)
{
	struct certificate c = { .event = "ev", .who = who, .name = who, .roles = roles, .from = FIXTURE_NOW - 1000,
		.to = FIXTURE_NOW + INT64_C(864000000) };

	memcpy(c.key, key, KEY_PUBLIC);
	must(certificate_sign(out, &c, h->key) == STATUS_OK, "certificate");
	if (!silent)
		fake_hub_add(h, FEED_CERTIFICATE, 0, out->ptr, out->len);
}

void fake_hub_page(struct buf *out, struct fake_hub *h, uint64_t since, unsigned int limit)
{
	struct checkpoint c = { .event = "ev", .at = h->now };
	struct buf document;
	uint64_t i, end = since + limit < h->entries.len ? since + limit : h->entries.len;

	memcpy(c.epoch, h->epoch, EPOCH_BYTES);
	c.size = end;
	feed_root_begin(&c.root, "ev");
	page_begin(out, since + 1);
	for (i = 0; i < end; i++) {
		feed_root_add(&c.root, h->entries.at[i].bytes, h->entries.at[i].len);
		if (i >= since)
			page_add_bytes(out, h->entries.at[i].bytes, h->entries.at[i].len);
	}
	buf_init(&document, 65536);
	must(checkpoint_sign(&document, &c, h->key) == STATUS_OK, "checkpoint");
	page_end(out, end < h->entries.len, h->entries.len, h->now, document.ptr, document.len);
	must(out->err == STATUS_OK, "page");
	buf_done(&document);
}

static uint64_t seq_of(const struct fake_hub *h, const struct digest *rid, unsigned int *flags)
{
	struct feed_entry e;
	size_t i, used;

	for (i = 0; i < h->entries.len; i++)
		if (h->entries.at[i].type == FEED_RECORD && digest_equal(&h->entries.at[i].rid, rid)) {
			must(feed_entry_parse(&e, &used, h->entries.at[i].bytes, h->entries.at[i].len) == STATUS_OK, "entry");
			*flags = e.flags;
			return i + 1;
		}
	return 0;
}

void fake_hub_push(struct buf *receipt_out, struct fake_hub *h, const void *batch, size_t len)
{
	struct receipt_entry entries[BATCH_RECORDS_MAX];
	struct receipt r = { .event = "ev", .at = h->now, .entries = entries };
	struct batch_reader in;
	struct envelope e;
	struct buf body;

	memcpy(r.epoch, h->epoch, EPOCH_BYTES);
	must(batch_open(&in, batch, len) == STATUS_OK, "batch");
	while (batch_next(&e, &in) == STATUS_OK) {
		struct receipt_entry *a = &entries[r.n++];

		*a = (struct receipt_entry){ .rid = record_rid(e.payload, e.len), .answer = ANSWER_DUPLICATE };
		if (h->refuse) {
			a->answer = ANSWER_REFUSED;
			a->why = h->refuse;
			continue;
		}
		a->seq = seq_of(h, &a->rid, &a->flags);
		if (a->seq)
			continue;
		buf_init(&body, RECORD_PAYLOAD_MAX + 1024);
		feed_record_add(&body, &e);
		fake_hub_add(h, FEED_RECORD, h->flags, body.ptr, body.len);
		buf_done(&body);
		a->seq = h->entries.len;
		a->flags = h->flags;
		a->answer = h->flags ? ANSWER_FLAGGED : ANSWER_STORED;
	}
	r.size = h->entries.len;
	must(receipt_sign(receipt_out, &r, h->key) == STATUS_OK, "receipt");
}

struct digest fake_hub_verdict(struct fake_hub *h, const struct key *replica, const char *who, const char *ti,
	enum outcome o, const struct digest *base, unsigned int flags)
{
	struct digest seen = base ? *base : (struct digest){ { 0 } };
	struct record rec = { .kind = RECORD_VERDICT, .event = "ev", .replica = key_id(replica), .who = who,
		.at = h->now + (int64_t)h->entries.len, .ti = ti, .outcome = o, .text = "colleague", .n = h->entries.len + 1,
		.revision = strcmp(ti, "1002") == 0 ? 3 : 1, .base = &seen, .n_base = base != NULL,
		.seen_status = strcmp(ti, "1002") == 0 ? TI_CRITICAL : TI_TO_BE_VERIFIED, .has_prev = true };
	uint8_t signature[KEY_SIGNATURE];
	struct envelope e = { .public_key = key_public(replica), .signature = signature };
	struct buf payload, body;
	struct digest rid;

	rec.hlc = (uint64_t)rec.at << 16;
	buf_init(&payload, RECORD_PAYLOAD_MAX);
	buf_init(&body, RECORD_PAYLOAD_MAX + 1024);
	must(payload_format(&payload, &rec) == STATUS_OK, "payload");
	key_sign(signature, replica, RECORD_TYPE, payload.ptr, payload.len);
	e.payload = payload.ptr;
	e.len = payload.len;
	feed_record_add(&body, &e);
	fake_hub_add(h, FEED_RECORD, flags, body.ptr, body.len);
	rid = record_rid(payload.ptr, payload.len);
	buf_done(&payload);
	buf_done(&body);
	return rid;
}

struct store *fake_console(struct fake_hub *h, const char *dir, const char *who)
{
	struct enrol_code code = { .base_url = "https://hub.example:8443", .host = "hub.example", .port = 8443, .event = "ev",
		.secret = "AAAAAAAAAAAAAAAAAAAAAA", .has_pin = true };
	struct enrol_request ask;
	struct buf request, certificate;
	struct store *st = NULL;
	struct arena a;
	bool changed;

	arena_init(&a);
	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	must(store_open(&st, dir, STORE_CREATE) == STATUS_OK, "open");
	must(store_enrol_begin(&request, st, &code, NULL, h->now) == STATUS_OK, "enrol begin");
	must(enrol_open(&ask, &a, request.ptr, request.len) == STATUS_OK, "request");
	fake_hub_certify(&certificate, h, ask.key, who, strcmp(who, "L") == 0 ? ROLE_MONITOR | ROLE_LEAD : ROLE_MONITOR, false);
	must(store_enrol_end(st, certificate.ptr, certificate.len, key_public(h->key)) == STATUS_OK, "enrol end");
	must(store_epoch(&changed, st, h->epoch) == STATUS_OK && changed, "epoch");
	buf_done(&request);
	buf_done(&certificate);
	arena_done(&a);
	return st;
}

enum status fake_pull(struct page_report *out, struct fake_hub *h, struct store *st)
{
	struct sync_state s;
	struct buf page;
	struct arena a;
	enum status code;

	arena_init(&a);
	buf_init(&page, FEED_PAGE_MAX);
	code = store_sync_state(&s, &a, st);
	if (code == STATUS_OK) {
		fake_hub_page(&page, h, s.cursor, 3);
		code = store_page(out, st, page.ptr, page.len);
	}
	buf_done(&page);
	arena_done(&a);
	return code;
}

static enum status pull_all(struct fake_hub *h, struct store *st)
{
	struct page_report r = { .more = true };
	enum status code = STATUS_OK;

	while (code == STATUS_OK && r.more)
		code = fake_pull(&r, h, st);
	return code;
}

static enum status push_all(struct fake_hub *h, struct store *st)
{
	struct buf batch, receipt;
	unsigned int changed;
	uint64_t last = 0;
	enum status code;

	buf_init(&batch, BATCH_BYTES_MAX);
	while ((code = store_unsent(&batch, &last, st, last, 2, 0)) == STATUS_OK) {
		buf_init(&receipt, 1 << 20);
		fake_hub_push(&receipt, h, batch.ptr, batch.len);
		code = store_receipt(&changed, st, batch.ptr, batch.len, receipt.ptr, receipt.len);
		buf_done(&receipt);
		if (code != STATUS_OK)
			break;
	}
	buf_done(&batch);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status fake_sync(struct fake_hub *h, struct store *st)
{
	bool changed;
	enum status code = store_epoch(&changed, st, h->epoch);

	if (code == STATUS_OK)
		code = pull_all(h, st);
	if (code == STATUS_OK)
		code = push_all(h, st);
	return code == STATUS_OK ? pull_all(h, st) : code;
}

static void read_tally(struct buf *out, struct store *st)
{
	static const char sql[] = "SELECT name, n FROM tally WHERE n <> 0 ORDER BY name";
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_prepare_v2(st->db, sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		buf_printf(out, "%s %lld\n", (const char *)sqlite3_column_text(s, 0), (long long)sqlite3_column_int64(s, 1));
	sqlite3_finalize(s);
}

static void read_derived(struct buf *out, struct store *st)
{
	static const char sql[] = "SELECT id, status, rank, flags, claim, claim_by, source, target, place, teams FROM ti ORDER BY id";
	sqlite3_stmt *s;
	int i;

	assert_int_equal(sqlite3_prepare_v2(st->db, sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		for (i = 0; i < 10; i++)
			buf_printf(out, "%s|", (const char *)sqlite3_column_text(s, i));
		buf_addc(out, '\n');
	}
	sqlite3_finalize(s);
}

void assert_counts_true(struct store *st)
{
	struct buf was, now;

	buf_init(&was, 1 << 20);
	buf_init(&now, 1 << 20);
	read_tally(&was, st);
	read_derived(&was, st);
	assert_ok(sql_begin(st));
	assert_ok(store_rederive_all(st));
	read_tally(&now, st);
	read_derived(&now, st);
	assert_int_equal(sql_end(st, STATUS_CANCELLED), STATUS_CANCELLED);
	assert_string_equal(buf_str(&was), buf_str(&now));
	buf_done(&was);
	buf_done(&now);
}
