/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every check has a good example in which it finds nothing, and a bad one, the same with one fact broken, which
 * it finds (tests/checks/cases.tsv). What else is found in a bad one is counted: the table of doc/checks.md.
 * Published examples, where they are at hand, have no error but those whose authors broke them.
 */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/io.h"
#include "verdict/evidence/check.h"
#include "verdict/evidence/cross.h"
#include "verdict/evidence/document.h"

#define NOW 1795498327	/* 2026-11-24T14:32:07+09:00 */
#define FIELDS 12
#define FILE_MAX (40 << 20)

struct score { const char *scope; unsigned int broken, caught, more; };
static struct check_set *set;
static struct score scores[32];
static size_t n_scores;
static unsigned int wrong;		/* cases that did not go as they should */

static const char *in_source(const char *folder, const char *name)
{
	static char path[1024];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/%s/%s", top ? top : ".", folder, name);
	return path;
}

static int load(void **state)
{
	(void)state;
	assert_ok(check_set_new(&set));
	assert_ok(check_set_builtin(set));
	return 0;
}

static int unload(void **state)
{
	(void)state;
	check_set_free(set);
	return 0;
}

/* Ids of what is found, each once, blanks around them; only errors where asked. */
static void found_in(struct buf *out, const char *p, size_t n, bool errors)
{
	const struct reader_report *r;
	struct document *d;
	struct source src;
	char id[64];
	size_t i;

	source_mem(&src, p, n);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	r = document_check(d, set, IPS_AS_CLAIMED, NOW);
	for (i = 0; i < r->n_outcomes; i++)
		if (r->outcomes[i].result == CHECK_BROKEN)
			fail_msg("%s could not be made", r->outcomes[i].id);
	buf_addc(out, ' ');
	for (i = 0; i < r->n_findings; i++) {
		snprintf(id, sizeof(id), " %s ", r->findings[i].id);
		if ((!errors || r->findings[i].severity == CHECK_ERROR) && !strstr(buf_str(out), id))
			buf_printf(out, "%s ", r->findings[i].id);
	}
	document_free(d);
}

static bool has(struct buf *b, const char *id)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", id);
	return strstr(buf_str(b), word) != NULL;
}

static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*out++ = *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s == 't' ? '\t' : *s;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

static size_t fields_of(char **out, char *line)
{
	size_t n = 0;

	for (char *p = line; p && n < FIELDS; n++) {
		out[n] = p;
		if ((p = strchr(p, '\t')))
			*p++ = '\0';
		unescape(out[n]);
	}
	return n;
}

static void replace(struct buf *b, const char *from, const char *to, const char *id)
{
	const char *at = memmem(buf_str(b), b->len, from, strlen(from));
	struct buf all;
	size_t before;

	if (!at)
		fail_msg("%s: the good example has no \"%s\"", id, from);
	before = (size_t)(at - b->ptr);
	buf_init(&all, FILE_MAX);
	buf_add(&all, b->ptr, before);
	buf_adds(&all, to);
	buf_add(&all, at + strlen(from), b->len - before - strlen(from));
	buf_done(b);
	*b = all;
}

/* Part `n` of a file of several, which lines of #### part. */
static void take_part(struct buf *b, unsigned long n)
{
	const char *at = buf_str(b), *end = at + b->len, *next;

	for (; (next = memmem(at, (size_t)(end - at), "####\n", 5)) && --n; at = next + 5)
		;
	assert_true(n <= 1);
	if (next)
		buf_cut(b, (size_t)(next - b->ptr), (size_t)(end - next));
	buf_cut(b, 0, (size_t)(at - b->ptr));
}

static void read_file(struct buf *out, const char *name)
{
	buf_init(out, FILE_MAX);
	if (access(in_source("tests/checks", name), R_OK) == 0)
		assert_ok(io_read_file(out, in_source("tests/checks", name), FILE_MAX));
	else
		assert_ok(io_read_file(out, in_source("data/sample-event/evidence", name), FILE_MAX));
}

/* "file" or "file@2" */
static void read_base(struct buf *out, const char *word)
{
	char name[200], *at;

	snprintf(name, sizeof(name), "%s", word);
	if ((at = strchr(name, '@')))
		*at++ = '\0';
	read_file(out, name);
	if (at)
		take_part(out, strtoul(at, NULL, 10));
}

