/* SPDX-License-Identifier: Apache-2.0 */
/* The narrative view, and references inside a document. */
#include "test.h"
#include <stdlib.h>
#include <time.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/document.h"

static struct document *open_text(const char *text, size_t len)
{
	struct document *d;
	struct source src;

	source_mem(&src, text, len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	return d;
}

static void tells(const char *text, unsigned int width, const char *want)
{
	struct document *d = open_text(text, strlen(text));
	struct reader_info info;
	struct reader_row *rows;
	struct arena a;
	struct buf b;
	uint64_t total, back;
	size_t n, i;

	document_info(&info, d);
	assert_int_equal(info.rows[VIEW_NARRATIVE], *want ? UINT64_MAX : 0);
	arena_init(&a);
	buf_init(&b, 1u << 20);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_NARRATIVE, 0, 500, width));
	for (i = 0; i < n; i++) {
		buf_addc(&b, rows[i].style == 1 ? '#' : rows[i].style == 7 ? '!' : ' ');
		buf_add(&b, rows[i].value, rows[i].value_len);
		buf_addc(&b, '\n');
		assert_true(rows[i].begin <= rows[i].end && rows[i].end <= strlen(text));
		assert_ok(document_locate(&back, d, VIEW_NARRATIVE, rows[i].begin));
	}
	assert_string_equal(buf_str(&b), want);
	assert_int_equal(total, n);
	buf_done(&b);
	arena_done(&a);
	document_free(d);
}

static void test_fhir_json(void **state)
{
	(void)state;
	tells("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Composition\",\"title\":\"Summary\","
		"\"text\":{\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>Of&nbsp;all   that<br/>is known</p></div>\"},"
		"\"section\":[{\"title\":\"Allergies\",\"text\":{\"div\":\"<div><ul><li>Nuts &amp; eggs</li><li><p>Pollen</p><ol><li>birch</li>"
		"<li>a very long kind of grass</li></ol></li></ul></div>\"},\"section\":[{\"title\":\"Old ones\"}]}]}},"
		"{\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"佐藤\"}],"
		"\"text\":{\"div\":\"<div>See <a href=\\\"http://x.org/\\\">the record</a> <img alt=\\\"face\\\"/></div>\"}}}]}", 26,
		"#Composition: Summary\n"
		" Of\xc2\xa0" "all that\n"
		" is known\n"
		"#\n"
		"#Allergies\n"
		"  - Nuts & eggs\n"
		"  - Pollen\n"
		"    1. birch\n"
		"    2. a very long kind of\n"
		"       grass\n"
		"#\n"
		"#  Old ones\n"
		"#\n"
		"#Patient: 佐藤\n"
		" See the record\n"
		" <http://x.org/> [picture:\n"
		" face]\n");
	tells("{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div><p>one</p><p>two</div>\"}}", 80,
		"#Patient\n one\n \n two\n!\n!this narrative is not well-formed XHTML; what could be read is above\n");
	tells("{\"resourceType\":\"Patient\",\"text\":{\"status\":\"empty\"},\"div\":\"no\"}", 80, "");
}

static void test_cda(void **state)
{
	static const char cda[] =
		"<ClinicalDocument xmlns='urn:hl7-org:v3'><title>A letter</title><component><structuredBody><component><section>"
		"<title>Results</title><text><table><thead><tr><th>Test</th><th>Value</th></tr></thead><tbody>"
		"<tr><td>Glucose in blood</td><td>5.4 <content>mmol/L</content></td></tr>"
		"<tr><td colspan='2'>nothing more</td></tr></tbody></table><paragraph>Signed</paragraph>"
		"<list listType='ordered'><item>x</item><item>y</item></list></text>"
		"<entry><observation><text><reference value='#x'/></text></observation></entry>"
		"</section></component></structuredBody></component></ClinicalDocument>";

	(void)state;
	tells(cda, 60,
		"#A letter\n"
		"#\n"
		"#Results\n"
		"#Test             | Value\n"
		" -----------------+-----------\n"
		" Glucose in blood | 5.4 mmol/L\n"
		" nothing more\n"
		" \n"
		" Signed\n"
		" \n"
		" 1. x\n"
		" 2. y\n");
	tells(cda, 20,
		"#A letter\n"
		"#\n"
		"#Results\n"
		"#Test      | Value\n"
		" ----------+---------\n"
		" Glucose   | 5.4\n"
		" in blood  | mmol/L\n"
		" nothing more\n"
		" \n"
		" Signed\n"
		" \n"
		" 1. x\n"
		" 2. y\n");
}

