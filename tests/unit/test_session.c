/* SPDX-License-Identifier: Apache-2.0 */
/* The session machine: a day, and everything that can go wrong between it and a hub. */
#include "sync_world.h"

static void test_day(void **state)
{
	(void)state;
	store.state.unsent = 450;
	sync_start(w.s);
	work();
	assert_int_equal(status().line, SYNC_CONNECTING);
	link_up(3);
	assert_string_equal(expect("/records")->token, "token-1");
	say("/records", 200, SIGNED, NULL);
	say("/records", 200, SIGNED, NULL);
	assert_false(sync_settled(w.s));
	say("/records", 200, SIGNED, NULL);
	assert_int_equal(store.receipts, 3);
	assert_int_equal(store.state.unsent, 0);
	page(3, 3);
	assert_int_equal(store.state.cursor, 3);
	assert_non_null(strstr(expect("/changes")->path, "since=3&limit=2000&wait=25"));
	assert_true(sync_settled(w.s));
	store.state.unsent = 1;
	sync_saved(w.s);
	assert_false(sync_settled(w.s) && !w.n_jobs);
	say("/records", 200, SIGNED, NULL);	/* while the poll still waits */
	assert_int_equal(status().sent, 451);
	page(1, 4);
	assert_int_equal(status().received, 4);
	assert_int_equal(status().cursor, 4);
}

/* The next page is asked for while the one before is being applied. */
static void test_pages_ahead(void **state)
{
	net_answer_cb cb;
	struct ask *a;
	struct buf b;
	void *data;

	(void)state;
	sync_start(w.s);
	link_up(1000);
	buf_init(&b, 100000);
	page_begin(&b, 1);
	page_add(&b, &(struct feed_entry){ 1, FEED_GONE, 0, "x", 1 });
	page_end(&b, true, 1000, 5, "cp", 2);
	a = expect("/changes");
	cb = a->cb;
	data = a->data;
	ask_free(a);
	cb(&(struct net_answer){ .status = 200, .type = PAGE, .message = "", .body = b.ptr, .len = b.len }, data);
	assert_int_equal(w.n_jobs, 1);	/* not applied yet */
	assert_non_null(strstr(w.asks->path, "since=1&limit=2000&wait=0"));
	buf_done(&b);
}

static void test_no_way(void **state)
{
	unsigned int i;
	int64_t longest = 0, waited;

	(void)state;
	sync_start(w.s);
	for (i = 0; i < 40; i++) {
		say_failure("/v1/hello", NET_ROUTE);
		assert_int_equal(status().line, SYNC_OFFLINE);
		assert_int_equal(status().failure, NET_ROUTE);
		assert_null(find("/v1/hello"));		/* not before its time */
		waited = pass();
		longest = waited > longest ? waited : longest;
		assert_true(waited >= 100 && waited <= 60200);
	}
	assert_true(longest > 20000);
	say_failure("/v1/hello", NET_ROUTE);
	sync_now(w.s);		/* the monitor does not want to wait */
	link_up(0);
}

static void test_cut_and_back(void **state)
{
	(void)state;
	store.state.unsent = 2;
	sync_start(w.s);
	link_up(0);
	say_failure("/records", NET_CUT);	/* whether it arrived nobody knows: it is sent again */
	assert_int_equal(status().line, SYNC_OFFLINE);
	assert_int_equal(store.receipts, 0);
	pass();
	event_hello(0);		/* the session still holds */
	have();
	pass();
	say("/records", 200, SIGNED, NULL);
	assert_int_equal(store.state.unsent, 0);
	assert_int_equal(status().line, SYNC_ONLINE);
}

static void test_session_ends(void **state)
{
	(void)state;
	store.state.unsent = 1;
	sync_start(w.s);
	link_up(0);
	refuse("/records", 401, 0);
	assert_null(find("/records"));
	hello();
	session("token-2");
	event_hello(0);
	have();
	while (!find("/records"))
		pass();
	assert_string_equal(expect("/records")->token, "token-2");
	say("/records", 200, SIGNED, NULL);
	assert_int_equal(store.state.unsent, 0);
}

