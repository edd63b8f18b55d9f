/* SPDX-License-Identifier: Apache-2.0 */
/* Records in and pages out of a hub, who is let in, what is flagged and what refused. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <stdio.h>
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/proto/cert.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/signed.h"

#define LETTERS 26

/* Follows the feed from `since` as a console does; counts entries by type. Asserts what a page promises. */
static uint64_t follow(struct hub_fixture *f, unsigned int by_type[LETTERS], unsigned int limit)
{
	uint8_t epoch[EPOCH_BYTES];
	struct digest root, head_root;
	uint64_t size, since = 0;
	struct page_reader r;
	struct checkpoint c;
	struct page_head head;
	struct feed_entry e;
	struct arena a;
	const char *bytes;
	struct buf b;
	size_t n;

	arena_init(&a);
	buf_init(&b, FEED_PAGE_MAX);
	memset(by_type, 0, LETTERS * sizeof(*by_type));
	hub_head(f->e, &size, &head_root, epoch);
	feed_root_begin(&root, "ev");
	do {
		assert_ok(hub_page(&b, f->e, epoch, since, limit));
		assert_ok(page_open(&r, &head, b.ptr, b.len));
		assert_int_equal(head.from, since + 1);
		assert_int_equal(head.head, size);
		while (page_next(&e, &bytes, &n, &r) == STATUS_OK) {
			feed_root_add(&root, bytes, n);
			by_type[e.type - 'A']++;
			since = e.seq;
		}
		assert_ok(page_checkpoint(&bytes, &n, &r));
		assert_ok(checkpoint_open(&c, &a, bytes, n, key_public(hub_key(f->h))));
		assert_int_equal(c.size, since);
		assert_true(digest_equal(&c.root, &root));
		assert_memory_equal(c.epoch, epoch, EPOCH_BYTES);
		assert_int_equal(head.more, since < size);
	} while (head.more);
	assert_int_equal(since, size);
	assert_true(digest_equal(&root, &head_root));
	buf_done(&b);
	arena_done(&a);
	return since;
}

static void an_event_is_followed(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 5);
	unsigned int types[LETTERS];
	struct author m1;

	(void)state;
	assert_int_equal(follow(f, types, 0), 10);
	assert_int_equal(types['I' - 'A'], 5);
	assert_int_equal(types['E' - 'A'] + types['C' - 'A'] + types['O' - 'A'] + types['S' - 'A'] + types['P' - 'A'], 5);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	assert_int_equal(hub_fixture_grade(f, &m1, "1001", 0).answer, ANSWER_STORED);
	assert_int_equal(hub_fixture_grade(f, &m1, "1002", 0).seq, 13);
	for (unsigned int limit = 1; limit < 15; limit++)	/* any page size tells the same */
		assert_int_equal(follow(f, types, limit), 13);
	assert_int_equal(types['K' - 'A'], 1);
	assert_int_equal(types['R' - 'A'], 2);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_int_equal(follow(f, types, 0), 13);
	author_free(&m1);
	hub_fixture_free(f);
}

static void pages_are_of_one_epoch(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	uint8_t epoch[EPOCH_BYTES], other[EPOCH_BYTES];
	struct digest root;
	uint64_t size;
	struct buf b;

	(void)state;
	buf_init(&b, FEED_PAGE_MAX);
	hub_head(f->e, &size, &root, epoch);
	memcpy(other, epoch, sizeof(other));
	other[0] ^= 1;
	assert_int_equal(hub_page(&b, f->e, other, 0, 0), STATUS_CONFLICT);
	assert_int_equal(hub_page(&b, f->e, epoch, size + 1, 0), STATUS_CONFLICT);
	assert_ok(hub_page(&b, f->e, epoch, size, 0));
	buf_done(&b);
	hub_fixture_free(f);
}

