/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle into the hub: its batches go the way that those of the network go, so nothing that a stick brings is
 * believed more; evidence is taken where the event lists it. Hub layer; a thread that may block.
 */
#include "take_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/proto/payload.h"

#define UNPACKED_TIMES 200	/* evidence may be so many times as long as the file */
#define BUSY_MS 20

/* ---- calls under way ---- */

static void pushed(struct hub_call *call)
{
	struct take_call *c = call->data;
	struct taking *t = c->t;

	lock_take(&t->lock);
	c->done = true;
	wakeup_wake(&t->wake);
	lock_give(&t->lock);
}

static void count_answers(struct taking *t, const struct receipt *r)
{
	for (size_t i = 0; i < r->n; i++) {
		t->out->stored += r->entries[i].answer == ANSWER_STORED;
		t->out->duplicates += r->entries[i].answer == ANSWER_DUPLICATE;
		t->out->flagged += r->entries[i].answer == ANSWER_FLAGGED;
		t->out->refused += r->entries[i].answer == ANSWER_REFUSED;
	}
}

static void keep_receipt(struct taking *t, const struct buf *doc)
{
	if (!t->how->back)
		return;
	if (t->receipts.len + 4 + doc->len > TAKE_RECEIPTS_MAX) {
		t->out->receipts_cut = true;
		return;
	}
	buf_blob(&t->receipts, doc->ptr, doc->len);
	t->out->receipts++;
}

/* What the hub answered, once it has. */
static void collect(struct take_call *c)
{
	struct taking *t = c->t;
	struct receipt r;
	struct arena a;

	if (c->call.code == STATUS_OK) {
		arena_init(&a);
		if (receipt_open(&r, &a, c->call.out.ptr, c->call.out.len, key_public(t->h->key)) == STATUS_OK)
			count_answers(t, &r);
		keep_receipt(t, &c->call.out);
		arena_done(&a);
	} else if (!t->failed) {
		t->failed = status_set(c->call.code, "%s", c->call.message);
	}
	hub_call_done(&c->call);
	c->busy = false;
}

/* Under the lock: a call that may be used, and how many are still under way. */
static struct take_call *look(struct taking *t, bool done[TAKE_CALLS], size_t *busy)
{
	struct take_call *unused = NULL;

	*busy = 0;
	for (size_t i = 0; i < TAKE_CALLS; i++) {
		done[i] = t->calls[i].busy && t->calls[i].done;
		if (t->calls[i].busy && !t->calls[i].done)
			++*busy;
		else
			unused = &t->calls[i];
	}
	return unused;
}

/* Wait until a call is free; `all`: until every one is. */
static struct take_call *wait_for(struct taking *t, bool all)
{
	struct take_call *unused;
	bool done[TAKE_CALLS];
	size_t busy;

	lock_take(&t->lock);
	while (unused = look(t, done, &busy), all ? busy > 0 : !unused)
		wakeup_wait(&t->wake, &t->lock, -1);
	lock_give(&t->lock);
	for (size_t i = 0; i < TAKE_CALLS; i++)
		if (done[i])
			collect(&t->calls[i]);
	return unused;
}

/* ---- whose ---- */

/* The answer goes to those of them that have a certificate in the end. */
static void note_writer(struct taking *t, const char *replica)
{
	if (map_count(t->writers) < TAKE_WRITERS_MAX)
		map_set(t->writers, replica, t);
}

/* The name of the person whose console has that key, or "". */
static void take_name(char *out, size_t size, struct taking *t, const uint8_t key[KEY_PUBLIC])
{
	const struct replica *r;
	char id[KEY_ID];

	out[0] = '\0';
	key_id_of(id, key);
	if (!t->e)
		return;
	lock_take(&t->e->lock);
	r = map_get(t->e->s->by_replica, id);
	if (r && r->certified && memcmp(r->key, key, KEY_PUBLIC) == 0)
		snprintf(out, size, "%s", r->person->name ? r->person->name : r->person->id);
	lock_give(&t->e->lock);
}

/* The event, by the head or else by a record that says it. */
static enum status find_event(struct taking *t, const char *id)
{
	if (!t->e && id && *id) {
		snprintf(t->out->event, sizeof(t->out->event), "%s", id);
		t->e = hub_event_find(t->h, id);
		if (!t->e)
			return status_set(STATUS_NOT_FOUND, "the bundle is of the event \"%.100s\", which is not here", id);
	}
	return STATUS_OK;
}

