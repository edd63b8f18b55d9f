/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import gazelle: the database is read in the caller's process, which may reach it, into an event pack; the hub takes
 * that as any other. Layer: verdictd. Main thread.
 */
#include "verdictd_priv.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/base/thread.h"
#include "verdict/gazelle/gazelle.h"

static void line(struct buf *out, const char *head, const char *text)
{
	buf_adds(out, head);
	text_neutralise(out, text, strlen(text), false);
	buf_addc(out, '\n');
}

static void tell_sessions(struct run *r, struct gazelle *g)
{
	const struct gazelle_session *s;
	struct buf one;
	size_t n;

	if (gazelle_sessions(&s, &n, g))
		return;
	buf_init(&one, 64u << 10);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&one);
		buf_printf(&one, "%6" PRId64 "  %s to %s  %6" PRIu64 " TIs  %s", s[i].id, *s[i].begins ? s[i].begins : "?",
			*s[i].ends ? s[i].ends : "?", s[i].instances, s[i].name);
		line(&r->err, "", buf_str(&one));
	}
	buf_done(&one);
}

static void tell_counts(struct run *r, const struct gazelle *g, const struct gazelle_counts *n)
{
	const char *const *lines;
	uint64_t all;
	size_t count;

	if (!r->quiet)
		buf_printf(&r->out, "Gazelle, event %s: %" PRIu64 " tests, %" PRIu64 " organisations, %" PRIu64 " systems, %" PRIu64
			" lines, %" PRIu64 " persons, %" PRIu64 " TIs, %" PRIu64 " items of evidence (%" PRIu64 " links not fetched)\n",
			gazelle_event(g), n->tests, n->organisations, n->systems, n->lines, n->persons, n->instances, n->evidence,
			n->links);
	count = gazelle_left_out(&lines, g);
	for (size_t i = 0; i < count && !r->quiet; i++)
		line(&r->err, "left out: ", lines[i]);
	count = gazelle_problems(&lines, &all, g);
	for (size_t i = 0; i < count; i++)
		line(&r->err, "problem: ", lines[i]);
	if (all > count)
		buf_printf(&r->err, "problem: and %" PRIu64 " more\n", all - count);
}

static void put_counts(struct jsonw *w, const struct gazelle_counts *n)
{
	const struct { const char *key; uint64_t n; } all[] = {
		{ "tracks", n->tracks }, { "profiles", n->profiles }, { "actors", n->actors }, { "transactions", n->transactions },
		{ "tests", n->tests }, { "organisations", n->organisations }, { "systems", n->systems }, { "lines", n->lines },
		{ "persons", n->persons }, { "instances", n->instances }, { "participants", n->participants }, { "steps", n->steps },
		{ "evidence", n->evidence }, { "links", n->links }, { "history", n->history }, { "skipped", n->skipped },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		jsonw_int(w, all[i].key, (int64_t)all[i].n);
}

static void put_lines(struct jsonw *w, const char *key, const char *const *lines, size_t n)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, lines[i]);
	jsonw_end_array(w);
}

/* The JSON so far; what the hub answers is put behind by after_gazelle(). `n` NULL: nothing was read. */
static void keep_json(struct run *r, const struct gazelle *g, const struct gazelle_counts *n)
{
	const char *const *lines;
	struct jsonw w;
	struct buf b;
	uint64_t all;
	size_t count;

	buf_init(&b, 4u << 20);
	jsonw_init(&w, &b, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "event", gazelle_event(g));
	jsonw_bool(&w, "unchanged", !n);
	if (n) {
		put_counts(&w, n);
		count = gazelle_left_out(&lines, g);
		put_lines(&w, "left_out", lines, count);
		count = gazelle_problems(&lines, &all, g);
		jsonw_int(&w, "problems_in_all", (int64_t)all);
		put_lines(&w, "problems", lines, count);
	}
	jsonw_end_object(&w);
	r->told = arena_str(&r->a, buf_str(&b));
	buf_done(&b);
}

