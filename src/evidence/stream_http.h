/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_STREAM_HTTP_H
#define EVIDENCE_STREAM_HTTP_H
#include "capture.h"
#include "http.h"

/* Reads one direction of a connection message by message. Inside src/evidence only. */
struct stream_reader {
	const struct tcp_stream *s;
	struct annex *annex;
	size_t piece;		/* where it stands */
	uint32_t skip;
	bool full;		/* the annex is: nothing more is put together */
};

/* The next message and when its first packet came; `head`: it answers a HEAD. False at the end. */
bool stream_next(struct http_message *m, uint64_t *time_out, struct stream_reader *r, bool head);
/* All bytes in one range, gaps closed. */
bool stream_whole(size_t *begin_out, size_t *end_out, struct stream_reader *r);

#endif
