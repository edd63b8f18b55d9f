/* SPDX-License-Identifier: Apache-2.0 */
/* The journal on screen: pages of records, one record in full. Layer app, UI thread; run functions on the store's. */
#include "verdict/app/journal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/stick.h"
#include "verdict/app/ways_pane.h"
#include "verdict/base/mem.h"
#include "verdict/model/record.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/payload.h"

#define PAGE 200
#define ROWS_MAX 100000

struct page_job {
	struct job job;
	struct app *app;
	unsigned int load;
	uint64_t before;
	int only;
	struct arena arena;
	struct journal_row *rows;
	size_t n;
	enum status code;
	char why[256];
};
struct record_job {
	struct job job;
	struct app *app;
	struct digest rid;
	struct arena arena;
	const char *payload;
	size_t len;
	enum status code;
	char why[256];
};

struct journal_state *journal_of(struct app *app)
{
	return screen_state(app, SCREEN_JOURNAL);
}

const struct journal_entry *journal_current(const struct journal_state *st)
{
	return st->cursor >= 0 && (size_t)st->cursor < st->rows.len ? &st->rows.at[st->cursor] : NULL;
}

static void drop(struct journal_state *st)
{
	size_t i;

	for (i = 0; i < st->rows.len; i++) {
		mem_free(st->rows.at[i].kind);
		mem_free(st->rows.at[i].ti);
		mem_free(st->rows.at[i].what);
		mem_free(st->rows.at[i].why);
	}
	st->rows.len = 0;
}

