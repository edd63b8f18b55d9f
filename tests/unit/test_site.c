/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of the results site: what they tell, what they never tell, what foreign names cannot do. Layer: tests. */
#include "test.h"
#include "src/site/site_priv.h"
#include "tests/site/made_event.h"

#include <jansson.h>
#include <stdio.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"

struct made {
	struct results *r;
	struct arena a;
	struct site_facts f;
	struct site_plan plan;
	struct site_file *files;
	size_t n;
	struct buf b;
};

static void made_init(struct made *m, bool hostile)
{
	static const struct site_plan plan = { { SITE_EN, SITE_KO, SITE_JA }, SITE_LANGS, true };

	m->r = made_event(16, 150, hostile);
	m->plan = plan;
	arena_init(&m->a);
	site_gather(&m->f, &m->a, m->r, MADE_NOW);
	m->n = site_files(&m->files, &m->a, &m->f, &m->plan);
	buf_init(&m->b, SITE_FILE_MAX);
}

static void made_done(struct made *m)
{
	buf_done(&m->b);
	arena_done(&m->a);
	results_free(m->r);
}

static const char *written(struct made *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->files[i].path, path) != 0)
			continue;
		buf_reset(&m->b);
		site_write(&m->b, &m->f, &m->plan, &m->files[i]);
		assert_int_equal(m->b.err, STATUS_OK);
		return buf_str(&m->b);
	}
	fail_msg("no file %s", path);
	return NULL;
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static void test_matrix_tells_every_pass(void **state)
{
	struct made m;

	(void)state;
	made_init(&m, false);
	assert_true(m.f.n_passes > 20);
	assert_int_equal(count(written(&m, "index.html"), "class=\"y\""), m.f.n_passes);
	assert_int_equal(count(written(&m, "ko/index.html"), "class=\"y\""), m.f.n_passes);
	assert_int_equal(count(written(&m, "results.csv"), "\"passed\"\r\n"), m.f.n_passes);
	made_done(&m);
}

/* Neither systems nor lines that did not pass, nor any word for them. */
static void test_only_passes(void **state)
{
	static const char *const words[] = { "System ", "S0", "did not", "failed", "at risk", "no peer", "certified" };
	struct made m;

	(void)state;
	made_init(&m, false);
	for (size_t i = 0; i < m.n; i++) {
		const char *text;

		if (m.files[i].kind == SITE_STYLE || m.files[i].kind == SITE_SCRIPT || m.files[i].kind == SITE_GITB)
			continue;
		text = written(&m, m.files[i].path);
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (strstr(text, words[k]))
				fail_msg("%s says %s", m.files[i].path, words[k]);
	}
	for (size_t i = 0; i < m.f.n_passes; i++)
		assert_int_equal(m.f.passes[i].n_lines, 0);
	made_done(&m);
}

static void test_organisation_without_a_pass_has_no_page(void **state)
{
	struct results *r = results_new();
	const struct organisation one = { "O1", "One", "KR", "Korea" }, two = { "O2", "Two", "JP", "Japan" };
	const struct system_info s1 = { "S1", "First", "1", "O1", "A1" }, s2 = { "S2", "Second", "1", "O2", "A2" };
	struct results_grade_record g = { .grade = GRADE_PASSED, .who = "P", .who_name = "P", .text = "",
		.at = 1, .counted = true };
	const struct site_plan plan = { { SITE_EN }, 1, false };
	struct site_file *files;
	struct site_facts f;
	struct arena a;
	size_t n;

	(void)state;
	results_add_profile(r, "MHD", "MHD");
	results_add_actor(r, "SRC", "Source");
	results_add_organisation(r, &one);
	results_add_organisation(r, &two);
	results_add_system(r, &s1);
	results_add_system(r, &s2);
	results_add_line(r, "S1", "MHD", "SRC", "-", true);
	results_add_line(r, "S2", "MHD", "SRC", "-", true);
	results_set_grades(r, "S1/MHD/SRC/-", &g, 1);
	g.grade = GRADE_DID_NOT_COMPLETE;
	g.rid.b[0] = 1;
	results_set_grades(r, "S2/MHD/SRC/-", &g, 1);
	arena_init(&a);
	site_gather(&f, &a, r, 5);
	results_free(r);	/* facts stand alone */
	n = site_files(&files, &a, &f, &plan);
	assert_int_equal(f.n_passes, 1);
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b, SITE_FILE_MAX);
		site_write(&b, &f, &plan, &files[i]);
		assert_null(strstr(files[i].path, "O2"));
		assert_null(strstr(buf_str(&b), "Two"));
		buf_done(&b);
	}
	arena_done(&a);
}

/* Every tag that opens in a page is one that pages write, though names are full of others. */
static void test_names_are_no_markup(void **state)
{
	struct made m;

	(void)state;
	made_init(&m, true);
	for (size_t i = 0; i < m.n; i++) {
		const char *text = written(&m, m.files[i].path);

		if (m.files[i].kind == SITE_STYLE || m.files[i].kind == SITE_SCRIPT || m.files[i].kind == SITE_GITB)
			continue;
		assert_true(utf8_valid(text, strlen(text)));
		assert_null(strchr(text, '\x1b'));
		if (m.files[i].kind == SITE_JSON || m.files[i].kind == SITE_FHIR)
			continue;
		assert_null(strstr(text, "\xe2\x80\xae"));
		if (m.files[i].kind == SITE_CSV)
			continue;
		assert_int_equal(count(text, "<script"), 1);
		assert_null(strstr(text, "</td></table><h1>"));
		assert_null(strstr(text, "calc'!"));
		assert_int_equal(count(text, "<h1>"), 1);
	}
	made_done(&m);
}

