/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session machine on lines that are slow, long, cut again and again, or whose bytes are counted: how much goes at
 * once, what a cut costs, what is fetched unasked. Time is the test's.
 */
#include "sync_world.h"

#define LINE 125000		/* bytes a second: 1 Mbit/s */
#define ROUND_MS 200
#define CUT_MS 20000
#define HANDSHAKES 3		/* TCP, TLS */

/* ---- evidence that nobody asked for ---- */

static void piece_after(int64_t ms)
{
	struct ask *a = expect("/evidence/");
	uint64_t from = a->from;
	size_t len = (size_t)(a->to - a->from) + 1;
	char *bytes = mem_zalloc(len);

	w.now += ms;
	answer(a, (struct net_answer){ .status = 206, .type = BYTES, .ranged = true, .from = from,
		.total = store.evidence.size, .body = bytes, .len = len });
	mem_free(bytes);
}

static void begin(enum sync_cost cost)
{
	store.has_evidence = true;
	store.evidence = (struct evidence_want){ { { 7 } }, 8000000, 0 };
	sync_over(w.s, "https", cost);
	sync_budget(w.s, 10000000);
	sync_start(w.s);
	link_up(0);
	page(0, 0);
}

static void test_fast_line(void **state)
{
	uint64_t longest = 0, len;

	(void)state;
	begin(SYNC_COST_MEASURED);
	while (find("/evidence/")) {
		len = expect("/evidence/")->to - expect("/evidence/")->from + 1;
		longest = len > longest ? len : longest;
		piece_after(10);
	}
	assert_int_equal(longest, 1u << 20);
	assert_int_equal(store.evidence.have, store.evidence.size);
	assert_null(status().held);
	assert_true(sync_settled(w.s));
}

static void test_slow_line(void **state)
{
	(void)state;
	begin(SYNC_COST_MEASURED);
	piece_after(2000);		/* a quarter of a megabyte in two seconds tells enough */
	assert_null(find("/evidence/"));
	assert_string_equal(status().held, "slow");
	assert_in_range(status().line_rate, 125000, 140000);
	assert_int_equal(status().evidence_left, 0);
	assert_true(sync_settled(w.s));		/* what is not asked for is not waited for */
	sync_fetch(w.s, &store.evidence.sha256);
	work();
	assert_null(status().held);
	while (find("/evidence/")) {		/* somebody opens it: now, and no portion is longer than a few seconds */
		uint64_t len = expect("/evidence/")->to - expect("/evidence/")->from + 1;

		assert_in_range(len, 1, 400000);
		piece_after((int64_t)len / 131);
	}
	assert_int_equal(store.evidence.have, store.evidence.size);
	assert_true(w.changed & SYNC_CHANGED_EVIDENCE);
}

static void test_measured_again(void **state)
{
	(void)state;
	begin(SYNC_COST_MEASURED);
	piece_after(4000);
	assert_string_equal(status().held, "slow");
	sync_now(w.s);			/* the monitor looks after it, or the network is another one */
	work();
	piece_after(1);
	assert_null(status().held);
	assert_non_null(find("/evidence/"));
}

static void test_metered(void **state)
{
	(void)state;
	begin(SYNC_COST_METERED);
	assert_null(find("/evidence/"));
	assert_string_equal(status().held, "metered");
	assert_true(sync_settled(w.s));
	sync_fetch(w.s, &store.evidence.sha256);
	assert_non_null(find("/evidence/"));
}

static void test_costs_nothing(void **state)
{
	(void)state;
	begin(SYNC_COST_FREE);
	piece_after(20000);
	assert_null(status().held);
	assert_non_null(find("/evidence/"));
}

/* ---- pages ---- */

static unsigned int page_after(int64_t ms, uint64_t unsent)
{
	store.state.unsent = unsent;
	w.now += ms;
	page(2000, 100000);
	return (unsigned int)strtoul(strstr(expect("/changes")->path, "limit=") + 6, NULL, 10);
}

