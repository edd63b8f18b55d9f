/* SPDX-License-Identifier: Apache-2.0 */
/* Archives: their lists, what is in a member, packages of XDM and Office, and the hostile ones. */
#include "outline_text.h"
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/evidence/reader.h"

#define ROOM (8u << 20)
static char exe[4096];

enum form { ZIP, TAR, TAR_GZ, GZ };

struct writer {
	struct archive *a;
	char *bytes;
	size_t len;
};

static void writer_open(struct writer *w, enum form form)
{
	w->bytes = mem_alloc(ROOM);
	w->a = archive_write_new();
	if (form == ZIP)
		archive_write_set_format_zip(w->a);
	else if (form == GZ)
		archive_write_set_format_raw(w->a);
	else
		archive_write_set_format_ustar(w->a);
	if (form == TAR_GZ || form == GZ)
		archive_write_add_filter_gzip(w->a);
	archive_write_set_bytes_in_last_block(w->a, 1);
	assert_int_equal(archive_write_open_memory(w->a, w->bytes, ROOM, &w->len), ARCHIVE_OK);
}

static void put(struct writer *w, const char *name, const void *p, size_t n)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)n);
	archive_entry_set_mtime(e, 1767323046, 0);
	assert_int_equal(archive_write_header(w->a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(w->a, p, n), (la_ssize_t)n);
	archive_entry_free(e);
}

static void put_text(struct writer *w, const char *name, const char *text)
{
	put(w, name, text, strlen(text));
}

static void writer_close(struct writer *w)
{
	assert_int_equal(archive_write_close(w->a), ARCHIVE_OK);
	archive_write_free(w->a);
}

static void test_zip(void **state)
{
	struct writer w;
	struct document *d, *in;
	struct reader_info info;
	const char *text;
	size_t n;

	(void)state;
	writer_open(&w, ZIP);
	put_text(&w, "a/one.json", "{\"resourceType\":\"Patient\",\"id\":\"a\"}");
	put_text(&w, "../../etc/x", "no");
	put_text(&w, "\x1b[2J", "");
	writer_close(&w);
	outline_is(w.bytes, w.len, EVIDENCE_ARCHIVE,
		"Archive  3 items\n"
		"  a/one.json *  35 bytes  2026-01-02 03:04\n"
		"  ../../etc/x *  2 bytes  2026-01-02 03:04  the name leads out of the archive\n"
		"  \x1b[2J *  0 bytes  2026-01-02 03:04\n");
	d = document_of(w.bytes, w.len);
	assert_ok(document_enter(&in, d, 1, NULL, NULL));
	document_info(&info, in);
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.trail, "a/one.json");
	document_leave(in);
	assert_ok(document_enter(&in, d, 2, NULL, NULL));
	text = document_text(&n, in);
	assert_int_equal(n, 2);
	assert_memory_equal(text, "no", 2);
	document_leave(in);
	assert_ok(document_enter(&in, d, 3, NULL, NULL));
	document_info(&info, in);
	assert_int_equal(info.kind, EVIDENCE_EMPTY);
	document_leave(in);
	document_free(d);
	assert_int_not_equal(access("../../etc/x", F_OK), 0);
	mem_free(w.bytes);
}

static void test_tar(void **state)
{
	struct writer w;
	struct document *d, *in;
	const char *text;
	size_t n;

	(void)state;
	writer_open(&w, TAR_GZ);
	put_text(&w, "first", "1");
	put_text(&w, "second", "22");
	writer_close(&w);
	outline_is(w.bytes, w.len, EVIDENCE_ARCHIVE,
		"Archive  2 items\n"
		"  first *  1 bytes  2026-01-02 03:04\n"
		"  second *  2 bytes  2026-01-02 03:04\n");
	d = document_of(w.bytes, w.len);
	assert_ok(document_enter(&in, d, 2, NULL, NULL));
	text = document_text(&n, in);
	assert_int_equal(n, 2);
	assert_memory_equal(text, "22", 2);
	document_leave(in);
	document_free(d);
	mem_free(w.bytes);
}

static void test_xdm(void **state)
{
	struct writer w;

	(void)state;
	writer_open(&w, ZIP);
	put_text(&w, "INDEX.HTM", "<html/>");
	put_text(&w, "README.TXT", "ours");
	put_text(&w, "IHE_XDM/SUBSET01/METADATA.XML", "<a/>");
	writer_close(&w);
	outline_is(w.bytes, w.len, EVIDENCE_ARCHIVE,
		"XDM package  4 items\n"
		"  INDEX.HTM *  7 bytes  2026-01-02 03:04  index for people\n"
		"  README.TXT *  4 bytes  2026-01-02 03:04  who made the package\n"
		"  IHE_XDM/SUBSET01/METADATA.XML *  4 bytes  2026-01-02 03:04  XDS metadata of the submission set\n"
		"  metadata *  XML  a\n"
		"    a\n");
	mem_free(w.bytes);
}

