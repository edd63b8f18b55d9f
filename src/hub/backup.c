/* SPDX-License-Identifier: Apache-2.0 */
/* All of a hub's events at one moment into a file. Hub layer; the writer's thread, so that the moment is one. */
#include "backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "hub_priv.h"
#include "verdict/base/io.h"
#include "verdict/hub/care.h"

#define KEEP_BYTES (1u << 20)

struct writing {
	struct hub *h;
	const char *path;	/* of the part file */
	int fd;
	struct buf b;		/* not yet written */
	struct buf body;	/* of the next part */
	struct sha256 sum;
	const char *event;
	bool evidence;
};

static enum status flush(struct writing *w)
{
	enum status st = io_write_all(w->fd, w->path, w->b.ptr, w->b.len);

	sha256_add(&w->sum, w->b.ptr, w->b.len);
	buf_reset(&w->b);
	return st;
}

static enum status part(struct writing *w, enum part_type type, const void *ptr, size_t len)
{
	buf_u32(&w->b, (unsigned int)len);
	buf_addc(&w->b, (char)type);
	buf_add(&w->b, ptr, len);
	return w->b.len > KEEP_BYTES ? flush(w) : STATUS_OK;
}

static enum status write_body(struct writing *w, enum part_type type)
{
	enum status st = part(w, type, buf_str(&w->body), w->body.len);

	buf_reset(&w->body);
	return st;
}

static enum status write_doc(const struct store_doc *d, void *data)
{
	struct writing *w = data;
	char hex[DIGEST_HEX];

	digest_hex(hex, &d->digest);
	field_add_int(&w->body, d->type);
	field_add(&w->body, d->id);
	field_add_int(&w->body, (int64_t)d->seq);
	field_add(&w->body, hex);
	buf_add(&w->body, d->facts, d->len);
	return write_body(w, PART_DOC);
}

/* Sessions end with the hub they were opened at. */
static enum status write_item(const struct store_item *i, void *data)
{
	struct writing *w = data;

	if (i->kind == ITEM_SESSION)
		return STATUS_OK;
	field_add_int(&w->body, i->kind);
	field_add(&w->body, i->id);
	buf_add(&w->body, i->value, i->len);
	return write_body(w, PART_ITEM);
}

static enum status write_entries(struct writing *w, struct digest *root, const struct buf *raw, const struct buf *roots,
	unsigned int count)
{
	struct feed_entry e;
	size_t at = 0, used;
	enum status st = STATUS_OK;

	for (unsigned int i = 0; i < count && !st; i++) {
		st = feed_entry_parse(&e, &used, raw->ptr + at, raw->len - at);
		if (st)
			break;
		feed_root_add(root, raw->ptr + at, used);
		if (memcmp(root->b, roots->ptr + i * sizeof(*root), sizeof(*root)) != 0)
			return status_set(STATUS_CORRUPT,
				"event %s: entry %llu is damaged: no backup of this", w->event,
				(unsigned long long)e.seq);
		buf_add(&w->body, raw->ptr + at, used);
		buf_add(&w->body, root->b, sizeof(root->b));
		st = write_body(w, PART_FEED);
		at += used;
	}
	return st;
}

static enum status write_feed(struct writing *w, const struct store_event *e)
{
	struct digest root;
	unsigned int count;
	enum status st = STATUS_OK;
	struct buf raw, roots;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_MAX);
	feed_root_begin(&root, e->id);
	for (uint64_t from = 1; from <= e->size && !st; from += count) {
		buf_reset(&raw);
		buf_reset(&roots);
		st = w->h->ops->read(&raw, &count, &roots, w->h->store, e->id, from, e->size, KEEP_BYTES);
		if (!st)
			st = write_entries(w, &root, &raw, &roots, count);
	}
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

static enum status write_event(const struct store_event *e, void *data)
{
	struct writing *w = data;
	char hex[DIGEST_HEX];
	enum status st;

	w->event = e->id;
	digest_hex(hex, &e->root);
	field_add(&w->body, e->id);
	field_add_int(&w->body, (int64_t)e->size);
	field_add(&w->body, hex);
	st = write_body(w, PART_EVENT);
	if (!st)
		st = write_feed(w, e);
	if (!st)
		st = w->h->ops->each_doc(w->h->store, e->id, 0, write_doc, w);
	return st ? st : w->h->ops->each_item(w->h->store, e->id, 0, write_item, w);
}

/* A feed only grows, so what is read of it up to a size that the moment told is of that moment. */
static enum status write_events(struct writing *w)
{
	const struct hub_store_ops *ops = w->h->ops;
	struct hub_store *s = w->h->store;
	enum status st = ops->snapshot ? ops->snapshot(s, true) : STATUS_OK, ended;

	if (!st)
		st = ops->each_event(s, write_event, w);
	ended = ops->snapshot ? ops->snapshot(s, false) : STATUS_OK;
	return st ? st : ended;
}

static enum status write_all(struct writing *w)
{
	struct digest sum;
	enum status st;

	buf_add(&w->b, w->evidence ? BACKUP_MAGIC_EVIDENCE : BACKUP_MAGIC, BACKUP_HEAD);
	key_seal(&w->body, w->h->key, NULL);
	st = write_body(w, PART_KEY);
	if (!st)
		st = write_events(w);
	if (!st)
		st = flush(w);
	if (st)
		return st;
	sum = sha256_end(&w->sum);
	st = part(w, PART_END, sum.b, sizeof(sum.b));
	if (!st)
		st = io_write_all(w->fd, w->path, w->b.ptr, w->b.len);
	return st ? st : io_sync(w->fd, w->path);
}

struct backup_args { const char *path; bool evidence; };

static void run_backup(struct call_work *work, struct txn *t)
{
	const struct backup_args *args = work->args;
	char *part_path = mem_printf("%s.part", args->path);
	struct writing w = { .h = t->h, .path = part_path, .fd = -1, .evidence = args->evidence };
	enum status st = io_open(&w.fd, part_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	buf_init(&w.b, SIZE_MAX);
	buf_init(&w.body, PART_MAX);
	sha256_begin(&w.sum);
	if (!st)
		st = write_all(&w);
	if (w.fd >= 0)
		close(w.fd);
	if (!st)
		st = io_rename(part_path, args->path);
	else if (w.fd >= 0)
		unlink(part_path);
	if (st)
		work_fail_message(work, st);
	buf_done(&w.b);
	buf_done(&w.body);
	mem_free(part_path);
}

enum status hub_backup(struct hub *h, const char *path, bool evidence)
{
	struct hub_call call;
	struct call_work *w;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	w = work_new(h, NULL, &call, run_backup, NULL, sizeof(struct backup_args));
	*(struct backup_args *)w->args = (struct backup_args){ arena_str(&w->a, path), evidence };
	st = work_post(w);
	hub_call_done(&call);
	return st;
}
