/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads written, read back, and refused for every reason there is. Layer: tests. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/mem.h"
#include "verdict/proto/payload.h"

#define KEY "Vkdap1RjR0wChd9dvyvKtw"

static struct record_step steps[] = { { 1, MARK_VERIFIED }, { 20, MARK_FAILED } };
static struct record_tick ticks[] = {
	{ "mhd-1", ITEM_TICKED, true, NULL }, { "mhd-2", ITEM_OVERRULED, false, "seen \"live\"" },
};
static struct record_looked looked[] = {
	{ { { 1 } }, "bundle.json", 1234 }, { { { 2 } }, NULL, INT64_MAX },
};
static struct digest base[RECORD_BASE_MAX + 1] = { { { 9 } }, { { 8 } } };

static struct record sample(enum record_kind kind)
{
	return (struct record){ .kind = kind, .event = "ap-ips-2026", .replica = KEY, .n = 2,
		.has_prev = true, .prev = { { 7 } }, .who = "mon-017", .at = INT64_C(1790000000123),
		.hlc = UINT64_C(0x01a0c4506c7b0003), .tz_min = -210,
		.ti = kind == RECORD_GRADE ? NULL : "81198", .line = kind == RECORD_GRADE ? "line-7" : NULL,
		.base = base, .n_base = 2, .fence = 17, .outcome = OUTCOME_PARTIAL,
		.text = "no document \xed\x95\x9c\n\"quoted\"", .correction = true, .revision = 3,
		.seen_status = TI_CRITICAL, .steps = steps, .n_steps = 2, .ticks = ticks, .n_ticks = 2,
		.looked = looked, .n_looked = 2, .has_of = true, .of = { { 6 } }, .ttl_s = 1800,
		.grade = "at-risk", .severity = SEVERITY_WARNING, .path = "entry[0]", .offset = 99,
		.evidence = { { 5 } }, .has_evidence = true, .gap = "narrative" };
}

static int set_up(void **state)
{
	struct arena *a = test_calloc(1, sizeof(*a));

	arena_init(a);
	*state = a;
	return 0;
}

static int tear_down(void **state)
{
	arena_done(*state);
	test_free(*state);
	return 0;
}

static struct record there_and_back(struct arena *a, const struct record *in)
{
	struct record out;
	struct buf b;

	buf_init(&b, 2 * RECORD_PAYLOAD_MAX);
	assert_ok(payload_format(&b, in));
	if (payload_parse(&out, a, b.ptr, b.len))
		fail_msg("%s: %s", status_message(), buf_str(&b));
	buf_done(&b);
	return out;
}

static void assert_decision(const struct record *r)
{
	assert_int_equal(r->outcome, OUTCOME_PARTIAL);
	assert_true(r->correction);
	assert_int_equal(r->revision, 3);
	assert_int_equal(r->seen_status, TI_CRITICAL);
	assert_int_equal(r->n_steps, 2);
	assert_int_equal(r->steps[1].n, 20);
	assert_int_equal(r->steps[1].mark, MARK_FAILED);
	assert_int_equal(r->n_ticks, 2);
	assert_true(r->ticks[0].by_check);
	assert_false(r->ticks[1].by_check);
	assert_string_equal(r->ticks[1].reason, "seen \"live\"");
	assert_int_equal(r->ticks[1].state, ITEM_OVERRULED);
	assert_int_equal(r->n_looked, 2);
	assert_string_equal(r->looked[0].name, "bundle.json");
	assert_null(r->looked[1].name);
	assert_true(r->looked[1].size == INT64_MAX);
	assert_int_equal(r->looked[1].sha256.b[0], 2);
}

static void assert_common(const struct record *r, enum record_kind kind)
{
	assert_int_equal(r->kind, kind);
	assert_string_equal(r->kind_name, record_kind_name(kind));
	assert_string_equal(r->event, "ap-ips-2026");
	assert_string_equal(r->replica, KEY);
	assert_int_equal(r->n, 2);
	assert_true(r->has_prev);
	assert_int_equal(r->prev.b[0], 7);
	assert_string_equal(r->who, "mon-017");
	assert_true(r->at == INT64_C(1790000000123));
	assert_true(r->hlc == UINT64_C(0x01a0c4506c7b0003));
	assert_int_equal(r->tz_min, -210);
	assert_int_equal(r->n_base, 2);
	assert_int_equal(r->base[1].b[0], 8);
	assert_int_equal(r->fence, 17);
	assert_string_equal(r->text, "no document \xed\x95\x9c\n\"quoted\"");
}

