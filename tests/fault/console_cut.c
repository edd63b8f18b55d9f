/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real console (store, session machine, verdict-net) and a real hub over TLS: the connection is cut after byte n of
 * what goes up, then of what comes down, by an end and by a reset in turn, while a record is on its way; then the way is
 * free, and the record must come through. At the end each is at the hub once. (Faults 11 to 13.)
 *
 *   console_cut [STEP]     every STEP-th byte; 1: all. Layer: tests.
 */
#include "tests/fault/jepsen_world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "verdict/app/online.h"
#include "verdict/base/arena.h"
#include "verdict/store/save.h"
#include "verdict/store/sync.h"

#define STEP 61
#define PATIENCE_MS 60000
#define LONGEST 20000		/* no exchange is longer; it ends where none is cut any more */

struct console {
	struct world *w;
	struct loop *loop;
	struct store *st;
	struct online *online;
	struct sync *sync;
	uint64_t saved;
	unsigned int cuts;
	unsigned long before;	/* connections cut before the present one */
	bool joined, failed;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void joined(enum status code, const char *message, void *data)
{
	struct console *c = data;

	c->joined = code == STATUS_OK;
	c->failed = !c->joined;
	if (c->failed)
		fail(c->w, "joining: %s", message);
}

static bool through(const struct console *c)
{
	struct sync_state s;
	struct arena a;
	bool all;

	arena_init(&a);
	/* by the store: the machine has perhaps not yet heard of what was saved */
	all = store_sync_state(&s, &a, c->st) == STATUS_OK && s.unsent == 0 && sync_settled(c->sync);
	arena_done(&a);
	return all;
}

static bool through_or_cut(const struct console *c)
{
	trouble(c->w, "count");
	return c->w->struck > c->before || through(c);
}

static bool has_joined(const struct console *c)
{
	return c->joined;
}

static void until(struct console *c, bool (*is)(const struct console *c), const char *what, const char *way, long n)
{
	int64_t end = now_ms() + PATIENCE_MS;
	struct sync_status s;

	while (!is(c)) {
		loop_turn(c->loop, 20);
		sync_status(&s, c->sync);
		if (s.line == SYNC_OFFLINE)
			sync_now(c->sync);
		if (now_ms() > end)
			fail(c->w, "cut %s after %ld bytes: %s; %s %s", way, n, what, sync_line_name(s.line), s.why);
	}
}

static void save(struct console *c, const char *way, long n)
{
	struct record rec = { .kind = RECORD_COMMENT, .ti = "1001" };
	struct saved saved;
	char text[40];

	snprintf(text, sizeof(text), "%s %ld", way, n);
	rec.text = text;
	if (store_save(&saved, c->st, &rec) != STATUS_OK)
		fail(c->w, "saving: %s", status_message());
	c->saved++;
	sync_saved(c->sync);
}

/* Whether the exchange is longer than that. */
static bool cut_at(struct console *c, const char *way, long n)
{
	bool broken;

	trouble(c->w, "cut %s %ld %s", way, n, n / STEP % 2 ? "close" : "reset");
	trouble(c->w, "end");		/* none is left that is not cut */
	c->before = c->w->struck;
	save(c, way, n);
	sync_now(c->sync);
	until(c, through_or_cut, "neither sent nor cut", way, n);
	trouble(c->w, "clear");
	trouble(c->w, "end");
	broken = c->w->struck > c->before;
	c->cuts += broken;
	sync_now(c->sync);
	until(c, through, "it does not come through", way, n);
	return broken;
}

static void begin(struct console *c, struct sync_join **join)
{
	struct online_host host = { .data = c };

	c->loop = loop_new();
	if (store_open(&c->st, c->w->store[0], STORE_CREATE) != STATUS_OK)
		fail(c->w, "the store: %s", status_message());
	host.store = c->st;
	if (online_new(&c->online, c->loop, &host) != STATUS_OK)
		fail(c->w, "verdict-net: %s", status_message());
	c->sync = online_sync(c->online);
	*join = sync_join_new(online_port(c->online), c->w->code[0], NULL, joined, c);
	until(c, has_joined, "not joined", "nothing", 0);
	sync_start(c->sync);
	until(c, through, "no first exchange", "nothing", 0);
}

static void judge(struct console *c)
{
	struct sync_state s;
	struct arena a;

	arena_init(&a);
	if (store_sync_state(&s, &a, c->st) != STATUS_OK)
		fail(c->w, "state: %s", status_message());
	if (s.unsent || s.refused || s.flagged || s.received != c->saved || s.conflict || s.forked)
		fail(c->w, "%" PRIu64 " saved, %" PRIu64 " received, %" PRIu64 " refused, %" PRIu64 " flagged", c->saved, s.received,
			s.refused, s.flagged);
	if (hub_records(c->w) != c->saved)
		fail(c->w, "%" PRIu64 " saved, %" PRIu64 " at the hub", c->saved, hub_records(c->w));
	arena_done(&a);
}

int main(int argc, char **argv)
{
	static const char *const ways[] = { "up", "down" };
	long step = argc > 1 ? strtol(argv[1], NULL, 10) : STEP, longest[2] = { 0, 0 };
	struct sync_join *join;
	struct world w;
	struct console c = { .w = &w };

	crypto_init();
	signal(SIGPIPE, SIG_IGN);
	setenv("ASAN_OPTIONS", "detect_leaks=0", 0);	/* who gave up system calls cannot look for leaks */
	printf("1..1\n");
	fflush(stdout);
	world_open(&w, 1);
	begin(&c, &join);
	for (int i = 0; i < 2; i++)
		for (long n = 0; n < LONGEST && cut_at(&c, ways[i], n); n += step > 0 ? step : STEP)
			longest[i] = n;
	if (longest[0] < 1000 || longest[1] < 1000)
		fail(&w, "the last cuts were after %ld bytes up and %ld down: an exchange is longer", longest[0], longest[1]);
	judge(&c);
	sync_stop(c.sync);
	while (sync_busy(c.sync))
		loop_turn(c.loop, 10);
	sync_join_free(join);
	online_free(c.online);
	store_close(c.st);
	loop_free(c.loop);
	hub_kill(&w, SIGTERM);
	world_close(&w);
	printf("ok 1 - %u exchanges cut, up to byte %ld up and %ld down: %" PRIu64 " records, each once\n", c.cuts, longest[0],
		longest[1], c.saved);
	return 0;
}