static void test_pages(void **state)
{
	unsigned int alone, i;

	(void)state;
	sync_start(w.s);
	link_up(100000);
	assert_non_null(strstr(expect("/changes")->path, "limit=2000&"));
	assert_int_equal(page_after(10, 0), 2000);
	for (i = 0; i < 12; i++)	/* the line became slow */
		alone = page_after(10000, 0);
	assert_in_range(alone, 200, 1500);
	for (i = 0; i < 12; i++)
		alone = page_after(10, 0);
	assert_int_equal(alone, 2000);
	for (i = 0; i < 12; i++) {		/* it dies in the middle: never more than half of what was too much */
		say_failure("/changes", NET_CUT);
		while (!find("/changes")) {
			if (find("ap%20ips/hello"))
				event_hello(100000);
			else if (find("/have"))
				have();
			else
				pass();
		}
	}
	alone = (unsigned int)strtoul(strstr(expect("/changes")->path, "limit=") + 6, NULL, 10);
	assert_in_range(alone, 1, 1000);
}

/* ---- records over a line that is cut ---- */

static struct { int64_t cut_at; unsigned int cuts; } line;

/* The answer to `a`, or the cut that comes before it; how it ended. */
static bool over_line(struct ask *a, int64_t handshake_ms)
{
	int64_t ends = w.now + handshake_ms + ROUND_MS + (int64_t)(a->body.len * 1000 / LINE);

	if (ends < line.cut_at) {
		w.now = ends;
		return true;
	}
	w.now = line.cut_at;
	line.cut_at += CUT_MS;
	line.cuts++;
	answer(a, (struct net_answer){ .failure = NET_CUT, .message = "cut" });
	return false;
}

static void one_request(bool *connected)
{
	int64_t handshake = *connected ? 0 : HANDSHAKES * ROUND_MS;

	if (!w.asks) {
		pass();
	} else if (find("/changes")) {		/* a long poll that brings nothing; its end with the connection is no loss */
		struct ask *a = find("/records") ? find("/records") : find("/changes");

		if (strstr(a->path, "/changes"))
			page(0, 0);
		else if (!(*connected = over_line(a, handshake)))
			return;
		else
			say("/records", 200, SIGNED, NULL);
	} else if (!(*connected = over_line(w.asks, handshake))) {
		return;
	} else if (find("/v1/hello")) {
		hello();
	} else if (find("/session")) {
		session("token-1");
	} else if (find("ap%20ips/hello")) {
		event_hello(0);
	} else if (find("/have")) {
		have();
	} else {
		say("/records", 200, SIGNED, NULL);
	}
}

/* Records as long as one portion holds many, and such that cannot be packed. */
static void send_all(size_t record, uint64_t n)
{
	bool connected = false;
	int64_t began = w.now;
	double share;

	line.cut_at = w.now + CUT_MS;
	line.cuts = 0;
	store.record_len = record;
	store.state.unsent = n;
	sync_start(w.s);
	work();
	while (store.state.unsent)
		one_request(&connected);
	share = (double)(record * n) / ((double)(w.now - began) / 1000 * LINE);
	print_message("%llu records of %zu bytes: %u cuts, %llu of %llu batches lost, %.2f of the line\n",
		(unsigned long long)n, record, line.cuts, (unsigned long long)status().batches_lost,
		(unsigned long long)status().batches, share);
	assert_in_range(line.cuts, 4, 1000);
	assert_in_range(status().batches_lost, 0, line.cuts);
	assert_true(share >= 0.7);
}

static void test_cut_again_and_again(void **state)
{
	(void)state;
	send_all(20000, 600);
}

static void test_long_records(void **state)
{
	(void)state;
	send_all(60000, 200);
}

/* A line that dies sooner than a portion is through still lets a smaller one through. */
static void test_dies_soon(void **state)
{
	unsigned int i;

	(void)state;
	store.record_len = 20000;
	store.state.unsent = 100;
	sync_start(w.s);
	link_up(0);
	for (i = 0; i < 20 && expect("/records")->body.len > 50000; i++) {
		say_failure("/records", NET_CUT);
		while (!find("/records")) {
			if (find("ap%20ips/hello"))
				event_hello(0);
			else if (find("/have"))
				have();
			else
				pass();
		}
	}
	assert_in_range(i, 1, 6);
	say("/records", 200, SIGNED, NULL);
	assert_true(store.state.unsent < 100);
}

static const struct CMUnitTest tests[] = {
	TEST(fast_line), TEST(slow_line), TEST(measured_again), TEST(metered), TEST(costs_nothing), TEST(pages), TEST(cut_again_and_again),
	TEST(long_records), TEST(dies_soon),
};
TEST_MAIN(tests)
