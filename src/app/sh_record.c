/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict claim, release, comment, withdraw: the small records. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/store/sync.h"

#define CLAIM_MINUTES 60
#define CLAIM_MINUTES_MAX 600
#define RID_SHORTEST 8

static void json_saved(struct shell *sh, const struct record *rec, const struct saved *saved, const char *what)
{
	struct journal_row row = { .rid = saved->rid, .n = saved->n, .kind = record_kind_name(rec->kind),
		.ti = rec->ti, .what = what, .saved_at = saved->at, .state = ENTRY_UNSENT };
	struct jsonw w;

	jsonw_init(&w, &sh->out, false);
	sh_json_journal(&w, &row);
	buf_addc(&sh->out, '\n');
}

/* Save, and say so only then. */
int sh_save(struct shell *sh, const struct record *rec, const char *what)
{
	struct saved saved;
	char when[CLOCK_TEXT];
	enum status code = store_save(&saved, sh->st, rec);

	if (code != STATUS_OK && saved.n) {
		sh->wrote = true;
		shell_error(sh, "%s", status_message());
		shell_error(sh, "record %llu is in the journal; the database follows at the next start",
			(unsigned long long)saved.n);
		return SHELL_BROKEN;
	}
	if (code != STATUS_OK)
		return shell_status(sh, code);
	sh->wrote = true;
	clock_format_time(when, saved.at, sh_tz(sh));
	if (sh->json) {
		json_saved(sh, rec, &saved, what);
	} else if (!sh->quiet) {
		sh_text(sh, rec->ti ? rec->ti : rec->line ? rec->line : "");
		sh_printf(sh, "%s", rec->ti || rec->line ? ": " : "");
		sh_text(sh, what);
		sh_printf(sh, ", saved %s as record %llu, not sent yet\n", when, (unsigned long long)saved.n);
	}
	return SHELL_DONE;
}

static enum status known_ti(struct shell *sh, const char *ti)
{
	int64_t key;

	return store_instance_key(&key, sh->st, ti);
}

bool sh_knows_hub(struct shell *sh)
{
	struct sync_state s;
	bool knows = store_sync_state(&s, &sh->arena, sh->st) == STATUS_OK && s.hub_url;

	status_clear();
	return knows;
}

int sh_take_message(const char **out, struct shell *sh, const char *what)
{
	const char *text = shell_get(sh, "message");

	if (!text || !text[strspn(text, " \t\n")])
		return sh_usage_error(sh, "a %s is due: -m TEXT", what);
	if (strlen(text) > RECORD_REASON_MAX)
		return sh_usage_error(sh, "the %s is longer than %d bytes", what, RECORD_REASON_MAX);
	*out = text;
	return SHELL_DONE;
}

static int run_simple(struct shell *sh, struct record *rec, const char *what)
{
	enum status code = known_ti(sh, sh->args[0]);

	rec->ti = sh->args[0];
	rec->kind_name = record_kind_name(rec->kind);
	return code == STATUS_OK ? sh_save(sh, rec, what) : shell_status(sh, code);
}

/* A colleague's confirmed claim stands: an intention on top of it would only mislead. */
static int check_unclaimed(struct shell *sh)
{
	struct instance *ti = NULL;
	enum status code = store_instance(&ti, &sh->arena, sh->st, sh->args[0]);

	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (!ti->row.claim_mine && (ti->row.claim == CLAIM_CONFIRMED || ti->row.claim == CLAIM_LOST)) {
		shell_error(sh, "%s is claimed by %s", ti->row.id, ti->row.claim_by);
		return SHELL_REFUSED;
	}
	return SHELL_DONE;
}

int sh_run_claim(struct shell *sh)
{
	struct record rec = { .kind = RECORD_CLAIM, .ttl_s = CLAIM_MINUTES * 60 };
	const char *word = shell_get(sh, "minutes");
	char *end;
	long n;

	if (word) {
		n = strtol(word, &end, 10);
		if (*end || !*word || n < 1 || n > CLAIM_MINUTES_MAX)
			return sh_usage_error(sh, "--minutes takes 1 to %d, not %s", CLAIM_MINUTES_MAX, word);
		rec.ttl_s = n * 60;
	}
	if (check_unclaimed(sh) != SHELL_DONE)
		return SHELL_REFUSED;
	return run_simple(sh, &rec, "claim intended, not confirmed");
}

int sh_run_release(struct shell *sh)
{
	struct record rec = { .kind = RECORD_RELEASE };
	struct instance *ti = NULL;
	enum status code = store_instance(&ti, &sh->arena, sh->st, sh->args[0]);

	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (!ti->row.claim_mine) {
		shell_error(sh, "%s is not claimed by you", ti->row.id);
		return SHELL_REFUSED;
	}
	return run_simple(sh, &rec, "released");
}

int sh_run_comment(struct shell *sh)
{
	struct record rec = { .kind = RECORD_COMMENT };
	int code = sh_take_message(&rec.text, sh, "comment");

	return code == SHELL_DONE ? run_simple(sh, &rec, "comment") : code;
}

/* The own verdict meant by a whole rid or its beginning. */
static int find_own(struct digest *rid_out, const char **ti_out, struct shell *sh, const char *word)
{
	struct journal_row *rows = NULL;
	char hex[DIGEST_HEX];
	enum status code = STATUS_OK;
	size_t n = 0, found = 0;
	uint64_t before = 0;

	do {
		code = store_journal_page(&rows, &n, &sh->arena, sh->st, before, 500, -1);
		for (size_t i = 0; code == STATUS_OK && i < n; i++) {
			digest_hex(hex, &rows[i].rid);
			before = rows[i].position;
			if (strncmp(hex, word, strlen(word)) != 0 || (strcmp(rows[i].kind, "verdict") != 0 &&
			    strcmp(rows[i].kind, "finding") != 0))
				continue;
			*rid_out = rows[i].rid;
			*ti_out = rows[i].ti;
			found++;
		}
	} while (code == STATUS_OK && n > 0 && before > 1);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (found != 1) {
		shell_error(sh, found ? "%zu records of yours begin with %s; give more digits"
			: "%zu verdicts or findings of yours begin with %s; see verdict journal", found, word);
		return SHELL_REFUSED;
	}
	return SHELL_DONE;
}

int sh_run_withdraw(struct shell *sh)
{
	struct record rec = { .kind = RECORD_WITHDRAWAL, .has_of = true };
	const char *word = sh->args[0];
	int code;

	if (strlen(word) < RID_SHORTEST || strlen(word) > DIGEST_HEX - 1 ||
	    word[strspn(word, "0123456789abcdef")])
		return sh_usage_error(sh, "no record id: %s; it is %d to 64 digits of 0-9a-f", word, RID_SHORTEST);
	code = sh_take_message(&rec.text, sh, "reason");
	if (code == SHELL_DONE)
		code = find_own(&rec.of, &rec.ti, sh, word);
	rec.kind_name = record_kind_name(rec.kind);
	return code == SHELL_DONE ? sh_save(sh, &rec, "withdrawn") : code;
}
