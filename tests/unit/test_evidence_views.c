/* SPDX-License-Identifier: Apache-2.0 */
/* The four views of a document: rows, folds, places, search, paths, values, encodings. */
#include "test.h"
#include <stdlib.h>
#include <time.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/evidence/document.h"

static struct document *open_text(const char *text, size_t len)
{
	struct document *d;
	struct source src;

	source_mem(&src, text, len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	return d;
}

static void add_row(struct buf *b, const struct reader_row *row, enum evidence_view v)
{
	static const char fold[] = " v>";

	buf_fill(b, ' ', row->depth * 2u);
	if (v == VIEW_OUTLINE)
		buf_addc(b, fold[row->fold]);
	buf_add(b, row->label, row->label_len);
	if (v == VIEW_OUTLINE && row->value_len)
		buf_adds(b, ": ");
	buf_add(b, row->value, row->value_len);
	if (row->note_len) {
		buf_adds(b, " # ");
		buf_add(b, row->note, row->note_len);
	}
	buf_adds(b, row->hit ? " *\n" : "\n");
}

static void shows(struct document *d, enum evidence_view v, unsigned int width, const char *want)
{
	struct reader_row *rows;
	struct arena a;
	struct buf b;
	uint64_t total;
	size_t n, i;

	arena_init(&a);
	buf_init(&b, 1u << 20);
	assert_ok(document_rows(&rows, &n, &total, &a, d, v, 0, 200, width));
	for (i = 0; i < n; i++)
		add_row(&b, &rows[i], v);
	assert_string_equal(buf_str(&b), want);
	assert_int_equal(total, n);
	buf_done(&b);
	arena_done(&a);
}

static const char bundle[] =
	"{\"resourceType\":\"Bundle\",\"type\":\"document\",\"entry\":[\n"
	" {\"fullUrl\":\"urn:1\",\"resource\":{\"resourceType\":\"Composition\",\"title\":\"International Patient Summary\",\n"
	"  \"section\":[{\"title\":\"Allergies\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"48765-2\"}]}}]}},\n"
	" {\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"佐藤\",\"given\":[\"花子\"]}],\"birthDate\":\"1981-03-02\"}},\n"
	" {\"request\":{\"method\":\"PUT\",\"url\":\"Patient/1\"}}]}";

static void test_fhir_outline(void **state)
{
	struct document *d = open_text(bundle, sizeof(bundle) - 1);
	struct reader_info info;
	uint64_t row;

	(void)state;
	document_info(&info, d);
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.summary, "Bundle  document  3 entries");
	assert_null(info.trouble);
	shows(d, VIEW_OUTLINE, 80,
		"vBundle: document  3 entries\n"
		"   resourceType: Bundle\n"
		"   type: document # one of: document, transaction, search set, message …\n"
		"  ventry: 3 entries\n"
		"    >Composition: International Patient Summary\n"
		"    >Patient: 佐藤 花子  1981-03-02\n"
		"    >2: PUT Patient/1\n");
	assert_ok(document_goto(&row, d, "Bundle.entry[0].resource.section[0]", 35));
	assert_ok(document_fold(&row, d, FOLD_TOGGLE, row));
	shows(d, VIEW_OUTLINE, 80,
		"vBundle: document  3 entries\n"
		"   resourceType: Bundle\n"
		"   type: document # one of: document, transaction, search set, message …\n"
		"  ventry: 3 entries\n"
		"    vComposition: International Patient Summary\n"
		"       fullUrl: urn:1 # the name other entries refer to it by\n"
		"      vresource: International Patient Summary\n"
		"         resourceType: Composition\n"
		"         title: International Patient Summary # title a person reads\n"
		"        vsection: Allergies 48765-2 # chapters of the document\n"
		"          v0: Allergies 48765-2\n"
		"             title: Allergies # heading\n"
		"            >code: 48765-2 # what chapter it is\n"
		"    >Patient: 佐藤 花子  1981-03-02\n"
		"    >2: PUT Patient/1\n");
	assert_ok(document_fold(&row, d, FOLD_ALL, 12));
	assert_int_equal(row, 3);
	assert_int_equal(document_fold(&row, d, FOLD_TOGGLE, 4000), STATUS_NOT_FOUND);
	document_free(d);
}