/* Fault 12, 16: what was committed is a duplicate, with the same number. */
static void a_batch_again_is_duplicate(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 3);
	struct receipt first, again;
	struct author m1;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	for (int i = 0; i < 200; i++)
		author_write(&b, &m1, f, i % 2 ? RECORD_COMMENT : RECORD_VERDICT, "1001", 0);
	assert_ok(hub_fixture_push(&first, &a, f, &b));
	assert_int_equal(first.n, 200);
	assert_ok(hub_fixture_push(&again, &a, f, &b));
	assert_int_equal(again.size, first.size);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(first.entries[i].answer, ANSWER_STORED);
		assert_int_equal(again.entries[i].answer, ANSWER_DUPLICATE);
		assert_int_equal(again.entries[i].seq, first.entries[i].seq);
	}
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_ok(hub_fixture_push(&again, &a, f, &b));
	assert_int_equal(again.entries[199].answer, ANSWER_DUPLICATE);
	assert_int_equal(hub_size(f), first.size);
	author_free(&m1);
	buf_done(&b);
	arena_done(&a);
	hub_fixture_free(f);
}

static void no_batch_is_refused_whole(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	uint64_t before = hub_size(f);
	struct receipt r;
	struct author m1;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_write(&b, &m1, f, RECORD_VERDICT, "1001", 0);
	before = hub_size(f);
	for (; b.len; b.len--) {	/* fault 13: cut anywhere, nothing is stored */
		if (b.len < 600)
			b.len = b.len > 40 ? 40 : b.len;
		b.len--;
		assert_int_equal(hub_fixture_push(&r, &a, f, &b), STATUS_INVALID);
		b.len += b.len == 0;
	}
	assert_int_equal(hub_size(f), before);
	author_free(&m1);
	buf_done(&b);
	arena_done(&a);
	hub_fixture_free(f);
}

struct refusal_case { const char *why; void (*make)(struct hub_fixture *f, struct author *who, struct buf *b); };

static struct record verdict_on(const char *ti)
{
	return (struct record){ .kind = RECORD_VERDICT, .kind_name = "verdict", .ti = ti, .outcome = OUTCOME_VERIFIED,
		.seen_status = TI_TO_BE_VERIFIED, .revision = 1 };
}

static void flip_signature(struct hub_fixture *f, struct author *who, struct buf *b)
{
	author_write(b, who, f, RECORD_VERDICT, "1001", 0);
	b->ptr[b->len - 1] ^= 1;
}

static void flip_payload(struct hub_fixture *f, struct author *who, struct buf *b)
{
	author_write(b, who, f, RECORD_VERDICT, "1001", 0);
	*strstr(b->ptr + 12, "verified") = 'V';
}

static void other_event(struct hub_fixture *f, struct author *who, struct buf *b)
{
	struct record rec = verdict_on("1001");

	rec.event = "other";
	author_sign(b, who, f, &rec);
}

static void other_person(struct hub_fixture *f, struct author *who, struct buf *b)
{
	struct record rec = verdict_on("1001");

	rec.who = "l1";
	author_sign(b, who, f, &rec);
}

static void other_replica(struct hub_fixture *f, struct author *who, struct buf *b)
{
	struct record rec = verdict_on("1001");

	rec.replica = "AAAAAAAAAAAAAAAAAAAAAA";
	author_sign(b, who, f, &rec);
}

static void unknown_key(struct hub_fixture *f, struct author *who, struct buf *b)
{
	struct author stranger = { .person = who->person };

	assert_ok(key_new(&stranger.key));
	author_write(b, &stranger, f, RECORD_VERDICT, "1001", 0);
	author_free(&stranger);
}

static void other_type(struct hub_fixture *f, struct author *who, struct buf *b)
{
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e = { NULL, 0, key_public(who->key), sig };
	struct batch_reader r;
	struct envelope good;
	struct buf one;

	buf_init(&one, BATCH_BYTES_MAX);
	author_write(&one, who, f, RECORD_VERDICT, "1001", 0);
	assert_ok(batch_open(&r, one.ptr, one.len));
	assert_ok(batch_next(&good, &r));
	e.payload = good.payload;
	e.len = good.len;
	key_sign(sig, who->key, RECEIPT_TYPE, good.payload, good.len);
	batch_begin(b);
	batch_add(b, &e);
	buf_done(&one);
}

static void no_json(struct hub_fixture *f, struct author *who, struct buf *b)
{
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e = { "{\"v\":1,\"v\":1}", 13, key_public(who->key), sig };

	(void)f;
	key_sign(sig, who->key, RECORD_TYPE, e.payload, e.len);
	batch_begin(b);
	batch_add(b, &e);
}

