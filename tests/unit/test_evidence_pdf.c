/* SPDX-License-Identifier: Apache-2.0 */
/* PDF: properties, pages, metadata, attached files; packed, encrypted, cut short. */
#include "outline_text.h"
#include "verdict/base/mem.h"

static const char plain[] =
	"%PDF-1.7\n"
	"1 0 obj\n"
	"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 5 0 R >> >>\n"
	"endobj\n"
	"2 0 obj\n"
	"<< /Type /Pages /Kids [] /Count 3 >>\n"
	"endobj\n"
	"3 0 obj\n"
	"<< /Title (A \\(small\\) pl\\141n) /Author <FEFF004B00F600740074> /CreationDate (D:20260102030405+01'00') >>\n"
	"endobj\n"
	"4 0 obj\n"
	"<< /Type /EmbeddedFile /Length 35 >>\n"
	"stream\n"
	"{\"resourceType\":\"Patient\",\"id\":\"a\"}\n"
	"endstream\n"
	"endobj\n"
	"5 0 obj\n"
	"<< /Names [ (p) << /Type /Filespec /F (p.json) /EF << /F 4 0 R >> >> ] >>\n"
	"endobj\n"
	"6 0 obj\n"
	"<< /Type /Metadata /Subtype /XML /Length 4 >>\n"
	"stream\n"
	"<a/>\n"
	"endstream\n"
	"endobj\n"
	"trailer\n"
	"<< /Root 1 0 R /Info 3 0 R /Size 7 >>\n"
	"%%EOF\n";
/* Catalog, pages and properties in an object stream, as programs since PDF 1.5 write them. */
static const char packed[] =
	"\045\120\104\106\055\061\056\065\012\067\040\060\040\157\142\152\012\074\074\057\124\171\160\145\057"
	"\117\142\152\123\164\155\057\116\040\063\057\106\151\162\163\164\040\061\064\057\106\151\154\164\145"
	"\162\057\106\154\141\164\145\104\145\143\157\144\145\057\114\145\156\147\164\150\040\070\066\076\076"
	"\012\163\164\162\145\141\155\012\170\234\063\124\060\120\060\122\060\066\124\060\126\060\063\121\260"
	"\261\321\017\251\054\110\325\167\116\054\111\314\311\117\327\017\110\114\117\055\006\312\033\050\004"
	"\331\331\051\300\245\301\302\372\336\231\051\305\321\261\372\316\371\245\171\045\012\206\106\060\005"
	"\231\045\071\251\032\001\211\311\331\251\051\232\166\166\000\352\154\033\206\012\145\156\144\163\164"
	"\162\145\141\155\012\145\156\144\157\142\152\012\070\040\060\040\157\142\152\012\074\074\057\124\171"
	"\160\145\057\130\122\145\146\057\122\157\157\164\040\061\040\060\040\122\057\111\156\146\157\040\063"
	"\040\060\040\122\057\114\145\156\147\164\150\040\060\076\076\012\163\164\162\145\141\155\012\012\145"
	"\156\144\163\164\162\145\141\155\012\145\156\144\157\142\152\012";

static void test_plain(void **state)
{
	struct document *d, *in;
	struct reader_info info;

	(void)state;
	outline_is(plain, sizeof(plain) - 1, EVIDENCE_PDF,
		"PDF  A (small) plan  pages: 3\n"
		"  version  1.7\n"
		"  pages  3\n"
		"  title  A (small) plan\n"
		"  author  K\xc3\xb6tt\n"
		"  made  2026-01-02 03:04:05 +01:00\n"
		"  p.json *  FHIR JSON  Patient  a\n"
		"    Patient  a\n"
		"      resourceType  Patient\n"
		"      id  a\n"
		"  metadata *  XML  a\n"
		"    a\n");
	d = document_of(plain, sizeof(plain) - 1);
	assert_ok(document_enter(&in, d, 6, NULL, NULL));
	document_info(&info, in);
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.trail, "p.json");
	document_leave(in);
	document_free(d);
}