static void test_csv_has_no_formulas(void **state)
{
	struct made m;
	const char *text;

	(void)state;
	made_init(&m, true);
	text = written(&m, "results.csv");
	assert_memory_equal(text, "\xEF\xBB\xBF\"organisation\"", 17);
	assert_non_null(strstr(text, "\"'=cmd|'"));
	assert_non_null(strstr(text, "\"'+1+1"));
	assert_null(strstr(text, ",\"="));
	assert_null(strstr(text, "\n\"="));
	assert_null(strstr(text, ",\"+"));
	assert_null(strstr(text, "\xE2\x80\xAE"));	/* nor what reorders one */
	assert_null(strchr(text, 0x1b));
	/* a line of the table for each pass: no name breaks one */
	assert_int_equal(count(text, "\n"), m.f.n_passes + 1);
	made_done(&m);
}

static void test_json(void **state)
{
	struct made m;
	json_t *j, *borders;
	size_t i;

	(void)state;
	for (int hostile = 0; hostile < 2; hostile++) {
		made_init(&m, hostile);
		j = json_loads(written(&m, "results.json"), JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(j);
		assert_int_equal(json_array_size(json_object_get(j, "results")), m.f.n_passes);
		borders = json_object_get(j, "borders");
		for (i = 0; i < json_array_size(borders); i++)
			assert_true(json_integer_value(json_object_get(json_array_get(borders, i), "verified")) > 0);
		assert_true(i > 5);
		json_decref(j);
		made_done(&m);
	}
}

static void test_no_id_leaves_its_folder(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	put_code(&b, "../a/B_c-1.\xff%");
	assert_string_equal(buf_str(&b), "~2e~2e~2fa~2fB_c-1~2e~ff~25");
	buf_done(&b);
}

static void test_languages_of_names(void **state)
{
	char lang[8] = "";

	(void)state;
	assert_true(text_language(lang, "株式会社みどりクラウド", "KR"));
	assert_string_equal(lang, "ja");
	assert_true(text_language(lang, "福爾摩沙醫療資訊", "TW"));
	assert_string_equal(lang, "zh-Hant");
	assert_true(text_language(lang, "한빛병원", "US"));
	assert_string_equal(lang, "ko");
	assert_false(text_language(lang, "Merlion Health", "JP"));
	assert_false(text_language(lang, "漢", "US"));
}

/* The tables are searched by halves, so every text must be found where it stands. */
static void test_texts_are_found(void **state)
{
	(void)state;
	assert_true(site_n_entries_ko > 40);
	assert_int_equal(site_n_entries_ko, site_n_entries_ja);
	for (size_t i = 0; i < site_n_entries_ko; i++) {
		assert_ptr_equal(site_text(SITE_KO, site_entries_ko[i].english), site_entries_ko[i].text);
		assert_ptr_equal(site_text(SITE_JA, site_entries_ja[i].english), site_entries_ja[i].text);
		assert_string_equal(site_entries_ko[i].english, site_entries_ja[i].english);
		for (int k = 1; k <= 2; k++) {
			char place[4];

			snprintf(place, sizeof(place), "{%d}", k);
			assert_int_equal(!strstr(site_entries_ko[i].english, place), !strstr(site_entries_ko[i].text, place));
			assert_int_equal(!strstr(site_entries_ja[i].english, place), !strstr(site_entries_ja[i].text, place));
		}
	}
	assert_string_equal(site_text(SITE_EN, "Results"), "Results");
	assert_string_equal(site_text(SITE_KO, "no such text"), "no such text");
}

static void test_preliminary(void **state)
{
	struct made m;

	(void)state;
	made_init(&m, false);
	assert_non_null(strstr(written(&m, "index.html"), "These results are preliminary."));
	m.f.rules.published = MADE_NOW - 86400000;
	m.f.rules.regrade_days = 14;
	assert_non_null(strstr(written(&m, "index.html"), "ask for another look until"));
	m.f.rules.regrade_days = 1;
	assert_null(strstr(written(&m, "index.html"), "preliminary"));
	made_done(&m);
}

static void test_empty_event(void **state)
{
	struct results *r = results_new();
	const struct site_plan plan = { { SITE_EN, SITE_KO }, 2, true };
	struct site_file *files;
	struct site_facts f;
	struct arena a;
	size_t n;

	(void)state;
	arena_init(&a);
	site_gather(&f, &a, r, 0);
	n = site_files(&files, &a, &f, &plan);
	assert_true(n >= 10);
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b, SITE_FILE_MAX);
		site_write(&b, &f, &plan, &files[i]);
		assert_true(b.len > 50);
		buf_done(&b);
	}
	arena_done(&a);
	results_free(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_matrix_tells_every_pass),
	cmocka_unit_test(test_only_passes),
	cmocka_unit_test(test_organisation_without_a_pass_has_no_page),
	cmocka_unit_test(test_names_are_no_markup),
	cmocka_unit_test(test_csv_has_no_formulas),
	cmocka_unit_test(test_json),
	cmocka_unit_test(test_no_id_leaves_its_folder),
	cmocka_unit_test(test_languages_of_names),
	cmocka_unit_test(test_texts_are_found),
	cmocka_unit_test(test_preliminary),
	cmocka_unit_test(test_empty_event),
};
TEST_MAIN(tests)
