/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What participants give: evidence and a status, as a change to the TI's line. The line is made within the
 * transaction, from the one before it, and read by the same code that consoles read it with. Hub layer; the writer's
 * thread, but for amend_carry().
 */
#include "amend.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "evidence.h"
#include "line_edit.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/text.h"

#define OPERATOR "hub"
#define NAME_BYTES_MAX 200
#define ROOM_LEFT (64u << 20)	/* on the disk: whoever fills it with evidence keeps no verdict out */

/* ---- reading what is ---- */

static enum status read_entry(struct buf *line, struct hub_event *e, uint64_t seq)
{
	unsigned int count = 0;
	struct feed_entry entry;
	struct buf raw, roots;
	size_t used;
	enum status st;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, 4096);
	st = e->hub->ops->read(&raw, &count, &roots, e->hub->store, e->id, seq, seq, FEED_PAGE_BYTES);
	if (!st)
		st = feed_entry_parse(&entry, &used, raw.ptr, raw.len);
	if (!st) {
		buf_reset(line);
		buf_add(line, entry.body, entry.len);
	}
	buf_done(&roots);
	buf_done(&raw);
	return st;
}

/* The documents that a line rests on, read anew when one of them changed. */
struct event_pack {
	struct pack *pack;
	struct buf texts[5];
	uint64_t seqs[5];
	bool critical_on;
};

void event_pack_free(struct event_pack *p)
{
	if (!p)
		return;
	pack_free(p->pack);
	for (size_t i = 0; i < 5; i++)
		buf_done(&p->texts[i]);
	mem_free(p);
}

static enum status read_doc(struct event_pack *p, size_t i)
{
	struct pack_event event;
	struct pack_catalogue catalogue;
	struct pack_organisation *o;
	struct pack_system *s;
	struct pack_person *persons;
	struct buf *b = &p->texts[i];
	size_t n;
	enum status st;

	buf_addc(b, '\0');
	b->len--;
	switch (i) {
	case 0:
		st = pack_read_event(&event, p->pack, b->ptr, b->len);
		p->critical_on = !st && event.critical_on;
		return st;
	case 1: return pack_read_catalogue(&catalogue, p->pack, b->ptr, b->len);
	case 2: return pack_read_organisations(&o, &n, p->pack, b->ptr, b->len);
	case 3: return pack_read_systems(&s, &n, p->pack, b->ptr, b->len);
	default: return pack_read_persons(&persons, &n, p->pack, b->ptr, b->len);
	}
}

static enum status event_pack(struct event_pack **out, struct txn *t)
{
	static const char types[5] = { FEED_EVENT, FEED_CATALOGUE, FEED_ORGANISATIONS, FEED_SYSTEMS, FEED_PERSONS };
	struct event_pack *p = t->s->pack;
	bool fresh = p != NULL;
	enum status st = STATUS_OK;

	for (size_t i = 0; i < 5 && fresh; i++)
		fresh = p->seqs[i] == t->s->docs[types[i] - 'A'].seq;
	if (fresh) {
		*out = p;
		return STATUS_OK;
	}
	event_pack_free(p);
	t->s->pack = NULL;
	p = mem_zalloc(sizeof(*p));
	p->pack = pack_new();
	for (size_t i = 0; i < 5; i++)
		buf_init(&p->texts[i], FEED_ENTRY_MAX + 1);
	for (size_t i = 0; i < 5 && !st; i++) {
		const struct doc *d = &t->s->docs[types[i] - 'A'];

		p->seqs[i] = d->seq;
		if (!d->here)
			continue;
		if (d->seq > t->e->size)
			st = status_set(STATUS_BUSY, "the event's reference data are just changing");
		if (!st)
			st = read_entry(&p->texts[i], t->e, d->seq);
		if (!st)
			st = read_doc(p, i);
	}
	if (st) {
		event_pack_free(p);
		return st;
	}
	*out = t->s->pack = p;
	return STATUS_OK;
}

