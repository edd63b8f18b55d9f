/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles from the full screen. A turn lasts some milliseconds and yields to whatever is urgent, so a verdict is saved
 * while a gigabyte goes to a stick. Layer app, UI thread; run functions on the store thread.
 */
#include "verdict/app/stick.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verdict/app/prompt.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/store/carry.h"

#define TURN_NS INT64_C(40000000)
#define PLACES_MAX 32
#define LEFT_AFTER_NS INT64_C(3000000000)	/* a guess before that is none */

struct stick_job {
	struct job job;
	struct stick *s;	/* NULL: the console ends */
	struct app *app;
	char *path, *passphrase;
	bool write, evidence, all, plain;
	bool stop, locked, wrong;
	struct carry_out *out;
	struct carry_in *in;
	struct carry_progress p, shown;	/* of the store thread; as the screen may see it */
	int64_t since;		/* `shown` is at the same thing since; monotonic ns */
	struct carry_sent sent;
	struct carry_taken taken;
	struct bundle_report report;
	enum status code;
	char why[320];
};

struct stick {
	struct app *app;
	struct stick_job *job;	/* under way */
	bool stop;		/* it is to end with this turn */
	struct arena places;
};

struct stick *stick_new(struct app *app)
{
	struct stick *s = mem_zalloc(sizeof(*s));

	s->app = app;
	arena_init(&s->places);
	return s;
}

void stick_free(struct stick *s)
{
	if (s->job)
		s->job->s = NULL;
	arena_done(&s->places);
	mem_free(s);
}

/* ---- on the store thread ---- */

static enum status begin(struct stick_job *j, struct store *st)
{
	struct carry_wish wish = { .path = j->path, .all = j->all, .evidence = j->evidence, .plain = j->plain };

	if (!st)
		return status_set(STATUS_ERROR, "the console has no store open");
	if (store_is_locked(st)) {
		j->wrong = j->passphrase && store_unlock(st, j->passphrase) != STATUS_OK;
		j->locked = !j->passphrase || j->wrong;
		if (j->locked)
			return STATUS_AGAIN;
	}
	return j->write ? carry_out_begin(&j->out, st, &wish) : carry_in_begin(&j->in, st, j->path, false);
}

static void take_results(struct stick_job *j)
{
	if (j->out)
		j->sent = *carry_out_sent(j->out);
	if (j->in) {
		j->taken = *carry_in_taken(j->in);
		j->report = *carry_in_report(j->in);
	}
	carry_out_end(j->out);
	carry_in_end(j->in);
	j->out = NULL;
	j->in = NULL;
}

static void run(struct job *job, void *resource)
{
	struct stick_job *j = (struct stick_job *)job;
	int64_t until = clock_mono_ns() + TURN_NS;
	struct store *st = resource;

	j->locked = j->wrong = false;
	j->code = j->out || j->in ? STATUS_OK : begin(j, st);
	j->p.what = "beginning";
	while (j->code == STATUS_OK && j->p.what && !j->stop && clock_mono_ns() < until &&
	       !worker_urgent_waiting(j->app->store))
		j->code = j->out ? carry_out_step(&j->p, j->out, st) : carry_in_step(&j->p, j->in, st);
	if (j->stop && !j->code && j->p.what)
		j->code = status_set(STATUS_CANCELLED, "stopped");
	if (j->code && !j->locked)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
	if ((j->code && !j->locked) || !j->p.what)
		take_results(j);
}

/* ---- back on the screen ---- */

static void forget_secret(struct stick_job *j)
{
	if (j->passphrase)
		explicit_bzero(j->passphrase, strlen(j->passphrase));
	mem_free(j->passphrase);
	j->passphrase = NULL;
}

static void end(struct stick_job *j)
{
	if (j->s)
		j->s->job = NULL;
	forget_secret(j);
	carry_out_end(j->out);
	carry_in_end(j->in);
	mem_free(j->path);
	mem_free(j);
}

