/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict queue: the TIs that wait, as columns or JSON, a page of rows a turn so that urgent work of a running
 * console goes between. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/model/filter.h"

#define PAGE 256

struct queue_run {
	int64_t *keys;
	size_t n_keys, at;
	size_t listed, limit;
	int status;		/* -1: any */
	const char *profile;
	struct filter *filter;
	struct sh_table table;
	int64_t now;
};

static int parse_number(long *out, const char *word, long max)
{
	char *end;

	*out = strtol(word, &end, 10);
	return *word >= '0' && *word <= '9' && !*end && *out <= max ? 0 : -1;
}

static int queue_options(struct shell *sh, struct queue_run *q, enum queue_sort *sort, enum queue_scope *scope)
{
	const char *word;
	long n = 0;
	int k;

	*sort = SORT_WAITING;
	*scope = SCOPE_WAITING;
	q->status = -1;
	q->profile = shell_get(sh, "profile");
	if ((word = shell_get(sh, "sort"))) {
		if ((k = queue_sort_parse(word)) < 0)
			return sh_usage_error(sh, "no such sort: %s; one of waiting, table, test, id, status, value", word);
		*sort = (enum queue_sort)k;
	}
	if ((word = shell_get(sh, "limit"))) {
		if (parse_number(&n, word, 100000000) != 0)
			return sh_usage_error(sh, "--limit is no number: %s", word);
		q->limit = (size_t)n;
	} else {
		q->limit = SIZE_MAX;
	}
	if ((word = shell_get(sh, "status"))) {
		if ((q->status = ti_status_parse(word)) < 0)
			return sh_usage_error(sh, "no such status: %s", word);
		*scope = SCOPE_ALL;
	}
	if (shell_has(sh, "all"))
		*scope = SCOPE_ALL;
	if (shell_has(sh, "mine"))
		*scope = SCOPE_MINE;
	if (shell_has(sh, "assigned"))
		*scope = SCOPE_ASSIGNED;
	return SHELL_DONE;
}

static void compile_filter(struct shell *sh, struct queue_run *q)
{
	struct buf b;

	buf_init(&b, 65536);
	for (int i = 0; i < sh->n_args; i++) {
		buf_adds(&b, i ? " " : "");
		buf_adds(&b, sh->args[i]);
	}
	if (b.len && !b.err)
		q->filter = filter_compile(buf_str(&b));
	buf_done(&b);
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; *p;) {
		size_t len = strcspn(p, " ");

		if (len == n && strncasecmp(p, word, n) == 0)
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

static bool row_wanted(const struct queue_run *q, const struct queue_row *row)
{
	struct filter_index ix;
	uint32_t hit;
	bool found = true;

	if (!row->id || (q->status >= 0 && (int)row->status != q->status))
		return false;
	if (q->profile && !has_word(row->profiles, q->profile))
		return false;
	if (q->filter) {
		filter_index_init(&ix);
		filter_index_add(&ix, row);
		found = filter_run(&hit, &ix, q->filter, NULL, 0, NULL) > 0;
		filter_index_done(&ix);
	}
	return found;
}

/* One letter as on the screen, see verdict(1). */
static const char *row_mark(const struct queue_row *row)
{
	if (row->disputed)
		return "x";
	if (row->critical || row->status == TI_CRITICAL)
		return "!";
	if (row->stale || row->status == TI_PARTIAL)
		return "~";
	return row->beyond ? "=" : row->completes ? "+" : "";
}

static const char *claim_mark(const struct queue_row *row)
{
	if (row->claim == CLAIM_NONE || row->claim == CLAIM_LOST)
		return "";
	if (row->claim_mine)
		return row->claim == CLAIM_CONFIRMED ? "c" : "c?";
	return row->claim == CLAIM_CONFIRMED ? "C" : "C?";
}

static void print_row(struct shell *sh, struct queue_run *q, const struct queue_row *row)
{
	char age[CLOCK_TEXT] = "";
	struct sh_table *t = &q->table;

	if (row->since > 0)
		clock_format_age(age, q->now > row->since ? (q->now - row->since) / 1000 : 0);
	sh_cell(t, row->critical ? SH_RED : SH_PLAIN, row_mark(row));
	sh_cell(t, SH_PLAIN, claim_mark(row));
	sh_cell(t, SH_BOLD, row->id);
	sh_cell(t, sh_style_of(row->status), ti_status_label(row->status));
	sh_cell(t, SH_PLAIN, row->title);
	if (*row->to)
		sh_cellf(t, SH_PLAIN, "%s %s %s %s %s", row->from_country, row->from, sh_arrow(sh),
			row->to_country, row->to);
	else
		sh_cellf(t, SH_PLAIN, "%s %s", row->from_country, row->from);
	sh_cell(t, SH_PLAIN, row->table);
	sh_cell(t, SH_PLAIN, age);
}

static enum status queue_turn(struct shell *sh, struct queue_run *q)
{
	size_t n = q->n_keys - q->at < PAGE ? q->n_keys - q->at : PAGE;
	struct queue_row *rows = NULL;
	enum status code;
	struct arena a;

	arena_init(&a);
	code = store_queue_rows(&rows, &a, sh->st, q->keys + q->at, n);
	for (size_t i = 0; i < n && code == STATUS_OK && q->listed < q->limit; i++) {
		if (!row_wanted(q, &rows[i]))
			continue;
		q->listed++;
		if (sh->json)
			code = sh_show_one(sh, rows[i].id, false);
		else
			print_row(sh, q, &rows[i]);
	}
	q->at += n;
	arena_done(&a);
	return code;
}

static int queue_begin(struct shell *sh)
{
	static const char *const head[] = { "", "", "TI", "status", "test", "from/to", "table", ">wait" };
	struct queue_run *q = arena_new(&sh->arena, struct queue_run);
	enum queue_sort sort;
	enum queue_scope scope;
	enum status status;
	int code = queue_options(sh, q, &sort, &scope);

	if (code != SHELL_DONE)
		return code;
	status = store_queue_order(&q->keys, &q->n_keys, &sh->arena, sh->st, sort, scope, 0, 0);
	if (status != STATUS_OK)
		return shell_status(sh, status);
	compile_filter(sh, q);
	q->now = clock_wall_ms();
	sh_table_begin(&q->table, sh, 4, 8, head);
	if (sh->json)
		sh_json_open(sh);
	sh->state = q;
	return SHELL_MORE;
}

static int queue_end(struct shell *sh, struct queue_run *q, enum status code)
{
	sh_table_end(&q->table);
	filter_free(q->filter);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json)
		sh_json_close(sh);
	else if (!q->listed && !sh->quiet && q->n_keys)
		shell_error(sh, "none of %zu TIs match", q->n_keys);
	else if (!q->listed && !sh->quiet)
		shell_error(sh, "nothing here waits; verdict queue --all lists every TI");
	return SHELL_DONE;
}

int sh_run_queue(struct shell *sh)
{
	struct queue_run *q = sh->state;
	enum status code = STATUS_OK;

	if (!q)
		return queue_begin(sh);
	if (q->at < q->n_keys && q->listed < q->limit)
		code = queue_turn(sh, q);
	if (code == STATUS_OK && q->at < q->n_keys && q->listed < q->limit)
		return SHELL_MORE;
	return queue_end(sh, q, code);
}
