/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict compare, and verdict evidence --compare: two pieces of evidence aligned by structure. The reader, a
 * process of its own, parses and compares; here its rows are written. Layer app, in the caller's process.
 */
#include "shell_priv.h"

#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/text.h"
#include "verdict/evidence/reader.h"

#define READER_MS 10000		/* nobody waits at a screen */
#define ROWS 512

static const char *const diff_words[] = { "", "same", "inside", "changed", "left", "right" };

static void put_value(struct shell *sh, const char *p, size_t n)
{
	if (n)
		text_neutralise(&sh->out, p, n, sh->ascii);
	else
		buf_adds(&sh->out, "(nothing)");
}

static void put_row(struct shell *sh, const struct reader_row *row)
{
	static const char marks[] = "   ~<>";
	static const enum sh_style styles[] = { SH_PLAIN, SH_DIM, SH_PLAIN, SH_YELLOW, SH_RED, SH_GREEN };
	char mark[2] = { marks[row->diff], '\0' };

	sh_styled(sh, styles[row->diff], mark);
	buf_fill(&sh->out, ' ', row->depth * 2 + 1);
	text_neutralise(&sh->out, row->label, row->label_len, sh->ascii);
	if (row->value_len || row->other_len || row->diff == DIFF_CHANGED)
		buf_adds(&sh->out, "  ");
	if (row->diff == DIFF_CHANGED) {
		put_value(sh, row->value, row->value_len);
		buf_adds(&sh->out, sh->ascii ? "  |  " : "  │  ");
		put_value(sh, row->other, row->other_len);
	} else {
		text_neutralise(&sh->out, row->value, row->value_len, sh->ascii);
		text_neutralise(&sh->out, row->other, row->other_len, sh->ascii);
	}
	buf_addc(&sh->out, '\n');
}

static char *foreign(struct shell *sh, const char *p, size_t n)
{
	return arena_strn(&sh->arena, p, n);
}

static void put_json(struct shell *sh, struct jsonw *w, const struct reader_row *row)
{
	if (row->diff == DIFF_SAME || row->diff == DIFF_INSIDE)
		return;
	jsonw_object(w, NULL);
	jsonw_str(w, "state", diff_words[row->diff]);
	jsonw_str(w, "name", foreign(sh, row->label, row->label_len));
	jsonw_str(w, "left", foreign(sh, row->value, row->value_len));
	jsonw_str(w, "right", foreign(sh, row->other, row->other_len));
	jsonw_int(w, "byte_offset", (int64_t)row->begin);
	jsonw_end_object(w);
}

static enum status put_rows(struct shell *sh, struct reader *r)
{
	struct reader_row *rows = NULL;
	enum status code = STATUS_OK;
	struct jsonw w;
	struct arena a;
	uint64_t from = 0;
	size_t n = 0, i;

	arena_init(&a);
	jsonw_init(&w, &sh->out, true);
	if (sh->json)
		jsonw_array(&w, NULL);
	do {
		arena_reset(&a);
		code = reader_rows_wait(&rows, &n, &a, r, VIEW_COMPARE, from, ROWS, 0);
		for (i = 0; code == STATUS_OK && i < n; i++)
			if (sh->json)
				put_json(sh, &w, &rows[i]);
			else
				put_row(sh, &rows[i]);
		from += n;
		if (code == STATUS_OK && !sh->json)
			code = shell_flush(sh);
	} while (code == STATUS_OK && n > 0);
	if (sh->json) {
		jsonw_end_array(&w);
		buf_addc(&sh->out, '\n');
	}
	arena_done(&a);
	return code;
}

static enum status open_both(struct reader_comparison *out, struct shell *sh, struct reader *r, const char *left,
	const char *right)
{
	struct reader_info info;
	enum status code;
	int fd = -1, other = -1;

	code = io_open_regular(&fd, left);
	if (code == STATUS_OK)
		code = io_open_regular(&other, right);
	if (code == STATUS_OK)
		code = reader_open_wait(&info, &sh->arena, r, fd, EVIDENCE_UNKNOWN);
	if (code == STATUS_OK)
		code = reader_compare_wait(out, &sh->arena, r, other, EVIDENCE_UNKNOWN);
	if (fd >= 0)
		close(fd);
	if (other >= 0)
		close(other);
	return code;
}

int sh_compare_files(struct shell *sh, const char *left, const char *right)
{
	struct reader_comparison found = { .says = "" };
	struct reader *r = reader_new(NULL, sh->reader);
	enum status code;

	reader_set_timeout(r, READER_MS);
	code = open_both(&found, sh, r, left, right);
	if (code == STATUS_OK && !sh->json && !sh->quiet) {
		sh_styled(sh, SH_BOLD, found.says);
		buf_addc(&sh->out, '\n');
	}
	if (code == STATUS_OK && (found.differences || sh->json) && !(sh->quiet && !sh->json))
		code = put_rows(sh, r);
	reader_free(r);
	if (code != STATUS_OK) {
		shell_status(sh, code);
		return SHELL_USAGE;	/* not looked at: neither the same nor different */
	}
	return found.differences ? SHELL_REFUSED : SHELL_DONE;
}

int sh_after_compare(struct shell *sh)
{
	return sh_compare_files(sh, sh_path(sh, sh->args[0]), sh_path(sh, sh->args[1]));
}
