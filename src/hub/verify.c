/* SPDX-License-Identifier: Apache-2.0 */
/* Is a hub whole? Every hash and signature again, and the index against the feed. Hub layer; any
 * but the writer's thread. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "evidence.h"
#include "verdict/hub/care.h"
#include "verdict/proto/payload.h"

#define CHUNK_BYTES (1u << 20)

struct want { uint64_t seq; struct digest digest; };

struct verifying {
	struct hub *h;
	struct hub_event *e;
	struct hub_verified *out;
	void (*tell)(const char *problem, void *data);
	void *data;
	uint64_t size, records;	/* of the event being read */
	struct digest root;
	VEC(struct want) wants;	/* documents as the index has them, by seq */
	size_t at;
};

static void problem(struct verifying *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void problem(struct verifying *v, const char *fmt, ...)
{
	char text[600], line[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->out->problems++;
	snprintf(line, sizeof(line), "%s%s%s", v->e ? v->e->id : "", v->e ? ": " : "", text);
	status_set(STATUS_CORRUPT, "%s", line);	/* neutralised */
	if (v->tell)
		v->tell(status_message(), v->data);
}

/* ---- entries ---- */

static void check_known(struct verifying *v, const struct feed_entry *e, const struct digest *rid,
	const struct record *rec)
{
	const struct replica *r;
	const struct known *k;
	const char *wrong = NULL;

	lock_take(&v->e->lock);
	k = state_find(v->e->s, rid);
	r = k ? v->e->s->replicas.at[k->replica] : NULL;
	if (!k)
		wrong = "is not in the index";
	else if (k->seq != e->seq || k->n != rec->n || strcmp(r->id, rec->replica) != 0 || k->kind != rec->kind)
		wrong = "is another in the index";
	else if (!r->certified)
		wrong = "has no certificate";
	lock_give(&v->e->lock);
	if (wrong)
		problem(v, "the record of entry %llu %s", (unsigned long long)e->seq, wrong);
}

static void check_record(struct verifying *v, const struct feed_entry *e)
{
	struct envelope env;
	struct digest rid;
	struct record rec;
	struct arena a;

	v->records++;
	v->out->records++;
	if (feed_record(&env, e) != STATUS_OK || !envelope_ok(&rid, &env)) {
		problem(v, "the signature of entry %llu does not hold", (unsigned long long)e->seq);
		return;
	}
	arena_init(&a);
	if (payload_parse(&rec, &a, env.payload, env.len) != STATUS_OK)
		problem(v, "entry %llu: %s", (unsigned long long)e->seq, status_message());
	else if (strcmp(rec.event, v->e->id) != 0)
		problem(v, "entry %llu is of another event", (unsigned long long)e->seq);
	else
		check_known(v, e, &rid, &rec);
	arena_done(&a);
}

static void check_body(struct verifying *v, const struct feed_entry *e)
{
	struct feed_revocation r;
	struct certificate c;
	struct feed_claim claim;
	struct digest rid;
	unsigned int flags;
	enum status st = STATUS_OK;
	struct arena a;

	arena_init(&a);
	if (e->type == FEED_CERTIFICATE) {
		v->out->certificates++;
		st = certificate_open(&c, &a, e->body, e->len, key_public(v->h->key));
	} else if (e->type == FEED_REVOCATION) {
		st = feed_revocation_parse(&r, &a, e->body, e->len);
	} else if (e->type == FEED_CLAIM) {
		st = feed_claim_parse(&claim, &a, e->body, e->len);
	} else if (e->type == FEED_FLAGS) {
		st = feed_flags(&rid, &flags, e);
	}
	if (st)
		problem(v, "entry %llu: %s", (unsigned long long)e->seq, status_message());
	arena_done(&a);
}

/* Entries come in order, and so do the documents of the index. */
static void check_doc(struct verifying *v, const struct feed_entry *e)
{
	struct digest d;

	if (v->at == v->wants.len || v->wants.at[v->at].seq != e->seq)
		return;		/* a later one replaced it */
	d = sha256(e->body, e->len);
	if (!digest_equal(&d, &v->wants.at[v->at].digest))
		problem(v, "the document of entry %llu is another in the index", (unsigned long long)e->seq);
	v->at++;
}

static void check_entry(struct verifying *v, const struct feed_entry *e)
{
	v->out->entries++;
	switch (e->type) {
	case FEED_RECORD:
		check_record(v, e);
		break;
	case FEED_EVENT: case FEED_CATALOGUE: case FEED_ORGANISATIONS: case FEED_SYSTEMS: case FEED_PERSONS:
	case FEED_INSTANCE:
		check_doc(v, e);
		break;
	default:
		check_body(v, e);
	}
}

/* ---- an event ---- */

static int by_seq(const void *a, const void *b)
{
	const struct want *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void want_ti(const char *key, void *value, void *data)
{
	const struct ti *ti = value;
	struct verifying *v = data;
	struct want w = { ti->seq, ti->digest };

	(void)key;
	if (ti->known && ti->seq <= v->size)
		vec_push(&v->wants, w);
}

/* What must be found, as of now: later entries are not looked at. */
static uint64_t snapshot(struct verifying *v, struct digest *root)
{
	const struct state *s;
	uint64_t records = 0;

	lock_take(&v->e->lock);
	s = v->e->s;
	v->size = v->e->size;
	*root = v->e->root;
	for (size_t i = 0; i < s->records.len; i++)
		records += s->records.at[i].seq <= v->size;
	map_each(s->tis, want_ti, v);
	for (size_t i = 0; i < 26; i++) {
		struct want w = { s->docs[i].seq, s->docs[i].digest };

		if (s->docs[i].here && w.seq <= v->size)
			vec_push(&v->wants, w);
	}
	lock_give(&v->e->lock);
	if (v->wants.len)
		qsort(v->wants.at, v->wants.len, sizeof(*v->wants.at), by_seq);
	return records;
}

/* Entries of one read; false where they cannot be gone on with. */
static bool check_chunk(struct verifying *v, const struct buf *raw, unsigned int count,
	const struct buf *roots, uint64_t from)
{
	struct feed_entry e;
	size_t at = 0, used;

	for (unsigned int i = 0; i < count; i++) {
		if (feed_entry_parse(&e, &used, raw->ptr + at, raw->len - at) != STATUS_OK || e.seq != from + i) {
			problem(v, "entry %llu cannot be read", (unsigned long long)(from + i));
			return false;
		}
		feed_root_add(&v->root, raw->ptr + at, used);
		if (memcmp(v->root.b, roots->ptr + i * sizeof(v->root), sizeof(v->root)) != 0)
			problem(v, "the root after entry %llu is another than the one kept",
				(unsigned long long)(from + i));
		check_entry(v, &e);
		at += used;
	}
	return true;
}

static void check_feed(struct verifying *v)
{
	unsigned int count;
	bool goes_on = true;
	struct buf raw, roots;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_MAX);
	for (uint64_t from = 1; from <= v->size && goes_on; from += count) {
		buf_reset(&raw);
		buf_reset(&roots);
		if (v->h->ops->read(&raw, &count, &roots, v->h->store, v->e->id, from, v->size,
			    CHUNK_BYTES) != STATUS_OK) {
			problem(v, "entry %llu: %s", (unsigned long long)from, status_message());
			break;
		}
		if (v->h->progress)
			v->h->progress->tick(v->h->progress->data, "entries", from, v->size);
		goes_on = check_chunk(v, &raw, count, &roots, from);
	}
	buf_done(&raw);
	buf_done(&roots);
}

/* ---- the store's rows, on the writer's thread ---- */

static enum status check_row(const struct store_record *r, void *data)
{
	struct verifying *v = data;
	const struct known *k = state_find(v->e->s, &r->rid);

	if (!k || k->seq != r->seq || k->n != r->n || k->flags != r->flags || k->kind != r->kind || k->at != r->at)
		problem(v, "the store's row of entry %llu is another than what was loaded", (unsigned long long)r->seq);
	v->records++;
	return STATUS_OK;
}

static void run_rows(struct call_work *w, struct txn *t)
{
	struct verifying *v = *(struct verifying **)w->args;
	enum status st = STATUS_OK;

	(void)t;
	v->records = 0;
	st = v->e ? v->h->ops->each_record(v->h->store, v->e->id, 0, check_row, v) : v->h->ops->check(v->h->store);
	if (st)
		problem(v, "%s", status_message());
	else if (v->e && v->records != v->e->s->records.len)
		problem(v, "the store has %llu rows of %zu records", (unsigned long long)v->records,
			v->e->s->records.len);
}

static void check_rows(struct verifying *v)
{
	struct hub_call call;
	struct call_work *w;

	hub_call_init(&call, NULL, NULL);
	/* within a transaction of the event, which begins with what other processes wrote */
	w = work_new(v->h, v->e, &call, run_rows, NULL, sizeof(v));
	*(struct verifying **)w->args = v;
	if (work_post(w) != STATUS_OK)
		problem(v, "%s", call.message);
	hub_call_done(&call);
}

/* Listed, but no pack brought it. */
static void count_missing(struct verifying *v)
{
	struct digest *list;
	struct stat sb;
	size_t n;

	lock_take(&v->e->lock);
	list = listed_all(&n, &v->e->s->listed);
	lock_give(&v->e->lock);
	for (size_t i = 0; i < n; i++) {
		char *path = body_path(v->h->dir, &list[i]);

		v->out->evidence_missing += lstat(path, &sb) != 0;
		mem_free(path);
	}
	mem_free(list);
}

static void check_event(struct hub_event *e, void *data)
{
	struct verifying *v = data;
	struct digest root;
	uint64_t records;

	v->e = e;
	v->out->events++;
	v->records = 0;
	v->at = v->wants.len = 0;
	records = snapshot(v, &root);
	feed_root_begin(&v->root, e->id);
	check_feed(v);
	if (!digest_equal(&v->root, &root))
		problem(v, "the feed does not end in its root");
	if (v->records != records)
		problem(v, "%llu records in the feed, %llu in the index", (unsigned long long)v->records,
			(unsigned long long)records);
	if (v->at != v->wants.len)
		problem(v, "%zu documents of the index are not in the feed", v->wants.len - v->at);
	check_rows(v);
	count_missing(v);
	v->e = NULL;
}

/* ---- evidence ---- */

static enum status check_one(struct bodies_each *e, const struct digest *digest, const char *name)
{
	struct verifying *v = e->data;

	v->out->evidence++;
	if (!digest)
		problem(v, "evidence: a file that no digest names: %s", name);
	else if (body_check(e->dir, digest, e) != STATUS_OK)
		problem(v, "evidence %.12s: %s", name, status_message());
	return STATUS_OK;
}

static void check_evidence(struct verifying *v)
{
	struct bodies_each e = { .dir = v->h->dir, .body = check_one, .data = v, .progress = v->h->progress };

	bodies_each(&e);
}

enum status hub_verify(struct hub_verified *out, struct hub *h,
	void (*tell)(const char *problem, void *data), void *data)
{
	struct verifying v = { .h = h, .out = out, .tell = tell, .data = data };

	memset(out, 0, sizeof(*out));
	hub_event_each(h, check_event, &v);
	check_rows(&v);
	check_evidence(&v);
	vec_done(&v.wants);
	return out->problems
		? status_set(STATUS_CORRUPT, "%llu problems", (unsigned long long)out->problems)
		: STATUS_OK;
}
