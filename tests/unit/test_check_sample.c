/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample event as a monitor meets it: all evidence of each test instance is checked, one by one and across.
 * Every fault that data/sample-event/FAULTS.md tells of is found, by the check it names, and nowhere else is
 * there an error.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/test.h"
#include "verdict/base/io.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/check.h"
#include "verdict/evidence/cross.h"
#include "verdict/evidence/document.h"

#define NOW 1795498327	/* 2026-11-24T14:32:07+09:00, the sample event's */
#define ITEMS_MAX 40

struct sample {
	struct check_set *set;
	struct cross_set *rules;
	json_t *catalogue, *instances;	/* of the event; array of TIs */
	struct map *faults;		/* TI → " IPS-B01 IPS-B02 " */
};

/* One TI at work: what its items say, and what was found in it. */
struct found {
	struct cross_item items[ITEMS_MAX];
	struct document *documents[ITEMS_MAX];
	struct buf bytes[ITEMS_MAX];
	size_t n;
	struct buf all, errors, where;	/* ids with blanks around; sentences for messages */
};

static const char *path_of(const char *name)
{
	static char path[1024];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/data/sample-event/%s", top ? top : ".", name);
	return path;
}

static void read_whole(struct buf *out, const char *name)
{
	buf_init(out, 64 << 20);
	assert_ok(io_read_file(out, path_of(name), 64 << 20));
}

static json_t *parse(const char *p, size_t n)
{
	json_error_t e;
	json_t *v = json_loadb(p, n, 0, &e);

	if (!v)
		fail_msg("%d: %s", e.line, e.text);
	return v;
}

static void load_instances(struct sample *s)
{
	char *save, *line;
	struct buf b;

	read_whole(&b, "instances.ndjson");
	s->instances = json_array();
	buf_addc(&b, '\0');
	for (line = strtok_r(b.ptr, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		json_array_append_new(s->instances, parse(line, strlen(line)));
	buf_done(&b);
}

/* Rows of the table: | TI | test | fault | checks | */
static void load_faults(struct sample *s)
{
	char *save, *line, *cell, *p, ti[32];
	struct buf b, ids;

	read_whole(&b, "FAULTS.md");
	buf_addc(&b, '\0');
	s->faults = map_new();
	for (line = strtok_r(b.ptr, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "| %31[0-9] |", ti) != 1)
			continue;
		line[strlen(line) - 2] = '\0';
		cell = strrchr(line, '|') + 1;
		buf_init(&ids, 1024);
		buf_addc(&ids, ' ');
		for (p = cell; *p; p++)
			if (*p != ' ')
				buf_addc(&ids, *p == ',' ? ' ' : *p);
		buf_addc(&ids, ' ');
		map_set(s->faults, ti, buf_take(&ids));
	}
	buf_done(&b);
}

static int load(void **state)
{
	static struct sample s;
	struct buf b;

	assert_ok(check_set_new(&s.set));
	assert_ok(check_set_builtin(s.set));
	assert_ok(cross_set_builtin(&s.rules));
	read_whole(&b, "catalogue.json");
	s.catalogue = parse(b.ptr, b.len);
	buf_done(&b);
	load_instances(&s);
	load_faults(&s);
	*state = &s;
	return 0;
}

static void drop(const char *key, void *value, void *data)
{
	(void)key, (void)data;
	mem_free(value);
}

static int unload(void **state)
{
	struct sample *s = *state;

	map_each(s->faults, drop, NULL);
	map_free(s->faults);
	json_decref(s->catalogue);
	json_decref(s->instances);
	cross_set_free(s->rules);
	check_set_free(s->set);
	return 0;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *v = json_string_value(json_object_get(o, key));

	return v ? v : "";
}

static json_t *with(const json_t *list, const char *key, const char *value, json_int_t number)
{
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
		if (value ? strcmp(text_of(o, key), value) == 0 : json_integer_value(json_object_get(o, key)) == number)
			return o;
	return NULL;
}

/* The transaction of the step that an item is attached to. */
static const char *transaction(const struct sample *s, const json_t *ti, const json_t *item)
{
	json_t *test = with(json_object_get(s->catalogue, "tests"), "id", text_of(ti, "test"), 0);
	json_t *step = with(json_object_get(test, "steps"), "n", NULL,
		json_integer_value(json_object_get(item, "step")));

	return text_of(step, "transaction");
}

static void add(struct buf *b, const char *id)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", id);
	if (!strstr(buf_str(b), word))
		buf_adds(b, word);
}

static void note(struct found *f, const char *name, const char *id, const char *item, enum check_severity severity,
	const char *detail)
{
	add(&f->all, id);
	add(&f->all, item);
	if (severity == CHECK_ERROR)
		add(&f->errors, id);
	buf_printf(&f->where, "  %s: %s %s\n", name, id, detail);
}

/* The check-off item that a finding of one document speaks for. */
static const char *item_of(const struct reader_report *r, const char *id)
{
	size_t i;

	for (i = 0; i < r->n_outcomes; i++)
		if (strcmp(r->outcomes[i].id, id) == 0)
			return r->outcomes[i].item;
	return id;
}

