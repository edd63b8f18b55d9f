/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_SOURCE_H
#define VERDICT_EVIDENCE_SOURCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

/*
 * The bytes of one document, at any size: whole in memory (or mapped, in the reader process), or read through
 * a window with pread(2), which no truncation of the file can turn into a signal. Owned by one thread.
 */
#define SOURCE_WINDOW (256 * 1024)	/* most that source_get() lends from a descriptor */
struct source {
	uint64_t size;
	const char *map;	/* NULL: through the window */
	bool mapped;		/* munmap at the end */
	bool failed;		/* a read came back short: the missing bytes show as NUL */
	int fd;			/* -1 without */
	char *window;
	uint64_t window_at;
	size_t window_len;
};

void source_mem(struct source *s, const void *ptr, size_t len);	/* borrowed */
enum status source_map(struct source *s, int fd);		/* fd stays yours and may be closed after */
enum status source_fd(struct source *s, int fd);		/* fd stays yours and must outlive it */
void source_done(struct source *s);
/* Borrow at most `len` bytes at `offset`, until the next call; *got_out is fewer only at the end or past the window. */
const char *source_get(size_t *got_out, struct source *s, uint64_t offset, size_t len);

#endif
