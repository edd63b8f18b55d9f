/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons as text: what is the same, changed, on one side only; order and layout by format; twins. */
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/compare.h"

static struct document *open_text(const char *text)
{
	struct document *d;
	struct source src;

	source_mem(&src, text, strlen(text));
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	return d;
}

static void add_row(struct buf *b, const struct reader_row *row)
{
	static const char mark[] = "?=~*<>";

	buf_fill(b, ' ', row->depth * 2u);
	buf_addc(b, mark[row->diff]);
	buf_add(b, row->label, row->label_len);
	if (row->diff == DIFF_CHANGED || row->diff == DIFF_LEFT) {
		buf_addc(b, ' ');
		buf_add(b, row->value, row->value_len);
	}
	if (row->diff == DIFF_CHANGED || row->diff == DIFF_RIGHT) {
		buf_adds(b, row->diff == DIFF_CHANGED ? " | " : " ");
		buf_add(b, row->other, row->other_len);
	}
	buf_addc(b, '\n');
}

/* Compared both ways, the number of differences is the same. */
static void compares(const char *left, const char *right, const char *says, const char *want)
{
	struct document *a = open_text(left), *b = open_text(right);
	struct reader_comparison found, back;
	struct reader_row *rows;
	struct arena arena;
	struct buf out;
	uint64_t total;
	size_t n, i;

	arena_init(&arena);
	buf_init(&out, 1u << 20);
	assert_ok(document_compare(a, b));
	assert_ok(document_comparison(&found, a));
	assert_string_equal(found.says, says);
	assert_ok(document_rows(&rows, &n, &total, &arena, a, VIEW_COMPARE, 0, 500, 80));
	assert_int_equal(total, n);
	for (i = 0; i < n; i++)
		add_row(&out, &rows[i]);
	if (want)
		assert_string_equal(buf_str(&out), want);
	document_free(a);
	a = open_text(right);
	assert_ok(document_compare(a, open_text(left)));
	assert_ok(document_comparison(&back, a));
	assert_int_equal(back.differences, found.differences);
	document_free(a);
	buf_done(&out);
	arena_done(&arena);
}

static void test_json(void **state)
{
	(void)state;
	compares("{\"a\":1,\"b\":[1,2]}", "{\"a\":1,\"b\":[1,2]}", "the same bytes", "=object\n");
	compares("{\"a\":1,\"b\":[1,2]}", "{ \"b\": [1, 2],\n \"a\": 1}", "same content; only layout or order differ", "=object\n");
	compares("{\"a\":\"\\u00e9\"}", "{\"a\":\"\xc3\xa9\"}", "same content; only layout or order differ", NULL);
	compares("{\"a\":1,\"b\":[1,2]}", "{\"b\":[2,1],\"a\":1}", "2 differences",
		"~object\n  =a\n  ~b\n    <0 1\n    =1\n    >1 1\n");
	compares("{\"a\":1}", "{\"a\":\"1\"}", "1 difference", "~object\n  *a 1 | 1\n");
	compares("{\"a\":1,\"b\":2}", "{\"a\":3,\"c\":2}", "3 differences", "~object\n  *a 1 | 3\n  <b 2\n  >c 2\n");
}

#define PATIENT "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true,"

static void test_twins(void **state)
{
	(void)state;
	compares(PATIENT "\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">"
		"<p>A &amp; B</p></div>\"},\"name\":[{\"family\":\"Kim\",\"given\":[\"Min\",\"Ji\"]}],"
		"\"birthDate\":\"1970-01-01\",\"_birthDate\":{\"extension\":[{\"url\":\"urn:x\",\"valueCode\":\"y\"}]}}",
		"<?xml version=\"1.0\"?>\n<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p1\"/>\n<text>"
		"<status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>A &amp; B</p>\n</div></text>"
		"<active value=\"true\"/><name><family value=\"Kim\"/><given value=\"Min\"/><given value=\"Ji\"/></name>"
		"<birthDate value=\"1970-01-01\"><extension url=\"urn:x\"><valueCode value=\"y\"/></extension></birthDate>"
		"</Patient>", "same content, written another way", "=Patient\n");
	compares("{\"resourceType\":\"Bundle\",\"type\":\"document\",\"entry\":[{\"fullUrl\":\"urn:1\",\"resource\":" PATIENT
		"\"gender\":\"male\"}}]}", "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"document\"/><entry>"
		"<fullUrl value=\"urn:1\"/><resource><Patient><id value=\"p1\"/><active value=\"true\"/><gender value=\"female\"/>"
		"</Patient></resource></entry></Bundle>", "1 difference",
		"~Bundle\n  =type\n  ~entry[0]\n    =fullUrl\n    ~resource\n      =id\n      =active\n      *gender male | female\n");
}

