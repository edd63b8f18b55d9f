/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_STATUS_H
#define VERDICT_HUB_STATUS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/proto/crypto.h"

/* How an event stands, for its operator: who takes part, what is marked or was refused and why, what waits for people. */

struct hub_event;

struct hub_replica_row {
	char id[KEY_ID];
	const char *person, *name;	/* NULL: records or a session name it, no certificate does */
	unsigned int roles;		/* bits of enum role_kind */
	int64_t from, to;		/* of its certificate, wall ms */
	int64_t seen;			/* a session asked something, or was opened; 0: never */
	uint64_t n;			/* end of its chain */
	uint64_t records, flagged, forks;
	bool revoked;
};
struct hub_flagged_row {
	uint64_t seq, n;
	struct digest rid;
	char replica[KEY_ID];
	const char *person, *ti;	/* NULL without */
	const char *kind;
	int64_t at;
	unsigned int flags;		/* bits of enum receipt_flag */
};
struct hub_refused_row {
	const char *id, *why;
	const char *replica, *person, *kind, *ti;	/* as the record says: nothing of it is proved; NULL */
	size_t size;
};
struct hub_claim_row { const char *ti, *who; uint64_t fence; int64_t ttl_s; };
struct hub_event_status {
	const char *id;
	uint64_t entries, records, instances;
	uint64_t flagged, forks;	/* in all; the newest are listed */
	unsigned int sessions, codes, codes_unused;
	struct hub_replica_row *replicas; size_t n_replicas;	/* who was seen last first */
	struct hub_flagged_row *flagged_rows; size_t n_flagged_rows;	/* newest first */
	struct hub_refused_row *refused; size_t n_refused;	/* newest first; as many as are kept */
	struct hub_claim_row *claims; size_t n_claims;		/* held now, by TI */
	const char **disputes; size_t n_disputes;		/* TIs, by id */
};
/* At most `rows` flagged records are listed. Blocks; any but the writer's thread. */
enum status hub_event_status(struct hub_event_status *out, struct arena *a, struct hub_event *e, size_t rows);

#endif
