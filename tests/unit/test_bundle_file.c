/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles as files: written, sealed, read back; cut at every byte and flipped at every byte; and crafted to take
 * memory, time or a place elsewhere. Layer: tests.
 */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/bundle_file.h"
#include "verdict/proto/feed.h"

#define EVENT "ev"
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#define MEMORY_MAX_KIB (1024 * 1024)	/* its own memory counts too */
#else
#define MEMORY_MAX_KIB (64 * 1024)
#endif

struct ctx { char dir[64], *path; struct key *writer, *hub, *other; };

static int setup(void **state)
{
	struct ctx *c = mem_zalloc(sizeof(*c));
	const char *tmp = getenv("TMPDIR");

	crypto_init();
	snprintf(c->dir, sizeof(c->dir), "%.40s/bundle-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(c->dir));
	c->path = mem_printf("%s/a.bundle", c->dir);
	assert_ok(key_new(&c->writer));
	assert_ok(key_new(&c->hub));
	assert_ok(key_new(&c->other));
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *c = *state;

	(void)unlink(c->path);
	assert_int_equal(rmdir(c->dir), 0);	/* no part was left */
	key_free(c->writer);
	key_free(c->hub);
	key_free(c->other);
	mem_free(c->path);
	mem_free(c);
	return 0;
}

static struct bundle_writer *begin(struct ctx *c, bool sealed)
{
	const struct bundle_head head = { .what = "bundle", .event = EVENT, .from = key_id(c->writer), .at = 1800000000000 };
	struct bundle_writer *w = NULL;
	uint8_t to[2][KEY_PUBLIC];

	memcpy(to[0], key_public(c->hub), KEY_PUBLIC);
	memcpy(to[1], key_public(c->writer), KEY_PUBLIC);
	assert_ok(bundle_create(&w, c->path, &head, c->writer, (const uint8_t (*)[KEY_PUBLIC])to, sealed ? 2 : 0));
	return w;
}

static void end(struct bundle_writer *w)
{
	uint64_t n = 0;
	bool done = false;

	assert_ok(bundle_finish(w));
	while (!done)
		assert_ok(bundle_read_back(&done, &n, w));
	assert_int_equal(n, bundle_written(w));
	bundle_writer_free(w);
}

/* Three frames that say something. */
static void small(struct ctx *c, bool sealed)
{
	struct bundle_writer *w = begin(c, sealed);

	assert_ok(bundle_add(w, 'B', "one", 3, true));
	assert_ok(bundle_add(w, 'R', "two", 3, true));
	assert_ok(bundle_add(w, 'B', "three", 5, true));
	end(w);
}

struct seen { char text[64]; unsigned int n; struct bundle_report report; };

/* Everything that can be read with that key, one after the other. */
static void read_all(struct seen *out, const char *path, const struct key *k)
{
	struct bundle_reader *r = NULL;
	struct frame f;
	int fd = -1;

	memset(out, 0, sizeof(*out));
	assert_ok(io_open_regular(&fd, path));
	if (bundle_open(&r, fd, path, k) == STATUS_OK) {
		while (bundle_next(&f, r) == STATUS_OK)
			if (out->n++ < 8)
				snprintf(out->text + strlen(out->text), sizeof(out->text) - strlen(out->text), "%c:%.*s ", f.type,
					(int)(f.len < 8 ? f.len : 8), f.body);
		out->report = *bundle_report(r);
		out->report.head.what = out->report.head.event = out->report.head.from = NULL;
	}
	bundle_close(r);
	close(fd);
}

static struct buf load(const char *path)
{
	struct buf b;

	buf_init(&b, 64u << 20);
	assert_ok(io_read_file(&b, path, 64u << 20));
	return b;
}

static void store(const char *path, const char *ptr, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_ok(io_write_all(fd, path, ptr, len));
	close(fd);
}

static void test_round(void **state)
{
	struct ctx *c = *state;
	struct seen s;

	for (int sealed = 0; sealed < 2; sealed++) {
		small(c, sealed);
		read_all(&s, c->path, c->hub);
		assert_string_equal(s.text, "B:one R:two B:three ");
		assert_int_equal(s.report.trailer, TRAILER_HOLDS);
		assert_int_equal(s.report.seal, sealed ? SEAL_OPEN : SEAL_NONE);
		assert_memory_equal(s.report.signer, key_public(c->writer), KEY_PUBLIC);
		assert_int_equal(s.report.lost_bytes + s.report.shut, 0);
		(void)unlink(c->path);
	}
	small(c, true);
	read_all(&s, c->path, c->writer);
	assert_int_equal(s.n, 3);
	read_all(&s, c->path, c->other);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.report.seal, SEAL_SHUT);
	assert_int_equal(s.report.shut, 3);
	assert_int_equal(s.report.trailer, TRAILER_HOLDS);	/* a stranger sees that it is whole, and no more */
}