/* A grade taken back: readers that know nothing of it take it for one that says least. */
static void test_grade_taken_back(void **state)
{
	struct record in = sample(RECORD_GRADE), out;
	struct buf b;

	in.grade = "none";
	out = there_and_back(*state, &in);
	assert_string_equal(out.grade, "none");
	buf_init(&b, RECORD_PAYLOAD_MAX);
	assert_ok(payload_format(&b, &in));
	assert_non_null(strstr(buf_str(&b), "\"grade\":\"not-graded\",\"back\":true"));
	buf_done(&b);
}

static void test_every_kind(void **state)
{
	for (int kind = RECORD_VERDICT; kind < RECORD_KIND_COUNT; kind++) {
		struct record in = sample(kind), out = there_and_back(*state, &in);

		assert_common(&out, kind);
		if (kind == RECORD_VERDICT || kind == RECORD_RESOLUTION)
			assert_decision(&out);
		if (kind == RECORD_WITHDRAWAL || kind == RECORD_RESOLUTION || kind == RECORD_REISSUE)
			assert_int_equal(out.of.b[0], 6);
		if (kind == RECORD_GRADE)
			assert_string_equal(out.grade, "at-risk");
		assert_string_equal(kind == RECORD_GRADE ? out.line : out.ti,
			kind == RECORD_GRADE ? "line-7" : "81198");
		assert_int_equal(out.ttl_s, kind == RECORD_CLAIM ? 1800 : 0);
		assert_int_equal(out.has_evidence, kind == RECORD_FINDING);
	}
}

static void test_finding(void **state)
{
	struct record in = sample(RECORD_FINDING), out = there_and_back(*state, &in);

	assert_int_equal(out.severity, SEVERITY_WARNING);
	assert_int_equal(out.offset, 99);
	assert_string_equal(out.path, "entry[0]");
	assert_string_equal(out.gap, "narrative");
	assert_int_equal(out.evidence.b[0], 5);
}

static void test_least(void **state)
{
	struct record in = { .kind = RECORD_RELEASE, .event = "e", .replica = KEY, .n = 1, .who = "m",
		.ti = "1" };
	struct record out = there_and_back(*state, &in);

	assert_false(out.has_prev);
	assert_int_equal(out.n_base, 0);
	assert_null(out.text);
	assert_int_equal(out.tz_min, 0);
	assert_int_equal(out.fence, 0);
}

/* Every writer gives the same bytes: the worked example in PROTOCOL.md rests on it. */
static void test_bytes(void **state)
{
	struct record in = { .kind = RECORD_COMMENT, .event = "e", .replica = KEY, .n = 1, .who = "m",
		.ti = "1", .text = "hi", .tz_min = 540, .at = 1000, .hlc = 0x10002 };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_ok(payload_format(&b, &in));
	assert_string_equal(buf_str(&b), "{\"v\":1,\"t\":\"comment\",\"ev\":\"e\",\"rep\":\"" KEY "\","
		"\"n\":1,\"who\":\"m\",\"hlc\":\"000000000001-0002\",\"at\":\"1970-01-01T00:00:01.000Z\","
		"\"tz\":\"+09:00\",\"subj\":{\"ti\":\"1\"},\"base\":[],\"body\":{\"text\":\"hi\"}}");
	buf_done(&b);
}

#define HEAD "{\"v\":1,\"t\":\"release\",\"ev\":\"e\",\"rep\":\"" KEY "\",\"n\":1,\"who\":\"m\"," \
	"\"hlc\":\"000000000001-0002\",\"at\":\"1970-01-01T00:00:01Z\",\"tz\":\"+09:00\",\"subj\":{\"ti\":\"1\"}"

static void test_unknown_is_kept_away(void **state)
{
	static const char newer[] = HEAD ",\"base\":[],\"body\":{\"x\":[{\"y\":1.5e3}]},\"later\":{\"a\":null}}";
	char other[sizeof(newer)];
	struct record out;

	assert_ok(payload_parse(&out, *state, newer, sizeof(newer) - 1));
	assert_int_equal(out.kind, RECORD_RELEASE);
	memcpy(other, newer, sizeof(newer));
	memcpy(strstr(other, "release"), "sealing", 7);
	assert_ok(payload_parse(&out, *state, other, sizeof(newer) - 1));
	assert_int_equal(out.kind, RECORD_UNKNOWN);
	assert_string_equal(out.kind_name, "sealing");
}

