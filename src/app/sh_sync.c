/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict sync, and join with a code: the session machine run to its end, or for as long as somebody watches. Layer
 * app; the thread that owns the store, which no full-screen console has then.
 */
#include "shell_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/app/online.h"
#include "verdict/app/options.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/model/event.h"
#include "verdict/store/sync.h"

#define CUTS_MAX 1000
#define SHRINKS_MAX 6		/* a batch is halved so often before nothing goes */
#define EVIDENCE_TRIES 3	/* in a row, before a single exchange gives up on it */
#define TURN_MS 200
#define END_MS 5000		/* that what is under way may take to end */

struct run {
	struct shell *sh;
	struct loop *loop;
	struct online *online;
	struct ways_plan plan;
	bool joined, watched;
	enum status join_code;
	char join_why[NET_MESSAGE];
	uint64_t moved;		/* what went over, in whatever unit */
	bool moves;		/* something did since the last way was given up */
	unsigned int cuts;
	uint64_t lost;		/* batches, when it was */
	unsigned int shrinks;	/* batches lost in a row without any that came through */
	enum sync_line told;
	const char *told_way;
};

/* The person at the terminal is asked right here: nothing else goes on meanwhile. */
static void ask(void *data, const char *text, bool secret)
{
	struct run *r = data;
	char *said = r->sh->ask ? r->sh->ask(text, secret) : NULL;

	online_answer(r->online, said);
	if (said)
		explicit_bzero(said, strlen(said));
	mem_free(said);
}

static enum status begin(struct run *r, struct shell *sh, const char *only)
{
	struct options *plain = sh->options ? NULL : options_new();
	struct online_host host = { .store = sh->st, .data = r, .ask = ask, .plan = &r->plan };
	struct event_ways event;
	enum status code;
	size_t w;

	store_event_ways(&event, &sh->arena, sh->st);
	code = ways_plan(&r->plan, sh->options ? sh->options : plain, &event, sh->dir, only);
	r->plan.evidence = strcmp(sh->cmd->name, "sync") == 0 && shell_has(sh, "evidence");
	/* who says how many megabytes asks for them */
	for (w = 0; w < WAY_COUNT && strcmp(sh->cmd->name, "sync") == 0 && shell_get(sh, "prefetch"); w++)
		r->plan.cost[w] = SYNC_COST_FREE;
	options_free(plain);
	if (code != STATUS_OK)
		return code;
	r->sh = sh;
	r->loop = loop_new();
	code = online_new(&r->online, r->loop, &host);
	if (code != STATUS_OK)
		loop_free(r->loop);
	return code;
}

static void end(struct run *r)
{
	int64_t until = clock_mono_ns() + END_MS * INT64_C(1000000);

	online_stop(r->online);
	while (online_busy(r->online) && clock_mono_ns() < until)
		loop_turn(r->loop, TURN_MS);
	online_free(r->online);
	loop_free(r->loop);
}

/* Progress on a terminal; true once the person had enough. */
static bool tick(struct run *r, const struct sync_status *s)
{
	struct import_progress p = { .what = "changes from the hub", .done = s->cursor, .total = s->head };

	if (!r->sh->tick)
		return false;
	if (s->line != SYNC_ONLINE)
		p = (struct import_progress){ .what = "reaching the hub" };
	else if (s->unsent)
		p = (struct import_progress){ .what = "records to the hub", .done = s->sent, .total = s->sent + s->unsent };
	else if (s->cursor >= s->head && s->evidence_left)
		p = (struct import_progress){ .what = "evidence", .done = s->evidence_bytes };
	return r->sh->tick(&p, r->sh->tick_data);
}

/* ---- how it ended ---- */

