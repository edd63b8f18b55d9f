/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The results site from memory. A thread of its own asks the hub for results whenever an event that somebody reads has
 * news; pages are written and packed when they are first asked for, and kept until the next state. Neither the
 * writer nor consoles wait for any of it. Layer: hubd. Threads of the pool; one of its own.
 */
#include "hubd_priv.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include "verdict/base/clock.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/hub/results.h"
#include "verdict/site/site.h"

#define FRESH_MS 20000		/* the floor's ages go on without news */
#define WANTED_MS 600000	/* nobody asked for so long: no more work for this event */
#define GAP_MS 250		/* between two states of an event */
#define AGAIN_MS 1000
#define GAP_TIMES 10		/* or that many times what a state takes */
#define FIRST_MS 3000		/* readers who came before the first state are woken until then */
#define GZIP_WINDOW (15 + 16)
#define ETAG_BYTES 8

struct page {
	struct buf plain, packed;
	char etag[40];
	bool made;
};

/* An event's site at one moment. Whoever serves a page of it keeps it alive. */
struct state {
	struct lock lock;	/* of users, and of making pages */
	unsigned int users;
	struct arena a;
	struct site_facts facts;
	struct site_plan plan;
	struct site_file *files; size_t n_files;
	struct map *paths;	/* to struct page */
	struct page *pages;
	uint64_t size;
};

struct site_event {
	struct hub_event *e;
	struct state *now;	/* NULL: nobody reads it */
	bool news, wanted;
	int64_t asked, first, made, took;	/* monotonic ms */
};

struct live {
	struct hubd *s;
	struct lock lock;
	struct wakeup wake;
	struct thread *thread;
	struct site_event **events; size_t n_events;	/* each stays where it is: the thread works on it */
	bool stop;
};

static int64_t mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

/* ---- a state ---- */

struct gathering { struct state *st; int64_t now; };

static void gather(struct results *r, uint64_t size, void *data)
{
	struct gathering *g = data;

	g->st->size = size;
	site_gather(&g->st->facts, &g->st->a, r, g->now);
}

static void state_done(struct state *st)
{
	for (size_t i = 0; i < st->n_files; i++) {
		buf_done(&st->pages[i].plain);
		buf_done(&st->pages[i].packed);
	}
	map_free(st->paths);
	mem_free(st->pages);
	arena_done(&st->a);
	lock_done(&st->lock);
	mem_free(st);
}

static struct state *state_new(struct live *l, struct hub_event *e)
{
	struct state *st = mem_zalloc(sizeof(*st));
	struct gathering g = { st, hub_now(l->s->o.hub) };

	lock_init(&st->lock);
	arena_init(&st->a);
	st->users = 1;
	st->paths = map_new();
	st->plan.live = true;
	for (int i = 0; i < SITE_LANGS; i++)
		st->plan.langs[st->plan.n_langs++] = (enum site_lang)i;
	if (hub_results(e, gather, &g) != STATUS_OK) {
		note_line(NOTE_ERROR, "site", status_message());
		state_done(st);
		return NULL;
	}
	st->n_files = site_files(&st->files, &st->a, &st->facts, &st->plan);
	st->pages = mem_zalloc(st->n_files * sizeof(*st->pages));
	for (size_t i = 0; i < st->n_files; i++)
		map_set(st->paths, st->files[i].path, &st->pages[i]);
	return st;
}

static void state_leave(struct state *st)
{
	unsigned int left;

	if (!st)
		return;
	lock_take(&st->lock);
	left = --st->users;
	lock_give(&st->lock);
	if (left == 0)
		state_done(st);
}

/* ---- pages ---- */

static void pack(struct buf *out, const struct buf *in)
{
	z_stream z = { .next_in = (z_const Bytef *)(uintptr_t)in->ptr, .avail_in = (uInt)in->len };
	Bytef piece[16384];
	int done;

	buf_init(out, in->len + 1024);
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	do {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		done = deflate(&z, Z_FINISH);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	} while (done == Z_OK);
	deflateEnd(&z);
	if (done != Z_STREAM_END || out->err)
		buf_reset(out);
}

/* Of its bytes, so that a page that says the same is not sent again; weak, as it is the packed page's name too. */
static void name_page(struct page *p)
{
	struct digest d = sha256(p->plain.ptr, p->plain.len);
	char hex[DIGEST_HEX];

	digest_hex(hex, &d);
	snprintf(p->etag, sizeof(p->etag), "W/\"%.*s\"", 2 * ETAG_BYTES, hex);
}

/* Once a state, by the first who asks; others who ask for this event wait for a few milliseconds. */
static void make_page(struct state *st, struct page *p)
{
	if (p->made)
		return;
	buf_init(&p->plain, SITE_FILE_MAX);
	site_write(&p->plain, &st->facts, &st->plan, &st->files[p - st->pages]);
	if (p->plain.err) {
		note_line(NOTE_ERROR, "site", "a page is larger than pages may be");
		buf_reset(&p->plain);
	}
	(void)buf_str(&p->plain);
	pack(&p->packed, &p->plain);
	name_page(p);
	p->made = true;
}

