/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Five consoles (store, session machine and verdict-net, a process each) work against verdictd over TLS and a network that
 * cuts, resets, flips, slices, delays and swallows; the hub and the consoles are killed, consoles also at the k-th write.
 * Then all is mended, and the history of what each was told is judged: every record that was said to be saved is at
 * the hub and at all consoles once; claims are one register a TI with growing fences; every dispute is seen by all.
 *
 *   jepsen [SEED [COUNT [SECONDS]]]     what goes wrong when follows from the seed, but not who is faster
 *
 * Layer: tests.
 */
#include "tests/fault/jepsen_world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/arena.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/hub/care.h"
#include "verdict/hub/hub.h"
#include "verdict/proto/cert.h"
#include "verdict/proto/payload.h"
#include "verdict/store/query.h"
#include "verdict/store/sync.h"

#define HEAL_S 60
#define ENOUGH 150		/* records of a run */

struct told { unsigned int records, claims, disputes, hub_kills, console_kills, write_kills; unsigned long connections, struck; };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what goes wrong ---- */

static void bad_network(struct world *w)
{
	static const char *const kinds[] = { "cut", "reset", "flip", "slice", "latency", "slow" };
	char line[100] = "mix clean";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (below(w, 2)) {
			strncat(line, " ", sizeof(line) - strlen(line) - 1);
			strncat(line, kinds[i], sizeof(line) - strlen(line) - 1);
		}
	trouble(w, "clear");
	trouble(w, "%s", line);
	trouble(w, "end");
}

static void something_happens(struct world *w)
{
	unsigned int n = below(w, JEPSEN_CONSOLES);

	switch (below(w, 8)) {
	case 0:
	case 1:
		bad_network(w);
		break;
	case 2:
		trouble(w, "clear");
		break;
	case 3:
		trouble(w, "hole");
		nap(50 + below(w, 250));
		trouble(w, "clear");
		break;
	case 4:
		trouble(w, "end");
		break;
	case 5:
		hub_kill(w, SIGKILL);
		nap(below(w, 200));
		hub_start(w);
		w->hub_kills++;
		break;
	case 6:
		console_kill(w, n);
		console_start(w, n, 0);
		w->console_kills++;
		break;
	default:
		console_kill(w, n);
		console_start(w, n, 1 + below(w, 400));
		w->console_kills++;
	}
}

/* ---- all is well again ---- */

static bool together(const struct world *w, uint64_t size)
{
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		const struct jepsen_seat *s = &w->shared->seats[n];

		if (!s->joined || !s->settled || s->unsent || s->cursor != size)
			return false;
	}
	return true;
}

_Noreturn static void fail_apart(struct world *w)
{
	uint64_t size = hub_size(w);

	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		const struct jepsen_seat *s = &w->shared->seats[n];

		if (!s->joined || !s->settled || s->unsent || s->cursor != size)
			fail(w, "console %u does not come together with the hub: joined %d, settled %d, unsent %" PRIu64 ", at %" PRIu64
				" of %" PRIu64 "; %s", n, s->joined, s->settled, s->unsent, s->cursor, size, s->line);
	}
	fail(w, "it took too long");
}

static void mend(struct world *w)
{
	int64_t end = now_ms() + HEAL_S * 1000;

	trouble(w, "clear");
	trouble(w, "end");
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {	/* none is to die at a write any more */
		console_kill(w, n);
		console_start(w, n, 0);
	}
	w->shared->phase = 1;
	while (!together(w, hub_size(w))) {
		consoles_reap(w);
		if (now_ms() > end)
			fail_apart(w);
		nap(50);
	}
	w->shared->phase = 2;
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		int status;

		if (waitpid(w->console[n], &status, 0) != w->console[n] || !WIFEXITED(status) || WEXITSTATUS(status))
			fail(w, "console %u ended with %x: %s", n, (unsigned int)status, w->shared->seats[n].failure);
		w->console[n] = 0;
	}
	hub_kill(w, SIGTERM);
}

/* ---- what there is ---- */

struct said { enum ti_status status; size_t verdicts; };
struct found {
	struct jepsen_history history;
	VEC(struct digest) feed;
	VEC(struct digest) journals;
	VEC(struct jepsen_grant) grants;
	VEC(struct jepsen_decision) decisions;
	bool shown[JEPSEN_CONSOLES][JEPSEN_TIS];
	struct said says[JEPSEN_CONSOLES][JEPSEN_TIS];
	const char *replica[JEPSEN_CONSOLES];
	struct arena a;
};

static unsigned int console_of(struct world *w, const struct found *f, const char *replica)
{
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++)
		if (strcmp(f->replica[n], replica) == 0)
			return n;
	fail(w, "a claim of nobody: %s", replica);
}