/* Pulled early: whatever is cut off, it is seen, and what was whole before is read. */
static void test_36_cut_at_every_byte(void **state)
{
	struct ctx *c = *state;
	struct buf b;
	struct seen s;

	for (int sealed = 0; sealed < 2; sealed++) {
		unsigned int most = 0;

		small(c, sealed);
		b = load(c->path);
		for (size_t len = 0; len < b.len; len++) {
			store(c->path, b.ptr, len);
			read_all(&s, c->path, c->hub);
			assert_int_not_equal(s.report.trailer, TRAILER_HOLDS);
			assert_true(s.n >= most);
			most = s.n;
		}
		assert_int_equal(most, 3);
		buf_done(&b);
	}
}

/* Damaged or altered: no flipped bit goes unnoticed, and it costs one frame at most. */
static void test_36_flipped_at_every_byte(void **state)
{
	struct ctx *c = *state;
	struct buf b;
	struct seen s;

	for (int sealed = 0; sealed < 2; sealed++) {
		small(c, sealed);
		b = load(c->path);
		for (size_t at = BUNDLE_MAGIC_LEN; at < b.len; at++) {
			b.ptr[at] ^= 1 << at % 8;
			store(c->path, b.ptr, b.len);
			read_all(&s, c->path, c->hub);
			assert_int_not_equal(s.report.trailer, TRAILER_HOLDS);
			assert_true(s.n >= 2);
			b.ptr[at] ^= 1 << at % 8;
		}
		buf_done(&b);
	}
}

/* A courier who leaves a frame out, doubles one or moves one makes valid frames, and is found out. */
static void test_36_frames_moved(void **state)
{
	struct ctx *c = *state;
	struct frame_scan scan;
	struct frame f[6];
	struct buf b, moved;
	struct seen s;
	static const char *const orders[] = { "0124", "01134", "02134", "0134", "01233", "012344" };

	small(c, false);
	b = load(c->path);
	frame_scan_init(&scan, b.ptr + BUNDLE_MAGIC_LEN, b.len - BUNDLE_MAGIC_LEN);
	for (int i = 0; i < 5; i++)
		assert_ok(frame_scan_next(&f[i], &scan));
	frame_scan_done(&scan);
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		buf_init(&moved, 1u << 20);
		buf_adds(&moved, BUNDLE_MAGIC);
		for (const char *o = orders[i]; *o; o++)
			buf_add(&moved, f[*o - '0'].body - FRAME_HEAD, f[*o - '0'].len + FRAME_HEAD);
		store(c->path, moved.ptr, moved.len);
		read_all(&s, c->path, NULL);
		assert_int_equal(s.report.trailer, i == 4 ? TRAILER_MISSING : TRAILER_WRONG);
		assert_int_equal(s.report.lost_bytes, 0);
		buf_done(&moved);
	}
	buf_done(&b);
}

/* A stick that gives back other bytes than it was given, or that has less room than it says. */
static void test_36_read_back(void **state)
{
	struct ctx *c = *state;
	struct bundle_writer *w;
	struct stat sb;
	uint64_t n;
	bool done;
	int fd;

	for (int how = 0; how < 3; how++) {
		w = begin(c, true);
		assert_ok(bundle_add(w, 'B', "one", 3, true));
		assert_ok(bundle_finish(w));
		fd = open(c->path, O_RDWR);
		if (how == 0)
			assert_int_equal(pwrite(fd, "x", 1, 100), 1);
		else
			assert_int_equal(ftruncate(fd, how == 1 ? 200 : 100000), 0);
		close(fd);
		assert_int_equal(bundle_read_back(&done, &n, w), STATUS_CORRUPT);
		assert_false(done);
		bundle_writer_free(w);
		assert_int_not_equal(stat(c->path, &sb), 0);	/* nobody shall carry it */
	}
}