void after_gazelle(struct run *r)
{
	char *answer;

	if (!r->told)
		return;
	answer = mem_strdup(r->out.len ? buf_str(&r->out) : "null\n");
	buf_reset(&r->out);
	buf_printf(&r->out, "{\"gazelle\": %s,\n\"import\": %s}\n", r->told, answer);
	mem_free(answer);
}

/* Does the hub say that nothing changed since? */
static bool hub_has(struct run *r, const char *event, const char *mark)
{
	const char *args[] = { "unchanged", event };
	struct command ask = *r->command;
	struct run q;
	bool same;

	if (!mark)
		return false;
	run_init(&q);
	ask.flags &= ~(unsigned int)COMMAND_TAKES;	/* no file comes with it */
	ask.flags |= COMMAND_OPENS;			/* no event has to be loaded for it */
	q.command = &ask;
	q.site = r->site;
	q.args = args;
	q.n_args = 2;
	run_set(&q, "mark", mark);
	same = run_at_hub(&q) == EXIT_DONE;
	run_done(&q);
	return same;
}

/* The quick mark first: another one does not say that anything changed here. */
static bool nothing_new(struct run *r, struct gazelle *g)
{
	return site_exists(r->site) && (hub_has(r, gazelle_event(g), gazelle_mark(g, true)) ||
		hub_has(r, gazelle_event(g), gazelle_mark(g, false)));
}

/* What the next import asks for. */
static void keep_marks(struct run *r, struct gazelle *g)
{
	for (int quick = 0; quick < 2; quick++)
		if (gazelle_mark(g, quick))
			run_set(r, "mark", arena_str(&r->a, gazelle_mark(g, quick)));
}

static enum status make_folder(struct run *r, char **pack)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = mem_printf("%s/verdictd-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	enum status st = STATUS_OK;

	if (!mkdtemp(folder))
		st = status_errno("%s", folder);
	if (!st) {
		*pack = r->made = mem_printf("%s/pack", folder);
		st = io_mkdirs(*pack, 0700);
	}
	mem_free(folder);
	return st;
}

/* ---- TIs are read while the hub takes them ---- */

struct gazelle_reading {
	struct gazelle *g;
	const char *dir;
	struct thread *thread;
	struct lock lock;	/* of what follows */
	struct wakeup wakeup;
	uint64_t wrote, seen;	/* how often more was there */
	bool end;
	/* ---- after its end ---- */
	struct gazelle_counts n;
	enum status st;
	char *why;
	bool told;
};

static void wrote(void *data)
{
	struct gazelle_reading *g = data;

	lock_take(&g->lock);
	g->wrote++;
	wakeup_wake(&g->wakeup);
	lock_give(&g->lock);
}

static void read_instances(void *data)
{
	struct gazelle_reading *g = data;
	enum status st = gazelle_write_instances(&g->n, g->g, g->dir, wrote, g);

	g->why = st ? mem_strdup(status_message()) : NULL;
	lock_take(&g->lock);
	g->st = st;
	g->end = true;
	wakeup_wake(&g->wakeup);
	lock_give(&g->lock);
}

enum status reading_more(void *reading)
{
	struct gazelle_reading *g = reading;
	enum status st;

	lock_take(&g->lock);
	while (g->seen == g->wrote && !g->end)
		wakeup_wait(&g->wakeup, &g->lock, -1);
	st = !g->end ? STATUS_OK : g->st ? g->st : STATUS_NOT_FOUND;
	g->seen = g->wrote;
	lock_give(&g->lock);
	return st;
}

enum status reading_wait(struct run *r)
{
	struct gazelle_reading *g = r->reading;