/* What replaces what in a good verdict, the answer, and a word of the message. */
static const struct { const char *from, *to; enum status st; const char *says; } faults[] = {
	{ "\"v\":1", "\"v\":2", STATUS_NEWER, "newer" },
	{ "\"v\":1", "\"v\":0", STATUS_INVALID, "v" },
	{ "\"v\":1", "\"v\":\"1\"", STATUS_INVALID, "integer" },
	{ "\"v\":1,", "", STATUS_INVALID, "missing" },
	{ "\"v\":1", "\"v\":1.0", STATUS_INVALID, "integer" },
	{ "\"v\":1", "\"v\":1,\"v\":1", STATUS_INVALID, "duplicate" },
	{ "\"t\":\"verdict\"", "\"t\":5", STATUS_INVALID, "t: want a string" },
	{ "\"t\":\"verdict\"", "\"t\":\"\"", STATUS_INVALID, "empty" },
	{ "\"ev\":\"ap-ips-2026\",", "", STATUS_INVALID, "ev" },
	{ KEY, "short", STATUS_INVALID, "rep" },
	{ KEY, "Vkdap1RjR0wChd9dvyvKt/", STATUS_INVALID, "rep" },
	{ "\"n\":2", "\"n\":0", STATUS_INVALID, "n: is out of range" },
	{ "\"n\":2", "\"n\":-1", STATUS_INVALID, "out of range" },
	{ "\"n\":2", "\"n\":99999999999999999999", STATUS_INVALID, "integer" },
	{ "\"n\":2", "\"n\":1", STATUS_INVALID, "prev" },
	{ "\"prev\":\"07", "\"prev\":\"7", STATUS_INVALID, "prev" },
	{ "\"prev\":\"07", "\"prev\":\"0F", STATUS_INVALID, "prev" },
	{ "\"who\":\"mon-017\"", "\"who\":null", STATUS_INVALID, "who" },
	{ "01a0c4506c7b-0003", "01a0c4506c7b00003", STATUS_INVALID, "hlc" },
	{ "01a0c4506c7b-0003", "01a0c4506c7b-000G", STATUS_INVALID, "hlc" },
	{ "01a0c4506c7b-0003", "01a0c4506c7b-0", STATUS_INVALID, "hlc" },
	{ "2026-09-21T", "2026-13-21T", STATUS_INVALID, "at" },
	{ "-03:30", "-3:30", STATUS_INVALID, "tz" },
	{ "-03:30", "-03:60", STATUS_INVALID, "tz" },
	{ "-03:30", " 03:30", STATUS_INVALID, "tz" },
	{ "{\"ti\":\"81198\"}", "{}", STATUS_INVALID, "subj.ti" },
	{ "{\"ti\":\"81198\"}", "[]", STATUS_INVALID, "subj" },
	{ "{\"ti\":\"81198\"}", "{\"ti\":81198}", STATUS_INVALID, "subj.ti" },
	{ "\"base\":[\"09", "\"base\":[\"9", STATUS_INVALID, "base" },
	{ "\"base\":[\"09", "\"base\":[9,\"09", STATUS_INVALID, "base" },
	{ "{\"fence\":17}", "{\"fence\":-17}", STATUS_INVALID, "claim.fence" },
	{ "\"outcome\":\"partial\"", "\"outcome\":\"none\"", STATUS_INVALID, "body.outcome" },
	{ "\"outcome\":\"partial\"", "\"outcome\":\"part\"", STATUS_INVALID, "body.outcome" },
	{ "\"correction\":true", "\"correction\":1", STATUS_INVALID, "body.correction" },
	{ "\"status\":\"critical\"", "\"status\":\"great\"", STATUS_INVALID, "body.seen.status" },
	{ "\"revision\":3", "\"revision\":4294967296", STATUS_INVALID, "body.seen.revision" },
	{ "\"mark\":\"failed\"", "\"mark\":\"bad\"", STATUS_INVALID, "body.steps[1].mark" },
	{ "{\"n\":20,", "{", STATUS_INVALID, "body.steps[1].n" },
	{ "{\"n\":1,\"mark\":\"verified\"}", "7", STATUS_INVALID, "body.steps[0]" },
	{ "\"state\":\"ticked\"", "\"state\":\"\"", STATUS_INVALID, "body.ticks[0].state" },
	{ "\"id\":\"mhd-2\"", "\"id\":\"\"", STATUS_INVALID, "body.ticks[1].id" },
	{ "\"size\":1234", "\"size\":-1", STATUS_INVALID, "body.looked[0].size" },
	{ "\"sha256\":\"02", "\"sha256\":\"2", STATUS_INVALID, "body.looked[1].sha256" },
	{ "\"looked\":[", "\"looked\":{},\"x\":[", STATUS_INVALID, "body.looked" },
	{ "\"text\":\"no", "\"text\":\"\\u0000no", STATUS_INVALID, "byte" },
	{ "\"text\":\"no", "\"text\":\"\\ud800no", STATUS_INVALID, "byte" },
	{ "\"text\":\"no", "\"text\":\"\xff no", STATUS_INVALID, "UTF-8" },
	{ "\"body\":{", "\"body\":{\"x\":[[[[[[[[]]]]]]]],", STATUS_LIMIT, "deeper" },
	{ "\"body\":{", "\"body\":5,\"y\":{", STATUS_INVALID, "body" },
};

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("%s is not in %s", from, text);
	return mem_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void test_faults(void **state)
{
	struct record in = sample(RECORD_VERDICT), out;
	struct buf b;

	buf_init(&b, RECORD_PAYLOAD_MAX);
	assert_ok(payload_format(&b, &in));
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char *bad = replaced(buf_str(&b), faults[i].from, faults[i].to);
		enum status st;

		status_clear();
		st = payload_parse(&out, *state, bad, strlen(bad));
		if (st != faults[i].st || !strstr(status_message(), faults[i].says))
			fail_msg("%s: %s, \"%s\"", faults[i].to, status_name(st), status_message());
		mem_free(bad);
	}
	buf_done(&b);
}

