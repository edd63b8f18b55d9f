/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Participants: tokens by which they hand in evidence, and evidence that the operator hands in for them. Layer: verdictd.
 * The thread that may use the hub.
 */
#include "verdictd_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/base/vec.h"
#include "verdict/hub/participant.h"

#define FILES_MAX 1024		/* a TI holds no more */
#define KIND_DEFAULT "file"
#define CHUNK (256u << 10)

static void audit(const struct run *r, const char *what, const struct hub_event *e, const char *whom, enum status st)
{
	struct note n;

	if (!r->site->serving)
		return;
	note_begin(&n, NOTE_AUDIT, what);
	note_str(&n, "of", hub_event_id(e));
	note_str(&n, "who", whom);
	note_str(&n, "done", st ? "no" : "yes");
	note_end(&n);
}

/* ---- tokens ---- */

static void tell_token(struct run *r, const char *token, const struct hub_participant *p, int64_t valid_s)
{
	int64_t end = hub_now(r->site->hub) + valid_s * 1000;
	char until[CLOCK_TEXT], moment[RUN_MOMENT];
	struct jsonw w;

	clock_format_utc(until, end);
	run_moment(moment, end);
	if (!r->json) {
		buf_printf(&r->out, "%s\n", token);
		if (!r->quiet)
			buf_printf(&r->err, "For %s %s, until %s: Authorization: Bearer TOKEN\n",
				*p->system ? "system" : "organisation", *p->system ? p->system : p->organisation, moment);
		return;
	}
	jsonw_init(&w, &r->out, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "token", token);
	jsonw_str(&w, "system", *p->system ? p->system : NULL);
	jsonw_str(&w, "organisation", *p->organisation ? p->organisation : NULL);
	jsonw_str(&w, "until", until);
	jsonw_end_object(&w);
	buf_addc(&r->out, '\n');
}

static int new_token(struct run *r, struct hub_event *e, const struct hub_participant *p, int64_t valid_s)
{
	struct hub_call call;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	st = hub_token_new(e, &call, p, valid_s);
	audit(r, "token", e, p->name, st);
	if (st)
		status_set(st, "%s", call.message);
	else
		tell_token(r, buf_str(&call.out), p, valid_s);
	hub_call_done(&call);
	return st ? run_status(r, st) : EXIT_DONE;
}

static int revoke_tokens(struct run *r, struct hub_event *e, const char *whose)
{
	struct hub_call call;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	st = hub_token_revoke(e, &call, whose);
	audit(r, "token revoked", e, whose, st);
	if (st)
		status_set(st, "%s", call.message);
	else if (r->json)
		buf_printf(&r->out, "{\"revoked\": %u}\n", call.count);
	else if (!r->quiet)
		buf_printf(&r->out, "revoked %u token%s\n", call.count, call.count == 1 ? "" : "s");
	hub_call_done(&call);
	return st ? run_status(r, st) : EXIT_DONE;
}

struct listing { struct run *r; struct jsonw w; };

static void list_one(const struct hub_participant *p, int64_t until, void *data)
{
	struct listing *l = data;
	char text[CLOCK_TEXT], moment[RUN_MOMENT];

	clock_format_utc(text, until);
	if (!l->r->json) {
		run_moment(moment, until);
		text_neutralise(&l->r->out, p->name, strlen(p->name), false);
		buf_printf(&l->r->out, "\tuntil %s\n", moment);
		return;
	}
	jsonw_object(&l->w, NULL);
	jsonw_str(&l->w, "system", *p->system ? p->system : NULL);
	jsonw_str(&l->w, "organisation", *p->organisation ? p->organisation : NULL);
	jsonw_str(&l->w, "until", text);
	jsonw_end_object(&l->w);
}

static int list_tokens(struct run *r, struct hub_event *e)
{
	struct listing l = { .r = r };

	jsonw_init(&l.w, &r->out, true);
	if (r->json)
		jsonw_array(&l.w, NULL);
	hub_token_each(e, list_one, &l);
	if (r->json) {
		jsonw_end_array(&l.w);
		buf_addc(&r->out, '\n');
	}
	return EXIT_DONE;
}

int command_token(struct run *r)
{
	const char *system = run_get(r, "system"), *organisation = run_get(r, "organisation"), *valid = run_get(r, "valid"),
		   *revoke = run_get(r, "revoke");
	struct hub_participant p = { "", "", "" };
	int64_t valid_s = INT64_C(7) * 86400;
	struct hub_event *e;

	if (valid && !span_parse(&valid_s, valid)) {
		run_error(r, "%s: want --valid such as 30m, 24h or 7d, at most 30d", valid);
		return EXIT_USAGE;
	}
	if ((system != NULL) + (organisation != NULL) + (revoke != NULL) > 1) {
		run_error(r, "one of --system, --organisation and --revoke");
		return EXIT_USAGE;
	}
	if ((system && strlen(system) > 64) || (organisation && strlen(organisation) > 64)) {
		run_error(r, "an id has at most 64 bytes");
		return EXIT_USAGE;
	}
	e = site_event(r);
	if (!e)
		return EXIT_REFUSED;
	if (revoke)
		return revoke_tokens(r, e, revoke);
	if (!system && !organisation)
		return list_tokens(r, e);
	snprintf(p.system, sizeof(p.system), "%s", system ? system : "");
	snprintf(p.organisation, sizeof(p.organisation), "%s", organisation ? organisation : "");
	snprintf(p.name, sizeof(p.name), "%s", system ? system : organisation);
	return new_token(r, e, &p, valid_s);
}

