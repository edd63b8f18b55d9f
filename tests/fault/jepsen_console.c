/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A console of jepsen, in a process of its own: the real store, session machine and verdict-net, and somebody who
 * grades, comments, claims, gives back and settles without a pause. Layer: tests.
 */
#include "tests/fault/jepsen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "tests/fault/vfs_shim.h"
#include "verdict/app/online.h"
#include "verdict/base/arena.h"
#include "verdict/store/query.h"
#include "verdict/store/save.h"
#include "verdict/store/sync.h"

#define ACT_MS 50		/* between two deeds, at most */

struct seat {
	const struct jepsen_console *c;
	struct jepsen_seat *seat;
	struct loop *loop;
	struct loop_timer *timer;
	struct store *st;
	struct online *online;
	struct sync *sync;
	struct sync_join *join;
	uint64_t random;
	uint64_t held[JEPSEN_TIS + 1];	/* fences of claims as last told */
	bool wanted[JEPSEN_TIS + 1];
	unsigned int claims[JEPSEN_TIS + 1];
	bool joining, started;
};

uint32_t jepsen_draw(uint64_t *state)	/* splitmix64 */
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) >> 16);
}

static unsigned int below(struct seat *p, unsigned int n)
{
	return jepsen_draw(&p->random) % n;
}

_Noreturn static void give_up(struct seat *p, const char *what)
{
	snprintf(p->seat->failure, sizeof(p->seat->failure), "%s: %s", what, status_message());
	_exit(1);
}

/* One write, so that a line is there whole or not at all. */
static void tell(struct seat *p, enum jepsen_word word, unsigned int ti, uint64_t fence, const struct digest *rid)
{
	struct jepsen_line l = { .word = word, .console = p->c->number, .ti = ti, .fence = fence };
	struct timespec t;
	struct buf b;

	clock_gettime(CLOCK_MONOTONIC, &t);
	l.at = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	if (rid)
		l.rid = *rid;
	buf_init(&b, 256);
	jepsen_line_format(&b, &l);
	if (write(p->c->history, b.ptr, b.len) != (ssize_t)b.len)
		give_up(p, "the history");
	buf_done(&b);
}

/* ---- what it is told ---- */

/* Claims as the store has them, against those of before. */
static void look_at_claims(struct seat *p)
{
	uint64_t now[JEPSEN_TIS + 1] = { 0 };
	struct claim_row *rows;
	struct arena a;
	size_t n;

	arena_init(&a);
	if (store_claims(&rows, &n, &a, p->st) != STATUS_OK)
		give_up(p, "claims");
	for (size_t i = 0; i < n; i++) {
		unsigned long ti = strtoul(rows[i].ti, NULL, 10) - 1000;

		if (rows[i].mine && ti >= 1 && ti <= JEPSEN_TIS)
			now[ti] = rows[i].fence;
	}
	for (unsigned int ti = 1; ti <= JEPSEN_TIS; ti++) {
		if (p->held[ti] && !now[ti])
			tell(p, JEPSEN_FREE, ti, p->held[ti], NULL);
		if (now[ti] && p->held[ti] != now[ti])
			tell(p, JEPSEN_HELD, ti, now[ti], NULL);
		p->held[ti] = now[ti];
	}
	arena_done(&a);
}

static void on_change(void *data, unsigned int what)
{
	struct seat *p = data;

	if (what & (SYNC_CHANGED_CLAIMS | SYNC_CHANGED_FEED))
		look_at_claims(p);
}

/* ---- what it does ---- */

static bool save(struct seat *p, struct record *rec, unsigned int ti)
{
	struct saved saved;
	char id[16];
	enum status st;

	snprintf(id, sizeof(id), JEPSEN_TI, ti);
	rec->ti = id;
	st = store_save(&saved, p->st, rec);
	if (st == STATUS_IO || st == STATUS_FULL || st == STATUS_CORRUPT)
		give_up(p, "saving");
	if (st != STATUS_OK)
		return false;		/* the rules: not every TI takes every verdict */
	tell(p, JEPSEN_SAVED, ti, 0, &saved.rid);
	p->seat->saved++;
	sync_saved(p->sync);
	return true;
}

static void claim(struct seat *p, unsigned int ti)
{
	struct record rec = { .kind = p->wanted[ti] ? RECORD_RELEASE : RECORD_CLAIM };
	char id[16];

	if (!p->wanted[ti] && p->claims[ti]++ >= JEPSEN_CLAIMS)
		return;
	if (!p->wanted[ti])
		rec.ttl_s = 1800;
	snprintf(id, sizeof(id), JEPSEN_TI, ti);
	tell(p, p->wanted[ti] ? JEPSEN_UNWANT : JEPSEN_WANT, ti, p->wanted[ti] ? p->held[ti] : 0, NULL);
	if (!save(p, &rec, ti))
		return;
	if (p->wanted[ti])
		sync_release(p->sync, id);
	else
		sync_claim(p->sync, id);
	p->wanted[ti] = !p->wanted[ti];
}

/* Who has graded a TI has no claim to it any more. */
static void grade(struct seat *p, struct record *rec, unsigned int ti)
{
	char id[16];

	if (p->wanted[ti])
		tell(p, JEPSEN_UNWANT, ti, p->held[ti], NULL);
	if (!save(p, rec, ti) || !p->wanted[ti])
		return;
	p->wanted[ti] = false;
	snprintf(id, sizeof(id), JEPSEN_TI, ti);
	sync_release(p->sync, id);
}