static void test_not_one_object(void **state)
{
	static const char *const bad[] = { "", "{", "}", "{}{}", "[]", "null", " {}", "{} ", "{}\n", "{\"v\":1}}",
		"{\"v\":1,}", "{'v':1}" };
	struct record in = sample(RECORD_VERDICT), out;
	struct buf b;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(payload_parse(&out, *state, bad[i], strlen(bad[i])), STATUS_INVALID);
	buf_init(&b, RECORD_PAYLOAD_MAX);
	assert_ok(payload_format(&b, &in));
	for (size_t len = 0; len < b.len; len++)
		assert_int_not_equal(payload_parse(&out, *state, b.ptr, len), STATUS_OK);
	buf_done(&b);
}

/* A megabyte of brackets, and brackets enough to break a stack within the size allowed. */
static void test_nesting(void **state)
{
	struct record out;
	struct buf b;

	buf_init(&b, 2 << 20);
	buf_adds(&b, "{\"x\":");
	buf_fill(&b, '[', 60000);
	buf_adds(&b, "}");
	assert_int_equal(payload_parse(&out, *state, b.ptr, b.len), STATUS_LIMIT);
	buf_fill(&b, '[', 1000000);
	assert_int_equal(payload_parse(&out, *state, b.ptr, b.len), STATUS_LIMIT);
	buf_done(&b);
}

static void test_ceilings(void **state)
{
	static struct record_looked many[RECORD_LOOKED_MAX + 1];
	static char text[RECORD_REASON_MAX + 2];
	struct record in = sample(RECORD_VERDICT), out;
	struct buf b;

	buf_init(&b, 1 << 20);
	memset(text, 'x', RECORD_REASON_MAX);
	in.text = text;
	in.n_base = RECORD_BASE_MAX;
	in.looked = many;
	in.n_looked = RECORD_LOOKED_MAX;
	out = there_and_back(*state, &in);
	assert_int_equal(out.n_base, RECORD_BASE_MAX);
	assert_int_equal(out.n_looked, RECORD_LOOKED_MAX);
	assert_int_equal(strlen(out.text), RECORD_REASON_MAX);
	in.n_base++;
	assert_int_equal(payload_format(&b, &in), STATUS_LIMIT);
	in.n_base = 0;
	in.n_looked++;
	assert_int_equal(payload_format(&b, &in), STATUS_LIMIT);
	in.n_looked = 0;
	text[RECORD_REASON_MAX] = 'x';
	assert_int_equal(payload_format(&b, &in), STATUS_LIMIT);
	buf_done(&b);
}

static void test_too_long_to_write(void **state)
{
	static char name[1024];
	static struct record_looked many[RECORD_LOOKED_MAX];
	struct record in = sample(RECORD_VERDICT);
	struct buf b;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	for (size_t i = 0; i < RECORD_LOOKED_MAX; i++)
		many[i].name = name;
	in.looked = many;
	in.n_looked = RECORD_LOOKED_MAX;
	buf_init(&b, 1 << 20);
	assert_int_equal(payload_format(&b, &in), STATUS_LIMIT);
	buf_done(&b);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(test_every_kind), CASE(test_grade_taken_back),
	CASE(test_finding),
	CASE(test_least),
	CASE(test_bytes),
	CASE(test_unknown_is_kept_away),
	CASE(test_faults),
	CASE(test_not_one_object),
	CASE(test_nesting),
	CASE(test_ceilings),
	CASE(test_too_long_to_write),
};
TEST_MAIN(tests)
