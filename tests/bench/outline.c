/* SPDX-License-Identifier: Apache-2.0 */
/* Time to open a document with its whole outline, in milliseconds, and its nodes: outline FILE. Layer: tests. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "verdict/evidence/document.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	struct reader_info info;
	struct document *d;
	struct source src;
	double start = now();
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0 || source_map(&src, fd) != STATUS_OK) {
		fprintf(stderr, "usage: outline FILE\n");
		return 2;
	}
	document_open(&d, &src, EVIDENCE_UNKNOWN);
	document_info(&info, d);
	printf("%.1f ms %zu nodes, %s: %s\n", now() - start, document_outline(d)->nodes.len,
		evidence_kind_label(info.kind), info.summary);
	document_free(d);
	close(fd);
	return 0;
}