static void take_record(struct world *w, struct found *f, const struct feed_entry *e)
{
	struct envelope env;
	struct digest rid;
	struct record rec;

	if (feed_record(&env, e) != STATUS_OK || !envelope_ok(&rid, &env))
		fail(w, "a record of the feed does not hold");
	vec_push(&f->feed, rid);
	if (payload_parse(&rec, &f->a, arena_strn(&f->a, env.payload, env.len), env.len) != STATUS_OK)
		fail(w, "a payload of the feed: %s", status_message());
	if (rec.kind == RECORD_VERDICT || rec.kind == RECORD_RESOLUTION)
		vec_push(&f->decisions, ((struct jepsen_decision){ .ti = (unsigned int)strtoul(rec.ti, NULL, 10) - 1000, .rid = rid,
			.base = rec.base, .n_base = rec.n_base, .outcome = rec.outcome }));
}

static void take_claim(struct world *w, struct found *f, const struct feed_entry *e)
{
	struct feed_claim c;

	if (feed_claim_parse(&c, &f->a, arena_strn(&f->a, e->body, e->len), e->len) != STATUS_OK)
		fail(w, "a claim of the feed: %s", status_message());
	vec_push(&f->grants, ((struct jepsen_grant){ .ti = (unsigned int)strtoul(c.ti, NULL, 10) - 1000,
		.console = console_of(w, f, c.replica), .state = c.state, .fence = c.fence }));
}

static void read_feed(struct world *w, struct found *f, uint64_t *size, struct digest *root)
{
	char *store = mem_printf("sqlite:%s/hub", w->dir), *dir = mem_printf("%s/hub", w->dir);
	struct hub_options o = { .store = store, .dir = dir, .in_line = true };
	uint8_t epoch[EPOCH_BYTES];
	struct page_reader r;
	struct page_head head;
	struct feed_entry e;
	struct hub_event *ev;
	struct hub *h;
	uint64_t since = 0;
	struct buf b;

	if (hub_open(&h, &o) != STATUS_OK || !(ev = hub_event_find(h, "ev")))
		fail(w, "the hub's store: %s", status_message());
	hub_head(ev, size, root, epoch);
	buf_init(&b, FEED_PAGE_MAX);
	do {
		if (hub_page(&b, ev, epoch, since, 0) != STATUS_OK || page_open(&r, &head, b.ptr, b.len) != STATUS_OK)
			fail(w, "a page: %s", status_message());
		while (page_next(&e, NULL, NULL, &r) == STATUS_OK) {
			since = e.seq;
			if (e.type == FEED_RECORD)
				take_record(w, f, &e);
			else if (e.type == FEED_CLAIM)
				take_claim(w, f, &e);
		}
	} while (head.more);
	buf_done(&b);
	hub_close(h);
	mem_free(store);
	mem_free(dir);
}

static void read_journal(struct world *w, struct found *f, struct store *st)
{
	struct journal_row *rows;
	uint64_t before = 0;
	size_t n;

	do {
		if (store_journal_page(&rows, &n, &f->a, st, before, 100, -1) != STATUS_OK)
			fail(w, "a journal: %s", status_message());
		for (size_t i = 0; i < n; i++) {
			vec_push(&f->journals, rows[i].rid);
			before = rows[i].position;
		}
	} while (n);
}

/* Before the hub is read: its claims name replicas. */
static void read_replicas(struct world *w, struct found *f)
{
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		struct sync_state s;
		struct store *st;

		if (store_open(&st, w->store[n], 0) != STATUS_OK || store_sync_state(&s, &f->a, st) != STATUS_OK)
			fail(w, "console %u: %s", n, status_message());
		f->replica[n] = arena_str(&f->a, s.replica);
		store_close(st);
	}
}

static void read_console(struct world *w, struct found *f, unsigned int n, uint64_t size, const struct digest *root)
{
	struct instance *ti;
	struct sync_state s;
	struct store *st;
	char id[16];

	if (store_open(&st, w->store[n], 0) != STATUS_OK || store_sync_state(&s, &f->a, st) != STATUS_OK)
		fail(w, "console %u: %s", n, status_message());
	if (s.unsent || s.refused || s.conflict || s.forked || s.revoked)
		fail(w, "console %u: %" PRIu64 " unsent, %" PRIu64 " refused, conflict %s", n, s.unsent, s.refused,
			s.conflict ? s.conflict : "none");
	if (s.cursor != size || !digest_equal(&s.root, root))
		fail(w, "console %u has another history than the hub, %" PRIu64 " of %" PRIu64, n, s.cursor, size);
	read_journal(w, f, st);
	for (unsigned int i = 1; i <= JEPSEN_TIS; i++) {
		snprintf(id, sizeof(id), JEPSEN_TI, i);
		if (store_instance(&ti, &f->a, st, id) != STATUS_OK)
			fail(w, "console %u: TI %s: %s", n, id, status_message());
		f->shown[n][i - 1] = ti->row.disputed;
		f->says[n][i - 1] = (struct said){ ti->row.status, ti->n_verdicts };
		if (f->says[n][i - 1].status != f->says[0][i - 1].status || f->says[n][i - 1].verdicts != f->says[0][i - 1].verdicts)
			fail(w, "TI %s: console %u says %s, console 0 %s", id, n, ti_status_name(f->says[n][i - 1].status),
				ti_status_name(f->says[0][i - 1].status));
	}
	store_close(st);
}

