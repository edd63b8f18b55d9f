/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memmem() over a mapped file, once to have its pages and once to be timed: memfind FILE TEXT. Prints "find_ms N".
 * Layer: tests.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	const char *found[2];
	struct stat st;
	double start = 0;
	void *p;
	int i;

	if (fd < 0 || fstat(fd, &st) != 0) {
		fprintf(stderr, "usage: memfind FILE TEXT\n");
		return 2;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 1;
	for (i = 0; i < 2; i++) {
		start = now();
		found[i] = memmem(p, (size_t)st.st_size, argv[2], strlen(argv[2]));
	}
	printf("find_ms %.3f\nfound %d\n", now() - start, found[0] && found[1]);
	close(fd);
	return 0;
}
