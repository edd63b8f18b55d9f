/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence of Gazelle: files that lie beside its database, and links, whose bytes are the address alone. Gazelle
 * layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/proto/crypto.h"

#define CHUNK 65536

void gz_link(struct jsonw *w, const char *url)
{
	struct digest d = link_digest(url);
	char hex[DIGEST_HEX];

	digest_hex(hex, &d);
	jsonw_str(w, "sha256", hex);
	jsonw_int(w, "size", (int64_t)strlen(url) + 1);
	jsonw_str(w, "url", url);
}

/* Gazelle names a file by the row's number, and mostly by what it was called too. */
static int open_file(const struct gazelle *g, const char *id, const char *value, bool bare)
{
	int dir = open(g->files, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	char name[600];

	snprintf(name, sizeof(name), "%s_%s", id, value);
	if (dir >= 0 && !bare && !strchr(value, '/'))
		fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (dir >= 0 && fd < 0)
		fd = openat(dir, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (dir >= 0)
		close(dir);
	return fd;
}

static enum status copy(struct digest *sum, int64_t *size, int from, const char *to_path)
{
	char *chunk = mem_alloc(CHUNK);
	struct sha256 ctx;
	enum status st;
	ssize_t n = 1;
	int to = -1;

	sha256_begin(&ctx);
	*size = 0;
	st = io_open(&to, to_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while (!st && n > 0) {
		n = read(from, chunk, CHUNK);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n < 0)
			st = status_errno("%s", to_path);
		else if (*size + n > PACK_BODY_MAX)
			st = status_set(STATUS_LIMIT, "%s: larger than a body of evidence may be", to_path);
		else if (n > 0)
			st = io_write_all(to, to_path, chunk, (size_t)n);
		if (!st && n > 0) {
			sha256_add(&ctx, chunk, (size_t)n);
			*size += n;
		}
	}
	*sum = sha256_end(&ctx);
	if (to >= 0)
		close(to);
	mem_free(chunk);
	return st;
}

bool gz_file(struct jsonw *w, struct gazelle *g, const char *dir, const char *id, const char *value, bool bare)
{
	char *folder = mem_printf("%s/evidence", dir), *path = mem_printf("%s/evidence/%s", dir, id), hex[DIGEST_HEX];
	int fd = open_file(g, id, value, bare);
	struct digest sum;
	bool here = false;
	struct stat sb;
	int64_t size;

	if (fd < 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))
		tell_problem(g, "tm_test_steps_data %s: its file %s is not in %s", id, value, g->files);
	else if (io_mkdirs(folder, 0700) || copy(&sum, &size, fd, path))
		tell_problem(g, "tm_test_steps_data %s: %s", id, status_message());
	else
		here = true;
	if (here) {
		digest_hex(hex, &sum);
		gz_name(w, "name", *value ? value : id);
		jsonw_str(w, "kind", "file");
		jsonw_str(w, "sha256", hex);
		jsonw_int(w, "size", size);
		jsonw_str(w, "file", path + strlen(dir) + 1);
	}
	if (fd >= 0)
		close(fd);
	mem_free(folder);
	mem_free(path);
	return here;
}
