/* SPDX-License-Identifier: Apache-2.0 */
/* The console's side of sync against a hub in memory: enrolment, pages, receipts, flags, claims, disputes. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/sync_pair.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

#define REPLICA_B "AAAAAAAAAAAAAAAAAAAAAA"	/* a key id */

static void first_sync(void **state)
{
	struct ctx *c = *state;
	struct store_counts n;
	struct sync_state s = state_of(c, c->a);

	assert_true(s.enrolled && s.has_epoch && !s.forked && !s.revoked);
	assert_string_equal(s.hub, key_id(c->hub->key));
	assert_int_equal(s.cursor, 0);
	assert_ok(fake_sync(c->hub, c->a));
	s = state_of(c, c->a);
	assert_int_equal(s.cursor, 8);
	assert_int_equal(s.head, 8);
	assert_string_equal(s.event, "ev");
	assert_string_equal(store_me(c->a)->name, "Ahn");
	assert_int_equal(store_me(c->a)->roles, ROLE_MONITOR);
	assert_ok(store_counts(&n, c->a));
	assert_int_equal(n.total, 2);
	assert_int_equal(n.by_status[TI_CRITICAL], 1);
	assert_string_equal(ti_of(c, c->a, "1001")->row.from, "한빛 EMR");
	assert_counts_true(c->a);
	reopen(&c->a, c->dir_a);
	s = state_of(c, c->a);
	assert_int_equal(s.cursor, 8);
	assert_ok(fake_sync(c->hub, c->a));
}

static void enrolment_again(void **state)
{
	struct ctx *c = *state;
	struct enrol_code code = { .base_url = "https://hub.example:8443", .host = "hub.example", .port = 8443, .event = "ev",
		.secret = "AAAAAAAAAAAAAAAAAAAAAA", .has_pin = true }, other = code;
	struct enrol_request ask;
	struct buf request, certificate;
	uint8_t stranger[KEY_PUBLIC] = { 1 };

	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	assert_ok(store_open(&c->b, c->dir_b, STORE_CREATE));
	assert_ok(store_enrol_begin(&request, c->b, &code, "secret words", FIXTURE_NOW));
	assert_ok(enrol_open(&ask, &c->mem, request.ptr, request.len));
	/* the answer was lost: the same code, from a program started anew, with the same key */
	reopen(&c->b, c->dir_b);
	buf_reset(&request);
	assert_int_equal(store_enrol_begin(&request, c->b, &code, NULL, FIXTURE_NOW), STATUS_DENIED);
	memcpy(stranger, ask.key, KEY_PUBLIC);
	assert_ok(store_enrol_begin(&request, c->b, &code, "secret words", FIXTURE_NOW));
	assert_ok(enrol_open(&ask, &c->mem, request.ptr, request.len));
	assert_memory_equal(ask.key, stranger, KEY_PUBLIC);
	assert_true(state_of(c, c->b).enrolling);
	/* certificates that are not the answer */
	fake_hub_certify(&certificate, c->hub, key_public(c->hub->key), "B", ROLE_MONITOR, true);
	assert_int_equal(store_enrol_end(c->b, certificate.ptr, certificate.len, key_public(c->hub->key)), STATUS_DENIED);
	buf_reset(&certificate);
	fake_hub_certify(&certificate, c->hub, ask.key, "B", ROLE_MONITOR, false);
	assert_int_equal(store_enrol_end(c->b, certificate.ptr, certificate.len, ask.key), STATUS_DENIED);
	assert_null(store_replica(c->b));
	assert_ok(store_enrol_end(c->b, certificate.ptr, certificate.len, key_public(c->hub->key)));
	assert_ok(store_enrol_end(c->b, certificate.ptr, certificate.len, key_public(c->hub->key)));
	assert_string_equal(store_me(c->b)->id, "B");
	assert_true(state_of(c, c->b).enrolled);
	/* another code, another event */
	memcpy(other.secret, "BAAAAAAAAAAAAAAAAAAAAA", 23);
	assert_int_equal(store_enrol_begin(&request, c->b, &other, NULL, FIXTURE_NOW), STATUS_EXISTS);
	code.event = "elsewhere";
	assert_int_equal(store_enrol_begin(&request, c->b, &code, NULL, FIXTURE_NOW), STATUS_EXISTS);
	/* sealed: a session needs the words after a start */
	buf_reset(&request);
	assert_ok(store_session_proof(&request, c->b, "nonce"));
	reopen(&c->b, c->dir_b);
	assert_int_equal(store_session_proof(&request, c->b, "nonce"), STATUS_DENIED);
	assert_ok(store_unlock(c->b, "secret words"));
	buf_reset(&request);
	assert_ok(store_session_proof(&request, c->b, "nonce"));
	buf_done(&request);
	buf_done(&certificate);
}