static const char *many(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void tell_written(struct stick_job *j)
{
	app_message(j->app, MESSAGE_DONE, "%llu record%s, %llu item%s of evidence in %s, read back and compared: safe to remove",
		(unsigned long long)j->sent.records, many(j->sent.records), (unsigned long long)j->sent.evidence,
		many(j->sent.evidence), j->path);
}

static void tell_read(struct stick_job *j)
{
	const struct carry_taken *t = &j->taken;
	const struct bundle_report *r = &j->report;
	bool bad = r->lost_bytes || r->shut || t->bad || t->evidence_cut;

	app_message(j->app, bad ? MESSAGE_WARNING : MESSAGE_DONE,
		"%llu new record%s to forward, %llu answered, %llu change%s, %llu item%s of evidence%s",
		(unsigned long long)t->fresh, many(t->fresh), (unsigned long long)t->changed, (unsigned long long)t->entries,
		many(t->entries), (unsigned long long)t->evidence, many(t->evidence),
		r->seal == SEAL_SHUT ? "; sealed for somebody else" : bad ? "; parts are damaged: verdict bundle verify tells" : "");
}

static void finish(struct stick_job *j)
{
	struct app *app = j->app;

	if (j->code)
		app_message(app, j->code == STATUS_CANCELLED ? MESSAGE_NOTE : MESSAGE_ERROR, "%s", j->why);
	else if (j->write)
		tell_written(j);
	else
		tell_read(j);
	if (!j->code)
		app_changed(app);
	app->dirty = app->tell = true;
	end(j);
}

static void passphrase_given(struct app *app, const char *text, void *data)
{
	struct stick_job *j = data;

	forget_secret(j);
	if (!text) {
		app_message(app, MESSAGE_NOTE, "the key stays locked");
		end(j);
		return;
	}
	j->passphrase = mem_strdup(text);
	app_store_job(app, &j->job);
}

static void done(struct job *job)
{
	struct stick_job *j = (struct stick_job *)job;

	if (!j->s || j->app->leaving || job->cancelled) {
		end(j);
	} else if (j->locked) {
		prompt_secret(j->app, j->wrong ? "that is not it; passphrase of your key: " : "passphrase of your key: ",
			passphrase_given, j);
	} else if (j->code == STATUS_OK && j->p.what) {
		if (j->shown.what != j->p.what)
			j->since = clock_mono_ns();
		j->shown = j->p;
		j->stop = j->s->stop;
		j->app->dirty = true;
		app_store_job(j->app, &j->job);
	} else {
		finish(j);
	}
}

void stick_left(char out[STICK_LEFT], int64_t since, uint64_t done, uint64_t total)
{
	int64_t spent = clock_mono_ns() - since;
	double left = done && done < total ? (double)spent * ((double)total / (double)done - 1) / 1e9 : 0;

	out[0] = '\0';
	if (spent < LEFT_AFTER_NS || left < 1 || left > 86400)
		return;
	if (left < 90)
		snprintf(out, STICK_LEFT, "%.0f s left", left);
	else
		snprintf(out, STICK_LEFT, "%.0f min left", left / 60 + 0.5);
}

bool stick_now(char *out, size_t max, int *permille, const struct stick *s)
{
	const struct stick_job *j = s->job;
	char left[STICK_LEFT] = "";
	const char *name;

	if (!j)
		return false;
	name = strrchr(j->path, '/') ? strrchr(j->path, '/') + 1 : j->path;
	if (j->shown.what)
		stick_left(left, j->since, j->shown.done, j->shown.total);
	snprintf(out, max, "%s: %s%s%s", name, j->shown.what ? j->shown.what : "beginning", *left ? ", " : "", left);
	*permille = j->shown.total ? (int)(j->shown.done * 1000 / j->shown.total) : -1;
	return true;
}

static enum status post(struct stick *s, const char *path, struct stick_job **out)
{
	struct stick_job *j;

	if (s->job)
		return status_set(STATUS_BUSY, "%s is under way; bundle-stop ends it", s->job->path);
	j = mem_zalloc(sizeof(*j));
	j->job.name = "bundle";
	j->job.run = run;
	j->job.done = done;
	j->s = s;
	j->app = s->app;
	j->path = mem_strdup(path);
	s->job = *out = j;
	s->stop = false;
	return STATUS_OK;
}

/* ---- where to ---- */

/* "FOLDER/P01-20261122-1015.bundle"; with a number behind where that is there. */
char *stick_name(const char *folder, const char *who, int tz_min)
{
	char at[CLOCK_TEXT], stamp[16], person[40], *path = NULL;
	size_t n = 0, k = 0, len = strlen(folder);
	struct stat sb;

	clock_format_minute(at, clock_wall_ms(), tz_min);
	for (const char *p = at; *p && n < sizeof(stamp) - 1; p++)
		if (*p == ' ' || (*p >= '0' && *p <= '9'))
			stamp[n++] = *p == ' ' ? '-' : *p;
	stamp[n] = '\0';
	for (const char *p = who; *p && k < sizeof(person) - 1; p++)
		if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'))
			person[k++] = *p;
	person[k] = '\0';
	for (int i = 1; i == 1 || (i < 100 && lstat(path, &sb) == 0); i++) {
		char number[16] = "";

		if (i > 1)
			snprintf(number, sizeof(number), "-%d", i);
		mem_free(path);
		path = mem_printf("%s%s%s-%s%s.bundle", folder, len && folder[len - 1] == '/' ? "" : "/", person, stamp, number);
	}
	return path;
}

static char *made_up(const struct stick *s, const char *folder)
{
	return stick_name(folder, s->app->me ? s->app->me->id : "records", s->app->tz_min);
}

static char *absolute(const char *path)
{
	char cwd[PATH_MAX];

	if (*path == '/' || !getcwd(cwd, sizeof(cwd)))
		return mem_strdup(path);
	return mem_printf("%s/%s", cwd, path);
}

enum status stick_write(struct stick *s, const char *path, bool evidence, bool all, bool plain)
{
	char *full = absolute(path), *file = NULL;
	struct stick_job *j;
	struct stat sb;
	enum status code;

	if (stat(full, &sb) == 0 && S_ISDIR(sb.st_mode))
		file = made_up(s, full);
	code = post(s, file ? file : full, &j);
	if (code == STATUS_OK) {
		j->write = true;
		j->evidence = evidence;
		j->all = all;
		j->plain = plain;
		app_store_job(s->app, &j->job);
	}
	mem_free(file);
	mem_free(full);
	return code;
}

enum status stick_read(struct stick *s, const char *path)
{
	char *full = absolute(path);
	struct stick_job *j;
	enum status code = post(s, full, &j);

	if (code == STATUS_OK)
		app_store_job(s->app, &j->job);
	mem_free(full);
	return code;
}

enum status stick_stop(struct stick *s)
{
	if (!s->job)
		return status_set(STATUS_NOT_FOUND, "no bundle is under way");
	s->stop = true;
	return STATUS_OK;
}

/* ---- completion ---- */

struct places { struct stick *s; const char **at; size_t n; bool write; };

/* Words of the prompt end at a blank, and what a stranger named is not for the prompt. */
static bool plain_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("'\"\\#", *p))
			return false;
	return *name && *name != '.';
}

