/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict export: TIs with all that is known of them, in the form that others read, some a turn; the file is written
 * by the caller's process. Layer app; `run` on the store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/proto/crypto.h"
#include "verdict/report/lines.h"
#include "verdict/report/session.h"
#include "verdict/store/results.h"

#define SIGNATURE_MAX 8192
#define TURN 32		/* TIs before others may have their turn */

enum export_what { EXPORT_TIS, EXPORT_LINES, EXPORT_SESSION };
struct export_run {
	enum export_what what;
	enum report_format format;
	struct report report;
	struct session_report session;
	int64_t after;		/* --all: key of the last row of the page before */
	int next;		/* else: argument */
	struct sha256 sum;	/* of all that was written */
};

/* What is asked for, told from the options; SHELL_USAGE. */
static int export_kind(struct export_run *x, struct shell *sh)
{
	const char *word = shell_get(sh, "format"), *organisation = shell_get(sh, "organisation");
	int format = word ? report_format_parse(word) : REPORT_JSON;
	bool html = word && strcmp(word, "html") == 0;

	if (html != (organisation != NULL))
		return sh_usage_error(sh, "--format html is the report of an --organisation, and that is one in html");
	if (html) {
		x->what = EXPORT_SESSION;
		return SHELL_DONE;
	}
	if (format < 0)
		return sh_usage_error(sh, "no such format: %s; these are: %s html", word, REPORT_WORDS);
	x->format = (enum report_format)format;
	x->what = shell_has(sh, "lines") ? EXPORT_LINES : EXPORT_TIS;
	if (x->what == EXPORT_LINES && x->format != REPORT_FHIR && x->format != REPORT_GITB)
		return sh_usage_error(sh, "lines are fhir or gitb here; verdict results has csv and json");
	return SHELL_DONE;
}

static int export_check(struct export_run *x, struct shell *sh)
{
	bool all = shell_has(sh, "all");

	if (shell_has(sh, "sign") && !shell_get(sh, "output"))
		return sh_usage_error(sh, "a signature needs a file to lie beside: give -o FILE");
	if (x->what == EXPORT_SESSION && (all || sh->n_args))
		return sh_usage_error(sh, "the report of an organisation takes no TIs");
	if (x->what == EXPORT_LINES && (all || sh->n_args > 1))
		return sh_usage_error(sh, "--lines takes one line, or none for all of them");
	if (x->what == EXPORT_TIS && all == (sh->n_args > 0))
		return sh_usage_error(sh, "name the TIs, or give --all");
	if (x->format == REPORT_GITB && sh->n_args != 1 && sh->tty)
		return sh_usage_error(sh, "many reports in GITB are an archive: give -o FILE");
	return SHELL_DONE;
}

/* Lines are in memory: they go out at once. */
static enum status export_lines(struct shell *sh, const struct export_run *x)
{
	struct results *r = NULL;
	enum status code = store_results(&r, sh->st);
	uint32_t line = 0;

	if (code != STATUS_OK)
		return code;
	if (sh->n_args == 0) {
		report_lines(&sh->out, x->format, r, clock_wall_ms());
		return STATUS_OK;
	}
	line = results_find_line(r, sh->args[0]);
	if (line == RESULTS_NONE)
		return status_set(STATUS_NOT_FOUND, "no line %s in this event", sh->args[0]);
	report_line(&sh->out, x->format, r, line, clock_wall_ms());
	return STATUS_OK;
}

static enum status export_head(struct shell *sh, struct export_run *x)
{
	struct results *r = NULL;
	enum status code = STATUS_OK;

	if (x->what == EXPORT_TIS) {
		report_begin(&x->report, &sh->out, x->format, shell_has(sh, "all") || sh->n_args > 1, store_event(sh->st),
			clock_wall_ms());
	} else if (x->what == EXPORT_SESSION) {
		code = store_results(&r, sh->st);
		if (code == STATUS_OK)
			code = session_begin(&x->session, &sh->out, r, shell_get(sh, "organisation"), clock_wall_ms());
	}
	return code;
}

/* Before the first byte goes out: half an answer would look like one. */
static enum status export_known(struct shell *sh)
{
	enum status code = STATUS_OK;
	int64_t key;

	for (int i = 0; i < sh->n_args && code == STATUS_OK; i++)
		code = store_instance_key(&key, sh->st, sh->args[i]);
	return code;
}

