/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM: what the parser makes of good, odd and hostile objects, as trees written out; dcmdump as oracle. */
#include "outline_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include "dicom_bytes.h"
#include "verdict/evidence/expr.h"
#include "verdict/evidence/tree.h"

#define EXPLICIT "1.2.840.10008.1.2.1"

static void is(struct writer *w, const char *want)
{
	outline_is(w->b.ptr, w->b.len, EVIDENCE_DICOM, want);
	buf_done(&w->b);
}

static void some(struct writer *w)
{
	puts_(w, 0x00080060, "CS", "CT");
	open_seq(w, 0x00081115);
	open_obj(w);
	puts_(w, 0x0020000e, "UI", "1.2.3");
	end_obj(w);
	end_seq(w);
	put_us(w, 0x00280010, 512);
}

#define SOME \
	"  Modality  CT\n" \
	"  ReferencedSeriesSequence  1 item\n" \
	"    0  1.2.3\n" \
	"      SeriesInstanceUID  1.2.3\n" \
	"  Rows  512\n"

static void test_syntaxes(void **state)
{
	static const char *const syntaxes[] = { EXPLICIT, "1.2.840.10008.1.2", "1.2.840.10008.1.2.2" };
	struct writer w = { .implicit = false };
	char want[1024];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin_file(&w, syntaxes[i]);
		some(&w);
		snprintf(want, sizeof(want), "DICOM  4 items\n  meta  1 item\n    TransferSyntaxUID  %s\n" SOME, syntaxes[i]);
		is(&w, want);
	}
	for (i = 0; i < 3; i++) {	/* the data set alone, by its looks */
		w = (struct writer){ .implicit = i == 1, .big = i == 2 };
		buf_init(&w.b, 4096);
		puts_(&w, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
		some(&w);
		is(&w, "DICOM  CT Image Storage\n  SOPClassUID  1.2.840.10008.5.1.4.1.1.2\n" SOME);
	}
}

static void test_deflated(void **state)
{
	struct writer w = { .implicit = false }, inner = { .implicit = false };
	z_stream z = { 0 };
	unsigned char out[1024];

	(void)state;
	begin_file(&w, "1.2.840.10008.1.2.1.99");
	buf_init(&inner.b, 4096);
	some(&inner);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)inner.b.ptr;
	z.avail_in = (unsigned int)inner.b.len;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(&w.b, out, z.total_out);
	deflateEnd(&z);
	buf_done(&inner.b);
	is(&w, "DICOM  4 items\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2.1.99\n" SOME);
	begin_file(&w, "1.2.840.10008.1.2.1.99");
	buf_adds(&w.b, "\xff\xff\xff");
	is(&w, "DICOM  2 items\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2.1.99\n"
		"  trouble  the compressed data set is damaged\n");
}

static void test_values(void **state)
{
	static const unsigned char doubles[] = { 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f };
	struct writer w = { .implicit = false };

	(void)state;
	begin_file(&w, EXPLICIT);
	puts_(&w, 0x00080008, "CS", "ORIGINAL\\PRIMARY ");
	put(&w, 0x00189219, "SS", "\xfe\xff\x03\x00", 4);
	put(&w, 0x00189305, "FD", doubles, 16);
	put(&w, 0x00280009, "AT", "\x18\x00\x63\x10", 4);
	puts_(&w, 0x00290010, "LO", "ACME 1");
	put(&w, 0x00291001, "UN", "\x01\x02\x03\xff", 4);
	put(&w, 0x00291002, "OB", "0123456789abcdef01", 18);
	puts_(&w, 0x60020022, "LO", "over");
	is(&w, "DICOM  9 items\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2.1\n"
		"  ImageType  ORIGINAL\\PRIMARY\n"
		"  TagAngleSecondAxis  -2\\3\n"
		"  RevolutionTime  1.5\\0.1\n"
		"  FrameIncrementPointer  (0018,1063)\n"
		"  (0029,0010)  ACME 1\n"
		"  (0029,1001)  01 02 03 ff\n"
		"  (0029,1002)  18 bytes\n"
		"  OverlayDescription  over\n");
}

