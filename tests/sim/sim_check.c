/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold when all is mended; see world.h. Layer: tests. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/hub/care.h"
#include "verdict/proto/feed.h"
#include "verdict/store/blob.h"
#include "verdict/store/query.h"

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

/* All rids of the hub's feed; each once. */
void check_feed(struct world *w)
{
	struct hub_event *e = hub_event_find(w->h, "ev");
	VEC(struct digest) found = VEC_INIT;
	struct hub_verified v;
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size, since = 0;
	struct page_reader r;
	struct page_head head;
	struct feed_entry entry;
	struct envelope env;
	struct digest root, rid;
	struct buf b;

	must(w, hub_verify(&v, w->h, NULL, NULL) == STATUS_OK, "the hub is whole");
	buf_init(&b, FEED_PAGE_MAX);
	hub_head(e, &size, &root, epoch);
	do {
		MUST(w, hub_page(&b, e, epoch, since, 0) == STATUS_OK);
		MUST(w, page_open(&r, &head, b.ptr, b.len) == STATUS_OK);
		while (page_next(&entry, NULL, NULL, &r) == STATUS_OK) {
			since = entry.seq;
			if (entry.type != FEED_RECORD)
				continue;
			MUST(w, feed_record(&env, &entry) == STATUS_OK && envelope_ok(&rid, &env));
			vec_push(&found, rid);
		}
	} while (head.more);
	for (size_t i = 0; i < w->saved.len; i++) {
		unsigned int times = 0;

		for (size_t k = 0; k < found.len; k++)
			times += digest_equal(&found.at[k], &w->saved.at[i]);
		must(w, times == 1, "what was saved is in the feed exactly once");
	}
	if (found.len)
		qsort(found.at, found.len, sizeof(*found.at), by_bytes);
	for (size_t k = 1; k < found.len; k++)
		must(w, !digest_equal(&found.at[k - 1], &found.at[k]), "no record is in the feed twice");
	vec_done(&found);
	buf_done(&b);
}

void check_consoles(struct world *w)
{
	struct hub_event *e = hub_event_find(w->h, "ev");
	uint8_t epoch[EPOCH_BYTES];
	struct instance *first, *other;
	struct sync_state s;
	struct digest root;
	struct arena a;
	uint64_t size;
	char ti[16];

	arena_init(&a);
	hub_head(e, &size, &root, epoch);
	for (unsigned int i = 0; i < CONSOLES; i++) {
		MUST(w, store_sync_state(&s, &a, w->c[i].st) == STATUS_OK);
		must(w, s.unsent == 0 && s.refused == 0, "everything was received");
		must(w, s.cursor == size && digest_equal(&s.root, &root), "the console has the hub's history");
		for (unsigned int k = 0; k < EVIDENCE; k++)
			must(w, blob_check(w->c[i].st, &w->evidence[k]) == STATUS_OK, "evidence is here, and what its digest says");
		must(w, !s.conflict && !s.forked && !s.revoked, "nothing is held against anybody");
	}
	for (unsigned int t = 0; t < TIS; t++) {
		snprintf(ti, sizeof(ti), "%u", 1001 + t);
		MUST(w, store_instance(&first, &a, w->c[0].st, ti) == STATUS_OK);
		for (unsigned int i = 1; i < CONSOLES; i++) {
			MUST(w, store_instance(&other, &a, w->c[i].st, ti) == STATUS_OK);
			must(w, first->row.status == other->row.status && first->row.disputed == other->row.disputed,
				"all consoles say the same of a TI");
			must(w, first->n_verdicts == other->n_verdicts, "all consoles have the same verdicts");
		}
	}
	arena_done(&a);
}