static const struct refusal_case refusals[] = {
	{ "its signature does not hold", flip_signature },
	{ "its signature does not hold", flip_payload },
	{ "its signature does not hold", other_type },
	{ "it is of another event", other_event },
	{ "its person is not the one of the certificate", other_person },
	{ "its replica is not the key that signed", other_replica },
	{ "no certificate for its key in this event", unknown_key },
	{ "record: byte", no_json },
};

/* Faults 18, 35: the bad one alone is refused, with its reason; those around it are stored. */
static void poison_is_refused_alone(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author m1, m2;
	struct batch_reader r;
	struct envelope e;
	struct receipt got;
	struct arena a;
	struct buf b, bad;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	buf_init(&bad, BATCH_BYTES_MAX);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&m2, f, "m2", ROLE_MONITOR, NULL);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct author copy = m2;

		buf_reset(&b);
		buf_reset(&bad);
		refusals[i].make(f, &copy, &bad);
		author_write(&b, &m1, f, RECORD_VERDICT, "1001", 0);
		assert_ok(batch_open(&r, bad.ptr, bad.len));
		assert_ok(batch_next(&e, &r));
		batch_add(&b, &e);
		author_write(&b, &m1, f, RECORD_COMMENT, "1001", 0);
		assert_ok(hub_fixture_push(&got, &a, f, &b));
		assert_int_equal(got.entries[0].answer, ANSWER_STORED);
		assert_int_equal(got.entries[1].answer, ANSWER_REFUSED);
		assert_non_null(strstr(got.entries[1].why, refusals[i].why));
		assert_int_equal(got.entries[2].answer, ANSWER_STORED);
	}
	author_free(&m1);
	author_free(&m2);
	buf_done(&b);
	buf_done(&bad);
	arena_done(&a);
	hub_fixture_free(f);
}

static void observers_do_not_write(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author b1;

	(void)state;
	author_new(&b1, f, "b1", ROLE_OBSERVER, NULL);
	assert_int_equal(hub_fixture_grade(f, &b1, "1001", 0).answer, ANSWER_REFUSED);
	author_free(&b1);
	hub_fixture_free(f);
}

static unsigned int flags_of(struct hub_fixture *f, struct author *who, struct record *rec)
{
	unsigned int flags;
	struct receipt r;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_sign(&b, who, f, rec);
	assert_ok(hub_fixture_push(&r, &a, f, &b));
	assert_true(r.entries[0].answer == ANSWER_STORED || r.entries[0].answer == ANSWER_FLAGGED);
	flags = r.entries[0].flags;
	buf_done(&b);
	arena_done(&a);
	return flags;
}

static void roles_and_kinds_are_flagged(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct record rec = verdict_on("1001");
	struct author m1, g1;

	(void)state;
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&g1, f, "g1", ROLE_MANAGER, NULL);
	assert_int_equal(flags_of(f, &g1, &rec), FLAG_ROLE);
	rec = verdict_on("1001");
	rec.kind = RECORD_RESOLUTION;
	rec.kind_name = "resolution";
	rec.has_of = true;
	assert_int_equal(flags_of(f, &m1, &rec), FLAG_ROLE);
	rec = (struct record){ .kind = RECORD_GRADE, .kind_name = "grade", .line = "L", .grade = "passed" };
	assert_int_equal(flags_of(f, &m1, &rec), FLAG_ROLE);
	rec = (struct record){ .kind = RECORD_GRADE, .kind_name = "grade", .line = "L", .grade = "passed" };
	assert_int_equal(flags_of(f, &g1, &rec), 0);
	rec = (struct record){ .kind = RECORD_UNKNOWN, .kind_name = "dream", .ti = "1001" };	/* fault 39 */
	assert_int_equal(flags_of(f, &m1, &rec), FLAG_UNKNOWN_TYPE);
	author_free(&m1);
	author_free(&g1);
	hub_fixture_free(f);
}

