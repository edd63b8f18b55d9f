/* SPDX-License-Identifier: Apache-2.0 */
/* Figures for operators, in Prometheus' text form. No names of persons or events. Layer: hubd. Any
 * thread. */
#include "hubd_priv.h"
#include "config.h"

#include <inttypes.h>
#include "verdict/base/clock.h"

static const unsigned int bounds_us[DURATIONS] = { 1000, 5000, 10000, 50000, 100000, 500000,
	1000000, 5000000 };

void metrics_count(struct hubd *s, const struct request *q)
{
	int64_t us = (clock_mono_ns() - q->begun) / 1000;
	struct metrics *m = &s->metrics;
	int first = q->status / 100, i = 0;

	atomic_fetch_add(&m->requests[q->route][first >= 1 && first <= 5 ? first : 0], 1);
	if (q->state == REQUEST_ANSWERED && q->resumed)
		return;		/* it waited for news because it asked to */
	while (i < DURATIONS && us > bounds_us[i])
		i++;
	atomic_fetch_add(&m->durations[i], 1);
	atomic_fetch_add(&m->duration_us, (unsigned long long)us);
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP verdictd_%s %s\n# TYPE verdictd_%s %s\n", name, help, name, type);
}

static void one(
	struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	head(out, name, type, help);
	buf_printf(out, "verdictd_%s %" PRIu64 "\n", name, value);
}

static void write_requests(struct buf *out, struct metrics *m)
{
	head(out, "requests_total", "counter", "Requests by route and first digit of the status.");
	for (int r = 0; r < ROUTE_COUNT; r++) {
		for (int first = 0; first < 6; first++) {
			unsigned long long n = atomic_load(&m->requests[r][first]);

			if (n)
				buf_printf(out,
					"verdictd_requests_total{method=\"%s\",route=\"%s\",status="
					"\"%dxx\"} "
					"%llu\n",
					routes[r].method, routes[r].pattern, first, n);
		}
	}
}

static void write_durations(struct buf *out, struct metrics *m)
{
	unsigned long long sum = 0;

	head(out, "request_seconds", "histogram",
		"From the request's first line to its end, without waiting for news.");
	for (int i = 0; i <= DURATIONS; i++) {
		sum += atomic_load(&m->durations[i]);
		if (i < DURATIONS)
			buf_printf(out, "verdictd_request_seconds_bucket{le=\"%g\"} %llu\n",
				bounds_us[i] / 1e6, sum);
		else
			buf_printf(out, "verdictd_request_seconds_bucket{le=\"+Inf\"} %llu\n", sum);
	}
	buf_printf(out, "verdictd_request_seconds_sum %.6f\nverdictd_request_seconds_count %llu\n",
		(double)atomic_load(&m->duration_us) / 1e6, sum);
}

static void write_answers(struct buf *out, const struct hub_stats *h)
{
	head(out, "answers_total", "counter", "Records by what became of them.");
	buf_printf(out, "verdictd_answers_total{answer=\"stored\"} %" PRIu64 "\n", h->stored);
	buf_printf(
		out, "verdictd_answers_total{answer=\"duplicate\"} %" PRIu64 "\n", h->duplicates);
	buf_printf(out, "verdictd_answers_total{answer=\"flagged\"} %" PRIu64 "\n", h->flagged);
	buf_printf(out, "verdictd_answers_total{answer=\"refused\"} %" PRIu64 "\n", h->refused);
}

void hubd_metrics(struct buf *out, struct hubd *s)
{
	struct metrics *m = &s->metrics;
	struct hub_stats h;

	hub_stats(&h, s->o.hub);
	head(out, "info", "gauge", "The program.");
	buf_printf(out, "verdictd_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
	one(out, "up_seconds", "gauge", "Since the start.",
		(uint64_t)((clock_mono_ns() - s->begun) / 1000000000));
	one(out, "failing", "gauge", "1 where the last commit failed.", h.failing);
	one(out, "events", "gauge", "Events.", h.events);
	one(out, "entries", "gauge", "Entries of all feeds.", h.entries);
	one(out, "records", "gauge", "Records of all events.", h.records);
	one(out, "replicas", "gauge", "Replicas with a certificate.", h.replicas);
	one(out, "sessions", "gauge", "Sessions that hold.", h.sessions);
	one(out, "leases", "gauge", "Claims that are held.", h.leases);
	one(out, "calls_waiting", "gauge", "Requests that wait for the writer.", h.calls_waiting);
	one(out, "commits_total", "counter", "Commits.", h.commits);
	one(out, "commit_failures_total", "counter", "Commits that failed.", h.failures);
	one(out, "busy_total", "counter", "Requests refused because the queue was full.", h.busy);
	head(out, "commit_seconds_total", "counter", "Time in commits.");
	buf_printf(out, "verdictd_commit_seconds_total %.6f\n", (double)h.commit_ns / 1e9);
	head(out, "commit_seconds_max", "gauge", "The longest commit since the start.");
	buf_printf(out, "verdictd_commit_seconds_max %.6f\n", (double)h.commit_ns_max / 1e9);
	write_answers(out, &h);
	write_requests(out, m);
	write_durations(out, m);
	one(out, "requests_active", "gauge", "Requests under way.", atomic_load(&m->active));
	one(out, "requests_waiting", "gauge", "Of them, those that wait for a commit or for news.",
		atomic_load(&m->waiting));
	one(out, "limited_total", "counter", "Requests refused by a rate limit.",
		atomic_load(&m->limited));
	one(out, "body_bytes_in_total", "counter", "Bytes of bodies taken.",
		atomic_load(&m->bytes_in));
	one(out, "body_bytes_out_total", "counter", "Bytes of bodies sent.",
		atomic_load(&m->bytes_out));
}