static void read_history(struct world *w, struct found *f)
{
	char *path = mem_printf("%s/history", w->dir);
	struct buf b;

	buf_init(&b, 64u << 20);
	if (io_read_file(&b, path, 64u << 20) != STATUS_OK || !jepsen_history_parse(&f->history, buf_str(&b)))
		fail(w, "the history cannot be read");
	buf_done(&b);
	mem_free(path);
}

/* ---- judging ---- */

static void judge(struct world *w, struct told *told)
{
	struct found f = { .feed = VEC_INIT };
	struct digest root;
	uint64_t size;
	struct buf why;

	arena_init(&f.a);
	buf_init(&why, 4096);
	read_replicas(w, &f);
	read_feed(w, &f, &size, &root);
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++)
		read_console(w, &f, n, size, &root);
	read_history(w, &f);
	if (!jepsen_judge_set(&why, &f.history, f.journals.at, f.journals.len, f.feed.at, f.feed.len) ||
			!jepsen_judge_claims(&why, &f.history) ||
			!jepsen_judge_grants(&why, &f.history, f.grants.at, f.grants.len) ||
			!jepsen_judge_disputes(&why, f.decisions.at, f.decisions.len, f.shown, JEPSEN_CONSOLES))
		fail(w, "%s", buf_str(&why));
	told->records += (unsigned int)f.feed.len;
	told->claims += (unsigned int)f.grants.len;
	for (unsigned int i = 0; i < JEPSEN_TIS; i++)
		told->disputes += f.shown[0][i];
	jepsen_history_done(&f.history);
	vec_done(&f.feed);
	vec_done(&f.journals);
	vec_done(&f.grants);
	vec_done(&f.decisions);
	arena_done(&f.a);
	buf_done(&why);
}

static unsigned int saved(const struct world *w)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < JEPSEN_CONSOLES; i++)
		n += w->shared->seats[i].saved;
	return n;
}

/* Until the next thing goes wrong: some time, and on a slow machine as much as some work takes. */
static void some_work(struct world *w)
{
	unsigned int before = saved(w);

	nap(20 + below(w, 180));
	for (unsigned int ms = 0; ms < 2000 && saved(w) < before + 5; ms += 10) {
		consoles_reap(w);
		nap(10);
	}
	consoles_reap(w);
}

static void run(uint64_t seed, int64_t seconds, struct told *told)
{
	struct world w;
	int64_t end;

	world_open(&w, seed);
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++)
		console_start(&w, n, 0);
	for (end = now_ms() + seconds * 1000; now_ms() < end || (saved(&w) < ENOUGH && now_ms() < end + HEAL_S * 1000); ) {
		something_happens(&w);
		some_work(&w);
	}
	mend(&w);
	judge(&w, told);
	told->hub_kills += w.hub_kills;
	told->console_kills += w.console_kills;
	told->write_kills += w.write_kills;
	told->connections += w.connections;
	told->struck += w.struck;
	world_close(&w);
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	int64_t seconds = argc > 3 ? strtoll(argv[3], NULL, 10) : 4;
	struct told t = { 0 };

	crypto_init();
	signal(SIGPIPE, SIG_IGN);
	setenv("ASAN_OPTIONS", "detect_leaks=0", 0);	/* who gave up system calls cannot look for leaks */
	printf("1..1\n");
	fflush(stdout);
	for (uint64_t seed = first; seed < first + count; seed++)
		run(seed, seconds, &t);
	if (t.records == 0 || t.claims == 0) {
		printf("not ok 1 - nothing was done\n");
		return 1;
	}
	printf("ok 1 - %" PRIu64 " seeds of %" PRId64 " s: %u records, %u words on claims, %u disputes; hub killed %u times, consoles %u "
		"and %u within their work; %lu of %lu connections bad\n", count, seconds, t.records, t.claims, t.disputes, t.hub_kills,
		t.console_kills, t.write_kills, t.struck, t.connections);
	return 0;
}
