/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event pack into a feed: read, checked and compared in the caller's thread; what changed goes through a
 * temporary file to the writer, who appends it in one transaction. Hub layer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "amend.h"
#include "evidence.h"
#include "verdict/base/io.h"
#include "verdict/hub/import.h"
#include "verdict/pack/pack.h"

#define SPOOL_KEEP (1u << 20)
#define WINDOW (1u << 18)

/* What changed, one after the other: this head, then id with NUL, facts, body. */
struct change {
	uint32_t id_len, facts_len, body_len;
	char type;
	struct digest digest;
};

struct importing {
	struct hub *h;
	struct hub_event *e;
	const struct hub_import *how;
	struct hub_imported *out;
	struct pack *pack;
	int dir_fd;
	struct buf body;	/* of the member just read */
	struct digest digest;	/* of it */
	struct buf facts;
	struct buf tail;	/* of the spool */
	int spool;
	uint64_t spool_len;
	struct map *seen;	/* TIs of the pack */
	struct map *bodies;	/* evidence that was copied in this run */
};

/* ---- the caller's thread ---- */

static enum status spool_flush(struct importing *im)
{
	enum status st = im->tail.len ? io_pwrite_all(im->spool, "import", im->tail.ptr, im->tail.len, im->spool_len)
		: STATUS_OK;

	im->spool_len += st ? 0 : im->tail.len;
	buf_reset(&im->tail);
	return st;
}

static enum status spool(struct importing *im, char type, const char *id, const void *body, size_t len)
{
	struct change c = { (uint32_t)strlen(id) + 1, (uint32_t)im->facts.len, (uint32_t)len, type, im->digest };

	buf_add(&im->tail, &c, sizeof(c));
	buf_add(&im->tail, id, c.id_len);
	buf_add(&im->tail, im->facts.ptr, im->facts.len);
	buf_add(&im->tail, body, len);
	im->out->entries++;
	return im->tail.len > SPOOL_KEEP ? spool_flush(im) : STATUS_OK;
}

static enum status keep_bytes(void *data, char kind, const char *text, size_t len)
{
	struct importing *im = data;

	(void)kind;
	buf_reset(&im->body);
	buf_reset(&im->facts);
	buf_add(&im->body, text, len);
	im->digest = sha256(text, len);
	return STATUS_OK;
}

/* A document of which there is one: spooled where the event has another. */
static enum status doc(struct importing *im, char type)
{
	const struct doc *d;
	bool same;

	if (!im->e)
		return spool(im, type, "", im->body.ptr, im->body.len);
	lock_take(&im->e->lock);
	d = &im->e->s->docs[type - 'A'];
	same = d->here && digest_equal(&d->digest, &im->digest);
	lock_give(&im->e->lock);
	return same ? STATUS_OK : spool(im, type, "", im->body.ptr, im->body.len);
}

static enum status take_event(void *data, const struct pack_event *e)
{
	struct importing *im = data;

	im->e = hub_event_find(im->h, e->id);	/* NULL: all of it is new, and it is made when all of it was read */
	snprintf(im->out->event, sizeof(im->out->event), "%s", e->id);
	return doc(im, FEED_EVENT);
}

static enum status take_catalogue(void *data, const struct pack_catalogue *c)
{
	(void)c;
	return doc(data, FEED_CATALOGUE);
}

static enum status take_organisations(void *data, const struct pack_organisation *o, size_t n)
{
	(void)o;
	(void)n;
	return doc(data, FEED_ORGANISATIONS);
}

static enum status take_systems(void *data, const struct pack_system *s, size_t n)
{
	struct importing *im = data;

	for (size_t i = 0; i < n; i++) {
		field_add(&im->facts, s[i].id);
		field_add(&im->facts, s[i].organisation);
	}
	return doc(im, FEED_SYSTEMS);
}

static enum status take_persons(void *data, const struct pack_person *p, size_t n)
{
	struct importing *im = data;

