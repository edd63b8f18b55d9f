/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub of event "ev" in a folder of its own, in line or with its thread, on clocks that tests turn; and authors who
 * write records as consoles do. Asserts. Layer: tests.
 */
#ifndef TESTS_UNIT_HUB_FIXTURE_H
#define TESTS_UNIT_HUB_FIXTURE_H
#include "verdict/hub/hub.h"
#include "verdict/hub/import.h"
#include "verdict/model/record.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/feed.h"

#define HUB_NOW INT64_C(1795000000000)	/* wall ms */
#define MINUTE INT64_C(60000)

struct hub_fixture {
	char *dir;
	struct hub *h;
	struct hub_event *e;
	const struct hub_store_ops *backend;	/* NULL: SQLite in the folder */
	bool in_line;
	int64_t wall, mono;
};
/*
 * Organisations O1, O2; systems S1 of O1, S2 of O2; persons m1, m2, m3 (monitors), l1 (lead), p1 (monitor, tied to
 * O1), b1 (observer); TIs 1001… of S1 and S2.
 */
struct hub_fixture *hub_fixture_new(bool in_line, unsigned int tis);
struct hub_fixture *hub_fixture_bare(const struct hub_store_ops *backend, bool in_line);	/* without the event */
void hub_fixture_free(struct hub_fixture *f);
void hub_fixture_close(struct hub_fixture *f);
void hub_fixture_open(struct hub_fixture *f);	/* the same store again */
void hub_fixture_pack(const char *dir, unsigned int tis);	/* its pack into a folder */
/* That pack with a member exchanged (NULL: none), imported. */
struct hub_imported hub_fixture_import(struct hub_fixture *f, unsigned int tis, const char *member, const char *text);
uint64_t hub_size(struct hub_fixture *f);

/* One installation. */
struct author {
	struct key *key;
	const char *person;
	uint64_t n;
	struct digest prev;
	struct hub_session session;
	char token[HUB_TOKEN];
};
/* Enrolled with a code, and a session. `organisation` may be NULL. */
void author_new(struct author *a, struct hub_fixture *f, const char *person, unsigned int roles, const char *organisation);
void author_free(struct author *a);
/* The next record of the chain into a batch; `ti` may be NULL for kinds without. */
struct digest author_write(struct buf *batch, struct author *a, struct hub_fixture *f, enum record_kind kind,
	const char *ti, uint64_t fence);
/* Any record: event, replica, who, n, prev are filled in where they are empty; signed as it is. */
struct digest author_sign(struct buf *batch, struct author *a, struct hub_fixture *f, struct record *rec);
/* Push and read the receipt, which lives in `a`. */
enum status hub_fixture_push(struct receipt *out, struct arena *a, struct hub_fixture *f, const struct buf *batch);
/* One verdict by the author pushed alone: its answer. */
struct receipt_entry hub_fixture_grade(struct hub_fixture *f, struct author *who, const char *ti, uint64_t fence);

#endif
