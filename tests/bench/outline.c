/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading one document costs, without a screen and without the reader process: outline [-c] [-f FRAME] FILE. One
 * measure a line: "outline_ms N", "nodes N", "anon_kib N"; with -c "checks_ms N", a later document of the same kind,
 * the check set loaded; with -f "frame_ms N", that frame as a picture of 160 by 100. Layer: tests.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/evidence/document.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static long anonymous(void)
{
	char line[256];
	long v = -1;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "RssAnon:", 8))
			v = strtol(line + 8, NULL, 10);
	if (f)
		fclose(f);
	return v;
}

static struct document *open_it(const char *path)
{
	struct document *d;
	struct source src;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || source_map(&src, fd) != STATUS_OK) {
		fprintf(stderr, "outline: %s cannot be read\n", path);
		exit(2);
	}
	close(fd);
	document_open(&d, &src, EVIDENCE_UNKNOWN);
	return d;
}

static void checks(const char *path)
{
	const struct reader_report *report;
	struct check_set *set;
	struct document *d;
	double start;
	int i;

	check_set_new(&set);
	if (check_set_builtin(set) != STATUS_OK)
		exit(1);
	for (i = 0; i < 2; i++) {
		d = open_it(path);
		start = now();
		report = document_check(d, set, IPS_AS_CLAIMED, 0);
		if (i)
			printf("checks_ms %.3f\nchecks %zu\nfindings %zu\n", now() - start, report->n_outcomes,
				report->n_findings);
		document_free(d);
	}
	check_set_free(set);
}

static void frame(struct document *d, unsigned int n)
{
	struct picture_request q = { .frame = n, .cols = 160, .rows = 100 };
	struct picture picture;
	struct arena a;
	double start = now();

	arena_init(&a);
	if (document_picture(&picture, &a, d, &q) != STATUS_OK) {
		fprintf(stderr, "outline: %s\n", status_message());
		exit(1);
	}
	printf("frame_ms %.3f\nframes %u\n", now() - start, picture.frames);
	arena_done(&a);
}

int main(int argc, char **argv)
{
	bool with_checks = false;
	long wanted = -1;
	struct document *d;
	double start;
	int c;

	while ((c = getopt(argc, argv, "cf:")) != -1) {
		if (c == 'c')
			with_checks = true;
		else if (c == 'f')
			wanted = strtol(optarg, NULL, 10);
	}
	if (optind != argc - 1) {
		fprintf(stderr, "usage: outline [-c] [-f FRAME] FILE\n");
		return 2;
	}
	start = now();
	d = open_it(argv[optind]);
	printf("outline_ms %.3f\nnodes %zu\nanon_kib %ld\n", now() - start, document_outline(d)->nodes.len, anonymous());
	if (wanted >= 0)
		frame(d, (unsigned int)wanted);
	document_free(d);
	if (with_checks)
		checks(argv[optind]);
	return 0;
}
