/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: made once, sent once. Layer: hubd. A thread of the pool. */
#include "hubd_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/site/site.h"

#define MESSAGE_MAX 500

void answer_bytes(struct request *q, int status, const char *type)
{
	q->status = status;
	q->type = type;
	q->state = REQUEST_ANSWERED;
}

void answer_json(struct request *q, int status)
{
	answer_bytes(q, status, "application/json");
}

void answer_header(struct request *q, const char *name, const char *value)
{
	if (q->n_headers == sizeof(q->headers) / sizeof(*q->headers))
		return;
	snprintf(q->headers[q->n_headers][0], sizeof(q->headers[0][0]), "%s", name);
	snprintf(q->headers[q->n_headers++][1], sizeof(q->headers[0][1]), "%s", value);
}

void answer_refusal(struct request *q, const struct refusal *r)
{
	char retry[24];

	buf_reset(&q->out);
	refusal_write(&q->out, r);
	answer_json(q, refusal_http_status(r->kind));
	if (r->retry_s) {
		snprintf(retry, sizeof(retry), "%lld", (long long)r->retry_s);
		answer_header(q, "Retry-After", retry);
	}
	if (r->kind == REFUSAL_UNAUTHORISED)
		answer_header(q, "WWW-Authenticate", "Bearer");
}

void answer_refuse(struct request *q, enum refusal_kind kind, int64_t retry_s, const char *fmt, ...)
{
	struct refusal r = { .kind = kind, .retry_s = retry_s };
	char message[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	r.message = message;
	answer_refusal(q, &r);
}

void answer_status(struct request *q, enum status st, const char *message)
{
	static const struct { enum status st; enum refusal_kind kind; } rows[] = {
		{ STATUS_INVALID, REFUSAL_BAD_REQUEST }, { STATUS_USAGE, REFUSAL_BAD_REQUEST },
		{ STATUS_LIMIT, REFUSAL_TOO_LARGE }, { STATUS_DENIED, REFUSAL_FORBIDDEN },
		{ STATUS_CONFLICT, REFUSAL_CONFLICT }, { STATUS_EXISTS, REFUSAL_CONFLICT },
		{ STATUS_NOT_FOUND, REFUSAL_NOT_FOUND }, { STATUS_NEWER, REFUSAL_NEWER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].st == st) {
			answer_refuse(q, rows[i].kind, 0, "%s", message);
			return;
		}
	}
	/* Whatever else went wrong is the hub's trouble and may pass; its words stay in the log. */
	if (st != STATUS_BUSY)
		note_line(NOTE_ERROR, "store", message);
	answer_refuse(q, REFUSAL_UNAVAILABLE, RETRY_S, "%s",
		st == STATUS_BUSY ? "the hub has more to write than it can take; ask again"
				  : "the hub cannot store anything now; ask again");
}

/* Takes over what it sends. */
static struct MHD_Response *response(struct request *q)
{
	struct MHD_Response *r;
	size_t len = q->out.len;

	if (q->page.state) {
		r = MHD_create_response_from_buffer_with_free_callback_cls(q->status == MHD_HTTP_OK ? q->page.len : 0,
			(void *)(uintptr_t)q->page.ptr, live_release, q->page.state);
		if (r)
			q->page.state = NULL;
		return r;
	}
	if (q->fd >= 0) {
		r = MHD_create_response_from_fd_at_offset64(q->fd_len, q->fd, q->fd_from);
		if (r)
			q->fd = -1;
		return r;
	}
	if (len == 0)
		return MHD_create_response_from_buffer(
			0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer_with_free_callback(len, buf_take(&q->out), mem_free);
}

/* A page may be kept, and is asked for again; it loads nothing but its own site. */
static void page_headers(struct MHD_Response *r, const struct live_page *page)
{
	MHD_add_response_header(r, "Cache-Control", "no-cache");
	MHD_add_response_header(r, "ETag", page->etag);
	MHD_add_response_header(r, "Vary", "Accept-Encoding");
	MHD_add_response_header(r, "Content-Security-Policy", SITE_POLICY "; frame-ancestors 'none'");
	MHD_add_response_header(r, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(r, "Content-Type", page->type);
	if (page->packed)
		MHD_add_response_header(r, "Content-Encoding", "gzip");
}

enum MHD_Result answer_send(struct request *q)
{
	struct live_page page = q->page;
	uint64_t bytes = page.state ? page.len : q->fd >= 0 ? q->fd_len : q->out.len;
	struct MHD_Response *r = response(q);
	enum MHD_Result done;

	if (!r)
		return MHD_NO;
	atomic_fetch_add(&q->s->metrics.bytes_out, q->head ? 0 : bytes);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	if (page.state) {
		page_headers(r, &page);
	} else {
		MHD_add_response_header(r, "Cache-Control", "no-store");
		MHD_add_response_header(r, "Content-Type", q->type);
	}
	if (q->encoding)
		MHD_add_response_header(r, "Content-Encoding", q->encoding);
	for (size_t i = 0; i < q->n_headers; i++)
		MHD_add_response_header(r, q->headers[i][0], q->headers[i][1]);
	if (atomic_load(&q->serving->closing) || atomic_load(&q->s->stopping))
		MHD_add_response_header(r, "Connection", "close");
	done = MHD_queue_response(q->c, (unsigned int)q->status, r);
	MHD_destroy_response(r);
	return done;
}
