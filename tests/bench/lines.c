/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines LINES TIS: an event with so many lines and TIs in memory. Prints in ms: counting everything from nothing (fed and
 * indexed), a verdict (status changed, all that it touches counted, lines read), the mean of 1,000 and their 99th
 * percentile, and the value of every TI that waits, for the queue's order.
 */
#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/clock.h"
#include "verdict/results/matrix.h"

#define PROFILES 40
#define ACTORS 4		/* of each profile */
#define LINES_OF_SYSTEM 14
#define TESTS_OF_PAIR 5
#define VERDICTS 1000

static uint64_t rng = 88172645463325252u;

static unsigned int chance(size_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 11) % (unsigned int)n;
}

static const char *word(char *out, size_t max, const char *kind, size_t n)
{
	snprintf(out, max, "%s%zu", kind, n);
	return out;
}

/* Tests between each two neighbouring actors of a profile. */
static void add_tests(struct results *r)
{
	char id[32], profile[32], one[32], two[32];

	for (size_t p = 0; p < PROFILES; p++)
		for (size_t t = 0; t < (size_t)ACTORS / 2 * TESTS_OF_PAIR; t++) {
			size_t pair = t / TESTS_OF_PAIR;
			struct test_role roles[2] = {
				{ .label = "source", .min = 1, .max = 1, .wanted = 3, .required = t % 2 == 0 },
				{ .label = "target", .min = 1, .max = 1, .wanted = 3, .required = t % 2 == 0 },
			};
			const struct test test = { .id = id, .title = "", .track = "T", .peer = "p2p", .roles = roles,
				.n_roles = 2 };

			roles[0].profile = roles[1].profile = word(profile, sizeof(profile), "P", p);
			roles[0].actor = word(one, sizeof(one), "A", pair * 2);
			roles[1].actor = word(two, sizeof(two), "A", pair * 2 + 1);
			snprintf(id, sizeof(id), "P%zu-T%zu", p, t);
			results_add_test(r, &test);
		}
}

static void add_lines(struct results *r, size_t lines)
{
	const struct event e = { .id = "e" };
	const struct results_track track = { "T", "T", false };
	char system[32], organisation[32], profile[32], actor[32];
	size_t n = lines / LINES_OF_SYSTEM, i, k;

	results_set_event(r, &e, NULL);
	results_add_track(r, &track);
	for (i = 0; i < n; i++) {
		word(system, sizeof(system), "S", i);
		word(organisation, sizeof(organisation), "O", i / 2);
		results_add_organisation(r, &(struct organisation) { organisation, organisation, "KR", "Korea" });
		results_add_system(r, &(struct system_info) { system, system, "", organisation, "A1" });
		for (k = 0; k < LINES_OF_SYSTEM; k++)
			results_add_line(r, system, word(profile, sizeof(profile), "P", (i * 3 + k) % PROFILES),
				word(actor, sizeof(actor), "A", (i + k) % ACTORS), "", chance(10) > 0);
	}
	add_tests(r);
}

static void add_tis(struct results *r, size_t lines, size_t n)
{
	char id[32], test[32], one[32], two[32];
	size_t systems = lines / LINES_OF_SYSTEM;

	for (size_t i = 0; i < n; i++) {
		const struct results_participant parts[] = {
			{ 1, word(one, sizeof(one), "S", chance(systems)) }, { 2, word(two, sizeof(two), "S", chance(systems)) },
		};
		struct results_instance in = { .participants = parts, .n_participants = 2, .at = 1,
			.status = chance(2) ? TI_TO_BE_VERIFIED : TI_VERIFIED };

		snprintf(test, sizeof(test), "P%u-T%u", chance(PROFILES), chance((size_t)ACTORS / 2 * TESTS_OF_PAIR));
		in.id = word(id, sizeof(id), "", i);
		in.test = test;
		results_set_instance(r, &in);
	}
}

static int compare_times(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return a < b ? -1 : a > b;
}

static double verdicts(double *p99, struct results *r, size_t tis)
{
	static double took[VERDICTS];
	double sum = 0;
	char id[32];
	size_t n;

	for (int i = 0; i < VERDICTS; i++) {
		int64_t at;

		word(id, sizeof(id), "", chance(tis));
		at = clock_mono_ns();
		results_set_status(r, id, i % 3 ? TI_VERIFIED : TI_FAILED, 2);
		(void)results_lines(&n, r);
		took[i] = (double)(clock_mono_ns() - at) / 1e6;
		sum += took[i];
	}
	qsort(took, VERDICTS, sizeof(*took), compare_times);
	*p99 = took[VERDICTS * 99 / 100];
	return sum / VERDICTS;
}

int main(int argc, char **argv)
{
	size_t lines = argc == 3 ? strtoul(argv[1], NULL, 10) : 0, tis = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, n, i;
	struct results *r;
	struct results_value v;
	double p99, mean, nothing;
	unsigned int waits = 0;
	char id[32];
	int64_t at;

	if (lines < 100 || lines > 1000000 || tis < 1 || tis > 10000000) {
		fprintf(stderr, "usage: lines LINES TIS\n");
		return 2;
	}
	at = clock_mono_ns();
	r = results_new();
	add_lines(r, lines);
	add_tis(r, lines, tis);
	(void)results_lines(&n, r);
	nothing = (double)(clock_mono_ns() - at) / 1e6;
	mean = verdicts(&p99, r, tis);
	at = clock_mono_ns();
	for (i = 0; i < tis; i++)
		waits += results_value(&v, r, word(id, sizeof(id), "", i));
	printf("%zu lines, %zu TIs: from nothing %.1f ms; a verdict %.4f ms, p99 %.4f ms; value of %u TIs %.1f ms\n", n,
		tis, nothing, mean, p99, waits, (double)(clock_mono_ns() - at) / 1e6);
	results_free(r);
	return 0;
}
