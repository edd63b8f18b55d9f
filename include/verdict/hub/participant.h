/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_PARTICIPANT_H
#define VERDICT_HUB_PARTICIPANT_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/hub/hub.h"
#include "verdict/model/digest.h"
#include "verdict/model/kinds.h"

/*
 * Participants: they hand in evidence for TIs in which their systems take part, and say how far these are. What they say
 * changes the event's reference data, as an import does: the TI gets a new line in the feed. Tokens are kept as digests.
 */
#define HUB_GIVEN_MAX (UINT64_C(256) << 20)	/* bytes of one item */
#define HUB_WHO 200

struct hub_participant {
	char name[HUB_WHO];	/* as history shows it */
	char organisation[129], system[129];	/* one of them "" */
};

/* A token for a system, or for all of an organisation; out: the token. STATUS_NOT_FOUND: no such one in the event. */
enum status hub_token_new(struct hub_event *e, struct hub_call *call, const struct hub_participant *p, int64_t valid_s);
/* All tokens of that system or organisation; call->count of them. STATUS_NOT_FOUND. */
enum status hub_token_revoke(struct hub_event *e, struct hub_call *call, const char *whose);
/* STATUS_DENIED: unknown, revoked or over. Any thread. */
enum status hub_participant_find(struct hub_participant *out, struct hub_event *e, const char *token);
/* Tokens that are good; `cb` under the event's lock. */
void hub_token_each(struct hub_event *e, void (*cb)(const struct hub_participant *p, int64_t until, void *data), void *data);

/* May they say something of that TI? STATUS_NOT_FOUND, STATUS_DENIED. Before their bytes are taken. */
enum status hub_participant_may(struct hub_event *e, const struct hub_participant *p, const char *ti);
/* An empty file of the hub's own to write evidence into, that goes when it is closed. */
enum status hub_given_spool(int *fd_out, struct hub *h);
/* STATUS_FULL where `more` bytes of evidence would leave records too little of the disk. */
enum status hub_given_room(struct hub *h, uint64_t more);

struct hub_given {
	const struct hub_participant *by;	/* NULL: the hub's operator */
	const char *ti;
	/* evidence: name NULL for none */
	const char *name, *kind;
	unsigned int step;	/* 0: for the TI as a whole */
	int fd;			/* of its bytes, read from the begin to the end */
	struct digest sha256;
	uint64_t size;
	/* status */
	bool has_status;
	enum ti_status status;
	const char *comment;	/* NULL for none */
};
/*
 * Take it: in one transaction, durable when it returns. An item that the TI has already at that step changes nothing.
 * call->count: number of the item within the TI. STATUS_NOT_FOUND: no such TI; STATUS_DENIED: they do not take part, or
 * may not set that status; STATUS_INVALID; STATUS_LIMIT; STATUS_BUSY: reference data are just changing.
 */
enum status hub_give(struct hub_event *e, struct hub_call *call, const struct hub_given *g);

#endif
