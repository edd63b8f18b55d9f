/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last rows of a large text before all are counted: they are the rows that counting finds, read backwards from the
 * end, and keep their meaning when the count is known. Layer: tests.
 */
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/plain.h"

#define SIZE (20u << 20)
#define ROWS 60

struct text {
	char *p;
	size_t n;
};

/* Lines of many lengths, some with letters of several bytes and tabs, ended by `end`. */
static void make(struct text *t, size_t longest, const char *end)
{
	size_t i, len, k = 0;

	t->p = mem_alloc(SIZE + longest + 16);
	for (t->n = 0; t->n < SIZE; k++) {
		len = k * 7919 % longest;
		for (i = 0; i < len; i++)
			t->p[t->n++] = i % 97 == 60 ? '\t' : (char)('a' + (i + k) % 26);
		if (k % 5 == 0 && len > 4)
			memcpy(t->p + t->n - 3, "\xea\xb9\x80", 3);
		memcpy(t->p + t->n, end, strlen(end));
		t->n += strlen(end);
	}
}

static void open_it(struct plain *p, const struct text *t)
{
	struct source src;

	source_mem(&src, t->p, t->n);
	plain_init(p, &src);
}

static size_t rows_of(struct reader_row **out, uint64_t *total, struct arena *a, struct plain *p, uint64_t from,
	unsigned int count)
{
	size_t n;

	assert_ok(plain_rows(out, &n, total, a, p, VIEW_RAW, from, count, 80));
	return n;
}

static void same_rows(const struct reader_row *a, const struct reader_row *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		assert_int_equal(a[i].begin, b[i].begin);
		assert_int_equal(a[i].end, b[i].end);
		assert_int_equal(a[i].value_len, b[i].value_len);
		assert_memory_equal(a[i].value, b[i].value, a[i].value_len);
	}
}

static void check_end(size_t longest, const char *end, bool is_late)
{
	struct reader_row *late, *counted, *again;
	struct text t;
	struct plain p, q;
	uint64_t row, total;
	struct arena a;
	size_t n;

	make(&t, longest, end);
	arena_init(&a);
	open_it(&p, &t);
	assert_int_equal(rows_of(&late, &total, &a, &p, 0, 10), 10);
	assert_ok(plain_locate(&row, &p, VIEW_RAW, t.n - 1));
	assert_int_equal(row_is_late(row), is_late);
	if (is_late) {
		assert_int_equal(row, ROWS_END - 1);
		n = rows_of(&late, &total, &a, &p, ROWS_END - ROWS, ROWS + 7);
		assert_int_equal(n, ROWS);
		assert_int_equal(total, UINT64_MAX);
		assert_int_equal(late[0].row, ROWS_END - ROWS);
		open_it(&q, &t);
		assert_int_equal(rows_of(&counted, &total, &a, &q, UINT64_MAX, ROWS), ROWS);
		assert_true(total > ROWS && total < SIZE);
		same_rows(late, counted, ROWS);
		while (!lines_extend(&p.raw, 1u << 20))
			;
		assert_int_equal(rows_of(&again, &total, &a, &p, ROWS_END - ROWS, ROWS), ROWS);
		assert_int_equal(again[0].row, total - ROWS);
		same_rows(again, counted, ROWS);
		plain_done(&q);
	}
	plain_done(&p);
	arena_done(&a);
	mem_free(t.p);
}

static void test_ends(void **state)
{
	(void)state;
	check_end(200, "\n", true);
	check_end(200, "\r\n", true);
	check_end(5, "\n", true);
	check_end(30000, "\n", true);
}

/* Where no line ends in the last megabytes, or lines end in CR alone, all is counted as before. */
static void test_counted(void **state)
{
	(void)state;
	check_end(15u << 20, " ", false);
	check_end(200, "\r", false);
}

/* A search from a late row goes on where it stands, and a hit has its true number. */
static void test_search(void **state)
{
	struct text t;
	struct plain p;
	uint64_t row, true_row;

	(void)state;
	make(&t, 200, "\n");
	memcpy(t.p + t.n - 3000, "\nNEEDLE\n", 8);
	open_it(&p, &t);
	assert_ok(plain_search(&row, &p, VIEW_RAW, "NEEDLE", 6, ROWS_END - 1, true));
	while (!lines_extend(&p.raw, 1u << 20))
		;
	assert_ok(plain_search(&true_row, &p, VIEW_RAW, "NEEDLE", 6, 0, false));
	assert_int_equal(lines_true_row(&p.raw, row), true_row);
	assert_int_equal(plain_search(&row, &p, VIEW_RAW, "NOWHERE", 7, ROWS_END - 1, true), STATUS_NOT_FOUND);
	plain_done(&p);
	mem_free(t.p);
}

/* More rows from the end than are kept: counted. */
static void test_many(void **state)
{
	struct reader_row *rows;
	struct text t;
	struct plain p;
	uint64_t total;
	struct arena a;

	(void)state;
	make(&t, 5, "\n");
	arena_init(&a);
	open_it(&p, &t);
	assert_int_equal(rows_of(&rows, &total, &a, &p, ROWS_END - 1000000, 10), 10);
	assert_true(total != UINT64_MAX);
	assert_int_equal(rows[0].row, total - 1000000);
	plain_done(&p);
	arena_done(&a);
	mem_free(t.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence late rows", tests, NULL, NULL);
}
