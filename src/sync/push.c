/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Own records to the hub, and its receipts back. A record that the hub cannot be made to take does not hold up
 * the others: the batch is halved until it stands alone, and it goes to the tray. Layer sync; one thread.
 */
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/base/log.h"
#include "verdict/proto/packed.h"
#include "verdict/proto/content.h"

#define TRIES 3			/* of a batch that breaks something, before it is halved */

static unsigned int batch_count(const struct buf *batch)
{
	struct batch_reader r;

	return batch_open(&r, batch->ptr, batch->len) == STATUS_OK ? r.left : 0;
}

/* ---- receipts ---- */

static enum status work_receipt(struct job *j, struct store *st)
{
	unsigned int changed = 0;
	enum status rc = store_receipt(&changed, st, j->in.ptr, j->in.len, j->out.ptr, j->out.len);

	j->n = changed;
	return rc;
}

static void receipt_stored(struct sync *s, struct job *j)
{
	if (j->code == STATUS_CONFLICT) {	/* another epoch: hello tells */
		s->linked = false;
		lane_good(s, &s->push);
		return;
	}
	if (j->code != STATUS_OK) {
		lane_rest(s, &s->push, 0);
		if (j->code == STATUS_DENIED || j->code == STATUS_INVALID)
			link_down(s, NET_GARBLED, j->message);
		return;
	}
	s->sent += j->n;
	s->poisoned = 0;
	s->batch_max = s->batch_max * 2 < BATCH_RECORDS_MAX ? s->batch_max * 2 : BATCH_RECORDS_MAX;
	lane_good(s, &s->push);
	s->port.changed(s->port.data, SYNC_CHANGED_RECEIPTS);
}

/* ---- a batch that the hub does not take ---- */

static enum status work_refuse(struct job *j, struct store *st)
{
	return store_refuse(st, &j->digest, j->text);
}

static void refused(struct sync *s, struct job *j)
{
	if (j->code != STATUS_OK) {
		lane_rest(s, &s->push, 0);
		return;
	}
	s->poisoned = 0;
	s->batch_max = BATCH_RECORDS_MAX;
	lane_good(s, &s->push);
	s->port.changed(s->port.data, SYNC_CHANGED_RECEIPTS);
}

static void set_aside(struct sync *s, const char *why)
{
	struct job *j = job_new(s, work_refuse, refused);
	struct batch_reader r;
	struct envelope e;

	if (batch_open(&r, s->batch.ptr, s->batch.len) == STATUS_OK && batch_next(&e, &r) == STATUS_OK)
		j->digest = record_rid(e.payload, e.len);
	j->text = arena_printf(&j->a, "the hub could not be made to take it: %s", why);
	j->wants_state = true;
	job_run(j);
}

static void poisoned(struct sync *s, const char *why)
{
	unsigned int n = batch_count(&s->batch);

	log_line(LOG_WARNING_, "sync: a batch of %u records was not taken: %s", n, why);
	if (n <= 1) {
		set_aside(s, why);
		return;
	}
	s->poisoned = 0;
	s->batch_max = n / 2;
	lane_good(s, &s->push);
}

/* ---- batches ---- */

static void on_answer(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	enum judgement is = lane_judge(s, &s->push, a, TYPE_SIGNED);
	struct arena arena;
	struct job *j;

	arena_init(&arena);
	switch (is) {
	case ANSWER_GOOD:
		lane_measure(s, &s->push, s->batch.len, 0);
		j = job_new(s, work_receipt, receipt_stored);
		j->wants_state = true;
		buf_add(&j->in, s->batch.ptr, s->batch.len);
		buf_add(&j->out, a->body, a->len);
		job_run(j);
		break;
	case ANSWER_NO:
	case ANSWER_LARGE:
		poisoned(s, refusal_text(a, &arena));
		break;
	case ANSWER_LINK:
		s->batches_lost++;
		pace_bad(&s->push.pace);
		if (a->failure == NET_CUT && ++s->poisoned > TRIES && s->batch_max > 1) {
			s->poisoned = 0;	/* it may be too much for this line */
			s->batch_max /= 2;
		}
		break;
	case ANSWER_LATER:
		if (a->status != 503 && a->status != 429 && ++s->poisoned >= TRIES) {
			s->push.busy = true;	/* until it is known what becomes of it */
			poisoned(s, refusal_text(a, &arena));
		}
		break;
	default:
		break;
	}
	arena_done(&arena);
	sync_step(s);
}

static enum status work_batch(struct job *j, struct store *st)
{
	uint64_t last;

	return store_unsent(&j->out, &last, st, 0, (size_t)j->n, (size_t)j->m);
}

static void batch_made(struct sync *s, struct job *j)
{
	struct net_request q = { .method = NET_POST, .type = TYPE_BATCH };
	char digest[CONTENT_DIGEST];
	struct buf path, packed;
	struct digest d;

	if (j->code == STATUS_NOT_FOUND) {
		lane_good(s, &s->push);
		return;
	}
	if (j->code != STATUS_OK) {
		lane_rest(s, &s->push, 0);
		return;
	}
	buf_reset(&s->batch);
	buf_add(&s->batch, j->out.ptr, j->out.len);
	buf_init(&path, 2048);
	buf_init(&packed, BATCH_BYTES_MAX);
	event_path(&path, s, "/records");
	q.zstd_body = packed_add(&packed, s->batch.ptr, s->batch.len);
	q.body = q.zstd_body ? packed.ptr : s->batch.ptr;
	q.len = q.zstd_body ? packed.len : s->batch.len;
	q.path = buf_str(&path);
	d = sha256(q.body, q.len);
	content_digest_format(digest, &d);
	q.digest = digest;
	s->batches++;
	lane_send(s, &s->push, &q, on_answer, NULL);
	buf_done(&path);
	buf_done(&packed);
}

void push_step(struct sync *s)
{
	uint64_t portion = pace_portion(&s->push.pace);
	struct job *j;

	if (!s->linked || !s->state.unsent || !lane_ready(s, &s->push))
		return;
	s->push.busy = true;
	j = job_new(s, work_batch, batch_made);
	j->n = s->batch_max;
	j->m = portion < s->bytes_max ? portion : s->bytes_max;
	j->wants_state = true;
	job_run(j);
}
