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
#include <sys/wait.h>
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

/* What xmllint counts in a file: elements and attributes. False where it refuses the file or is absent. */
static bool ask_xmllint(unsigned long *elements_out, unsigned long *attributes_out, const char *path)
{
	int pipe_fd[2], in, null, status;
	char answer[64] = "";
	ssize_t n = 0, got;
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	pid = fork();
	if (pid == 0) {
		in = open(path, O_RDONLY);
		null = open("/dev/null", O_WRONLY);
		dup2(in, 0);
		dup2(pipe_fd[1], 1);
		dup2(null, 2);
		execlp("xmllint", "xmllint", "--nonet", "--xpath", "concat(count(//*),' ',count(//@*))", "-", (char *)NULL);
		_exit(127);
	}
	close(pipe_fd[1]);
	while (n < (ssize_t)sizeof(answer) - 1 && (got = read(pipe_fd[0], answer + n, sizeof(answer) - 1 - (size_t)n)) > 0)
		n += got;
	close(pipe_fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && sscanf(answer, "%lu %lu", elements_out, attributes_out) == 2;
}

static bool declares_namespace(const char *text, const struct node *n)
{
	return n->label_len >= 5 && !memcmp(text + n->label, "xmlns", 5) && (n->label_len == 5 || text[n->label + 5] == ':');
}

/* One file both read without trouble: the same numbers. Returns whether it was compared. */
static bool agrees(const char *path)
{
	unsigned long elements = 0, attributes = 0, want_elements, want_attributes;
	const struct outline *o;
	struct document *d;
	struct source src;
	const char *text;
	size_t len, i;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool compared;

	assert_ok(source_map(&src, fd));
	close(fd);
	document_open(&d, &src, EVIDENCE_UNKNOWN);
	o = document_outline(d);
	text = document_text(&len, d);
	for (i = 0; i < o->nodes.len; i++) {
		elements += o->nodes.at[i].kind == NODE_ELEMENT;
		attributes += o->nodes.at[i].kind == NODE_ATTRIBUTE && !declares_namespace(text, &o->nodes.at[i]);
	}
	compared = elements && !o->troubles && ask_xmllint(&want_elements, &want_attributes, path);
	if (compared && (elements != want_elements || attributes != want_attributes))
		fail_msg("%s: %lu elements and %lu attributes, xmllint says %lu and %lu", path, elements, attributes,
			want_elements, want_attributes);
	document_free(d);
	return compared;
}

static void test_xmllint(void **state)
{
	static const char *const folders[] = { "cda", "fhir", "report", "soap", "xml" };
	const char *top = getenv("srcdir");
	struct names names = { VEC_INIT };
	size_t i, compared = 0;

	(void)state;
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *dir = mem_printf("%s/../shared/corpus/%s", top ? top : ".", folders[i]);

		collect(&names, dir);
		mem_free(dir);
	}
	for (i = 0; i < names.list.len; i++) {
		compared += agrees(names.list.at[i]);
		mem_free(names.list.at[i]);
	}
	vec_done(&names.list);
	printf("# %zu trees compared\n", compared);
	assert_true(compared > 0);
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
	for (i = 0; i < names.list.len; i++) {
		try_file(names.list.at[i]);
		mem_free(names.list.at[i]);
	}
	vec_done(&names.list);
}

/* Kinds that files of a folder may be; a file that is none of them was not recognised. */
static const struct { const char *folder, *kinds; } expected[] = {
	{ "archive", " archive ole2 " },
	{ "cda", " cda xml " },
	{ "dicom", " dicom dicom-json archive text " },	/* a dump as text, a file in gzip */
	{ "fhir", " fhir-json fhir-xml ndjson json " },
	{ "hl7v2", " hl7v2 empty " },
	{ "http", " har http pcap " },
	{ "jwt", " jwt json fhir-json " },
	{ "pdf", " pdf " },
	{ "soap", " mime soap xml " },
	{ "xml", " xml " },
};

static void check_kind(const char *path, const char *kinds)
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
	if (!strstr(kinds, word))
		fail_msg("%s is taken for %s", path, word);
	document_free(d);
}

static void test_kinds(void **state)
{
	const char *top = getenv("srcdir");
	struct names names = { VEC_INIT };
	size_t i, k, seen;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		char *dir = mem_printf("%s/../shared/corpus/%s", top ? top : ".", expected[i].folder);

		seen = names.list.len;
		collect(&names, dir);
		mem_free(dir);
		assert_true(names.list.len > seen);
		for (k = seen; k < names.list.len; k++) {
			check_kind(names.list.at[k], expected[i].kinds);
			mem_free(names.list.at[k]);
		}
	}
	vec_done(&names.list);
}

static bool have_corpus(void)
{
	const char *top = getenv("srcdir");
	char *path = mem_printf("%s/../shared/corpus/MANIFEST.tsv", top ? top : ".");
	bool there = access(path, R_OK) == 0;

	mem_free(path);
	return there;
}

static bool have_xmllint(void)
{
	return system("xmllint --version >/dev/null 2>&1") == 0;
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
	const struct CMUnitTest corpus = cmocka_unit_test(test_corpus), xmllint = cmocka_unit_test(test_xmllint);
	const struct CMUnitTest kinds = cmocka_unit_test(test_kinds);
	const char *none = have_corpus() ? NULL : "the corpus is absent";
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 1);
	printf("1..3\n");
	failed = report(1, "every file in every view", none, &corpus);
	failed += report(2, "trees agree with xmllint", none ? none : have_xmllint() ? NULL : "xmllint is absent", &xmllint);
	failed += report(3, "files are taken for what they are", none, &kinds);
	return failed != 0;
}
