/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store made anew from a backup. The file is read twice: first to know that it is whole, then to write. Hub layer;
 * no hub is open on the store.
 */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "evidence.h"
#include "verdict/base/io.h"
#include "verdict/proto/payload.h"

#define FENCE_LEAP 1000000	/* more than a hub grants between two backups */
#define GROUP 5000

struct reading {
	int fd;
	const char *path;
	bool evidence;		/* bodies follow the events */
	const char *doing;
	uint64_t done, total;
	const struct hub_progress *progress;
	struct buf body;
	char type;
	struct sha256 sum;
};

struct restoring {
	const struct hub_store_ops *ops;
	struct hub_store *s;
	struct hub_restored *out;
	char *event;		/* NULL: none begun */
	uint64_t size, want_size;
	struct digest root, want_root;
	struct map *records;	/* rid → its seq, for entries F */
	uint64_t fence;
	unsigned int group;	/* operations in this transaction */
};

static enum status damaged(const char *path)
{
	return status_set(STATUS_CORRUPT, "%s: not a whole backup", path);
}

static enum status take(struct reading *r, void *ptr, size_t len)
{
	char *at = ptr;
	ssize_t n;

	while (len) {
		n = read(r->fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_errno("%s: cannot read", r->path);
		if (n == 0)
			return damaged(r->path);
		at += n;
		len -= (size_t)n;
	}
	return STATUS_OK;
}

static enum status next_part(struct reading *r)
{
	unsigned char head[PART_HEAD];
	enum status st = take(r, head, sizeof(head));
	size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;

	if (st)
		return st;
	if (len > PART_MAX)
		return damaged(r->path);
	r->type = (char)head[4];
	buf_reset(&r->body);
	buf_fill(&r->body, 0, len);
	st = take(r, r->body.ptr, len);
	r->done += PART_HEAD + len;
	if (r->progress)
		r->progress->tick(r->progress->data, r->doing, r->done, r->total);
	if (!st && r->type != PART_END && r->type != PART_END_EVIDENCE) {
		sha256_add(&r->sum, head, sizeof(head));
		sha256_add(&r->sum, r->body.ptr, len);
	}
	return st;
}

static enum status rewind_parts(struct reading *r)
{
	char magic[BACKUP_HEAD];
	enum status st;

	if (lseek(r->fd, 0, SEEK_SET) != 0)
		return status_errno("%s", r->path);
	st = take(r, magic, sizeof(magic));
	r->evidence = !st && memcmp(magic, BACKUP_MAGIC_EVIDENCE, BACKUP_HEAD) == 0;
	if (!st && !r->evidence && memcmp(magic, BACKUP_MAGIC, BACKUP_HEAD) != 0)
		st = status_set(memcmp(magic, BACKUP_MAGIC, BACKUP_HEAD - 1) ? STATUS_INVALID : STATUS_NEWER,
			"%s: not a backup that this program knows", r->path);
	sha256_begin(&r->sum);
	sha256_add(&r->sum, magic, sizeof(magic));
	return st;
}

/* Parts as far as the one that ends them, which must hold their sum. */
static enum status check_to(struct reading *r, enum part_type end)
{
	struct digest sum;
	enum status st;

	while (!(st = next_part(r)) && r->type != (char)end)
		if (r->type == PART_END || r->type == PART_END_EVIDENCE)
			return damaged(r->path);
	if (st)
		return st;
	sum = sha256_end(&r->sum);
	if (r->body.len != sizeof(sum.b) || memcmp(r->body.ptr, sum.b, sizeof(sum.b)) != 0)
		return damaged(r->path);
	sha256_begin(&r->sum);
	sha256_add(&r->sum, sum.b, sizeof(sum.b));
	return STATUS_OK;
}

static enum status check_whole(struct reading *r)
{
	enum status st;
	struct stat sb;
	char more;

	r->doing = "checking the backup";
	r->total = fstat(r->fd, &sb) == 0 ? (uint64_t)sb.st_size : 0;
	st = rewind_parts(r);
	if (!st)
		st = check_to(r, PART_END);
	if (!st && r->evidence)
		st = check_to(r, PART_END_EVIDENCE);
	if (!st && read(r->fd, &more, 1) != 0)
		st = damaged(r->path);
	r->done = 0;
	r->doing = "restoring";
	return st;
}

/* ---- into the store ---- */

static enum status begin(struct restoring *t)
{
	struct store_event now;

	t->group = 0;
	return t->ops->begin(&now, t->s, t->event);
}

static enum status breathe(struct restoring *t)
{
	enum status st;

	if (++t->group < GROUP)
		return STATUS_OK;
	st = t->ops->commit(t->s);
	return st ? st : begin(t);
}

/* The last of an event: a fence that none of before reaches. */
static enum status end_event(struct restoring *t)
{
	struct store_item i = { ITEM_NUMBER, "fence", 1, NULL, 0 };
	struct buf b;
	enum status st;