static void test_json_pretty(void **state)
{
	static const char text[] = "{\"a\":{},\"b\":[1,\"long string that wraps over the narrow screen\"],\"c\":\"\\u00e9\"}";
	struct document *d = open_text(text, sizeof(text) - 1);

	(void)state;
	shows(d, VIEW_PRETTY, 0, "{\n  \"a\": {},\n  \"b\": [\n    1,\n"
		"    \"long string that wraps over the narrow screen\"\n  ],\n  \"c\": \"\\u00e9\"\n}\n");
	shows(d, VIEW_PRETTY, 32, "{\n  \"a\": {},\n  \"b\": [\n    1,\n"
		"    \"long string that wraps ov\n    er the narrow screen\"\n  ],\n  \"c\": \"\\u00e9\"\n}\n");
	document_free(d);
}

static void test_xml_views(void **state)
{
	static const char text[] = "<?xml version=\"1.0\"?>\n<n:a xmlns:n=\"u\"><b c='1'>t &amp;\n u</b>mixed<d/></n:a>";
	struct document *d = open_text(text, sizeof(text) - 1);

	(void)state;
	shows(d, VIEW_OUTLINE, 80, " pi: xml version=\"1.0\"\nva\n   @xmlns:n: u\n  vb: t &  u\n     @c: 1\n"
		"   text: mixed\n   d\n");
	shows(d, VIEW_PRETTY, 80, "<?xml version=\"1.0\"?>\n<n:a xmlns:n=\"u\">\n  <b c='1'>t &amp;\n  u</b>\n  mixed\n"
		"  <d/>\n</n:a>\n");
	document_free(d);
}

static const char adt[] = "MSH|^~\\&|LAB||EHR||202611220900||ADT^A01^ADT_A01|4711|P|2.5\r"
	"PID|1||77^^^HOSP&1.2.3&ISO^MR||SATO\\T\\CO^HANAKO~佐藤^花子\rZZZ|x\r";

static void test_hl7_views(void **state)
{
	struct document *d = open_text(adt, sizeof(adt) - 1);
	struct reader_info info;
	uint64_t row;

	(void)state;
	document_info(&info, d);
	assert_int_equal(info.kind, EVIDENCE_HL7V2);
	assert_string_equal(info.summary, "message  ADT^A01^ADT_A01  4711  SATO\\T\\CO^HANAKO~佐藤^花子  3 segments");
	assert_ok(document_goto(&row, d, "PID-5(1).1", 10));
	shows(d, VIEW_PRETTY, 80,
		"message  \n"
		"  MSH   # Message header\n"
		"    MSH-1  | # Field separator\n"
		"    MSH-2  ^~\\& # Encoding characters\n"
		"    MSH-3  LAB # Sending application\n"
		"    MSH-5  EHR # Receiving application\n"
		"    MSH-7  202611220900 # Date and time of message\n"
		"    MSH-9  ADT^A01^ADT_A01 # Message type\n"
		"    MSH-10  4711 # Message control ID\n"
		"    MSH-11  P # Processing ID: production\n"
		"    MSH-12  2.5 # Version ID\n"
		"  PID   # Patient identification\n"
		"    PID-1  1 # Set ID\n"
		"    PID-3  77^^^HOSP&1.2.3&ISO^MR # Patient identifier list\n"
		"    PID-5   # Patient name\n"
		"      PID-5(1)  SATO\\T\\CO^HANAKO # Patient name\n"
		"      PID-5(2)  佐藤^花子 # Patient name\n"
		"  ZZZ   # Site-defined segment\n"
		"    ZZZ-1  x\n");
	document_free(d);
}