static void test_epoch(void **state)
{
	(void)state;
	store.state.cursor = 77;
	sync_start(w.s);
	link_up(80);
	refuse("/changes", 410, 0);
	store.epoch_changed = true;
	event_hello(5);
	have();
	assert_int_equal(store.epochs, 2);
	assert_non_null(strstr(expect("/changes")->path, "since=0&"));
	assert_non_null(strstr(status().notice, "restored"));
}

/* One record of five hundred cannot be taken: the others go, it is laid aside with the hub's word. */
static void test_poison(void **state)
{
	unsigned int asks;

	(void)state;
	store.state.unsent = 500;
	store.poison = 137;
	sync_start(w.s);
	link_up(0);
	for (asks = 0; store.state.unsent && asks < 60; asks++) {
		expect("/records");
		if (store.poison && store.poison <= store.batch_n)
			refuse("/records", 400, 0);
		else
			say("/records", 200, SIGNED, NULL);
	}
	assert_int_equal(store.state.unsent, 0);
	assert_int_equal(store.trayed, 1);
	assert_true(asks < 30);
}

static void test_large(void **state)
{
	(void)state;
	store.state.unsent = 4;
	store.poison = 1;
	sync_start(w.s);
	link_up(0);
	refuse("/records", 413, 0);	/* four: two */
	refuse("/records", 413, 0);	/* two: one */
	refuse("/records", 413, 0);	/* one: aside */
	assert_int_equal(store.trayed, 1);
	assert_non_null(strstr(store.tray_why, "no, thank you"));
	say("/records", 200, SIGNED, NULL);	/* the other three, together */
	assert_int_equal(store.state.unsent, 0);
	assert_int_equal(status().refused, 1);
}

static void test_breaks_the_hub(void **state)
{
	unsigned int i;

	(void)state;
	store.state.unsent = 2;
	store.poison = 1;
	sync_start(w.s);
	link_up(0);
	for (i = 0; i < 6; i++) {
		refuse("/records", 500, 0);
		while (!store.trayed && !find("/records"))
			pass();
	}
	assert_int_equal(store.trayed, 1);
	say("/records", 200, SIGNED, NULL);
	assert_int_equal(store.state.unsent, 0);
}

static void test_busy_hub(void **state)
{
	(void)state;
	store.state.unsent = 1;
	sync_start(w.s);
	link_up(0);
	refuse("/records", 503, 20);
	assert_null(find("/records"));
	assert_true(pass() >= 20000);
	refuse("/records", 429, 3);
	assert_true(pass() >= 3000);
	say("/records", 200, SIGNED, NULL);
	assert_int_equal(store.trayed, 0);
	assert_int_equal(store.state.unsent, 0);
}

static void test_portal(void **state)
{
	struct buf html;

	(void)state;
	buf_init(&html, 100);
	buf_adds(&html, "<html>log in");
	store.state.unsent = 1;
	sync_start(w.s);
	link_up(0);
	say("/records", 200, "text/html", &html);
	assert_int_equal(store.receipts, 0);
	assert_int_equal(status().line, SYNC_OFFLINE);
	assert_non_null(strstr(status().why, "browser"));
	pass();
	say("ap%20ips/hello", 302, "", NULL);
	assert_int_equal(status().line, SYNC_OFFLINE);
	buf_done(&html);
}

static void test_lies(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_adds(&b, "not a page");
	store.state.unsent = 1;
	store.receipt = STATUS_DENIED;
	sync_start(w.s);
	link_up(9);
	say("/records", 200, SIGNED, NULL);	/* a receipt whose signature does not hold */
	assert_int_equal(store.state.unsent, 1);
	assert_int_equal(status().line, SYNC_OFFLINE);
	pass();
	event_hello(9);
	have();
	store.receipt = STATUS_OK;
	say("/changes", 200, PAGE, &b);
	assert_int_equal(status().line, SYNC_OFFLINE);
	assert_int_equal(store.state.cursor, 0);
	buf_done(&b);
}

static void test_history_rewritten(void **state)
{
	(void)state;
	sync_start(w.s);
	link_up(9);
	store.page = STATUS_DENIED;
	store.state.conflict = "the hub shows another history";
	store.state.unsent = 1;
	page(1, 9);
	assert_string_equal(status().notice, "the hub shows another history");
	event_hello(9);
	have();
	assert_null(find("/changes"));	/* nothing of it is taken */
	say("/records", 200, SIGNED, NULL);	/* but what was decided here still goes there */
	assert_int_equal(store.state.unsent, 0);
	assert_true(sync_settled(w.s));		/* there is nothing to wait for */
}

