/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dcmdump (dcmtk) as oracle: over every object of the corpus and of the sample event that both read without
 * trouble, the same tags in the same order, and the same values where both write them as text. Skipped, and said so,
 * where dcmdump or the corpus is absent.
 */
#include "test.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/evidence/document.h"

struct oracle {
	FILE *dump;
	size_t tags, values;
	bool opaque;		/* dcmdump shows the last one as bytes */
	unsigned int skip;	/* depth below which it does not follow us; 0: it does */
	const char *path;
};

/* The next attribute that dcmdump tells: its tag, and its value where that is in brackets. */
static bool next_line(char tag[12], char *value, size_t max, struct oracle *o)
{
	char line[20000], *p, *end;

	while (fgets(line, sizeof(line), o->dump)) {
		for (p = line; *p == ' '; p++)
			;
		if (*p != '(' || !strncmp(p, "(fffe", 5))
			continue;
		snprintf(tag, 12, "%.11s", p);
		value[0] = '\0';
		o->opaque = !strncmp(p + 12, "??", 2) || !strncmp(p + 12, "UN", 2);
		end = strrchr(p, '#');
		p = strchr(p, '[');
		if (p && p - line < 60 && end) {
			while (end > p && *end != ']')
				end--;
			snprintf(value, max, "%.*s", (int)(end - p - 1), p + 1);
		}
		return true;
	}
	return false;
}

static bool ascii(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] >= 0x7f || (unsigned char)p[i] < 0x20)
			return false;
	return true;
}

static void compare_row(struct oracle *o, const struct reader_row *row)
{
	char tag[12], value[20000], ours[12];
	size_t i, n;

	if (!row->note_len)
		return;		/* items, groups of ours, trees told again */
	if (o->skip && row->depth > o->skip)
		return;
	o->skip = 0;
	if (!next_line(tag, value, sizeof(value), o))
		fail_msg("%s: dcmdump knows no more after %s", o->path, row->note);
	snprintf(ours, sizeof(ours), "%.11s", row->note);
	for (i = 0; ours[i]; i++)
		ours[i] = (char)(ours[i] >= 'A' && ours[i] <= 'F' ? ours[i] + 32 : ours[i]);
	if (strcmp(ours, tag))
		fail_msg("%s: %s where dcmdump has %s", o->path, row->note, tag);
	o->tags++;
	if (o->opaque && row->fold != FOLD_NONE)	/* a sequence whose kind the file does not say */
		o->skip = row->depth;
	n = strlen(value);
	while (n && value[n - 1] == ' ')
		n--;
	for (i = 0; i < n && value[i] == ' '; i++)
		;
	if (n == i || !ascii(value, n) || !ascii(row->value, row->value_len))
		return;
	if (row->value_len != n - i || memcmp(row->value, value + i, n - i))
		fail_msg("%s: %s is %.*s, dcmdump says %s", o->path, row->note, (int)row->value_len, row->value, value);
	o->values++;
}

static bool compare(struct oracle *o)
{
	char command[1400];
	struct reader_row *rows;
	struct reader_info info;
	uint64_t row, total, from = 0;
	struct document *d;
	struct source src;
	struct arena a;
	size_t n, i;
	int fd = open(o->path, O_RDONLY | O_CLOEXEC);

	assert_ok(source_map(&src, fd));
	close(fd);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	document_info(&info, d);
	snprintf(command, sizeof(command), "dcmdump -q -Un +L '%s' >/dev/null 2>&1", o->path);
	if (info.kind != EVIDENCE_DICOM || info.trouble || system(command) != 0) {
		document_free(d);
		return false;
	}
	snprintf(command, sizeof(command), "dcmdump -q -Un +L '%s' 2>/dev/null", o->path);
	o->skip = 0;
	o->dump = popen(command, "r");
	assert_non_null(o->dump);
	document_fold(&row, d, FOLD_UNFOLD_ALL, 0);
	do {
		arena_init(&a);
		assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, from, 500, 80));
		for (i = 0; i < n; i++)
			compare_row(o, &rows[i]);
		from += n;
		arena_done(&a);
	} while (n);
	if (next_line(command, command + 12, sizeof(command) - 12, o))
		fail_msg("%s: dcmdump has %s, which we do not", o->path, command);
	pclose(o->dump);
	document_free(d);
	return true;
}

static size_t folder(struct oracle *o, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[1200];
	size_t compared = 0;

	while (d && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		o->path = path;
		if (e->d_name[0] != '.')
			compared += compare(o);
	}
	o->path = NULL;
	if (d)
		closedir(d);
	return compared;
}

static void test_dcmdump(void **state)
{
	static const char *const folders[] = { "IHE-connectathon-artifacts", "pydicom-pydicom" };
	const char *top = getenv("srcdir");
	struct oracle o = { .dump = NULL };
	size_t i, compared = 0;
	char dir[900];

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(dir, sizeof(dir), "%s/../shared/corpus/dicom/%s", top ? top : ".", folders[i]);
		compared += folder(&o, dir);
	}
	printf("# %zu objects, %zu tags, %zu values compared\n", compared, o.tags, o.values);
	assert_true(compared >= 15);
	assert_true(o.values > 1000);
}

/* Every transfer syntax that the sample event shows, an image, a manifest and a report. */
static void test_sample(void **state)
{
	const char *top = getenv("srcdir");
	struct oracle o = { .dump = NULL };
	size_t compared;
	char dir[900];

	(void)state;
	snprintf(dir, sizeof(dir), "%s/data/sample-event/evidence", top ? top : ".");
	compared = folder(&o, dir);
	printf("# %zu objects, %zu tags, %zu values compared\n", compared, o.tags, o.values);
	assert_true(compared >= 6);
	assert_true(o.values > 150);
}

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
	const struct CMUnitTest sample = cmocka_unit_test(test_sample), corpus = cmocka_unit_test(test_dcmdump);
	const char *top = getenv("srcdir"), *lacking;
	char path[900];
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 1);
	lacking = system("dcmdump --version >/dev/null 2>&1") == 0 ? NULL : "dcmdump is absent";
	printf("1..2\n");
	failed = report(1, "tags and values of the sample event", lacking, &sample);
	snprintf(path, sizeof(path), "%s/../shared/corpus/dicom/pydicom-pydicom/CT_small.dcm", top ? top : ".");
	if (!lacking && access(path, R_OK) != 0)
		lacking = "the corpus is absent";
	failed += report(2, "tags and values of the corpus", lacking, &corpus);
	return failed != 0;
}