/* Names come from a sorted table; walk what a message needs and look at both ends of the table. */
static void test_hl7_names(void **state)
{
	static const char text[] = "MSH|^~\\&|A\rEVN|A01\rACC|1\rTXA|1\rOBX|1|ED|c||S^TEXT\rNTE|1\r";
	struct document *d = open_text(text, sizeof(text) - 1);
	uint64_t row;

	(void)state;
	assert_ok(document_goto(&row, d, "OBX-5.2", 7));
	shows(d, VIEW_OUTLINE, 80,
		"vmessage: 6 segments\n"
		"  vMSH: ^~\\&|A # Message header\n"
		"     MSH-1: | # Field separator\n"
		"     MSH-2: ^~\\& # Encoding characters\n"
		"     MSH-3: A # Sending application\n"
		"  vEVN: A01 # Event type\n"
		"     EVN-1: A01 # Event type code: admission\n"
		"  vACC: 1 # Accident\n"
		"     ACC-1: 1 # Accident date and time\n"
		"  vTXA: 1 # Transcription document header\n"
		"     TXA-1: 1 # Set ID\n"
		"  vOBX: 1|ED|c||S^TEXT # Observation result\n"
		"     OBX-1: 1 # Set ID\n"
		"     OBX-2: ED # Value type: data enclosed\n"
		"     OBX-3: c # Observation identifier\n"
		"    vOBX-5: S^TEXT # Observation value\n"
		"       OBX-5.1: S # Source application\n"
		"       OBX-5.2: TEXT # Type of data\n"
		"  vNTE: 1 # Notes and comments\n"
		"     NTE-1: 1 # Set ID\n");
	document_free(d);
}

static void path_is(struct document *d, uint64_t row, const char *want)
{
	struct buf b;
	uint64_t back;

	buf_init(&b, 4096);
	assert_ok(document_path(&b, d, row));
	assert_string_equal(buf_str(&b), want);
	assert_ok(document_goto(&back, d, b.ptr, b.len));
	assert_int_equal(back, row);
	buf_done(&b);
}

static void value_is(struct document *d, const char *path, const char *want)
{
	struct buf b;
	uint64_t row;

	buf_init(&b, 128 * 1024);
	assert_ok(document_goto(&row, d, path, strlen(path)));
	assert_ok(document_value(&b, d, row));
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}

static void test_paths(void **state)
{
	static const char xml[] = "<c:CD xmlns:c='u'><e a='1'>x</e><e a='2'><f>y</f></e></c:CD>";
	struct document *d = open_text(bundle, sizeof(bundle) - 1);
	uint64_t row;

	(void)state;
	assert_ok(document_fold(&row, d, FOLD_UNFOLD_ALL, 0));
	path_is(d, 0, "Bundle");
	path_is(d, 3, "Bundle.entry");
	path_is(d, 8, "Bundle.entry[0].resource.title");
	path_is(d, 11, "Bundle.entry[0].resource.section[0].title");
	value_is(d, "Bundle.entry[1].resource.name[0].given[0]", "花子");
	value_is(d, "Bundle.entry[2].request", "\"request\":{\"method\":\"PUT\",\"url\":\"Patient/1\"}");
	assert_int_equal(document_goto(&row, d, "Bundle.nothing", 14), STATUS_NOT_FOUND);
	assert_int_equal(document_goto(&row, d, "", 0), STATUS_NOT_FOUND);
	document_free(d);

	d = open_text(xml, sizeof(xml) - 1);
	assert_ok(document_fold(&row, d, FOLD_UNFOLD_ALL, 0));
	path_is(d, 1, "/CD/@xmlns:c");
	path_is(d, 2, "/CD/e[1]");
	path_is(d, 6, "/CD/e[2]/f");
	value_is(d, "/CD/e[2]/f", "y");
	document_free(d);

	d = open_text(adt, sizeof(adt) - 1);
	assert_ok(document_fold(&row, d, FOLD_UNFOLD_ALL, 0));
	value_is(d, "PID-5(1).1", "SATO&CO");
	value_is(d, "PID-3.4.2", "1.2.3");
	value_is(d, "MSH-9.2", "A01");
	document_free(d);
}

