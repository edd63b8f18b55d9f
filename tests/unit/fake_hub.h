/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_FAKE_HUB_H
#define TESTS_UNIT_FAKE_HUB_H
#include "verdict/base/lock.h"
#include "verdict/hub/hub.h"

/*
 * A hub that answers what the test tells it to: one event "e 1", one token, one item of evidence.
 * So that routes, waiting and every way to fail are tested without a store. Any thread; fields
 * under the lock.
 */
#define FAKE_TOKEN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno-_"
struct hub_event { struct hub *hub; };
struct hub {
	struct hub_event event;
	struct key *key;
	struct lock lock;
	enum status code;	/* of the next calls */
	bool later;		/* they wait for fake_answer() */
	struct hub_call *waiting[64]; unsigned int n_waiting;
	uint64_t size;		/* of the feed */
	bool failing;
	char item[64];		/* path of the item whose digest is that of "abc" */
	void (*changed)(struct hub_event *e, uint64_t size, void *data); void *data;
	char last[200];		/* what was asked last, in words */
	struct results *results;	/* what the site shows; NULL: they cannot be read */
	bool two;		/* there is a second event */
};
struct hub *fake_hub_new(void);
void fake_hub_free(struct hub *h);
void fake_answer(struct hub *h);	/* all that wait */
void fake_grow(struct hub *h);		/* one more entry */

#endif
