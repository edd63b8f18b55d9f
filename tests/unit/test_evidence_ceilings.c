/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that promise more than they hold, or unfold to more than a machine has: opened in the real reader process.
 * Each is answered with a sentence, the process lives, and its memory stays below a ceiling. Layer: tests.
 */
#include "test.h"
#include "config.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include "dicom_bytes.h"
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/reader.h"

#define MEMORY_KIB (260 * 1024)	/* anonymous memory of the reader, at most */
#define BYTES_MAX (32u << 20)

static char exe[4096];

static int file_of(const struct buf *b)
{
	char name[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, b->ptr, b->len), (ssize_t)b->len);
	return fd;
}

static void repeat(struct buf *b, const char *piece, size_t times)
{
	while (times--)
		buf_adds(b, piece);
}

static void json_depth(struct buf *b)
{
	repeat(b, "[", 3000000);
}

static void json_members(struct buf *b)
{
	buf_adds(b, "[0");
	repeat(b, ",0", 4000000);
	buf_adds(b, "]");
}

static void xml_depth(struct buf *b)
{
	repeat(b, "<a>", 3000000);
}

static void laughs(struct buf *b)
{
	int i;

	buf_adds(b, "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"laughing out loud\">");
	for (i = 1; i < 12; i++)
		buf_printf(b, "<!ENTITY e%d \"&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;\">", i, i - 1, i - 1, i - 1, i - 1,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_adds(b, "]><a b=\"&e11;\">&e11;</a>");
}

static void outside(struct buf *b)
{
	buf_adds(b, "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>");
}

static void hl7_repeats(struct buf *b)
{
	buf_adds(b, "MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||");
	repeat(b, "1^2~", 4000000);
}

static void dicom_start(struct writer *w)
{
	memset(w, 0, sizeof(*w));
	buf_init(&w->b, BYTES_MAX);
	buf_fill(&w->b, '\0', 128);
	buf_adds(&w->b, "DICM");
	puts_(w, 0x00020010, "UI", "1.2.840.10008.1.2.1");
	puts_(w, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7");
}

static void dicom_end(struct buf *b, struct writer *w)
{
	buf_add(b, w->b.ptr, w->b.len);
	buf_done(&w->b);
}

static void dicom_length(struct buf *b)
{
	struct writer w;

	dicom_start(&w);
	head(&w, 0x00091010, "OB", 1000000000);
	buf_adds(&w.b, "few");
	dicom_end(b, &w);
}

static void dicom_depth(struct buf *b)
{
	struct writer w;
	int i;

	dicom_start(&w);
	for (i = 0; i < 200000; i++) {
		head(&w, 0x00081140, "SQ", 0xffffffffu);
		head(&w, 0xfffee000, "", 0xffffffffu);
	}
	dicom_end(b, &w);
}

static void dicom_frames(struct buf *b)
{
	struct writer w;

	dicom_start(&w);
	puts_(&w, 0x00280008, "IS", "1000000000");
	put_us(&w, 0x00280010, 65535);
	put_us(&w, 0x00280011, 65535);
	put_us(&w, 0x00280100, 16);
	head(&w, 0x7fe00010, "OW", 0xfffffff0u);
	buf_adds(&w.b, "few");
	dicom_end(b, &w);
}

static void number32(struct buf *b, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		buf_addc(b, (char)(v >> (8 * i)));
}

static void pcap_length(struct buf *b)
{
	number32(b, 0xa1b2c3d4);
	number32(b, 4u << 16 | 2);
	number32(b, 0);
	number32(b, 0);
	number32(b, 65535);
	number32(b, 1);
	number32(b, 0);
	number32(b, 0);
	number32(b, 1000000000);
	number32(b, 1000000000);
	buf_adds(b, "few");
}

static void http_length(struct buf *b)
{
	buf_adds(b, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nfew");
}

static void http_chunk(struct buf *b)
{
	buf_adds(b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3b9aca00\r\nfew");
}


static void deflated(struct buf *out, const char *p, size_t n, int format)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)n };
	char piece[65536];
	int rc;

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, format, 9, Z_DEFAULT_STRATEGY), Z_OK);
	do {
		z.next_out = (Bytef *)piece;
		z.avail_out = sizeof(piece);
		rc = deflate(&z, Z_FINISH);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
}

