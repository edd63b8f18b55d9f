/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict grade: a verdict from the command line. It becomes the same draft, and by the same function the same
 * record, as one from the screen. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/app/draft.h"
#include "verdict/model/rules.h"

/* "3=failed" */
static int take_step(struct shell *sh, struct draft *d, const struct instance *ti, const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);
	int mark = *end == '=' && *word >= '0' && *word <= '9' ? step_mark_parse(end + 1) : -1;

	if (mark != MARK_VERIFIED && mark != MARK_FAILED)
		return sh_usage_error(sh, "--step takes N=verified or N=failed, not %s", word);
	for (size_t i = 0; i < ti->n_steps; i++)
		if (ti->steps[i].n == n) {
			draft_set_mark(d, (unsigned int)n, (enum step_mark)mark);
			return SHELL_DONE;
		}
	shell_error(sh, "%s has no step %lu; it has %zu", ti->row.id, n, ti->n_steps);
	return SHELL_REFUSED;
}

static int take_tick(struct shell *sh, struct draft *d, const struct instance *ti, const char *word)
{
	for (size_t i = 0; i < ti->n_items; i++)
		if (strcmp(ti->items[i].item.id, word) == 0) {
			draft_set_tick(d, word, ITEM_TICKED, NULL);
			return SHELL_DONE;
		}
	shell_error(sh, "%s has no check-off item %s; see verdict show %s", ti->row.id, word, ti->row.id);
	return SHELL_REFUSED;
}

static int take_options(struct shell *sh, struct draft *d, const struct instance *ti)
{
	int code = SHELL_DONE;

	for (size_t i = 0; i < sh->n_values && code == SHELL_DONE; i++) {
		const struct shell_value *v = &sh->values[i];

		if (strcmp(v->option->name, "step") == 0)
			code = take_step(sh, d, ti, v->value);
		else if (strcmp(v->option->name, "tick") == 0)
			code = take_tick(sh, d, ti, v->value);
		else if (strcmp(v->option->name, "message") == 0)
			editor_set(&d->reason, v->value);
	}
	return code;
}

static int check_rules(bool *correction, struct shell *sh, const struct instance *ti, enum outcome outcome)
{
	enum status code;

	code = rules_verdict(correction, ti, store_me(sh->st), outcome, shell_get(sh, "message"));
	if (code == STATUS_USAGE)
		return sh_usage_error(sh, "%s (-m REASON)", status_message());
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (*correction && !shell_has(sh, "correction")) {
		shell_error(sh, "%s does not wait for a monitor, it is %s; to correct it give --correction",
			ti->row.id, ti_status_label(ti->row.status));
		return SHELL_REFUSED;
	}
	return SHELL_DONE;
}

/* The TI as it is now, and the draft that the options make; *correction by the rules. */
static int prepare(struct instance **ti_out, struct draft *d, bool *correction, struct shell *sh, enum outcome outcome)
{
	enum status status = store_instance(ti_out, &sh->arena, sh->st, sh->args[0]);
	int code;

	if (status != STATUS_OK)
		return shell_status(sh, status);
	draft_reset(d, (*ti_out)->row.id);
	d->outcome = outcome;
	code = take_options(sh, d, *ti_out);
	return code == SHELL_DONE ? check_rules(correction, sh, *ti_out, outcome) : code;
}

/* What the checks found is not passed over in silence: a reason says why it does not matter. */
static int weigh(struct shell *sh, struct grade_check *g)
{
	const char *reason = shell_get(sh, "message");
	unsigned int errors = 0;
	int code = sh_grade_check(&errors, sh, g);

	if (code != SHELL_DONE || !errors || (reason && reason[strspn(reason, " \t\n")]))
		return code;
	shell_error(sh, "%s is not verified: the checks found %u error%s; give the reason why it passes (-m REASON)",
		sh->args[0], errors, errors == 1 ? "" : "s");
	return SHELL_REFUSED;
}

/* Turns: the rules, the evidence item by item, then the rules again and the record. */
int sh_run_grade(struct shell *sh)
{
	int outcome = outcome_parse(sh->args[1]), code = SHELL_DONE;
	struct instance *ti = NULL;
	bool correction = false;
	struct record rec;
	struct draft d;

	if (outcome <= OUTCOME_NONE)
		return sh_usage_error(sh, "no such outcome: %s; one of verified, partial, failed", sh->args[1]);
	if (shell_get(sh, "message") && strlen(shell_get(sh, "message")) > RECORD_REASON_MAX)
		return sh_usage_error(sh, "the reason is longer than %d bytes", RECORD_REASON_MAX);
	if (sh->state)
		code = weigh(sh, sh->state);
	if (code != SHELL_DONE)
		return code;
	draft_init(&d);
	code = prepare(&ti, &d, &correction, sh, (enum outcome)outcome);
	if (code == SHELL_DONE && !sh->state && outcome == OUTCOME_VERIFIED && ti->n_evidence) {
		sh->state = sh_grade_check_new(sh, ti);
		code = SHELL_MORE;
	}
	if (code == SHELL_DONE) {
		draft_record(&rec, &sh->arena, &d, ti, store_me(sh->st)->id, correction);
		code = sh_save(sh, &rec, outcome_label(d.outcome));
	}
	draft_done(&d);
	return code;
}
