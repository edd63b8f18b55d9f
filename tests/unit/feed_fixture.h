/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub in memory for the tests of the console's store: one event, a feed that grows, pages, receipts,
 * certificates. It believes what it is given. Layer: tests.
 */
#ifndef TESTS_UNIT_FEED_FIXTURE_H
#define TESTS_UNIT_FEED_FIXTURE_H
#include "tests/unit/pack_fixture.h"
#include "verdict/base/vec.h"
#include "verdict/proto/cert.h"
#include "verdict/proto/feed.h"
#include "verdict/store/sync.h"

struct fake_entry { struct digest rid; char type; char *bytes; size_t len; };
struct fake_hub {
	struct key *key;
	uint8_t epoch[EPOCH_BYTES];
	VEC(struct fake_entry) entries;
	int64_t now;
	unsigned int flags;	/* given to records that come */
	const char *refuse;	/* sentence: refuse what comes */
};

/* Event "ev" of the pack fixture, persons A and B (monitors), L (lead), O (observer), TIs 1001 and 1002. */
struct fake_hub *fake_hub_new(void);
void fake_hub_free(struct fake_hub *h);
/* The same key, another epoch, the first `keep` entries. */
void fake_hub_restore(struct fake_hub *h, size_t keep);
void fake_hub_text(struct fake_hub *h, char type, const char *body);
void fake_hub_claim(struct fake_hub *h, const char *ti, const char *who, const char *replica, enum feed_claim_state state,
	uint64_t fence, int64_t ttl_s);
void fake_hub_flags(struct fake_hub *h, const struct digest *rid, unsigned int flags);
void fake_hub_revoke(struct fake_hub *h, const char *replica);
/* Certificate for that key; added to the feed unless `silent`. */
void fake_hub_certify(struct buf *out, struct fake_hub *h, const uint8_t key[KEY_PUBLIC], const char *who,
	unsigned int roles, bool silent);
/* Page of entries behind `since`, at most `limit`. */
void fake_hub_page(struct buf *out, struct fake_hub *h, uint64_t since, unsigned int limit);
/* Take a batch: records not known become entries; the receipt. */
void fake_hub_push(struct buf *receipt_out, struct fake_hub *h, const void *batch, size_t len);
/* A valid record of some other replica, straight into the feed. */
struct digest fake_hub_verdict(struct fake_hub *h, const struct key *replica, const char *who, const char *ti,
	enum outcome o, const struct digest *base, unsigned int flags);

/* Console `who` in `dir`, enrolled at the hub, with nothing read yet. */
struct store *fake_console(struct fake_hub *h, const char *dir, const char *who);
/* Hello, pages until the end, and what waits pushed; then pages again. What store_page() or the push said last. */
enum status fake_sync(struct fake_hub *h, struct store *st);
enum status fake_pull(struct page_report *out, struct fake_hub *h, struct store *st);
/* Counts as they stand are the counts as they would be counted now. */
void assert_counts_true(struct store *st);

#endif
