/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Malformed event packs, one fault each: the message names file, line and place, and nothing stays behind.
 * Rows for instances.ndjson are a second line behind a good first one.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include "src/store/import_priv.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"

struct row { const char *member, *text; enum status code; const char *message; };

#define TI(rest) "{\"id\":\"1002\",\"test\":\"T1\",\"status\":\"critical\",\"since\":\"2026-11-24T11:00:00Z\"," rest "}"
#define PART "\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]"
#define EV(rest) TI(PART ",\"evidence\":[" rest "]")
#define ITEM "{\"n\":1,\"name\":\"a\",\"sha256\":\"" PACK_HELLO "\",\"size\":5}"
#define TEST(rest) "{\"tracks\":[{\"id\":\"IPS\",\"name\":\"x\"}],\n\"tests\":[\n{\"id\":\"T1\",\"title\":\"t\",\"track\":\"IPS\",\n" rest "}]}"
#define ROLE "\"roles\":[{\"label\":\"source\"}]"

static const struct row rows[] = {
	/* JSON itself */
	{ "event.json", "", STATUS_INVALID, "event.json:1: value expected" },
	{ "event.json", "{", STATUS_INVALID, "event.json:1: key expected" },
	{ "event.json", "[1,2", STATUS_INVALID, "event.json:1: bracket without end" },
	{ "event.json", "\xef\xbb\xbf{}", STATUS_INVALID, "event.json:1: byte order mark" },
	{ "event.json", "{}\n\n{}", STATUS_INVALID, "event.json:3: more behind the value" },
	{ "event.json", "{\"a\":1,\n\"a\":2}", STATUS_INVALID, "event.json:2: key occurs twice in one object" },
	{ "event.json", "{\"a\":\"\xff\"}", STATUS_INVALID, "event.json:1: not UTF-8" },
	{ "event.json", "{\"a\":\"\xed\xa0\x80\"}", STATUS_INVALID, "event.json:1: not UTF-8" },
	{ "event.json", "{\"a\":\"\\ud800\"}", STATUS_INVALID, "event.json:1: lone surrogate in a string" },
	{ "event.json", "{\"a\":\"\\udc00\\ud800\"}", STATUS_INVALID, "event.json:1: lone surrogate in a string" },
	{ "event.json", "{\"a\":\"\\u0000\"}", STATUS_INVALID, "event.json:1: NUL in a string" },
	{ "event.json", "{\"a\":\"x\ty\"}", STATUS_INVALID, "event.json:1: raw control byte in a string" },
	{ "event.json", "{\"a\":\"\\x\"}", STATUS_INVALID, "event.json:1: unknown escape in a string" },
	{ "event.json", "{\"a\":\"abc", STATUS_INVALID, "event.json:1: string without end" },
	{ "event.json", "{\"a\":\"abc\\", STATUS_INVALID, "event.json:1: string without end" },
	{ "event.json", "{\"a\":01}", STATUS_INVALID, "event.json:1: bad number" },
	{ "event.json", "{\"a\":1.}", STATUS_INVALID, "event.json:1: bad number" },
	{ "event.json", "{\"a\":-}", STATUS_INVALID, "event.json:1: bad number" },
	{ "event.json", "{\"a\":nul}", STATUS_INVALID, "event.json:1: not JSON" },
	{ "event.json", "{\"a\" 1}", STATUS_INVALID, "event.json:1: colon expected" },
	{ "event.json", "{\"a\":1 \"b\":2}", STATUS_INVALID, "event.json:1: comma expected" },
	{ "event.json", "{\"a\":1,}", STATUS_INVALID, "event.json:1: key expected" },
	{ "event.json", "[]", STATUS_INVALID, "event.json:1: an object is expected" },
	/* the event */
	{ "event.json", NULL, STATUS_INVALID, "event.json: the pack has no such file" },
	{ "event.json", "{\"format\":\"zip\",\"version\":1,\"id\":\"e\",\"name\":\"n\",\"begins\":\"2026-11-23\",\"ends\":\"2026-11-23\"}",
		STATUS_INVALID, "event.json:1: format: \"zip\" is not \"verdict-pack\"" },
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":2,\"id\":\"e\",\"name\":\"n\",\"begins\":\"2026-11-23\",\"ends\":\"2026-11-23\"}",
		STATUS_NEWER, "this program reads version 1 and not 2" },
	{ "event.json", "{\"format\":\"verdict-pack\",\n\"version\":1,\n\"id\":\"a b\"}", STATUS_INVALID,
		"event.json:3: id: \"a b\" is not an id" },
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":1,\"id\":\"e\"}", STATUS_INVALID, "event.json:1: name: is missing" },
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":1,\"id\":\"e\",\"name\":null,\"begins\":\"2026-11-23\"}",
		STATUS_INVALID, "event.json:1: name: is missing" },
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":1,\"id\":\"e\",\"name\":\"n\",\"begins\":\"2026-02-30\",\"ends\":\"2026-11-23\"}",
		STATUS_INVALID, "event.json:1: begins: \"2026-02-30\" is not a day" },
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":\"1\"}", STATUS_INVALID, "version: a whole number is expected" },
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":1,\"tz_min\":1440}", STATUS_INVALID,
		"tz_min: 1440 is not between -1439 and 1439" },
	{ "event.json", "{\"critical_on\":1}", STATUS_INVALID, "critical_on: true or false is expected" },
	/* the catalogue */
	{ "catalogue.json", NULL, STATUS_INVALID, "catalogue.json: the pack has no such file" },
	{ "catalogue.json", "{}", STATUS_INVALID, "catalogue.json:1: tests: is missing" },
	{ "catalogue.json", "{\"tests\":{}}", STATUS_INVALID, "catalogue.json:1: tests: a list is expected" },
	{ "catalogue.json", "{\"tracks\":[{\"id\":\"A\",\"name\":\"x\"},\n{\"id\":\"A\",\"name\":\"y\"}],\"tests\":[]}", STATUS_INVALID,
		"catalogue.json:2: tracks[1].id: \"A\" occurs twice" },
	{ "catalogue.json", "{\"actors\":[7],\"tests\":[]}", STATUS_INVALID, "catalogue.json:1: actors[0]: an object is expected" },
	{ "catalogue.json", "{\"tests\":[{\"id\":\"T1\",\"title\":\"t\",\"track\":\"X\",\"roles\":[]}]}", STATUS_INVALID,
		"catalogue.json:1: tests[0].track: no track \"X\"" },
	{ "catalogue.json", TEST("\"profiles\":[\"MHD\"]," ROLE), STATUS_INVALID,
		"catalogue.json:4: tests[0].profiles[0]: no profile \"MHD\"" },
	{ "catalogue.json", TEST("\"peer\":\"many\"," ROLE), STATUS_INVALID, "tests[0].peer: \"many\" is not a word" },
	{ "catalogue.json", TEST("\"roles\":[{\"label\":\"a\"},{\"label\":\"a\"}]"), STATUS_INVALID,
		"catalogue.json:4: tests[0].roles[1].label: \"a\" is taken" },
	{ "catalogue.json", TEST("\"roles\":[{\"label\":\"monitor\"}]"), STATUS_INVALID, "roles[0].label: \"monitor\" is taken" },
	{ "catalogue.json", TEST("\"roles\":[{\"label\":\"a\",\"profile\":\"NO\"}]"), STATUS_INVALID, "roles[0].profile: no profile \"NO\"" },
	{ "catalogue.json", TEST("\"roles\":[{\"label\":\"a\",\"actor\":\"NO\"}]"), STATUS_INVALID, "roles[0].actor: no actor \"NO\"" },
	{ "catalogue.json", TEST("\"roles\":[{\"label\":\"a\",\"wanted\":100}]"), STATUS_INVALID, "wanted: 100 is not between 0 and 99" },
	{ "catalogue.json", TEST(ROLE ",\"steps\":[{\"n\":1,\"from\":\"source\",\"to\":\"nobody\"}]"), STATUS_INVALID,
		"catalogue.json:4: tests[0].steps[0].to: no role \"nobody\" in this test" },
	{ "catalogue.json", TEST(ROLE ",\"steps\":[{\"n\":1,\"from\":\"source\",\"to\":\"source\",\"transaction\":\"ITI-0\"}]"),
		STATUS_INVALID, "steps[0].transaction: no transaction \"ITI-0\"" },
	{ "catalogue.json", TEST(ROLE ",\"steps\":[{\"n\":1,\"from\":\"source\",\"to\":\"source\"},{\"n\":1,\"from\":\"source\",\"to\":\"source\"}]"),
		STATUS_INVALID, "steps[1].n: step 1 occurs twice" },
	{ "catalogue.json", TEST(ROLE ",\"steps\":[{\"n\":0,\"from\":\"source\",\"to\":\"source\"}]"), STATUS_INVALID,
		"steps[0].n: 0 is not between 1 and 999" },
	{ "catalogue.json", TEST(ROLE ",\"steps\":[{\"n\":1,\"from\":\"source\",\"to\":\"source\",\"kind\":\"mail\"}]"), STATUS_INVALID,
		"steps[0].kind: \"mail\" is not a word" },
	{ "catalogue.json", TEST(ROLE ",\"items\":[{\"id\":\"a\",\"text\":\"x\"},{\"id\":\"a\",\"text\":\"y\"}]"), STATUS_INVALID,
		"items[1].id: \"a\" occurs twice in this test" },
	{ "catalogue.json", TEST(ROLE ",\"items\":[{\"id\":\"a\",\"text\":\"x\",\"severity\":\"fatal\"}]"), STATUS_INVALID,
		"items[0].severity: \"fatal\" is not a word" },
	/* who takes part */
	{ "organisations.json", "{}", STATUS_INVALID, "organisations.json:1: a list is expected" },
	{ "organisations.json", "[{\"id\":\"O1\",\"name\":\"x\",\"country\":\"kr\"}]", STATUS_INVALID,
		"organisations.json:1: [0].country: \"kr\" is not two capital letters" },
	{ "organisations.json", "[{\"id\":\"O1\",\"name\":\"x\",\"country\":\"KR\"},\n\n{\"id\":\"O1\",\"name\":\"x\",\"country\":\"KR\"}]",
		STATUS_INVALID, "organisations.json:3: [1].id: \"O1\" occurs twice" },
	{ "systems.json", "[{\"id\":\"S1\",\"name\":\"x\",\"organisation\":\"O9\"}]", STATUS_INVALID,
		"systems.json:1: [0].organisation: no organisation \"O9\"" },
	{ "systems.json", "[{\"id\":\"S1\",\"name\":\"x\",\"organisation\":\"O1\",\"lines\":[{\"profile\":\"MHD\",\"actor\":\"X\"}]}]",
		STATUS_INVALID, "systems.json:1: [0].lines[0].actor: no actor \"X\"" },
	{ "systems.json", "[{\"id\":\"S1\",\"name\":\"x\",\"organisation\":\"O1\"},{\"id\":\"S1\",\"name\":\"x\",\"organisation\":\"O1\"}]",
		STATUS_INVALID, "systems.json:1: [1].id: \"S1\" occurs twice" },
	{ "persons.json", "[{\"id\":\"P1\",\"name\":\"x\",\"roles\":[\"king\"]}]", STATUS_INVALID,
		"persons.json:1: [0].roles[0]: monitor, lead, manager or observer is expected" },
	{ "persons.json", "[{\"id\":\"P1\",\"name\":\"x\",\"roles\":[],\"organisations\":[\"O9\"]}]", STATUS_INVALID,
		"persons.json:1: [0].organisations[0]: no organisation \"O9\"" },
	{ "persons.json", "[]", STATUS_INVALID, "instances.ndjson:2: claim.by: no person \"P1\"" },
	/* test instances */
	{ "instances.ndjson", "nonsense", STATUS_INVALID, "instances.ndjson:2: not JSON" },
	{ "instances.ndjson", "[]", STATUS_INVALID, "instances.ndjson:2: an object is expected" },
	{ "instances.ndjson", "{}", STATUS_INVALID, "instances.ndjson:2: id: is missing" },
	{ "instances.ndjson", PACK_TI_1, STATUS_INVALID, "instances.ndjson:2: id: \"1001\" occurs twice" },
	{ "instances.ndjson", "{\"id\":\"1002\",\"test\":\"T9\",\"status\":\"running\",\"since\":\"2026-11-24T11:00:00Z\"," PART "}",
		STATUS_INVALID, "instances.ndjson:2: test: no test \"T9\"" },
	{ "instances.ndjson", "{\"id\":\"1002\",\"test\":\"T1\",\"status\":\"disputed\",\"since\":\"2026-11-24T11:00:00Z\"," PART "}",
		STATUS_INVALID, "instances.ndjson:2: status: \"disputed\" is not a status" },
	{ "instances.ndjson", "{\"id\":\"1002\",\"test\":\"T1\",\"status\":\"running\",\"since\":\"2026-11-24T11:00:00\"," PART "}",
		STATUS_INVALID, "since: \"2026-11-24T11:00:00\" is not a time with a zone" },
	{ "instances.ndjson", "{\"id\":\"1002\",\"test\":\"T1\",\"status\":\"running\",\"since\":\"2026-11-24\"," PART "}",
		STATUS_INVALID, "since: \"2026-11-24\" is not a time with a zone" },
	{ "instances.ndjson", TI("\"participants\":[{\"role\":\"ghost\",\"system\":\"S1\"}]"), STATUS_INVALID,
		"instances.ndjson:2: participants[0].role: the test has no role \"ghost\"" },
	{ "instances.ndjson", TI("\"participants\":[]"), STATUS_INVALID, "instances.ndjson:2: participants: is empty" },
	{ "instances.ndjson", TI("\"participants\":[{\"role\":\"source\",\"system\":\"S1\"},{\"role\":\"recipient\",\"system\":\"S99\"}]"),
		STATUS_INVALID, "instances.ndjson:2: participants[1].system: no system \"S99\"" },
	{ "instances.ndjson", TI(PART ",\"steps\":[{\"n\":3,\"status\":\"done\"}]"), STATUS_INVALID,
		"instances.ndjson:2: steps[0].n: the test has no step 3" },
	{ "instances.ndjson", TI(PART ",\"steps\":[{\"n\":1,\"status\":\"done\"},{\"n\":1,\"status\":\"done\"}]"), STATUS_INVALID,
		"instances.ndjson:2: steps[1].n: step 1 occurs twice" },
	{ "instances.ndjson", TI(PART ",\"steps\":[{\"n\":1,\"status\":\"over\"}]"), STATUS_INVALID, "steps[0].status: \"over\" is not a word" },
	{ "instances.ndjson", TI(PART ",\"revision\":-1"), STATUS_INVALID, "revision: -1 is not between 0 and 1000000000" },
	{ "instances.ndjson", TI(PART ",\"revision\":1.5"), STATUS_INVALID, "revision: a whole number is expected" },
	{ "instances.ndjson", TI(PART ",\"revision\":99999999999999999999"), STATUS_INVALID, "revision: a whole number is expected" },
	{ "instances.ndjson", EV("{\"n\":1}"), STATUS_INVALID, "instances.ndjson:2: evidence[0].name: is missing" },
	{ "instances.ndjson", EV(ITEM "," ITEM), STATUS_INVALID, "instances.ndjson:2: evidence[1].n: evidence 1 occurs twice" },
	{ "instances.ndjson", EV("{\"n\":10000,\"name\":\"a\"}"), STATUS_INVALID, "evidence[0].n: 10000 is not between 1 and 9999" },
	{ "instances.ndjson", EV("{\"n\":1,\"name\":\"a\",\"sha256\":\"2CF2\",\"size\":5}"), STATUS_INVALID, "evidence[0].sha256: not 64" },
	{ "instances.ndjson", EV("{\"n\":1,\"step\":9,\"name\":\"a\",\"sha256\":\"" PACK_HELLO "\",\"size\":5}"), STATUS_INVALID,
		"evidence[0].step: the test has no step 9" },
	{ "instances.ndjson", EV("{\"n\":1,\"name\":\"a\",\"sha256\":\"" PACK_HELLO "\",\"size\":6,\"file\":\"evidence/a.txt\"}"),
		STATUS_INVALID, "instances.ndjson:2: evidence[0].size: evidence/a.txt has 5 bytes and not 6" },
	{ "instances.ndjson", EV("{\"n\":1,\"name\":\"a\",\"sha256\":\"" PACK_HELLO "\",\"size\":5,\"file\":\"event.json\"}"),
		STATUS_INVALID, "evidence[0].file: \"event.json\" is not a path below evidence/" },
	{ "instances.ndjson", EV("{\"n\":1,\"name\":\"a\",\"sha256\":\"" PACK_HELLO "\",\"size\":5,\"file\":\"evidence/../a\"}"),
		STATUS_INVALID, "is not a path below evidence/" },
	{ "instances.ndjson", EV("{\"n\":1,\"name\":\"a\",\"sha256\":\"" PACK_HELLO "\",\"size\":5,\"file\":\"evidence/a.txt/b\"}") "\n{",
		STATUS_INVALID, "instances.ndjson:3: key expected" },
	{ "instances.ndjson", TI(PART ",\"history\":[{\"at\":\"2026-11-24T11:00:00Z\",\"who\":\"x\",\"kind\":\"party\"}]"),
		STATUS_INVALID, "instances.ndjson:2: history[0].kind: \"party\" is not a word" },
	{ "instances.ndjson", TI(PART ",\"claim\":[]"), STATUS_INVALID, "claim: an object is expected" },
	{ "instances.ndjson", TI(PART ",\"claim\":{\"by\":\"P9\"}"), STATUS_INVALID, "instances.ndjson:2: claim.by: no person \"P9\"" },
	/* foreign text in a message is neutralised */
	{ "instances.ndjson", "{\"id\":\"\\u001b[31m\xe2\x80\xae\"}", STATUS_INVALID, "instances.ndjson:2: id: \"" },
	/* evidence that is not what it says it is */
	{ "evidence/a.txt", "hallo", STATUS_INVALID,
		"instances.ndjson:2: evidence[0].file: evidence/a.txt holds other bytes than the sha256 given here" },
	{ "evidence/a.txt", "hello!", STATUS_INVALID, "instances.ndjson:2: evidence[0].size: evidence/a.txt has 6 bytes and not 5" },
};