static void joined_before(void **state)
{
	static const char persons[] = "[{\"id\":\"B\",\"name\":\"Baek\",\"roles\":[\"monitor\"]},"
		"{\"id\":\"P1\",\"name\":\"Kim\",\"roles\":[\"monitor\"]}]";
	struct ctx *c = *state;
	struct enrol_code code = { .base_url = "https://hub.example:8443", .host = "hub.example", .port = 8443, .event = "ev",
		.secret = "AAAAAAAAAAAAAAAAAAAAAA", .has_pin = true };
	char *pack = mem_printf("%s/pack", c->dir), *replica;
	struct enrol_request ask;
	struct import_report r;
	struct buf request, certificate;
	bool changed;

	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	pack_write(pack, "persons.json", persons, sizeof(persons) - 1);
	assert_ok(store_open(&c->b, c->dir_b, STORE_CREATE));
	assert_ok(store_import_pack(&r, c->b, pack, NULL, NULL));
	assert_ok(store_join(c->b, "B", NULL));
	graded(c->b, "1001", OUTCOME_VERIFIED);
	replica = mem_strdup(store_replica(c->b));
	assert_ok(store_enrol_begin(&request, c->b, &code, NULL, FIXTURE_NOW));
	assert_ok(enrol_open(&ask, &c->mem, request.ptr, request.len));
	fake_hub_certify(&certificate, c->hub, ask.key, "A", ROLE_MONITOR, true);
	assert_int_equal(store_enrol_end(c->b, certificate.ptr, certificate.len, key_public(c->hub->key)), STATUS_CONFLICT);
	buf_reset(&certificate);
	fake_hub_certify(&certificate, c->hub, ask.key, "B", ROLE_MONITOR, false);
	assert_ok(store_enrol_end(c->b, certificate.ptr, certificate.len, key_public(c->hub->key)));
	assert_string_equal(store_replica(c->b), replica);
	assert_ok(store_epoch(&changed, c->b, c->hub->epoch));
	assert_ok(fake_sync(c->hub, c->b));
	assert_int_equal(state_of(c, c->b).unsent, 0);
	assert_int_equal(ti_of(c, c->b, "1001")->row.status, TI_VERIFIED);
	assert_counts_true(c->b);
	/* from now on the data come from the hub alone */
	assert_int_equal(store_import_pack(&r, c->b, pack, NULL, NULL), STATUS_DENIED);
	buf_done(&request);
	buf_done(&certificate);
	mem_free(replica);
	mem_free(pack);
}

