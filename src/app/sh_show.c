/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict show: everything about one TI as text. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

#define JSON_ITEM_MAX (4u << 20)

static void heading(struct shell *sh, const char *text)
{
	sh_printf(sh, "\n");
	sh_styled(sh, SH_BOLD, text);
	sh_printf(sh, "\n");
}

static void show_head(struct shell *sh, const struct instance *ti, int64_t now)
{
	const char *dot = sh->ascii ? "-" : "·";
	char age[CLOCK_TEXT];
	const struct queue_row *row = &ti->row;

	sh_styled(sh, SH_BOLD, row->id);
	sh_printf(sh, "  ");
	sh_styled(sh, SH_BOLD, row->title);
	sh_printf(sh, "  ");
	sh_styled(sh, sh_style_of(row->status), ti_status_label(row->status));
	if (row->critical && row->status != TI_CRITICAL)
		sh_styled(sh, SH_RED, ", critical");
	if (row->stale)
		sh_styled(sh, SH_YELLOW, ", stale: something changed since the verdict");
	if (row->since > 0 && ti_status_waits(row->status)) {
		clock_format_age(age, now > row->since ? (now - row->since) / 1000 : 0);
		sh_printf(sh, ", waiting %s", age);
	}
	sh_printf(sh, "\n");
	sh_text(sh, row->track);
	sh_printf(sh, " %s ", dot);
	sh_text(sh, row->profiles);
	sh_printf(sh, " %s ", dot);
	sh_text(sh, row->test);
	sh_printf(sh, " %s revision %u\n", dot, row->revision);
	if (row->claim != CLAIM_NONE) {
		sh_printf(sh, "claim %s%s", claim_state_name(row->claim), row->claim_mine ? ", yours" : ", by ");
		sh_text(sh, row->claim_mine || !row->claim_by ? "" : row->claim_by);
		sh_printf(sh, "\n");
	}
	for (size_t i = 0; i < ti->n_warnings; i++) {
		sh_styled(sh, SH_YELLOW, "warning: ");
		sh_text(sh, ti->warnings[i]);
		sh_printf(sh, "\n");
	}
	if (ti->neutrality) {
		sh_styled(sh, SH_RED, "not yours to grade: ");
		sh_text(sh, ti->neutrality);
		sh_printf(sh, "\n");
	}
}

static void show_participants(struct shell *sh, const struct instance *ti)
{
	static const char *const head[] = { "role", "system", "organisation", "in", "table" };
	struct sh_table t;

	sh_printf(sh, "\n");
	sh_table_begin(&t, sh, 1, 5, head);
	for (size_t i = 0; i < ti->n_participants; i++) {
		sh_cell(&t, SH_PLAIN, ti->participants[i].role);
		sh_cell(&t, SH_PLAIN, ti->participants[i].system_name);
		sh_cell(&t, SH_PLAIN, ti->participants[i].organisation_name);
		sh_cell(&t, SH_PLAIN, ti->participants[i].country);
		sh_cell(&t, SH_PLAIN, ti->participants[i].table);
	}
	sh_table_end(&t);
}

static void show_steps(struct shell *sh, const struct instance *ti)
{
	static const char *const head[] = { ">step", "from", "to", "transaction", "status", "mark", ">evidence", "text" };
	struct sh_table t;

	if (!ti->n_steps)
		return;
	sh_printf(sh, "\n");
	sh_table_begin(&t, sh, 7, 8, head);
	for (size_t i = 0; i < ti->n_steps; i++) {
		const struct instance_step *s = &ti->steps[i];

		sh_cellf(&t, SH_PLAIN, "%u", s->n);
		sh_cell(&t, SH_PLAIN, s->from);
		sh_cell(&t, SH_PLAIN, s->to);
		sh_cell(&t, SH_PLAIN, s->transaction);
		sh_cell(&t, SH_PLAIN, s->status);
		sh_cell(&t, s->mark == MARK_FAILED ? SH_RED : SH_GREEN,
			s->mark == MARK_NONE ? "" : step_mark_name(s->mark));
		sh_cellf(&t, SH_PLAIN, "%u", s->evidence);
		sh_cell(&t, SH_DIM, s->text);
	}
	sh_table_end(&t);
}

