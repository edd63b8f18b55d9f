/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: whole, torn at every byte, flipped at every bit, and found again after damage. Layer: tests. */
#include "test.h"

#include <time.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/bundle.h"

static struct buf three_frames(size_t start[4])
{
	struct buf b;

	buf_init(&b, 1 << 20);
	start[0] = b.len;
	frame_add(&b, 'H', "{\"v\":1}", 7);
	start[1] = b.len;
	frame_add(&b, 'B', "a batch, in truth", 17);
	start[2] = b.len;
	frame_add(&b, 'T', NULL, 0);
	start[3] = b.len;
	return b;
}

static void test_read(void **state)
{
	size_t start[4], at = 0, used;
	struct buf b = three_frames(start);
	struct frame f;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(at, start[i]);
		assert_ok(frame_parse(&f, &used, b.ptr + at, b.len - at));
		assert_int_equal(f.type, "HBT"[i]);
		assert_int_equal(f.flags, 0);
		at += used;
	}
	assert_int_equal(at, b.len);
	assert_int_equal(f.len, 0);
	assert_int_equal(start[1], FRAME_HEAD + 7);
	buf_done(&b);
}

static void test_torn_tail(void **state)
{
	size_t start[4], used;
	struct buf b = three_frames(start);
	struct frame f;

	(void)state;
	for (size_t len = 0; len < start[1]; len++)
		assert_int_equal(frame_parse(&f, &used, b.ptr, len), STATUS_AGAIN);
	buf_done(&b);
}

/* Whatever bit flips, the frame is not read, and the search finds the one behind it. */
static void test_flips(void **state)
{
	size_t start[4], used;
	struct buf b = three_frames(start);
	struct frame f;

	(void)state;
	for (size_t bit = 0; bit < 8 * start[1]; bit++) {
		enum status st;

		b.ptr[bit / 8] ^= (char)(1 << bit % 8);
		st = frame_parse(&f, &used, b.ptr, b.len);
		assert_true(st == STATUS_CORRUPT || st == STATUS_AGAIN);
		assert_int_equal(frame_resync(b.ptr, b.len), start[1]);
		b.ptr[bit / 8] ^= (char)(1 << bit % 8);
	}
	buf_done(&b);
}

static void test_resync_ends(void **state)
{
	static const char noise[100] = "VRDCTBN1";
	size_t start[4];
	struct buf b = three_frames(start);

	(void)state;
	assert_int_equal(frame_resync(noise, 0), 0);
	assert_int_equal(frame_resync(noise, 1), 1);
	assert_int_equal(frame_resync(noise, 13), 13);
	assert_int_equal(frame_resync(noise, 100), 100);
	assert_int_equal(frame_resync(b.ptr + start[2], b.len - start[2]), b.len - start[2]);
	assert_int_equal(frame_resync(b.ptr + start[2] - 1, b.len - start[2] + 1), 1);
	assert_int_equal(frame_resync(b.ptr + start[1], b.len - start[1]), start[2] - start[1]);
	buf_done(&b);
}

/* Bodies of every length around the marks of the checksum table, behind gaps of every length. */
static void test_resync_lengths(void **state)
{
	char body[300];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (char)(i * 7);
	buf_init(&b, 4096);
	for (size_t gap = 1; gap < 140; gap += 3) {
		for (size_t len = 0; len < sizeof(body); len += 11) {
			buf_reset(&b);
			buf_fill(&b, 'B', gap);
			frame_add(&b, 'E', body, len);
			assert_int_equal(frame_resync(b.ptr, b.len), gap);
		}
	}
	buf_done(&b);
}

/* Bytes made to look like heads of great frames: by plain trial these would be 2^41 bytes of checksum. */
static void test_resync_is_linear(void **state)
{
	size_t len = 4 << 20, at;
	char *bytes = mem_zalloc(len + 100);
	struct buf last;
	clock_t began;

	(void)state;
	for (size_t i = 0; i + 12 <= len; i += 12) {
		bytes[i + 2] = 0x20;
		bytes[i + 4] = 'B';
	}
	buf_init(&last, 100);
	frame_add(&last, 'B', "found", 5);
	memcpy(bytes + len, last.ptr, last.len);
	began = clock();
	at = frame_resync(bytes, len + last.len);
	assert_int_equal(at, len);
	assert_true(clock() - began < 20 * CLOCKS_PER_SEC);	/* hours otherwise */
	buf_done(&last);
	mem_free(bytes);
}

static void test_scan(void **state)
{
	size_t start[4];
	struct buf b = three_frames(start);
	struct frame_scan s;
	struct frame f;

	(void)state;
	b.ptr[start[1] + 2] ^= 1;		/* a length of 64 KiB more: past the end */
	buf_adds(&b, "torn");
	frame_scan_init(&s, b.ptr, b.len);
	assert_ok(frame_scan_next(&f, &s));
	assert_int_equal(f.type, 'H');
	assert_int_equal(f.offset, 0);
	assert_int_equal(s.skipped, 0);
	assert_ok(frame_scan_next(&f, &s));
	assert_int_equal(f.type, 'T');
	assert_int_equal(f.offset, start[2]);
	assert_int_equal(s.skipped, start[2] - start[1]);
	assert_int_equal(frame_scan_next(&f, &s), STATUS_NOT_FOUND);
	assert_int_equal(s.skipped, 4);
	assert_int_equal(frame_scan_next(&f, &s), STATUS_NOT_FOUND);
	assert_int_equal(s.skipped, 0);
	frame_scan_done(&s);
	buf_done(&b);
}

