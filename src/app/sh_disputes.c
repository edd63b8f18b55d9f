/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict disputes, resolve: where monitors differ, with what each had looked at, and a lead's word on it. Layer app,
 * store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/store/sync.h"

#define RID_SHORTEST 8

static void json_words(struct jsonw *w, const char *name, const char **words, size_t n)
{
	jsonw_array(w, name);
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, words[i]);
	jsonw_end_array(w);
}

static void json_side(struct jsonw *w, const struct dispute_side *s)
{
	char hex[DIGEST_HEX], at[CLOCK_TEXT];

	digest_hex(hex, &s->rid);
	clock_format_utc(at, s->at);
	jsonw_object(w, NULL);
	jsonw_str(w, "rid", hex);
	jsonw_str(w, "kind", s->resolution ? "resolution" : "verdict");
	jsonw_str(w, "by", s->by);
	jsonw_str(w, "outcome", outcome_name(s->outcome));
	jsonw_str(w, "reason", s->reason);
	jsonw_str(w, "at", at);
	jsonw_bool(w, "in_claim", s->fence != 0);
	jsonw_str(w, "state", entry_state_name(s->state));
	json_words(w, "steps", s->steps, s->n_steps);
	json_words(w, "looked", s->looked, s->n_looked);
	jsonw_end_object(w);
}

static void json_dispute(struct shell *sh, const struct dispute *d)
{
	struct jsonw w;
	struct buf item;

	buf_init(&item, 4u << 20);
	jsonw_init(&w, &item, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "ti", d->ti);
	jsonw_str(&w, "test", d->test);
	jsonw_str(&w, "title", d->title);
	jsonw_array(&w, "sides");
	for (size_t i = 0; i < d->n_sides; i++)
		json_side(&w, &d->sides[i]);
	jsonw_end_array(&w);
	jsonw_str(&w, "barred", d->barred);
	jsonw_end_object(&w);
	sh_json_item(sh, &item);
	buf_done(&item);
}

static void print_words(struct shell *sh, const char *what, const char **words, size_t n)
{
	if (!n)
		return;
	sh_printf(sh, "    %s ", what);
	for (size_t i = 0; i < n; i++) {
		sh_printf(sh, "%s", i ? ", " : "");
		sh_text(sh, words[i]);
	}
	sh_printf(sh, "\n");
}

static void print_side(struct shell *sh, const struct dispute_side *s)
{
	char hex[DIGEST_HEX], at[CLOCK_TEXT];

	digest_hex(hex, &s->rid);
	clock_format_minute(at, s->at, sh_tz(sh));
	sh_printf(sh, "  %.12s  ", hex);
	sh_styled(sh, s->outcome == OUTCOME_VERIFIED ? SH_GREEN : s->outcome == OUTCOME_FAILED ? SH_RED : SH_YELLOW,
		outcome_label(s->outcome));
	sh_printf(sh, " by ");
	sh_text(sh, s->by_name && *s->by_name ? s->by_name : s->by);
	sh_printf(sh, ", %s%s%s%s\n", at, s->fence ? ", under a claim" : "", s->resolution ? ", as a resolution" : "",
		s->state == ENTRY_UNSENT ? ", not sent yet" : "");
	if (s->reason && *s->reason)
		sh_paragraph(sh, "    ", s->reason);
	print_words(sh, "steps:", s->steps, s->n_steps);
	print_words(sh, "looked at:", s->looked, s->n_looked);
	if (!s->n_looked)
		sh_printf(sh, "    looked at nothing\n");
}

static void print_dispute(struct shell *sh, const struct dispute *d)
{
	sh_styled(sh, SH_BOLD, d->ti);
	sh_printf(sh, "  ");
	sh_text(sh, d->title);
	sh_printf(sh, "  ");
	sh_text(sh, d->from);
	sh_printf(sh, "%s", *d->to ? sh_arrow(sh) : "");
	sh_text(sh, d->to);
	sh_printf(sh, "%s", *d->table ? "  table " : "");
	sh_text(sh, d->table);
	sh_printf(sh, "\n");
	for (size_t i = 0; i < d->n_sides; i++)
		print_side(sh, &d->sides[i]);
}

int sh_run_disputes(struct shell *sh)
{
	struct dispute *all = NULL;
	size_t n = 0;
	enum status code = store_disputes(&all, &n, &sh->arena, sh->st);

	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json) {
		sh_json_open(sh);
		for (size_t i = 0; i < n; i++)
			json_dispute(sh, &all[i]);
		sh_json_close(sh);
		return SHELL_DONE;
	}
	for (size_t i = 0; i < n; i++) {
		sh_printf(sh, "%s", i ? "\n" : "");
		print_dispute(sh, &all[i]);
	}
	if (!n && !sh->quiet)
		sh_printf(sh, "no disputes\n");
	else if (!sh->quiet && !all[0].barred)
		sh_printf(sh, "\nverdict resolve TI RID -m REASON settles one; RID is the verdict that holds\n");
	return SHELL_DONE;
}

/* The side meant by a whole rid or its beginning. */
static const struct dispute_side *find_side(struct shell *sh, const struct dispute *d, const char *word)
{
	const struct dispute_side *found = NULL;
	char hex[DIGEST_HEX];
	unsigned int n = 0;

	for (size_t i = 0; i < d->n_sides; i++) {
		digest_hex(hex, &d->sides[i].rid);
		if (strncmp(hex, word, strlen(word)) == 0) {
			found = &d->sides[i];
			n++;
		}
	}
	if (n != 1)
		shell_error(sh, "%s of the verdicts in dispute on %s begin%s with %s; see verdict disputes",
			n ? "several" : "none", d->ti, n ? "" : "s", word);
	return n == 1 ? found : NULL;
}

static const struct dispute *find_dispute(struct shell *sh, const char *ti)
{
	struct dispute *all = NULL;
	size_t n = 0;

	if (store_disputes(&all, &n, &sh->arena, sh->st) != STATUS_OK) {
		shell_status(sh, STATUS_ERROR);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].ti, ti) == 0)
			return &all[i];
	shell_error(sh, "%s is not disputed", ti);
	return NULL;
}

int sh_run_resolve(struct shell *sh)
{
	struct record rec = { .kind = RECORD_RESOLUTION, .ti = sh->args[0], .has_of = true };
	const struct dispute_side *side;
	const struct dispute *d;
	const char *word = sh->args[1];
	int64_t key;
	int code;

	if (strlen(word) < RID_SHORTEST || strlen(word) > DIGEST_HEX - 1 || word[strspn(word, "0123456789abcdef")])
		return sh_usage_error(sh, "no record id: %s; it is %d to 64 digits of 0-9a-f", word, RID_SHORTEST);
	code = sh_take_message(&rec.text, sh, "reason");
	if (code != SHELL_DONE)
		return code;
	if (store_instance_key(&key, sh->st, rec.ti) != STATUS_OK)
		return shell_status(sh, STATUS_NOT_FOUND);
	d = find_dispute(sh, rec.ti);
	side = d ? find_side(sh, d, word) : NULL;
	if (!side)
		return SHELL_REFUSED;
	if (d->barred) {
		shell_error(sh, "%s", d->barred);
		return SHELL_REFUSED;
	}
	rec.of = side->rid;
	rec.outcome = side->outcome;
	rec.kind_name = record_kind_name(rec.kind);
	return sh_save(sh, &rec, arena_printf(&sh->arena, "resolved as %s", outcome_label(side->outcome)));
}
