/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What our side of the reader answers by itself: raw and hex of a document that the child could not
 * read, with pread and without a parser, and the reason for everything else. Layer evidence; the
 * reader's owner.
 */
#include "reader_priv.h"
#include "verdict/base/loop.h"
#include "verdict/evidence/logline.h"

void reader_close_plain(struct reader *r)
{
	if (r->has_plain)
		plain_done(&r->plain);
	r->has_plain = false;
}

/* Raw and hex of the file need no parser: those calls are served here when the child cannot. */
static bool can_be_local(const struct reader *r, const struct call *call)
{
	enum wire_op op = call->q.op;

	if (r->depth || (call->q.view != VIEW_RAW && call->q.view != VIEW_HEX))
		return false;
	return op == WIRE_ROWS || op == WIRE_SEARCH || op == WIRE_LOCATE || (op == WIRE_SEVERE && call->q.view == VIEW_RAW);
}

static void open_plain(struct reader *r)
{
	struct source src;

	if (r->has_plain || r->doc_fd < 0)
		return;
	if (source_fd(&src, r->doc_fd) != STATUS_OK)
		source_mem(&src, "", 0);
	plain_init(&r->plain, &src);
	r->has_plain = true;
}

static enum status serve_plain(
	struct wire_reply *out, struct arena *a, struct reader *r, const struct wire_request *q)
{
	struct plain *p = &r->plain;

	if (q->op == WIRE_ROWS)
		return plain_rows(&out->rows, &out->row_count, &out->total, a, p, q->view, q->at,
			q->count, q->width);
	if (q->op == WIRE_SEARCH)
		return plain_search(&out->row, p, q->view, q->text, q->text_len, q->at, q->back);
	if (q->op == WIRE_SEVERE)
		return lines_severe(&out->row, &p->raw, q->at, q->back, NULL, NULL);
	return plain_locate(&out->row, p, q->view, q->at);
}

static void plain_info(struct reader_info *out, const struct reader *r)
{
	out->size = r->plain.src.size;
	out->rows[VIEW_OUTLINE] = out->rows[VIEW_PRETTY] = 0;
	out->rows[VIEW_RAW] = plain_total(&r->plain, VIEW_RAW);
	out->rows[VIEW_HEX] = plain_total(&r->plain, VIEW_HEX);
	out->trouble = r->why;
}

static void answer_local(struct reader *r, struct call *call)
{
	struct wire_reply reply = {
		.op = call->q.op, .text = "", .info = { .summary = "", .trail = "" }
	};
	struct arena a;
	struct buf text;

	arena_init(&a);
	buf_init(&text, 4096);
	open_plain(r);
	if (call->q.op == WIRE_OPEN && r->has_plain)
		plain_info(&reply.info, r);
	if (can_be_local(r, call) && r->has_plain)
		reply.code = serve_plain(&reply, &a, r, &call->q);
	else
		reply.code = status_set(STATUS_ERROR, "could not be read: %s", r->why);
	if (reply.code != STATUS_OK) {
		buf_adds(&text, status_message());
		reply.text = buf_str(&text);
		reply.text_len = text.len;
	}
	call_complete(call, &reply);
	buf_done(&text);
	arena_done(&a);
}

static void on_local(void *data)
{
	reader_serve_local(data);
}

void reader_serve_local(struct reader *r)
{
	struct call *call = calls_take(&r->local);

	if (r->local.head && r->loop)
		loop_after(r->loop, &r->local_timer, 0, "reader: rows without parser", on_local, r);
	if (call)
		answer_local(r, call);
}

void reader_add_local(struct reader *r, struct call *call)
{
	calls_add(&r->local, call);
	if (r->loop && !r->local_timer)
		loop_after(r->loop, &r->local_timer, 0, "reader: rows without parser", on_local, r);
}
