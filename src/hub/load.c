/* SPDX-License-Identifier: Apache-2.0 */
/* An event's state from the rows of its store: at start, after a failure, and behind another process. Hub layer. */
#include "hub_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/log.h"

#define FOLLOW_BYTES (1u << 20)
#define FENCE_LEAP 1000000	/* more than is granted in what a store could lose */

struct old_facts { struct ti *ti; uint64_t seq; };

struct loading {
	struct hub_event *e;
	struct state *s;
	bool more;		/* `s` is the event's: others look at it, under the lock, between two rows */
	VEC(struct old_facts) old;
	int64_t wall, mono;
};

void facts_of_systems(struct state *s, const void *facts, size_t len)
{
	struct fields f = { facts, (const char *)facts + len };

	while (f.at < f.end) {
		struct system *sys = state_system(s, field_next(&f));

		mem_free((void *)(uintptr_t)sys->organisation);
		sys->organisation = mem_strdup(field_next(&f));
	}
}

static void forget_ties(const char *key, void *value, void *data)
{
	struct person *p = value;

	(void)key;
	(void)data;
	p->ties.len = 0;
	p->listed = false;
}

void facts_of_persons(struct state *s, const void *facts, size_t len)
{
	struct fields f = { facts, (const char *)facts + len };

	map_each(s->persons, forget_ties, NULL);
	while (f.at < f.end) {
		struct person *p = state_person(s, field_next(&f));
		int64_t n;

		mem_free(p->name);
		p->name = mem_strdup(field_next(&f));
		p->listed = true;
		n = field_int(&f);
		for (int64_t i = 0; i < n && f.at < f.end; i++) {
			struct tie t = { arena_str(&p->a, field_next(&f)), NULL, NULL };

			vec_push(&p->ties, t);
		}
	}
}

/* Behind an empty field, which an older program did not write. A TI that is gone has no facts. */
static void facts_of_evidence(struct state *s, struct ti *ti, struct fields f, bool gone)
{
	VEC(struct digest) found = VEC_INIT;
	bool told = f.at < f.end;
	struct digest d;

	if (told)
		field_next(&f);
	ti->amended = false;
	while (f.at < f.end) {
		const char *field = field_next(&f);

		if (*field == AMENDED_MARK)
			ti->amended = digest_parse(&ti->imported, field + 1);
		else if (digest_parse(&d, field))
			vec_push(&found, d);
	}
	listed_set(s, ti, found.at, found.len);
	ti->evidence_known = told || gone;
	vec_done(&found);
}

void facts_of_instance(struct state *s, struct ti *ti, const void *facts, size_t len)
{
	struct fields f = { facts, (const char *)facts + len };
	VEC(struct system *) found = VEC_INIT;

	while (f.at < f.end && *f.at)
		vec_push(&found, state_system(s, field_next(&f)));
	mem_free(ti->systems);
	ti->systems = mem_dup(found.at, found.len * sizeof(*found.at));
	ti->n_systems = found.len;
	vec_done(&found);
	facts_of_evidence(s, ti, f, len == 0);
}

static void hold(const struct loading *l)
{
	if (l->more)
		lock_take(&l->e->lock);
}

static void let_go(const struct loading *l)
{
	if (l->more)
		lock_give(&l->e->lock);
}

static enum status load_record(const struct store_record *r, void *data)
{
	struct loading *l = data;

	hold(l);
	if (!state_find(l->s, &r->rid))
		state_record(l->s, r);
	let_go(l);
	return STATUS_OK;
}

static enum status take_doc(struct loading *l, const struct store_doc *d)
{
	struct ti *ti;