static void push_and_receipt(void **state)
{
	struct ctx *c = *state;
	struct buf batch, receipt, wrong;
	struct fake_hub *stranger = fake_hub_new();
	unsigned int changed = 0;
	uint64_t last = 0;

	buf_init(&batch, BATCH_BYTES_MAX);
	buf_init(&receipt, 1 << 20);
	buf_init(&wrong, 1 << 20);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(store_unsent(&batch, &last, c->a, 0, 0, 0), STATUS_NOT_FOUND);
	graded(c->a, "1001", OUTCOME_VERIFIED);
	assert_int_equal(state_of(c, c->a).unsent, 1);
	assert_int_equal(state_of(c, c->a).received_n, 0);
	assert_ok(store_unsent(&batch, &last, c->a, 0, 0, 0));
	/* another hub's word, another epoch's, one about something else */
	fake_hub_push(&wrong, stranger, batch.ptr, batch.len);
	assert_int_equal(store_receipt(&changed, c->a, batch.ptr, batch.len, wrong.ptr, wrong.len), STATUS_DENIED);
	key_free(stranger->key);
	assert_ok(key_new(&stranger->key));
	fake_hub_push(&receipt, c->hub, batch.ptr, batch.len);
	batch.ptr[20] ^= 1;
	assert_int_equal(store_receipt(&changed, c->a, batch.ptr, batch.len, receipt.ptr, receipt.len), STATUS_INVALID);
	batch.ptr[20] ^= 1;
	assert_int_equal(state_of(c, c->a).unsent, 1);
	assert_ok(store_receipt(&changed, c->a, batch.ptr, batch.len, receipt.ptr, receipt.len));
	assert_int_equal(changed, 1);
	assert_int_equal(state_of(c, c->a).unsent, 0);
	assert_int_equal(state_of(c, c->a).received, 1);
	assert_int_equal(state_of(c, c->a).received_n, 1);
	/* and once more: nothing changes */
	assert_ok(store_receipt(&changed, c->a, batch.ptr, batch.len, receipt.ptr, receipt.len));
	assert_int_equal(changed, 0);
	assert_counts_true(c->a);
	reopen(&c->a, c->dir_a);
	assert_int_equal(state_of(c, c->a).received, 1);
	buf_done(&batch);
	buf_done(&receipt);
	buf_done(&wrong);
	fake_hub_free(stranger);
}

static const char *why_of(struct ctx *c, const struct digest *rid)
{
	struct journal_row *rows;
	size_t n;

	assert_ok(store_journal_page(&rows, &n, &c->mem, c->a, 0, 10, -1));
	for (size_t i = 0; i < n; i++)
		if (digest_equal(&rows[i].rid, rid))
			return rows[i].why ? rows[i].why : "";
	fail_msg("the record is not in the journal");
	return NULL;
}

/* Why a record is flagged is the same whether a receipt, a page or an entry F tells it, and after a rebuild. */
static void why_it_is_flagged(void **state)
{
	struct ctx *c = *state;
	struct saved saved;

	assert_ok(fake_sync(c->hub, c->a));
	saved = graded(c->a, "1001", OUTCOME_VERIFIED);
	assert_string_equal(why_of(c, &saved.rid), "");
	c->hub->flags = FLAG_LATE | FLAG_CLOCK;
	assert_ok(fake_sync(c->hub, c->a));		/* the receipt, then the page that repeats it */
	assert_int_equal(state_of(c, c->a).flagged, 1);
	assert_string_equal(why_of(c, &saved.rid), "late, clock");
	fake_hub_flags(c->hub, &saved.rid, FLAG_LATE | FLAG_NEUTRALITY);
	assert_ok(fake_sync(c->hub, c->a));
	assert_string_equal(why_of(c, &saved.rid), "neutrality, late");
	fake_hub_flags(c->hub, &saved.rid, 0);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).flagged, 0);
	assert_int_equal(state_of(c, c->a).received, 1);
	assert_string_equal(why_of(c, &saved.rid), "");
	assert_counts_true(c->a);
}

static void refused_waits_in_the_tray(void **state)
{
	struct ctx *c = *state;
	struct journal_row *rows;
	struct saved saved;
	size_t n;

	assert_ok(fake_sync(c->hub, c->a));
	graded(c->a, "1001", OUTCOME_VERIFIED);
	c->hub->refuse = "no certificate for this key";
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).refused, 1);
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_TO_BE_VERIFIED);
	assert_ok(store_journal_page(&rows, &n, &c->mem, c->a, 0, 10, ENTRY_REFUSED));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].why, "no certificate for this key");
	c->hub->refuse = NULL;
	/* those behind it are not held up; and what the console gives up on goes there too */
	saved = graded(c->a, "1002", OUTCOME_VERIFIED);
	assert_ok(store_refuse(c->a, &saved.rid, "the hub closes the connection"));
	assert_int_equal(state_of(c, c->a).refused, 2);
	assert_counts_true(c->a);
	graded(c->a, "1002", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).received, 1);
	assert_int_equal(ti_of(c, c->a, "1002")->row.status, TI_FAILED);
}