/* False heads of great frames and small intact ones by turns. */
static void test_scan_is_linear(void **state)
{
	static const char false_head[FRAME_HEAD] = "\0\0\x20\0B";
	struct frame_scan s;
	struct frame f;
	struct buf b;
	size_t count = 0;
	clock_t began;

	(void)state;
	buf_init(&b, 16 << 20);
	while (b.len < 4 << 20) {
		buf_add(&b, false_head, sizeof(false_head));
		frame_add(&b, 'B', "x", 1);
		count++;
	}
	frame_scan_init(&s, b.ptr, b.len);
	began = clock();
	while (frame_scan_next(&f, &s) == STATUS_OK)
		count--;
	assert_int_equal(count, 0);
	assert_true(clock() - began < 20 * CLOCKS_PER_SEC);
	frame_scan_done(&s);
	buf_done(&b);
}

static void test_false_heads(void **state)
{
	static const struct { unsigned char head[12]; enum status st; } cases[] = {
		{ { 1, 0, 0x80, 0, 'B', 0, 0, 0 }, STATUS_CORRUPT },	/* over the ceiling */
		{ { 0, 0, 0x80, 0, 'B', 0, 0, 0 }, STATUS_AGAIN },	/* at the ceiling */
		{ { 0, 0, 0, 0, 'b', 0, 0, 0 }, STATUS_CORRUPT },
		{ { 0, 0, 0, 0, 0, 0, 0, 0 }, STATUS_CORRUPT },
		{ { 0, 0, 0, 0, 'B', 2, 0, 0 }, STATUS_CORRUPT },
		{ { 0, 0, 0, 0, 'B', 0, 1, 0 }, STATUS_CORRUPT },
		{ { 0, 0, 0, 0, 'B', 0, 0, 0 }, STATUS_CORRUPT },	/* checksum */
	};
	struct frame f;
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(frame_parse(&f, &used, (const char *)cases[i].head, 12), cases[i].st);
}

static void test_packed(void **state)
{
	static char body[200000];
	struct frame f;
	struct buf b, out;
	size_t used;

	(void)state;
	memset(body, 'x', sizeof(body));
	buf_init(&b, 1 << 20);
	buf_init(&out, 1 << 20);
	frame_add_packed(&b, 'E', body, sizeof(body));
	assert_true(b.len < 1000);
	assert_ok(frame_parse(&f, &used, b.ptr, b.len));
	assert_int_equal(f.flags, FRAME_ZSTD);
	assert_ok(frame_unpack(&out, &f));
	assert_int_equal(out.len, sizeof(body));
	assert_memory_equal(out.ptr, body, sizeof(body));
	buf_reset(&b);
	frame_add_packed(&b, 'E', "abc", 3);	/* would grow: left as it is */
	assert_ok(frame_parse(&f, &used, b.ptr, b.len));
	assert_int_equal(f.flags, 0);
	buf_reset(&out);
	assert_ok(frame_unpack(&out, &f));
	assert_string_equal(buf_str(&out), "abc");
	buf_done(&out);
	buf_done(&b);
}

static void test_packed_traps(void **state)
{
	static const char lies[] = "\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\x7f";	/* 2^63 bytes */
	struct frame f = { .flags = FRAME_ZSTD, .body = lies, .len = sizeof(lies) - 1 };
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	assert_int_equal(frame_unpack(&out, &f), STATUS_LIMIT);
	f.body = "not zstd at all";
	f.len = 15;
	assert_int_equal(frame_unpack(&out, &f), STATUS_INVALID);
	f.len = 0;
	assert_int_equal(frame_unpack(&out, &f), STATUS_INVALID);
	assert_int_equal(out.len, 0);
	buf_done(&out);
}

static void test_ceiling(void **state)
{
	char *body = mem_zalloc(FRAME_BODY_MAX + 1);
	struct buf b;

	(void)state;
	buf_init(&b, 64 << 20);
	frame_add(&b, 'E', body, FRAME_BODY_MAX);
	assert_int_equal(b.err, STATUS_OK);
	frame_add(&b, 'E', body, FRAME_BODY_MAX + 1);
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
	mem_free(body);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_read),
	cmocka_unit_test(test_torn_tail),
	cmocka_unit_test(test_flips),
	cmocka_unit_test(test_resync_ends),
	cmocka_unit_test(test_resync_lengths),
	cmocka_unit_test(test_resync_is_linear),
	cmocka_unit_test(test_scan),
	cmocka_unit_test(test_scan_is_linear),
	cmocka_unit_test(test_false_heads),
	cmocka_unit_test(test_packed),
	cmocka_unit_test(test_packed_traps),
	cmocka_unit_test(test_ceiling),
};
TEST_MAIN(tests)