static void gzip_bomb(struct buf *b)
{
	char *bytes = mem_alloc(100u << 20);

	memset(bytes, 'x', 100u << 20);
	deflated(b, bytes, 100u << 20, 31);
	mem_free(bytes);
}

static void gzip_nested(struct buf *b)
{
	struct buf inner, next;
	int i;

	buf_init(&inner, BYTES_MAX);
	buf_adds(&inner, "the end");
	for (i = 0; i < 40; i++) {
		buf_init(&next, BYTES_MAX);
		deflated(&next, inner.ptr, inner.len, 31);
		buf_done(&inner);
		inner = next;
	}
	buf_add(b, inner.ptr, inner.len);
	buf_done(&inner);
}

static void http_bomb(struct buf *b)
{
	char *zeros = mem_zalloc(100u << 20);

	buf_adds(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n");
	deflated(b, zeros, 100u << 20, 31);
	mem_free(zeros);
}

static void jwt_bomb(struct buf *b)
{
	char *blanks = mem_alloc(100u << 20);
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct buf z;
	size_t i;

	memset(blanks, ' ', 100u << 20);
	buf_init(&z, BYTES_MAX);
	deflated(&z, blanks, 100u << 20, -15);
	buf_adds(b, "eyJhbGciOiJFUzI1NiIsInppcCI6IkRFRiJ9.");
	for (i = 0; i + 3 <= z.len; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)z.ptr[i] << 16 | (uint32_t)(unsigned char)z.ptr[i + 1] << 8 |
			(unsigned char)z.ptr[i + 2];

		buf_addc(b, digits[v >> 18]);
		buf_addc(b, digits[v >> 12 & 63]);
		buf_addc(b, digits[v >> 6 & 63]);
		buf_addc(b, digits[v & 63]);
	}
	buf_adds(b, ".c2ln");
	buf_done(&z);
	mem_free(blanks);
}

static void tar_member(struct buf *b, const char *name, char type, const char *link, const char *size)
{
	char head[512] = { 0 };
	unsigned int sum = 0, i;

	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "0000644");
	snprintf(head + 108, 8, "0000000");
	snprintf(head + 116, 8, "0000000");
	snprintf(head + 124, 12, "%s", size);
	snprintf(head + 136, 12, "00000000000");
	head[156] = type;
	snprintf(head + 157, 100, "%s", link);
	memcpy(head + 257, "ustar\00000", 8);
	memset(head + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(b, head, sizeof(head));
}

static void tar_paths(struct buf *b)
{
	tar_member(b, "../../../../tmp/out", '0', "", "00000000000");
	tar_member(b, "/etc/passwd", '0', "", "00000000000");
	tar_member(b, "link", '2', "/etc/passwd", "00000000000");
	tar_member(b, "hard", '1', "/etc/passwd", "00000000000");
	buf_fill(b, '\0', 1024);
}

static void tar_size(struct buf *b)
{
	tar_member(b, "huge", '0', "", "77777777777");
	buf_adds(b, "few");
}

static void pdf_count(struct buf *b)
{
	buf_adds(b, "%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 1000000000 /First 1000000000 /Length 1000000000 >>\nstream\nfew");
}

