/* SPDX-License-Identifier: Apache-2.0 */
/* Writers of reports on TIs made by hand: every status, hostile texts, archives, signatures. Layer: tests. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/proto/sshsig.h"
#include "verdict/report/report.h"
#include "verdict/report/xmlw.h"

static const struct event event = { .id = "e 1", .name = "Event", .tz_name = "KST" };

static struct instance *a_ti(enum ti_status status)
{
	static struct instance ti;
	static struct instance_verdict v;

	memset(&ti, 0, sizeof(ti));
	ti.row = (struct queue_row){ .id = "7", .test = "T", .title = "t", .track = "k", .profiles = "P Q", .status = status,
		.claim_by = "", .since = 1000, .revision = 2 };
	ti.test.description = "";
	ti.description = ti.permalink = "";
	v = (struct instance_verdict){ .by = "P01", .by_name = "Kim", .outcome = OUTCOME_PARTIAL, .reason = "r", .at = 5000,
		.leaf = true, .counted = true };
	ti.verdicts = &v;
	ti.n_verdicts = 1;
	return &ti;
}

static const char *written(struct buf *b, enum report_format f, bool many, const struct instance *ti)
{
	struct report r;

	buf_init(b, 1u << 20);
	report_begin(&r, b, f, many, &event, 9000);
	if (ti)
		report_add(&r, ti);
	report_end(&r);
	assert_int_equal(b->err, STATUS_OK);
	return buf_str(b);
}

static void test_words(void **state)
{
	(void)state;
	for (int f = 0; f < REPORT_FORMATS; f++)
		assert_int_equal(report_format_parse(report_format_name((enum report_format)f)), f);
	assert_int_equal(report_format_parse("pdf"), -1);
	assert_string_equal(report_suffix(REPORT_GITB, true), ".gitb.tar");
	assert_string_equal(report_media_type(REPORT_FHIR, false), "application/fhir+json");
}

static void test_states(void **state)
{
	static const struct { enum ti_status s; const char *status, *result, *gitb; } want[] = {
		{ TI_RUNNING, "in-progress", "pending", "UNDEFINED" }, { TI_PAUSED, "in-progress", "pending", "UNDEFINED" },
		{ TI_TO_BE_VERIFIED, "waiting", "pending", "UNDEFINED" }, { TI_CRITICAL, "waiting", "pending", "UNDEFINED" },
		{ TI_ABORTED, "stopped", "pending", "UNDEFINED" }, { TI_VERIFIED, "completed", "pass", "SUCCESS" },
		{ TI_PARTIAL, "in-progress", "pending", "UNDEFINED" }, { TI_FAILED, "completed", "fail", "FAILURE" },
		{ TI_DISPUTED, "waiting", "pending", "UNDEFINED" },
	};
	char text[64];
	struct buf b;

	(void)state;
	assert_int_equal(sizeof(want) / sizeof(*want), TI_STATUS_COUNT);
	for (size_t i = 0; i < TI_STATUS_COUNT; i++) {
		const char *out = written(&b, REPORT_FHIR, false, a_ti(want[i].s));

		snprintf(text, sizeof(text), "\"status\": \"%s\"", want[i].status);
		assert_non_null(strstr(out, text));
		snprintf(text, sizeof(text), "\"result\": \"%s\"", want[i].result);
		assert_non_null(strstr(out, text));
		buf_done(&b);
		snprintf(text, sizeof(text), "\n <result>%s</result>", want[i].gitb);
		assert_non_null(strstr(written(&b, REPORT_GITB, false, a_ti(want[i].s)), text));
		buf_done(&b);
	}
}

/* A verdict that does not count, or was superseded, decides nothing. */
static void test_deciding(void **state)
{
	struct instance *ti = a_ti(TI_TO_BE_VERIFIED);
	struct buf b;

	(void)state;
	ti->verdicts[0].counted = false;
	assert_null(strstr(written(&b, REPORT_FHIR, false, ti), "tester"));
	buf_done(&b);
	ti->verdicts[0].counted = true;
	ti->verdicts[0].leaf = false;
	assert_null(strstr(written(&b, REPORT_FHIR, false, ti), "tester"));
	buf_done(&b);
	ti->verdicts[0].leaf = true;
	assert_non_null(strstr(written(&b, REPORT_FHIR, false, ti), "\"tester\": \"Kim\""));
	buf_done(&b);
}

