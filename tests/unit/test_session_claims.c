/* SPDX-License-Identifier: Apache-2.0 */
/* The session machine: claims, evidence, enrolment. */
#include "sync_world.h"

static void claim_says(const char *ti, uint64_t fence)
{
	struct claim_answer c = { ti, "mon-1", fence, 3600 };
	struct buf b;

	buf_init(&b, 10000);
	claim_answer_write(&b, &c);
	say("/claims", 201, JSON, &b);
	buf_done(&b);
}

static void test_claims(void **state)
{
	struct sync_status told;

	(void)state;
	store.wants[0] = "81198";
	store.n_wants = 1;
	sync_start(w.s);
	link_up(0);
	assert_int_equal(expect("/claims")->method, NET_POST);
	assert_non_null(strstr(buf_str(&expect("/claims")->body), "\"ti\":\"81198\""));
	refuse("/claims", 503, 1);	/* the same question again, with the same nonce */
	pass();
	claim_says("81198", 17);
	assert_string_equal(store.claim, "81198 mon-1 mine 17 3600");
	sync_status(&told, w.s);
	assert_string_equal(told.claim, "81198");
	assert_true(told.claim_mine && !told.claim_other);
	sync_claim(w.s, "81199");
	refuse("/claims", 409, 0);
	assert_string_equal(store.claim, "81199 mon-2 theirs 0 60");
	sync_status(&told, w.s);
	assert_string_equal(told.claim, "81199");
	assert_true(told.claim_other && !told.claim_mine);
	w.now += 1799000;
	sync_tick(w.s);
	assert_null(find("/claims"));
	w.now += 2000;
	sync_tick(w.s);
	assert_int_equal(expect("/claims/81198")->method, NET_PUT);
	claim_says("81198", 17);
	sync_hold(w.s, "81198", 3);
	assert_non_null(strstr(buf_str(&expect("/claims/81198/hold")->body), "\"hours\":3"));
	claim_says("81198", 17);
	sync_release(w.s, "81198");
	assert_int_equal(expect("/claims/81198?fence=17")->method, NET_DELETE);
	say("/claims/81198?fence=17", 204, "", NULL);
	assert_string_equal(store.claim, "81198 - theirs 0 0");
	sync_force(w.s, "81200", "went home");
	assert_non_null(strstr(buf_str(&expect("/claims/81200/force")->body), "went home"));
}

/* Asked for while there is no way: asked of the hub once there is one; only the last word counts. */
static void test_claims_offline(void **state)
{
	(void)state;
	sync_start(w.s);
	sync_claim(w.s, "5");
	sync_release(w.s, "5");
	sync_claim(w.s, "5");
	link_up(0);
	claim_says("5", 3);
	assert_null(find("/claims"));
	assert_string_equal(store.claim, "5 mon-1 mine 3 3600");
}

/* What was never granted is neither given back nor held: the hub would only be asked nonsense. */
static void test_claims_without_lease(void **state)
{
	(void)state;
	sync_start(w.s);
	link_up(0);
	sync_release(w.s, "8");
	assert_null(find("/claims"));
	sync_hold(w.s, "8", 2);
	assert_null(find("/claims"));
	assert_non_null(strstr(status().notice, "confirmed"));
	sync_claim(w.s, "9");
	sync_release(w.s, "9");		/* while the question is under way: its answer has the number */
	claim_says("9", 5);
	assert_int_equal(expect("/claims/9?fence=5")->method, NET_DELETE);
}

/* The hub holds one that is not wanted any more. */
static void test_claims_left(void **state)
{
	(void)state;
	store.claims[0] = (struct claim_row){ .ti = "6", .mine = true, .fence = 4, .left_s = 100 };
	store.claims[1] = (struct claim_row){ .ti = "7", .who = "mon-2", .fence = 4, .left_s = 100 };
	store.n_claims = 2;
	sync_start(w.s);
	link_up(0);
	assert_int_equal(expect("/claims/6?fence=4")->method, NET_DELETE);
	assert_null(find("/claims/7"));
}

static void piece(uint64_t from, uint64_t total, size_t len)
{
	char *bytes = mem_zalloc(len);

	answer(expect("/evidence/"), (struct net_answer){ .status = 206, .type = BYTES, .ranged = true, .from = from,
		.total = total, .body = bytes, .len = len });
	mem_free(bytes);
}