static enum status event_of_record(struct taking *t, const struct envelope *e)
{
	struct record rec;
	struct arena a;
	enum status st = STATUS_OK;

	if (t->e)
		return STATUS_OK;
	arena_init(&a);
	if (payload_parse(&rec, &a, e->payload, e->len) == STATUS_OK && hub_event_find(t->h, rec.event))
		st = find_event(t, rec.event);
	status_clear();
	arena_done(&a);
	return st;
}

/* ---- records ---- */

static enum status push(struct taking *t, const struct frame *f)
{
	struct take_call *c = wait_for(t, false);
	enum status st;

	buf_reset(&c->batch);
	buf_add(&c->batch, f->body, f->len);
	do {
		hub_call_init(&c->call, pushed, c);
		c->done = false;
		c->busy = true;
		st = hub_push(t->e, &c->call, c->batch.ptr, c->batch.len);
		if (st) {
			c->busy = false;
			hub_call_done(&c->call);
		}
		if (st == STATUS_BUSY) {	/* others are served first */
			lock_take(&t->lock);
			wakeup_wait(&t->wake, &t->lock, BUSY_MS);
			lock_give(&t->lock);
		}
	} while (st == STATUS_BUSY);
	return st;
}

static enum status take_batch(struct taking *t, const struct frame *f)
{
	struct batch_reader in;
	struct envelope e;
	char id[KEY_ID];
	uint64_t n = 0;
	enum status st = batch_open(&in, f->body, f->len), failed = STATUS_OK;

	while (!st && (st = batch_next(&e, &in)) == STATUS_OK && !failed) {
		failed = event_of_record(t, &e);
		key_id_of(id, e.public_key);
		note_writer(t, id);
		n++;
	}
	if (failed || st != STATUS_NOT_FOUND || !t->e) {
		t->out->bad += !failed;
		status_clear();
		return failed;
	}
	t->out->records += n;
	st = n ? push(t, f) : STATUS_OK;
	if (st == STATUS_INVALID || st == STATUS_LIMIT) {
		t->out->bad++;
		st = STATUS_OK;
	}
	return st ? st : t->failed;
}

/* ---- evidence ---- */

/* What is not whole is kept: another bundle, of the same console or a colleague's, may hold the rest. */
static enum status end_item(struct taking *t)
{
	enum status st;

	t->has_item = false;
	if (!t->body)
		return STATUS_OK;
	t->out->evidence_cut++;
	st = gather_close(t->body);
	t->body = NULL;
	return st;
}

static enum status open_item(struct taking *t, const struct bundle_piece *p)
{
	char *path = body_path(t->h->dir, &p->sha256), *kept = body_kept(t->h->dir, &p->sha256), *slash;
	enum status st;

	slash = strrchr(path, '/');
	*slash = '\0';
	st = io_mkdirs(path, 0700);
	if (!st)
		st = gather_open(&t->body, kept, &p->sha256, p->size);
	if (st)
		t->body = NULL;
	if (st == STATUS_BUSY || st == STATUS_LIMIT) {
		t->out->evidence_cut += st == STATUS_BUSY;
		t->out->bad += st == STATUS_LIMIT;
		status_clear();
		st = STATUS_OK;
	}
	mem_free(kept);
	mem_free(path);
	return st;
}

static enum status begin_item(struct taking *t, const struct bundle_piece *p)
{
	enum status st = end_item(t);

	if (st)
		return st;
	t->item = p->sha256;
	t->has_item = true;
	if (t->out->evidence_cut >= TAKE_CUT_MAX)
		return STATUS_OK;
	if (!t->e || !evidence_listed(t->e, &p->sha256)) {
		t->out->evidence_other++;
		return STATUS_OK;
	}
	if (body_here(t->h->dir, &p->sha256, p->size)) {
		t->out->evidence_known++;
		return STATUS_OK;
	}
	return open_item(t, p);
}

/* All of it is here. */
static enum status place_item(struct taking *t)
{
	char *path = body_path(t->h->dir, &t->item);
	enum status st = gather_finish(t->body, path), closed;

	t->out->evidence += !st;
	t->out->bad += st == STATUS_CORRUPT;
	closed = gather_close(t->body);
	t->body = NULL;
	mem_free(path);
	return st == STATUS_CORRUPT ? closed : st ? st : closed;
}

static enum status take_piece(struct taking *t, const struct frame *f)
{
	struct bundle_piece p;
	enum status st = STATUS_OK;