/* ---- the thread ---- */

static bool is_due(const struct site_event *se, int64_t now)
{
	int64_t gap = se->took * GAP_TIMES > GAP_MS ? se->took * GAP_TIMES : GAP_MS;

	if (!se->wanted)
		return false;
	if (!se->now)		/* the first, or after a failure */
		return !se->made || now - se->made >= AGAIN_MS;
	return (se->news && now - se->made >= gap) || now - se->made >= FRESH_MS;
}

/* The lock is given while the hub is asked. */
static void renew(struct live *l, struct site_event *se)
{
	struct state *st, *before;
	int64_t begun = mono_ms();

	se->news = false;
	lock_give(&l->lock);
	st = state_new(l, se->e);
	lock_take(&l->lock);
	se->made = mono_ms();
	se->took = se->made - begun;
	if (!st)
		return;
	before = se->now;
	se->now = st;
	lock_give(&l->lock);
	state_leave(before);
	if (!before)
		se->first = se->made;
	lock_take(&l->lock);
}

static void forget(struct live *l, struct site_event *se)
{
	struct state *before = se->now;

	se->wanted = false;
	se->now = NULL;
	lock_give(&l->lock);
	state_leave(before);
	lock_take(&l->lock);
}

static void run(void *data)
{
	struct live *l = data;

	lock_take(&l->lock);
	while (!l->stop) {
		for (size_t i = 0; i < l->n_events && !l->stop; i++) {
			struct site_event *se = l->events[i];

			if (se->wanted && mono_ms() - se->asked > WANTED_MS)
				forget(l, se);
			else if (is_due(se, mono_ms()))
				renew(l, se);
			if (se->now && mono_ms() - se->first < FIRST_MS)
				polls_wake_readers(l->s, se->e);
		}
		if (!l->stop)
			wakeup_wait(&l->wake, &l->lock, GAP_MS);
	}
	lock_give(&l->lock);
}

/* ---- asking ---- */

struct live *live_new(struct hubd *s)
{
	struct live *l = mem_zalloc(sizeof(*l));

	l->s = s;
	lock_init(&l->lock);
	wakeup_init(&l->wake);
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	live_stop(l);
	for (size_t i = 0; i < l->n_events; i++) {
		state_leave(l->events[i]->now);
		mem_free(l->events[i]);
	}
	mem_free(l->events);
	wakeup_done(&l->wake);
	lock_done(&l->lock);
	mem_free(l);
}

void live_stop(struct live *l)
{
	struct thread *t;

	if (!l)
		return;
	lock_take(&l->lock);
	l->stop = true;
	t = l->thread;
	l->thread = NULL;
	wakeup_wake(&l->wake);
	lock_give(&l->lock);
	thread_join(t);
}

void live_news(struct live *l, struct hub_event *e)
{
	lock_take(&l->lock);
	for (size_t i = 0; i < l->n_events; i++)
		if (l->events[i]->e == e)
			l->events[i]->news = true;
	lock_give(&l->lock);
}

/* Under the lock. Events are never forgotten, so their number is the hub's. */
static struct site_event *find_event(struct live *l, struct hub_event *e)
{
	for (size_t i = 0; i < l->n_events; i++)
		if (l->events[i]->e == e)
			return l->events[i];
	return NULL;
}

static struct state *enter(struct live *l, struct hub_event *e)
{
	struct site_event *se;
	struct state *st = NULL;

	lock_take(&l->lock);
	se = find_event(l, e);
	if (!se) {
		l->events = mem_realloc(l->events, l->n_events + 1, sizeof(*l->events));
		se = mem_zalloc(sizeof(*se));
		se->e = e;
		l->events[l->n_events++] = se;
	}
	se->asked = mono_ms();
	if (!se->wanted) {
		se->wanted = true;
		wakeup_wake(&l->wake);
	}
	if (!l->thread && !l->stop)	/* with the first reader: a hub without any has none */
		l->thread = thread_start("site", run, l);
	st = se->now;
	if (st) {
		lock_take(&st->lock);
		st->users++;
		lock_give(&st->lock);
	}
	lock_give(&l->lock);
	return st;
}

enum live_found live_get(struct live_page *out, struct live *l, struct hub_event *e, const char *path, bool gzip)
{
	struct state *st = enter(l, e);
	struct page *p = st ? map_get(st->paths, path) : NULL;

	if (!p) {
		state_leave(st);
		return st ? LIVE_NONE : LIVE_LATER;
	}
	lock_take(&st->lock);
	make_page(st, p);
	lock_give(&st->lock);
	out->packed = gzip && p->packed.len > 0;
	out->ptr = out->packed ? p->packed.ptr : p->plain.ptr;
	out->len = out->packed ? p->packed.len : p->plain.len;
	out->type = st->files[p - st->pages].type;
	out->etag = p->etag;
	out->state = st;
	return LIVE_FOUND;
}

void live_leave(struct live_page *page)
{
	state_leave(page->state);
	page->state = NULL;
}

void live_release(void *state)
{
	state_leave(state);
}