static void add_place(struct places *p, const char *path)
{
	if (p->n < PLACES_MAX)
		p->at[p->n++] = arena_str(&p->s->places, path);
}

/* Bundles in the folder; or the file that would be written there. */
static void offer_folder(struct places *p, const char *folder)
{
	const struct dirent *e;
	DIR *dir;

	if (p->write) {
		char *file = made_up(p->s, folder);

		if (access(folder, W_OK) == 0)
			add_place(p, file);
		mem_free(file);
		return;
	}
	dir = opendir(folder);
	while (dir && (e = readdir(dir))) {
		const char *dot = strrchr(e->d_name, '.');

		if (plain_name(e->d_name) && dot && (strcmp(dot, ".bundle") == 0 || strcmp(dot, ".receipts") == 0))
			add_place(p, arena_printf(&p->s->places, "%s/%s", folder, e->d_name));
	}
	if (dir)
		closedir(dir);
}

/* Folders below `top` that are another file system than it: what is mounted there. Two levels: /media/USER/STICK. */
static void offer_mounted(struct places *p, const char *top, int depth)
{
	const struct dirent *e;
	struct stat here, sb;
	DIR *dir = opendir(top);

	while (dir && stat(top, &here) == 0 && (e = readdir(dir))) {
		char *path = mem_printf("%s/%s", top, e->d_name);

		if (plain_name(e->d_name) && stat(path, &sb) == 0 && S_ISDIR(sb.st_mode)) {
			if (sb.st_dev != here.st_dev)
				offer_folder(p, path);
			else if (depth > 0)
				offer_mounted(p, path, depth - 1);
		}
		mem_free(path);
	}
	if (dir)
		closedir(dir);
}

/* The folder that was typed so far. */
static void offer_typed(struct places *p, const char *prefix)
{
	const char *slash = strrchr(prefix, '/');
	char *folder = mem_strndup(prefix, slash ? (size_t)(slash - prefix) : 0);

	if (*folder)
		offer_folder(p, folder);
	mem_free(folder);
}

const char **stick_places(struct stick *s, const char *prefix, bool write)
{
	struct places p = { .s = s, .write = write };

	arena_done(&s->places);
	arena_init(&s->places);
	p.at = arena_array(&s->places, const char *, PLACES_MAX + 1);
	offer_mounted(&p, "/run/media", 1);
	offer_mounted(&p, "/media", 1);
	offer_typed(&p, prefix);
	p.at[p.n] = NULL;
	return p.at;
}
