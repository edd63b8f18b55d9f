/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict export: TIs with all that is known of them, some a turn; the file is written by the caller's process.
 * Layer app; `run` on the store's thread, `after` in the caller's process.
 */
#include "shell_priv.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"

#define TURN 32		/* TIs before others may have their turn */

struct export_run {
	int64_t after;		/* --all: key of the last row of the page before */
	int next;		/* else: argument */
};

static int export_begin(struct shell *sh)
{
	const char *format = shell_get(sh, "format");
	bool all = shell_has(sh, "all");

	if (format && strcmp(format, "json") != 0)
		return sh_usage_error(sh, "no such format yet: %s; json is one", format);
	if (all == (sh->n_args > 0))
		return sh_usage_error(sh, "name the TIs, or give --all");
	sh->json = true;
	sh->state = arena_new(&sh->arena, struct export_run);
	sh_json_open(sh);
	return SHELL_MORE;
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
		code = sh_show_one(sh, rows[i].id, true);
		x->after = rows[i].key;
	}
	*end_out = n == 0;
	arena_done(&a);
	return code;
}

int sh_run_export(struct shell *sh)
{
	struct export_run *x = sh->state;
	enum status code = STATUS_OK;
	bool end = false;

	if (!x)
		return export_begin(sh);
	if (shell_has(sh, "all"))
		code = export_page(&end, sh, x);
	else
		for (int i = 0; i < TURN && code == STATUS_OK && !(end = x->next >= sh->n_args); i++)
			code = sh_show_one(sh, sh->args[x->next++], true);
	if (code == STATUS_OK && !end)
		return SHELL_MORE;
	if (code == STATUS_OK)
		sh_json_close(sh);
	return shell_status(sh, code);
}