/* The line as it is in this transaction: what is not committed yet cannot be read. */
static enum status current_line(struct buf *line, struct txn *t, const struct ti *ti)
{
	for (size_t i = t->s->fresh.len; i-- > 0; ) {
		const struct fresh_line *f = &t->s->fresh.at[i];

		if (f->seq == ti->seq) {
			buf_add(line, f->text, f->len);
			return STATUS_OK;
		}
	}
	if (ti->seq > t->e->size)
		return status_set(STATUS_BUSY, "the event's reference data are just changing");
	return read_entry(line, t->e, ti->seq);
}

static void forget_fresh(struct txn *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->s->fresh.len; i++) {
		if (t->s->fresh.at[i].seq > t->e->size)
			t->s->fresh.at[kept++] = t->s->fresh.at[i];
		else
			mem_free(t->s->fresh.at[i].text);
	}
	t->s->fresh.len = kept;
}

/* A reader takes its text apart, so it gets a copy. */
static enum status read_line(struct pack_instance *out, struct pack *p, char **copy, const struct buf *line, const char *ti)
{
	mem_free(*copy);
	*copy = mem_strndup(line->ptr, line->len);
	pack_stand(p, ti, 0);
	return pack_read_instance(out, p, *copy, line->len);
}

/* ---- making what will be ---- */

static void json_evidence(struct buf *out, int64_t n, int64_t step, const char *name, const char *kind, const struct digest *d,
	int64_t size, const char *url, const char *by)
{
	char hex[DIGEST_HEX];
	struct jsonw w;

	digest_hex(hex, d);
	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "n", n);
	jsonw_int(&w, "step", step);
	jsonw_str(&w, "name", name);
	if (*kind)
		jsonw_str(&w, "kind", kind);
	jsonw_str(&w, "sha256", hex);
	jsonw_int(&w, "size", size);
	if (*url)
		jsonw_str(&w, "url", url);
	jsonw_str(&w, "by", by);
	jsonw_end_object(&w);
}

static void add_history(struct buf *line, int64_t now, const char *who, const char *kind, const char *text)
{
	char at[CLOCK_TEXT];
	struct jsonw w;
	struct buf b;

	clock_format_utc(at, now);
	buf_init(&b, 64u << 10);
	jsonw_init(&w, &b, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "at", at);
	jsonw_str(&w, "who", who);
	jsonw_str(&w, "kind", kind);
	jsonw_str(&w, "text", text);
	jsonw_end_object(&w);
	line_append(line, "history", buf_str(&b));
	buf_done(&b);
}

static int64_t next_number(const struct pack_instance *p)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->n_evidence; i++)
		n = p->evidence[i].n > n ? p->evidence[i].n : n;
	return n + 1;
}

struct giving { struct hub_given g; struct hub_participant by; const char *who; };

/* Number of the same bytes at the same step, or 0. */
static int64_t there_already(const struct pack_instance *p, const struct hub_given *g)
{
	for (size_t i = 0; i < p->n_evidence; i++)
		if (p->evidence[i].step == g->step && digest_equal(&p->evidence[i].sha256, &g->sha256))
			return p->evidence[i].n;
	return 0;
}

static void add_evidence(struct buf *line, struct call_work *w, const struct txn *t, const struct pack_instance *p)
{
	const struct giving *v = w->args;
	struct buf b;

	w->call->count = (unsigned int)next_number(p);
	buf_init(&b, 64u << 10);
	json_evidence(&b, w->call->count, v->g.step, v->g.name, v->g.kind, &v->g.sha256, (int64_t)v->g.size, "", v->who);
	line_append(line, "evidence", buf_str(&b));
	buf_done(&b);
	add_history(line, hub_now(t->h), v->who, "evidence", v->g.name);
}

static void change_status(struct buf *line, struct call_work *w, const struct txn *t)
{
	const struct giving *v = w->args;
	int64_t now = hub_now(t->h);
	char text[CLOCK_TEXT + 2], at[CLOCK_TEXT];

	snprintf(text, sizeof(text), "\"%s\"", ti_status_name(v->g.status));
	line_set(line, "status", text);
	clock_format_utc(at, now);
	snprintf(text, sizeof(text), "\"%s\"", at);
	line_set(line, "since", text);
	add_history(line, now, v->who, "status", ti_status_label(v->g.status));
	if (v->g.comment)
		add_history(line, now, v->who, "comment", v->g.comment);
}