/* Documents of a package that are as told, longer, changed and absent; the SHA-1 of "abc" is the standard's own. */
static void test_xdm_documents(void **state)
{
	static const char entry[] = "<ExtrinsicObject mimeType=\"%s\"><Slot name=\"URI\"><ValueList><Value>%s</Value>"
		"</ValueList></Slot><Slot name=\"size\"><ValueList><Value>%d</Value></ValueList></Slot><Slot name=\"hash\">"
		"<ValueList><Value>%s</Value></ValueList></Slot><Name><LocalizedString value=\"%s\"/></Name></ExtrinsicObject>";
	static const char abc[] = "A9993e364706816aba3e25717850c26c9cd0d89d";
	struct writer w;
	struct document *d;
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	buf_adds(&b, "<r>");
	buf_printf(&b, entry, "text/plain", "1|A.TXT</Value><Value>2|.1", 3, abc, "R &amp; D");
	buf_printf(&b, entry, "text/plain", "B.TXT", 4, abc, "");
	buf_printf(&b, entry, "text/plain", "C.TXT", 3, abc, "");
	buf_printf(&b, entry, "text/plain", "../D.TXT", 3, abc, "");
	buf_adds(&b, "</r>");
	writer_open(&w, ZIP);
	put_text(&w, "x/README.TXT", "ours");
	put_text(&w, "x/IHE_XDM/S1/A.TXT.1", "abc");
	put_text(&w, "x/IHE_XDM/S1/B.TXT", "abc");
	put_text(&w, "x/IHE_XDM/S1/C.TXT", "abd");
	put_text(&w, "x/IHE_XDM/S1/METADATA.XML", buf_str(&b));
	writer_close(&w);
	buf_reset(&b);
	d = document_of(w.bytes, w.len);
	outline_lines(&b, d);
	assert_non_null(strstr(buf_str(&b), "A.TXT.1 *  3 bytes  2026-01-02 03:04  R & D  text/plain  size and digest as in the metadata\n"));
	assert_non_null(strstr(buf_str(&b), "B.TXT *  3 bytes  2026-01-02 03:04  document of the submission set  text/plain  "
		"not as the metadata say\n"));
	assert_non_null(strstr(buf_str(&b), "trouble  x/IHE_XDM/S1/B.TXT has 3 bytes, the metadata say 4\n"));
	assert_non_null(strstr(buf_str(&b), "trouble  x/IHE_XDM/S1/C.TXT: its SHA-1 is cb4cc28df0fdbe0ecf9d9662e294b118092a5735, "
		"the metadata say A9993e36"));
	assert_non_null(strstr(buf_str(&b), "trouble  the metadata name x/IHE_XDM/S1/../D.TXT, which the package lacks\n"));
	assert_non_null(strstr(buf_str(&b), "trouble  INDEX.HTM is missing\n"));
	assert_null(strstr(buf_str(&b), "README.TXT is missing"));
	assert_int_equal(document_outline(d)->troubles, 4);
	document_free(d);
	buf_done(&b);
	mem_free(w.bytes);
}

static void test_office(void **state)
{
	struct writer w;

	(void)state;
	writer_open(&w, ZIP);
	put_text(&w, "[Content_Types].xml", "<Types/>");
	put_text(&w, "docProps/core.xml", "<p><title>Plan</title></p>");
	put_text(&w, "word/document.xml", "<w:d><w:p><w:t>Salt &amp; </w:t><w:t>water</w:t></w:p><w:p><w:t>B</w:t></w:p></w:d>");
	writer_close(&w);
	outline_is(w.bytes, w.len, EVIDENCE_ARCHIVE,
		"Office document  5 items\n"
		"  [Content_Types].xml *  8 bytes  2026-01-02 03:04\n"
		"  docProps/core.xml *  26 bytes  2026-01-02 03:04  title, author, dates\n"
		"  word/document.xml *  83 bytes  2026-01-02 03:04  the text\n"
		"  properties *  XML  p  Plan\n"
		"    p  Plan\n"
		"      title  Plan\n"
		"  text *  Salt & water B\n");
	mem_free(w.bytes);
}

/* Slides have their text each; what they refer to is no slide. */
static void test_slides(void **state)
{
	struct writer w;
	struct document *d;
	struct buf b;

	(void)state;
	writer_open(&w, ZIP);
	put_text(&w, "[Content_Types].xml", "<Types/>");
	put_text(&w, "ppt/slides/slide1.xml", "<p:sld><a:p><a:t>Aims</a:t></a:p><a:p><a:t>One &gt; none</a:t></a:p></p:sld>");
	put_text(&w, "ppt/slides/_rels/slide1.xml.rels", "<a>no</a>");
	put_text(&w, "ppt/slides/slide12.xml", "<p:sld><a:p><a:t>End</a:t></a:p></p:sld>");
	writer_close(&w);
	buf_init(&b, 65536);
	d = document_of(w.bytes, w.len);
	outline_lines(&b, d);
	assert_non_null(strstr(buf_str(&b), "\n  slide *  Aims One > none\n  slide *  End\n"));
	document_free(d);
	buf_done(&b);
	mem_free(w.bytes);
}