static int fail_at;
static int fail_hook(enum io_op op, const char *path, size_t len, void *data)
{
	(void)op, (void)path, (void)len, (void)data;
	return fail_at-- == 0 ? 28 : 0;	/* ENOSPC */
}

static void test_36_full_stick(void **state)
{
	struct ctx *c = *state;
	const struct bundle_head head = { .what = "bundle", .event = EVENT };
	struct bundle_writer *w;
	struct stat sb;
	uint64_t n;
	bool done = false;

	for (int k = 0; !done; k++) {
		enum status st;

		w = NULL;
		fail_at = k;
		io_set_hook(fail_hook, NULL);
		st = bundle_create(&w, c->path, &head, c->writer, NULL, 0);
		if (!st)
			st = bundle_add(w, 'B', "one", 3, true);
		if (!st)
			st = bundle_finish(w);
		if (!st)
			st = bundle_read_back(&done, &n, w);
		io_set_hook(NULL, NULL);
		bundle_writer_free(w);
		if (!done) {
			assert_int_not_equal(st, STATUS_OK);
			assert_int_not_equal(stat(c->path, &sb), 0);
		}
	}
}

/* Longer than the window over the file, with damage in the middle. */
static void test_long(void **state)
{
	struct ctx *c = *state;
	struct bundle_writer *w = begin(c, true);
	size_t len = 7u << 20;
	char *body = mem_alloc(len);
	struct seen s;
	int fd;

	for (size_t i = 0; i < len; i++)
		body[i] = (char)(i * 2654435761u >> 13);
	for (int i = 0; i < 6; i++)
		assert_ok(bundle_add(w, 'E', body, len, false));
	end(w);
	mem_free(body);
	read_all(&s, c->path, c->hub);
	assert_int_equal(s.n, 6);
	assert_int_equal(s.report.trailer, TRAILER_HOLDS);
	fd = open(c->path, O_RDWR);
	assert_int_equal(pwrite(fd, "damage", 6, (off_t)(15u << 20)), 6);
	close(fd);
	read_all(&s, c->path, c->hub);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.report.lost, 1);
	assert_int_equal(s.report.lost_bytes, len + FRAME_HEAD + BOX_PIECE_EXTRA + 2);
	assert_int_equal(s.report.trailer, TRAILER_WRONG);
	assert_int_equal(s.report.told_frames, s.report.frames + 1 - 1);
}

/* ---- crafted ---- */

/* A zstd frame of `size` zeros that tells its size. */
static void add_bomb(struct buf *b, size_t size)
{
	char *zeros = mem_zalloc(size);
	size_t at = b->len;

	frame_add_packed(b, 'B', zeros, size);
	assert_true(b->len - at < size / 100);
	mem_free(zeros);
}

static void add_crafted(struct buf *b)
{
	struct buf in;

	buf_adds(b, BUNDLE_MAGIC);
	frame_add(b, 'H', "{\"v\":1,\"what\":\"../../etc\",\"ev\":\"\\u001b]0;x\\u0007\",\"replica\":\"/dev/null\"}", 72);
	for (int i = 0; i < 50; i++)
		add_bomb(b, FRAME_BODY_MAX);
	buf_init(&in, 4096);
	buf_adds(&in, "VBT1");
	buf_u32(&in, 1000000000);	/* records, it says */
	frame_add(b, 'B', in.ptr, in.len);
	buf_reset(&in);
	buf_u32(&in, 0xffffffffu);	/* bytes of a page */
	frame_add(b, 'P', in.ptr, in.len);
	buf_reset(&in);
	buf_fill(&in, 'd', 32);
	buf_u64(&in, UINT64_MAX);	/* bytes of a body, and a place in it */
	buf_u64(&in, UINT64_MAX - 1);
	buf_adds(&in, "x");
	frame_add(b, 'E', in.ptr, in.len);
	buf_done(&in);
	for (int i = 0; i < 2000000; i++)	/* heads that claim 8 MiB each */
		buf_add(b, "\0\0\200\0B\0\0\0", 8);
}