	if (!bundle_piece(&p, f)) {
		t->out->bad++;
		return STATUS_OK;
	}
	if (!t->has_item || !digest_equal(&t->item, &p.sha256))
		st = begin_item(t, &p);
	if (st || !t->body)
		return st;
	t->unpacked += p.len;
	if (t->unpacked / UNPACKED_TIMES > t->out->bytes)
		return end_item(t);
	st = gather_add(t->body, p.offset, p.ptr, p.len);
	if (st == STATUS_LIMIT) {
		t->out->bad++;
		status_clear();
		return end_item(t);
	}
	return !st && gather_whole(t->body) ? place_item(t) : st;
}

/* ---- the file ---- */

/* Which event it is about, and who wants an answer. */
static enum status meet(struct taking *t)
{
	const struct bundle_head *head = &bundle_report(t->r)->head;
	enum status st = find_event(t, head->event);

	if (!st && head->from && map_count(t->writers) == 0)
		note_writer(t, head->from);
	return st;
}

static enum status take_frame(struct taking *t, const struct frame *f)
{
	enum status st = meet(t);

	if (st)
		return st;
	switch (f->type) {
	case 'B': case 'F': return take_batch(t, f);
	case 'E': return take_piece(t, f);
	default: return STATUS_OK;
	}
}

static enum status take_all(struct taking *t)
{
	struct frame f;
	enum status st, ended;

	while ((st = bundle_next(&f, t->r)) == STATUS_OK) {
		st = take_frame(t, &f);
		if (!st && t->how->tick && t->how->tick(bundle_place(t->r), t->out->bytes, t->how->data))
			st = status_set(STATUS_CANCELLED, "stopped; what was taken stays");
		if (st)
			break;
	}
	if (st == STATUS_NOT_FOUND && !t->e && bundle_report(t->r)->head.event && meet(t) != STATUS_OK)
		st = STATUS_NOT_FOUND;	/* nothing in it but the question what is new */
	ended = end_item(t);
	wait_for(t, true);
	if (st == STATUS_NOT_FOUND && (t->e || !t->out->event[0]))
		st = STATUS_OK;
	return st ? st : t->failed ? t->failed : ended;
}

static void tell(struct taking *t)
{
	const struct bundle_report *r = bundle_report(t->r);
	struct hub_taken *out = t->out;

	out->trailer = r->trailer;
	out->seal = r->seal;
	out->journal = r->head.what && strcmp(r->head.what, "journal") == 0;
	out->frames = r->frames;
	out->told_frames = r->told_frames;
	out->lost_bytes = r->lost_bytes;
	out->lost = r->lost;
	out->shut = r->shut;
	if (r->trailer == TRAILER_HOLDS) {
		key_id_of(out->signer, r->signer);
		take_name(out->signer_name, sizeof(out->signer_name), t, r->signer);
	}
}

static struct taking *taking_new(struct hub_taken *out, struct hub *h, const struct hub_take *how)
{
	struct taking *t = mem_zalloc(sizeof(*t));

	memset(out, 0, sizeof(*out));
	t->h = h;
	t->out = out;
	t->how = how;
	lock_init(&t->lock);
	wakeup_init(&t->wake);
	t->writers = map_new();
	buf_init(&t->receipts, TAKE_RECEIPTS_MAX);
	for (size_t i = 0; i < TAKE_CALLS; i++) {
		t->calls[i].t = t;
		buf_init(&t->calls[i].batch, BATCH_BYTES_MAX);
	}
	return t;
}

static void taking_free(struct taking *t)
{
	bundle_close(t->r);
	for (size_t i = 0; i < TAKE_CALLS; i++)
		buf_done(&t->calls[i].batch);
	map_free(t->writers);
	buf_done(&t->receipts);
	wakeup_done(&t->wake);
	lock_done(&t->lock);
	mem_free(t);
}

enum status hub_take(struct hub_taken *out, struct hub *h, const char *path, const struct hub_take *how)
{
	struct taking *t = taking_new(out, h, how);
	int fd = -1;
	enum status st = io_open_regular(&fd, path);

	if (!st)
		st = bundle_open(&t->r, fd, path, h->key);
	if (!st) {
		out->bytes = bundle_report(t->r)->bytes;
		st = take_all(t);
		tell(t);
	}
	if (!st && how->back && t->e)
		st = take_back(t);
	if (fd >= 0)
		close(fd);
	taking_free(t);
	return st;
}
