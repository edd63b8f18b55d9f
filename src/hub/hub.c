/* SPDX-License-Identifier: Apache-2.0 */
/* A hub opened and closed, its key, its events, and what it counts. Hub layer. */
#include "hub_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/log.h"

#define QUEUE_CALLS 512
#define QUEUE_BYTES (64u << 20)
#define KEY_MAX 512

static int64_t real_wall(void *data)
{
	(void)data;
	return clock_wall_ms();
}

static int64_t real_mono(void *data)
{
	(void)data;
	return clock_boot_ms();
}

int64_t hub_now(const struct hub *h)
{
	return h->wall(h->clock_data);
}

int64_t hub_mono(const struct hub *h)
{
	return h->mono(h->clock_data);
}

void hub_watch(struct hub *h, const struct hub_progress *p)
{
	h->progress = p;
}

const struct key *hub_key(const struct hub *h)
{
	return h->key;
}

const char *hub_event_id(const struct hub_event *e)
{
	return e->id;
}

static const struct hub_store_ops *const backends[] = { &store_sqlite_ops, &store_postgres_ops };

static enum status open_with(const struct hub_store_ops *ops, struct hub_store **s, const struct hub_options *o, bool heads)
{
	return heads && ops->open_heads ? ops->open_heads(s, o->store) : ops->open(s, o->store);
}

static enum status store_open(const struct hub_store_ops **ops, struct hub_store **s, const struct hub_options *o, bool heads)
{
	const char *url = o->store;

	if (o->backend) {
		*ops = o->backend;
		return open_with(o->backend, s, o, heads);
	}
	for (size_t i = 0; i < sizeof(backends) / sizeof(*backends); i++) {
		size_t n = strlen(backends[i]->scheme);

		if (strncmp(url, backends[i]->scheme, n) == 0 && url[n] == ':' && url[n + 1]) {
			*ops = backends[i];
			return open_with(backends[i], s, o, heads);
		}
	}
	return status_set(STATUS_USAGE, "want a store such as sqlite:/var/lib/verdictd or postgresql://HOST/NAME");
}

enum status hub_store_open(const struct hub_store_ops **ops, struct hub_store **s, const struct hub_options *o)
{
	return store_open(ops, s, o, false);
}

struct looking { const char *id; uint8_t *epoch; };

static enum status look_at(const struct store_event *e, void *data)
{
	const struct looking *l = data;

	if (strcmp(e->id, l->id) != 0)
		return STATUS_OK;
	memcpy(l->epoch, e->epoch, EPOCH_BYTES);
	return STATUS_EXISTS;
}

enum status hub_epoch(uint8_t out[EPOCH_BYTES], const struct hub_options *o, const char *event)
{
	struct looking l = { event, out };
	const struct hub_store_ops *ops;
	struct hub_store *s = NULL;
	enum status st = store_open(&ops, &s, o, true);

	if (!st)
		st = ops->each_event(s, look_at, &l);
	if (s)
		ops->close(s);
	if (st == STATUS_OK)
		return status_set(STATUS_NOT_FOUND, "no event \"%s\"", event);
	return st == STATUS_EXISTS ? STATUS_OK : st;
}

/* Of several processes that begin at once the first one's key holds. */
static enum status add_key(struct hub *h)
{
	struct key *key;
	struct buf b;
	enum status st = key_new(&key);

	if (st)
		return st;
	buf_init(&b, KEY_MAX);
	key_seal(&b, key, NULL);
	st = (h->ops->meta_add ? h->ops->meta_add : h->ops->meta_put)(h->store, "key", b.ptr, b.len);
	buf_done(&b);
	key_free(key);
	return st;
}

/* The key is in the store: all processes of one store are one hub. */
static enum status open_key(struct hub *h)
{
	uint8_t sig[KEY_SIGNATURE];
	struct digest d;
	struct buf b;
	enum status st;

	buf_init(&b, KEY_MAX);
	st = h->ops->meta_get(&b, h->store, "key");
	if (st == STATUS_NOT_FOUND) {
		st = add_key(h);
		if (!st)
			st = h->ops->meta_get(&b, h->store, "key");
	}
	if (!st)
		st = key_unseal(&h->key, b.ptr, b.len, NULL);
	if (!st) {	/* a secret that follows from the key, for nonces */
		key_sign(sig, h->key, "application/vnd.verdict.nonce", "", 0);
		d = sha256(sig, sizeof(sig));
		memcpy(h->nonce_key, d.b, sizeof(h->nonce_key));
	}
	buf_done(&b);
	return st;
}

static struct hub_event *event_new(struct hub *h, const char *id)
{
	struct hub_event *e = mem_zalloc(sizeof(*e));

	e->hub = h;
	e->id = mem_strdup(id);
	lock_init(&e->lock);
	e->s = state_new();
	e->results = event_results_new();
	return e;
}

static void event_free(struct hub_event *e)
{
	event_results_free(e->results);
	state_free(e->s);
	lock_done(&e->lock);
	mem_free(e->id);
	mem_free(e);
}

static struct hub_event *find_event(struct hub *h, const char *id)
{
	struct hub_event *e = NULL;

	lock_take(&h->lock);
	for (size_t i = 0; i < h->events.len && !e; i++)
		if (strcmp(h->events.at[i]->id, id) == 0)
			e = h->events.at[i];
	lock_give(&h->lock);
	return e;
}

static enum status add_event(const struct store_event *found, void *data)
{
	struct hub *h = data;
	struct hub_event *e = find_event(h, found->id);
	enum status st;