static int export_begin(struct shell *sh)
{
	struct export_run *x = arena_new(&sh->arena, struct export_run);
	int code = export_kind(x, sh);
	enum status st;

	if (code == SHELL_DONE)
		code = export_check(x, sh);
	if (code != SHELL_DONE)
		return code;
	sha256_begin(&x->sum);
	st = x->what == EXPORT_TIS ? export_known(sh) : STATUS_OK;
	if (st == STATUS_OK)
		st = export_head(sh, x);
	if (st != STATUS_OK)
		return shell_status(sh, st);
	sh->state = x;
	return SHELL_MORE;
}

static enum status export_one(struct shell *sh, struct export_run *x, const char *id)
{
	struct instance *ti = NULL;
	enum status code;
	struct arena a;

	arena_init(&a);
	code = store_instance(&ti, &a, sh->st, id);
	if (code == STATUS_OK && x->what == EXPORT_SESSION)
		session_add(&x->session, ti);
	else if (code == STATUS_OK)
		report_add(&x->report, ti);
	arena_done(&a);
	return code;
}

static enum status export_page(bool *end_out, struct shell *sh, struct export_run *x)
{
	struct queue_row *rows = NULL;
	enum status code;
	struct arena a;
	size_t n = 0;

	arena_init(&a);
	code = store_queue_page(&rows, &n, &a, sh->st, x->after, TURN);
	for (size_t i = 0; i < n && code == STATUS_OK; i++) {
		code = export_one(sh, x, rows[i].id);
		x->after = rows[i].key;
	}
	*end_out = n == 0;
	arena_done(&a);
	return code;
}

/* Signature and signer's line go to the caller's process, which writes them beside the file. */
static enum status export_sign(struct shell *sh, struct export_run *x)
{
	struct digest sum = sha256_end(&x->sum);
	struct buf signature, signer;
	enum status code;

	buf_init(&signature, SIGNATURE_MAX);
	buf_init(&signer, SIGNATURE_MAX);
	code = store_sign_export(&signature, &signer, sh->st, &sum);
	if (code == STATUS_OK) {
		sh_pass(sh, buf_str(&signature));
		sh_pass(sh, buf_str(&signer));
	}
	buf_done(&signature);
	buf_done(&signer);
	return code;
}

static enum status export_turn(bool *end_out, struct shell *sh, struct export_run *x)
{
	enum status code = STATUS_OK;

	if (x->what == EXPORT_LINES) {
		*end_out = true;
		return export_lines(sh, x);
	}
	if (x->what == EXPORT_SESSION || shell_has(sh, "all"))
		return export_page(end_out, sh, x);
	for (int i = 0; i < TURN && code == STATUS_OK && !(*end_out = x->next >= sh->n_args); i++)
		code = export_one(sh, x, sh->args[x->next++]);
	return code;
}

int sh_run_export(struct shell *sh)
{
	struct export_run *x = sh->state;
	size_t from = sh->out.len;	/* before it, what is hashed and not yet written */
	enum status code = STATUS_OK;
	bool end = false;
	int began = SHELL_MORE;

	if (!x) {
		began = export_begin(sh);
		x = sh->state;
		end = began != SHELL_MORE;
	} else {
		code = export_turn(&end, sh, x);
		if (code == STATUS_OK && end && x->what == EXPORT_SESSION)
			session_end(&x->session);
		else if (code == STATUS_OK && end && x->what == EXPORT_TIS)
			report_end(&x->report);
	}
	if (began != SHELL_MORE)
		return began;
	sha256_add(&x->sum, buf_str(&sh->out) + from, sh->out.len - from);
	if (code == STATUS_OK && !end)
		return SHELL_MORE;
	if (code == STATUS_OK && shell_has(sh, "sign"))
		code = export_sign(sh, x);
	return shell_status(sh, code);
}

int sh_after_export(struct shell *sh)
{
	static const char *const suffixes[] = { ".sig", ".signers" };
	const char *path = shell_get(sh, "output");
	enum status code = STATUS_OK;

	for (size_t i = 0; i < 2 && sh->code == SHELL_DONE && code == STATUS_OK; i++) {
		const char *text = sh_pass_word(sh, i);

		if (text)
			code = io_replace_file(arena_printf(&sh->arena, "%s%s", sh_path(sh, path), suffixes[i]), text,
				strlen(text), 0644);
	}
	return code == STATUS_OK ? sh->code : shell_status(sh, code);
}