	if (!g)
		return STATUS_OK;
	thread_join(g->thread);
	g->thread = NULL;
	if (g->st)
		return status_set(g->st, "%s", g->why);
	if (!g->told && r->json)
		keep_json(r, g->g, &g->n);
	else if (!g->told)
		tell_counts(r, g->g, &g->n);
	g->told = true;
	return STATUS_OK;
}

void reading_end(struct run *r)
{
	struct gazelle_reading *g = r->reading;

	if (!g)
		return;
	thread_join(g->thread);
	gazelle_close(g->g);
	wakeup_done(&g->wakeup);
	lock_done(&g->lock);
	mem_free(g->why);
	mem_free(g);
	r->reading = NULL;
}

static void reading_begin(struct run *r, struct gazelle *g, const char *dir)
{
	struct gazelle_reading *new = mem_zalloc(sizeof(*new));

	new->g = g;
	new->dir = dir;
	lock_init(&new->lock);
	wakeup_init(&new->wakeup);
	r->reading = new;
	new->thread = thread_start("gazelle-read", read_instances, new);
}

/* Nobody but this process will use the pack. */
static bool hub_is_here(const struct run *r)
{
	return !run_get(r, "pack") && !(run_get(r, "dry-run") && !site_exists(r->site));
}

static int read_database(struct run *r, struct gazelle *g, const char *dir)
{
	char *made = NULL;
	enum status st = dir ? io_mkdirs(dir, 0755) : make_folder(r, &made);

	if (!st)
		st = gazelle_write_head(g, dir ? dir : made);
	if (st)
		return run_status(r, st);
	if (!dir)
		keep_marks(r, g);
	reading_begin(r, g, dir ? dir : made);
	if (hub_is_here(r))
		return BEFORE_GO_ON;
	st = reading_wait(r);
	if (st)
		return run_status(r, st);
	if (!dir)
		return BEFORE_GO_ON;
	if (r->json)
		after_gazelle(r);
	return EXIT_DONE;
}

static int64_t session_of(struct run *r, int *code)
{
	const char *word = run_get(r, "session");
	char *end = NULL;
	long long n = word ? strtoll(word, &end, 10) : 0;

	if (word && (*end || end == word || n <= 0)) {
		run_error(r, "--session takes a number");
		*code = EXIT_USAGE;
	}
	return n;
}

static int from_database(struct run *r, struct gazelle *g, int64_t session)
{
	const struct gazelle_how how = { session, run_get(r, "event"), run_get(r, "zone"), run_get(r, "files") };
	const char *dir = run_get(r, "pack");
	enum status st = gazelle_choose(g, &how);
	int code;

	if (st) {
		code = run_status(r, st);
		if (st == STATUS_CONFLICT || st == STATUS_NOT_FOUND)
			tell_sessions(r, g);
		return code;
	}
	if (!dir && nothing_new(r, g)) {
		if (r->json) {
			keep_json(r, g, NULL);
			after_gazelle(r);
		} else if (!r->quiet) {
			buf_printf(&r->out, "event %s: nothing changed in Gazelle since the last import\n", gazelle_event(g));
		}
		return EXIT_DONE;
	}
	return read_database(r, g, dir);
}

int before_gazelle(struct run *r)
{
	struct gazelle *g = NULL;
	int code = EXIT_DONE;
	int64_t session;
	enum status st;

	if (strcmp(r->args[0], "gazelle") != 0)
		return BEFORE_GO_ON;
	session = session_of(r, &code);
	if (code)
		return code;
	st = gazelle_open(&g, r->args[1]);
	code = st ? run_status(r, st) : from_database(r, g, session);
	if (!r->reading)
		gazelle_close(g);
	if (code != BEFORE_GO_ON)
		return code;
	if (run_get(r, "dry-run") && !site_exists(r->site)) {	/* no hub is made for it */
		if (r->json)
			after_gazelle(r);
		return EXIT_DONE;
	}
	r->args[0] = "pack";
	r->args[1] = r->made;
	return BEFORE_GO_ON;
}
