/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line in detail, and a manager's grade on it. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/store/results.h"

static void json_partner(struct jsonw *w, struct results *r, const struct results_partner *p)
{
	size_t n;
	const struct results_system *systems = results_systems(&n, r);

	jsonw_object(w, NULL);
	jsonw_str(w, "role", p->role);
	jsonw_str(w, "profile", p->profile);
	jsonw_str(w, "actor", p->actor);
	jsonw_int(w, "used", p->used);
	jsonw_int(w, "available", p->available);
	jsonw_array(w, "free");
	for (size_t i = 0; i < p->n_free; i++)
		jsonw_str(w, NULL, systems[p->free[i]].id);
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void json_test(struct jsonw *w, struct results *r, const struct results_line_test *t)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "test", t->test);
	jsonw_str(w, "title", t->title);
	jsonw_str(w, "role", t->role);
	jsonw_str(w, "peer", t->peer);
	jsonw_bool(w, "required", t->required);
	jsonw_bool(w, "exploratory", t->exploratory);
	jsonw_int(w, "wanted", t->wanted);
	jsonw_int(w, "expected", t->effective);
	jsonw_int(w, "counted", t->counted);
	jsonw_int(w, "verified", t->verified);
	jsonw_int(w, "waiting", t->waiting);
	jsonw_int(w, "partial", t->partial);
	jsonw_int(w, "running", t->running);
	jsonw_int(w, "failed", t->failed);
	jsonw_int(w, "disputed", t->disputed);
	jsonw_bool(w, "done", t->done);
	jsonw_str(w, "missing", t->missing);
	jsonw_array(w, "partners");
	for (size_t i = 0; i < t->n_partners; i++)
		json_partner(w, r, &t->partners[i]);
	jsonw_end_array(w);
	jsonw_array(w, "tis");
	for (size_t i = 0; i < t->n_tis; i++)
		jsonw_str(w, NULL, t->tis[i]);
	jsonw_end_array(w);
	jsonw_array(w, "instances");
	for (size_t i = 0; i < t->n_tis; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "id", t->tis[i]);
		jsonw_str(w, "status", ti_status_name(t->states[i]));
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void json_history(struct jsonw *w, const struct results_grade_entry *e)
{
	char hex[DIGEST_HEX], at[CLOCK_TEXT];

	digest_hex(hex, &e->record->rid);
	clock_format_utc(at, e->record->at);
	jsonw_object(w, NULL);
	jsonw_str(w, "rid", hex);
	jsonw_str(w, "grade", grade_name(e->record->grade));
	jsonw_str(w, "by", e->record->who);
	jsonw_str(w, "at", at);
	jsonw_str(w, "comment", e->record->text);
	jsonw_bool(w, "counted", e->record->counted);
	jsonw_bool(w, "stands", e->leaf);
	jsonw_bool(w, "late", e->late);
	jsonw_end_object(w);
}

static void json_elsewhere(struct jsonw *w, const struct results_elsewhere *e)
{
	char at[CLOCK_TEXT];

	clock_format_utc(at, e->at);
	jsonw_object(w, NULL);
	jsonw_str(w, "place", e->place);
	jsonw_str(w, "grade", grade_name(e->grade));
	jsonw_str(w, "by", e->who);
	jsonw_str(w, "at", e->at ? at : NULL);
	jsonw_str(w, "comment", e->text);
	jsonw_end_object(w);
}