static void test_rowspan(void **state)
{
	(void)state;
	tells("<Patient xmlns=\"http://hl7.org/fhir\"><text><div><table><tr><td rowspan=\"2\">a</td><td>b</td></tr>"
		"<tr><td>c</td></tr><tr><td><table><tr><td>in</td><td>ner</td></tr></table></td></tr></table></div></text></Patient>", 40,
		"#Patient\n"
		" a        | b\n"
		"          | c\n"
		" in | ner\n");
}

/* Much of anything is bounded, and quick. */
static void test_hostile(void **state)
{
	clock_t start = clock();
	struct reader_row *rows;
	struct document *d;
	struct arena a;
	struct buf b;
	uint64_t total, row;
	size_t n, i;

	(void)state;
	buf_init(&b, 64u << 20);
	buf_adds(&b, "<Patient xmlns=\"http://hl7.org/fhir\"><text><div>");
	for (i = 0; i < 300; i++)
		buf_adds(&b, i % 2 ? "<ul><li>" : "<table><tr><td colspan='99999999999' rowspan='-1'>");
	for (i = 0; i < 100000; i++)
		buf_adds(&b, "<tr><td>x</td></tr><p/>");
	arena_init(&a);
	d = open_text(b.ptr, b.len);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_NARRATIVE, UINT64_MAX, 10, 1));
	assert_true(total < 300000);
	assert_int_equal(document_search(&row, d, VIEW_NARRATIVE, "nowhere", 7, 0, false), STATUS_NOT_FOUND);
	document_free(d);
	buf_reset(&b);
	buf_adds(&b, "{\"text\":{\"div\":\"<div>");
	for (i = 0; i < 600000; i++)
		buf_adds(&b, "<p>x</p>");
	buf_adds(&b, "</div>\"}}");
	d = open_text(b.ptr, b.len);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_NARRATIVE, UINT64_MAX, 10, 80));
	assert_true(total > 100 && total < 300000);
	document_free(d);
	arena_done(&a);
	buf_done(&b);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5.0);
}

static void test_search(void **state)
{
	static const char text[] = "{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div><p>one</p><p>two</p></div>\"}}";
	struct document *d = open_text(text, sizeof(text) - 1);
	uint64_t row;

	(void)state;
	assert_ok(document_search(&row, d, VIEW_NARRATIVE, "two", 3, 0, false));
	assert_int_equal(row, 3);
	assert_ok(document_search(&row, d, VIEW_NARRATIVE, "one", 3, 3, true));
	assert_int_equal(row, 1);
	document_free(d);
}

/* From the place of one path to that of another; NULL: to nowhere. */
static void leads(struct document *d, const char *from, const char *to)
{
	uint64_t row, there;
	enum status rc;
	struct buf b;

	assert_ok(document_goto(&row, d, from, strlen(from)));
	rc = document_follow(&there, d, row);
	if (!to) {
		assert_int_equal(rc, STATUS_NOT_FOUND);
		return;
	}
	assert_ok(rc);
	buf_init(&b, 4096);
	assert_ok(document_path(&b, d, there));
	assert_string_equal(buf_str(&b), to);
	buf_done(&b);
}