static struct store *new_store(char *dir)
{
	char *path = mem_printf("%s/store", dir);
	struct store *st;

	assert_ok(store_open(&st, path, STORE_CREATE));
	mem_free(path);
	return st;
}

static void assert_nothing(struct store *st, const char *what)
{
	static const char *const tables[] = { "event", "track", "organisation", "system", "person", "test", "ti", "participant",
		"step", "evidence", "history" };
	char sql[100];
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i]);
		if (pack_count(st, sql) != 0)
			fail_msg("%s: rows in %s", what, tables[i]);
	}
	if (pack_files(st, "blobs") || pack_files(st, "reference") || pack_files(st, "tmp"))
		fail_msg("%s: files were left", what);
}

/* Import the good pack with one member exchanged; the store must stay empty. */
static void expect(struct store *st, const char *dir, const struct row *r, const char *text, size_t len)
{
	char *pack = mem_printf("%s/pack", dir);
	struct import_report report;
	enum status code;
	const char *m;

	pack_write(pack, r->member, text, len);
	code = store_import_pack(&report, st, pack, NULL, NULL);
	m = status_message();
	if (code != r->code || !strstr(m, r->message))
		fail_msg("%s: got %s \"%s\", want %s \"%s\"", r->member, status_name(code), m, status_name(r->code), r->message);
	for (; *m; m++)
		assert_true((unsigned char)*m >= 0x20 && (unsigned char)*m != 0x7f);
	assert_nothing(st, r->message);
	pack_remove(pack);
	mem_free(pack);
}

