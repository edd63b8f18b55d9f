/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub, a store, a network and a clock that are all the test's, for the session machine: every request is looked
 * at and answered by hand, time passes when the test says so.
 */
#ifndef TESTS_UNIT_SYNC_WORLD_H
#define TESTS_UNIT_SYNC_WORLD_H
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/feed.h"
#include "verdict/store/fetch.h"
#include "verdict/store/sync.h"
#include "verdict/sync/sync.h"

#define JSON "application/json"
#define SIGNED "application/vnd.verdict.signed"
#define PAGE "application/vnd.verdict.page"
#define BYTES "application/octet-stream"

/* The store: what its functions find and do. */
struct world_store {
	struct sync_state state;
	enum status proof, receipt, page, offer, piece;
	bool epoch_changed;
	unsigned int batches, receipts, pages, trayed, epochs, offers;
	char tray_why[300], claim[400], pem[100];
	unsigned int batch_n;	/* records of the batch made last */
	size_t record_len;	/* of those that wait, hard to pack; 0: a word */
	unsigned int poison;	/* the n-th record that waits (from 1) cannot be taken; 0 none */
	const char *wants[4]; size_t n_wants;
	struct claim_row claims[4]; size_t n_claims;
	struct evidence_want evidence; bool has_evidence;
};
extern struct world_store store;

/* A request under way. */
struct ask {
	struct ask *next;
	uint32_t id;
	enum net_method method;
	char path[600], token[50];
	struct buf body;
	bool ranged, zstd;
	uint64_t from, to;
	net_answer_cb cb;
	void *data;
};
struct world {
	struct sync *s;
	int64_t now, wake;
	uint32_t last, chance;
	struct ask *asks;
	struct sync_job *jobs[64];
	size_t n_jobs;
	unsigned int changed, cancelled;
	unsigned int peers;
	bool pin_only, bad_peer;
};
extern struct world w;
extern const struct sync_port world_port;

int world_setup(void **state);		/* an enrolled console, not yet started */
int world_teardown(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, world_setup, world_teardown)

void work(void);			/* all jobs on the store */
struct ask *find(const char *part);	/* a request whose path has it, or NULL */
struct ask *expect(const char *part);	/* the same, and it must be there */
void ask_free(struct ask *a);
void answer(struct ask *a, struct net_answer r);
void say(const char *part, unsigned int status, const char *type, const struct buf *body);
void say_failure(const char *part, enum net_failure f);
void refuse(const char *part, unsigned int status, unsigned int retry_s);
int64_t pass(void);			/* time up to what the machine waits for; how long that was */
void hello(void);
void session(const char *token);
void event_hello(uint64_t size);
void have(void);
void page(unsigned int count, uint64_t head);
void link_up(uint64_t head);		/* all of these */
struct sync_status status(void);

#endif
