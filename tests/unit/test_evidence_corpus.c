/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file of the corpus beside the source tree, in every view: no crash, no hang over a second, no control
 * byte after neutralising, places that lead back. Skipped, and said so, where the corpus is absent.
 */
#include "test.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/base/vec.h"
#include "verdict/evidence/document.h"
#include "config.h"

#ifdef HAVE_SANITIZER
#define SECONDS_MAX 5.0		/* of processor time a file; sanitizers slow everything down */
#else
#define SECONDS_MAX 1.0
#endif

struct names {
	VEC(char *) list;
};

static void collect(struct names *n, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL) {
		struct stat st;
		char *path;

		if (e->d_name[0] == '.')
			continue;
		path = mem_printf("%s/%s", dir, e->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			collect(n, path);
			mem_free(path);
		} else {
			vec_push(&n->list, path);
		}
	}
	if (d)
		closedir(d);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t raw_controls(const char *p, size_t n)
{
	size_t i, bad = 0;

	for (i = 0; i < n; i++)
		bad += (unsigned char)p[i] < 0x20 || p[i] == 0x7f ||
			((unsigned char)p[i] == 0xc2 && i + 1 < n && (unsigned char)p[i + 1] < 0xa0);
	return bad;
}

static void neutral(const char *p, size_t n)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	text_neutralise(&b, p, n, false);
	assert_ok(b.err);
	if (b.len) {
		assert_int_equal(raw_controls(b.ptr, b.len), 0);
		assert_true(utf8_valid(b.ptr, b.len));
	}
	buf_done(&b);
}

static uint64_t all_rows(struct document *d, enum evidence_view v, unsigned int width, uint64_t size)
{
	uint64_t from = 0, total = 0, back;
	struct reader_row *rows;
	size_t n, i;

	do {
		struct arena a;

		arena_init(&a);
		assert_ok(document_rows(&rows, &n, &total, &a, d, v, from, 500, width));
		for (i = 0; i < n; i++) {
			assert_true(rows[i].begin <= rows[i].end && rows[i].end <= size);
			neutral(rows[i].label, rows[i].label_len);
			neutral(rows[i].value, rows[i].value_len);
		}
		if (n)
			assert_ok(document_locate(&back, d, v, rows[n / 2].begin));
		from += n;
		arena_done(&a);
	} while (n);
	assert_int_equal(from, total);
	return total;
}

static void try_search(struct document *d, enum evidence_view v)
{
	static const char *const patterns[] = { "a", "Patient", "佐藤", "no such thing anywhere" };
	enum status rc;
	uint64_t row;
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		rc = document_search(&row, d, v, patterns[i], strlen(patterns[i]), 0, i & 1);
		assert_true(rc == STATUS_OK || rc == STATUS_NOT_FOUND);
	}
}

static void try_paths(struct document *d, uint64_t total)
{
	uint64_t row, step = total / 40 + 1, back;
	struct buf b;

	for (row = 0; row < total; row += step) {
		buf_init(&b, 1u << 20);
		assert_ok(document_path(&b, d, row));
		if (b.len)
			document_goto(&back, d, b.ptr, b.len);
		buf_reset(&b);
		assert_ok(document_value(&b, d, row));
		buf_done(&b);
	}
}

static void try_file(const char *path)
{
	struct document *d;
	struct source src;
	uint64_t row, total = 0, size;
	double start = seconds(), took;
	int fd = open(path, O_RDONLY | O_CLOEXEC), v;

	assert_true(fd >= 0);
	assert_ok(source_map(&src, fd));
	close(fd);
	size = src.size;
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	document_fold(&row, d, FOLD_UNFOLD_ALL, 0);
	for (v = 0; v < VIEW_COUNT; v++) {
		uint64_t n = all_rows(d, (enum evidence_view)v, 80, size);

		if (v == VIEW_OUTLINE)
			total = n;
		try_search(d, (enum evidence_view)v);
	}
	try_paths(d, total);
	document_free(d);
	took = seconds() - start;
	if (took > SECONDS_MAX)
		fail_msg("%s took %.2f s", path, took);
}

static void test_corpus(void **state)
{
	const char *top = getenv("srcdir");
	struct names names = { VEC_INIT };
	char *dir = mem_printf("%s/../shared/corpus", top ? top : ".");
	size_t i;

	(void)state;
	collect(&names, dir);
	mem_free(dir);
	if (!names.list.len) {
		print_message("the corpus is absent\n");
		skip();
	}
	for (i = 0; i < names.list.len; i++) {
		try_file(names.list.at[i]);
		mem_free(names.list.at[i]);
	}
	vec_done(&names.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_corpus) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence corpus", tests, NULL, NULL);
}