/* In a process of its own: what it took at most. */
static long reader_kib(const char *path, const struct key *k)
{
	struct rusage use;
	int code = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct page_join join;
		struct bundle_reader *r;
		struct bundle_piece piece;
		struct batch_reader in;
		struct envelope e;
		struct frame f;
		const char *page;
		size_t len;
		int fd = open(path, O_RDONLY);

		if (bundle_open(&r, fd, path, k) != STATUS_OK)
			_exit(1);
		page_join_init(&join);
		while (bundle_next(&f, r) == STATUS_OK) {
			if (page_join_take(&page, &len, &join, &f) || bundle_piece(&piece, &f))
				_exit(2);
			if (f.type == 'B' && batch_open(&in, f.body, f.len) == STATUS_OK)
				while (batch_next(&e, &in) == STATUS_OK)
					_exit(3);
		}
		_exit(0);
	}
	assert_int_equal(wait4(pid, &code, 0, &use), pid);
	assert_int_equal(code, 0);
	return use.ru_maxrss;
}

static void test_37_crafted(void **state)
{
	struct ctx *c = *state;
	struct buf b;
	struct seen s;

	buf_init(&b, 64u << 20);
	add_crafted(&b);
	assert_ok(b.err);
	store(c->path, b.ptr, b.len);
	buf_done(&b);
	read_all(&s, c->path, c->hub);
	assert_int_equal(s.n, 53);
	assert_int_equal(s.report.trailer, TRAILER_MISSING);
	assert_true(reader_kib(c->path, c->hub) <= MEMORY_MAX_KIB);
}

static void test_copy(void **state)
{
	struct ctx *c = *state;
	char *to = mem_printf("%s/copy", c->dir);
	struct buf a, b;

	small(c, true);
	assert_ok(bundle_copy(c->path, to));
	a = load(c->path);
	b = load(to);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.ptr, b.ptr, a.len);
	buf_done(&a);
	buf_done(&b);
	(void)unlink(to);
	mem_free(to);
}

static void test_pages(void **state)
{
	struct ctx *c = *state;
	struct bundle_writer *w = begin(c, true);
	size_t sizes[] = { 1, 4u << 20, (9u << 20) + 7 }, len, at = 0;
	char *page = mem_zalloc(sizes[2]);
	struct bundle_reader *r;
	struct page_join join;
	struct frame f;
	const char *ptr;
	int fd = -1;

	memset(page, 'p', sizes[2]);
	for (int i = 0; i < 3; i++)
		assert_ok(bundle_add_page(w, page, sizes[i]));
	end(w);
	assert_ok(io_open_regular(&fd, c->path));
	assert_ok(bundle_open(&r, fd, c->path, c->hub));
	page_join_init(&join);
	while (bundle_next(&f, r) == STATUS_OK)
		if (page_join_take(&ptr, &len, &join, &f)) {
			assert_int_equal(len, sizes[at++]);
			assert_memory_equal(ptr, page, len);
		}
	assert_int_equal(at, 3);
	page_join_done(&join);
	bundle_close(r);
	close(fd);
	mem_free(page);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_round, setup, teardown),
	cmocka_unit_test_setup_teardown(test_36_cut_at_every_byte, setup, teardown),
	cmocka_unit_test_setup_teardown(test_36_flipped_at_every_byte, setup, teardown),
	cmocka_unit_test_setup_teardown(test_36_frames_moved, setup, teardown),
	cmocka_unit_test_setup_teardown(test_36_read_back, setup, teardown),
	cmocka_unit_test_setup_teardown(test_36_full_stick, setup, teardown),
	cmocka_unit_test_setup_teardown(test_37_crafted, setup, teardown),
	cmocka_unit_test_setup_teardown(test_long, setup, teardown),
	cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
	cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
};
TEST_MAIN(tests)