/* An entry put in between, and one changed: who is who is told by its name. */
static void test_entries(void **state)
{
	(void)state;
	compares("{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"urn:1\",\"resource\":" PATIENT "\"gender\":\"male\"}},"
		"{\"fullUrl\":\"urn:2\"},{\"fullUrl\":\"urn:3\"},{\"fullUrl\":\"urn:4\"}]}",
		"{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"urn:0\"},{\"fullUrl\":\"urn:1\",\"resource\":" PATIENT
		"\"gender\":\"other\"}},{\"fullUrl\":\"urn:2\"},{\"fullUrl\":\"urn:3\"},{\"fullUrl\":\"urn:4\"}]}",
		"2 differences", "~Bundle\n  >entry[0] \n  ~entry[0]\n    =fullUrl\n    ~resource\n      =id\n      =active\n"
		"      *gender male | other\n  =3 the same\n");
}

static void test_xml(void **state)
{
	(void)state;
	compares("<a x='1' y='2'><b>one two</b><c/></a>", "<q:a xmlns:q='urn:q' y=\"2\" x=\"1\">\n <q:b>one\n two</q:b>\n <q:c></q:c>\n</q:a>",
		"same content; only layout or order differ", "=a\n");
	compares("<a><b/><c/></a>", "<a><c/><b/></a>", "2 differences", NULL);
	compares("<a><b k='1'>t</b></a>", "<a><b k='2'>t</b></a>", "1 difference", "~a\n  ~b\n    *@k 1 | 2\n");
}

static void test_hl7(void **state)
{
	(void)state;
	compares("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||4711^^^X||Kim^Min\r",
		"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\nPID|1||4711^^^X||Kim^Min\n",
		"same content; only layout or order differ", NULL);
	compares("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||4711^^^X||Kim^Min\r",
		"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||4712^^^X||Kim^Min\rPV1|1\r",
		"2 differences", NULL);
}

static void test_bytes(void **state)
{
	(void)state;
	compares("hello world", "hello world", "the same bytes", "");
	compares("hello world", "hello there", "the bytes differ; without an outline on both sides no more can be told", "");
	compares("", "x", "the bytes differ; without an outline on both sides no more can be told", "");
}

/* Steps through differences, and finds words. */
static void test_next(void **state)
{
	struct document *a = open_text("{\"a\":1,\"b\":2,\"c\":3,\"d\":4}");
	uint64_t row;

	(void)state;
	assert_ok(document_compare(a, open_text("{\"a\":1,\"b\":9,\"c\":3,\"e\":4}")));
	assert_ok(document_search(&row, a, VIEW_COMPARE, "", 0, 0, false));
	assert_int_equal(row, 2);
	assert_ok(document_search(&row, a, VIEW_COMPARE, "", 0, 2, false));
	assert_int_equal(row, 4);
	assert_ok(document_search(&row, a, VIEW_COMPARE, "", 0, 2, true));
	assert_int_equal(row, 5);
	assert_ok(document_search(&row, a, VIEW_COMPARE, "9", 1, 0, false));
	assert_int_equal(row, 2);
	assert_int_equal(document_search(&row, a, VIEW_COMPARE, "nowhere", 7, 0, false), STATUS_NOT_FOUND);
	document_free(a);
}

/* Forty thousand rows, half of them changed, and another order: in order of the rows, not of their square. */
static void test_large(void **state)
{
	struct buf a, b;
	struct document *d;
	struct reader_comparison found;
	int i, n = 40000;

	(void)state;
	buf_init(&a, 1u << 24);
	buf_init(&b, 1u << 24);
	for (i = 0; i < n; i++) {
		buf_printf(&a, "%s{\"id\":%d,\"v\":%d}", i ? "," : "[", i, i);
		buf_printf(&b, "%s{\"v\":%d,\"id\":%d}", i ? "," : "[", i % 2 ? i : -1, i);
	}
	buf_addc(&a, ']');
	buf_addc(&b, ']');
	d = open_text(buf_str(&a));
	assert_ok(document_compare(d, open_text(buf_str(&b))));
	assert_ok(document_comparison(&found, d));
	assert_int_equal(found.differences, n / 2);
	document_free(d);
	buf_done(&a);
	buf_done(&b);
}

/* As deep as an outline goes. */
static void test_deep(void **state)
{
	char a[2100], b[2100];
	struct document *d;
	struct reader_comparison found;

	(void)state;
	memset(a, '[', 1000);
	memset(a + 1000, ']', 1000);
	a[2000] = '\0';
	memcpy(b, a, sizeof(a));
	b[2000] = ' ';
	b[2001] = '\0';
	d = open_text(a);
	assert_ok(document_compare(d, open_text(b)));
	assert_ok(document_comparison(&found, d));
	assert_false(found.identical);
	document_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_hl7),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