static void dispute_and_resolution(void **state)
{
	struct ctx *c = *state;
	struct saved first = { .n = 0 };
	struct dispute *d;
	struct record rec = { .kind = RECORD_RESOLUTION, .ti = "1001", .outcome = OUTCOME_VERIFIED, .text = "looked at both" };
	struct saved saved;
	char *dir = mem_printf("%s/l", c->dir);
	struct store *lead = fake_console(c->hub, dir, "L");
	size_t n;

	c->b = fake_console(c->hub, c->dir_b, "B");
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	/* apart from each other */
	first = graded(c->a, "1001", OUTCOME_VERIFIED);
	graded(c->b, "1001", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, lead));
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_DISPUTED);
	assert_int_equal(ti_of(c, c->b, "1001")->row.status, TI_DISPUTED);
	assert_ok(store_disputes(&d, &n, &c->mem, c->a));
	assert_int_equal(n, 1);
	assert_int_equal(d[0].n_sides, 2);
	assert_string_equal(d[0].ti, "1001");
	assert_non_null(d[0].barred);
	assert_ok(store_disputes(&d, &n, &c->mem, lead));
	assert_null(d[0].barred);
	assert_false(d[0].sides[0].own);
	assert_string_equal(d[0].sides[0].reason, "because");
	rec.has_of = true;
	rec.of = first.rid;
	assert_ok(store_save(&saved, lead, &rec));
	assert_ok(fake_sync(c->hub, lead));
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	assert_int_equal(ti_of(c, c->b, "1001")->row.status, TI_VERIFIED);
	assert_ok(store_disputes(&d, &n, &c->mem, c->b));
	assert_int_equal(n, 0);
	assert_counts_true(c->a);
	assert_counts_true(c->b);
	assert_counts_true(lead);
	store_close(lead);
	mem_free(dir);
}

static void flags_that_count(void **state)
{
	static const struct { unsigned int flags; bool counts; } rows[] = { { FLAG_LATE, true }, { FLAG_CLOCK | FLAG_FORK, true },
		{ FLAG_NEUTRALITY, false }, { FLAG_REVOKED, false }, { FLAG_ROLE, false }, { FLAG_LATE | FLAG_ROLE, false },
		{ FLAG_UNKNOWN_TYPE, true }, { 0, true } };
	struct ctx *c = *state;
	struct digest rid;
	struct buf certificate;
	struct key *b;
	size_t i;

	assert_ok(key_new(&b));
	buf_init(&certificate, 65536);
	fake_hub_certify(&certificate, c->hub, key_public(b), "B", ROLE_MONITOR, false);
	rid = fake_hub_verdict(c->hub, b, "B", "1001", OUTCOME_VERIFIED, NULL, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_hub_flags(c->hub, &rid, rows[i].flags);
		assert_ok(fake_sync(c->hub, c->a));
		assert_int_equal(ti_of(c, c->a, "1001")->row.status, rows[i].counts ? TI_VERIFIED : TI_TO_BE_VERIFIED);
		assert_int_equal(ti_of(c, c->a, "1001")->verdicts[0].counted, rows[i].counts);
		assert_counts_true(c->a);
	}
	buf_done(&certificate);
	key_free(b);
}