static void test_packed(void **state)
{
	(void)state;
	outline_is(packed, sizeof(packed) - 1, EVIDENCE_PDF,
		"PDF  Packed  pages: 12\n"
		"  version  1.5\n"
		"  pages  12\n"
		"  title  Packed\n");
}

/* Strings of an encrypted file are noise: none is shown, and nothing is taken out. */
static void test_encrypted(void **state)
{
	char *text = mem_strdup(plain), *size = strstr(text, "/Size 7");

	(void)state;
	assert_non_null(size);
	memcpy(size, "/Encrypt", 8);
	outline_is(text, strlen(text), EVIDENCE_PDF,
		"PDF  pages: 3  encrypted\n"
		"  version  1.7\n"
		"  encrypted  yes: a password or key is needed\n"
		"  pages  3\n"
		"  trouble  attached file is encrypted, empty or packed in a way not known here\n"
		"  trouble  metadata is encrypted, empty or packed in a way not known here\n");
	mem_free(text);
}

/* Catalog, one page with resources for fonts and forms, its content; what follows are more objects. */
#define PAGE(content, more) \
	"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" \
	"2 0 obj\n<< /Type /Pages /Kids [3 0 R 2 0 R 3 0 R] /Count 1 >>\nendobj\n" \
	"3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents [4 0 R] /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 9 0 R >> " \
	"/XObject << /X 8 0 R >> >> >>\nendobj\n" \
	"4 0 obj\n<< >>\nstream\n" content "\nendstream\nendobj\n" \
	"5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 32 /Widths [250 300] " \
	"/Encoding << /Differences [1 /fi /eacute /uni20AC /nosuchglyph 65 /B] >> >>\nendobj\n" \
	"6 0 obj\n<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [10 0 R] /ToUnicode 7 0 R >>\nendobj\n" \
	"7 0 obj\n<< >>\nstream\n1 beginbfchar <0001> <C11C> endbfchar 2 beginbfrange <0002> <0004> <0041> " \
	"<0010> <0011> [<00660069> <D83DDE00>] endbfrange\nendstream\nendobj\n" \
	"8 0 obj\n<< /Subtype /Form /Matrix [1 0 0 1 0 -100] >>\nstream\nBT /F1 10 Tf (in a form) Tj ET /X Do\nendstream\nendobj\n" \
	"9 0 obj\n<< /Type /Font /Subtype /Type0 /Encoding /Identity-H >>\nendobj\n" \
	"10 0 obj\n<< /DW 1000 /W [1 [900 900] 3 4 600] >>\nendobj\n" more \
	"trailer\n<< /Root 1 0 R >>\n%%EOF\n"

static void page_is(const char *pdf, const char *want)
{
	char *part = mem_dup(pdf, strlen(pdf));
	struct document *d = document_of(part, strlen(pdf));
	struct buf b;
	const char *page;

	buf_init(&b, 1u << 20);
	outline_lines(&b, d);
	page = strstr(buf_str(&b), "\n  page  ");
	assert_string_equal(page ? page + 1 : "", want);
	buf_done(&b);
	document_free(d);
	mem_free(part);
}

/* Words by gaps, lines by places; glyphs by name; a page that is named twice is shown once. */
static void test_text(void **state)
{
	(void)state;
	page_is(PAGE("0 0 1 RG q BT /F1 10 Tf 12 TL 1 0 0 1 50 700 Tm (Hel) Tj (lo\\054) Tj [(w) -400 (x) 20 (y)] TJ T* (A\001\002\003\004) Tj "
		"0 -3 Td ( a) ' ET Q", ""),
		"  page  1  Hello,w xy\n"
		"    1  Hello,w xy\n"
		"    2  B\xef\xac\x81\xc3\xa9\xe2\x82\xac\xef\xbf\xbd\n"
		"    3   a\n");
}