static void malformed_packs(void **state)
{
	char *dir = fixture_dir(), *text;
	struct store *st;
	size_t i;

	(void)state;
	crypto_init();
	st = new_store(dir);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = NULL;
		if (rows[i].text && strcmp(rows[i].member, "instances.ndjson") == 0)
			text = mem_printf("%s\n%s\n", PACK_TI_1, rows[i].text);
		else if (rows[i].text)
			text = mem_strdup(rows[i].text);
		expect(st, dir, &rows[i], text, text ? strlen(text) : 0);
		mem_free(text);
	}
	store_close(st);
	fixture_remove(dir);
}

/* Texts too large for a table: `head`, `count` times `part`, `tail`. */
static char *repeated(size_t *len_out, const char *head, const char *part, size_t count, const char *tail)
{
	size_t h = strlen(head), p = strlen(part), t = strlen(tail), i;
	char *text = mem_alloc(h + p * count + t + 1);

	memcpy(text, head, h);
	for (i = 0; i < count; i++)
		memcpy(text + h + i * p, part, p);
	memcpy(text + h + p * count, tail, t + 1);
	*len_out = h + p * count + t;
	return text;
}

static void ceilings(void **state)
{
	static const struct { struct row row; const char *part; size_t count; const char *tail; } big[] = {
		{ { "instances.ndjson", "", STATUS_LIMIT, "instances.ndjson:1: nested too deeply" }, "[", 1000000, "" },
		{ { "catalogue.json", "", STATUS_LIMIT, "catalogue.json:1: nested too deeply" }, "[", 1000000, "" },
		{ { "event.json", "{\"a\":", STATUS_LIMIT, "event.json:1: nested too deeply" }, "{\"a\":", 5000, "" },
		{ { "event.json", "", STATUS_LIMIT, "event.json: larger than 65536 bytes" }, " ", 65537, "{}" },
		{ { "persons.json", "[", STATUS_LIMIT, "persons.json: larger than 8388608 bytes" }, "         ", 1000000, "]" },
		{ { "instances.ndjson", "{\"x\":\"", STATUS_LIMIT, "instances.ndjson:1: longer than 4194304 bytes" }, "0123456789", 1000000, "\"}" },
		{ { "instances.ndjson", "{\"x\":[0", STATUS_LIMIT, "instances.ndjson:1: too many values" }, ",0", 200000, "]}" },
		{ { "catalogue.json", "{\"x\":[0", STATUS_LIMIT, "catalogue.json:1: too many values" }, ",0", 1000000, "]}" },
		{ { "organisations.json", "[0", STATUS_LIMIT, "organisations.json:1: 20002 items, at most 20000" }, ",0", 20001, "]" },
		{ { "event.json", "{\"id\":\"", STATUS_LIMIT, "event.json:1: id: longer than 64 bytes" }, "x", 65, "\"}" },
		{ { "event.json", "{\"name\":\"", STATUS_LIMIT, "event.json:1: name: longer than 1024 bytes" }, "x", 1025, "\"}" },
		{ { "catalogue.json", "{\"tests\":[{}", STATUS_LIMIT, "catalogue.json:1: tests: 5001 items, at most 5000" }, ",{}", 5000, "]}" },
		{ { "instances.ndjson", "{\"participants\":[0", STATUS_LIMIT, "participants: 129 items, at most 128" }, ",0", 128, "]}" },
		{ { "instances.ndjson", "{\"steps\":[0", STATUS_LIMIT, "steps: 257 items, at most 256" }, ",0", 256, "]}" },
		{ { "instances.ndjson", "{\"evidence\":[0", STATUS_LIMIT, "evidence: 1025 items, at most 1024" }, ",0", 1024, "]}" },
		{ { "instances.ndjson", "{\"history\":[0", STATUS_LIMIT, "history: 4097 items, at most 4096" }, ",0", 4096, "]}" },
		{ { "instances.ndjson", "{\"description\":\"", STATUS_LIMIT, "description: longer than 65536 bytes" }, "x", 65537, "\"}" },
	};
	char *dir = fixture_dir(), *text;
	struct store *st;
	size_t i, len;

	(void)state;
	crypto_init();
	st = new_store(dir);
	for (i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		text = repeated(&len, big[i].row.text, big[i].part, big[i].count, big[i].tail);
		expect(st, dir, &big[i].row, text, len);
		mem_free(text);
	}
	store_close(st);
	fixture_remove(dir);
}

