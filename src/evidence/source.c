/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of one document: in memory, mapped, or through a pread window. Layer evidence; owned by one thread.
 * The reader process maps (its SIGBUS handler copes with a file that shrinks); the console only preads.
 */
#include "verdict/evidence/source.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/mem.h"

void source_mem(struct source *s, const void *ptr, size_t len)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->map = ptr ? ptr : "";
	s->size = len;
}

static enum status regular_size(uint64_t *size_out, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return status_errno("evidence could not be read");
	if (!S_ISREG(st.st_mode))
		return status_set(STATUS_INVALID, "evidence is not a regular file");
	*size_out = (uint64_t)st.st_size;
	return STATUS_OK;
}

enum status source_map(struct source *s, int fd)
{
	uint64_t size;
	enum status rc = regular_size(&size, fd);
	void *p;

	if (rc != STATUS_OK)
		return rc;
	source_mem(s, NULL, 0);
	if (size == 0)
		return STATUS_OK;
	if (size > SIZE_MAX / 2)
		return status_set(STATUS_LIMIT, "evidence is too large to map");
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return status_errno("evidence could not be mapped");
	s->map = p;
	s->size = size;
	s->mapped = true;
	return STATUS_OK;
}

enum status source_fd(struct source *s, int fd)
{
	uint64_t size;
	enum status rc = regular_size(&size, fd);

	if (rc != STATUS_OK)
		return rc;
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->size = size;
	return STATUS_OK;
}

void source_done(struct source *s)
{
	if (s->mapped)
		munmap((void *)(uintptr_t)s->map, (size_t)s->size);
	mem_free(s->window);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

static void fill_window(struct source *s, uint64_t offset, size_t want)
{
	size_t done = 0;

	if (!s->window)
		s->window = mem_alloc(SOURCE_WINDOW);
	while (done < want) {
		ssize_t n = pread(s->fd, s->window + done, want - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done < want) {	/* shortened under us, or an error of the disk */
		memset(s->window + done, 0, want - done);
		s->failed = true;
	}
	s->window_at = offset;
	s->window_len = want;
}

const char *source_get(size_t *got_out, struct source *s, uint64_t offset, size_t len)
{
	uint64_t start;

	*got_out = 0;
	if (offset >= s->size)
		return "";
	if (len > s->size - offset)
		len = (size_t)(s->size - offset);
	if (s->map) {
		*got_out = len;
		return s->map + offset;
	}
	if (len > SOURCE_WINDOW / 2)
		len = SOURCE_WINDOW / 2;
	if (!s->window || offset < s->window_at || offset + len > s->window_at + s->window_len) {
		/* one window forward, a little before it: rows are read in order, mostly downwards */
		start = offset > 4096 ? (offset - 4096) & ~(uint64_t)4095 : 0;
		fill_window(s, start, s->size - start < SOURCE_WINDOW ? (size_t)(s->size - start) : SOURCE_WINDOW);
	}
	*got_out = len;
	return s->window + (offset - s->window_at);
}