	if (d->type == FEED_INSTANCE) {
		ti = state_ti(l->s, d->id);
		ti->known = true;
		ti->seq = d->seq;
		ti->digest = d->digest;
		facts_of_instance(l->s, ti, d->facts, d->len);
		if (!ti->evidence_known)
			vec_push(&l->old, ((struct old_facts){ ti, d->seq }));
		return STATUS_OK;
	}
	if (d->type < 'A' || d->type > 'Z')
		return status_set(STATUS_CORRUPT, "event %s: a document of no type", l->e->id);
	l->s->docs[d->type - 'A'] = (struct doc){ d->seq, d->digest, true };
	if (d->type == FEED_SYSTEMS)
		facts_of_systems(l->s, d->facts, d->len);
	if (d->type == FEED_PERSONS)
		facts_of_persons(l->s, d->facts, d->len);
	return STATUS_OK;
}

static enum status load_doc(const struct store_doc *d, void *data)
{
	struct loading *l = data;
	enum status st;

	hold(l);
	st = take_doc(l, d);
	let_go(l);
	return st;
}

static void load_code(struct loading *l, const char *id, struct fields *f)
{
	struct code *c = mem_zalloc(sizeof(*c));
	struct digest key;

	c->person = mem_strdup(field_next(f));
	c->name = mem_strdup(field_next(f));
	c->roles = (unsigned int)field_int(f);
	c->travels = c->roles & CODE_TRAVELS;
	c->roles &= CODE_TRAVELS - 1;
	if (c->travels && digest_parse(&key, id))
		code_named(c, &key);
	c->until = field_int(f);
	c->used = digest_parse(&key, field_next(f));
	if (c->used)
		memcpy(c->key, key.b, sizeof(c->key));
	while (f->at < f->end)
		vec_push(&c->organisations, mem_strdup(field_next(f)));
	code_free(map_set(l->s->codes, id, c));
}

static void load_session(struct loading *l, const char *id, struct fields *f)
{
	struct session *s = mem_zalloc(sizeof(*s));
	int64_t opened;

	s->replica = state_replica(l->s, field_next(f));
	s->until = field_int(f);
	opened = s->until - HUB_SESSION_S * INT64_C(1000);
	if (opened > s->replica->seen)
		s->replica->seen = opened;
	mem_free(map_set(l->s->sessions, id, s));
}

static void load_token(struct loading *l, const char *id, struct fields *f)
{
	struct token *k = mem_zalloc(sizeof(*k));

	snprintf(k->who.organisation, sizeof(k->who.organisation), "%s", field_next(f));
	snprintf(k->who.system, sizeof(k->who.system), "%s", field_next(f));
	snprintf(k->who.name, sizeof(k->who.name), "%s", field_next(f));
	k->until = field_int(f);
	mem_free(map_set(l->s->tokens, id, k));
}

/* The monotonic clock is another one now: what was left is told by the wall clock, within what a lease can be. */
static int64_t left(const struct loading *l, int64_t until_wall)
{
	const int64_t most = HUB_HOLD_MAX_H * INT64_C(3600000);
	int64_t ms = until_wall - l->wall;

	return ms < 0 ? 0 : ms > most ? most : ms;
}

static void load_lease(struct loading *l, const char *id, struct fields *f)
{
	struct lease *lease = mem_zalloc(sizeof(*lease));
	struct ti *ti = state_ti(l->s, id);

	lease->who = mem_strdup(field_next(f));
	lease->replica = mem_strdup(field_next(f));
	lease->nonce = mem_strdup(field_next(f));
	lease->fence = (uint64_t)field_int(f);
	lease->run_from = (uint64_t)field_int(f);
	lease->granted = field_int(f);
	lease->until = l->mono + left(l, field_int(f));
	lease->ended = field_int(f) != 0;
	if (lease->fence > l->s->fence)
		l->s->fence = lease->fence;
	if (!ti->lease)
		l->s->leases++;
	lease_free(ti->lease);
	ti->lease = lease;
}

static enum status load_replica(struct loading *l, const struct store_item *i)
{
	const char *p = i->value;
	enum status st;

	if (i->len < 1)
		return status_set(STATUS_CORRUPT, "event %s: a replica without certificate", l->e->id);
	st = state_certify(l->s, p + 1, i->len - 1, key_public(l->e->hub->key));
	if (!st)
		state_replica(l->s, i->id)->revoked = p[0] == '1';
	return st;
}