static void too_many_keys(void **state)
{
	struct row r = { "event.json", "", STATUS_LIMIT, "event.json:1: too many keys in one object" };
	char *dir = fixture_dir();
	struct store *st;
	struct buf b;
	int i;

	(void)state;
	crypto_init();
	buf_init(&b, 1 << 16);
	buf_adds(&b, "{\"k\":0");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, ",\"k%d\":0", i);
	buf_adds(&b, "}");
	st = new_store(dir);
	expect(st, dir, &r, b.ptr, b.len);
	store_close(st);
	buf_done(&b);
	fixture_remove(dir);
}

/* A bad second line after a body was copied: the body goes again, even one that two lines share. */
static void bodies_are_taken_back(void **state)
{
	struct row r = { "instances.ndjson", "", STATUS_INVALID, "instances.ndjson:3: not JSON" };
	static const char text[] = PACK_TI_2 "\n"
		"{\"id\":\"1003\",\"test\":\"T1\",\"status\":\"running\",\"since\":\"2026-11-24T11:00:00Z\"," PART ",\"evidence\":["
		"{\"n\":1,\"name\":\"b\",\"sha256\":\"" PACK_HELLO "\",\"size\":5,\"file\":\"evidence/a.txt\"}]}\n"
		"broken\n";
	char *dir = fixture_dir();
	struct store *st;

	(void)state;
	crypto_init();
	st = new_store(dir);
	expect(st, dir, &r, text, sizeof(text) - 1);
	store_close(st);
	fixture_remove(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(malformed_packs), cmocka_unit_test(ceilings), cmocka_unit_test(too_many_keys),
	cmocka_unit_test(bodies_are_taken_back),
};

TEST_MAIN(tests)