static void json_detail(struct shell *sh, struct results *r, const struct results_detail *d)
{
	struct jsonw w;

	jsonw_init(&w, &sh->out, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "id", d->line->id);
	jsonw_str(&w, "type", d->line->thorough ? "thorough" : "supportive");
	jsonw_bool(&w, "exploratory", d->line->exploratory);
	jsonw_int(&w, "expected", d->line->expected);
	jsonw_int(&w, "counted", d->line->counted);
	jsonw_str(&w, "enough", results_enough_name(d->line->enough));
	jsonw_str(&w, "grade", grade_name(d->line->grade));
	jsonw_bool(&w, "grade_disputed", d->line->grade_disputed);
	jsonw_bool(&w, "grade_told", d->line->grade_told);
	jsonw_bool(&w, "grade_late", d->line->grade_late);
	jsonw_bool(&w, "provisional", d->line->provisional);
	jsonw_array(&w, "why");
	for (size_t i = 0; i < d->n_why; i++)
		jsonw_str(&w, NULL, d->why[i]);
	jsonw_end_array(&w);
	jsonw_array(&w, "tests");
	for (size_t i = 0; i < d->n_tests; i++)
		json_test(&w, r, &d->tests[i]);
	jsonw_end_array(&w);
	jsonw_array(&w, "grades");
	for (size_t i = 0; i < d->n_history; i++)
		json_history(&w, &d->history[i]);
	jsonw_end_array(&w);
	jsonw_array(&w, "elsewhere");
	for (size_t i = 0; i < d->n_elsewhere; i++)
		json_elsewhere(&w, d->elsewhere[i]);
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

static const char *enough_words(enum results_enough e)
{
	switch (e) {
	case ENOUGH_YES: return "yes";
	case ENOUGH_NO_PEER: return "no peer for some tests; all else is done";
	case ENOUGH_UNGRADED: return "not graded";
	default: return "not yet";
	}
}

static void print_head(struct shell *sh, struct results *r, const struct results_line *l)
{
	size_t n;
	const struct results_system *s = &results_systems(&n, r)[l->system];

	sh_styled(sh, SH_BOLD, l->id);
	sh_printf(sh, "  %s\n", l->thorough ? "thorough" : "supportive");
	sh_text(sh, s->name);
	if (s->organisation != RESULTS_NONE) {
		sh_printf(sh, ", ");
		sh_text(sh, results_organisations(&n, r)[s->organisation].name);
	}
	if (*s->table) {
		sh_printf(sh, ", table ");
		sh_text(sh, s->table);
	}
	sh_printf(sh, "\n");
	sh_text(sh, results_profiles(&n, r)[l->profile].name);
	sh_printf(sh, ": ");
	sh_text(sh, results_actors(&n, r)[l->actor].name);
	sh_printf(sh, "\n\n%u of %u verified that count, %u waiting, %u partially verified, %u running, %u failed\n",
		l->counted, l->expected, l->waiting, l->partial, l->running, l->failed);
	sh_printf(sh, "enough to pass: %s\ngrade: %s%s\n", enough_words(l->enough),
		l->grade_disputed ? "disputed" : grade_label(l->grade),
		l->grade_told ? ", given elsewhere" : l->grade_late ? ", given after the regrade window" :
		l->provisional ? ", provisionally" : "");
}

static void print_tests(struct shell *sh, const struct results_detail *d)
{
	static const char *const head[] = { "test", "role", "", ">verified", ">waiting", ">partners" };
	struct sh_table t;

	if (!d->n_tests)
		return;
	sh_printf(sh, "\n");
	sh_table_begin(&t, sh, 0, 6, head);
	for (size_t i = 0; i < d->n_tests; i++) {
		const struct results_line_test *test = &d->tests[i];

		sh_cell(&t, SH_PLAIN, test->test);
		sh_cell(&t, SH_PLAIN, test->role);
		sh_cell(&t, SH_PLAIN, test->exploratory ? "exploratory" : test->required ? "required" : "optional");
		sh_cellf(&t, test->done && test->required ? SH_GREEN : SH_PLAIN, "%u/%u", test->counted, test->effective);
		sh_cellf(&t, SH_PLAIN, "%u", test->waiting);
		if (test->n_partners)
			sh_cellf(&t, SH_PLAIN, "%u/%u", test->partners[0].used, test->partners[0].available);
		else
			sh_cell(&t, SH_PLAIN, "");
	}
	sh_table_end(&t);
}

/* Which TIs these numbers are made of. */
static void print_instances(struct shell *sh, const struct results_detail *d)
{
	struct buf b;

	for (size_t i = 0; i < d->n_tests; i++) {
		const struct results_line_test *t = &d->tests[i];

		if (!t->n_tis)
			continue;
		buf_init(&b, 1u << 20);
		buf_printf(&b, "%s: ", t->test);
		for (size_t k = 0; k < t->n_tis; k++)
			buf_printf(&b, "%s%s %s", k ? ", " : "", t->tis[k], ti_status_label(t->states[k]));
		sh_paragraph(sh, "  ", buf_str(&b));
		buf_done(&b);
	}
}

static void print_history(struct shell *sh, const struct results_detail *d)
{
	for (size_t i = 0; i < d->n_history; i++) {
		const struct results_grade_record *rec = d->history[i].record;
		char at[CLOCK_TEXT];

		clock_format_minute(at, rec->at, sh_tz(sh));
		sh_printf(sh, "%s%s  %s  by ", i ? "" : "\n", at, grade_said_label(rec->grade));
		sh_text(sh, rec->who_name);
		sh_printf(sh, "%s%s\n", rec->counted ? "" : ", not counted", d->history[i].late ? ", late" : "");
		if (*rec->text)
			sh_paragraph(sh, "    ", rec->text);
	}
}

static void print_elsewhere(struct shell *sh, const struct results_detail *d)
{
	for (size_t i = 0; i < d->n_elsewhere; i++) {
		const struct results_elsewhere *e = d->elsewhere[i];
		char at[CLOCK_TEXT] = "";

		if (e->at)
			clock_format_minute(at, e->at, sh_tz(sh));
		sh_printf(sh, "%s%s%sgraded in ", i ? "" : "\n", at, *at ? "  " : "");
		sh_text(sh, e->place);
		sh_printf(sh, ": %s%s", grade_label(e->grade), *e->who ? ", by " : "");
		sh_text(sh, e->who);
		sh_printf(sh, "; does not count here\n");
		if (*e->text)
			sh_paragraph(sh, "    ", e->text);
	}
}

int sh_results_line(struct shell *sh, struct results *r, const char *id, bool json)
{
	uint32_t at = results_find_line(r, id);
	struct results_detail d;

	if (at == RESULTS_NONE) {
		shell_error(sh, "no line %s in this event; verdict results lists them", id);
		return SHELL_REFUSED;
	}
	results_detail(&d, &sh->arena, r, at);
	if (json) {
		json_detail(sh, r, &d);
		return SHELL_DONE;
	}
	print_head(sh, r, d.line);
	for (size_t i = 0; i < d.n_why; i++)
		sh_paragraph(sh, "  ", d.why[i]);
	print_tests(sh, &d);
	print_instances(sh, &d);
	print_elsewhere(sh, &d);
	print_history(sh, &d);
	return SHELL_DONE;
}

/* A manager may pass a line early, and may have meant the one above it: what is passed is published at once. */
static void tell_early(struct shell *sh, const char *id)
{
	struct results *r = NULL;
	const struct results_line *l;
	uint32_t at = RESULTS_NONE;
	size_t n;

	if (store_results(&r, sh->st) == STATUS_OK)
		at = results_find_line(r, id);
	status_clear();
	l = at == RESULTS_NONE ? NULL : &results_lines(&n, r)[at];
	if (l && l->enough == ENOUGH_NOT)
		shell_error(sh, "%s has not enough yet: %u of %u count; it is published as passed all the same. If another line was "
			"meant: verdict grade-line %s none -m REASON", id, l->counted, l->expected, id);
}

int sh_run_grade_line(struct shell *sh)
{
	struct record rec = { .kind = RECORD_GRADE, .line = sh->args[0], .grade = sh->args[1],
		.text = shell_get(sh, "message") };
	enum grade grade = grade_said(sh->args[1]);
	int code;

	if (strcmp(sh->args[1], grade_name(grade)) != 0)
		return sh_usage_error(sh, "no such grade: %s; one of passed, did-not-complete, at-risk, no-peer, not-graded, "
			"withdrawn, or none to take back what stands", sh->args[1]);
	if (rec.text && strlen(rec.text) > RECORD_REASON_MAX)
		return sh_usage_error(sh, "the comment is longer than %d bytes", RECORD_REASON_MAX);
	rec.kind_name = record_kind_name(rec.kind);
	code = sh_save(sh, &rec, grade_said_label(grade));
	if (code == SHELL_DONE && grade == GRADE_PASSED && !sh->quiet)
		tell_early(sh, rec.line);
	return code;
}