void sh_show_evidence(struct shell *sh, const struct instance *ti)
{
	static const char *const head[] = { ">n", ">step", "name", "kind", ">size", "sha256", "" };
	char hex[DIGEST_HEX];
	struct sh_table t;

	sh_table_begin(&t, sh, 2, 7, head);
	for (size_t i = 0; i < ti->n_evidence; i++) {
		const struct evidence_item *e = &ti->evidence[i];

		digest_hex(hex, &e->sha256);
		sh_cellf(&t, SH_PLAIN, "%u", e->n);
		if (e->step)
			sh_cellf(&t, SH_PLAIN, "%u", e->step);
		else
			sh_cell(&t, SH_PLAIN, "");
		sh_cell(&t, SH_PLAIN, e->name);
		sh_cell(&t, SH_PLAIN, e->kind);
		sh_cellf(&t, SH_PLAIN, "%lld", (long long)e->size);
		sh_cellf(&t, SH_DIM, "%.12s", hex);
		sh_cell(&t, e->here ? SH_DIM : SH_YELLOW, !e->here ? "not here" : e->looked ? "looked at" : "");
	}
	sh_table_end(&t);
}

static void show_items(struct shell *sh, const struct instance *ti)
{
	static const char *const box[] = { "[ ]", "[x]", "[-]" };

	if (ti->n_items)
		heading(sh, "To check");
	for (size_t i = 0; i < ti->n_items; i++) {
		const struct instance_item *item = &ti->items[i];

		sh_printf(sh, "%s ", box[item->state]);
		sh_styled(sh, SH_DIM, item->item.id);
		sh_printf(sh, "  ");
		sh_text(sh, item->item.text);
		if (item->by && *item->by) {
			sh_printf(sh, "  (");
			sh_text(sh, item->by);
			sh_printf(sh, ")");
		}
		sh_printf(sh, "\n");
	}
}

static void show_verdicts(struct shell *sh, const struct instance *ti)
{
	char when[CLOCK_TEXT], hex[DIGEST_HEX];
	int tz = sh_tz(sh);

	if (ti->n_verdicts)
		heading(sh, "Verdicts");
	for (size_t i = 0; i < ti->n_verdicts; i++) {
		const struct instance_verdict *v = &ti->verdicts[i];

		clock_format_minute(when, v->at, tz);
		digest_hex(hex, &v->rid);
		sh_printf(sh, "%s  ", when);
		sh_styled(sh, v->outcome == OUTCOME_VERIFIED ? SH_GREEN : SH_RED, outcome_label(v->outcome));
		sh_printf(sh, " by ");
		sh_text(sh, v->by_name && *v->by_name ? v->by_name : v->by);
		sh_printf(sh, "  %s%s%s  %.12s\n", entry_state_name(v->state), v->counted ? "" : ", not counted",
			v->leaf ? "" : ", superseded", hex);
		if (v->reason && *v->reason)
			sh_paragraph(sh, "    ", v->reason);
	}
}

static void show_history(struct shell *sh, const struct instance *ti)
{
	char when[CLOCK_TEXT];
	int tz = sh_tz(sh);

	if (ti->n_history)
		heading(sh, "History");
	for (size_t i = 0; i < ti->n_history; i++) {
		const struct history_entry *h = &ti->history[i];

		clock_format_minute(when, h->at, tz);
		sh_printf(sh, "%s  %s  ", when, h->kind);
		sh_text(sh, h->who_name && *h->who_name ? h->who_name : h->who);
		sh_printf(sh, "\n");
		if (h->text && *h->text)
			sh_paragraph(sh, "    ", h->text);
	}
}

static void show_text(struct shell *sh, const struct instance *ti, int64_t now)
{
	show_head(sh, ti, now);
	show_participants(sh, ti);
	show_steps(sh, ti);
	if (ti->n_evidence)
		sh_printf(sh, "\n");
	sh_show_evidence(sh, ti);
	show_items(sh, ti);
	show_verdicts(sh, ti);
	show_history(sh, ti);
}

enum status sh_show_one(struct shell *sh, const char *id, bool history)
{
	struct instance *ti = NULL;
	int64_t now = clock_wall_ms();
	enum status code;
	struct jsonw w;
	struct buf item;
	struct arena a;

	arena_init(&a);
	buf_init(&item, JSON_ITEM_MAX);
	code = store_instance(&ti, &a, sh->st, id);
	if (code == STATUS_OK && sh->json) {
		jsonw_init(&w, &item, false);
		report_json_instance(&w, ti, now, history);
		sh_json_item(sh, &item);
	} else if (code == STATUS_OK) {
		sh_printf(sh, "%s", sh->n_items++ ? "\n" : "");
		show_text(sh, ti, now);
	}
	buf_done(&item);
	arena_done(&a);
	return code;
}

int sh_run_show(struct shell *sh)
{
	int worst = SHELL_DONE;

	if (sh->json)
		sh_json_open(sh);
	for (int i = 0; i < sh->n_args; i++) {
		int code = shell_status(sh, sh_show_one(sh, sh->args[i], true));

		worst = code > worst ? code : worst;
	}
	if (sh->json)
		sh_json_close(sh);
	return worst;
}