/* Fault 30: clocks decide nothing, but are told. */
static void clocks_are_flagged(void **state)
{
	static const struct { int64_t at, hlc; unsigned int flags; } cases[] = {
		{ 0, 0, 0 }, { 14 * MINUTE, 14 * MINUTE, 0 }, { 16 * MINUTE, 16 * MINUTE, FLAG_CLOCK },
		{ 0, 16 * MINUTE, FLAG_CLOCK }, { -60 * MINUTE, -60 * MINUTE, 0 },
		{ -31 * 1440 * MINUTE, -31 * 1440 * MINUTE, FLAG_CLOCK },	/* before its certificate */
		{ -10 * MINUTE, 0, 0 }, { INT64_C(94608000000), 0, FLAG_CLOCK },
	};
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author m1;

	(void)state;
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct record rec = verdict_on("1001");

		rec.at = f->wall + cases[i].at;
		rec.hlc = (uint64_t)(f->wall + cases[i].hlc) << 16;
		assert_int_equal(flags_of(f, &m1, &rec), cases[i].flags);
	}
	author_free(&m1);
	hub_fixture_free(f);
}

/* Faults 17, 32: gaps are shown, forks are kept. */
static void gaps_and_forks(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct record rec = verdict_on("1001");
	struct digest rid[8];
	struct have_answer have;
	struct author m1, twin;
	struct receipt r;
	struct arena a;
	struct buf b[8];

	(void)state;
	arena_init(&a);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	for (int i = 1; i < 8; i++) {
		buf_init(&b[i], BATCH_BYTES_MAX);
		rid[i] = author_write(&b[i], &m1, f, RECORD_COMMENT, "1001", 0);
		if (i == 2)
			twin = m1;
	}
	hub_have(&have, f->e, key_id(m1.key), 0, &rid[1]);
	assert_true(have.n == 0 && have.n_want == 0 && !have.fork);
	assert_ok(hub_fixture_push(&r, &a, f, &b[2]));
	assert_int_equal(r.entries[0].answer, ANSWER_STORED);
	assert_ok(hub_fixture_push(&r, &a, f, &b[7]));
	assert_int_equal(r.entries[0].answer, ANSWER_STORED);
	assert_ok(hub_fixture_push(&r, &a, f, &b[5]));
	hub_have(&have, f->e, key_id(m1.key), 7, &rid[7]);
	assert_true(have.n == 7 && digest_equal(&have.rid, &rid[7]) && !have.fork);
	assert_int_equal(have.n_want, 3);
	assert_true(have.want[0].from == 1 && have.want[0].to == 1);
	assert_true(have.want[1].from == 3 && have.want[1].to == 4);
	assert_true(have.want[2].from == 6 && have.want[2].to == 6);
	for (int i = 1; i < 8; i++)
		assert_ok(hub_fixture_push(&r, &a, f, &b[i]));
	hub_have(&have, f->e, key_id(m1.key), 7, &rid[7]);
	assert_int_equal(have.n_want, 0);
	rec.text = "the copy of the laptop writes too";
	assert_int_equal(flags_of(f, &twin, &rec), FLAG_FORK);
	hub_have(&have, f->e, key_id(m1.key), 3, &twin.prev);	/* both stand there */
	assert_false(have.fork);
	hub_have(&have, f->e, key_id(m1.key), 4, &twin.prev);
	assert_true(have.fork);
	rec = verdict_on("1001");
	rec.n = 8;
	rec.has_prev = true;
	rec.prev = twin.prev;		/* follows another 7 than the one here */
	assert_int_equal(flags_of(f, &twin, &rec), FLAG_FORK);
	for (int i = 1; i < 8; i++)
		buf_done(&b[i]);
	author_free(&m1);
	arena_done(&a);
	hub_fixture_free(f);
}

