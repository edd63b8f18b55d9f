/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_READER_PRIV_H
#define EVIDENCE_READER_PRIV_H
#include "patience.h"
#include "verdict/base/buf.h"
#include "verdict/base/child.h"
#include "verdict/evidence/plain.h"
#include "verdict/evidence/reader.h"
#include "verdict/evidence/wire.h"

/* Shared by the parts of our side of the reader: calls (reader_calls.c), their way (reader.c), what
 * needs no parser. */
#define READER_INSIDE_MAX 64

/* Any of the callbacks of reader.h; the message's row in reader_calls.c knows which. */
typedef void (*reader_any_cb)(void);

struct call {
	struct call *next;
	struct wire_request q;
	char *text;		/* owned copy of q.text */
	int fd;			/* goes with it, owned; -1 without */
	bool internal;		/* opening again after a restart: nobody waits for it */
	reader_any_cb cb;	/* NULL: nobody wants to know */
	void *data;
	struct wire_reply *keep; /* a caller waits: the answer goes here, copied into `keep_in` */
	struct arena *keep_in;
};
struct calls {
	struct call *head, **tail;
};

struct reader {
	struct loop *loop;
	char *exe;
	struct child child;
	struct calls sent, local;	/* waiting for the child; to be answered here */
	struct loop_timer *deadline_timer, *local_timer;
	struct patience patience;
	uint32_t last_id;
	struct buf in, out;
	int fd_due; /* descriptor that goes with the first byte of `out`; -1 without */
	int doc_fd;
	enum evidence_kind as;
	bool open_in_child, failed;
	uint32_t inside[READER_INSIDE_MAX]; /* nodes entered on the way in, to be entered again
					       after a restart */
	const char *encodings[READER_INSIDE_MAX + 1];	/* asked for, at each depth; NULL none */
	unsigned int depth, alone;	/* how deep we are; how deep opening leads by itself */
	unsigned int deaths;
	bool has_plain;
	struct plain plain;
	char why[240];
};

/* A call that asks `q`, whose text is copied; it is heap and ours. */
struct call *call_new(const struct wire_request *q, reader_any_cb cb, void *data);
void call_free(struct call *call);
/* Hand an answer to whoever asked; frees the call. */
void call_complete(struct call *call, const struct wire_reply *reply);
void calls_init(struct calls *c);
void calls_add(struct calls *c, struct call *call);
struct call *calls_take(struct calls *c);

/* Note where the child is after an answer, to be found again after a restart. */
void reader_note_place(struct reader *r, const struct call *call, const struct reader_info *info);
/* The step-th request on the way there, `op` 0 where that step needs none; false at its end. */
bool reader_way_in(struct wire_request *out, const struct reader *r, unsigned int step);
/* Send it on its way, with our document open. */
void reader_submit(struct reader *r, struct call *call);
/* The same for one that makes the document in `fd` the open one. */
void reader_submit_open(struct reader *r, int fd, enum evidence_kind as, struct call *call);
/* Run until nothing is under way; for callers without a loop. */
void reader_pump(struct reader *r);

/* What is answered without the child: raw and hex of the file, and why there is nothing else. */
void reader_add_local(struct reader *r, struct call *call);
void reader_serve_local(struct reader *r);	/* one of them */
void reader_close_plain(struct reader *r);

#endif
