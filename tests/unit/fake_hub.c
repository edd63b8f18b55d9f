/* SPDX-License-Identifier: Apache-2.0 */
/* A hub that does as it is told. Layer: tests. */
#include "fake_hub.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "verdict/base/mem.h"
#include "verdict/hub/participant.h"
#include "verdict/hub/results.h"
#include "verdict/proto/feed.h"

struct hub *fake_hub_new(void)
{
	struct hub *h = mem_zalloc(sizeof(*h));

	crypto_init();
	lock_init(&h->lock);
	h->event.hub = h;
	if (key_new(&h->key))
		mem_alloc(SIZE_MAX);
	return h;
}

void fake_hub_free(struct hub *h)
{
	key_free(h->key);
	lock_done(&h->lock);
	mem_free(h);
}

const struct key *hub_key(const struct hub *h) { return h->key; }
int64_t hub_now(const struct hub *h) { return h ? INT64_C(1790000000000) : 0; }
const char *hub_event_id(const struct hub_event *e) { return e ? "e 1" : ""; }

struct hub_event *hub_event_find(struct hub *h, const char *id)
{
	return strcmp(id, "e 1") == 0 ? &h->event : NULL;
}

void hub_head(struct hub_event *e, uint64_t *size, struct digest *root, uint8_t epoch[EPOCH_BYTES])
{
	lock_take(&e->hub->lock);
	*size = e->hub->size;
	lock_give(&e->hub->lock);
	*root = sha256("root", 4);
	memset(epoch, 0xab, EPOCH_BYTES);
}

enum status hub_page(struct buf *out, struct hub_event *e, const uint8_t epoch[EPOCH_BYTES],
	uint64_t since, unsigned int limit)
{
	uint8_t own[EPOCH_BYTES];
	struct digest root;
	uint64_t size;

	hub_head(e, &size, &root, own);
	if (memcmp(own, epoch, sizeof(own)) != 0 || since > size)
		return status_set(STATUS_CONFLICT, "another feed");
	page_begin(out, since + 1);
	for (uint64_t seq = since + 1; seq <= size && limit-- > 0; seq++)
		page_add(out,
			&(struct feed_entry){
				.seq = seq, .type = FEED_GONE, .body = "81198", .len = 5 });
	page_end(out, false, size, 0, "", 0);
	return STATUS_OK;
}

void hub_on_change(
	struct hub *h, void (*cb)(struct hub_event *e, uint64_t size, void *data), void *data)
{
	h->changed = cb;
	h->data = data;
}

void fake_grow(struct hub *h)
{
	uint64_t size;

	lock_take(&h->lock);
	size = ++h->size;
	lock_give(&h->lock);
	h->changed(&h->event, size, h->data);
}

/* One event, or the same one twice. */
void hub_event_each(struct hub *h, void (*cb)(struct hub_event *e, void *data), void *data)
{
	cb(&h->event, data);
	if (h->two)
		cb(&h->event, data);
}

enum status hub_results(struct hub_event *e, void (*cb)(struct results *r, uint64_t size, void *data), void *data)
{
	struct hub *h = e->hub;
	enum status st = STATUS_OK;

	lock_take(&h->lock);
	if (h->results)
		cb(h->results, h->size, data);
	else
		st = status_set(STATUS_IO, "the feed cannot be read");
	lock_give(&h->lock);
	return st;
}

void hub_have(struct have_answer *out, struct hub_event *e, const char *replica, uint64_t n,
	const struct digest *rid)
{
	(void)e;
	(void)rid;
	*out = (struct have_answer){ .replica = replica, .n = n };
	if (n)
		out->rid = *rid;
}

enum status hub_session_find(struct hub_session *out, struct hub_event *e, const char *token)
{
	(void)e;
	if (strcmp(token, FAKE_TOKEN) != 0)
		return status_set(STATUS_DENIED, "unknown token");
	memset(out, 0, sizeof(*out));
	memcpy(out->person, "mon-017", 8);
	memcpy(out->replica, "Vkdap1RjR0wChd9dvyvKtw", 23);
	return STATUS_OK;
}

void hub_nonce(char out[HUB_NONCE], struct hub *h)
{
	(void)h;
	snprintf(out, HUB_NONCE, "nonce");
}

enum status hub_evidence_open(
	int *fd_out, uint64_t *size_out, struct hub_event *e, const struct digest *sha)
{
	struct digest abc = sha256("abc", 3);
	struct hub *h = e->hub;

	if (!digest_equal(sha, &abc))
		return status_set(STATUS_NOT_FOUND, "not here");
	*fd_out = open(h->item, O_RDONLY | O_CLOEXEC);
	*size_out = 3;
	return *fd_out < 0 ? status_errno("%s", h->item) : STATUS_OK;
}