/* Fault 33. */
static void revoked_keys_are_flagged_and_out(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	unsigned int types[LETTERS];
	struct hub_session s;
	struct hub_call call;
	struct author m1;

	(void)state;
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	assert_int_equal(hub_fixture_grade(f, &m1, "1001", 0).flags, 0);
	hub_call_init(&call, NULL, NULL);
	assert_int_equal(hub_revoke(f->e, &call, "nobody", "why", ""), STATUS_NOT_FOUND);
	assert_ok(hub_revoke(f->e, &call, "m1", "stolen", ""));
	assert_int_equal(call.count, 1);
	assert_ok(hub_revoke(f->e, &call, "m1", "stolen", ""));
	assert_int_equal(call.count, 0);
	assert_int_equal(hub_fixture_grade(f, &m1, "1002", 0).flags, FLAG_REVOKED);
	assert_int_equal(hub_claim(f->e, &call, &m1.session, "1001", 600, "n"), STATUS_DENIED);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_int_equal(hub_fixture_grade(f, &m1, "1002", 0).flags, FLAG_REVOKED);
	follow(f, types, 0);
	assert_int_equal(types['V' - 'A'], 1);
	assert_int_equal(hub_session_find(&s, f->e, "no such token"), STATUS_DENIED);
	hub_call_done(&call);
	author_free(&m1);
	hub_fixture_free(f);
}

static enum status try_enrol(struct hub_fixture *f, const struct key *k, const char *secret, struct buf *certificate)
{
	struct hub_call call;
	enum status st;
	struct buf b;

	buf_init(&b, 4096);
	hub_call_init(&call, NULL, NULL);
	enrol_sign(&b, k, "ev", secret, "laptop", f->wall);
	st = hub_enrol(f->e, &call, b.ptr, b.len);
	buf_reset(certificate);
	if (!st)
		buf_add(certificate, call.out.ptr, call.out.len);
	hub_call_done(&call);
	buf_done(&b);
	return st;
}

/* Whose laptop was stolen, with a code or a join file on it that nobody had used. */
static void who_was_put_out_has_no_code_left(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct hub_invitation mine = { "m1", NULL, ROLE_MONITOR, NULL, 0, 0, false }, other = mine;
	struct hub_call call, call2, out;
	struct buf certificate;
	struct key *k;

	(void)state;
	assert_ok(key_new(&k));
	other.person = "m2";
	buf_init(&certificate, 1u << 16);
	hub_call_init(&call, NULL, NULL);
	hub_call_init(&call2, NULL, NULL);
	assert_ok(hub_enrol_new(f->e, &call, &mine));
	assert_ok(hub_enrol_new(f->e, &call2, &other));
	hub_call_init(&out, NULL, NULL);
	assert_ok(hub_revoke(f->e, &out, "m1", "stolen", ""));	/* no key yet: the code alone */
	assert_int_equal(out.count, 0);
	hub_call_done(&out);
	assert_int_equal(try_enrol(f, k, buf_str(&call.out), &certificate), STATUS_DENIED);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_int_equal(try_enrol(f, k, buf_str(&call.out), &certificate), STATUS_DENIED);
	assert_ok(try_enrol(f, k, buf_str(&call2.out), &certificate));
	hub_call_done(&call);
	hub_call_done(&call2);
	buf_done(&certificate);
	key_free(k);
	hub_fixture_free(f);
}

static void codes_are_for_one_key(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	const char *ties[] = { "O1" };
	struct hub_invitation i = { "m9", "Somebody new", ROLE_MONITOR | ROLE_LEAD, ties, 1, 0, false };
	struct certificate c;
	struct hub_call call;
	struct key *one, *other;
	struct buf first, again;
	struct arena a;

	(void)state;
	arena_init(&a);
	buf_init(&first, 65536);
	buf_init(&again, 65536);
	assert_ok(key_new(&one));
	assert_ok(key_new(&other));
	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_enrol_new(f->e, &call, &i));
	assert_int_equal(try_enrol(f, one, "AAAAAAAAAAAAAAAAAAAAAA", &first), STATUS_DENIED);
	assert_ok(try_enrol(f, one, buf_str(&call.out), &first));
	assert_ok(certificate_open(&c, &a, first.ptr, first.len, key_public(hub_key(f->h))));
	assert_ok(certificate_holds(&c, "ev", key_id(one), "m9", f->wall));
	assert_string_equal(c.name, "Somebody new");
	assert_int_equal(c.roles, ROLE_MONITOR | ROLE_LEAD);
	assert_int_equal(c.n_ties, 1);
	f->wall += HUB_CODE_S * INT64_C(1000);
	assert_ok(try_enrol(f, one, buf_str(&call.out), &again));	/* the answer was lost: the same */
	assert_int_equal(again.len, first.len);
	assert_memory_equal(again.ptr, first.ptr, first.len);
	assert_int_equal(try_enrol(f, other, buf_str(&call.out), &again), STATUS_CONFLICT);
	hub_call_done(&call);
	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_enrol_new(f->e, &call, &i));
	f->wall += HUB_CODE_S * INT64_C(1000);
	assert_int_equal(try_enrol(f, other, buf_str(&call.out), &again), STATUS_DENIED);
	hub_call_done(&call);
	key_free(one);
	key_free(other);
	buf_done(&first);
	buf_done(&again);
	arena_done(&a);
	hub_fixture_free(f);
}