static void test_evidence(void **state)
{
	(void)state;
	store.has_evidence = true;
	store.evidence = (struct evidence_want){ { { 7 } }, 2500000, 100 };
	sync_over(w.s, "ssh", SYNC_COST_FREE);
	sync_budget(w.s, 10000000);
	sync_start(w.s);
	link_up(0);
	assert_null(find("/evidence/"));	/* records and the feed first */
	page(0, 0);
	assert_int_equal(expect("/evidence/")->from, 100);
	assert_int_equal(expect("/evidence/")->to, 100 + (256u << 10) - 1);	/* of a line of which nothing is known */
	piece(100, 2500000, 1u << 20);
	assert_int_equal(status().evidence_left, 1);
	say_failure("/evidence/", NET_CUT);	/* a cut costs one piece */
	pass();
	event_hello(0);
	have();
	page(0, 0);
	while (!find("/evidence/"))
		pass();
	assert_int_equal(expect("/evidence/")->from, 100 + (1u << 20));
	piece(100 + (1u << 20), 2500000, 1u << 20);
	store.piece = STATUS_CORRUPT;		/* whole, and wrong: from the start */
	piece(100 + (2u << 20), 2500000, 2500000 - 100 - (2u << 20));
	store.piece = STATUS_OK;
	store.evidence.have = 0;
	pass();
	assert_int_equal(expect("/evidence/")->from, 0);
	piece(0, 2500000, 1u << 20);
	piece(1u << 20, 2500000, 1u << 20);
	piece(2u << 20, 2500000, 2500000 - (2u << 20));
	assert_int_equal(status().evidence_left, 0);
	assert_true(w.changed & SYNC_CHANGED_EVIDENCE);
	assert_true(sync_settled(w.s));
}

static struct sync_join *join;
static enum status joined_as;
static unsigned int joins;
static char join_message[NET_MESSAGE];

static void joined(enum status code, const char *message, void *data)
{
	(void)data;
	joins++;
	joined_as = code;
	snprintf(join_message, sizeof(join_message), "%s", message);
}

#define CODE "verdict1:https://hub.example:8443/ap-ips#0123456789abcdefghijkA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void test_join(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	join = sync_join_new(&world_port, CODE, NULL, joined, NULL);
	assert_true(w.pin_only);
	buf_adds(&b, "PEM");
	say("/v1/ca", 200, "application/x-pem-file", &b);
	assert_false(w.pin_only);	/* from here on the certificate counts too */
	hello();
	assert_string_equal(store.pem, "PEM");
	assert_string_equal(buf_str(&expect("/v1/events/ap-ips/enrol")->body), "0123456789abcdefghijkA");
	buf_reset(&b);
	buf_adds(&b, "cert");
	say("/enrol", 200, SIGNED, &b);
	assert_int_equal(joins, 1);
	assert_int_equal(joined_as, STATUS_OK);
	sync_join_free(join);
	buf_done(&b);
}

static void test_join_fails(void **state)
{
	struct buf b;

	(void)state;
	joins = 0;
	buf_init(&b, 100);
	buf_adds(&b, "PEM");
	join = sync_join_new(&world_port, "verdict1:nonsense", NULL, joined, NULL);
	assert_int_equal(joined_as, STATUS_USAGE);
	sync_join_free(join);
	join = sync_join_new(&world_port, CODE, NULL, joined, NULL);
	say_failure("/v1/ca", NET_OTHER_PIN);
	assert_int_equal(joined_as, STATUS_OFFLINE);
	sync_join_free(join);
	join = sync_join_new(&world_port, CODE, NULL, joined, NULL);
	say("/v1/ca", 200, "text/html", &b);
	assert_int_equal(joined_as, STATUS_OFFLINE);
	sync_join_free(join);
	join = sync_join_new(&world_port, CODE, NULL, joined, NULL);
	say("/v1/ca", 200, "application/x-pem-file", &b);
	hello();
	refuse("/enrol", 403, 0);
	assert_int_equal(joined_as, STATUS_DENIED);
	assert_string_equal(join_message, "no, thank you");
	assert_int_equal(joins, 4);
	sync_join_free(join);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(claims), TEST(claims_offline), TEST(claims_left), TEST(claims_without_lease), TEST(evidence), TEST(join), TEST(join_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
