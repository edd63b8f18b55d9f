/* SPDX-License-Identifier: Apache-2.0 */
/* Where a hub lives, and how consoles reach it. Layer: verdictd. Main thread. */
#include "verdictd_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/enrol.h"

#define ADDRESS_MAX 4096

static char *default_dir(void)
{
	const char *env = getenv("VERDICTD_STORE"), *state = getenv("STATE_DIRECTORY");
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (env && *env)
		return mem_strdup(env);
	if (state && *state == '/' && !strchr(state, ':'))	/* systemd's StateDirectory= */
		return mem_strdup(state);
	if (geteuid() == 0)
		return mem_strdup("/var/lib/verdictd");
	if (data && *data == '/')
		return mem_printf("%s/verdictd", data);
	return mem_printf("%s/.local/share/verdictd", home && *home == '/' ? home : "");
}

static char *absolute(const char *path)
{
	char *cwd, *full;

	if (*path == '/' || !(cwd = getcwd(NULL, 0)))
		return mem_strdup(path);
	full = mem_printf("%s/%s", cwd, path);
	free(cwd);
	return full;
}

enum status site_init(struct site *s, const char *store, const char *dir)
{
	char *given = store ? mem_strdup(store) : default_dir();
	const char *path = given;

	memset(s, 0, sizeof(*s));
	s->staging = -1;
	if (strncmp(given, "postgresql://", 13) == 0 || strncmp(given, "postgres://", 11) == 0) {
		char *standard = dir ? NULL : default_dir();

		s->store = mem_printf("postgresql://%s", strstr(given, "://") + 3);
		s->dir = absolute(dir                     ? dir
				: strstr(standard, "://") ? "/var/lib/verdictd"
							  : standard);
		mem_free(standard);
	} else {
		if (strncmp(path, "sqlite:", 7) == 0)
			path += 7;
		if (*path == '\0' || strstr(path, "://")) {
			enum status st = status_set(
				STATUS_USAGE, "%s: want sqlite:DIR or postgresql://…", given);

			mem_free(given);
			return st;
		}
		s->dir = absolute(path);
		s->store = mem_printf("sqlite:%s", s->dir);
	}
	mem_free(given);
	return STATUS_OK;
}

void site_done(struct site *s)
{
	site_close(s);
	if (s->staging >= 0)
		close(s->staging);
	mem_free(s->store);
	mem_free(s->dir);
	mem_free(s->base_url);
	mem_free(s->pem);
	memset(s, 0, sizeof(*s));
}

/* Of a database server only the server knows. */
bool site_exists(const struct site *s)
{
	char *path = mem_printf("%s/hub.db", s->dir);
	bool there = strncmp(s->store, "sqlite:", 7) != 0 || access(path, F_OK) == 0;

	mem_free(path);
	return there;
}

enum status site_open(struct site *s)
{
	struct hub_options o = { .store = s->store, .dir = s->dir };
	enum status st = io_mkdirs(s->dir, 0700);

	return st ? st : hub_open(&s->hub, &o);
}

void site_close(struct site *s)
{
	if (s->hub)
		hub_close(s->hub);
	s->hub = NULL;
}

/* Two lines: the base URL, the pin or "-". */
enum status site_read_address(struct site *s)
{
	char *path = mem_printf("%s/address", s->dir);
	enum status st;
	const char *end;
	struct buf b;

	buf_init(&b, ADDRESS_MAX);
	st = io_read_file(&b, path, ADDRESS_MAX);
	if (st)
		goto out;
	end = strchr(buf_str(&b), '\n');
	if (!end) {
		st = status_set(STATUS_INVALID, "%s: is not what a hub wrote", path);
		goto out;
	}
	mem_free(s->base_url);
	s->base_url = mem_strndup(b.ptr, (size_t)(end - b.ptr));
	s->has_pin = base64url_parse(s->pin, sizeof(s->pin), end + 1, strcspn(end + 1, "\n"));
out:
	buf_done(&b);
	mem_free(path);
	return st;
}

/* Told by the process that serves, else the hub's own. */
enum status site_find_pem(struct site *s)
{
	char *path = mem_printf("%s/tls/hub.pem", s->dir);
	struct tls_identity t;
	enum status st = s->pem ? STATUS_OK : tls_identity_public(&t, path);

	if (!st && !s->pem) {
		if (memcmp(t.pin, s->pin, sizeof(t.pin)) == 0)
			s->pem = mem_strdup(t.certificate);
		tls_identity_done(&t);
	}
	if (!s->pem)
		st = status_set(STATUS_NOT_FOUND, "the certificate of %s is not known here: ask the hub that serves",
			s->base_url ? s->base_url : "the hub");
	mem_free(path);
	return st;
}

enum status site_write_address(const struct site *s)
{
	char *path = mem_printf("%s/address", s->dir);
	enum status st;
	struct buf b;

	buf_init(&b, ADDRESS_MAX);
	buf_printf(&b, "%s\n", s->base_url);
	if (s->has_pin)
		base64url(&b, s->pin, sizeof(s->pin));
	else
		buf_addc(&b, '-');
	buf_addc(&b, '\n');
	st = io_replace_file(path, b.ptr, b.len, 0600);
	buf_done(&b);
	mem_free(path);
	return st;
}

struct only { struct hub_event *event; size_t n; };

static void count_event(struct hub_event *e, void *data)
{
	struct only *o = data;

	o->event = e;
	o->n++;
}

struct hub_event *site_event(struct run *r)
{
	const char *id = run_get(r, "event");
	struct only o = { NULL, 0 };

	if (id) {
		o.event = hub_event_find(r->site->hub, id);
		if (!o.event)
			run_error(r, "there is no event %s at this hub", id);
		return o.event;
	}
	hub_event_each(r->site->hub, count_event, &o);
	if (o.n == 1)
		return o.event;
	run_error(r, o.n ? "the hub has several events: name one with --event"
		: "the hub has no event yet; take one with verdictd import pack");
	return NULL;
}
