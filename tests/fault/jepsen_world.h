/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a run of jepsen: the hub's, the network's, the consoles'. Layer: tests. */
#ifndef TESTS_FAULT_JEPSEN_WORLD_H
#define TESTS_FAULT_JEPSEN_WORLD_H
#include <stdio.h>
#include <sys/types.h>
#include "tests/fault/jepsen.h"

struct world {
	uint64_t seed, random;
	char *dir, *bin;	/* of this run; of the programs */
	int hub_port, proxy_port, history;
	pid_t hub, proxy, console[JEPSEN_CONSOLES];
	FILE *say, *hear;	/* the proxy's */
	char *store[JEPSEN_CONSOLES], *code[JEPSEN_CONSOLES];
	struct jepsen_shared *shared;
	unsigned int hub_kills, console_kills, write_kills;
	unsigned long connections, struck;
};
/* The run ends here: the seed is told, the folder is kept. */
_Noreturn void fail(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
unsigned int below(struct world *w, unsigned int n);
void nap(unsigned int ms);

void world_open(struct world *w, uint64_t seed);
void world_close(struct world *w);	/* all processes ended; takes the folder away */
void hub_start(struct world *w);
void hub_kill(struct world *w, int signo);	/* and waits for its end */
void trouble(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void console_start(struct world *w, unsigned int n, uint64_t kill_at);
void console_kill(struct world *w, unsigned int n);
void consoles_reap(struct world *w);	/* who was killed at a write begins again; whoever failed ends the run */
/* Entries of the feed, and records in it, by verdictd verify. */
uint64_t hub_size(struct world *w);
uint64_t hub_records(struct world *w);

#endif
