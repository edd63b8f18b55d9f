/* SPDX-License-Identifier: Apache-2.0 */
/* The world of the simulation: consoles, a hub, and what happens when. Layer: tests. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H
#include <stdbool.h>
#include <stdint.h>
#include "tests/sim/sim_hub.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/store/sync.h"
#include "verdict/sync/sync.h"

#define CONSOLES 3
#define TIS 6
#define EVIDENCE 2
#define EVIDENCE_LONG 1100001	/* bytes: two pieces */
#define WORK_MS (8 * INT64_C(60000))	/* that people work */
#define MEND_MS (4 * INT64_C(3600000))	/* within which all must have come together */
#define PATIENCE_MS 25000	/* of a long poll */
#define BEGIN_MS INT64_C(1795000000000)

struct console;
enum happening { AT_HUB, ANSWERED, WAKE, JOB, ACT, FAULT };
struct moment {
	int64_t at;
	uint64_t order;		/* among those of one moment */
	enum happening what;
	struct console *c;
	struct flight *flight;
	struct sync_job *job;
};

struct flight {			/* a request on its way */
	uint32_t id;
	struct console *c;
	struct sim_request q;
	net_answer_cb cb;
	void *data;
	bool cancelled, waiting, waited;
	enum net_failure failure;
	struct sim_answer answer;
};

struct console {
	struct world *w;
	const char *person;
	unsigned int roles;
	char *dir;
	struct store *st;
	struct sync *s;
	struct sync_join *join;
	struct sync_port port;
	int64_t wake_at;	/* the last that was asked for */
	int64_t skew_ms;	/* what its clock is ahead of the hub's */
	bool joined;
};

struct world {
	uint64_t seed, random, order;
	int64_t now, mended_at;
	bool mended;
	unsigned int loss;	/* of 100 */
	int64_t delay_ms;
	bool budget;		/* evidence is fetched unasked */
	bool looked;		/* it was asked for */
	int64_t no_way_until;	/* nobody reaches the hub */
	char *dir;
	struct hub *h;
	bool has_backup;
	struct console c[CONSOLES];
	VEC(struct moment) events;
	VEC(struct flight *) polls;
	VEC(struct digest) saved;
	uint32_t last_id;
	struct digest evidence[EVIDENCE];
	size_t evidence_len;	/* of the second */
	unsigned int restores, restarts, lost, deaths;
};

/* The run ends here: the seed is told. */
_Noreturn void fail(const struct world *w, const char *what);
void must(const struct world *w, bool holds, const char *what);
#define MUST(w, x) must((w), (x), #x)
unsigned int below(struct world *w, unsigned int n);
void plan(struct world *w, struct moment e);
bool next_moment(struct moment *out, struct world *w);
void in_time_of(const struct world *w, const struct console *c);	/* its wall clock; NULL: the hub's */

/* ---- sim_net.c ---- */

void flight_free(struct flight *f);
void wake_polls(struct world *w);	/* long polls that wait go on */
void forget_poll(struct world *w, const struct flight *f);
void at_hub(struct world *w, struct flight *f);
void answered(struct flight *f);
void port_init(struct console *c);

/* ---- sim_check.c: when all is mended ---- */

void check_feed(struct world *w);	/* what was saved is in the hub's feed exactly once */
void check_consoles(struct world *w);	/* all have the hub's history and say the same */

#endif