	for (size_t i = 0; i < n; i++) {
		field_add(&im->facts, p[i].id);
		field_add(&im->facts, p[i].name);
		field_add_int(&im->facts, (int64_t)p[i].n_organisations);
		for (size_t k = 0; k < p[i].n_organisations; k++)
			field_add(&im->facts, p[i].organisations[k]);
	}
	return doc(im, FEED_PERSONS);
}

static enum status one_body(struct importing *im, const struct pack_evidence *e, size_t index)
{
	char hex[DIGEST_HEX];
	enum status st;
	int fd = -1;

	digest_hex(hex, &e->sha256);
	im->out->evidence++;
	if (!*e->file && link_is(&e->sha256, e->size, e->url)) {
		im->out->evidence_links++;
		return STATUS_OK;
	}
	if (map_get(im->bodies, hex))
		return STATUS_OK;
	if (body_here(im->h->dir, &e->sha256, (uint64_t)e->size)) {
		map_set(im->bodies, hex, im);
		return STATUS_OK;
	}
	st = pack_body_open(&fd, im->pack, im->dir_fd, e, index);
	if (st == STATUS_NOT_FOUND) {
		im->out->evidence_missing++;
		return STATUS_OK;
	}
	if (!st && !im->how->dry)
		st = body_take(im->h->dir, &e->sha256, fd);
	if (st == STATUS_CONFLICT)
		st = pack_body_differs(im->pack, e, index);
	if (!st)
		map_set(im->bodies, hex, im);
	if (fd >= 0)
		close(fd);
	return st;
}

/* As it was imported before, whatever participants gave to it since. */
static bool is_same(struct importing *im, const char *id)
{
	const struct ti *ti;
	bool same;

	if (!im->e)
		return false;
	lock_take(&im->e->lock);
	ti = map_get(im->e->s->tis, id);
	same = ti && ti->known && (digest_equal(&ti->digest, &im->digest) ||
		(ti->amended && digest_equal(&ti->imported, &im->digest)));
	lock_give(&im->e->lock);
	return same;
}

static enum status take_changed(struct importing *im, struct pack_instance *t)
{
	struct digest imported = im->digest;
	struct amended a = { false, NULL };
	enum status st = !im->e ? STATUS_OK : amend_carry(&a, t, &im->body, im->pack, im->e);

	if (a.changed)
		im->digest = sha256(im->body.ptr, im->body.len);
	if (!st) {
		amend_facts(&im->facts, t, a.changed ? &imported : NULL);
		st = spool(im, FEED_INSTANCE, t->id, im->body.ptr, im->body.len);
	}
	mem_free(a.text);
	return st;
}

static enum status take_instance(void *data, const struct pack_instance *t)
{
	struct importing *im = data;
	struct pack_instance own = *t;
	enum status st = STATUS_OK;

	if (map_set(im->seen, t->id, im))
		return pack_fail_at(im->pack, "id", "\"%s\" occurs twice", t->id);
	im->out->instances++;
	for (size_t i = 0; i < t->n_evidence && !st; i++)
		st = one_body(im, &t->evidence[i], i);
	if (st || is_same(im, t->id))
		return st;
	return take_changed(im, &own);
}

static enum status more(void *data)
{
	struct importing *im = data;

	return im->how->more(im->how->data);
}

static enum status tick(void *data, const char *what, uint64_t done, uint64_t total)
{
	struct importing *im = data;

	return im->how->tick ? im->how->tick(im->how->data, what, done, total) : STATUS_OK;
}

struct gone { struct map *seen; VEC(char *) ids; };

static void find_gone(const char *key, void *value, void *data)
{
	const struct ti *ti = value;
	struct gone *g = data;

	if (ti->known && !map_get(g->seen, key))
		vec_push(&g->ids, mem_strdup(key));
}

/* TIs that the event has no more. */
static enum status spool_gone(struct importing *im)
{
	struct gone g = { im->seen, VEC_INIT };
	enum status st = STATUS_OK;

