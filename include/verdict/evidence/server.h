/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_SERVER_H
#define VERDICT_EVIDENCE_SERVER_H
#include "verdict/base/buf.h"
#include "verdict/evidence/document.h"
#include "verdict/evidence/wire.h"

/*
 * The reader process: answers requests about one open document. Everything but server_run() works on memory,
 * so that it can be tried without a process. One thread.
 */
struct server {
	struct document *doc;	/* the innermost one that is open */
	int sock;		/* -1 in tests */
	struct buf in;
	struct check_set *checks[IPS_EDITION_COUNT];	/* read at first use */
	int fd;			/* handed over, not yet opened; -1 without */
	bool stop, broken;
	bool cut;		/* the open document was shortened under us: nothing more is said of it */
	int64_t told_ns;	/* when the console heard of us last */
	uint32_t current;	/* id of the request in hand */
	enum wire_op op;
};

void server_init(struct server *s, int sock);
void server_done(struct server *s);
/* Answer one request; `src` is the document of WIRE_OPEN or WIRE_COMPARE, taken over, or NULL. The reply is appended to `out`. */
void server_answer(struct buf *out, struct server *s, const struct wire_request *q, struct source *src);
/* Serve until the other side closes. Returns the exit status of the process. */
int server_run(struct server *s);
/* Take SIGBUS: a file that shrinks while it is mapped ends its document and not the process. */
bool server_catch_truncation(void);

/* Give up everything a parser does not need. *off_out names what could not be given up, or NULL. */
void sandbox_enter(const char **off_out);
/* What it gives up; tests try the fences one by one. */
struct sandbox;
const struct sandbox *sandbox_of_reader(void);

#endif