/* Every row of every view: its first byte leads back to it, or to an earlier row that shows the same byte. */
static void round_trip(const char *text, size_t len, unsigned int width)
{
	struct document *d = open_text(text, len);
	struct reader_row *rows;
	struct arena a;
	uint64_t total, row, previous = 0;
	size_t n, i;
	int v;

	arena_init(&a);
	assert_ok(document_fold(&row, d, FOLD_UNFOLD_ALL, 0));
	for (v = 0; v < VIEW_COUNT; v++) {
		assert_ok(document_rows(&rows, &n, &total, &a, d, (enum evidence_view)v, 0, 1000, width));
		assert_int_equal(n, total);
		for (i = 0; i < n; i++) {
			assert_int_equal(rows[i].row, i);
			assert_true(rows[i].begin <= rows[i].end && rows[i].end <= len);
			assert_true(i == 0 || v == VIEW_OUTLINE || rows[i].begin >= previous);
			previous = rows[i].begin;
			assert_ok(document_locate(&row, d, (enum evidence_view)v, rows[i].begin));
			if (v == VIEW_RAW || v == VIEW_HEX)
				assert_int_equal(row, i);
			else if (row != i)
				assert_int_equal(rows[row].begin, rows[i].begin);
		}
		assert_int_equal(document_locate(&row, d, (enum evidence_view)v, 1u << 30),
			v == VIEW_NARRATIVE && !total ? STATUS_NOT_FOUND : STATUS_OK);
	}
	arena_done(&a);
	document_free(d);
}

static void test_round_trip(void **state)
{
	static const unsigned int widths[] = { 0, 20, 80 };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		round_trip(bundle, sizeof(bundle) - 1, widths[i]);
		round_trip(adt, sizeof(adt) - 1, widths[i]);
		round_trip("<a><b>text of b</b><c d='1'/>\n\nmore</a>", 38, widths[i]);
		round_trip("\xff\xfe<\0a\0>\0\xe4\0<\0/\0a\0>\0", 18, widths[i]);
	}
}

static void test_raw(void **state)
{
	struct document *d = open_text("one\rtwo\r\nthree\n\n\tx\nlast line is long", 36);

	(void)state;
	shows(d, VIEW_RAW, 80, "one\ntwo\nthree\n\n        x\nlast line is long\n");
	shows(d, VIEW_RAW, 10, "one\ntwo\nthree\n\n        x\nlast line \nis long\n");
	shows(d, VIEW_HEX, 80,
		"00000000  6f 6e 65 0d 74 77 6f 0d  0a 74 68 72 65 65 0a 0a  one.two..three..\n"
		"00000010  09 78 0a 6c 61 73 74 20  6c 69 6e 65 20 69 73 20  .x.last line is \n"
		"00000020  6c 6f 6e 67                                       long\n");
	document_free(d);
	d = open_text("", 0);
	shows(d, VIEW_RAW, 80, "");
	shows(d, VIEW_HEX, 80, "");
	shows(d, VIEW_PRETTY, 80, "");
	shows(d, VIEW_OUTLINE, 80, "");
	document_free(d);
	d = open_text("日本語日本語", 18);
	shows(d, VIEW_RAW, 5, "日本\n語日\n本語\n");
	document_free(d);
}

static void next_is(struct document *d, enum evidence_view v, const char *pattern, uint64_t *row, bool back, uint64_t want)
{
	assert_ok(document_search(row, d, v, pattern, strlen(pattern), *row, back));
	if (*row != want)
		fail_msg("'%s' in view %d is at row %llu, not %llu", pattern, (int)v, (unsigned long long)*row,
			(unsigned long long)want);
}