static void report_json(struct shell *sh, const struct sync_status *s)
{
	char root[DIGEST_HEX];
	struct jsonw w;

	digest_hex(root, &s->root);
	jsonw_init(&w, &sh->out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "line", sync_line_name(s->line));
	jsonw_str(&w, "way", s->way);
	jsonw_str(&w, "failure", s->failure ? net_failure_name(s->failure) : NULL);
	jsonw_str(&w, "why", s->why[0] ? s->why : NULL);
	jsonw_int(&w, "sent", (int64_t)s->sent);
	jsonw_int(&w, "received", (int64_t)s->received);
	jsonw_int(&w, "unsent", (int64_t)s->unsent);
	jsonw_int(&w, "refused", (int64_t)s->refused);
	jsonw_int(&w, "cursor", (int64_t)s->cursor);
	jsonw_int(&w, "head", (int64_t)s->head);
	jsonw_str(&w, "root", root);
	jsonw_int(&w, "batches", (int64_t)s->batches);
	jsonw_int(&w, "batches_lost", (int64_t)s->batches_lost);
	jsonw_int(&w, "line_rate", (int64_t)s->line_rate);
	jsonw_str(&w, "evidence_held", s->held);
	jsonw_str(&w, "notice", s->notice[0] ? s->notice : NULL);
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

static void report(struct shell *sh, const struct sync_status *s)
{
	char root[DIGEST_HEX];

	digest_hex(root, &s->root);
	sh_printf(sh, "%llu record%s sent, %llu change%s received; ", (unsigned long long)s->sent, s->sent == 1 ? "" : "s",
		(unsigned long long)s->received, s->received == 1 ? "" : "s");
	if (s->unsent)
		sh_printf(sh, "%llu unsent", (unsigned long long)s->unsent);
	else
		sh_printf(sh, "nothing unsent");
	if (s->refused)
		sh_printf(sh, ", %llu refused (verdict journal refused)", (unsigned long long)s->refused);
	sh_printf(sh, "; hub %llu %.4s %.4s\n", (unsigned long long)s->cursor, root, root + 4);
}

static int outcome(struct shell *sh, const struct sync_status *s, bool settled)
{
	if (sh->json)
		report_json(sh, s);
	else if (!sh->quiet && (settled || s->sent || s->received))
		report(sh, s);
	if (s->notice[0])
		shell_error(sh, "%s", s->notice);
	if (settled)
		return s->refused ? SHELL_REFUSED : SHELL_DONE;
	if (s->line == SYNC_ALONE) {
		shell_error(sh, "this store knows no hub: its event came from a pack; verdict join CODE enrols it");
		return SHELL_REFUSED;
	}
	if (s->line == SYNC_ONLINE && s->evidence_left && s->evidence_failures) {
		shell_error(sh, "the connection breaks whenever evidence is fetched: %llu not here yet; the next sync goes on where this one stopped",
			(unsigned long long)s->evidence_left);
		return SHELL_UNREACHED;
	}
	if (s->line == SYNC_OFFLINE && strcmp(s->way, "https") != 0)
		shell_error(sh, "the hub cannot be reached by %s: %s", s->way, s->why);
	else
		shell_error(sh, "%s%s", s->line == SYNC_OFFLINE ? "the hub cannot be reached: " : "", s->why);
	return s->line == SYNC_BARRED || s->line == SYNC_LOCKED ? SHELL_REFUSED : SHELL_UNREACHED;
}

/* No way is left, or the hub wants none. */
static bool over(const struct run *r, const struct sync_status *s)
{
	if (online_busy(r->online))
		return false;
	/* bodies of evidence may need more of the line than it ever gives; what is here stays, and another time goes on from it */
	if (s->evidence_left && s->evidence_failures >= EVIDENCE_TRIES)
		return true;
	return online_gave_up(r->online) || s->line == SYNC_ALONE || s->line == SYNC_LOCKED || s->line == SYNC_BARRED;
}

/* Own records that the hub has; 0 where the store cannot tell. */
static uint64_t at_hub(struct shell *sh)
{
	struct sync_state s;

	if (store_sync_state(&s, &sh->arena, sh->st) == STATUS_OK)
		return s.received + s.flagged;
	status_clear();
	return 0;
}

/* A line that is cut again and again is a way as long as each time brings something over, or the next batch is smaller. */
static bool once_more(struct run *r, const struct sync_status *s)
{
	bool smaller = s->batches_lost > r->lost;

	r->shrinks = r->moves ? 0 : r->shrinks + 1;
	if (!online_gave_up(r->online) || !(r->moves || (smaller && r->shrinks <= SHRINKS_MAX)))
		return false;
	if (s->line != SYNC_OFFLINE || (s->failure != NET_CUT && s->failure != NET_SILENT && s->failure != NET_TLS) || ++r->cuts > CUTS_MAX)
		return false;
	r->moves = false;
	r->lost = s->batches_lost;
	online_now(r->online);
	return true;
}

static void look_for_progress(struct run *r, const struct sync_status *s)
{
	uint64_t moved = s->sent + s->received + s->moved;

	if (moved <= r->moved)		/* what was counted once, and counts anew after a cut, is no progress */
		return;
	r->moves = true;
	r->moved = moved;
}

/* To the end of one exchange: settled, or no way. */
static int run_once(struct run *r)
{
	uint64_t before = at_hub(r->sh), after;
	struct sync_status s;
	bool settled = false, stopped = false;

	if (r->joined)
		online_joined(r->online);
	else
		online_start(r->online);
	do {
		loop_turn(r->loop, TURN_MS);
		online_status(&s, r->online);
		settled = online_settled(r->online);
		stopped = tick(r, &s);
		look_for_progress(r, &s);
	} while (!settled && !stopped && (!over(r, &s) || once_more(r, &s)));
	online_status(&s, r->online);
	/* a record may come back in the feed before the hub's receipt for it: then no receipt counts it */
	after = at_hub(r->sh);
	if (after > before && after - before > s.sent)
		s.sent = after - before;
	if (stopped) {
		shell_error(r->sh, "stopped; what was not sent stays in the journal");
		return SHELL_UNREACHED;
	}
	return outcome(r->sh, &s, settled);
}

static void tell_line(struct run *r, const struct sync_status *s)
{
	char at[CLOCK_TEXT];

	if (s->line == r->told && s->way == r->told_way)
		return;
	r->told = s->line;
	r->told_way = s->way;
	clock_format_time(at, clock_wall_ms(), sh_tz(r->sh));
	sh_printf(r->sh, "%s %s %s%s", at, sync_line_name(s->line), s->way, s->why[0] ? ": " : "");
	sh_text(r->sh, s->why);
	sh_printf(r->sh, "\n");
	(void)shell_flush(r->sh);
}

/* Until somebody says stop. */
static int run_watch(struct run *r)
{
	struct import_progress none = { .what = "watching" };
	struct sync_status s;

	r->told = SYNC_ALONE;
	online_start(r->online);
	do {
		loop_turn(r->loop, TURN_MS);
		online_status(&s, r->online);
		tell_line(r, &s);
	} while ((s.line != SYNC_ALONE || online_busy(r->online)) && !(r->sh->tick && r->sh->tick(&none, r->sh->tick_data)));
	return outcome(r->sh, &s, online_settled(r->online));
}

int sh_run_sync(struct shell *sh)
{
	const char *budget = shell_get(sh, "prefetch"), *via = shell_get(sh, "via");
	struct run r;
	int code;

	if (budget && strspn(budget, "0123456789") != strlen(budget))
		return sh_usage_error(sh, "--prefetch takes a number of megabytes");
	if (shell_has(sh, "evidence") && (!via || strcmp(via, way_name(WAY_SFTP)) != 0))
		return sh_usage_error(sh, "--evidence is for --via sftp: over the other ways the hub has it from where it was made");
	memset(&r, 0, sizeof(r));
	code = shell_status(sh, begin(&r, sh, via));
	if (code != SHELL_DONE)
		return code;
	sync_budget(online_sync(r.online), budget ? strtoull(budget, NULL, 10) << 20 : 0);
	code = shell_has(sh, "watch") ? run_watch(&r) : run_once(&r);
	sh->wrote = true;
	end(&r);
	return code;
}

/* ---- join CODE ---- */

static void on_joined(enum status code, const char *message, void *data)
{
	struct run *r = data;

	r->joined = true;
	r->join_code = code;
	snprintf(r->join_why, sizeof(r->join_why), "%s", message);
}

/* Over a tunnel the server says more than the request that it let down. */
static int join_failed(struct shell *sh, const struct run *r)
{
	struct sync_status s;

	online_status(&s, r->online);
	if (r->plan.order[0] != WAY_HTTPS && r->join_code == STATUS_OFFLINE && s.why[0])
		shell_error(sh, "not enrolled by %s: %s", s.way, s.why);
	else
		shell_error(sh, "not enrolled: %s", r->join_why);
	switch (r->join_code) {
	case STATUS_OFFLINE:
		return SHELL_UNREACHED;
	case STATUS_USAGE:
		return SHELL_USAGE;
	case STATUS_DENIED:
	case STATUS_EXISTS:
	case STATUS_CONFLICT:
	case STATUS_INVALID:
		return SHELL_REFUSED;
	default:
		return SHELL_BROKEN;
	}
}

/* Until the servers in between let us in; false where they do not. */
static bool open_way(struct run *r)
{
	online_open(r->online);
	while (!online_opened(r->online) && !online_gave_up(r->online))
		loop_turn(r->loop, TURN_MS);
	r->join_code = STATUS_OFFLINE;
	return online_opened(r->online);
}

static int join_by(struct shell *sh, const char *code, const char *way)
{
	struct sync_join *join;
	struct run r;
	int rc;

	memset(&r, 0, sizeof(r));
	rc = shell_status(sh, begin(&r, sh, way));
	if (rc != SHELL_DONE)
		return rc;
	if (open_way(&r)) {
		join = sync_join_new(online_port(r.online), code, sh->passphrase, on_joined, &r);
		while (!r.joined)
			loop_turn(r.loop, TURN_MS);
		sync_join_free(join);
	}
	if (r.joined && r.join_code == STATUS_OK) {
		sh->wrote = true;
		rc = run_once(&r);
	} else {
		rc = join_failed(sh, &r);
	}
	end(&r);
	return rc;
}

/* HTTPS first; where it does not lead there and verdict.conf knows a tunnel, that one. */
int sh_join_code(struct shell *sh, const char *code)
{
	const char *via = shell_get(sh, "via"), *hub = sh->options ? options_word(sh->options, "hub") : "";
	int rc;

	if (via && strcmp(via, "https") != 0 && strcmp(via, "ssh") != 0)
		return sh_usage_error(sh, "--via takes https or ssh here, not %s: a code needs an answer at once", via);
	rc = join_by(sh, code, via ? via : "https");
	if (rc == SHELL_UNREACHED && !via && *hub && !store_me(sh->st)) {
		if (!sh->quiet)
			shell_error(sh, "trying the SSH tunnel that verdict.conf sets");
		rc = join_by(sh, code, "ssh");
	}
	return rc;
}
