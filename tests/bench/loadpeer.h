/* SPDX-License-Identifier: Apache-2.0 */
/* One console as a hub sees it, for loads of many: a key, a chain of records, a connection. One thread at a time. */
#ifndef VERDICT_BENCH_LOADPEER_H
#define VERDICT_BENCH_LOADPEER_H
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/thread.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/receipt.h"

struct peer {
	CURL *curl;
	struct key *key;
	char *base, *event;	/* https://host:port; the event's id */
	char token[64];
	uint8_t hub_key[KEY_PUBLIC], epoch[EPOCH_BYTES];
	uint64_t n;		/* records of the chain */
	unsigned int tis;	/* TIs that they are about, from "100001" on; 0: one */
	struct digest last;	/* rid of its end */
	uint64_t cursor, head;	/* of the feed */
	struct buf answer;
	struct buf *batches; size_t n_batches;	/* bytes, ready to send */
	int64_t *ns;		/* what each push took */
	uint64_t stored;	/* records that receipts called stored or flagged */
	struct thread *thread;
};

void must(bool holds, const char *what);	/* or ends with the last answer's words */
/* A key that the hub lets in by this code (`verdictd enrol`); `ca` NULL where the hub speaks HTTP. */
void peer_join(struct peer *p, const char *code, const char *ca);
void peer_session(struct peer *p);		/* hello, proof, token, epoch, head */
void peer_write(struct peer *p, size_t batches, unsigned int records);	/* sign so many batches of so many */
void peer_push(struct peer *p, size_t i, bool look);	/* send batch i, time it; look: open the receipt, count */
void peer_have(struct peer *p);			/* the hub holds the whole chain, without holes or a fork, or we end */
void peer_page(struct peer *p, int wait_s);	/* the next page of the feed */
void peer_end(struct peer *p);

#endif