static void test_follow_json(void **state)
{
	static const char text[] =
		"{\"resourceType\":\"Bundle\",\"entry\":["
		"{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Composition\",\"subject\":{\"reference\":\"urn:uuid:2\"},"
		"\"author\":[{\"reference\":\"#me\"},{\"reference\":\"#\"},{\"reference\":\"#you\"}],"
		"\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"me\",\"managing\":{\"reference\":\"#\"}}],"
		"\"custodian\":{\"reference\":\"http:\\/\\/a.org\\/Organization\\/9\\/_history\\/3\"}}},"
		"{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\"}},"
		"{\"fullUrl\":\"http://b.org/Organization/9\",\"resource\":{\"resourceType\":\"Organization\",\"id\":\"9\",\"me\":1}},"
		"{\"fullUrl\":\"http://a.org/Organization/9\",\"resource\":{\"resourceType\":\"Organization\",\"id\":\"9\","
		"\"partOf\":{\"reference\":\"Organization/9\"},\"other\":{\"reference\":\"Patient/p\"},"
		"\"gone\":{\"reference\":\"http://c.org/Patient/p\"}}}]}";
	struct document *d = open_text(text, sizeof(text) - 1);
	uint64_t row;

	(void)state;
	leads(d, "Bundle.entry[0].resource.subject.reference", "Bundle.entry[1].resource");
	leads(d, "Bundle.entry[0].resource.subject", "Bundle.entry[1].resource");
	leads(d, "Bundle.entry[0].resource.author[0].reference", "Bundle.entry[0].resource.contained[0]");
	leads(d, "Bundle.entry[0].resource.author[1].reference", "Bundle.entry[0].resource");
	leads(d, "Bundle.entry[0].resource.contained[0].managing.reference", "Bundle.entry[0].resource");
	leads(d, "Bundle.entry[0].resource.author[2].reference", NULL);
	leads(d, "Bundle.entry[0].resource.custodian.reference", "Bundle.entry[3].resource");
	leads(d, "Bundle.entry[3].resource.partOf.reference", "Bundle.entry[3].resource");
	leads(d, "Bundle.entry[3].resource.other.reference", "Bundle.entry[1].resource");
	leads(d, "Bundle.entry[3].resource.gone.reference", NULL);
	assert_int_equal(document_follow(&row, d, 0), STATUS_INVALID);
	assert_int_equal(document_follow(&row, d, 9999), STATUS_NOT_FOUND);
	document_free(d);
}

static void test_follow_xml(void **state)
{
	static const char fhir[] =
		"<Bundle xmlns=\"http://hl7.org/fhir\"><entry><fullUrl value=\"urn:uuid:1\"/><resource><List>"
		"<contained><Patient><id value=\"c\"/></Patient></contained><source><reference value=\"#c\"/></source>"
		"<subject><reference value=\"Patient/7\"/></subject></List></resource></entry>"
		"<entry><fullUrl value=\"http://a.org/Patient/7\"/><resource><Patient><id value=\"7\"/></Patient></resource></entry></Bundle>";
	static const char cda[] = "<ClinicalDocument><section><text><content ID=\"n1\">x</content></text>"
		"<entry><text><reference value=\"#n1\"/></text></entry><entry><text><reference value=\"#n2\"/></text></entry>"
		"</section></ClinicalDocument>";
	static const char ebxml[] = "<RegistryObjectList><ExtrinsicObject id=\"D1\"/>"
		"<Association id=\"A\" sourceObject=\"S1\" targetObject=\"D1\"/><RegistryPackage id=\"S1\"/></RegistryObjectList>";
	struct document *d = open_text(fhir, sizeof(fhir) - 1);

	(void)state;
	leads(d, "/Bundle/entry[1]/resource/List/source/reference", "/Bundle/entry[1]/resource/List/contained/Patient");
	leads(d, "/Bundle/entry[1]/resource/List/subject/reference/@value", "/Bundle/entry[2]/resource/Patient");
	document_free(d);
	d = open_text(cda, sizeof(cda) - 1);
	leads(d, "/ClinicalDocument/section/entry[1]/text/reference/@value", "/ClinicalDocument/section/text/content");
	leads(d, "/ClinicalDocument/section/entry[2]/text/reference", NULL);
	document_free(d);
	d = open_text(ebxml, sizeof(ebxml) - 1);
	leads(d, "/RegistryObjectList/Association/@targetObject", "/RegistryObjectList/ExtrinsicObject");
	leads(d, "/RegistryObjectList/Association/@sourceObject", "/RegistryObjectList/RegistryPackage");
	document_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fhir_json),
		cmocka_unit_test(test_cda),
		cmocka_unit_test(test_rowspan),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_follow_json),
		cmocka_unit_test(test_follow_xml),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("narratives and references", tests, NULL, NULL);
}