static void test_another_hub(void **state)
{
	(void)state;
	store.state.hub_key[0] = 8;
	sync_start(w.s);
	hello();
	assert_int_equal(status().line, SYNC_OFFLINE);
	assert_non_null(strstr(status().why, "another hub"));
	assert_null(find("/session"));
}

static void test_barred_and_locked(void **state)
{
	(void)state;
	store.proof = STATUS_DENIED;
	sync_start(w.s);
	hello();
	assert_int_equal(status().line, SYNC_LOCKED);
	store.proof = STATUS_OK;
	sync_start(w.s);	/* unlocked */
	hello();
	refuse("/session", 401, 0);
	assert_int_equal(status().line, SYNC_BARRED);
	assert_string_equal(status().why, "no, thank you");
	assert_true(pass() >= 60000);
	store.state.enrolled = false;
	sync_start(w.s);
	work();
	assert_int_equal(status().line, SYNC_BARRED);
	assert_non_null(strstr(status().why, "join"));
	store.state.hub_url = NULL;
	sync_start(w.s);
	work();
	assert_int_equal(status().line, SYNC_ALONE);
	assert_int_equal(w.wake, INT64_MAX);	/* no wake-ups for a console without a hub */
}

/* Who joined by a file asks for the certificate first, and again until there is one. */
static void test_join_file(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	store.state.enrolled = false;
	store.state.enrolling = store.state.waiting = true;
	store.proof = STATUS_DENIED;
	sync_start(w.s);
	work();
	assert_int_equal(status().line, SYNC_LOCKED);
	store.proof = STATUS_OK;
	pass();
	work();
	assert_string_equal(buf_str(&expect("/enrol")->body), "waiting");
	say_failure("/enrol", NET_ROUTE);
	assert_int_equal(status().line, SYNC_OFFLINE);
	pass();
	work();
	refuse("/enrol", 403, 0);
	assert_int_equal(status().line, SYNC_BARRED);
	assert_true(pass() >= 60000);
	work();
	buf_adds(&b, "junk");
	say("/enrol", 200, SIGNED, &b);
	work();
	assert_int_equal(status().line, SYNC_BARRED);
	pass();
	work();
	buf_reset(&b);
	buf_adds(&b, "cert");
	say("/enrol", 200, SIGNED, &b);
	work();
	hello();
	buf_done(&b);
}

static void test_bad_peer(void **state)
{
	(void)state;
	w.bad_peer = true;
	sync_start(w.s);
	assert_null(find("/v1/hello"));
	assert_int_equal(status().line, SYNC_BARRED);
	assert_string_equal(status().why, "no hub's address");
	w.bad_peer = false;
	sync_start(w.s);
	link_up(0);
	assert_int_equal(w.peers, 2);
}

static void test_fork(void **state)
{
	(void)state;
	store.offer = STATUS_CONFLICT;
	store.state.unsent = 1;
	sync_start(w.s);
	link_up(0);
	assert_non_null(strstr(status().notice, "new code"));
	say("/records", 200, SIGNED, NULL);	/* nothing is held back */
	assert_int_equal(store.state.unsent, 0);
}

static void test_stop(void **state)
{
	(void)state;
	store.state.unsent = 1;
	sync_start(w.s);
	link_up(0);
	expect("/records");
	sync_stop(w.s);
	assert_null(w.asks);
	assert_int_equal(w.cancelled, 2);
	sync_saved(w.s);
	sync_tick(w.s);
	work();
	assert_null(w.asks);
	sync_start(w.s);
	work();
	hello();
	assert_non_null(find("/session"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(day), TEST(pages_ahead), TEST(no_way), TEST(cut_and_back), TEST(session_ends), TEST(epoch), TEST(poison),
		TEST(large), TEST(breaks_the_hub), TEST(busy_hub), TEST(portal), TEST(lies), TEST(history_rewritten),
		TEST(another_hub), TEST(barred_and_locked), TEST(join_file), TEST(bad_peer), TEST(fork), TEST(stop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