static void count(const char *id, struct buf *good, struct buf *bad)
{
	const struct check *c = check_set_find(set, id);
	struct score *s = scores;
	char *save, *word;

	while (s < scores + n_scores && strcmp(s->scope, c->scope) != 0)
		s++;
	if (s == scores + n_scores) {
		assert_true(n_scores < sizeof(scores) / sizeof(*scores));
		scores[n_scores++] = (struct score){ c->scope, 0, 0, 0 };
	}
	s->broken++;
	s->caught += has(bad, id);
	for (word = strtok_r(bad->ptr, " ", &save); word; word = strtok_r(NULL, " ", &save))
		s->more += strcmp(word, id) != 0 && !has(good, word);
}

static void one_case(char *line)
{
	struct buf text, good, bad;
	char *f[FIELDS];
	size_t n = fields_of(f, line), i;

	assert_true(n >= 4 && n % 2 == 0);
	if (!check_set_find(set, f[0]))
		fail_msg("%s: no such check", f[0]);
	read_base(&text, f[1]);
	buf_init(&good, 65536);
	buf_init(&bad, 65536);
	found_in(&good, buf_str(&text), text.len, false);
	for (i = 2; i < n; i += 2)
		replace(&text, f[i], f[i + 1], f[0]);
	found_in(&bad, buf_str(&text), text.len, false);
	if (has(&good, f[0]) && ++wrong)
		print_error("%s is found in the good example %s\n", f[0], f[1]);
	if (!has(&bad, f[0]) && ++wrong)
		print_error("%s is not found in %s with one fact broken, but%s\n", f[0], f[1], buf_str(&bad));
	count(f[0], &good, &bad);
	buf_done(&good);
	buf_done(&bad);
	buf_done(&text);
}

static void test_cases(void **state)
{
	char *save, *line, *text;
	struct buf b, seen;
	size_t g, i;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_init(&seen, 1 << 20);
	assert_ok(io_read_file(&b, in_source("tests/checks", "cases.tsv"), 1 << 20));
	text = buf_take(&b);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		buf_printf(&seen, " %.*s ", (int)strcspn(line, "\t"), line);
		one_case(line);
	}
	for (g = 0; g < check_set_groups(set); g++)
		for (i = 0; i < check_set_group(set, g)->n_checks; i++)
			if (!has(&seen, check_set_group(set, g)->checks[i].id))
				fail_msg("%s has no bad example", check_set_group(set, g)->checks[i].id);
	mem_free(text);
	buf_done(&seen);
	assert_int_equal(wrong, 0);
}

/* Broken on purpose by their authors, which their names say, save two: an ADT^A04 without EVN, FHIR in Latin-1. */
static bool broken_on_purpose(const char *path)
{
	static const char *const names[] = { "CDA_PHMR_WRONG", "InvalidCDA", "incomplete", "missing",
		"ADT04-251", "microsoft-FHIR-Converter/bundle.json",
		/* of the health cards' own faulty examples, those that a parser sees */
		"trailing_chars", "odd-count", "no_deflate", "utf8_bom" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strstr(path, names[i]))
			return true;
	return false;
}

/* Captures and images that were cut short on purpose show only that. */
static bool clean(struct buf *got, const char *path)
{
	bool may_be_cut = strstr(path, "corpus/dicom/") || strstr(path, "corpus/http/") || strstr(path, "corpus/jwt/");

	return got->len <= 1 || (may_be_cut && strcmp(buf_str(got), " DOC-01 ") == 0);
}