/* What is in no feed survives a start too, also in an event that has no entry yet. */
static void a_code_of_an_empty_event_survives(void **state)
{
	struct hub_fixture *f = hub_fixture_bare(NULL, true);
	struct hub_invitation i = { .person = "m1", .roles = ROLE_MONITOR };
	struct hub_call call;
	struct buf certificate;
	struct key *k;

	(void)state;
	buf_init(&certificate, 65536);
	hub_call_init(&call, NULL, NULL);
	assert_ok(key_new(&k));
	assert_ok(hub_event_new(&f->e, f->h, "ev"));
	assert_ok(hub_enrol_new(f->e, &call, &i));
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_ok(try_enrol(f, k, buf_str(&call.out), &certificate));
	key_free(k);
	hub_call_done(&call);
	buf_done(&certificate);
	hub_fixture_free(f);
}

static void sessions_need_a_fresh_proof(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	char nonce[HUB_NONCE], token[HUB_TOKEN];
	struct hub_session s;
	struct hub_call call;
	struct author m1;
	struct buf b;

	(void)state;
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	assert_string_equal(m1.session.person, "m1");
	assert_string_equal(m1.session.replica, key_id(m1.key));
	buf_init(&b, 4096);
	hub_call_init(&call, NULL, NULL);
	hub_nonce(nonce, f->h);
	session_sign(&b, m1.key, "ev", nonce, f->wall);
	f->wall += 3 * MINUTE;
	assert_int_equal(hub_session_new(f->e, &call, b.ptr, b.len), STATUS_DENIED);
	hub_nonce(nonce, f->h);
	nonce[20] = nonce[20] == 'A' ? 'B' : 'A';
	buf_reset(&b);
	session_sign(&b, m1.key, "ev", nonce, f->wall);
	assert_int_equal(hub_session_new(f->e, &call, b.ptr, b.len), STATUS_DENIED);
	hub_nonce(nonce, f->h);
	buf_reset(&b);
	session_sign(&b, m1.key, "ev", nonce, f->wall);
	assert_ok(hub_session_new(f->e, &call, b.ptr, b.len));
	snprintf(token, sizeof(token), "%s", buf_str(&call.out));
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_ok(hub_session_find(&s, f->e, token));	/* also after a restart */
	assert_string_equal(s.person, "m1");
	f->wall += HUB_SESSION_S * INT64_C(1000);
	assert_int_equal(hub_session_find(&s, f->e, token), STATUS_DENIED);
	hub_call_done(&call);
	buf_done(&b);
	author_free(&m1);
	hub_fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_followed),
		cmocka_unit_test(pages_are_of_one_epoch),
		cmocka_unit_test(a_batch_again_is_duplicate),
		cmocka_unit_test(no_batch_is_refused_whole),
		cmocka_unit_test(poison_is_refused_alone),
		cmocka_unit_test(observers_do_not_write),
		cmocka_unit_test(roles_and_kinds_are_flagged),
		cmocka_unit_test(clocks_are_flagged),
		cmocka_unit_test(gaps_and_forks),
		cmocka_unit_test(revoked_keys_are_flagged_and_out),
	cmocka_unit_test(who_was_put_out_has_no_code_left),
	cmocka_unit_test(codes_are_for_one_key),
		cmocka_unit_test(a_code_of_an_empty_event_survives),
		cmocka_unit_test(sessions_need_a_fresh_proof),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hub", tests, NULL, NULL);
}