static void test_maps(void **state)
{
	(void)state;
	page_is(PAGE("BT /F2 10 Tf 50 700 Td <0001000200030004> Tj 60 0 Td <00100011> Tj ET", ""),
		"  page  1  \xec\x84\x9c" "ABC fi\xf0\x9f\x98\x80\n"
		"    1  \xec\x84\x9c" "ABC fi\xf0\x9f\x98\x80\n");
	page_is(PAGE("BT /F3 10 Tf <00410042> Tj ET", ""), "  page  1  the fonts do not tell their characters\n");
	page_is(PAGE("BT /F9 10 Tf (x) Tj ET 12 (y", ""), "  page  1  no text\n");
}

/* A form that shows itself ends; the bytes of an image in the content are no operators. */
static void test_forms(void **state)
{
	(void)state;
	page_is(PAGE("BI /W 2 /H 1 ID (( EIx \n EI BT /F1 10 Tf 10 700 Td (on the page) Tj ET /X Do", ""),
		"  page  1  on the page\n"
		"    1  on the page\n"
		"    2  in a form\n"
		"    3  in a form\n"
		"    4  in a form\n"
		"    5  in a form\n");
}

/* Shapes that a writer of such files would not make; none costs more than a moment. */
static void test_hostile_text(void **state)
{
	size_t n = 3000000, i;
	static const char head[] = "%PDF-1.4\n1 0 obj\n<</Pages 2 0 R>>\n2 0 obj\n<</Contents 3 0 R/Resources<</XObject<</A 3 0 R>>>>>>\n"
		"3 0 obj\n<</Subtype /Form>>\nstream\n", tail[] = "\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n";
	char *text = mem_alloc(n);
	struct document *d;

	(void)state;
	memcpy(text, head, sizeof(head) - 1);
	for (i = sizeof(head) - 1; i + 6 < n; i += 6)
		memcpy(text + i, "/A Do ", 6);
	memset(text + i, ' ', n - i);
	memcpy(text + n - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	d = document_of(text, n);
	assert_int_equal(document_outline(d)->nodes.len, 3);
	document_free(d);
	mem_free(text);
	page_is(PAGE("BT /F2 1e9 Tf 9999999999999999999 0 0 -9999999999999999999 0 0 Tm <0001> Tj [[[<0001>]]] TJ Q Q Q ET", ""),
		"  page  1  \xec\x84\x9c\xec\x84\x9c\n    1  \xec\x84\x9c\xec\x84\x9c\n");
}

/* Cut anywhere; the bytes behind the end may not be read (the sanitizer sees). */
static void test_cut(void **state)
{
	static const char lines[] = PAGE("BT /F2 10 Tf <0001> Tj ET /X Do", "");
	size_t n;

	(void)state;
	for (n = 5; n < sizeof(lines) - 1; n += 11) {
		char *part = mem_dup(lines, n);

		document_free(document_of(part, n));
		mem_free(part);
	}
	for (n = 5; n < sizeof(plain) - 1; n += 7) {
		char *part = mem_dup(plain, n);
		struct document *d = document_of(part, n);

		assert_true(document_outline(d)->nodes.len >= 2);
		document_free(d);
		mem_free(part);
	}
	outline_is("%PDF-1.4\n", 9, EVIDENCE_PDF, "PDF  2 items\n  version  1.4\n"
		"  trouble  no trailer: the end of the file is missing\n");
}

/* A hundred thousand brackets open, and none closes. */
static void test_deep(void **state)
{
	size_t n = 300000, i;
	char *text = mem_alloc(n);
	struct document *d;

	(void)state;
	memcpy(text, "%PDF-1.4\n1 0 obj\n", 17);
	for (i = 17; i < n; i++)
		text[i] = i % 3 ? '<' : '[';
	d = document_of(text, n);
	assert_int_equal(document_outline(d)->nodes.len, 3);
	document_free(d);
	for (i = 17; i + 8 <= n; i += 8)
		memcpy(text + i, "1 0 obj<", 8);
	d = document_of(text, n);
	assert_true(document_outline(d)->nodes.len >= 3);
	document_free(d);
	mem_free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_deep),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence PDF", tests, NULL, NULL);
}
