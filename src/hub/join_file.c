/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A join file: the event as a pack of what the feed says now, with evidence, and a code with what its console must know
 * of the hub. Hub layer; any but the writer's thread.
 */
#include "verdict/hub/join_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "evidence.h"
#include "verdict/base/io.h"
#include "verdict/pack/pack.h"
#include "verdict/proto/join.h"

#define READ_BYTES (1u << 20)

struct attached { char *path; struct digest digest; };

struct joining {
	struct hub_event *e;
	char *dir;		/* members, before they are packed */
	int dir_fd, instances;
	VEC(uint64_t) seqs;	/* entries that hold now, ascending */
	uint64_t size;
	struct buf line;
	struct map *paths;
	VEC(struct attached) bodies;
};

static const struct { char type; const char *name; } members[] = { { FEED_EVENT, "event.json" },
	{ FEED_CATALOGUE, "catalogue.json" }, { FEED_ORGANISATIONS, "organisations.json" },
	{ FEED_SYSTEMS, "systems.json" }, { FEED_PERSONS, "persons.json" } };
#define MEMBERS (sizeof(members) / sizeof(*members))

/* ---- members, from the feed ---- */

static void take_ti(const char *key, void *value, void *data)
{
	const struct ti *ti = value;
	struct joining *j = data;

	(void)key;
	if (ti->known && ti->seq <= j->size)
		vec_push(&j->seqs, ti->seq);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static enum status what_holds(struct joining *j)
{
	const struct doc *docs;
	enum status st = STATUS_OK;

	lock_take(&j->e->lock);
	j->size = j->e->size;
	docs = j->e->s->docs;
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct doc *d = &docs[members[i].type - 'A'];

		if (!d->here || d->seq > j->size)
			st = status_set(STATUS_NOT_FOUND, "the event has no %s yet; import its pack first",
				members[i].name);
		else
			vec_push(&j->seqs, d->seq);
	}
	map_each(j->e->s->tis, take_ti, j);
	lock_give(&j->e->lock);
	if (j->seqs.len)
		qsort(j->seqs.at, j->seqs.len, sizeof(*j->seqs.at), by_number);
	return st;
}

static enum status put_line(struct joining *j, const struct feed_entry *e)
{
	enum status st;

	buf_add(&j->line, e->body, e->len);
	buf_addc(&j->line, '\n');
	if (j->line.len < READ_BYTES)
		return STATUS_OK;
	st = io_write_all(j->instances, "instances.ndjson", j->line.ptr, j->line.len);
	buf_reset(&j->line);
	return st;
}

static enum status put_member(struct joining *j, const struct feed_entry *e)
{
	enum status st = STATUS_OK;

	if (e->type == FEED_INSTANCE)
		return put_line(j, e);
	for (size_t i = 0; i < MEMBERS && !st; i++) {
		if (members[i].type == e->type) {
			char *path = mem_printf("%s/%s", j->dir, members[i].name);

			st = io_replace_file(path, e->body, e->len, 0600);
			mem_free(path);
		}
	}
	return st;
}

/* Entries of one read, of which `*at` is the next that is wanted. */
static enum status take_some(struct joining *j, size_t *at, const struct buf *raw, unsigned int count)
{
	struct feed_entry e;
	size_t from = 0, used;
	enum status st = STATUS_OK;

	for (unsigned int i = 0; i < count && !st; i++, from += used) {
		st = feed_entry_parse(&e, &used, raw->ptr + from, raw->len - from);
		if (!st && *at < j->seqs.len && e.seq == j->seqs.at[*at]) {
			(*at)++;
			st = put_member(j, &e);
		}
	}
	return st;
}

static enum status write_members(struct joining *j)
{
	const struct hub *h = j->e->hub;
	enum status st = STATUS_OK;
	struct buf raw, roots;
	unsigned int count;
	size_t at = 0;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_MAX);
	for (uint64_t from = 1; from <= j->size && at < j->seqs.len && !st; from += count) {
		buf_reset(&raw);
		buf_reset(&roots);
		st = h->ops->read(&raw, &count, &roots, h->store, j->e->id, from, j->size, READ_BYTES);
		if (!st)
			st = take_some(j, &at, &raw, count);
	}
	if (!st)
		st = io_write_all(j->instances, "instances.ndjson", buf_str(&j->line), j->line.len);
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

/* ---- evidence that is here, at the paths that the TIs name ---- */

static enum status note_bodies(void *data, const struct pack_instance *t)
{
	struct joining *j = data;