	if (!t->event)
		return STATUS_OK;
	if (t->size != t->want_size || !digest_equal(&t->root, &t->want_root)) {
		t->ops->rollback(t->s);
		return status_set(STATUS_CORRUPT,
			"event %s: the backup does not hold the feed that it names", t->event);
	}
	buf_init(&b, 64);
	field_add_int(&b, (int64_t)t->fence + FENCE_LEAP);
	i.value = b.ptr;
	i.len = b.len;
	st = t->ops->put_item(t->s, &i);
	buf_done(&b);
	if (!st)
		st = t->ops->commit(t->s);
	mem_free(t->event);
	t->event = NULL;
	return st;
}

static enum status begin_event(struct restoring *t, struct fields f)
{
	struct store_event e = { .size = 0 };
	enum status st = end_event(t);

	if (st)
		return st;
	t->event = mem_strdup(field_next(&f));
	t->want_size = (uint64_t)field_int(&f);
	if (!digest_parse(&t->want_root, field_next(&f)))
		return status_set(STATUS_CORRUPT, "event %s: the backup names no root", t->event);
	feed_root_begin(&t->root, t->event);
	t->size = 0;
	t->fence = 0;
	map_free(t->records);
	t->records = map_new();
	e.id = t->event;
	e.root = t->root;
	random_bytes(e.epoch, sizeof(e.epoch));
	t->out->events++;
	st = t->ops->event_add(t->s, &e);
	return st ? st : begin(t);
}

/* The row of a record follows from its entry. */
static enum status append_record(struct restoring *t, const struct feed_entry *e, const char *bytes, size_t len)
{
	struct store_record row = { .seq = e->seq, .flags = e->flags };
	struct envelope env;
	char hex[DIGEST_HEX];
	struct record rec;
	struct arena a;
	enum status st;

	arena_init(&a);
	st = feed_record(&env, e);
	if (!st)
		st = payload_parse(&rec, &a, env.payload, env.len);
	if (!st) {
		row.rid = record_rid(env.payload, env.len);
		row.replica = rec.replica;
		row.ti = rec.ti;
		row.n = rec.n;
		row.kind = (int)rec.kind;
		row.at = rec.at;
		digest_hex(hex, &row.rid);
		map_set(t->records, hex, (void *)(uintptr_t)e->seq);
		st = t->ops->append(t->s, bytes, len, &t->root, &row);
	}
	arena_done(&a);
	return st;
}

static enum status change_flags(struct restoring *t, const struct feed_entry *e)
{
	unsigned int flags;
	struct digest rid;
	char hex[DIGEST_HEX];
	uint64_t seq;
	enum status st = feed_flags(&rid, &flags, e);

	if (st)
		return st;
	digest_hex(hex, &rid);
	seq = (uint64_t)(uintptr_t)map_get(t->records, hex);
	return seq ? t->ops->set_flags(t->s, seq, flags) : STATUS_OK;
}

static enum status append(struct restoring *t, const struct buf *body)
{
	size_t len = body->len - sizeof(struct digest), used;
	struct feed_entry e;
	enum status st;

	if (!t->event || body->len < sizeof(struct digest))
		return status_set(STATUS_CORRUPT, "an entry of no event");
	st = feed_entry_parse(&e, &used, body->ptr, len);
	if (st || used != len || e.seq != t->size + 1)
		return status_set(STATUS_CORRUPT, "event %s: entry %llu of the backup is damaged", t->event,
			(unsigned long long)t->size + 1);
	feed_root_add(&t->root, body->ptr, len);
	if (memcmp(t->root.b, body->ptr + len, sizeof(t->root.b)) != 0)
		return status_set(STATUS_CORRUPT, "event %s: the root of entry %llu is another", t->event,
			(unsigned long long)e.seq);
	t->size = e.seq;
	t->out->entries++;
	st = e.type == FEED_RECORD ? append_record(t, &e, body->ptr, len)
				   : t->ops->append(t->s, body->ptr, len, &t->root, NULL);
	return !st && e.type == FEED_FLAGS ? change_flags(t, &e) : st;
}

static enum status put_doc(struct restoring *t, struct fields f)
{
	struct store_doc d = { .type = (char)field_int(&f) };

	d.id = field_next(&f);
	d.seq = (uint64_t)field_int(&f);
	if (!digest_parse(&d.digest, field_next(&f)))
		return status_set(STATUS_CORRUPT, "a document of the backup is damaged");
	d.facts = f.at;
	d.len = (size_t)(f.end - f.at);
	return t->ops->put_doc(t->s, &d);
}

/* Fields of a lease: who, replica, nonce, fence … (claims.c) */
static void note_fence(struct restoring *t, struct fields f, bool lease)
{
	uint64_t fence;

	for (int i = 0; lease && i < 3; i++)
		field_next(&f);
	fence = (uint64_t)field_int(&f);
	if (fence > t->fence)
		t->fence = fence;
}

static enum status put_item(struct restoring *t, struct fields f)
{
	struct store_item i = { .kind = (char)field_int(&f), .version = 1 };

