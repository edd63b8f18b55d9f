/* SPDX-License-Identifier: Apache-2.0 */
/* Compound files: properties, streams opened as evidence, messages; loops, lies about sizes, files cut short. */
#include "outline_text.h"
#include "src/evidence/cfb.h"
#include "verdict/base/mem.h"

/*
 * A file made by hand: sector 0 the table, 1 and 2 the folder (8 entries), 3 the table of small streams, 4 and 5 those,
 * 6 to 15 a large stream.
 */
#define SECTOR 512
#define SECTORS 16
#define LARGE 4700u
struct made {
	unsigned char b[SECTOR * (SECTORS + 1)];
	unsigned int entries, pieces;
};

static void put16(unsigned char *p, unsigned int v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static void put32(unsigned char *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

static unsigned char *sector(struct made *m, unsigned int i)
{
	return m->b + SECTOR * (i + 1);
}

static unsigned char *entry_of(struct made *m, unsigned int i)
{
	return sector(m, 1 + i / 4) + 128 * (i % 4);
}

static void link_to(struct made *m, unsigned int at, uint32_t to)
{
	put32(sector(m, 0) + 4 * at, to);
}

static unsigned int entry(struct made *m, const char *name, enum cfb_type type, uint32_t start, uint32_t size)
{
	unsigned int i = m->entries++;
	unsigned char *e = entry_of(m, i);
	size_t k;

	for (k = 0; name[k]; k++)
		put16(e + 2 * k, (unsigned char)name[k]);
	put16(e + 64, (unsigned int)(2 * k + 2));
	e[66] = (unsigned char)type;
	put32(e + 68, CFB_NONE);
	put32(e + 72, CFB_NONE);
	put32(e + 76, CFB_NONE);
	put32(e + 116, start);
	put32(e + 120, size);
	return i;
}

/* A short stream, to the right of the entry before it. */
static unsigned int small(struct made *m, const char *name, const void *p, size_t n)
{
	unsigned int at = m->pieces, k, used = (unsigned int)((n + 63) / 64), i = entry(m, name, CFB_STREAM, at, (uint32_t)n);

	memcpy(sector(m, 4) + 64 * at, p, n);
	for (k = 0; k < used; k++)
		put32(sector(m, 3) + 4 * (at + k), k + 1 < used ? at + k + 1 : 0xfffffffe);
	m->pieces += used;
	put32(entry_of(m, i - 1) + (i == 1 ? 76 : 72), i);
	return i;
}

static void begin(struct made *m)
{
	static const unsigned char magic[] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 };
	unsigned int i;

	memset(m, 0, sizeof(*m));
	memcpy(m->b, magic, 8);
	put16(m->b + 24, 0x3e);
	put16(m->b + 26, 3);
	put16(m->b + 28, 0xfffe);
	put16(m->b + 30, 9);
	put16(m->b + 32, 6);
	put32(m->b + 44, 1);
	put32(m->b + 48, 1);
	put32(m->b + 56, 4096);
	put32(m->b + 60, 3);
	put32(m->b + 64, 1);
	put32(m->b + 68, 0xfffffffe);
	memset(m->b + 76, 0xff, SECTOR - 76);
	put32(m->b + 76, 0);
	memset(sector(m, 0), 0xff, SECTOR);
	memset(sector(m, 3), 0xff, SECTOR);
	link_to(m, 0, 0xfffffffd);
	link_to(m, 1, 2);
	link_to(m, 2, 0xfffffffe);
	link_to(m, 3, 0xfffffffe);
	link_to(m, 4, 5);
	link_to(m, 5, 0xfffffffe);
	for (i = 6; i < SECTORS; i++)
		link_to(m, i, i + 1 < SECTORS ? i + 1 : 0xfffffffe);
	entry(m, "Root Entry", CFB_ROOT, 4, 1024);
}

/* Title (code page 949, Korean), a wide author, when it was made, how long it was edited, pages. */
static const unsigned char properties[] = {
	0xfe, 0xff, 0, 0, 6, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
	0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9, 48, 0, 0, 0,
	140, 0, 0, 0, 6, 0, 0, 0,
	1, 0, 0, 0, 56, 0, 0, 0, 2, 0, 0, 0, 64, 0, 0, 0, 4, 0, 0, 0, 80, 0, 0, 0,
	12, 0, 0, 0, 96, 0, 0, 0, 10, 0, 0, 0, 108, 0, 0, 0, 14, 0, 0, 0, 120, 0, 0, 0,
	2, 0, 0, 0, 0xb5, 0x03, 0, 0,
	30, 0, 0, 0, 7, 0, 0, 0, 0xb4, 0xdc, 0xb0, 0xfa, ' ', 'A', 0, 0,
	31, 0, 0, 0, 2, 0, 0, 0, 'K', 0, 0xf6, 0, 0, 0, 0, 0,
	64, 0, 0, 0, 0x80, 0x00, 0x40, 0x74, 0x94, 0x7b, 0xdc, 0x01,
	64, 0, 0, 0, 0x00, 0x8c, 0x86, 0x47, 0x00, 0x00, 0x00, 0x00,
	3, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static void document(struct made *m)
{
	unsigned int folder, i;

	begin(m);
	small(m, "\5SummaryInformation", properties, sizeof(properties));
	small(m, "WordDocument", "some bytes", 10);
	folder = entry(m, "Objects", CFB_STORAGE, 0, 0);
	put32(entry_of(m, folder - 1) + 72, folder);
	entry(m, "Large", CFB_STREAM, 6, LARGE);
	put32(entry_of(m, folder) + 76, folder + 1);
	memcpy(sector(m, 6), "{\"resourceType\":\"Patient\",\"id\":\"", 32);
	for (i = 32; i < LARGE - 2; i++)
		sector(m, 6)[i] = 'x';
	memcpy(sector(m, 6) + LARGE - 2, "\"}", 2);
}

static void test_document(void **state)
{
	struct document *d, *in;
	struct reader_info info;
	const char *text;
	struct made m;
	size_t n;

	(void)state;
	document(&m);
	outline_is(m.b, sizeof(m.b), EVIDENCE_OLE2,
		"Word document  8 items\n"
		"  title  \xeb\x8b\xa8\xea\xb3\xbc A\n"
		"  author  K\xc3\xb6\n"
		"  made  2026-01-02 03:04:05 UTC\n"
		"  editing time  2 min\n"
		"  pages  12\n"
		"  SummaryInformation *  188 bytes  title, author, dates\n"
		"  WordDocument *  10 bytes  the text\n"
		"  Objects  1 item\n"
		"    Large *  4700 bytes\n");
	d = document_of(m.b, sizeof(m.b));
	assert_ok(document_enter(&in, d, 7, NULL, NULL));
	text = document_text(&n, in);
	assert_int_equal(n, 10);
	assert_memory_equal(text, "some bytes", 10);
	document_leave(in);
	assert_ok(document_enter(&in, d, 9, NULL, NULL));
	document_info(&info, in);
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.trail, "Large");
	document_text(&n, in);
	assert_int_equal(n, LARGE);
	document_leave(in);
	document_free(d);
}

static void test_message(void **state)
{
	static const char subject[] = "R\0e\0p\0o\0r\0t\0\x20\0\x0c\xd5", body[] = "\xdc\x90\x1b\x5b";
	struct made m;

	(void)state;
	begin(&m);
	small(&m, "__properties_version1.0", "\0\0", 2);
	small(&m, "__substg1.0_0037001F", subject, sizeof(subject) - 1);
	small(&m, "__substg1.0_0C1A001E", "Pe\xf1" "aflor", 8);
	small(&m, "__substg1.0_1000001F", body, 4);
	outline_is(m.b, sizeof(m.b), EVIDENCE_OLE2,
		"Outlook message  7 items\n"
		"  subject  Report \xed\x94\x8c\n"
		"  from  Pe\xc3\xb1" "aflor\n"
		"  text  \xe9\x83\x9c\xe5\xac\x9b\n"
		"  __properties_version1.0 *  2 bytes\n"
		"  __substg1.0_0037001F *  16 bytes  subject\n"
		"  __substg1.0_0C1A001E *  8 bytes  from\n"
		"  __substg1.0_1000001F *  4 bytes  text\n");
}

static size_t troubles(const struct made *m, size_t n)
{
	struct document *d = document_of(m->b, n);
	size_t got = document_outline(d)->troubles;

	assert_true(document_outline(d)->nodes.len >= 1);
	document_free(d);
	return got;
}

/* Two pieces of text: one byte a character with the code of a field to be left out, and UTF-16. */
static void word(struct made *m)
{
	static const char narrow[] = "Se\xf1or\r\x13 PAGE \x14" "7\x15\a", wide[] = "\x1c\xd5\x6d\xad\x0d\0";
	unsigned char doc[512] = { 0 }, table[40] = { 0 };

	put16(doc, 0xa5ec);
	put16(doc + 2, 0xc1);
	put16(doc + 10, 0x200);
	put32(doc + 0x4c, 20);
	put32(doc + 0x1a2, 2);
	put32(doc + 0x1a6, 33);
	memcpy(doc + 0x1aa, narrow, 17);
	memcpy(doc + 0x1bb, wide, 6);
	table[2] = 2;
	put32(table + 3, 28);
	put32(table + 11, 17);
	put32(table + 15, 20);
	put32(table + 21, 0x40000000 | 0x1aa * 2);
	put32(table + 29, 0x1bb);
	begin(m);
	small(m, "WordDocument", doc, sizeof(doc));
	small(m, "1Table", table, sizeof(table));
}

static void test_word(void **state)
{
	struct document *d, *in;
	const char *text;
	struct made m;
	size_t n;

	(void)state;
	word(&m);
	d = document_of(m.b, sizeof(m.b));
	assert_ok(document_enter(&in, d, 1, NULL, NULL));
	text = document_text(&n, in);
	assert_int_equal(n, 6 + 1 + 2 + 6 + 1);
	assert_memory_equal(text, "Se\xc3\xb1or\n7\t\xed\x94\x9c\xea\xb5\xad\n", n);
	document_leave(in);
	document_free(d);
	put32(sector(&m, 4) + 512 + 3, 0xffffffff);	/* length of the table of pieces */
	put32(sector(&m, 4) + 512 + 21, 0x7fffffff);	/* where the first one is */
	assert_int_equal(troubles(&m, sizeof(m.b)), 0);
}

/* One shared string is cut by the end of its record and goes on in two bytes a character; one has runs of formats. */
static void test_excel(void **state)
{
	static const unsigned char book[] = {
		0x85, 0, 12, 0, 0, 0, 0, 0, 0, 0, 4, 0, 'L', 'i', 's', 't',
		0xfc, 0, 19, 0, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 8, 1, 0, 'A', 'b', 9, 9, 9, 9,
		0xfc, 0, 0, 0, 0x3c, 0, 5, 0, 4, 0, 0, 'c', 'd',
		0x3c, 0, 9, 0, 1, 'e', 0, 0x1c, 0xd5, 0xff, 0xff, 0, 'z', 0x0a, 0, 0, 0,
	};
	struct made m;

	(void)state;
	begin(&m);
	small(&m, "Workbook", book, sizeof(book));
	outline_is(m.b, sizeof(m.b), EVIDENCE_OLE2,
		"Excel workbook  3 items\n"
		"  sheets  List\n"
		"  text *  Ab cde\xed\x94\x9c z\n"
		"  Workbook *  69 bytes  the sheets\n");
}

/* Records in a container, in one byte and in two bytes a character; the last one says more than there is. */
static void test_slides(void **state)
{
	static const unsigned char slides[] = {
		0x0f, 0, 0xe8, 3, 40, 0, 0, 0, 0, 0, 0xa8, 0x0f, 5, 0, 0, 0, 'S', 0xe9, 'c', '\r', 'u',
		0, 0, 0xa9, 0x0f, 2, 0, 0, 0, 'x', 'x', 0, 0, 0xa0, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x1c, 0xd5, 'A', 0,
	};
	struct made m;

	(void)state;
	begin(&m);
	small(&m, "PowerPoint Document", slides, sizeof(slides));
	outline_is(m.b, sizeof(m.b), EVIDENCE_OLE2,
		"PowerPoint slides  2 items\n"
		"  text *  S\xc3\xa9" "c u \xed\x94\x9c" "A\n"
		"  PowerPoint Document *  43 bytes  the slides\n");
}

/* Entries and chains that lead back to themselves end, and what is lost is said. */
static void test_loops(void **state)
{
	struct document *d, *in;
	struct made m;

	(void)state;
	document(&m);
	put32(entry_of(&m, 2) + 72, 1);
	assert_int_equal(troubles(&m, sizeof(m.b)), 1);
	document(&m);
	put32(entry_of(&m, 3) + 76, 3);
	assert_int_equal(troubles(&m, sizeof(m.b)), 1);
	document(&m);
	link_to(&m, 8, 6);
	put32(entry_of(&m, 4) + 120, 0xfffffff0);
	assert_int_equal(troubles(&m, sizeof(m.b)), 0);
	d = document_of(m.b, sizeof(m.b));
	assert_ok(document_enter(&in, d, 9, NULL, NULL));
	assert_true(document_outline(in)->nodes.len >= 1);
	document_leave(in);
	document_free(d);
	document(&m);
	link_to(&m, 1, 1);
	assert_true(troubles(&m, sizeof(m.b)) >= 1);
	document(&m);
	put32(m.b + 68, 6);	/* more tables, in the text of a stream */
	assert_int_equal(troubles(&m, sizeof(m.b)), 0);
}

static void test_lies(void **state)
{
	struct document *d, *in;
	struct made m;

	(void)state;
	document(&m);
	put16(m.b + 30, 31);
	assert_int_equal(troubles(&m, sizeof(m.b)), 1);
	document(&m);
	put32(m.b + 48, 99);
	assert_int_equal(troubles(&m, sizeof(m.b)), 1);
	document(&m);
	put32(entry_of(&m, 4) + 116, 500);
	d = document_of(m.b, sizeof(m.b));
	assert_int_equal(document_enter(&in, d, 9, NULL, NULL), STATUS_LIMIT);
	document_free(d);
	document(&m);
	put32(sector(&m, 4) + 48 + 4, 0xffffffff);	/* count of properties */
	put32(sector(&m, 4) + 48 + 8 + 12, 0xfffffff0);	/* where the title is */
	assert_int_equal(troubles(&m, sizeof(m.b)), 0);
	document(&m);
	put32(sector(&m, 4) + 48 + 68, 0xffffffff);	/* length of the title */
	assert_int_equal(troubles(&m, sizeof(m.b)), 0);
}

/* Bytes behind the end may not be read (the sanitizer sees). */
static void test_cut(void **state)
{
	struct made m;
	size_t n;

	(void)state;
	document(&m);
	for (n = 8; n < sizeof(m.b); n += n < 2100 ? 37 : 211) {
		char *part = mem_dup(m.b, n);
		struct document *d = document_of(part, n);

		assert_true(document_outline(d)->nodes.len >= 1);
		document_free(d);
		mem_free(part);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_excel),
		cmocka_unit_test(test_slides),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence OLE2", tests, NULL, NULL);
}