	for (size_t i = 0; i < t->n_evidence; i++) {
		const struct pack_evidence *e = &t->evidence[i];
		struct attached a = { .digest = e->sha256 };

		if (!*e->file || !pack_path_ok(e->file) || strncmp(e->file, "evidence/", 9) != 0 ||
			!body_here(j->e->hub->dir, &e->sha256, (uint64_t)e->size) || map_set(j->paths, e->file, j))
			continue;
		a.path = mem_strdup(e->file);
		vec_push(&j->bodies, a);
	}
	return STATUS_OK;
}

static enum status find_bodies(struct joining *j)
{
	struct pack_sink sink = { .instance = note_bodies, .data = j };
	struct pack *p = pack_new();
	enum status st = pack_walk(p, j->dir_fd, &sink, NULL);

	pack_free(p);
	return st;
}

static enum status add_bodies(struct joining *j, struct pack_writer *w, struct hub_bodies *out)
{
	enum status st = STATUS_OK;
	uint64_t size;
	int fd;

	for (size_t i = 0; i < j->bodies.len && !st; i++) {
		st = body_open(&fd, &size, j->e->hub->dir, &j->bodies.at[i].digest);
		if (st)
			break;
		st = pack_writer_copy(w, j->bodies.at[i].path, fd);
		close(fd);
		out->count += !st;
		out->bytes += st ? 0 : size;
	}
	return st;
}

/* ---- the whole ---- */

static enum status add_file(struct joining *j, struct pack_writer *w, const char *name)
{
	int fd = openat(j->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum status st = fd < 0 ? status_errno("%s", name) : pack_writer_copy(w, name, fd);

	if (fd >= 0)
		close(fd);
	return st;
}

static enum status pack_all_of(struct joining *j, struct hub_bodies *out, const struct hub_join *about, const char *path)
{
	struct join_file f = { .event = j->e->id, .person = about->person, .code = about->code,
		.certificate = about->certificate };
	struct pack_writer *w;
	struct buf b;
	char *part = mem_printf("%s.part", path);
	enum status st = pack_writer_open(&w, part);

	if (st) {
		mem_free(part);
		return st;
	}
	memcpy(f.hub, key_public(j->e->hub->key), sizeof(f.hub));
	buf_init(&b, JOIN_MAX);
	for (size_t i = 0; i < MEMBERS && !st; i++)
		st = add_file(j, w, members[i].name);
	if (!st)
		st = add_file(j, w, "instances.ndjson");
	join_file_format(&b, &f);
	if (!st)
		st = b.err ? b.err : pack_writer_add(w, JOIN_MEMBER, b.ptr, b.len);
	if (!st && about->evidence)
		st = add_bodies(j, w, out);
	buf_done(&b);
	st = pack_writer_close(w, st);
	if (!st)
		st = io_rename(part, path);
	mem_free(part);
	return st;
}

static enum status prepare(struct joining *j)
{
	char *path = mem_printf("%s/instances.ndjson", j->dir);
	enum status st = what_holds(j);

	if (!st)
		st = io_open(&j->dir_fd, j->dir, O_RDONLY | O_DIRECTORY, 0);
	if (!st)
		st = io_open(&j->instances, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (!st)
		st = write_members(j);
	mem_free(path);
	return st ? st : find_bodies(j);
}

static void joining_done(struct joining *j)
{
	if (j->dir_fd >= 0)
		close(j->dir_fd);
	if (j->instances >= 0)
		close(j->instances);
	for (size_t i = 0; i < j->bodies.len; i++)
		mem_free(j->bodies.at[i].path);
	vec_done(&j->bodies);
	vec_done(&j->seqs);
	map_free(j->paths);
	buf_done(&j->line);
	mem_free(j->dir);
}

enum status hub_join_file(struct hub_bodies *out, struct hub_event *e, const struct hub_join *about, const char *path)
{
	struct joining j = { .e = e, .dir = mem_printf("%s/join-XXXXXX", e->hub->dir), .dir_fd = -1, .instances = -1,
		.paths = map_new() };
	enum status st;

	memset(out, 0, sizeof(*out));
	buf_init(&j.line, 2 * READ_BYTES + FEED_ENTRY_MAX);
	if (!mkdtemp(j.dir)) {
		st = status_errno("%s: cannot make a folder", j.dir);
	} else {
		st = prepare(&j);
		if (!st)
			st = pack_all_of(&j, out, about, path);
		pack_remove(j.dir);
	}
	joining_done(&j);
	return st;
}

bool hub_person_known(char *name, size_t size, struct hub_event *e, const char *person)
{
	const struct person *p;
	bool known;

	lock_take(&e->lock);
	p = map_get(e->s->persons, person);
	known = p && p->listed;
	snprintf(name, size, "%s", p && p->name ? p->name : "");
	lock_give(&e->lock);
	return known;
}
