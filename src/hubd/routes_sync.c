/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of sync: how far, what is lacking, records in, changes out. Layer: hubd. Threads of the
 * pool. */
#include "hubd_priv.h"

#include <string.h>
#include "verdict/proto/feed.h"
#include "verdict/proto/packed.h"

#define SIGNED_TYPE "application/vnd.verdict.signed"
#define PACK_WORTH 1024		/* bytes; smaller pages go as they are */
#define PAGE_TYPE "application/vnd.verdict.page"

void run_event_hello(struct request *q)
{
	struct event_hello h = { .max_records = BATCH_RECORDS_MAX, .max_bytes = BATCH_BYTES_MAX,
		.max_page = FEED_PAGE_ENTRIES };

	h.hub = key_id(hub_key(q->s->o.hub));
	h.now = hub_now(q->s->o.hub);
	hub_head(q->event, &h.size, &h.root, h.epoch);
	event_hello_write(&q->out, &h);
	answer_json(q, MHD_HTTP_OK);
}

void run_have(struct request *q)
{
	struct have_answer answer;
	struct have_ask ask;
	enum status st = have_ask_read(&ask, &q->a, q->body.ptr ? q->body.ptr : "", q->body.len);

	if (st) {
		answer_status(q, st, status_message());
		return;
	}
	hub_have(&answer, q->event, ask.replica, ask.n, &ask.rid);
	have_answer_write(&q->out, &answer);
	answer_json(q, MHD_HTTP_OK);
}

void run_records(struct request *q)
{
	call_begin(q);
	call_began(q, hub_push(q->event, &q->call, q->body.ptr, q->body.len));
}

void finish_records(struct request *q)
{
	if (q->call.code) {
		answer_status(q, q->call.code, q->call.message);
		return;
	}
	buf_add(&q->out, q->call.out.ptr, q->call.out.len);
	answer_bytes(q, MHD_HTTP_OK, SIGNED_TYPE);
}

struct changes { uint8_t epoch[EPOCH_BYTES]; uint64_t since, limit, wait; };

static bool read_number(
	struct request *q, uint64_t *out, const char *name, uint64_t otherwise, uint64_t max)
{
	const char *text = uri_query(&q->uri, name);

	*out = otherwise;
	if (!text || (number_parse(out, text) && *out <= max))
		return true;
	answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "%s: want a number of at most %llu", name,
		(unsigned long long)max);
	return false;
}

static bool read_changes(struct request *q, struct changes *c)
{
	const char *epoch = uri_query(&q->uri, "epoch");

	if (!epoch || !epoch_parse(c->epoch, epoch)) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "epoch: want 32 hexadecimal digits");
		return false;
	}
	return read_number(q, &c->since, "since", 0, INT64_MAX) &&
		read_number(q, &c->limit, "limit", FEED_PAGE_ENTRIES, FEED_PAGE_ENTRIES) &&
		read_number(q, &c->wait, "wait", 0, WAIT_MAX_S);
}

static void answer_epoch(struct request *q, const uint8_t epoch[EPOCH_BYTES])
{
	struct refusal r = { .kind = REFUSAL_GONE,
		.reset = true,
		.message = "the feed was restored or is another; begin at 0 and offer your records "
			   "again" };

	memcpy(r.epoch, epoch, sizeof(r.epoch));
	answer_refusal(q, &r);
}

static void pack(struct request *q)
{
	struct buf packed;

	buf_init(&packed, q->out.max);
	if (packed_add(&packed, q->out.ptr, q->out.len)) {
		buf_done(&q->out);
		q->out = packed;
		q->encoding = "zstd";
	} else {
		buf_done(&packed);
	}
}

static void answer_page(struct request *q, const struct changes *c)
{
	enum status st = hub_page(&q->out, q->event, c->epoch, c->since, (unsigned int)c->limit);
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	uint64_t size;

	if (st == STATUS_CONFLICT) {
		hub_head(q->event, &size, &root, epoch);
		answer_epoch(q, epoch);
		return;
	}
	if (st) {
		answer_status(q, st, status_message());
		return;
	}
	if (q->out.len >= PACK_WORTH &&
		accepts_zstd(MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, "Accept-Encoding")))
		pack(q);
	answer_bytes(q, MHD_HTTP_OK, PAGE_TYPE);
}

void run_changes(struct request *q)
{
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	struct changes c;
	uint64_t size;

	if (!read_changes(q, &c))
		return;
	hub_head(q->event, &size, &root, epoch);
	if (c.wait > 0 && !q->resumed && size == c.since &&
		memcmp(epoch, c.epoch, sizeof(epoch)) == 0 && !atomic_load(&q->s->stopping))
		poll_begin(q, c.since, (int64_t)c.wait);
	else
		answer_page(q, &c);
}