	buf_reset(&im->facts);
	if (!im->e)
		return STATUS_OK;
	lock_take(&im->e->lock);
	map_each(im->e->s->tis, find_gone, &g);
	lock_give(&im->e->lock);
	for (size_t i = 0; i < g.ids.len; i++) {
		if (!st)
			st = spool(im, FEED_GONE, g.ids.at[i], g.ids.at[i], strlen(g.ids.at[i]));
		mem_free(g.ids.at[i]);
		im->out->withdrawn++;
	}
	vec_done(&g.ids);
	return st;
}

/* ---- the writer's thread ---- */

static void apply_doc(struct state *s, const struct change *c, const char *facts, uint64_t seq)
{
	s->docs[c->type - 'A'] = (struct doc){ seq, c->digest, true };
	if (c->type == FEED_SYSTEMS)
		facts_of_systems(s, facts, c->facts_len);
	if (c->type == FEED_PERSONS)
		facts_of_persons(s, facts, c->facts_len);
}

static void apply_ti(struct state *s, const struct change *c, const char *id, const char *facts, uint64_t seq)
{
	struct ti *ti = state_ti(s, id);

	ti->known = c->type == FEED_INSTANCE;
	ti->changed = true;
	ti->seq = seq;
	ti->digest = c->digest;
	facts_of_instance(s, ti, facts, c->facts_len);
}

static void append_change(struct txn *t, const struct change *c, const char *id)
{
	const char *facts = id + c->id_len, *body = facts + c->facts_len;
	uint64_t seq = txn_append(t, c->type, 0, body, c->body_len, NULL);
	struct store_doc d = { c->type, id, seq, c->digest, facts, c->facts_len };

	if (t->failed)
		return;
	if (c->type == FEED_GONE)
		txn_check(t, t->h->ops->drop_doc(t->h->store, FEED_INSTANCE, id));
	else
		txn_check(t, t->h->ops->put_doc(t->h->store, &d));
	lock_take(&t->e->lock);
	if (c->type == FEED_INSTANCE || c->type == FEED_GONE)
		apply_ti(t->s, c, id, facts, seq);
	else
		apply_doc(t->s, c, facts, seq);
	lock_give(&t->e->lock);
}

static void forget_change(const char *key, void *value, void *data)
{
	(void)key;
	(void)data;
	((struct ti *)value)->changed = false;
}

/* A part of the spool, so that not every change is read by itself. */
struct window { struct importing *im; struct buf b; uint64_t from; };

/* Those bytes; good until the next call. NULL where the transaction has failed. */
static const char *window_at(struct window *w, struct txn *t, uint64_t at, size_t len)
{
	uint64_t left = w->im->spool_len - at;
	size_t n = len > WINDOW ? len : left < WINDOW ? (size_t)left : WINDOW;

	if (t->failed)
		return NULL;
	if (at >= w->from && at - w->from + len <= w->b.len)
		return w->b.ptr + (at - w->from);
	buf_reset(&w->b);
	buf_fill(&w->b, 0, n);
	w->from = at;
	txn_check(t, w->b.err ? status_set(STATUS_LIMIT, "import: a member larger than a feed takes")
		: io_pread_all(w->im->spool, "import", w->b.ptr, n, at));
	return t->failed ? NULL : w->b.ptr;
}

static void run_import(struct call_work *w, struct txn *t)
{
	struct importing *im = *(struct importing **)w->args;
	struct window all = { .im = im };
	const char *bytes;
	bool people = false;
	struct change c;
	size_t len;

	buf_init(&all.b, FEED_ENTRY_MAX * 2);
	for (uint64_t at = 0; at < im->spool_len && !t->failed; at += sizeof(c) + len) {
		bytes = window_at(&all, t, at, sizeof(c));
		if (!bytes)
			break;
		memcpy(&c, bytes, sizeof(c));
		len = (size_t)c.id_len + c.facts_len + c.body_len;
		bytes = window_at(&all, t, at + sizeof(c), len);
		if (bytes)
			append_change(t, &c, bytes);
		people = people || c.type == FEED_SYSTEMS || c.type == FEED_PERSONS;
	}
	if (!t->failed)
		reference_again(t, NULL, people);
	map_each(t->s->tis, forget_change, NULL);
	buf_done(&all.b);
}