static unsigned int walk(const char *folder, int depth)
{
	unsigned int n = 0;
	char path[1024];
	DIR *dir = opendir(folder);
	struct dirent *e;
	struct stat sb;
	struct buf b, got;

	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] == '.' || stat(path, &sb) != 0)
			continue;
		if (S_ISDIR(sb.st_mode) && depth < 6)
			n += walk(path, depth + 1);
		if (!S_ISREG(sb.st_mode) || sb.st_size > (4 << 20) || broken_on_purpose(path))
			continue;
		buf_init(&b, FILE_MAX);
		buf_init(&got, 65536);
		assert_ok(io_read_file(&b, path, FILE_MAX));
		found_in(&got, buf_str(&b), b.len, true);
		if (!clean(&got, path))
			fail_msg("%s: found%s", path, buf_str(&got));
		buf_done(&b);
		buf_done(&got);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static void test_published(void **state)
{
	static const char *const kinds[] = { "cda", "dicom", "fhir", "hl7v2", "http", "jwt", "soap" };
	unsigned int n = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		n += walk(in_source("../shared/corpus", kinds[i]), 0);
	if (!n)
		skip();
	print_message("# %u published examples without an error\n", n);
}

/* doc/checks.md lists every check with its severity. */
static void test_documented(void **state)
{
	const struct check_group *group;
	struct buf b;
	char row[160];
	size_t g, i;

	(void)state;
	buf_init(&b, 1 << 20);
	assert_ok(io_read_file(&b, in_source("doc", "checks.md"), 1 << 20));
	for (g = 0; (group = check_set_group(set, g)); g++) {
		for (i = 0; i < group->n_checks; i++) {
			static const char *const names[] = { "note", "warning", "error" };

			snprintf(row, sizeof(row), "| %s | %s |", group->checks[i].id,
				names[group->checks[i].severity]);
			if (!strstr(buf_str(&b), row))
				fail_msg("doc/checks.md has no row %s", row);
		}
	}
	buf_done(&b);
}

static bool speaks_for(const struct cross_set *rules, const char *item)
{
	const struct check_group *group;
	struct cross_report r;
	bool found = strcmp(item, "IPS-B11") == 0;	/* DOC-03, which is no expression */
	struct arena a;
	size_t g, i;

	for (g = 0; (group = check_set_group(set, g)) && !found; g++)
		for (i = 0; i < group->n_checks && !found; i++)
			found = strcmp(group->checks[i].item, item) == 0;
	arena_init(&a);
	cross_run(&r, &a, rules, NULL, 0);
	for (i = 0; i < r.n_outcomes && !found; i++)
		found = strcmp(r.outcomes[i].speaks, item) == 0;
	arena_done(&a);
	return found;
}

/* Each item of the catalogue has a check, or a reason for having none: not both, and no item has neither. */
static void test_catalogue(void **state)
{
	struct cross_set *rules;
	json_t *root, *item;
	char word[80];
	struct buf b, reasons;
	size_t i;

	(void)state;
	buf_init(&b, 16 << 20);
	buf_init(&reasons, 1 << 20);
	assert_ok(cross_set_builtin(&rules));
	assert_ok(io_read_file(&b, in_source("data/catalogue", "ap-ips.json"), 16 << 20));
	assert_ok(io_read_file(&reasons, in_source("data/maint", "not_checked.tsv"), 1 << 20));
	root = json_loadb(b.ptr, b.len, 0, NULL);
	assert_true(json_array_size(json_object_get(root, "checks")) > 200);
	json_array_foreach(json_object_get(root, "checks"), i, item) {
		const char *id = json_string_value(json_object_get(item, "id"));

		snprintf(word, sizeof(word), "\n%s\t", id);
		if (speaks_for(rules, id) == (strstr(buf_str(&reasons), word) != NULL))
			fail_msg("%s: either a check or a reason in data/maint/not_checked.tsv", id);
	}
	json_decref(root);
	cross_set_free(rules);
	buf_done(&b);
	buf_done(&reasons);
}

/* The table, for doc/checks.md. */
static void test_table(void **state)
{
	struct score all = { "all", 0, 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < n_scores; i++) {
		print_message("# | %s | %u | %u | %u |\n", scores[i].scope, scores[i].broken, scores[i].caught,
			scores[i].more);
		all.broken += scores[i].broken;
		all.caught += scores[i].caught;
		all.more += scores[i].more;
	}
	print_message("# | %s | %u | %u | %u |\n", all.scope, all.broken, all.caught, all.more);
	assert_true(all.broken >= 100);
	assert_int_equal(all.broken, all.caught);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_documented),
		cmocka_unit_test(test_catalogue),
		cmocka_unit_test(test_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("check cases", tests, load, unload);
}
