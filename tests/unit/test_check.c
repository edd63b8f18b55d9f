/* SPDX-License-Identifier: Apache-2.0 */
/* Checks read from data/checks find the faults planted in the sample event, and nothing in what is good. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/io.h"
#include "verdict/evidence/check.h"
#include "verdict/evidence/tree.h"

static struct check_set *set;

static const char *in_source(const char *folder, const char *name)
{
	static char path[1024];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/%s/%s", top ? top : ".", folder, name);
	return path;
}

static int load(void **state)
{
	static const char *const files[] = { "hl7v2.json", "identity.json", "imaging.json", "ips.json",
		"mhd.json", "svcm.json" };
	struct buf b;
	size_t i;

	(void)state;
	assert_ok(check_set_new(&set));
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		buf_init(&b, 1 << 20);
		assert_ok(io_read_file(&b, in_source("data/checks", files[i]), 1 << 20));
		if (check_set_add(set, files[i], buf_str(&b), b.len) != STATUS_OK)
			fail_msg("%s", status_message());
		buf_done(&b);
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	check_set_free(set);
	return 0;
}

/* The ids found in one file of the sample event as "A B C", errors and warnings only. */
static void found_in(struct buf *out, const char *file)
{
	struct document_tree *tree;
	struct check_report report;
	struct document *d;
	struct source src;
	struct arena a;
	size_t i;
	int fd = open(in_source("data/sample-event/evidence", file), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_ok(source_map(&src, fd));
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	document_tree_new(&tree, d);
	arena_init(&a);
	check_set_run(&report, &a, set, document_tree_expr(tree), NULL);
	for (i = 0; i < report.n_outcomes; i++)
		if (report.outcomes[i].result == CHECK_BROKEN)
			fail_msg("%s: %s: %s", file, report.outcomes[i].check->id, report.outcomes[i].why);
	for (i = 0; i < report.n_findings; i++)
		if (report.findings[i].check->severity != CHECK_NOTE)
			buf_printf(out, "%s%s", out->len ? " " : "", report.findings[i].check->id);
	arena_done(&a);
	document_tree_free(tree);
	document_free(d);
	close(fd);
}

static void test_planted(void **state)
{
	static const char *const table[][2] = {
		{ "81140-1-translate.http", "" },
		{ "81146-1-iti-67.http", "" },
		{ "81156-3-document.json", "IPS-B02 IPS-B03" },
		{ "81158-1-ips-jaidee.json", "IPS-R14" },
		{ "81170-1-ips-han.json", "IPS-C05 IPS-C14" },
		{ "81174-1-request.json", "" },
		{ "81176-1-ips-li.json", "IPS-C06" },
		{ "81180-1-ips-nahui.json", "IPS-B10 IPS-C12" },
		{ "81182-3-document.json", "IPS-B05 IPS-B10" },
		{ "81198-1-translate.http", "T101-01" },
		{ "81204-1-adt-a04.hl7", "" },
		{ "81204-2-adt-a04.mllp", "" },
		{ "81212-1-faulty.json", "IPS-B13 IPS-B08 IPS-B09 IPS-B10" },
		{ "81216-3-document.json", "IPS-B10 IPS-C11" },
		{ "81218-1-ips-li.json", "IPS-A04" },
		{ "81246-1-ips-sato.json", "IPS-C01" },
		{ "81248-1-ips-sato.json", "IPS-B09 IPS-B10" },
		{ "81272-1-request.json", "M65-03" },
		{ "81324-2-feed.hl7", "V8-02" },
		{ "81332-1-request.json", "M65-01" },
		{ "81332-3-exchange.http", "M65-01" },
		{ "81338-1-expand.http", "T97-02" },
		{ "81344-1-member.http", "" },
		{ "81360-1-ips-han.json", "I-02" },
	};
	struct buf got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		buf_init(&got, 65536);
		found_in(&got, table[i][0]);
		if (strcmp(buf_str(&got), table[i][1]) != 0)
			fail_msg("%s: found \"%s\", want \"%s\"", table[i][0], buf_str(&got), table[i][1]);
		buf_done(&got);
	}
}

static void test_refused(void **state)
{
	static const char *const table[][2] = {
		{ "[]", "list of checks" },
		{ "{", "f.json:1" },
		{ "{\"scope\":\"s\",\"title\":\"t\",\"checks\":[{\"id\":\"X\"}]}", "X: text" },
		{ "{\"scope\":\"s\",\"title\":\"t\",\"checks\":[{\"id\":\"IPS-B01\"}]}", "taken" },
		{ "{\"scope\":\"s\",\"title\":\"t\",\"when\":\"a b\",\"checks\":[]}", "when" },
		{ "{\"scope\":\"s\",\"title\":\"t\",\"checks\":[{\"id\":\"X\",\"text\":\"x\",\"source\":\"s\","
			"\"severity\":\"grave\",\"require\":\"a\"}]}", "severity" },
		{ "{\"scope\":\"s\",\"title\":\"t\",\"checks\":[{\"id\":\"X\",\"text\":\"x\",\"source\":\"s\","
			"\"severity\":\"error\"}]}", "require" },
		{ "{\"scope\":\"s\",\"title\":\"t\",\"checks\":[{\"id\":\"X\",\"text\":\"x\",\"source\":\"s\","
			"\"severity\":\"error\",\"require\":\"nope()\"}]}", "nope" },
	};
	size_t i, before = check_set_groups(set);

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(check_set_add(set, "f.json", table[i][0], strlen(table[i][0])), STATUS_INVALID);
		if (!strstr(status_message(), table[i][1]))
			fail_msg("message \"%s\" does not name \"%s\"", status_message(), table[i][1]);
		assert_int_equal(check_set_groups(set), before);
		assert_null(check_set_find(set, "X"));
	}
}

static void test_found_by_id(void **state)
{
	const struct check *c = check_set_find(set, "IPS-C11");

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->scope, "ips");
	assert_int_equal(c->severity, CHECK_ERROR);
	assert_true(c->proves);
	assert_null(check_set_find(set, "NONE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_found_by_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("check", tests, load, unload);
}