	i.id = field_next(&f);
	i.value = f.at;
	i.len = (size_t)(f.end - f.at);
	if (i.kind == ITEM_LEASE || (i.kind == ITEM_NUMBER && strcmp(i.id, "fence") == 0))
		note_fence(t, f, i.kind == ITEM_LEASE);
	return t->ops->put_item(t->s, &i);
}

static enum status one_part(struct restoring *t, const struct reading *r)
{
	struct fields f = { r->body.ptr, r->body.ptr + r->body.len };
	enum status st;

	if (r->type == PART_KEY)
		return t->ops->meta_put(t->s, "key", r->body.ptr, r->body.len);
	if (r->type == PART_EVENT)
		return begin_event(t, f);
	if (!t->event)
		return status_set(STATUS_CORRUPT, "a part of no event");
	st = r->type == PART_FEED ? append(t, &r->body) : r->type == PART_DOC ? put_doc(t, f)
		: r->type == PART_ITEM ? put_item(t, f) : STATUS_OK;
	return st ? st : breathe(t);
}

static enum status any_event(const struct store_event *e, void *data)
{
	(void)data;
	return status_set(STATUS_EXISTS, "the store has event %s: a backup goes into an empty one", e->id);
}

static enum status write_store(struct restoring *t, struct reading *r)
{
	enum status st = rewind_parts(r);

	while (!st && !(st = next_part(r)) && r->type != PART_END)
		st = one_part(t, r);
	if (!st)
		st = end_event(t);
	if (st)
		t->ops->rollback(t->s);
	mem_free(t->event);
	map_free(t->records);
	return st;
}

/* ---- evidence, before the store: a restore that was cut off finds the store empty and is done again ---- */

static enum status skip_events(struct reading *r)
{
	enum status st = rewind_parts(r);

	while (!st && !(st = next_part(r)) && r->type != PART_END)
		;
	return st;
}

static uint64_t get_u64(const char *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* The parts of one body; `b` NULL: they are here already. Whether the hub said that it gave all of them whole. */
static enum status read_body(bool *whole, struct reading *r, struct body *b, uint64_t left)
{
	enum status st;

	while (!(st = next_part(r)) && r->type == PART_BYTES) {
		if (r->body.len > left)
			return damaged(r->path);
		left -= r->body.len;
		if (b)
			st = body_add(b, r->body.ptr, r->body.len);
		if (st)
			return st;
	}
	if (!st && (r->type != PART_BODY_END || r->body.len != 1))
		st = damaged(r->path);
	*whole = !st && left == 0 && r->body.ptr[0] == 1;
	return st;
}

static enum status one_body(struct hub_bodies *out, struct reading *r, const char *dir)
{
	struct digest want;
	bool whole = false, here;
	struct body b;
	uint64_t size;
	enum status st;

	if (r->type != PART_BODY || r->body.len != sizeof(want.b) + 8)
		return damaged(r->path);
	memcpy(want.b, r->body.ptr, sizeof(want.b));
	size = get_u64(r->body.ptr + sizeof(want.b));
	here = body_here(dir, &want, size);
	if (here) {
		st = read_body(&whole, r, NULL, size);
	} else {
		st = body_begin(&b, dir, &want);
		if (!st)
			st = read_body(&whole, r, &b, size);
		st = body_end(&b, !st && !whole ? STATUS_CONFLICT : st);
	}
	out->count += !st;
	out->bytes += st ? 0 : size;
	out->damaged += st == STATUS_CONFLICT;
	return st == STATUS_CONFLICT ? STATUS_OK : st;
}

static enum status write_evidence(struct hub_bodies *out, struct reading *r, const char *dir)
{
	enum status st = r->evidence ? skip_events(r) : STATUS_OK;

	while (r->evidence && !st && !(st = next_part(r)) && r->type != PART_END_EVIDENCE)
		st = one_body(out, r, dir);
	return st;
}

enum status hub_restore(struct hub_restored *out, const struct hub_options *o, const char *path)
{
	struct restoring t = { .out = out };
	struct reading r = { .fd = -1, .path = path, .progress = o->progress };
	enum status st = io_open(&r.fd, path, O_RDONLY, 0);

	memset(out, 0, sizeof(*out));
	buf_init(&r.body, PART_MAX);
	if (!st)
		st = check_whole(&r);
	if (!st)
		st = hub_store_open(&t.ops, &t.s, o);
	if (!st) {
		st = t.ops->each_event(t.s, any_event, NULL);
		if (!st)
			st = write_evidence(&out->evidence, &r, o->dir);
		if (!st)
			st = write_store(&t, &r);
		t.ops->close(t.s);
	}
	if (r.fd >= 0)
		close(r.fd);
	buf_done(&r.body);
	return st;
}
