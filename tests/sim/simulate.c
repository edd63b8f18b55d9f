/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles and a hub in one process: the real session machine, store and hub, on a clock, a network and faults that
 * follow from a seed. Monitors grade, claim and settle while requests and answers get lost, the hub is restarted and
 * restored from backups, consoles are restarted or die at the k-th operation of their disk, and have clocks of their
 * own, evidence is fetched; then all is mended, and it must come to an end where everything that was saved is in the
 * hub's feed exactly once and all screens say the same.
 *
 *   simulate [FIRST [COUNT]]    seeds; a failing one is printed and replays. Layer: tests.
 */
#include "tests/sim/world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/fault/vfs_shim.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/clock.h"
#include "verdict/hub/care.h"
#include "verdict/hub/import.h"
#include "verdict/store/blob.h"

/* ---- consoles ---- */

static void console_open(struct console *c)
{
	MUST(c->w, store_open(&c->st, c->dir, STORE_CREATE) == STATUS_OK);
	c->s = sync_new(&c->port);
	if (c->w->budget)
		sync_budget(c->s, 4u << 20);
	if (c->joined)
		sync_start(c->s);
}

/* Jobs under way are done, requests are forgotten: as after a crash between two of them. */
static void console_close(struct console *c)
{
	bool again = true;

	sync_stop(c->s);
	while (again) {
		again = false;
		for (size_t i = 0; i < c->w->events.len; i++) {
			struct moment e = c->w->events.at[i];

			if (e.what != JOB || e.c != c)
				continue;
			c->w->events.at[i] = c->w->events.at[--c->w->events.len];
			e.job->work(e.job, c->st);
			e.job->done(e.job);
			again = true;
			break;
		}
	}
	sync_stop(c->s);
	sync_free(c->s);
	store_close(c->st);
	c->st = NULL;
}

static void joined(enum status code, const char *message, void *data)
{
	struct console *c = data;

	(void)message;
	if (code == STATUS_OK) {
		c->joined = true;
		sync_start(c->s);
	}
}

static char *make_code(struct world *w, const char *person, unsigned int roles)
{
	struct hub_invitation i = { .person = person, .roles = roles };
	struct enrol_code code = { .base_url = "http://127.0.0.1:8080", .host = "127.0.0.1", .port = 8080, .event = "ev" };
	struct hub_call call;
	struct buf b;
	char *text;

	hub_call_init(&call, NULL, NULL);
	MUST(w, hub_enrol_new(hub_event_find(w->h, "ev"), &call, &i) == STATUS_OK);
	snprintf(code.secret, sizeof(code.secret), "%s", buf_str(&call.out));
	buf_init(&b, ENROL_CODE_MAX);
	enrol_code_format(&b, &code);
	text = mem_strdup(buf_str(&b));
	buf_done(&b);
	hub_call_done(&call);
	return text;
}

/* ---- people ---- */

static void keep_saved(struct console *c, const struct record *rec)
{
	struct saved saved;

	if (store_save(&saved, c->st, rec) != STATUS_OK)
		return;		/* the rules: not every TI takes every verdict */
	vec_push(&c->w->saved, saved.rid);
	sync_saved(c->s);
}

static void settle(struct console *c)
{
	struct dispute *d;
	struct arena a;
	size_t n;

	arena_init(&a);
	MUST(c->w, store_disputes(&d, &n, &a, c->st) == STATUS_OK);
	if (n && !d[0].barred && d[0].n_sides) {
		const struct dispute_side *side = &d[0].sides[below(c->w, (unsigned int)d[0].n_sides)];
		struct record rec = { .kind = RECORD_RESOLUTION, .ti = d[0].ti, .outcome = side->outcome, .has_of = true,
			.of = side->rid, .text = "settled" };

		keep_saved(c, &rec);
	}
	arena_done(&a);
}

static void act(struct console *c)
{
	static const enum outcome outcomes[] = { OUTCOME_VERIFIED, OUTCOME_PARTIAL, OUTCOME_FAILED };
	struct world *w = c->w;
	struct record rec = { .kind = RECORD_VERDICT, .text = "because" };
	char ti[16];

	snprintf(ti, sizeof(ti), "%u", 1001 + below(w, TIS));
	rec.ti = ti;
	rec.outcome = outcomes[below(w, 3)];
	switch (below(w, 8)) {
	case 0:
		sync_claim(c->s, ti);
		break;
	case 1:
		sync_release(c->s, ti);
		break;
	case 2:
		rec.kind = RECORD_COMMENT;
		keep_saved(c, &rec);
		break;
	case 3:
		sync_now(c->s);
		break;
	default:
		if (c->roles & ROLE_LEAD)
			settle(c);
		else
			keep_saved(c, &rec);
	}
}