static enum status take_item(struct loading *l, const struct store_item *i)
{
	struct fields f = { i->value, (const char *)i->value + i->len };
	struct refused q;
	uint64_t n;

	switch (i->kind) {
	case ITEM_REPLICA:
		return load_replica(l, i);
	case ITEM_CODE:
		load_code(l, i->id, &f);
		break;
	case ITEM_SESSION:
		load_session(l, i->id, &f);
		break;
	case ITEM_TOKEN:
		load_token(l, i->id, &f);
		break;
	case ITEM_LEASE:
		load_lease(l, i->id, &f);
		break;
	case ITEM_NUMBER:
		n = (uint64_t)field_int(&f);
		if (strcmp(i->id, "fence") == 0 && n > l->s->fence)
			l->s->fence = n;
		break;
	case ITEM_QUARANTINE:
		n = strtoull(i->id, NULL, 10);
		snprintf(q.id, sizeof(q.id), "%s", i->id);
		q.len = i->len;
		vec_push(&l->s->quarantine, q);
		l->s->quarantine_bytes += i->len;
		if (n >= l->s->quarantine_next)
			l->s->quarantine_next = n + 1;
		break;
	default:
		break;	/* of a newer program */
	}
	return STATUS_OK;
}

static enum status load_item(const struct store_item *i, void *data)
{
	struct loading *l = data;
	enum status st;

	hold(l);
	st = take_item(l, i);
	let_go(l);
	return st;
}

static enum status find_size(const struct store_event *e, void *data)
{
	struct store_event *out = data;

	if (strcmp(e->id, out->id) == 0) {
		out->size = e->size;
		out->root = e->root;
		out->version = e->version;
		memcpy(out->epoch, e->epoch, sizeof(out->epoch));
	}
	return STATUS_OK;
}

/* What an older program's facts do not tell of evidence stands in the entries. */
static enum status scan_old(struct loading *l)
{
	const struct hub *h = l->e->hub;
	enum status st = STATUS_OK;
	struct buf raw, roots;
	struct feed_entry e;
	unsigned int count;
	size_t used;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_MAX);
	for (size_t i = 0; i < l->old.len && !st; i++) {
		const struct old_facts *o = &l->old.at[i];

		buf_reset(&raw);
		buf_reset(&roots);
		st = h->ops->read(&raw, &count, &roots, h->store, l->e->id, o->seq, o->seq, 1);
		if (!st)
			st = feed_entry_parse(&e, &used, raw.ptr, raw.len);
		hold(l);
		if (!st && e.type == FEED_INSTANCE && o->ti->seq == o->seq)
			listed_scan(l->s, o->ti, e.body, e.len);
		let_go(l);
	}
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

static enum status fill(struct loading *l, uint64_t size, uint64_t version)
{
	const struct hub *h = l->e->hub;
	enum status st = h->ops->each_record(h->store, l->e->id, size, load_record, l);

	if (!st)
		st = h->ops->each_doc(h->store, l->e->id, size, load_doc, l);
	if (!st)
		st = scan_old(l);
	return st ? st : h->ops->each_item(h->store, l->e->id, version, load_item, l);
}

/* What changed something that rows of higher numbers do not tell. */
static void follow_entry(struct state *s, const struct feed_entry *e)
{
	unsigned int flags;
	struct digest rid;
	struct known *k;
	struct ti *ti;
	char *id;

	if (e->type == FEED_FLAGS && feed_flags(&rid, &flags, e) == STATUS_OK) {
		k = state_find(s, &rid);
		if (k)
			k->flags = (uint16_t)flags;
	} else if (e->type == FEED_GONE) {
		id = mem_strndup(e->body, e->len);
		ti = map_get(s->tis, id);
		if (ti && ti->seq < e->seq) {
			ti->known = false;
			facts_of_instance(s, ti, "", 0);
		}
		mem_free(id);
	}
}