	if (e)
		return STATUS_OK;
	e = event_new(h, found->id);
	st = event_load(e, false);
	if (st) {
		event_free(e);
		return st;
	}
	lock_take(&h->lock);
	vec_push(&h->events, e);
	lock_give(&h->lock);
	return STATUS_OK;
}

/* Another process committed. */
static void store_changed(const char *id, void *data)
{
	struct hub_event *e = find_event(data, id);

	if (e)
		writer_catch_up_soon(e);
}

static void hub_free(struct hub *h)
{
	if (h->store)
		h->ops->close(h->store);
	for (size_t i = 0; i < h->events.len; i++)
		event_free(h->events.at[i]);
	vec_done(&h->events);
	key_free(h->key);
	wakeup_done(&h->work);
	wakeup_done(&h->answers);
	lock_done(&h->lock);
	lock_done(&h->answered);
	mem_free(h->dir);
	mem_free(h);
}

enum status hub_open(struct hub **out, const struct hub_options *o)
{
	struct hub *h = mem_zalloc(sizeof(*h));
	enum status st;

	h->dir = mem_strdup(o->dir);
	h->wall = o->wall ? o->wall : real_wall;
	h->mono = o->mono ? o->mono : real_mono;
	h->clock_data = o->clock_data;
	h->in_line = o->in_line;
	h->queue_calls = o->queue_calls ? o->queue_calls : QUEUE_CALLS;
	h->queue_bytes = o->queue_bytes ? o->queue_bytes : QUEUE_BYTES;
	h->last = &h->first;
	lock_init(&h->lock);
	lock_init(&h->answered);
	wakeup_init(&h->work);
	wakeup_init(&h->answers);
	st = io_mkdirs(h->dir, 0700);
	if (!st)
		st = hub_store_open(&h->ops, &h->store, o);
	if (!st)
		st = open_key(h);
	if (!st)
		st = h->ops->each_event(h->store, add_event, h);
	if (st) {
		hub_free(h);
		return st;
	}
	writer_start(h);
	/* in line there is no writer to hand the news to: it comes with the next call */
	if (h->ops->watch && !h->in_line)
		h->ops->watch(h->store, store_changed, h);
	*out = h;
	return STATUS_OK;
}

void hub_close(struct hub *h)
{
	if (!h)
		return;
	if (h->ops->watch)
		h->ops->watch(h->store, NULL, NULL);
	writer_stop(h);
	hub_free(h);
}


void hub_event_each(struct hub *h, void (*cb)(struct hub_event *e, void *data), void *data)
{
	struct hub_event *e;

	for (size_t i = 0; ; i++) {	/* events are never taken away */
		lock_take(&h->lock);
		e = i < h->events.len ? h->events.at[i] : NULL;
		lock_give(&h->lock);
		if (!e)
			break;
		cb(e, data);
	}
}

void hub_on_change(struct hub *h, void (*cb)(struct hub_event *e, uint64_t size, void *data), void *data)
{
	h->changed = cb;
	h->changed_data = data;
}

/* ---- a new event ---- */

static void run_event_new(struct call_work *w, struct txn *t)
{
	struct store_event e = { .id = *(const char **)w->args };
	struct hub *h = t->h;
	enum status st = STATUS_OK;

	random_bytes(e.epoch, sizeof(e.epoch));
	feed_root_begin(&e.root, e.id);
	if (h->ops->shared)	/* another process may have made it */
		st = h->ops->each_event(h->store, add_event, h);
	if (!st && !find_event(h, e.id)) {
		st = h->ops->event_add(h->store, &e);
		if (!st)
			st = h->ops->each_event(h->store, add_event, h);
	}
	if (st)
		work_fail_message(w, st);
}

enum status hub_event_new(struct hub_event **out, struct hub *h, const char *id)
{
	struct hub_call call;
	struct call_work *w;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	if (*id == '\0' || strlen(id) > 256)
		return status_set(STATUS_INVALID, "an event's id has 1 to 256 bytes");
	w = work_new(h, NULL, &call, run_event_new, NULL, sizeof(id));
	*(const char **)w->args = arena_str(&w->a, id);
	st = work_post(w);
	if (!st)
		*out = find_event(h, id);
	hub_call_done(&call);
	return st;
}

static void run_events(struct call_work *w, struct txn *t)
{
	enum status st = t->h->ops->each_event(t->h->store, add_event, t->h);

	if (st)
		work_fail_message(w, st);
}

struct hub_event *hub_event_find(struct hub *h, const char *id)
{
	struct hub_event *e = find_event(h, id);
	struct hub_call call;

	if (e || !h->ops->shared)
		return e;
	hub_call_init(&call, NULL, NULL);	/* another process may have made it since */
	work_post(work_new(h, NULL, &call, run_events, NULL, 1));
	hub_call_done(&call);
	return find_event(h, id);
}

/* ---- counts ---- */

static void add_stats(struct hub_event *e, void *data)
{
	struct hub_stats *s = data;

	lock_take(&e->lock);
	s->entries += e->size;
	s->records += e->s->records.len;
	s->replicas += e->s->replicas.len;
	s->leases += e->s->leases;
	s->sessions += (unsigned int)map_count(e->s->sessions);
	lock_give(&e->lock);
	s->events++;
}

void hub_stats(struct hub_stats *out, struct hub *h)
{
	lock_take(&h->lock);
	*out = h->stats;
	out->calls_waiting = h->waiting;
	lock_give(&h->lock);
	hub_event_each(h, add_stats, out);
}
