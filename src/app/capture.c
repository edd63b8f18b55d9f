/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence fetched from a participant's capture host. What the server says is a stranger's: its file must have the size
 * that the event tells, comes a piece at a time, and is kept only where its digest is the event's. Layer app; the
 * thread that owns the store.
 */
#include "verdict/app/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "src/app/online_priv.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/store/fetch.h"

#define PIECE (8u << 20)	/* asked for at once */
#define CHUNK (256u << 10)	/* into the store at once */
#define URL_MAX 1024

struct capture {
	struct capture_host host;
	struct ways_plan plan;	/* with this source for a drop */
	struct hops *hops;
	struct evidence_want want;
	struct capture_status status;
	uint64_t begun;		/* where the piece under way begins */
	int fd;			/* where it is written */
};

enum status capture_parse(struct capture_source *out, const char *url)
{
	const char *hash = strchr(url, '#'), *p;
	char place[URL_MAX + 1];
	size_t n = hash ? (size_t)(hash - url) : strlen(url);

	memset(out, 0, sizeof(*out));
	if (strncmp(url, "sftp://", 7) != 0 || n > URL_MAX)
		goto none;
	memcpy(place, url, n);
	place[n] = '\0';
	for (p = place; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			goto none;
	if (way_place_parse(&out->place, place, "sftp") != STATUS_OK || !out->place.path[0] || !out->place.path[1])
		goto none;
	out->has_key = hash && way_key_parse(out->key, hash + 1, strlen(hash + 1));
	if (hash && !out->has_key)
		goto none;
	return STATUS_OK;
none:
	return status_set(STATUS_NOT_FOUND, "the event names no capture host for it");
}

/* ---- how it ends ---- */

__attribute__((format(printf, 3, 4)))
static void end(struct capture *c, enum status code, const char *fmt, ...)
{
	va_list ap;

	if (c->status.over)
		return;
	c->status.over = true;
	c->status.code = code;
	va_start(ap, fmt);
	vsnprintf(c->status.why, sizeof(c->status.why), fmt, ap);
	va_end(ap);
}

/* What came of the piece under way, also where the rest did not. */
static enum status keep(struct capture *c)
{
	char *chunk = mem_alloc(CHUNK);
	enum status code = STATUS_OK;
	bool here = false;
	ssize_t n = 0;

