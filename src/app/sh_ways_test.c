/* SPDX-License-Identifier: Apache-2.0 */
/* verdict ways --test: one way tried, each step told as it is decided. Layer app; the caller's process. */
#include "sh_ways_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/mem.h"

#define TURN_MS 200
#define ITEM_MAX 65536

struct trial {
	struct shell *sh;
	struct way_test *test;
	size_t told;		/* rows printed */
	bool hosts;		/* there are two servers, so each is named */
};

static void ask(void *data, const char *text, bool secret)
{
	struct trial *t = data;
	char *said = t->sh->ask ? t->sh->ask(text, secret) : NULL;

	way_test_answer(t->test, said);
	if (said)
		explicit_bzero(said, strlen(said));
	mem_free(said);
}

static void print_row(struct shell *sh, const struct way_row *r)
{
	static const char *const utf8[] = { "–", "…", "✓", "✗" }, *const ascii[] = { "-", ".", "+", "x" };
	static const enum sh_style styles[] = { SH_DIM, SH_DIM, SH_GREEN, SH_RED };

	sh_printf(sh, "  ");
	sh_styled(sh, styles[r->state], (sh->ascii ? ascii : utf8)[r->state]);
	if (r->ms >= 0)
		sh_printf(sh, " %-14s%6d ms", way_step_words(r->step), r->ms);
	else if (r->text[0])
		sh_printf(sh, " %-14s         ", way_step_words(r->step));
	else
		sh_printf(sh, " %s", way_step_words(r->step));
	if (r->text[0]) {
		sh_printf(sh, "  ");
		sh_text(sh, r->text);
	}
	sh_printf(sh, "\n");
}

static void tell_new_rows(struct trial *t)
{
	const struct way_report *r = way_test_report(t->test);

	for (; t->told < r->n && (r->over || r->rows[t->told].state > ROW_RUNS); t->told++) {
		if (t->hosts && (t->told == 0 || strcmp(r->rows[t->told].host, r->rows[t->told - 1].host) != 0 ||
			r->rows[t->told].step < r->rows[t->told - 1].step)) {
			sh_printf(t->sh, "  ");
			sh_text(t->sh, r->rows[t->told].host);
			sh_printf(t->sh, "\n");
		}
		print_row(t->sh, &r->rows[t->told]);
	}
	(void)shell_flush(t->sh);
}

static void json_report(struct shell *sh, const struct sh_ways *ways, const struct way_report *r)
{
	static const char *const states[] = { "not-reached", "not-reached", "good", "bad" };
	char address[700];
	struct jsonw w;
	struct buf item;
	size_t i;

	buf_init(&item, ITEM_MAX);
	jsonw_init(&w, &item, false);
	way_address(address, sizeof(address), &ways->plan, r->way);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "way", way_name(r->way));
	jsonw_str(&w, "address", r->way == WAY_HTTPS ? ways->target.base_url : address);
	jsonw_bool(&w, "good", r->good);
	jsonw_str(&w, "failure", r->failure ? net_failure_name(r->failure) : NULL);
	jsonw_str(&w, "why", r->why[0] ? r->why : NULL);
	jsonw_str(&w, "advice", r->advice[0] ? r->advice : NULL);
	jsonw_array(&w, "steps");
	for (i = 0; i < r->n; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "step", way_step_name(r->rows[i].step));
		jsonw_str(&w, "host", r->rows[i].host);
		jsonw_str(&w, "state", states[r->rows[i].state]);
		if (r->rows[i].ms >= 0)
			jsonw_int(&w, "ms", r->rows[i].ms);
		else
			jsonw_null(&w, "ms");
		jsonw_str(&w, "text", r->rows[i].text[0] ? r->rows[i].text : NULL);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	sh_json_item(sh, &item);
	buf_done(&item);
}

int sh_ways_test(bool *good_out, struct shell *sh, const struct sh_ways *ways, enum way w)
{
	struct trial t = { .sh = sh, .hosts = w != WAY_HTTPS && ways->plan.has_jump };
	const struct way_test_hooks hooks = { &t, NULL, ask };
	struct loop *loop = loop_new();
	int code = shell_status(sh, way_test_new(&t.test, loop, &ways->plan, w, &ways->target, &hooks));

	if (code == SHELL_DONE) {
		const struct way_report *r = way_test_report(t.test);

		if (!sh->json)
			sh_ways_head(sh, ways, w);
		while (!r->over) {
			loop_turn(loop, TURN_MS);
			if (!sh->json)
				tell_new_rows(&t);
		}
		if (sh->json)
			json_report(sh, ways, r);
		else
			tell_new_rows(&t);
		if (!sh->json && r->advice[0])
			sh_paragraph(sh, "    ", r->advice);
		*good_out |= r->good;
		way_test_free(t.test);
	}
	loop_free(loop);
	return code;
}
