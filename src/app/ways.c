/* SPDX-License-Identifier: Apache-2.0 */
/* Options that tell the ways to the hub, and the file of host keys that a person compared. Layer app; any thread. */
#include "verdict/app/ways.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/model/event.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/url.h"

#define SSH_PORT 22
#define PORT_MAX 65535
#define KNOWN_MAX 65536
#define COMPARED_MIN 16		/* characters of base64, 96 bits */
#define PRINT_CHARS 43		/* of base64 without padding */

static const char *const names[] = { "https", "ssh", "sftp" };

const char *way_name(enum way w)
{
	return w < WAY_COUNT ? names[w] : "no way";
}

/* ---- places ---- */

static bool copy(char *out, size_t max, const char *p, size_t n)
{
	if (n >= max || memchr(p, 0, n))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool port_parse(unsigned int *out, const char *p, size_t n)
{
	unsigned int v = 0;
	size_t i;

	for (i = 0; i < n && i < 6; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		v = v * 10 + (unsigned int)(p[i] - '0');
	}
	*out = v;
	return n > 0 && n < 6 && v > 0 && v <= PORT_MAX;
}

/* "host", "host:port", "[::1]:port" */
static bool host_parse(char *host, size_t max, unsigned int *port, const char *p, size_t n)
{
	const char *end = p + n, *colon = NULL, *at;

	if (n && *p == '[') {
		at = memchr(p, ']', n);
		if (!at || !copy(host, max, p + 1, (size_t)(at - p) - 1) || (at + 1 < end && at[1] != ':'))
			return false;
		colon = at + 1 < end ? at + 1 : NULL;
	} else {
		colon = memchr(p, ':', n);
		if (!copy(host, max, p, (size_t)((colon ? colon : end) - p)))
			return false;
	}
	return url_host_ok(host) && (!colon || port_parse(port, colon + 1, (size_t)(end - colon) - 1));
}

static bool user_ok(const char *user)
{
	const char *p;

	for (p = user; *p; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f || *p == '/' || *p == '@' || *p == ':')
			return false;
	return true;
}

/* "/localhost:8443" is a port, any other path a socket of the hub. */
static bool target_parse(struct way_place *out, const char *path)
{
	struct way_place t;

	memset(&t, 0, sizeof(t));
	if (strchr(path + 1, '/') || !strchr(path, ':') ||
		!host_parse(t.target_host, sizeof(t.target_host), &t.target_port, path + 1, strlen(path + 1)) ||
		!t.target_port)
		return copy(out->path, sizeof(out->path), path, strlen(path)) && path[1];
	memcpy(out->target_host, t.target_host, sizeof(t.target_host));
	out->target_port = t.target_port;
	return true;
}

enum status way_place_parse(struct way_place *out, const char *text, const char *scheme)
{
	const char *p = text, *slash, *at;
	size_t n = scheme ? strlen(scheme) : 0;

	memset(out, 0, sizeof(*out));
	out->port = SSH_PORT;
	if (scheme && (strncmp(p, scheme, n) != 0 || strncmp(p + n, "://", 3) != 0))
		goto bad;
	p += scheme ? n + 3 : 0;
	slash = p + strcspn(p, "/");
	if (!scheme && *slash)
		goto bad;
	at = memchr(p, '@', (size_t)(slash - p));
	if (at && (!copy(out->user, sizeof(out->user), p, (size_t)(at - p)) || !user_ok(out->user)))
		goto bad;
	p = at ? at + 1 : p;
	if (!host_parse(out->host, sizeof(out->host), &out->port, p, (size_t)(slash - p)))
		goto bad;
	if (scheme && !strcmp(scheme, "ssh") && !target_parse(out, *slash ? slash : "/"))
		goto bad;
	if (scheme && !strcmp(scheme, "sftp") && !copy(out->path, sizeof(out->path), slash, strlen(slash)))
		goto bad;
	return STATUS_OK;
bad:
	return status_set(STATUS_USAGE, "%.200s is no %s; %s", text, scheme ? "place" : "jump host",
		!scheme ? "USER@HOST[:PORT]" : !strcmp(scheme, "ssh") ? "ssh://USER@HOST[:PORT]/SOCKET or …/localhost:PORT" :
		"sftp://USER@HOST[:PORT]/FOLDER");
}

/* ---- host keys ---- */

bool way_key_parse(uint8_t out[HOP_KEY], const char *text, size_t n)
{
	char url[PRINT_CHARS];
	size_t i;

	if (n > 7 && !strncmp(text, "SHA256:", 7)) {
		text += 7;
		n -= 7;
	}
	while (n > PRINT_CHARS && text[n - 1] == '=')
		n--;
	if (n != PRINT_CHARS)
		return false;
	for (i = 0; i < n; i++)
		url[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
	return base64url_parse(out, HOP_KEY, url, n);
}

static enum status keys_parse(struct ways_plan *p, const char *text, bool told)
{
	size_t most = p->n_keys + HOP_KEYS;

	while (*(text += strspn(text, " ,"))) {
		size_t n = strcspn(text, " ,"), host = 0;
		const char *eq = memchr(text, '=', n);
		struct way_key *k = &p->keys[p->n_keys];

		if (p->n_keys == most || p->n_keys == 2 * HOP_KEYS)
			return status_set(STATUS_USAGE, "set ssh-host-key: more than %d keys", HOP_KEYS);
		memset(k, 0, sizeof(*k));
		k->told = told;
		if (eq && (size_t)(eq - text) + 1 < n && strncmp(text, "SHA256:", 7) != 0)
			host = (size_t)(eq - text) + 1;
		if ((host && !copy(k->host, sizeof(k->host), text, host - 1)) ||
			!way_key_parse(k->sha256, text + host, n - host))
			return status_set(STATUS_USAGE, "set ssh-host-key: %.*s is no fingerprint; SHA256:… as ssh-keygen -lf shows",
				(int)(n < 100 ? n : 100), text);
		p->n_keys++;
		text += n;
	}
	return STATUS_OK;
}

static void place_name(char *out, size_t max, const struct way_place *place)
{
	snprintf(out, max, "%s:%u", place->host, place->port);
}

size_t way_keys(uint8_t out[HOP_KEYS][HOP_KEY], const struct ways_plan *p, const struct way_place *place)
{
	char name[300];
	struct buf text;
	size_t n = 0, i;
	int told;
	char *line, *rest;

	/* what the options say of a host goes before what the event says */
	for (told = 0; told < 2 && !n; told++)
		for (i = 0; i < p->n_keys && n < HOP_KEYS; i++)
			if (p->keys[i].told == (told == 1) && (!p->keys[i].host[0] || !strcmp(p->keys[i].host, place->host)))
				memcpy(out[n++], p->keys[i].sha256, HOP_KEY);
	place_name(name, sizeof(name), place);
	buf_init(&text, KNOWN_MAX);
	if (!n && p->known[0] && io_read_file(&text, p->known, KNOWN_MAX) == STATUS_OK)
		for (line = strtok_r((char *)(uintptr_t)buf_str(&text), "\n", &rest); line && n < HOP_KEYS;
			line = strtok_r(NULL, "\n", &rest))
			if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ' &&
				way_key_parse(out[n], line + strlen(name) + 1, strlen(line + strlen(name) + 1)))
				n++;
	buf_done(&text);
	return n;
}

bool way_compared(const char *fingerprint, const char *typed)
{
	size_t n;

	typed += strspn(typed, " ");
	if (!strncmp(fingerprint, "SHA256:", 7))
		fingerprint += 7;
	if (!strncmp(typed, "SHA256:", 7))
		typed += 7;
	n = strcspn(typed, " =");
	return n >= COMPARED_MIN && n <= strlen(fingerprint) && !strncmp(fingerprint, typed, n);
}

enum status way_remember(const struct ways_plan *p, const struct way_place *place, const char *fingerprint)
{
	char line[512];
	enum status code;
	uint8_t key[HOP_KEY];
	int fd = -1, n;

	if (!p->known[0] || !way_key_parse(key, fingerprint, strlen(fingerprint)))
		return STATUS_OK;
	n = snprintf(line, sizeof(line), "%s:%u %s\n", place->host, place->port, fingerprint);
	code = io_open(&fd, p->known, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (code == STATUS_OK)
		code = io_write_all(fd, p->known, line, (size_t)n);
	if (code == STATUS_OK)
		code = io_sync(fd, p->known);
	if (fd >= 0)
		close(fd);
	return code;
}

/* ---- the plan ---- */

bool way_set_up(const struct ways_plan *p, enum way w)
{
	return w == WAY_HTTPS || (w == WAY_SSH && p->ssh.host[0]) || (w == WAY_SFTP && p->sftp.host[0]);
}

static enum status order_parse(struct ways_plan *p, const char *text, bool all)
{
	bool seen[WAY_COUNT] = { false };

	while (*(text += strspn(text, " ,"))) {
		size_t n = strcspn(text, " ,"), w;

		for (w = 0; w < WAY_COUNT && (strlen(names[w]) != n || strncmp(names[w], text, n) != 0); w++)
			;
		if (w == WAY_COUNT)
			return status_set(STATUS_USAGE, "set ways: %.*s is none of https, ssh, sftp", (int)(n < 100 ? n : 100),
				text);
		if (!seen[w] && (all || way_set_up(p, (enum way)w)))
			p->order[p->n++] = (enum way)w;
		seen[w] = true;
		text += n;
	}
	return STATUS_OK;
}

/* "auto", "yes", "no", or the names of ways whose bytes are counted. */
static enum status cost_parse(struct ways_plan *p, const char *text)
{
	static const char *const words[] = { "auto", "yes", "no" };
	size_t w, n;

	for (n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		if (strcmp(text, words[n]) != 0)
			continue;
		for (w = 0; w < WAY_COUNT; w++)
			p->cost[w] = (enum sync_cost)n;
		return STATUS_OK;
	}
	while (*(text += strspn(text, " ,"))) {
		n = strcspn(text, " ,");
		for (w = 0; w < WAY_COUNT && (strlen(names[w]) != n || strncmp(names[w], text, n) != 0); w++)
			;
		if (w == WAY_COUNT)
			return status_set(STATUS_USAGE, "set metered: %.*s is none of auto, yes, no, https, ssh, sftp",
				(int)(n < 100 ? n : 100), text);
		p->cost[w] = SYNC_COST_METERED;
		text += n;
	}
	return STATUS_OK;
}

static enum status only_one(struct ways_plan *p, const char *only)
{
	size_t w;

	for (w = 0; w < WAY_COUNT && strcmp(names[w], only) != 0; w++)
		;
	if (w == WAY_COUNT)
		return status_set(STATUS_USAGE, "--via takes https, ssh or sftp, not %.100s", only);
	if (!way_set_up(p, (enum way)w))
		return status_set(STATUS_USAGE, "no place is set for it; verdict.conf: set %s %s://USER@HOST/…",
			w == WAY_SSH ? "hub" : "sftp", names[w]);
	p->order[0] = (enum way)w;
	p->n = 1;
	return STATUS_OK;
}

enum status ways_option_check(const char *name, const char *value)
{
	struct ways_plan p;

	memset(&p, 0, sizeof(p));
	if (!strcmp(name, "hub"))
		return way_place_parse(&p.ssh, value, "ssh");
	if (!strcmp(name, "sftp"))
		return way_place_parse(&p.sftp, value, "sftp");
	if (!strcmp(name, "ssh-jump"))
		return way_place_parse(&p.jump, value, NULL);
	if (!strcmp(name, "ssh-host-key"))
		return keys_parse(&p, value, false);
	if (!strcmp(name, "metered"))
		return cost_parse(&p, value);
	if (!strcmp(name, "ways"))
		return order_parse(&p, value, true);
	if (!strcmp(name, "ssh-key") && *value != '/' && strncmp(value, "~/", 2) != 0)
		return status_set(STATUS_USAGE, "set ssh-key: an absolute path, or one that begins with ~/");
	return STATUS_OK;
}

/* What the event says where the options are silent. What makes no sense is left out: HTTPS does not need it. */
static void take_event(struct ways_plan *p, const struct event_ways *e)
{
	bool silent = !p->ssh.host[0] && !p->sftp.host[0] && !p->has_jump;

	if (*e->ssh && !p->ssh.host[0] && way_place_parse(&p->ssh, e->ssh, "ssh") != STATUS_OK)
		memset(&p->ssh, 0, sizeof(p->ssh));
	if (*e->sftp && !p->sftp.host[0] && way_place_parse(&p->sftp, e->sftp, "sftp") != STATUS_OK)
		memset(&p->sftp, 0, sizeof(p->sftp));
	if (*e->jump && silent)		/* it leads to the event's places, not to those of the options */
		p->has_jump = way_place_parse(&p->jump, e->jump, NULL) == STATUS_OK;
	if (keys_parse(p, e->host_keys, true) != STATUS_OK)
		log_line(LOG_WARNING_, "the event's keys of SSH servers: %s", status_message());
	status_clear();
}

static enum status take_options(struct ways_plan *out, const struct options *o)
{
	const char *hub = options_word(o, "hub"), *sftp = options_word(o, "sftp"), *jump = options_word(o, "ssh-jump");
	enum status code = STATUS_OK;

	snprintf(out->identity, sizeof(out->identity), "%s", options_word(o, "ssh-key"));
	if (*hub)
		code = way_place_parse(&out->ssh, hub, "ssh");
	if (code == STATUS_OK && *sftp)
		code = way_place_parse(&out->sftp, sftp, "sftp");
	if (code == STATUS_OK && *jump)
		code = way_place_parse(&out->jump, jump, NULL);
	out->has_jump = *jump != '\0';
	if (code == STATUS_OK)
		code = keys_parse(out, options_word(o, "ssh-host-key"), false);
	return code == STATUS_OK ? cost_parse(out, options_word(o, "metered")) : code;
}

enum status ways_plan(struct ways_plan *out, const struct options *o, const struct event_ways *event, const char *dir,
	const char *only)
{
	enum status code;

	memset(out, 0, sizeof(*out));
	if (dir) {
		snprintf(out->known, sizeof(out->known), "%s/ssh-hosts", dir);
		snprintf(out->spool, sizeof(out->spool), "%s/drop", dir);
		snprintf(out->memory, sizeof(out->memory), "%s/ways.json", dir);
	}
	code = take_options(out, o);
	if (code == STATUS_OK && event)
		take_event(out, event);
	if (code == STATUS_OK)
		code = only ? only_one(out, only) : order_parse(out, options_word(o, "ways"), false);
	if (code == STATUS_OK && out->n == 0)
		code = status_set(STATUS_USAGE, "set ways: none of them is set up");
	return code;
}