/* `says`: in one of the first or last rows of the outline, all unfolded. */
static const struct {
	const char *name;
	void (*make)(struct buf *b);
	const char *says;
} documents[] = {
	{ "JSON, depth", json_depth, "nested deeper than 400 levels" },
	{ "JSON, members", json_members, "the outline stops here: it has 3000000 entries" },
	{ "XML, depth", xml_depth, "nested deeper than 400 levels" },
	{ "XML, a billion laughs", laughs, "limit on input amplification factor" },
	{ "XML, another file", outside, "declares entities at byte 72; they are not expanded" },
	{ "HL7 v2, repeats", hl7_repeats, "the outline stops here: it has 3000000 entries" },
	{ "DICOM, length", dicom_length, "1000000000 bytes were promised, 3 are there" },
	{ "DICOM, depth", dicom_depth, "nested deeper than" },
	{ "DICOM, frames", dicom_frames, "bytes were promised, 3 are there" },
	{ "pcap, length", pcap_length, "the capture breaks off at byte 24" },
	{ "HTTP, length", http_length, "few" },
	{ "HTTP, chunk", http_chunk, "few" },
	{ "HTTP, gzip bomb", http_bomb, "unpack" },
	{ "gzip bomb", gzip_bomb, "200 times its size" },
	{ "gzip, nested", gzip_nested, "too many filters" },
	{ "JWT, bomb", jwt_bomb, "too much to unpack" },
	{ "tar, paths", tar_paths, "the name leads out of the archive" },
	{ "tar, links", tar_paths, "link to /etc/passwd" },
	{ "tar, size", tar_size, "needed 8589934592 bytes, only 3 available" },
	{ "PDF, count", pdf_count, "no trailer: the end of the file is missing" },
};

static long anonymous_kib(long pid)
{
	char path[64], line[256];
	long v = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "RssAnon:", 8))
			v = strtol(line + 8, NULL, 10);
	if (f)
		fclose(f);
	return v;
}

static bool row_says(const struct reader_row *r, const char *words)
{
	size_t n = strlen(words);

	return memmem(r->label, r->label_len, words, n) || memmem(r->value, r->value_len, words, n) ||
		memmem(r->note, r->note_len, words, n);
}

static bool some_row_says(struct reader *r, uint64_t from, const char *words)
{
	struct reader_row *rows;
	bool found = false;
	struct arena a;
	size_t n, i;

	arena_init(&a);
	assert_ok(reader_rows_wait(&rows, &n, &a, r, VIEW_OUTLINE, from, 900, 80));
	for (i = 0; i < n; i++)
		found = found || row_says(&rows[i], words);
	arena_done(&a);
	return found;
}

static void check(const char *name, const struct buf *b, const char *says)
{
	struct reader *r = reader_new(NULL, exe);
	struct reader_info info;
	int fd = file_of(b);
	struct arena a;
	long pid;

	arena_init(&a);
	reader_set_timeout(r, 20000);
	if (reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN) != STATUS_OK)
		fail_msg("%s: %s", name, status_message());
	pid = reader_pid(r);
	reader_fold(r, FOLD_UNFOLD_ALL, 0, NULL, NULL);	/* done when rows come */
	if (!(info.trouble && strstr(info.trouble, says)) && !some_row_says(r, 0, says) && !some_row_says(r, UINT64_MAX, says))
		fail_msg("%s: nothing says \"%s\"", name, says);
	assert_true(pid > 0 && reader_pid(r) == pid);
#ifndef HAVE_SANITIZER
	if (anonymous_kib(pid) > MEMORY_KIB)
		fail_msg("%s: the reader holds %ld KiB", name, anonymous_kib(pid));
#else
	(void)anonymous_kib;
#endif
	arena_done(&a);
	reader_free(r);
	close(fd);
}

static void test_documents(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct buf b;

		buf_init(&b, BYTES_MAX);
		documents[i].make(&b);
		check(documents[i].name, &b, documents[i].says);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_documents) };
	struct buf b;

	buf_init(&b, 4096);
	if (reader_find_exe(&b) != STATUS_OK) {
		printf("Bail out! verdict-reader is not built\n");
		return 99;
	}
	snprintf(exe, sizeof(exe), "%s", buf_str(&b));
	buf_done(&b);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence ceilings", tests, NULL, NULL);
}