static void test_charsets(void **state)
{
	static const struct { const char *set, *bytes, *want; } cases[] = {
		{ "ISO_IR 100", "M\xfcller", "Müller" },
		{ "ISO_IR 101", "Wa\xb3\xea""sa", "Wałęsa" },
		{ "ISO_IR 144", "\xbb\xee\xda", "Люк" },
		{ "ISO_IR 126", "\xc4\xe9\xef", "Διο" },
		{ "ISO_IR 127", "\xe2\xc8\xc7", "قبا" },
		{ "ISO_IR 138", "\xf9\xf8\xe5\xef", "שרון" },
		{ "ISO_IR 148", "\xc7\xdd", "Çİ" },
		{ "ISO_IR 166", "\xca\xc1\xaa", "สมช" },
		{ "ISO_IR 13", "\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ" },
		{ "ISO_IR 192", "Wang^\xe5\xb0\x8f", "Wang^小" },
		{ "GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang^XiaoDong=王^小东" },
		{ "\\ISO 2022 IR 87", "Yamada^Tarou=\33$B;3ED\33(B^\33$BB@O:\33(B", "Yamada^Tarou=山田^太郎" },
		{ "ISO 2022 IR 13\\ISO 2022 IR 87", "\xd4\xcf\xc0\xde=\33$B;3ED\33(J", "ﾔﾏﾀﾞ=山田" },
		{ "\\ISO 2022 IR 149", "Hong=\33$)C\xfb\xf3^\33$)C\xd1\xce\xd4\xd7", "Hong=洪^吉洞" },
		{ "\\ISO 2022 IR 58", "Zhang=\33$)A\xd5\xc5", "Zhang=张" },
		{ "ISO_IR 999", "\xe9", "\xe9" },		/* shown as bytes, and told */
		{ "ISO_IR 192", "\xe9x", "\xe9x" },
		{ "\\ISO 2022 IR 87", "\33[31m", "\33[31m" },	/* neutralised where it is shown */
	};
	struct writer w = { .implicit = false };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[200];
		struct document *d;
		struct buf b;

		begin_file(&w, EXPLICIT);
		puts_(&w, 0x00080005, "CS", cases[i].set);
		puts_(&w, 0x00100010, "PN", cases[i].bytes);
		d = document_of(w.b.ptr, w.b.len);
		buf_init(&b, 65536);
		outline_lines(&b, d);
		snprintf(want, sizeof(want), "  PatientName  %s\n", cases[i].want);
		if (!strstr(buf_str(&b), want))
			fail_msg("case %zu: %s", i, buf_str(&b));
		assert_int_equal(strstr(buf_str(&b), "is not known") != NULL, i == 15);
		buf_done(&b);
		document_free(d);
		buf_done(&w.b);
	}
}

static void test_trouble(void **state)
{
	struct writer w = { .implicit = false };

	(void)state;
	begin_file(&w, EXPLICIT);
	head(&w, 0x00100010, "PN", 50);
	buf_adds(&w.b, "Doe^");
	is(&w, "DICOM  Doe^\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2.1\n  PatientName  Doe^\n"
		"  trouble  cut short at byte 172: 50 bytes were promised, 4 are there\n");
	begin_file(&w, EXPLICIT);
	open_seq(&w, 0x00081115);
	open_obj(&w);
	puts_(&w, 0x0020000e, "UI", "1.2.3");
	end_seq(&w);		/* the item's own end is missing */
	put_us(&w, 0x00280010, 7);
	is(&w, "DICOM  3 items\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2.1\n"
		"  ReferencedSeriesSequence  1 item\n    0  1.2.3\n      SeriesInstanceUID  1.2.3\n"
		"      trouble  an item ends at byte 194 without its delimiter\n  Rows  7\n");
	begin_file(&w, EXPLICIT);
	open_seq(&w, 0x00081115);
	puts_(&w, 0x0020000e, "UI", "1.2.3");
	is(&w, "DICOM  3 items\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2.1\n"
		"  ReferencedSeriesSequence  1 item\n    trouble  at byte 172 an item was expected, not (0020,000E)\n"
		"  SeriesInstanceUID  1.2.3\n");
	begin_file(&w, "1.2.840.10008.1.2");
	w.implicit = false;
	puts_(&w, 0x00080060, "CS", "MR");
	is(&w, "DICOM  3 items\n  meta  1 item\n    TransferSyntaxUID  1.2.840.10008.1.2\n"
		"  trouble  the transfer syntax says implicit VR, but the data set is written with explicit VR\n  Modality  MR\n");
}