/* ---- the whole ---- */

static enum status walk(struct importing *im, const char *dir)
{
	struct pack_sink sink = { keep_bytes, take_event, take_catalogue, take_organisations,
		take_systems, take_persons, take_instance, tick, im, im->how->more ? more : NULL };
	enum status st = io_open(&im->dir_fd, dir, O_RDONLY | O_DIRECTORY, 0);

	if (!st)
		st = pack_walk(im->pack, im->dir_fd, &sink, NULL);
	if (!st)
		st = spool_gone(im);
	if (!st)
		st = spool_flush(im);
	im->out->unknown_fields = pack_unknown_fields(im->pack);
	return st;
}

static enum status commit_changes(struct importing *im)
{
	struct hub_call call;
	struct call_work *w;
	enum status st;

	if (im->spool_len == 0 || im->how->dry)
		return STATUS_OK;
	st = im->e ? STATUS_OK : hub_event_new(&im->e, im->h, im->out->event);
	if (st)
		return st;
	hub_call_init(&call, NULL, NULL);
	w = work_new(im->h, im->e, &call, run_import, NULL, sizeof(im));
	*(struct importing **)w->args = im;
	st = work_post(w);
	hub_call_done(&call);
	return st;
}

static enum status from_folder(struct importing *im, const char *dir)
{
	enum status st = io_open(&im->spool, im->h->dir, O_RDWR | O_TMPFILE, 0600);

	if (!st)
		st = walk(im, dir);
	return st ? st : commit_changes(im);
}

static enum status unpack_tick(void *data, uint64_t done, uint64_t total)
{
	return tick(data, "unpacking", done, total);
}

static enum status from_archive(struct importing *im, const char *archive)
{
	char *dir = mem_printf("%s/import-XXXXXX", im->h->dir);
	enum status st;

	if (!mkdtemp(dir)) {
		st = status_errno("%s: cannot make a folder", dir);
	} else {
		st = pack_unpack(archive, dir, unpack_tick, im);
		if (!st)
			st = from_folder(im, dir);
		pack_remove(dir);
	}
	mem_free(dir);
	return st;
}

static bool one_at_a_time(struct hub *h, bool begins)
{
	bool free_before;

	lock_take(&h->lock);
	free_before = !h->importing;
	h->importing = begins;
	lock_give(&h->lock);
	return free_before;
}

enum status hub_import(struct hub_imported *out, struct hub *h, const char *path, const struct hub_import *how)
{
	struct importing im = { .h = h, .how = how, .out = out, .dir_fd = -1, .spool = -1 };
	enum status st = STATUS_OK;
	struct stat sb;

	memset(out, 0, sizeof(*out));
	if (stat(path, &sb) != 0)
		return status_errno("%s", path);
	if (!one_at_a_time(h, true))
		return status_set(STATUS_BUSY, "another import is under way");
	im.pack = pack_new();
	im.seen = map_new();
	im.bodies = map_new();
	buf_init(&im.body, PACK_CATALOGUE_MAX + 1);
	buf_init(&im.facts, PACK_CATALOGUE_MAX);
	buf_init(&im.tail, SIZE_MAX);
	st = S_ISDIR(sb.st_mode) ? from_folder(&im, path) : from_archive(&im, path);
	one_at_a_time(h, false);
	if (im.dir_fd >= 0)
		close(im.dir_fd);
	if (im.spool >= 0)
		close(im.spool);
	buf_done(&im.body);
	buf_done(&im.facts);
	buf_done(&im.tail);
	map_free(im.seen);
	map_free(im.bodies);
	pack_free(im.pack);
	return st;
}
