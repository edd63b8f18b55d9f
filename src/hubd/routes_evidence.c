/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence by its digest, whole or in ranges. Layer: hubd. Threads of the pool. */
#include "hubd_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define BYTES_TYPE "application/octet-stream"

static void answer_range(struct request *q, uint64_t size)
{
	enum range_kind kind = range_parse(&q->fd_from, &q->fd_len,
		MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, "Range"), size);
	char text[80];

	if (kind == RANGE_BAD) {
		close(q->fd);
		q->fd = -1;
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "the item has %" PRIu64 " bytes", size);
		q->status = MHD_HTTP_RANGE_NOT_SATISFIABLE;
		snprintf(text, sizeof(text), "bytes */%" PRIu64, size);
		answer_header(q, "Content-Range", text);
		return;
	}
	if (kind == RANGE_OK) {
		snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, q->fd_from,
			q->fd_from + q->fd_len - 1, size);
		answer_header(q, "Content-Range", text);
	} else {
		q->fd_from = 0;
		q->fd_len = size;
	}
	answer_bytes(q, kind == RANGE_OK ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, BYTES_TYPE);
}

void run_evidence(struct request *q)
{
	struct digest d;
	enum status st;
	uint64_t size;

	if (!digest_parse(&d, q->argument)) {
		answer_refuse(
			q, REFUSAL_BAD_REQUEST, 0, "want 64 hexadecimal digits in lower case");
		return;
	}
	st = hub_evidence_open(&q->fd, &size, q->event, &d);
	if (st == STATUS_NOT_FOUND) {
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "that item is not at the hub");
		return;
	}
	if (st) {
		answer_status(q, st, status_message());
		return;
	}
	answer_header(q, "Accept-Ranges", "bytes");
	answer_range(q, size);
}