enum status hub_participant_find(struct hub_participant *out, struct hub_event *e, const char *token)
{
	(void)e;
	if (strcmp(token, FAKE_TOKEN) != 0)
		return status_set(STATUS_DENIED, "unknown token");
	*out = (struct hub_participant){ "S01", "", "S01" };
	return STATUS_OK;
}

enum status hub_participant_may(struct hub_event *e, const struct hub_participant *p, const char *ti)
{
	(void)e;
	(void)p;
	return strcmp(ti, "81198") == 0 ? STATUS_OK : status_set(STATUS_DENIED, "S01 takes no part in TI %s", ti);
}

enum status hub_given_room(struct hub *h, uint64_t more)
{
	(void)h;
	(void)more;
	return STATUS_OK;
}

enum status hub_given_spool(int *fd_out, struct hub *h)
{
	(void)h;
	*fd_out = memfd_create("given", MFD_CLOEXEC);
	return *fd_out < 0 ? status_errno("given") : STATUS_OK;
}

enum status hub_give(struct hub_event *e, struct hub_call *call, const struct hub_given *g)
{
	(void)e;
	call->count = (unsigned int)g->size;
	call->code = STATUS_OK;
	call->done(call);
	return STATUS_OK;
}

void hub_call_init(struct hub_call *call, void (*done)(struct hub_call *call), void *data)
{
	memset(call, 0, sizeof(*call));
	call->done = done;
	call->data = data;
	buf_init(&call->out, 1 << 20);
}

void hub_call_done(struct hub_call *call)
{
	buf_done(&call->out);
}

static enum status answer(struct hub_event *e, struct hub_call *call, const char *what)
{
	struct hub *h = e->hub;
	enum status st;
	bool later;

	lock_take(&h->lock);
	snprintf(h->last, sizeof(h->last), "%s", what);
	call->code = st = h->code;
	snprintf(call->message, sizeof(call->message), "as told");
	if (!st)
		buf_printf(&call->out, "%.40s", what);
	later = h->later && !st;
	if (later)
		h->waiting[h->n_waiting++] = call;
	lock_give(&h->lock);
	if (!later && !st)
		call->done(call);
	return st;
}

void fake_answer(struct hub *h)
{
	struct hub_call *calls[64];
	unsigned int n;

	lock_take(&h->lock);
	n = h->n_waiting;
	memcpy(calls, h->waiting, sizeof(calls));
	h->n_waiting = 0;
	lock_give(&h->lock);
	for (unsigned int i = 0; i < n; i++)
		calls[i]->done(calls[i]);
}

enum status hub_push(struct hub_event *e, struct hub_call *call, const void *batch, size_t len)
{
	char text[64];

	snprintf(text, sizeof(text), "push %zu %.20s", len, len ? (const char *)batch : "");
	return answer(e, call, text);
}

enum status hub_enrol(struct hub_event *e, struct hub_call *call, const void *request, size_t len)
{
	(void)request;
	(void)len;
	return answer(e, call, "enrol");
}

enum status hub_session_new(
	struct hub_event *e, struct hub_call *call, const void *proof, size_t len)
{
	(void)proof;
	(void)len;
	return answer(e, call, "token");
}

static enum status lease(
	struct hub_event *e, struct hub_call *call, const char *what, const char *ti, uint64_t n)
{
	char text[160];

	snprintf(text, sizeof(text), "%s %.80s %" PRIu64, what, ti, n);
	call->lease = (struct hub_lease){ .who = "mon-002", .fence = 7, .ttl_s = 60, .since_s = 5 };
	return answer(e, call, text);
}

enum status hub_claim(struct hub_event *e, struct hub_call *call, const struct hub_session *s,
	const char *ti, int64_t ttl_s, const char *nonce)
{
	(void)s;
	(void)nonce;
	return lease(e, call, "claim", ti, (uint64_t)ttl_s);
}

enum status hub_claim_renew(struct hub_event *e, struct hub_call *call, const struct hub_session *s,
	const char *ti, uint64_t fence, int64_t ttl_s)
{
	(void)s;
	(void)ttl_s;
	return lease(e, call, "renew", ti, fence);
}

enum status hub_claim_release(struct hub_event *e, struct hub_call *call,
	const struct hub_session *s, const char *ti, uint64_t fence)
{
	(void)s;
	return lease(e, call, "release", ti, fence);
}

enum status hub_claim_hold(struct hub_event *e, struct hub_call *call, const struct hub_session *s,
	const char *ti, uint64_t fence, int hours)
{
	(void)s;
	(void)fence;
	return lease(e, call, "hold", ti, (uint64_t)hours);
}

enum status hub_claim_force(struct hub_event *e, struct hub_call *call, const struct hub_session *s,
	const char *ti, const char *why)
{
	(void)s;
	(void)why;
	return lease(e, call, "force", ti, 0);
}

void hub_stats(struct hub_stats *out, struct hub *h)
{
	*out = (struct hub_stats){ .events = 1, .failing = h->failing };
}
