/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load of many consoles on a hub that serves, for the benchmark: each its own key, chain, connection and thread.
 *
 *   hubload MODE CODES CA|- COUNT [PID]    one console for each enrolment code, a line of CODES each
 *
 *   batches  COUNT batches of 200 each: "us X" a record; then the same bytes once more: "again_us X"
 *   single   COUNT batches of one record each: "us X", "p50 X" and "p99 X" ms of a push
 *   storm    all come back at once, with two batches of COUNT records each: session, have, push, a page of the feed;
 *            "p50 X", "p99 X" ms of a push, "all_ms X" until the last is done, "lost N" records
 *   crowd    the last 40 push a record four times a second, the others wait for changes, for COUNT seconds: "rss_mib X",
 *            "pss_mib X", the most that process PID had; "pages N"
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "loadpeer.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/batch.h"

#define ACTIVE 40
#define PER_SECOND 4

static VEC(struct peer) peers;
static pthread_barrier_t begin;
static atomic_bool over;
static atomic_ulong pages;

static void read_codes(const char *path, const char *ca)
{
	FILE *f = fopen(path, "r");
	char line[2048];
	struct peer p;

	must(f != NULL, path);
	while (fgets(line, sizeof(line), f)) {
		peer_join(&p, line, ca);
		vec_push(&peers, p);
	}
	fclose(f);
	must(peers.len > 0, "no codes");
}

/* Run `main` for each peer on a thread of its own, all from one moment on; ms until the last ended. */
static double run_all(void (*one)(void *peer))
{
	int64_t from;

	must(pthread_barrier_init(&begin, NULL, (unsigned int)peers.len + 1) == 0, "barrier");
	for (size_t i = 0; i < peers.len; i++)
		peers.at[i].thread = thread_start("peer", one, &peers.at[i]);
	pthread_barrier_wait(&begin);
	from = clock_mono_ns();
	for (size_t i = 0; i < peers.len; i++)
		thread_join(peers.at[i].thread);
	pthread_barrier_destroy(&begin);
	return (double)(clock_mono_ns() - from) / 1e6;
}

static void push_all(void *data)
{
	struct peer *p = data;

	pthread_barrier_wait(&begin);
	for (size_t i = 0; i < p->n_batches; i++)
		peer_push(p, i, false);
}

static void come_back(void *data)
{
	struct peer *p = data;

	pthread_barrier_wait(&begin);
	peer_session(p);
	p->cursor = p->head;
	for (size_t i = 0; i < p->n_batches; i++)
		peer_push(p, i, true);
	peer_page(p, 0);
	peer_have(p);
}

static void watch_feed(void *data)
{
	struct peer *p = data;

	p->cursor = p->head;
	pthread_barrier_wait(&begin);
	while (!atomic_load(&over)) {
		peer_page(p, 2);
		atomic_fetch_add(&pages, 1);
	}
}

static void push_now_and_then(void *data)
{
	struct peer *p = data;

	pthread_barrier_wait(&begin);
	for (size_t i = 0; i < p->n_batches && !atomic_load(&over); i++) {
		peer_push(p, i, false);
		usleep(1000000 / PER_SECOND);
	}
}

static void crowd_one(void *data)
{
	if ((struct peer *)data - peers.at + ACTIVE < (ptrdiff_t)peers.len)
		watch_feed(data);
	else
		push_now_and_then(data);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void tell_pushes(void)
{
	size_t n = 0, k = 0;
	int64_t *all;

	for (size_t i = 0; i < peers.len; i++)
		n += peers.at[i].n_batches;
	all = mem_array(n, sizeof(*all));
	for (size_t i = 0; i < peers.len; i++)
		for (size_t j = 0; j < peers.at[i].n_batches; j++)
			all[k++] = peers.at[i].ns[j];
	qsort(all, n, sizeof(*all), by_value);
	printf("p50 %.4f\np99 %.4f\n", (double)all[(n - 1) / 2] / 1e6, (double)all[(n - 1) * 99 / 100] / 1e6);
	mem_free(all);
}

static void write_all(size_t batches, unsigned int records, bool sessions)
{
	for (size_t i = 0; i < peers.len; i++) {
		peer_write(&peers.at[i], batches, records);
		if (sessions)
			peer_session(&peers.at[i]);
	}
}

static void run_batches(size_t count, unsigned int records)
{
	double records_all = (double)peers.len * (double)count * records;

	write_all(count, records, true);
	printf("us %.3f\n", run_all(push_all) * 1e3 / records_all);
	if (records > 1)
		printf("again_us %.3f\n", run_all(push_all) * 1e3 / records_all);
	else
		tell_pushes();
	for (size_t i = 0; i < peers.len; i++)
		peer_have(&peers.at[i]);
}

static void run_storm(unsigned int records)
{
	uint64_t made = 0, stored = 0;
	double ms;

	write_all(2, records, false);
	ms = run_all(come_back);
	for (size_t i = 0; i < peers.len; i++) {
		made += peers.at[i].n;
		stored += peers.at[i].stored;
	}
	tell_pushes();
	printf("all_ms %.1f\nlost %llu\n", ms, (unsigned long long)(made - stored));
}

/* Of /proc/PID/smaps_rollup, in KiB. */
static double rollup(const char *pid, const char *field)
{
	char path[64], line[160];
	double kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/smaps_rollup", pid);
	f = fopen(path, "r");
	must(f != NULL, path);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			kib = strtod(line + strlen(field), NULL);
	fclose(f);
	return kib;
}

static const char *watched;
static unsigned long seconds;

static void watch_memory(void *data)
{
	double rss = 0, pss = 0, v;

	(void)data;
	for (unsigned long i = 0; i < seconds * 10; i++) {
		usleep(100000);
		v = rollup(watched, "Rss:");
		rss = v > rss ? v : rss;
		v = rollup(watched, "Pss:");
		pss = v > pss ? v : pss;
	}
	atomic_store(&over, true);
	printf("rss_mib %.2f\npss_mib %.2f\npages %lu\n", rss / 1024, pss / 1024, atomic_load(&pages));
}

static void run_crowd(const char *pid, unsigned long count)
{
	struct thread *t;

	must(peers.len > ACTIVE, "a crowd needs more codes");
	watched = pid;
	seconds = count;
	for (size_t i = 0; i < peers.len; i++) {
		if (i + ACTIVE >= peers.len)
			peer_write(&peers.at[i], count * PER_SECOND, 1);
		peer_session(&peers.at[i]);
	}
	t = thread_start("memory", watch_memory, NULL);
	run_all(crowd_one);
	thread_join(t);
}

int main(int argc, char **argv)
{
	unsigned long count = argc >= 5 ? strtoul(argv[4], NULL, 10) : 0;

	if (count == 0 || count > 1000000 || (strcmp(argv[1], "crowd") == 0) != (argc == 6)) {
		fputs("usage: hubload batches|single|storm|crowd CODES CA|- COUNT [PID]\n", stderr);
		return 2;
	}
	crypto_init();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	read_codes(argv[2], strcmp(argv[3], "-") == 0 ? NULL : argv[3]);
	if (strcmp(argv[1], "batches") == 0)
		run_batches(count, BATCH_RECORDS_MAX);
	else if (strcmp(argv[1], "single") == 0)
		run_batches(count, 1);
	else if (strcmp(argv[1], "storm") == 0)
		run_storm((unsigned int)(count < BATCH_RECORDS_MAX ? count : BATCH_RECORDS_MAX));
	else
		run_crowd(argv[5], count);
	for (size_t i = 0; i < peers.len; i++)
		peer_end(&peers.at[i]);
	return 0;
}