static enum status may_set(const struct giving *v, const struct pack_instance *p, bool critical_on)
{
	if (v->g.status > TI_ABORTED)
		return status_set(STATUS_DENIED, "participants say running, paused, to-be-verified, critical or aborted");
	if (v->g.status == TI_CRITICAL && !critical_on)
		return status_set(STATUS_DENIED, "critical is not switched on in this event");
	if (p->status == TI_ABORTED && v->g.status != TI_ABORTED)
		return status_set(STATUS_DENIED, "the TI was aborted: begin another");
	return STATUS_OK;
}

static bool takes_part(const struct state *s, const struct ti *ti, const struct hub_participant *by)
{
	const struct system *own = *by->system ? map_get(s->systems, by->system) : NULL;

	for (size_t i = 0; i < ti->n_systems; i++)
		if (*by->system ? ti->systems[i] == own : strcmp(ti->systems[i]->organisation, by->organisation) == 0)
			return true;
	return false;
}

void amend_facts(struct buf *facts, const struct pack_instance *t, const struct digest *imported)
{
	char hex[DIGEST_HEX + 1];

	for (size_t i = 0; i < t->n_participants; i++)
		field_add(facts, t->participants[i].id);
	field_add(facts, "");
	for (size_t i = 0; i < t->n_evidence; i++) {
		digest_hex(hex, &t->evidence[i].sha256);
		field_add(facts, hex);
	}
	if (!imported)
		return;
	hex[0] = AMENDED_MARK;
	digest_hex(hex + 1, imported);
	field_add(facts, hex);
}

/* ---- the transaction ---- */

static void append_line(struct txn *t, struct ti *ti, const struct buf *line, const struct pack_instance *p)
{
	struct digest imported = ti->amended ? ti->imported : ti->digest;
	struct store_doc d = { FEED_INSTANCE, ti->id, 0, sha256(line->ptr, line->len), NULL, 0 };
	struct fresh_line fresh = { 0, mem_strndup(line->ptr, line->len), line->len };
	struct buf facts;

	buf_init(&facts, PACK_CATALOGUE_MAX);
	amend_facts(&facts, p, &imported);
	d.facts = facts.ptr;
	d.len = facts.len;
	d.seq = fresh.seq = txn_append(t, FEED_INSTANCE, 0, line->ptr, line->len, NULL);
	if (!t->failed)
		txn_check(t, t->h->ops->put_doc(t->h->store, &d));
	if (t->failed) {
		mem_free(fresh.text);
	} else {
		vec_push(&t->s->fresh, fresh);
		lock_take(&t->e->lock);
		ti->seq = d.seq;
		ti->digest = d.digest;
		facts_of_instance(t->s, ti, facts.ptr, facts.len);
		lock_give(&t->e->lock);
	}
	buf_done(&facts);
}

/* In words of whoever hands it in: the pack's own reader would speak of a line of a file. */
static enum status has_step(const struct pack_instance *p, unsigned int step)
{
	const struct pack_test_ref *t = p->test;

	for (unsigned int i = 0; i < t->n_steps; i++)
		if (t->steps[i] == step)
			return STATUS_OK;
	return t->n_steps ? status_set(STATUS_INVALID, "TI %s: its test has no step %u, but %u to %u", p->id, step, t->steps[0],
		t->steps[t->n_steps - 1]) : status_set(STATUS_INVALID, "TI %s: its test has no steps", p->id);
}

