/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file of the corpus beside the source tree, in every view, searched and checked: no crash, no hang over a second,
 * no control byte after neutralising, places that lead back, and the kind that its manifest tells. Skipped, and said so, where the corpus is absent.
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
#include "verdict/evidence/check.h"
#include "verdict/evidence/document.h"
#include "config.h"

#define SECONDS_MAX 30.0	/* of processor time a file: a loop without end, not a measurement */

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

/* Every check that concerns the document comes to a result. */
static void try_checks(struct document *d, const struct check_set *set, const char *path)
{
	const struct reader_report *r = document_check(d, set, IPS_AS_CLAIMED, 0);
	size_t i;

	for (i = 0; r && i < r->n_outcomes; i++)
		if (r->outcomes[i].result == CHECK_BROKEN)
			fail_msg("%s: %s could not be checked", path, r->outcomes[i].id);
}

static void try_file(const char *path, const struct check_set *set)
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
	try_checks(d, set, path);
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
	struct check_set *set;
	size_t i;

	(void)state;
	assert_ok(check_set_new(&set));
	assert_ok(check_set_builtin(set));
	collect(&names, dir);
	mem_free(dir);
	for (i = 0; i < names.list.len; i++) {
		try_file(names.list.at[i], set);
		mem_free(names.list.at[i]);
	}
	vec_done(&names.list);
	check_set_free(set);
}

/*
 * What files of a kind of the manifest may be taken for, and which of them may lack an outline. A file that is none of
 * them was not recognised.
 */
static const struct { const char *kind, *found, *plain; } expected[] = {
	{ "archive", " archive ole2 ", "" },
	{ "cda", " cda xml ", "" },
	{ "dicom", " dicom dicom-json archive ", " text " },	/* a dump as text, a file in gzip */
	{ "fhir", " fhir-json fhir-xml ndjson json ", "" },
	{ "hl7v2", " hl7v2 ", " empty " },
	{ "http", " har http pcap ", "" },
	{ "json", " json xml ", " text " },	/* an error page of HTML, words, a list of strings */
	{ "jwt", " jwt json fhir-json ", "" },
	{ "pdf", " pdf ", "" },
	{ "report", " xml fhir-xml fhir-json json ", "" },
	{ "soap", " mime soap xml ", "" },
	{ "term", "", " text " },
	{ "text", " ndjson xml ", " text unknown empty " },
	{ "unicode", "", " text unknown " },
	{ "xml", " xml ", "" },
};

static void check_kind(const char *path, const char *found, const char *plain)
{
	struct reader_info info;
	struct document *d;
	struct source src;
	char word[40];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_ok(source_map(&src, fd));
	close(fd);
	document_open(&d, &src, EVIDENCE_UNKNOWN);
	document_info(&info, d);
	snprintf(word, sizeof(word), " %s ", evidence_kind_name(info.kind));
	if (!strstr(found, word) && !strstr(plain, word))
		fail_msg("%s is taken for %s", path, word);
	if (strstr(found, word) && !document_outline(d)->nodes.len)
		fail_msg("%s has no outline", path);
	document_free(d);
}

/* A line of the manifest: path, kind, and what else there is. */
static void check_line(const char *dir, char *line)
{
	char *kind = strchr(line, '\t'), *end = kind ? strchr(kind + 1, '\t') : NULL, *path;
	size_t i;

	assert_non_null(end);
	*kind++ = *end = '\0';
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]) && strcmp(expected[i].kind, kind) != 0; i++)
		;
	if (i == sizeof(expected) / sizeof(expected[0]))
		fail_msg("%s: nothing is said of kind %s", line, kind);
	path = mem_printf("%s/%s", dir, line);
	check_kind(path, expected[i].found, expected[i].plain);
	mem_free(path);
}

static void test_kinds(void **state)
{
	const char *top = getenv("srcdir");
	char *dir = mem_printf("%s/../shared/corpus", top ? top : "."), *name = mem_printf("%s/MANIFEST.tsv", dir);
	FILE *f = fopen(name, "r");
	char line[4096];
	size_t n = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (n++)
			check_line(dir, line);
	fclose(f);
	printf("# %zu files\n", n - 1);
	assert_true(n > 300);
	mem_free(name);
	mem_free(dir);
}

static bool have_corpus(void)
{
	const char *top = getenv("srcdir");
	char *path = mem_printf("%s/../shared/corpus/MANIFEST.tsv", top ? top : ".");
	bool there = access(path, R_OK) == 0;

	mem_free(path);
	return there;
}

/* One line of TAP of our own: cmocka would call a skipped test "not ok". */
static int report(int n, const char *name, const char *lacking, const struct CMUnitTest *test)
{
	int failed = lacking ? 0 : _cmocka_run_group_tests(name, test, 1, NULL, NULL);

	if (lacking)
		printf("ok %d - %s # SKIP %s\n", n, name, lacking);
	else
		printf("%s %d - %s\n", failed ? "not ok" : "ok", n, name);
	return failed;
}

int main(void)
{
	const struct CMUnitTest corpus = cmocka_unit_test(test_corpus);
	const struct CMUnitTest kinds = cmocka_unit_test(test_kinds);
	const char *none = have_corpus() ? NULL : "the corpus is absent";
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 1);
	printf("1..2\n");
	failed = report(1, "every file in every view, searched and checked", none, &corpus);
	failed += report(2, "files are taken for what they are", none, &kinds);
	return failed != 0;
}