static void certificate_comes_later(void **state)
{
	struct ctx *c = *state;
	struct page_report r;
	struct buf certificate;
	struct key *b;

	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(key_new(&b));
	buf_init(&certificate, 65536);
	fake_hub_verdict(c->hub, b, "B", "1001", OUTCOME_VERIFIED, NULL, 0);
	assert_ok(fake_pull(&r, c->hub, c->a));
	assert_int_equal(r.unproven, 1);
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_TO_BE_VERIFIED);
	assert_int_equal(ti_of(c, c->a, "1001")->n_verdicts, 1);
	/* for somebody else: no proof */
	fake_hub_certify(&certificate, c->hub, key_public(b), "L", ROLE_MONITOR, false);
	assert_ok(fake_pull(&r, c->hub, c->a));
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_TO_BE_VERIFIED);
	buf_reset(&certificate);
	fake_hub_certify(&certificate, c->hub, key_public(b), "B", ROLE_MONITOR, false);
	assert_ok(fake_pull(&r, c->hub, c->a));
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	assert_counts_true(c->a);
	/* what is written after the revocation does not count, whatever the hub marked */
	fake_hub_revoke(c->hub, key_id(b));
	fake_hub_verdict(c->hub, b, "B", "1002", OUTCOME_VERIFIED, NULL, 0);
	assert_ok(fake_pull(&r, c->hub, c->a));
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	assert_int_equal(ti_of(c, c->a, "1002")->row.status, TI_CRITICAL);
	buf_done(&certificate);
	key_free(b);
}

static void own_revocation(void **state)
{
	struct ctx *c = *state;

	assert_ok(fake_sync(c->hub, c->a));
	fake_hub_revoke(c->hub, store_replica(c->a));
	assert_ok(fake_sync(c->hub, c->a));
	assert_true(state_of(c, c->a).revoked);
}

static void bad_signature_is_left_out(void **state)
{
	struct ctx *c = *state;
	struct page_report r;
	struct buf certificate;
	struct fake_entry *e;
	struct key *b;

	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(key_new(&b));
	buf_init(&certificate, 65536);
	fake_hub_certify(&certificate, c->hub, key_public(b), "B", ROLE_MONITOR, false);
	fake_hub_verdict(c->hub, b, "B", "1001", OUTCOME_VERIFIED, NULL, 0);
	fake_hub_verdict(c->hub, b, "B", "1002", OUTCOME_VERIFIED, NULL, 0);
	e = &c->hub->entries.at[c->hub->entries.len - 2];
	e->bytes[e->len - 5] ^= 1;
	assert_ok(fake_pull(&r, c->hub, c->a));
	assert_int_equal(r.records, 1);
	assert_int_equal(r.skipped, 1);
	assert_non_null(strstr(store_notice(c->a), "signature"));
	assert_int_equal(ti_of(c, c->a, "1001")->n_verdicts, 0);
	assert_int_equal(ti_of(c, c->a, "1002")->row.status, TI_VERIFIED);
	assert_counts_true(c->a);
	buf_done(&certificate);
	key_free(b);
}

static unsigned int files_like(const char *dir, const char *prefix)
{
	char *command = mem_printf("ls %s | grep -c '^%s'", dir, prefix), answer[16] = "";
	FILE *f = popen(command, "r");

	assert_non_null(fgets(answer, sizeof(answer), f));
	pclose(f);
	mem_free(command);
	return (unsigned int)strtoul(answer, NULL, 10);
}

static void rewritten_history(void **state)
{
	struct ctx *c = *state;
	struct page_report r;
	struct fake_entry *e;

	assert_ok(fake_sync(c->hub, c->a));
	e = &c->hub->entries.at[6];
	e->bytes[e->len - 3] ^= 1;
	assert_int_equal(fake_pull(&r, c->hub, c->a), STATUS_DENIED);
	assert_int_equal(files_like(c->dir_a, "feed-conflict-"), 1);
	assert_non_null(strstr(store_notice(c->a), "another history"));
	assert_non_null(state_of(c, c->a).conflict);
	/* it stays, also where the hub shows the first history again */
	e->bytes[e->len - 3] ^= 1;
	reopen(&c->a, c->dir_a);
	assert_int_equal(fake_pull(&r, c->hub, c->a), STATUS_DENIED);
	assert_int_equal(files_like(c->dir_a, "feed-conflict-"), 1);
	/* until the hub's operator begins a new epoch */
	fake_hub_restore(c->hub, c->hub->entries.len);
	assert_ok(fake_sync(c->hub, c->a));
	assert_null(state_of(c, c->a).conflict);
}