static enum status make_line(struct buf *line, char **copy, struct pack_instance *p, struct call_work *w, struct txn *t,
	const struct ti *ti)
{
	const struct giving *v = w->args;
	struct event_pack *docs = NULL;
	bool changed = false;
	char number[24];
	enum status st = event_pack(&docs, t);

	if (!st)
		st = current_line(line, t, ti);
	if (!st)
		st = read_line(p, docs->pack, copy, line, ti->id);
	if (!st && v->g.has_status)
		st = may_set(v, p, docs->critical_on);
	if (!st && v->g.name && v->g.step)
		st = has_step(p, v->g.step);
	if (st)
		return st;
	if (v->g.name) {
		w->call->count = (unsigned int)there_already(p, &v->g);
		changed = w->call->count == 0;
		if (changed)
			add_evidence(line, w, t, p);
	}
	if (v->g.has_status && (p->status != v->g.status || v->g.comment)) {
		change_status(line, w, t);
		changed = true;
	}
	if (!changed)
		return STATUS_EXISTS;
	if (p->has_revision) {
		snprintf(number, sizeof(number), "%lld", (long long)p->revision + 1);
		line_set(line, "revision", number);
	}
	if (line->err || line->len > PACK_LINE_MAX)
		return status_set(STATUS_LIMIT, "TI %s holds as much as it can", ti->id);
	return read_line(p, docs->pack, copy, line, ti->id);
}

static void run_give(struct call_work *w, struct txn *t)
{
	const struct giving *v = w->args;
	struct ti *ti = map_get(t->s->tis, v->g.ti);
	struct pack_instance p;
	struct buf line;
	char *copy = NULL;
	enum status st;

	forget_fresh(t);
	if (!ti || !ti->known || (v->g.by && !takes_part(t->s, ti, &v->by))) {
		work_fail(w, STATUS_CONFLICT, "TI %s has just changed", v->g.ti);
		return;
	}
	buf_init(&line, PACK_LINE_MAX + (256u << 10));
	st = make_line(&line, &copy, &p, w, t, ti);
	if (!st)
		append_line(t, ti, &line, &p);
	else if (st != STATUS_EXISTS)
		work_fail_message(w, st);
	mem_free(copy);
	buf_done(&line);
}

/* ---- the caller's thread ---- */

static bool good_text(const char *s, size_t max)
{
	size_t n = strlen(s);

	if (n > max || !utf8_valid(s, n))
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t')
			return false;
	return true;
}

static enum status check(const struct hub_given *g)
{
	if (!g->name && !g->has_status)
		return status_set(STATUS_INVALID, "nothing is given");
	if (g->name && (!*g->name || strchr(g->name, '\n') || !good_text(g->name, NAME_BYTES_MAX)))
		return status_set(STATUS_INVALID, "want a file name of at most %d bytes in UTF-8", NAME_BYTES_MAX);
	if (g->name && !good_text(g->kind, 64))
		return status_set(STATUS_INVALID, "want a kind of at most 64 bytes in UTF-8");
	if (g->name && g->size > HUB_GIVEN_MAX)
		return status_set(STATUS_LIMIT, "an item has at most %llu bytes", (unsigned long long)HUB_GIVEN_MAX);
	if (g->comment && !good_text(g->comment, PACK_TEXT_MAX))
		return status_set(STATUS_INVALID, "want a comment of at most %d bytes in UTF-8", PACK_TEXT_MAX);
	return STATUS_OK;
}

static enum status may(const struct state *s, const struct hub_participant *p, const char *id)
{
	const struct ti *ti = map_get(s->tis, id);

	if (!ti || !ti->known)
		return status_set(STATUS_NOT_FOUND, "no TI %s in this event", id);
	if (p && !takes_part(s, ti, p))
		return status_set(STATUS_DENIED, "%s takes no part in TI %s", p->name, ti->id);
	return STATUS_OK;
}

enum status hub_participant_may(struct hub_event *e, const struct hub_participant *p, const char *ti)
{
	enum status st;

	lock_take(&e->lock);
	st = may(e->s, p, ti);
	lock_give(&e->lock);
	return st;
}

enum status hub_given_room(struct hub *h, uint64_t more)
{
	struct statvfs vfs;

	if (statvfs(h->dir, &vfs) == 0 && (uint64_t)vfs.f_bavail * vfs.f_frsize < more + ROOM_LEFT)
		return status_set(STATUS_FULL, "%s: the disk has no room for evidence; the last %u MiB are for records", h->dir,
			ROOM_LEFT >> 20);
	return STATUS_OK;
}