	while (code == STATUS_OK && !here && (n = pread(c->fd, chunk, CHUNK, (off_t)c->want.have)) > 0) {
		code = store_evidence_piece(&here, c->host.store, &c->want, c->want.have, chunk, (size_t)n);
		if (code == STATUS_OK)
			c->want.have += (uint64_t)n;
	}
	if (n < 0)
		code = status_errno("a piece of evidence");
	c->status.have = c->want.have;
	mem_free(chunk);
	if (code == STATUS_CORRUPT)
		end(c, STATUS_CORRUPT, "the file at %s is not the one that the event names: its digest is another; it was thrown away",
			c->plan.sftp.host);
	else if (code != STATUS_OK)
		end(c, code, "%s", status_message());
	else if (here)
		end(c, STATUS_OK, "%s", "");
	return code;
}

/* ---- what the server does ---- */

static void on_piece(const struct hop_done *d, void *data);

static void moved(uint64_t got, uint64_t total, uint64_t sent, void *data)
{
	struct capture *c = data;

	(void)total, (void)sent;
	c->status.have = c->begun + got;
}

static void next_piece(struct capture *c)
{
	struct hop_work w = { .verb = HOP_GET, .path = c->plan.sftp.path, .to = "", .fd = c->fd, .from = c->want.have };

	w.max = c->want.size - w.from < PIECE ? c->want.size - w.from : PIECE;
	c->begun = w.from;
	if (ftruncate(c->fd, 0) != 0)
		end(c, STATUS_IO, "no memory for a piece of evidence");
	else
		hop_do(hops_last(c->hops), &w, on_piece, moved, c);
}

static void refused(struct capture *c, const struct hop_done *d)
{
	if (d->result == HOP_MISSING)
		end(c, STATUS_DENIED, "%s has no file %.100s", c->plan.sftp.host, c->plan.sftp.path);
	else
		end(c, STATUS_DENIED, "%s: %.180s", c->plan.sftp.host, d->why);
}

static void on_piece(const struct hop_done *d, void *data)
{
	struct capture *c = data;
	uint64_t had = c->want.have;

	if (keep(c) != STATUS_OK || c->status.over)
		return;
	if (d->result != HOP_GOOD)
		refused(c, d);
	else if (c->want.have == had)
		end(c, STATUS_DENIED, "%s gives less of the file than there should be", c->plan.sftp.host);
	else
		next_piece(c);
}

static void on_size(const struct hop_done *d, void *data)
{
	struct capture *c = data;

	if (d->result != HOP_GOOD)
		refused(c, d);
	else if (d->size != c->want.size)
		end(c, STATUS_CORRUPT, "the file at %s has %llu bytes, and the one that the event names %llu: it is another one",
			c->plan.sftp.host, (unsigned long long)d->size, (unsigned long long)c->want.size);
	else
		next_piece(c);
}

static void on_ready(void *data)
{
	struct capture *c = data;
	struct hop_work w = { .verb = HOP_SIZE, .path = c->plan.sftp.path, .to = "", .fd = -1 };

	hop_do(hops_last(c->hops), &w, on_size, NULL, c);
}

static void on_failed(bool jump, enum net_failure f, const char *why, void *data)
{
	struct capture *c = data;

	(void)jump;
	if (!c->status.over && keep(c) == STATUS_OK)
		end(c, f == NET_HOST_KEY || f == NET_LOGIN || f == NET_DENIED ? STATUS_DENIED : STATUS_OFFLINE, "%s", why);
}

static void on_ask(void *data, const char *text, bool secret)
{
	struct capture *c = data;

	if (c->host.ask)
		c->host.ask(c->host.data, text, secret);
	else
		capture_answer(c, NULL);
}

/* ---- the beginning ---- */

/* The event's word, or what the options say of that very host; never a key for any. */
static bool know_host(struct ways_plan *p, const struct capture_source *s)
{
	size_t i, n = 0;

	if (s->has_key) {
		memset(&p->keys[0], 0, sizeof(p->keys[0]));
		memcpy(p->keys[0].sha256, s->key, HOP_KEY);
		n = 1;
	}
	for (i = 0; !s->has_key && i < p->n_keys; i++)
		if (!strcmp(p->keys[i].host, s->place.host))
			p->keys[n++] = p->keys[i];
	p->n_keys = n;
	p->known[0] = '\0';
	p->has_jump = false;
	p->sftp = s->place;
	return n > 0;
}

enum status capture_new(struct capture **out, const struct capture_host *host, const struct evidence_item *e)
{
	struct capture_source source;
	struct hops_hooks hooks = { .ready = on_ready, .failed = on_failed, .trouble = on_failed, .ask = on_ask };
	struct capture *c = mem_zalloc(sizeof(*c));
	enum status code = capture_parse(&source, e->url);

	c->host = *host;
	c->plan = *host->plan;
	c->fd = -1;
	if (code == STATUS_OK && !know_host(&c->plan, &source))
		code = status_set(STATUS_DENIED,
			"neither the event nor verdict.conf tells the key of %.200s: set ssh-host-key %.200s=SHA256:… as its keeper says it",
			source.place.host, source.place.host);
	if (code == STATUS_OK)
		code = store_evidence_want(&c->want, host->store, &e->sha256);
	if (code == STATUS_OK && (c->fd = memfd_create("capture", MFD_CLOEXEC)) < 0)
		code = status_errno("memory for a piece of evidence");
	if (code == STATUS_OK) {
		c->status.have = c->want.have;
		c->status.size = c->want.size;
		hooks.data = c;
		c->hops = hops_new(host->loop, &c->plan, WAY_SFTP, &hooks);
		if (!c->hops)
			code = status_set(STATUS_ERROR, "%s", status_message());
	}
	if (code != STATUS_OK) {
		capture_free(c);
		return code;
	}
	*out = c;
	return STATUS_OK;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	hops_free(c->hops);
	if (c->fd >= 0)
		close(c->fd);
	mem_free(c);
}

void capture_answer(struct capture *c, const char *text)
{
	hops_answer(c->hops, text);
}

const struct capture_status *capture_status(const struct capture *c)
{
	return &c->status;
}
