/* SPDX-License-Identifier: Apache-2.0 */
/* make_site DIR [SYSTEMS LINES] [hostile]: the site of a made event, as plain files. Layer: tests. */
#include "tests/site/made_event.h"
#include "verdict/site/site.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

static int write_file(const char *dir, const struct site_file *file, const struct buf *b)
{
	char *path = mem_printf("%s/%s", dir, file->path), *slash = strrchr(path, '/');
	enum status st;
	int fd;

	*slash = '\0';
	st = io_mkdirs(path, 0755);
	*slash = '/';
	if (!st)
		st = io_open(&fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (!st) {
		st = io_write_all(fd, path, b->ptr, b->len);
		close(fd);
	}
	if (st)
		fprintf(stderr, "%s\n", status_message());
	mem_free(path);
	return st != STATUS_OK;
}

int main(int argc, char **argv)
{
	const struct site_plan plan = { { SITE_EN, SITE_KO, SITE_JA }, SITE_LANGS, true };
	unsigned int systems = argc > 3 ? (unsigned int)strtoul(argv[2], NULL, 10) : 16;
	unsigned int lines = argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 150;
	struct results *r = made_event(systems, lines, strcmp(argv[argc - 1], "hostile") == 0);
	struct site_file *files;
	struct site_facts f;
	struct arena a;
	struct buf b;
	int bad = 0;
	size_t n, bytes = 0;
	int64_t begun = clock_mono_ns();

	if (argc < 2)
		return 2;
	arena_init(&a);
	site_gather(&f, &a, r, MADE_NOW);
	n = site_files(&files, &a, &f, &plan);
	buf_init(&b, SITE_FILE_MAX);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&b);
		site_write(&b, &f, &plan, &files[i]);
		bad |= b.err != STATUS_OK || write_file(argv[1], &files[i], &b);
		bytes += b.len;
	}
	printf("%zu files, %zu bytes, %lld us\n", n, bytes, (long long)(clock_mono_ns() - begun) / 1000);
	buf_done(&b);
	arena_done(&a);
	results_free(r);
	return bad;
}