/* A million sequences in each other, a length of 4 GiB, endless items: bounded, and told. */
static void test_hostile(void **state)
{
	struct writer w = { .implicit = false };
	struct reader_info info;
	struct document *d;
	int i;

	(void)state;
	begin_file(&w, EXPLICIT);
	for (i = 0; i < 20000; i++) {
		open_seq(&w, 0x00081115);
		open_obj(&w);
	}
	d = document_of(w.b.ptr, w.b.len);
	document_info(&info, d);
	assert_non_null(info.trouble);
	assert_true(document_outline(d)->nodes.len < 1000);
	document_free(d);
	buf_done(&w.b);
	begin_file(&w, EXPLICIT);
	head(&w, 0x7fe00010, "OW", 0xfffffffe);
	d = document_of(w.b.ptr, w.b.len);
	document_info(&info, d);
	assert_non_null(info.trouble);
	document_free(d);
	buf_done(&w.b);
}

static void key_object(struct writer *w)
{
	begin_file(w, EXPLICIT);
	puts_(w, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.59");
	puts_(w, 0x00080060, "CS", "KO");
	puts_(w, 0x0040a040, "CS", "CONTAINER");
	put_code(w, 0x0040a043, "113030", "DCM", "Manifest");
	open_seq(w, 0x0040a375);
	open_obj(w);
	open_seq(w, 0x00081115);
	open_obj(w);
	puts_(w, 0x0020000e, "UI", "1.2.3.4");
	end_obj(w);
	end_seq(w);
	end_obj(w);
	end_seq(w);
	open_seq(w, 0x0040a730);
	open_obj(w);
	puts_(w, 0x0040a010, "CS", "CONTAINS");
	puts_(w, 0x0040a040, "CS", "TEXT");
	put_code(w, 0x0040a043, "113012", "DCM", "Key Object Description");
	puts_(w, 0x0040a160, "UT", "all of it");
	end_obj(w);
	open_obj(w);
	puts_(w, 0x0040a010, "CS", "CONTAINS");
	puts_(w, 0x0040a040, "CS", "NUM");
	put_code(w, 0x0040a043, "121211", "DCM", "Path length");
	open_seq(w, 0x0040a300);
	open_obj(w);
	put_code(w, 0x004008ea, "mm", "UCUM", "millimeter");
	puts_(w, 0x0040a30a, "DS", "12.5");
	end_obj(w);
	end_seq(w);
	open_seq(w, 0x0040a730);
	open_obj(w);
	puts_(w, 0x0040a010, "CS", "INFERRED FROM");
	puts_(w, 0x0040a040, "CS", "IMAGE");
	open_seq(w, 0x00081199);
	open_obj(w);
	puts_(w, 0x00081150, "UI", "1.2.840.10008.5.1.4.1.1.2");
	puts_(w, 0x00081155, "UI", "1.2.9");
	end_obj(w);
	end_seq(w);
	end_obj(w);
	end_seq(w);
	end_obj(w);
	end_seq(w);
}

static void test_content(void **state)
{
	struct writer w = { .implicit = false };
	struct document *d;
	struct buf b;

	(void)state;
	key_object(&w);
	d = document_of(w.b.ptr, w.b.len);
	buf_init(&b, 65536);
	outline_lines(&b, d);
	assert_non_null(strstr(buf_str(&b), "\n  content  Manifest (113030, DCM)\n"
		"    Key Object Description  CONTAINS TEXT  all of it\n"
		"    Path length  CONTAINS NUM  12.5 mm\n"
		"      item  INFERRED FROM IMAGE  CT Image Storage  1.2.9\n"));
	buf_done(&b);
	document_free(d);
	buf_done(&w.b);
}

/* Four records whose offsets tell what belongs to what; the last points back and is told once. */
static void test_records(void **state)
{
	static const char *const types[] = { "PATIENT", "STUDY", "PATIENT", "STUDY" };
	static const char *const names[] = { "P0", "P1", "P2", "P3" };
	struct writer w = { .implicit = false };
	uint32_t at[4], next[4] = { 2, 9, 9, 3 }, lower[4] = { 1, 9, 3, 0 };
	int i, pass;

	(void)state;
	memset(at, 0, sizeof(at));
	for (pass = 0; pass < 2; pass++) {	/* the second time the places are known */
		if (pass)
			buf_done(&w.b);
		begin_file(&w, EXPLICIT);
		head(&w, 0x00041200, "UL", 4);
		put32(&w, at[0]);
		open_seq(&w, 0x00041220);
		for (i = 0; i < 4; i++) {
			at[i] = (uint32_t)w.b.len;
			open_obj(&w);
			head(&w, 0x00041400, "UL", 4);
			put32(&w, next[i] < 4 ? at[next[i]] : 0);
			head(&w, 0x00041420, "UL", 4);
			put32(&w, lower[i] < 4 ? at[lower[i]] : 0);
			puts_(&w, 0x00041430, "CS", types[i]);
			puts_(&w, 0x00100020, "LO", names[i]);
			end_obj(&w);
		}
		end_seq(&w);
	}
	{
		struct document *d = document_of(w.b.ptr, w.b.len);
		struct buf b;

		buf_init(&b, 65536);
		outline_lines(&b, d);
		if (!strstr(buf_str(&b), "\n  records  2 items\n    PATIENT  P0\n      STUDY  P1\n    PATIENT  P2\n      STUDY  P3\n"))
			fail_msg("%s", buf_str(&b));
		buf_done(&b);
		document_free(d);
	}
	buf_done(&w.b);
}

static void test_json(void **state)
{
	static const char text[] = "[{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
		"\"00080008\":{\"vr\":\"CS\",\"Value\":[\"ORIGINAL\",\"PRIMARY\"]},"
		"\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Wang^X\",\"Ideographic\":\"\\u738b^\"}]},"
		"\"00081115\":{\"vr\":\"SQ\",\"Value\":[{\"0020000E\":{\"vr\":\"UI\",\"Value\":[\"1.2.3\"]}}]},"
		"\"00280010\":{\"vr\":\"US\",\"Value\":[512]},\"00290010\":{\"vr\":\"LO\"},"
		"\"7FE00010\":{\"vr\":\"OW\",\"BulkDataURI\":\"http://h/b\"}}]";

	(void)state;
	outline_is(text, sizeof(text) - 1, EVIDENCE_DICOM_JSON, "DICOM  Wang^X=王^\n"
		"  SpecificCharacterSet  ISO_IR 192\n"
		"  ImageType  ORIGINAL\\PRIMARY\n"
		"  PatientName  Wang^X=王^\n"
		"  ReferencedSeriesSequence  1 item\n"
		"    0  1.2.3\n"
		"      SeriesInstanceUID  1.2.3\n"
		"  Rows  512\n"
		"  (0029,0010)\n"
		"  PixelData  http://h/b\n");
}

static void holds(struct document *d, const char *text)
{
	struct document_tree *t;
	struct arena a;
	struct expr *e;
	int answer = -1;

	arena_init(&a);
	document_tree_new(&t, d);
	assert_ok(expr_compile(&e, text));
	assert_ok(expr_test(&answer, &a, e, document_tree_expr(t), document_tree_expr(t)->root));
	if (answer != 1)
		fail_msg("%s answers %d", text, answer);
	expr_free(e);
	document_tree_free(t);
	arena_done(&a);
}

static void test_expressions(void **state)
{
	struct writer w = { .implicit = false };
	struct document *d;

	(void)state;
	key_object(&w);
	d = document_of(w.b.ptr, w.b.len);
	holds(d, "Modality = 'KO' and SOPClassUID.isUid()");
	holds(d, "ConceptNameCodeSequence.CodeValue = '113030'");
	holds(d, "CurrentRequestedProcedureEvidenceSequence.ReferencedSeriesSequence.all(SeriesInstanceUID.isUid())");
	holds(d, "CurrentRequestedProcedureEvidenceSequence.ReferencedSeriesSequence.RetrieveURL.exists().not()");
	holds(d, "meta.TransferSyntaxUID = '1.2.840.10008.1.2.1'");
	document_free(d);
	buf_done(&w.b);
}

static void test_notes_and_paths(void **state)
{
	struct writer w = { .implicit = false };
	struct reader_row *rows;
	struct document *d;
	uint64_t row, total;
	struct arena a;
	struct buf b;
	size_t n;

	(void)state;
	key_object(&w);
	d = document_of(w.b.ptr, w.b.len);
	arena_init(&a);
	buf_init(&b, 4096);
	assert_ok(document_goto(&row, d, "DICOM.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]"
		".SeriesInstanceUID", strlen("DICOM.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]"
		".SeriesInstanceUID")));
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, row, 1, 80));
	assert_string_equal(rows[0].value, "1.2.3.4");
	assert_string_equal(rows[0].note, "(0020,000E) UI Series Instance UID");
	assert_ok(document_search(&row, d, VIEW_OUTLINE, "Key Object Selection Document", 29, 0, false));
	assert_ok(document_path(&b, d, row));
	assert_string_equal(buf_str(&b), "DICOM.SOPClassUID");
	buf_done(&b);
	arena_done(&a);
	document_free(d);
	buf_done(&w.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntaxes),
		cmocka_unit_test(test_deflated),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_notes_and_paths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("DICOM", tests, NULL, NULL);
}