static void page_run(struct job *job, void *resource)
{
	struct page_job *j = (struct page_job *)job;

	j->code = store_journal_page(&j->rows, &j->n, &j->arena, resource, j->before, PAGE, j->only);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

static char *keep(const char *s)
{
	return mem_strdup(s ? s : "");
}

static void page_take(struct journal_state *st, const struct page_job *j)
{
	struct journal_entry e;
	size_t i;

	st->loading = false;
	if (j->code) {
		snprintf(st->trouble, sizeof(st->trouble), "%s", j->why);
		return;
	}
	st->trouble[0] = '\0';
	if (j->before == 0)
		drop(st);
	for (i = 0; i < j->n; i++) {
		e.rid = j->rows[i].rid;
		e.n = j->rows[i].n;
		e.position = j->rows[i].position;
		e.seq = j->rows[i].seq;
		e.kind = keep(j->rows[i].kind);
		e.ti = keep(j->rows[i].ti);
		e.what = keep(j->rows[i].what);
		e.why = keep(j->rows[i].why);
		e.saved_at = j->rows[i].saved_at;
		e.state = j->rows[i].state;
		if (st->want == e.n)
			st->cursor = (int)st->rows.len;
		vec_push(&st->rows, e);
	}
	st->complete = j->n < PAGE || st->rows.len >= ROWS_MAX;
	st->want = 0;
	if (st->cursor >= (int)st->rows.len)
		st->cursor = st->rows.len ? (int)st->rows.len - 1 : 0;
}

static void page_done(struct job *job)
{
	struct page_job *j = (struct page_job *)job;
	struct journal_state *st = journal_of(j->app);

	if (j->load == st->load)
		page_take(st, j);
	j->app->dirty = true;
	arena_done(&j->arena);
	mem_free(j);
}

void journal_load(struct app *app, bool more)
{
	struct journal_state *st = journal_of(app);
	struct page_job *j;

	if (more && (st->loading || st->complete || st->rows.len == 0))
		return;
	j = mem_zalloc(sizeof(*j));
	j->job.name = "journal";
	j->job.run = page_run;
	j->job.done = page_done;
	j->job.urgent = true;
	j->app = app;
	j->load = more ? st->load : ++st->load;
	j->before = more ? st->rows.at[st->rows.len - 1].position : 0;
	j->only = st->only;
	arena_init(&j->arena);
	st->loading = true;
	app_store_job(app, &j->job);
}

static void record_run(struct job *job, void *resource)
{
	struct record_job *j = (struct record_job *)job;

	j->code = store_payload(&j->payload, &j->len, &j->arena, resource, &j->rid);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

static void record_take(struct journal_state *st, struct record_job *j)
{
	struct digest rid = record_rid(j->payload, j->len);
	struct record rec;
	json_t *root;
	char *text;

	arena_done(&st->record_arena);
	st->record_arena = j->arena;
	arena_init(&j->arena);
	st->record_ok = digest_equal(&rid, &j->rid) &&
		payload_parse(&rec, &st->record_arena, j->payload, j->len) == STATUS_OK;
	status_clear();
	root = json_loadb(j->payload, j->len, 0, NULL);
	text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	st->record = text ? arena_str(&st->record_arena, text) :
		arena_strn(&st->record_arena, j->payload, j->len);
	free(text);
	json_decref(root);
}

static void record_done(struct job *job)
{
	struct record_job *j = (struct record_job *)job;
	struct journal_state *st = journal_of(j->app);
	char rid[DIGEST_HEX];

	digest_hex(rid, &j->rid);
	if (st->shown == JOURNAL_RECORD && strcmp(rid, st->record_rid) == 0) {
		if (j->code) {
			st->shown = JOURNAL_LIST;
			app_message(j->app, MESSAGE_ERROR, "record %s: %s", rid, j->why);
		} else {
			record_take(st, j);
		}
		j->app->dirty = true;
	}
	arena_done(&j->arena);
	mem_free(j);
}

static void show_record(struct app *app)
{
	struct journal_state *st = journal_of(app);
	const struct journal_entry *e = journal_current(st);
	struct record_job *j;

	if (!e)
		return;
	j = mem_zalloc(sizeof(*j));
	j->job.name = "record";
	j->job.run = record_run;
	j->job.done = record_done;
	j->job.urgent = true;
	j->app = app;
	j->rid = e->rid;
	arena_init(&j->arena);
	st->shown = JOURNAL_RECORD;
	st->record = NULL;
	st->text_top = 0;
	digest_hex(st->record_rid, &e->rid);
	app->dirty = true;
	app_store_job(app, &j->job);
}

static void *init(struct app *app)
{
	struct journal_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	st->only = -1;
	arena_init(&st->record_arena);
	st->stick = stick_new(app);
	st->ways = ways_pane_new(app);
	return st;
}

static void done(struct app *app, void *state)
{
	struct journal_state *st = state;
	size_t i;

	(void)app;
	drop(st);
	vec_done(&st->rows);
	for (i = 0; i < st->damage.len; i++)
		mem_free(st->damage.at[i]);
	vec_done(&st->damage);
	arena_done(&st->record_arena);
	stick_free(st->stick);
	ways_pane_free(st->ways);
	mem_free(st);
}

static void enter(struct app *app, void *state)
{
	(void)state;
	journal_load(app, false);
}

static void changed(struct app *app, void *state)
{
	struct journal_state *st = state;
	const struct journal_entry *e = journal_current(st);

	/* The cursor stays on its record when a new one comes above it. */
	st->want = e ? e->n : 0;
	if (screen_open(app, SCREEN_JOURNAL))
		journal_load(app, false);
}

static void move(struct app *app, void *state, enum move how, int count)
{
	struct journal_state *st = state;
	int page = st->page > 2 ? st->page - 1 : 1, by = count, way = ways_pane_cursor(st->ways);
	int *at = st->shown == JOURNAL_LIST ? &st->cursor : st->shown == JOURNAL_WAYS ? &way : &st->text_top;
	int max = st->shown == JOURNAL_LIST ? (int)st->rows.len - 1 : st->shown == JOURNAL_WAYS ? PANE_LINES - 1 : 100000;

	if (how == MOVE_PAGE_DOWN || how == MOVE_PAGE_UP)
		by = page * count;
	else if (how == MOVE_HALF_DOWN || how == MOVE_HALF_UP)
		by = page * count / 2;
	if (how != MOVE_LEFT && how != MOVE_RIGHT)
		*at = move_at(*at, max + 1, how, how == MOVE_TO ? count : by);
	if (st->shown == JOURNAL_WAYS)
		ways_pane_move(st->ways, way);
	if (st->shown == JOURNAL_LIST && st->cursor + 2 * st->page >= (int)st->rows.len)
		journal_load(app, true);
	app->dirty = true;
}

static enum status open_row(struct app *app, void *state)
{
	struct journal_state *st = state;

	if (st->shown == JOURNAL_LIST)
		show_record(app);
	else if (st->shown == JOURNAL_WAYS)
		return ways_pane_test(st->ways, ways_pane_way(st->ways));
	return STATUS_OK;
}

static const char *where(struct app *app, void *state)
{
	const struct journal_entry *e = journal_current(state);

	(void)app;
	return e && e->ti[0] ? e->ti : NULL;
}

const struct screen screen_journal = {
	.name = "journal",
	.title = "Journal",
	.init = init,
	.done = done,
	.enter = enter,
	.changed = changed,
	.where = where,
	.move = move,
	.open = open_row,
};