static void test_search(void **state)
{
	static const char text[] = "Alpha beta\ngamma\nALPHA\n佐藤 ÉCOLE\nend";
	struct document *d = open_text(text, sizeof(text) - 1);
	uint64_t row = 0;

	(void)state;
	next_is(d, VIEW_RAW, "alpha", &row, false, 2);
	next_is(d, VIEW_RAW, "alpha", &row, false, 0);
	next_is(d, VIEW_RAW, "alpha", &row, true, 2);
	next_is(d, VIEW_RAW, "école", &row, false, 3);
	next_is(d, VIEW_RAW, "佐藤", &row, false, 3);
	next_is(d, VIEW_PRETTY, "GAM", &row, false, 1);
	assert_int_equal(document_search(&row, d, VIEW_RAW, "zeta", 4, 0, false), STATUS_NOT_FOUND);
	assert_int_equal(document_search(&row, d, VIEW_HEX, "", 0, 0, false), STATUS_NOT_FOUND);
	shows(d, VIEW_RAW, 0, "Alpha beta\ngamma\nALPHA\n佐藤 ÉCOLE\nend\n");
	row = 0;
	next_is(d, VIEW_RAW, "end", &row, false, 4);
	shows(d, VIEW_RAW, 0, "Alpha beta\ngamma\nALPHA\n佐藤 ÉCOLE\nend *\n");
	document_free(d);

	d = open_text(bundle, sizeof(bundle) - 1);
	row = 0;
	next_is(d, VIEW_OUTLINE, "48765", &row, false, 16);	/* and its folds were opened */
	next_is(d, VIEW_OUTLINE, "48765", &row, false, 16);
	next_is(d, VIEW_OUTLINE, "花子", &row, true, 24);
	next_is(d, VIEW_OUTLINE, "fullurl", &row, true, 5);
	document_free(d);

	d = open_text(adt, sizeof(adt) - 1);
	row = 0;
	next_is(d, VIEW_OUTLINE, "patient name", &row, false, 23);
	document_free(d);
}

static void test_encodings(void **state)
{
	static const char latin[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>gr\xfc\xdf" "e</a>";
	static const char utf16[] = "\xfe\xff\0<\0a\0>\xd8\x3d\xde\0\0b\0<\0/\0a\0>";
	static const char hl7[] = "MSH|^~\\&|||||||||P|2.5||||||8859/1\rPID|||||M\xdcLLER\r";
	struct document *d = open_text(latin, sizeof(latin) - 1);

	(void)state;
	value_is(d, "/a", "grüße");
	document_free(d);
	d = open_text(utf16, sizeof(utf16) - 1);
	value_is(d, "/a", "\xf0\x9f\x98\x80" "b");
	document_free(d);
	d = open_text(hl7, sizeof(hl7) - 1);
	value_is(d, "PID-5", "MÜLLER");
	document_free(d);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One line of ten megabytes: work grows with its length and not with its square. */
static void test_long_line(void **state)
{
	size_t len = 10u << 20, n, i;
	char *p = mem_alloc(len);
	struct reader_row *rows;
	struct document *d;
	struct arena a;
	uint64_t total, row;
	double start = seconds();
	int v;

	(void)state;
	for (i = 0; i < len; i++)
		p[i] = (char)(i % 7 ? 'a' + (int)(i % 26) : ' ');
	d = open_text(p, len);
	arena_init(&a);
	for (v = 0; v < VIEW_COUNT; v++) {
		assert_ok(document_rows(&rows, &n, &total, &a, d, (enum evidence_view)v, UINT64_MAX, 50, 80));
		if (v == VIEW_OUTLINE || v == VIEW_NARRATIVE)
			continue;
		assert_int_equal(n, 50);
		assert_true(rows[n - 1].end == len);
	}
	assert_int_equal(document_search(&row, d, VIEW_RAW, "not there", 9, 0, false), STATUS_NOT_FOUND);
	assert_true(seconds() - start < 5.0);
	arena_done(&a);
	document_free(d);
	mem_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fhir_outline),
		cmocka_unit_test(test_json_pretty),
		cmocka_unit_test(test_xml_views),
		cmocka_unit_test(test_hl7_views),
		cmocka_unit_test(test_hl7_names),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_long_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence views", tests, NULL, NULL);
}