static void look(struct found *f, struct sample *s, const json_t *ti, const json_t *item)
{
	const struct reader_report *r;
	struct cross_fact *facts;
	struct source src;
	size_t i;

	if (!*text_of(item, "file") || f->n == ITEMS_MAX)
		return;
	read_whole(&f->bytes[f->n], text_of(item, "file"));
	source_mem(&src, f->bytes[f->n].ptr, f->bytes[f->n].len);
	assert_ok(document_open(&f->documents[f->n], &src, EVIDENCE_UNKNOWN));
	r = document_check(f->documents[f->n], s->set, IPS_AS_CLAIMED, NOW);
	for (i = 0; i < r->n_findings; i++)
		note(f, text_of(item, "file"), r->findings[i].id, item_of(r, r->findings[i].id), r->findings[i].severity, r->findings[i].detail);
	facts = mem_zalloc((r->n_facts + 1) * sizeof(*facts));
	for (i = 0; i < r->n_facts; i++)
		facts[i] = (struct cross_fact){ r->facts[i].name, r->facts[i].value };
	f->items[f->n++] = (struct cross_item){ false, transaction(s, ti, item), facts, r->n_facts };
}

static void look_at_all(struct found *f, struct sample *s, const json_t *ti)
{
	struct cross_report cross;
	struct arena a;
	json_t *item;
	size_t i;

	memset(f, 0, sizeof(*f));
	buf_init(&f->all, 1 << 20);
	buf_init(&f->errors, 1 << 20);
	buf_init(&f->where, 1 << 20);
	json_array_foreach(json_object_get(ti, "evidence"), i, item)
		look(f, s, ti, item);
	arena_init(&a);
	cross_run(&cross, &a, s->rules, f->items, f->n);
	for (i = 0; i < cross.n_findings; i++)
		note(f, "across", cross.findings[i].id, cross.findings[i].speaks, cross.findings[i].severity, cross.findings[i].detail);
	arena_done(&a);
}

static void found_done(struct found *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		document_free(f->documents[i]);
		buf_done(&f->bytes[i]);
		mem_free((void *)f->items[i].facts);
	}
	buf_done(&f->all);
	buf_done(&f->errors);
	buf_done(&f->where);
}

/* Each id of `wanted` is among those found: how many are not. */
static unsigned int demand(struct found *f, const char *ti, const char *wanted)
{
	char *list = mem_strdup(wanted), *save, *id, word[64];
	unsigned int missed = 0;

	for (id = strtok_r(list, " ", &save); id; id = strtok_r(NULL, " ", &save)) {
		snprintf(word, sizeof(word), " %s ", id);
		if (strstr(buf_str(&f->all), word))
			continue;
		print_error("TI %s: %s was not found, but\n%s", ti, id, buf_str(&f->where));
		missed++;
	}
	mem_free(list);
	return missed;
}

static bool speaks_for(const struct sample *s, const char *item)
{
	const struct check_group *group;
	bool found = strcmp(item, "IPS-B11") == 0;	/* DOC-03, which is no expression */
	struct cross_report r;
	struct arena a;
	size_t g, i;

	for (g = 0; (group = check_set_group(s->set, g)) && !found; g++)
		for (i = 0; i < group->n_checks && !found; i++)
			found = strcmp(group->checks[i].item, item) == 0;
	arena_init(&a);
	cross_run(&r, &a, s->rules, NULL, 0);
	for (i = 0; i < r.n_outcomes && !found; i++)
		found = strcmp(r.outcomes[i].speaks, item) == 0;
	arena_done(&a);
	return found;
}

static void test_sample(void **state)
{
	struct sample *s = *state;
	unsigned int faulty = 0, clean = 0, bad = 0;
	struct found f;
	json_t *ti;
	size_t i;

	json_array_foreach(s->instances, i, ti) {
		const char *wanted = map_get(s->faults, text_of(ti, "id"));

		look_at_all(&f, s, ti);
		if (getenv("SAMPLE_VERBOSE"))
			fprintf(stderr, "# %s %s want%s\n%s", text_of(ti, "id"), text_of(ti, "test"), wanted ? wanted : " -", buf_str(&f.where));
		if (wanted)
			bad += demand(&f, text_of(ti, "id"), wanted);
		else if (f.errors.len && ++bad)
			print_error("TI %s has no fault, but\n%s", text_of(ti, "id"), buf_str(&f.where));
		faulty += wanted != NULL;
		clean += !wanted && f.n;
		found_done(&f);
	}
	print_message("# %u TIs with a planted fault, %u with evidence and none\n", faulty, clean);
	assert_int_equal(bad, 0);
	assert_int_equal(faulty, map_count(s->faults));
	assert_true(faulty > 20 && clean > 20);
}

/* What the event says a check decides, a check decides. */
static void test_items(void **state)
{
	struct sample *s = *state;
	json_t *test, *item;
	size_t i, k, n = 0;

	json_array_foreach(json_object_get(s->catalogue, "tests"), i, test) {
		json_array_foreach(json_object_get(test, "items"), k, item) {
			if (strcmp(text_of(item, "by"), "check") != 0)
				continue;
			if (!speaks_for(s, text_of(item, "id")))
				fail_msg("%s of %s: no check speaks for it", text_of(item, "id"), text_of(test, "id"));
			n++;
		}
	}
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_items),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("checks of the sample event", tests, load, unload);
}