/* ---- faults ---- */

static void hub_changed(struct hub_event *e, uint64_t size, void *data)
{
	(void)e;
	(void)size;
	wake_polls(data);
}

static void hub_start(struct world *w)
{
	char *store = mem_printf("sqlite:%s/store", w->dir);
	struct hub_options o = { .store = store, .dir = w->dir, .in_line = true };

	must(w, hub_open(&w->h, &o) == STATUS_OK, "the hub opens");
	hub_on_change(w->h, hub_changed, w);
	mem_free(store);
}

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void hub_restored(struct world *w)
{
	char *file = mem_printf("%s/backup", w->dir), *store = mem_printf("%s/store", w->dir);
	char *url = mem_printf("sqlite:%s", store);
	struct hub_options o = { .store = url, .dir = w->dir };
	struct hub_restored got;

	nftw(store, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	must(w, hub_restore(&got, &o, file) == STATUS_OK, "the backup is restored");
	w->restores++;
	mem_free(file);
	mem_free(store);
	mem_free(url);
}

static void hub_falls(struct world *w)
{
	bool restore = w->has_backup && below(w, 3) == 0;

	hub_close(w->h);
	if (restore)
		hub_restored(w);
	hub_start(w);
	wake_polls(w);
}

static bool all_joined(const struct world *w)
{
	bool all = true;

	for (unsigned int i = 0; i < CONSOLES; i++)
		all = all && w->c[i].joined;
	return all;
}

static void back_up(struct world *w)
{
	char *file = mem_printf("%s/backup", w->dir);
	bool all = all_joined(w);	/* who is in no backup would have to be let in anew */

	if (all)
		must(w, hub_backup(w->h, file, false) == STATUS_OK, "a backup is made");
	w->has_backup = w->has_backup || all;
	mem_free(file);
}

static void fault(struct world *w)
{
	struct console *c = &w->c[below(w, CONSOLES)];

	switch (below(w, 5)) {
	case 0:
		hub_falls(w);
		break;
	case 1:
		back_up(w);
		break;
	case 2:
		if (!c->joined)
			break;
		in_time_of(w, c);
		console_close(c);
		console_open(c);
		in_time_of(w, NULL);
		w->restarts++;
		break;
	default:
		w->no_way_until = w->now + below(w, 90000);
	}
}

/* ---- a world ---- */

/* One of a byte, one of two pieces, which costs most of a seed's time: one seed in eight has it so long. */
static void put_evidence(struct world *w, const char *pack)
{
	size_t len = w->evidence_len = w->seed % 8 ? 5000 : EVIDENCE_LONG;
	char *bytes = mem_alloc(len);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	pack_put(pack, "evidence/0", bytes, 1);
	pack_put(pack, "evidence/1", bytes, len);
	w->evidence[0] = sha256(bytes, 1);
	w->evidence[1] = sha256(bytes, len);
	mem_free(bytes);
}

static void hub_begin(struct world *w)
{
	char *pack = mem_printf("%s/pack", w->dir);
	struct hub_import how = { .tick = NULL };
	struct hub_imported got;
	struct buf b;

	hub_start(w);
	pack_write(pack, NULL, NULL, 0);
	buf_init(&b, 65536);
	buf_adds(&b, "[");
	for (unsigned int i = 0; i < CONSOLES; i++)
		buf_printf(&b, "%s{\"id\":\"%s\",\"name\":\"%s\",\"roles\":[\"%s\"]}", i ? "," : "", w->c[i].person,
			w->c[i].person, w->c[i].roles == ROLE_LEAD ? "lead" : "monitor");
	buf_adds(&b, "]");
	pack_put(pack, "persons.json", b.ptr, b.len);
	buf_reset(&b);
	put_evidence(w, pack);
	for (unsigned int i = 0; i < TIS; i++) {
		char hex[DIGEST_HEX];

		digest_hex(hex, &w->evidence[i % EVIDENCE]);
		buf_printf(&b, "{\"id\":\"%u\",\"test\":\"T1\",\"status\":\"to-be-verified\",\"since\":\"2026-11-18T10:00:00+09:00\","
			"\"revision\":1,\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}],\"evidence\":[{\"n\":1,\"name\":\"e\",\"kind\":\"file\","
			"\"sha256\":\"%s\",\"size\":%zu,\"file\":\"evidence/%u\"}]}\n", 1001 + i, hex, i % EVIDENCE ? w->evidence_len : 1,
			i % EVIDENCE);
	}
	pack_put(pack, "instances.ndjson", b.ptr, b.len);
	must(w, hub_import(&got, w->h, pack, &how) == STATUS_OK, "the pack is imported");
	buf_done(&b);
	mem_free(pack);
}

static void world_init(struct world *w, uint64_t seed)
{
	static const struct { const char *person; unsigned int roles; } people[CONSOLES] = {
		{ "m1", ROLE_MONITOR }, { "m2", ROLE_MONITOR }, { "l1", ROLE_LEAD } };

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->random = seed * UINT64_C(0x9e3779b97f4a7c15);
	w->loss = below(w, 4) * 10;
	w->delay_ms = below(w, 2) ? 50 : 3000;
	w->budget = below(w, 2);
	w->dir = mem_printf("%s/verdict-simulate-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	MUST(w, mkdtemp(w->dir) != NULL);
	clock_freeze_ms(-1);
	clock_freeze_ms(BEGIN_MS);
	for (unsigned int i = 0; i < CONSOLES; i++) {
		struct console *c = &w->c[i];

		c->w = w;
		c->person = people[i].person;
		c->roles = people[i].roles;
		c->dir = mem_printf("%s/console-%u", w->dir, i);
		/* half of them right, the others up to twenty minutes off: over what a hub takes without a flag */
		c->skew_ms = below(w, 2) ? 0 : (int64_t)below(w, 2400000) - 1200000;
		port_init(c);
	}
	hub_begin(w);
}

static void world_done(struct world *w)
{
	for (unsigned int i = 0; i < CONSOLES; i++) {
		sync_join_free(w->c[i].join);
		console_close(&w->c[i]);
		mem_free(w->c[i].dir);
	}
	for (size_t i = 0; i < w->polls.len; i++)
		flight_free(w->polls.at[i]);
	for (size_t i = 0; i < w->events.len; i++)
		if (w->events.at[i].flight)
			flight_free(w->events.at[i].flight);
	hub_close(w->h);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	vec_done(&w->events);
	vec_done(&w->polls);
	vec_done(&w->saved);
	mem_free(w->dir);
}

/* What a console does by itself: with luck. Without, nothing reaches its disk from the k-th operation on, and it is over. */
static void do_alone(struct world *w, const struct moment *e)
{
	struct console *c = e->c;
	struct fault dies = { .kind = FAULT_EIO, .for_ever = true };
	bool unlucky = !w->mended && c->joined && below(w, 25) == 0;

	if (unlucky) {
		dies.at = 1 + below(w, 40);
		fault_set(&dies);
	}
	if (e->what == JOB) {
		e->job->work(e->job, c->st);
		e->job->done(e->job);
	} else if (c->joined) {
		act(c);
	}
	if (unlucky && fault_hit()) {
		console_close(c);
		fault_clear();
		console_open(c);
		w->deaths++;
	}
	fault_clear();
}

static void happen_there(struct world *w, struct moment *e)
{
	switch (e->what) {
	case AT_HUB:
		forget_poll(w, e->flight);
		at_hub(w, e->flight);
		break;
	case ANSWERED:
		answered(e->flight);
		break;
	case WAKE:
		if (e->c->s && e->c->joined)
			sync_tick(e->c->s);
		break;
	case JOB:
		do_alone(w, e);
		break;
	case ACT:
		do_alone(w, e);
		if (!w->mended)
			plan(w, (struct moment){ .at = w->now + 1000 + below(w, 60000), .what = ACT, .c = e->c });
		break;
	case FAULT:
		if (!w->mended) {
			fault(w);
			plan(w, (struct moment){ .at = w->now + 1000 + below(w, 120000), .what = FAULT });
		}
		break;
	}
}

static void happen(struct world *w, struct moment *e)
{
	bool here = e->c && e->what != AT_HUB;

	if (here)
		in_time_of(w, e->c);
	happen_there(w, e);
	if (here)
		in_time_of(w, NULL);
}

/* Each console says that nothing is left to do, and none is behind. */
static bool settled(const struct world *w)
{
	uint8_t epoch[EPOCH_BYTES];
	struct sync_status status;
	struct digest root;
	uint64_t size;

	hub_head(hub_event_find(w->h, "ev"), &size, &root, epoch);
	for (unsigned int i = 0; i < CONSOLES; i++) {
		if (!w->c[i].joined || !sync_settled(w->c[i].s))
			return false;
		sync_status(&status, w->c[i].s);
		if (status.cursor != size)
			return false;
	}
	return true;
}

/* Then all look at the evidence, once: it comes. */
static bool evidence_here(struct world *w)
{
	bool all = true;

	for (unsigned int i = 0; i < CONSOLES; i++)
		for (unsigned int k = 0; k < EVIDENCE; k++) {
			if (!w->looked)
				sync_fetch(w->c[i].s, &w->evidence[k]);
			all = all && blob_here(w->c[i].st, &w->evidence[k]);
		}
	w->looked = true;
	return all;
}

/* A console that could not be let in for all the trouble asks again. */
static void join_again(struct world *w, char **codes)
{
	for (unsigned int i = 0; i < CONSOLES; i++) {
		struct console *c = &w->c[i];

		if (c->joined)
			continue;
		in_time_of(w, c);
		sync_join_free(c->join);
		c->join = sync_join_new(&c->port, codes[i], NULL, joined, c);
		in_time_of(w, NULL);
	}
}

static void mend(struct world *w)
{
	w->mended = true;
	w->mended_at = w->now;
	for (unsigned int i = 0; i < CONSOLES; i++)
		if (w->c[i].joined)
			sync_now(w->c[i].s);
}

/* The next moment; where all only wait for news, their patience ends. */
static bool move_on(struct moment *e, struct world *w)
{
	if (!next_moment(e, w)) {
		w->now += PATIENCE_MS;
		wake_polls(w);
		if (!next_moment(e, w))
			return false;
	}
	if (e->at > w->now)
		w->now = e->at;
	clock_freeze_ms(BEGIN_MS + w->now);
	return true;
}

static void run(struct world *w, char **codes)
{
	int64_t next_join = 0, next_end = PATIENCE_MS;
	struct moment e;

	for (;;) {
		bool moved = move_on(&e, w);

		must(w, moved || !all_joined(w), "something happens");
		if (!moved && w->now < next_join)	/* nobody was let in yet: each tries again when it is time */
			w->now = next_join;
		if (w->now >= next_join) {
			join_again(w, codes);
			next_join = w->now + 60000;
		}
		if (!moved)
			continue;
		happen(w, &e);
		if (w->now >= next_end) {
			wake_polls(w);
			next_end = w->now + PATIENCE_MS;
		}
		if (!w->mended && w->now >= WORK_MS)
			mend(w);
		if (w->mended && settled(w) && evidence_here(w))
			return;
		must(w, !w->mended || w->now < w->mended_at + MEND_MS, "all comes together in time");
	}
}

static void one_seed(uint64_t seed, unsigned int *told)
{
	struct world w;
	char *codes[CONSOLES];

	world_init(&w, seed);
	for (unsigned int i = 0; i < CONSOLES; i++) {
		codes[i] = make_code(&w, w.c[i].person, w.c[i].roles);
		console_open(&w.c[i]);
		plan(&w, (struct moment){ .at = 1000 + below(&w, 60000), .what = ACT, .c = &w.c[i] });
	}
	plan(&w, (struct moment){ .at = 30000 + below(&w, 60000), .what = FAULT });
	run(&w, codes);
	check_feed(&w);
	check_consoles(&w);
	told[0] += (unsigned int)w.saved.len;
	told[1] += w.restores;
	told[2] += w.restarts;
	told[3] += w.lost;
	told[4] += w.deaths;
	world_done(&w);
	for (unsigned int i = 0; i < CONSOLES; i++)
		mem_free(codes[i]);
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : 200;
	unsigned int told[5] = { 0 };

	crypto_init();
	fault_install();
	printf("1..1\n");
	fflush(stdout);
	for (uint64_t seed = first; seed < first + count; seed++)
		one_seed(seed, told);
	printf("ok 1 - %llu seeds: %u records, %u restores, %u restarts of consoles, %u deaths at their disk, %u messages lost\n",
		(unsigned long long)count, told[0], told[1], told[2], told[4], told[3]);
	return 0;
}