/* A megabyte for every kilobyte: told, and not unpacked. */
static void test_bomb(void **state)
{
	struct document *d, *in;
	struct reader_info info;
	struct writer w;
	char *zeros = mem_zalloc(1u << 20);
	struct archive_entry *e;
	int i;

	(void)state;
	writer_open(&w, TAR_GZ);
	e = archive_entry_new();
	archive_entry_set_pathname(e, "bomb");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, 100 << 20);
	assert_int_equal(archive_write_header(w.a, e), ARCHIVE_OK);
	for (i = 0; i < 100; i++)
		assert_int_equal(archive_write_data(w.a, zeros, 1u << 20), 1 << 20);
	archive_entry_free(e);
	writer_close(&w);
	d = document_of(w.bytes, w.len);
	document_info(&info, d);
	assert_string_equal(info.trouble, "1 trouble in the outline");
	assert_int_equal(document_enter(&in, d, 1, NULL, NULL), STATUS_LIMIT);
	assert_non_null(strstr(status_message(), "200 times its size"));
	document_free(d);
	mem_free(w.bytes);
	mem_free(zeros);
}

/* Eight deep and no deeper, whatever nests. */
static void test_nested(void **state)
{
	struct writer w = { .bytes = mem_strdup("the end"), .len = 7 }, next;
	struct document *d, *in;
	unsigned int depth = 0;
	int i;

	(void)state;
	for (i = 0; i < 12; i++) {
		writer_open(&next, i % 2 ? ZIP : TAR);
		put(&next, "inner", w.bytes, w.len);
		writer_close(&next);
		mem_free(w.bytes);
		w = next;
	}
	d = document_of(w.bytes, w.len);
	while (document_enter(&in, d, 1, NULL, NULL) == STATUS_OK) {
		d = in;
		depth++;
	}
	assert_int_equal(depth, DOCUMENT_INSIDE_MAX);
	while (d)
		d = document_leave(d);
	mem_free(w.bytes);
}

static void test_many(void **state)
{
	struct document *d;
	struct reader_info info;
	struct writer w;
	char name[20];
	int i;

	(void)state;
	writer_open(&w, TAR);
	for (i = 0; i < 10100; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		put(&w, name, "", 0);
	}
	writer_close(&w);
	d = document_of(w.bytes, w.len);
	document_info(&info, d);
	assert_true(document_outline(d)->nodes.len < 10003);
	assert_string_equal(info.trouble, "1 trouble in the outline");
	document_free(d);
	mem_free(w.bytes);
}

/* A zip that says it has 65,535 members, and one cut short: what is there is listed, and the rest told. */
static void test_damaged(void **state)
{
	struct document *d;
	struct writer w;
	size_t cut;

	(void)state;
	writer_open(&w, ZIP);
	put_text(&w, "a", "some words to pack");
	put_text(&w, "b", "and some more of them");
	writer_close(&w);
	memset(w.bytes + w.len - 14, 0xff, 4);
	d = document_of(w.bytes, w.len);
	assert_true(document_outline(d)->nodes.len >= 1);
	document_free(d);
	for (cut = 4; cut < w.len; cut += 3) {
		d = document_of(w.bytes, cut);
		assert_true(document_outline(d)->nodes.len >= 1);
		document_free(d);
	}
	mem_free(w.bytes);
}

static int file_of(const void *p, size_t n)
{
	char name[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	return fd;
}

/* In its sandbox: a compressed file is entered by itself, a zip on demand. */
static void test_reader(void **state)
{
	struct reader *r = reader_new(NULL, exe);
	struct reader_info info;
	struct writer w;
	struct arena a;
	int fd;

	(void)state;
	arena_init(&a);
	writer_open(&w, GZ);
	put_text(&w, "x", "{\"resourceType\":\"Patient\",\"id\":\"a\"}");
	writer_close(&w);
	fd = file_of(w.bytes, w.len);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_int_equal(info.inside, 1);
	assert_ok(reader_leave_wait(&info, &a, r));
	assert_int_equal(info.kind, EVIDENCE_ARCHIVE);
	close(fd);
	mem_free(w.bytes);
	writer_open(&w, ZIP);
	put_text(&w, "p\xc3\xa4.json", "{\"resourceType\":\"Patient\",\"id\":\"a\"}");
	writer_close(&w);
	fd = file_of(w.bytes, w.len);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_int_equal(info.kind, EVIDENCE_ARCHIVE);
	assert_ok(reader_enter_wait(&info, &a, r, 1));
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.trail, "p\xc3\xa4.json");
	close(fd);
	mem_free(w.bytes);
	reader_free(r);
	arena_done(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zip),
		cmocka_unit_test(test_tar),
		cmocka_unit_test(test_xdm),
		cmocka_unit_test(test_xdm_documents),
		cmocka_unit_test(test_office),
		cmocka_unit_test(test_slides),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_reader),
	};
	struct buf b;

	setenv("TZ", "UTC0", 1);
	tzset();
	buf_init(&b, 4096);
	if (reader_find_exe(&b) != STATUS_OK) {
		printf("Bail out! verdict-reader is not built\n");
		return 99;
	}
	snprintf(exe, sizeof(exe), "%s", buf_str(&b));
	buf_done(&b);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence archives", tests, NULL, NULL);
}
