/* SPDX-License-Identifier: Apache-2.0 */
/* When to give a reader up. Layer evidence; the owner's thread. The clock is the caller's. */
#include "patience.h"
#include <stdio.h>
#include <sys/stat.h>

#define NS_IN_MS 1000000ll
#define SIZE_MOST (1ull << 40)	/* more is not waited for */

static int64_t for_bytes(const struct patience *p, uint64_t bytes_a_second)
{
	uint64_t size = p->size + p->beside;

	size = size < SIZE_MOST ? size : SIZE_MOST;
	return (int64_t)(size * 1000 / bytes_a_second) * NS_IN_MS;
}

static int64_t silent_ns(const struct patience *p)
{
	return p->ms * NS_IN_MS + for_bytes(p, PATIENCE_SILENT);
}

static int64_t whole_ns(const struct patience *p)
{
	return p->ms * NS_IN_MS * PATIENCE_CALLS + for_bytes(p, PATIENCE_WORK);
}

void patience_document(struct patience *p, int fd, bool beside)
{
	struct stat st;
	uint64_t size = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;

	if (!beside)
		p->size = size;
	p->beside = beside ? size : 0;
}

void patience_begin(struct patience *p, int64_t now_ns)
{
	p->began_ns = p->heard_ns = now_ns;
}

void patience_heard(struct patience *p, int64_t now_ns)
{
	p->heard_ns = now_ns;
}

void patience_end(struct patience *p)
{
	p->began_ns = 0;
}

int64_t patience_left(const struct patience *p, int64_t now_ns)
{
	int64_t silent = p->heard_ns + silent_ns(p), whole = p->began_ns + whole_ns(p);
	int64_t until = silent < whole ? silent : whole;

	if (!p->began_ns)
		return INT64_MAX;
	return now_ns < until ? (until - now_ns + NS_IN_MS - 1) / NS_IN_MS : 0;
}

void patience_why(char *out, size_t max, const struct patience *p)
{
	bool silent = p->heard_ns + silent_ns(p) < p->began_ns + whole_ns(p);

	if (silent)
		snprintf(out, max, "took too long (nothing was heard for %lld ms)", (long long)(silent_ns(p) / NS_IN_MS));
	else
		snprintf(out, max, "took too long (still at work after %lld ms)", (long long)(whole_ns(p) / NS_IN_MS));
}