static enum status follow(struct loading *l, uint64_t from, uint64_t to)
{
	struct buf raw, roots;
	unsigned int count;
	enum status st = STATUS_OK;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_MAX);
	for (; from <= to && !st; from += count) {
		struct feed_entry e;
		size_t at = 0, used;

		buf_reset(&raw);
		buf_reset(&roots);
		st = l->e->hub->ops->read(&raw, &count, &roots, l->e->hub->store, l->e->id, from, to, FOLLOW_BYTES);
		for (unsigned int i = 0; i < count && !st; i++, at += used) {
			st = feed_entry_parse(&e, &used, raw.ptr + at, raw.len - at);
			hold(l);
			if (!st)
				follow_entry(l->s, &e);
			let_go(l);
		}
	}
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

static void take(struct hub_event *e, const struct store_event *found)
{
	e->size = found->size;
	e->root = found->root;
	e->version = found->version;
	memcpy(e->epoch, found->epoch, sizeof(e->epoch));
}

/* Nothing is waited for under the lock: readers go on with what is committed, and see the rest at once. */
static enum status load_more(struct hub_event *e, struct loading *l, const struct store_event *found)
{
	enum status st;

	l->s = e->s;
	l->more = true;
	st = fill(l, e->size, e->version);
	if (!st)
		st = follow(l, e->size + 1, found->size);
	if (st)
		return st;
	lock_take(&e->lock);
	take(e, found);
	lock_give(&e->lock);
	return STATUS_OK;
}

/* Less than was confirmed: a standby that lagged was made the primary, or an older copy put in place. */
static bool went_back(const struct hub_event *e, const struct store_event *found)
{
	return e->hub->ops->set_epoch && memcmp(found->epoch, e->epoch, sizeof(e->epoch)) == 0
		&& (found->size < e->size || found->version < e->version
		|| (found->size == e->size && !digest_equal(&found->root, &e->root)));
}

/* As after a restore: consoles begin anew and bring what is missing, and no fence is granted twice. */
static enum status new_epoch(struct hub_event *e, struct store_event *found)
{
	const struct hub_store_ops *ops = e->hub->ops;
	struct store_item i = { ITEM_NUMBER, "fence", 0, NULL, 0 };
	struct store_event now = { .version = 0 };
	struct buf b;
	enum status st;

	log_line(LOG_ERROR_, "event %s: the store holds %llu entries and held %llu: it begins a new epoch", e->id,
		(unsigned long long)found->size, (unsigned long long)e->size);
	random_bytes(found->epoch, sizeof(found->epoch));
	buf_init(&b, 64);
	field_add_int(&b, (int64_t)e->s->fence + FENCE_LEAP);
	st = ops->begin(&now, e->hub->store, e->id);
	if (!st)
		st = ops->set_epoch(e->hub->store, found->epoch);
	i.version = now.version + 1;
	i.value = b.ptr;
	i.len = b.len;
	if (!st)
		st = ops->put_item(e->hub->store, &i);
	if (!st)
		st = ops->commit(e->hub->store);
	if (st)
		ops->rollback(e->hub->store);
	buf_done(&b);
	return st;
}

static enum status load_anew(struct hub_event *e, struct loading *l, const struct store_event *found)
{
	struct state *old;
	enum status st;

	l->s = state_new();
	st = fill(l, 0, 0);
	lock_take(&e->lock);
	old = st ? l->s : e->s;
	if (!st) {
		e->s = l->s;
		take(e, found);
	}
	lock_give(&e->lock);
	state_free(old);
	return st;
}

enum status event_load(struct hub_event *e, bool more)
{
	struct store_event found = { .id = e->id };
	struct loading l = { .e = e, .wall = e->hub->wall(e->hub->clock_data), .mono = hub_mono(e->hub) };
	enum status st = e->hub->ops->each_event(e->hub->store, find_size, &found);

	if (!st && went_back(e, &found))
		st = new_epoch(e, &found);
	if (!st)
		st = more ? load_more(e, &l, &found) : load_anew(e, &l, &found);
	vec_done(&l.old);
	return st;
}