static void pages_that_do_not_fit(void **state)
{
	struct ctx *c = *state;
	struct page_report r;
	struct buf page;
	struct fake_hub *stranger = fake_hub_new();
	size_t i;

	buf_init(&page, FEED_PAGE_MAX);
	fake_hub_page(&page, c->hub, 2, 3);
	assert_int_equal(store_page(&r, c->a, page.ptr, page.len), STATUS_CONFLICT);
	fake_hub_page(&page, stranger, 0, 3);
	assert_int_equal(store_page(&r, c->a, page.ptr, page.len), STATUS_INVALID);
	fake_hub_page(&page, c->hub, 0, 3);
	for (i = 1; i < page.len; i += 97)
		assert_int_not_equal(store_page(&r, c->a, page.ptr, page.len - i), STATUS_OK);
	assert_int_equal(state_of(c, c->a).cursor, 0);
	assert_ok(store_page(&r, c->a, page.ptr, page.len));
	assert_int_equal(store_page(&r, c->a, page.ptr, page.len), STATUS_CONFLICT);
	random_bytes(c->hub->epoch, EPOCH_BYTES);
	fake_hub_page(&page, c->hub, 3, 3);
	assert_int_equal(store_page(&r, c->a, page.ptr, page.len), STATUS_CONFLICT);
	assert_int_equal(state_of(c, c->a).cursor, 3);
	buf_done(&page);
	fake_hub_free(stranger);
}

static void documents_change(void **state)
{
	static const char systems[] = "[{\"id\":\"S1\",\"name\":\"Renamed\",\"organisation\":\"O2\",\"table\":\"B09\"},"
		"{\"id\":\"S2\",\"name\":\"さくら\",\"organisation\":\"O2\"}]";
	struct ctx *c = *state;
	struct queue_row *rows;
	int64_t key;
	char *text;

	assert_ok(fake_sync(c->hub, c->a));
	graded(c->a, "1001", OUTCOME_VERIFIED);
	fake_hub_text(c->hub, 'S', systems);
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(store_instance_key(&key, c->a, "1001"));
	assert_ok(store_queue_rows(&rows, &c->mem, c->a, &key, 1));
	assert_string_equal(rows[0].from, "Renamed");
	assert_string_equal(rows[0].from_country, "JP");
	assert_string_equal(rows[0].table, "B09");
	assert_string_equal(rows[0].organisations, "O2 Sakura");
	assert_counts_true(c->a);
	/* one that cannot be read changes nothing, and TIs are read against the one before */
	fake_hub_text(c->hub, 'S', "[{\"id\":\"S1\"}]");
	fake_hub_text(c->hub, 'I', PACK_TI_1);
	fake_hub_text(c->hub, 'I', "{\"id\":\"1003\",\"test\":\"none\"}");
	assert_ok(fake_sync(c->hub, c->a));
	assert_non_null(strstr(store_notice(c->a), "cannot be read"));
	assert_string_equal(ti_of(c, c->a, "1001")->row.from, "Renamed");
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	/* a test with another title and a third step; TIs keep what they have */
	text = mem_strdup(pack_good("catalogue.json"));
	memcpy(strstr(text, "Publish"), "Rewrite", 7);
	fake_hub_text(c->hub, 'C', text);
	reopen(&c->a, c->dir_a);
	assert_ok(fake_sync(c->hub, c->a));
	assert_string_equal(ti_of(c, c->a, "1001")->test.title, "Rewrite a summary");
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	/* a TI changes: stale; it goes; its records stay */
	fake_hub_text(c->hub, 'I', "{\"id\":\"1001\",\"test\":\"T1\",\"status\":\"critical\",\"since\":\"2026-11-24T10:00:00+09:00\","
		"\"revision\":2,\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]}");
	assert_ok(fake_sync(c->hub, c->a));
	assert_true(ti_of(c, c->a, "1001")->row.stale);
	assert_counts_true(c->a);
	fake_hub_text(c->hub, 'X', "1001");
	fake_hub_text(c->hub, 'X', "never was here");
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(store_instance_key(&key, c->a, "1001"), STATUS_NOT_FOUND);
	assert_int_equal(state_of(c, c->a).received, 1);
	assert_counts_true(c->a);
	mem_free(text);
}