static void test_none(void **state)
{
	struct buf b;

	(void)state;
	assert_string_equal(written(&b, REPORT_JSON, true, NULL), "[]\n");
	buf_done(&b);
	assert_string_equal(written(&b, REPORT_FHIR, true, NULL),
		"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"1970-01-01T00:00:09.000Z\"}\n");
	buf_done(&b);
	written(&b, REPORT_GITB, true, NULL);
	assert_int_equal(b.len, 1024);
	buf_done(&b);
}

static void test_escape(void **state)
{
	struct xmlw w;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	xml_escape(&b, "<a href='x'>&amp;\"\r\n\t\x01\xff\xef\xbf\xbf\xed\xa0\x80 \xed\x95\x9c");
	assert_string_equal(buf_str(&b), "&lt;a href=&#39;x&#39;&gt;&amp;amp;&quot;&#13;\n&#9;\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xed\x95\x9c");
	buf_reset(&b);
	xmlw_init(&w, &b);
	xmlw_open(&w, "a");
	xmlw_attr(&w, "b", "\"<");
	xmlw_open(&w, "c");
	xmlw_close(&w);
	xmlw_element(&w, "d", "e");
	xmlw_open(&w, "f");
	xmlw_text(&w, "g");
	xmlw_element(&w, "h", "i");	/* within text no line is added */
	xmlw_close(&w);
	xmlw_close(&w);
	assert_string_equal(buf_str(&b), "<a b=\"&quot;&lt;\">\n <c/>\n <d>e</d>\n <f>g<h>i</h></f>\n</a>");
	buf_done(&b);
}

static void test_csv(void **state)
{
	static const char *const cases[][2] = {
		{ "plain", "\"plain\"" }, { "a \"b\", c", "\"a \"\"b\"\", c\"" }, { "=1+1", "\"'=1+1\"" },
		{ "+1", "\"'+1\"" }, { "-1", "\"'-1\"" }, { "@x", "\"'@x\"" }, { "\t=1", "\"'=1\"" },
		{ "\n=1", "\"'=1\"" }, { "\r\n\t@x", "\"'@x\"" }, { " =1", "\"' =1\"" }, { "\n +1", "\"' +1\"" }, { " x", "\" x\"" },
		{ "\xef\xbc\x9d" "1", "\"'\xef\xbc\x9d" "1\"" }, { "1=1", "\"1=1\"" }, { "a\r\nb\n", "\"a b\"" },
		{ "\xe2\x80\xae" "x", "\"<U+202E>x\"" }, { "\x1b[2J", "\"^[[2J\"" }, { "", "\"\"" },
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_init(&b, 4096);
		csv_cell(&b, cases[i][0], true);
		assert_string_equal(buf_str(&b), cases[i][1]);
		buf_done(&b);
	}
	buf_init(&b, 64);
	csv_cell(&b, "a", true);
	csv_cell(&b, NULL, false);
	csv_end(&b);
	assert_string_equal(buf_str(&b), "\"a\",\"\"\r\n");
	buf_done(&b);
}

/* Size and sum of a member's head, as another program would read them. */
static void test_tar(void **state)
{
	unsigned int sum = 0;
	unsigned long size;
	struct buf b;

	(void)state;
	written(&b, REPORT_GITB, true, a_ti(TI_VERIFIED));
	assert_int_equal(b.len % 512, 0);
	assert_string_equal(b.ptr, "ti-7.xml");
	size = strtoul(b.ptr + 124, NULL, 8);
	assert_int_equal(b.len, 512 + (size + 511) / 512 * 512 + 1024);
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)b.ptr[i];
	assert_int_equal(strtoul(b.ptr + 148, NULL, 8), sum);
	buf_done(&b);
}

/* Layout by PROTOCOL.sshsig; that the signature holds is for ssh-keygen to say (tests/shell/export.sh). */
static void test_signer(void **state)
{
	static const uint8_t zero[KEY_PUBLIC];
	struct buf b;

	(void)state;
	crypto_init();
	buf_init(&b, 4096);
	sshsig_signer(&b, zero, "a b,*!\"c@d", "n");
	assert_string_equal(buf_str(&b), "a_b____c@d namespaces=\"n\" ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
	buf_reset(&b);
	sshsig_fingerprint(&b, zero);
	assert_int_equal(b.len, 7 + 43);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), cmocka_unit_test(test_states), cmocka_unit_test(test_deciding),
		cmocka_unit_test(test_none), cmocka_unit_test(test_escape), cmocka_unit_test(test_csv),
		cmocka_unit_test(test_tar), cmocka_unit_test(test_signer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
