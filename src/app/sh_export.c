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

#define SIGNATURE_MAX 8192
#define TURN 32		/* TIs before others may have their turn */

struct export_run {
	struct report report;
	int64_t after;		/* --all: key of the last row of the page before */
	int next;		/* else: argument */
	struct sha256_ctx sum;	/* of all that was written */
};

static int export_begin(struct shell *sh)
{
	const char *word = shell_get(sh, "format");
	int format = word ? report_format_parse(word) : REPORT_JSON;
	bool all = shell_has(sh, "all");
	struct export_run *x;

	if (format < 0)
		return sh_usage_error(sh, "no such format: %s; these are: %s", word, REPORT_WORDS);
	if (all == (sh->n_args > 0))
		return sh_usage_error(sh, "name the TIs, or give --all");
	if (shell_has(sh, "sign") && !shell_get(sh, "output"))
		return sh_usage_error(sh, "a signature needs a file to lie beside: give -o FILE");
	if (format == REPORT_GITB && (all || sh->n_args > 1) && sh->tty)
		return sh_usage_error(sh, "reports of many TIs in GITB are an archive: give -o FILE");
	sh->state = x = arena_new(&sh->arena, struct export_run);
	sha256_begin(&x->sum);
	report_begin(&x->report, &sh->out, (enum report_format)format, all || sh->n_args > 1, store_event(sh->st),
		clock_wall_ms());
	return SHELL_MORE;
}

static enum status export_one(struct shell *sh, struct export_run *x, const char *id)
{
	struct instance *ti = NULL;
	enum status code;
	struct arena a;

	arena_init(&a);
	code = store_instance(&ti, &a, sh->st, id);
	if (code == STATUS_OK)
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

	if (shell_has(sh, "all"))
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
		if (code == STATUS_OK && end)
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