/* ---- evidence by the operator ---- */

struct handing { struct run *r; struct hub_event *e; const char *ti; unsigned int step; unsigned int n, before; };

static enum status open_file(int *fd_out, int dir, const char *path)
{
	struct stat sb;

	if (dir == AT_FDCWD)
		return io_open_regular(fd_out, path);
	*fd_out = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd_out < 0)
		return status_errno("%s", path);
	return fstat(*fd_out, &sb) == 0 && S_ISREG(sb.st_mode) ? STATUS_OK
		: status_set(STATUS_INVALID, "%s: this is no file", path);
}

static enum status hash_file(struct hub_given *g, int dir, const char *path)
{
	char *chunk = mem_alloc(CHUNK);
	enum status st = open_file(&g->fd, dir, path);
	struct sha256 sum;
	ssize_t n = 1;

	sha256_begin(&sum);
	while (!st && n > 0) {
		n = read(g->fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n < 0)
			st = status_errno("%s", path);
		else
			sha256_add(&sum, chunk, (size_t)n);
		g->size += n > 0 ? (uint64_t)n : 0;
		if (!st && g->size > HUB_GIVEN_MAX)
			st = status_set(STATUS_LIMIT, "%s: larger than %" PRIu64 " MiB", path, HUB_GIVEN_MAX >> 20);
	}
	g->sha256 = sha256_end(&sum);
	mem_free(chunk);
	return st;
}

enum status evidence_hand_in(unsigned int *n_out, struct hub_event *e, const char *ti, unsigned int step, int dir,
	const char *path, const char *name)
{
	struct hub_given g = { .ti = ti, .step = step, .name = name, .kind = KIND_DEFAULT, .fd = -1 };
	struct hub_call call;
	enum status st = hash_file(&g, dir, path);

	hub_call_init(&call, NULL, NULL);
	if (!st) {
		st = hub_give(e, &call, &g);
		if (st)
			status_set(st, "%s: %s", name, call.message);
	}
	*n_out = call.count;
	hub_call_done(&call);
	if (g.fd >= 0)
		close(g.fd);
	return st;
}

static enum status hand_in(struct handing *h, const char *path, const char *name)
{
	unsigned int n;
	enum status st = evidence_hand_in(&n, h->e, h->ti, h->step, AT_FDCWD, path, name);

	h->n += !st;
	return st;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The plain files of one folder, by name, so that numbers are the same each time. */
static enum status hand_in_folder(struct handing *h, const char *dir)
{
	VEC(char *) names = VEC_INIT;
	DIR *d = opendir(dir);
	const struct dirent *entry;
	enum status st = d ? STATUS_OK : status_errno("%s", dir);

	while (!st && (entry = readdir(d)))
		if (entry->d_name[0] != '.')
			vec_push(&names, mem_strdup(entry->d_name));
	if (d)
		closedir(d);
	if (names.len > FILES_MAX)
		st = status_set(STATUS_LIMIT, "more than %d files in the folder", FILES_MAX);
	if (names.len)
		qsort(names.at, names.len, sizeof(*names.at), by_name);
	for (size_t i = 0; i < names.len; i++) {
		char *path = mem_printf("%s/%s", dir, names.at[i]);
		struct stat sb;

		if (!st && lstat(path, &sb) == 0 && S_ISREG(sb.st_mode))
			st = hand_in(h, path, names.at[i]);
		mem_free(path);
		mem_free(names.at[i]);
	}
	vec_done(&names);
	return st;
}

void before_import(struct run *r)
{
	const struct option *o = r->command->options;
	const char *slash;

	if (r->n_args != 2 || strcmp(r->args[0], "evidence") != 0 || run_get(r, "name"))
		return;
	while (o->name && strcmp(o->name, "name") != 0)
		o++;
	slash = strrchr(r->args[1], '/');
	if (o->name && r->n_values < RUN_VALUES_MAX)
		r->values[r->n_values++] = (struct run_value){ o, slash ? slash + 1 : r->args[1] };
}

int import_evidence(struct run *r)
{
	const char *ti = run_get(r, "ti"), *step = run_get(r, "step"), *name = run_get(r, "name"), *path = r->args[1];
	struct handing h = { .r = r, .ti = ti };
	char *end = NULL;
	enum status st;
	struct stat sb;

	if (step)
		h.step = (unsigned int)strtoul(step, &end, 10);
	if (!ti || (step && (*end || *step < '1' || *step > '9' || h.step > 999))) {
		run_error(r, ti ? "--step wants a number" : "say for which TI: --ti TI");
		return EXIT_USAGE;
	}
	h.e = site_event(r);
	if (!h.e)
		return EXIT_REFUSED;
	if (stat(path, &sb) != 0)
		st = status_errno("%s", path);
	else if (S_ISDIR(sb.st_mode))
		st = hand_in_folder(&h, path);
	else
		st = hand_in(&h, path, name && *name ? name : strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	audit(r, "evidence", h.e, ti, st);
	if (r->json)
		buf_printf(&r->out, "{\"items\": %u}\n", h.n);
	else if (!r->quiet)
		buf_printf(&r->out, "%u item%s of evidence at TI %s\n", h.n, h.n == 1 ? "" : "s", ti);
	return st ? run_status(r, st) : EXIT_DONE;
}