static void settle(struct seat *p)
{
	struct dispute *d;
	struct arena a;
	size_t n;

	arena_init(&a);
	if (store_disputes(&d, &n, &a, p->st) != STATUS_OK)
		give_up(p, "disputes");
	if (n && !d[0].barred && d[0].n_sides) {
		const struct dispute_side *side = &d[0].sides[below(p, (unsigned int)d[0].n_sides)];
		struct record rec = { .kind = RECORD_RESOLUTION, .outcome = side->outcome, .has_of = true, .of = side->rid,
			.text = "settled" };

		save(p, &rec, (unsigned int)strtoul(d[0].ti, NULL, 10) - 1000);
	}
	arena_done(&a);
}

static void act(struct seat *p)
{
	static const enum outcome outcomes[] = { OUTCOME_VERIFIED, OUTCOME_PARTIAL, OUTCOME_FAILED };
	struct record rec = { .kind = RECORD_VERDICT, .text = "because" };
	unsigned int ti = 1 + below(p, JEPSEN_TIS), what = below(p, 10);

	if (what < 4) {
		claim(p, ti);
	} else if (what < 5) {
		sync_now(p->sync);
	} else if (what < 6) {
		rec.kind = RECORD_COMMENT;
		save(p, &rec, ti);
	} else if (p->c->lead) {
		settle(p);
	} else {
		rec.outcome = outcomes[below(p, 3)];
		grade(p, &rec, ti);
	}
}

static void joined(enum status code, const char *message, void *data);

static void join(struct seat *p)
{
	sync_join_free(p->join);
	p->join = NULL;
	p->joining = true;
	p->join = sync_join_new(online_port(p->online), p->c->code, NULL, joined, p);
}

static void start(struct seat *p)
{
	const char **tis;
	struct arena a;
	size_t n;

	arena_init(&a);
	if (store_claim_wants(&tis, &n, &a, p->st) != STATUS_OK)
		give_up(p, "wanted claims");
	for (size_t i = 0; i < n; i++) {	/* of before a kill: asked again from here on */
		unsigned long ti = strtoul(tis[i], NULL, 10) - 1000;

		if (ti >= 1 && ti <= JEPSEN_TIS)
			p->wanted[ti] = true;
	}
	arena_done(&a);
	p->started = p->seat->joined = true;
	look_at_claims(p);
	sync_start(p->sync);
}

static void joined(enum status code, const char *message, void *data)
{
	struct seat *p = data;

	(void)message;
	p->joining = false;
	if (code == STATUS_OK && !p->started)
		start(p);
}

static void report(struct seat *p)
{
	struct sync_status s;
	struct sync_state state;
	struct arena a;

	arena_init(&a);
	if (store_sync_state(&state, &a, p->st) != STATUS_OK)
		give_up(p, "state");
	sync_status(&s, p->sync);
	p->seat->cursor = state.cursor;
	p->seat->unsent = state.unsent;
	p->seat->refused = state.refused;
	p->seat->conflicts = (state.conflict != NULL) + state.forked + state.revoked;
	snprintf(p->seat->line, sizeof(p->seat->line), "%s, %s%s, %d ms: %.100s %.100s", sync_line_name(s.line), s.pushing ? "pushing " : "",
		s.pulling ? "pulling" : "", (int)s.retry_ms, s.why, s.notice);
	p->seat->settled = p->started && sync_settled(p->sync);
	if (p->started && s.line == SYNC_OFFLINE)
		sync_now(p->sync);
	arena_done(&a);
}

static void turn(void *data)
{
	struct seat *p = data;

	if (p->c->shared->phase == 2) {
		loop_stop(p->loop);
		return;
	}
	if (!p->started && !p->joining)
		join(p);
	else if (p->started && p->c->shared->phase == 0)
		act(p);
	if (p->started)
		report(p);
	else
		snprintf(p->seat->line, sizeof(p->seat->line), "joining %d", p->joining);
	loop_after(p->loop, &p->timer, 1 + below(p, p->c->shared->phase ? 300 : ACT_MS), "jepsen: turn", turn, p);
}

/* Who was killed while starting verdict-net leaves a lock behind until that has begun. */
static void open_store(struct seat *p)
{
	const struct timespec soon = { 0, 20000000 };
	enum status st = store_open(&p->st, p->c->dir, STORE_CREATE);

	for (int i = 0; st == STATUS_BUSY && i < 500; i++) {
		nanosleep(&soon, NULL);
		st = store_open(&p->st, p->c->dir, STORE_CREATE);
	}
	if (st != STATUS_OK)
		give_up(p, "opening the store");
}

_Noreturn void jepsen_console_run(const struct jepsen_console *c)
{
	struct seat p = { .c = c, .seat = &c->shared->seats[c->number], .random = c->seed };
	struct fault fault = { .kind = FAULT_KILL, .at = c->kill_at };
	struct online_host host = { .data = &p, .changed = on_change };
	struct sync_state state;
	struct arena a;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fault_install();
	if (c->kill_at)
		fault_set(&fault);
	p.loop = loop_new();
	open_store(&p);
	host.store = p.st;
	if (online_new(&p.online, p.loop, &host) != STATUS_OK)
		give_up(&p, "verdict-net");
	p.sync = online_sync(p.online);
	arena_init(&a);
	if (store_sync_state(&state, &a, p.st) != STATUS_OK)
		give_up(&p, "state");
	if (state.enrolled)
		start(&p);
	else
		join(&p);
	arena_done(&a);
	loop_after(p.loop, &p.timer, 1, "jepsen: turn", turn, &p);
	loop_run(p.loop);
	fault_clear();
	sync_stop(p.sync);
	while (sync_busy(p.sync))
		loop_turn(p.loop, 10);
	sync_join_free(p.join);
	online_free(p.online);
	store_close(p.st);
	loop_free(p.loop);
	_exit(0);
}