enum status hub_given_spool(int *fd_out, struct hub *h)
{
	enum status st = hub_given_room(h, 0);

	return st ? st : io_open(fd_out, h->dir, O_RDWR | O_TMPFILE, 0600);
}

enum status hub_give(struct hub_event *e, struct hub_call *call, const struct hub_given *g)
{
	struct call_work *w = work_new(e->hub, e, call, run_give, NULL, sizeof(struct giving));
	struct giving *v = w->args;
	enum status st = check(g);

	if (!st)
		st = hub_participant_may(e, g->by, g->ti);
	if (!st && g->name && lseek(g->fd, 0, SEEK_SET) != 0)
		st = status_errno("evidence");
	/* the body lies in its place before a line names it */
	if (!st && g->name && !body_here(e->hub->dir, &g->sha256, g->size)) {
		st = hub_given_room(e->hub, g->size);
		if (!st)
			st = body_take(e->hub->dir, &g->sha256, g->fd);
		if (st == STATUS_CONFLICT)
			st = status_set(STATUS_INVALID, "the bytes are not those of the digest");
	}
	call->count = 0;
	if (st)
		return work_refuse(w, st);
	v->g = *g;
	v->g.ti = arena_str(&w->a, g->ti);
	v->g.name = arena_str(&w->a, g->name);
	v->g.kind = arena_str(&w->a, g->kind ? g->kind : "");
	v->g.comment = arena_str(&w->a, g->comment);
	if (g->by)
		v->by = *g->by;
	v->who = g->by ? v->by.name : OPERATOR;
	w->bytes = 4096;
	return work_post(w);
}

/* ---- an import of the same event ---- */

/* What `old` has of participants, and `now` has not. */
static void carry(struct buf *line, const struct pack_instance *old, const struct pack_instance *now)
{
	int64_t n = next_number(now);
	struct buf b;

	for (size_t i = 0; i < old->n_evidence; i++) {
		const struct pack_evidence *o = &old->evidence[i];
		bool has = !*o->by;

		for (size_t k = 0; k < now->n_evidence && !has; k++)
			has = now->evidence[k].step == o->step && digest_equal(&now->evidence[k].sha256, &o->sha256);
		if (has)
			continue;
		buf_init(&b, 64u << 10);
		json_evidence(&b, n++, o->step, o->name, o->kind, &o->sha256, o->size, o->url, o->by);
		line_append(line, "evidence", buf_str(&b));
		buf_done(&b);
	}
}

static enum status old_line(struct buf *out, struct hub_event *e, const char *id)
{
	const struct ti *ti;
	uint64_t seq = 0;

	lock_take(&e->lock);
	ti = map_get(e->s->tis, id);
	if (ti && ti->known && ti->amended && ti->seq <= e->size)
		seq = ti->seq;
	lock_give(&e->lock);
	return seq ? read_entry(out, e, seq) : STATUS_NOT_FOUND;
}

enum status amend_carry(struct amended *out, struct pack_instance *t, struct buf *line, struct pack *p, struct hub_event *e)
{
	struct pack_instance old, now = *t;
	struct buf before;
	char *copy = NULL;
	size_t len = line->len;
	const char *id;
	struct arena a;
	enum status st;

	buf_init(&before, FEED_ENTRY_MAX);
	arena_init(&a);
	st = old_line(&before, e, t->id);
	if (!st) {
		/* the reader has one list of evidence alone, and reads the next line into it */
		now.evidence = arena_dup(&a, t->evidence, t->n_evidence * sizeof(*t->evidence));
		id = arena_str(&a, t->id);
		if (read_line(&old, p, &copy, &before, id))
			old.n_evidence = 0;	/* steps or roles went with the test, and what hung on them */
		carry(line, &old, &now);
		out->changed = line->len != len;
		st = line->err ? status_set(STATUS_LIMIT, "TI %s holds more than it can", id)
			: read_line(t, p, &out->text, line, id);
	} else if (st == STATUS_NOT_FOUND) {
		st = STATUS_OK;
	}
	mem_free(copy);
	arena_done(&a);
	buf_done(&before);
	return st;
}