static void claims(void **state)
{
	struct ctx *c = *state;
	struct record rec = { .kind = RECORD_CLAIM, .ti = "1001", .ttl_s = 900 };
	struct saved saved;
	struct claim_row *rows;
	const char *json;
	unsigned int changed;
	int64_t next;
	size_t n;

	assert_ok(fake_sync(c->hub, c->a));
	fake_hub_claim(c->hub, "1001", "B", REPLICA_B, LEASE_HELD, 7, 900);
	fake_hub_claim(c->hub, "1002", "B", REPLICA_B, LEASE_HELD, 8, 60);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(ti_of(c, c->a, "1001")->row.claim, CLAIM_CONFIRMED);
	assert_string_equal(ti_of(c, c->a, "1001")->row.claim_by, "B");
	/* the clock of leases runs on while the wall clock of the test stands */
	assert_in_range(ti_of(c, c->a, "1001")->claim_until, FIXTURE_NOW + 800000, FIXTURE_NOW + 900000);
	assert_counts_true(c->a);
	/* an intent of our own, while a colleague holds it */
	assert_ok(store_save(&saved, c->a, &rec));
	assert_int_equal(ti_of(c, c->a, "1001")->row.claim, CLAIM_LOST);
	fake_hub_claim(c->hub, "1001", "B", REPLICA_B, LEASE_RELEASED, 7, 0);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(ti_of(c, c->a, "1001")->row.claim, CLAIM_INTENDED);
	/* the hub gives it to us: the verdict names the fence */
	assert_ok(store_claim_set(c->a, "1001", "A", true, 9, 900));
	assert_int_equal(ti_of(c, c->a, "1001")->row.claim, CLAIM_CONFIRMED);
	assert_true(ti_of(c, c->a, "1001")->row.claim_mine);
	assert_counts_true(c->a);
	rec = (struct record){ .kind = RECORD_VERDICT, .ti = "1001", .outcome = OUTCOME_VERIFIED };
	assert_ok(store_preview(&json, &c->mem, c->a, &rec));
	assert_non_null(strstr(json, "\"fence\":9"));
	assert_ok(store_claims(&rows, &n, &c->mem, c->a));
	assert_int_equal(n, 2);
	assert_true(rows[0].mine);
	assert_in_range(rows[0].left_s, 800, 900);
	/* time goes by: the colleague's ends by itself */
	assert_ok(store_claims_tick(&changed, &next, c->a));
	assert_int_equal(changed, 0);
	assert_in_range(next, 1, 60);
	clock_freeze_ms(FIXTURE_NOW + 61000);
	assert_ok(store_claims_tick(&changed, &next, c->a));
	assert_int_equal(changed, 1);
	assert_int_equal(ti_of(c, c->a, "1002")->row.claim, CLAIM_NONE);
	assert_counts_true(c->a);
	reopen(&c->a, c->dir_a);
	assert_ok(store_claims(&rows, &n, &c->mem, c->a));
	assert_int_equal(n, 1);
	assert_in_range(rows[0].left_s, 739, 839);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(first_sync, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(enrolment_again, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(joined_before, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(push_and_receipt, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(why_it_is_flagged, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(refused_waits_in_the_tray, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(dispute_and_resolution, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(flags_that_count, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(certificate_comes_later, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(own_revocation, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(bad_signature_is_left_out, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(rewritten_history, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(pages_that_do_not_fit, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(documents_change, pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(claims, pair_setup, pair_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
