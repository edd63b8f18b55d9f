/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of evidence from pieces in any order (gather.h). Layer: proto. One thread; processes keep each other out by a
 * lock on the file.
 */
#include "verdict/proto/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/crypto.h"

#define PLACES_MAX 4096		/* stretches between which something is missing */
#define MAP_MAX ((PLACES_MAX + 1) * 44)
#define CHUNK (256u << 10)
#define SIZE_CEILING (UINT64_C(1) << 42)	/* no evidence is that long; a file system may not take a piece there */

struct stretch { uint64_t from, to; };	/* to: behind it */

struct gather {
	char *path, *map;
	int fd;
	struct digest want;
	uint64_t size;
	VEC(struct stretch) have;	/* in order, parted by at least a byte */
	bool changed;			/* since the map was written */
	struct sha256 sum;		/* of the first `summed` bytes */
	uint64_t summed;
};

static char *map_path(const char *path)
{
	return mem_printf("%s.map", path);
}

/* ---- what is there ---- */

/* Index of the first stretch that ends at `at` or behind. */
static size_t stretch_at(const struct gather *g, uint64_t at)
{
	size_t low = 0, high = g->have.len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (g->have.at[middle].to < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* False: it would be one stretch too many. */
static bool add_stretch(struct gather *g, uint64_t from, uint64_t to)
{
	size_t first = stretch_at(g, from), end = first;
	struct stretch s = { from, to };

	for (; end < g->have.len && g->have.at[end].from <= to; end++) {
		s.from = g->have.at[end].from < s.from ? g->have.at[end].from : s.from;
		s.to = g->have.at[end].to > s.to ? g->have.at[end].to : s.to;
	}
	if (end == first && g->have.len >= PLACES_MAX)
		return false;
	if (end == first) {
		vec_push(&g->have, s);
		for (size_t i = g->have.len - 1; i > first; i--)
			g->have.at[i] = g->have.at[i - 1];
	} else {
		for (size_t i = end; i < g->have.len; i++)
			g->have.at[first + 1 + i - end] = g->have.at[i];
		g->have.len -= end - first - 1;
	}
	g->have.at[first] = s;
	return true;
}

uint64_t gather_have(const struct gather *g)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->have.len; i++)
		n += g->have.at[i].to - g->have.at[i].from;
	return n;
}

bool gather_whole(const struct gather *g)
{
	return g->size == 0 || (g->have.len == 1 && g->have.at[0].from == 0 && g->have.at[0].to == g->size);
}

/* ---- the map ---- */

static bool number(uint64_t *out, const char **at, char end)
{
	char *stop;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*out = strtoull(*at, &stop, 10);
	if (errno || *stop != end)
		return false;
	*at = stop + 1;
	return true;
}

/* "SIZE\n", then "FROM TO\n" in order. Anything else is nothing. */
static bool read_map(struct gather *g, const char *text)
{
	uint64_t size, from, to, last = 0;

	if (!number(&size, &text, '\n') || size != g->size)
		return false;
	while (*text) {
		if (!number(&from, &text, ' ') || !number(&to, &text, '\n') || from >= to || to > size ||
		    (g->have.len && from <= last) || !add_stretch(g, from, to))
			return false;
		last = to;
	}
	return true;
}

static enum status load(struct gather *g)
{
	struct buf b;
	enum status st;

	buf_init(&b, MAP_MAX + 1);
	st = io_read_file(&b, g->map, MAP_MAX);
	if (st || !read_map(g, buf_str(&b))) {	/* begin anew, also where somebody told another size */
		g->have.len = 0;
		status_clear();
		st = io_truncate(g->fd, g->path, 0);
	}
	buf_done(&b);
	return st;
}

static enum status save(struct gather *g)
{
	struct buf b;
	enum status st = io_sync(g->fd, g->path);

	buf_init(&b, MAP_MAX + 1);
	buf_printf(&b, "%llu\n", (unsigned long long)g->size);
	for (size_t i = 0; i < g->have.len; i++)
		buf_printf(&b, "%llu %llu\n", (unsigned long long)g->have.at[i].from, (unsigned long long)g->have.at[i].to);
	if (!st)
		st = b.err ? b.err : io_replace_file(g->map, b.ptr, b.len, 0600);
	buf_done(&b);
	return st;
}

bool gather_kept(const char *path)
{
	char *map = map_path(path);
	bool kept = access(map, F_OK) == 0;

	mem_free(map);
	return kept;
}

void gather_forget(const char *path)
{
	char *map = map_path(path);

	(void)unlink(map);
	(void)unlink(path);
	mem_free(map);
}

/* ---- open, close ---- */

/* Whoever had it before may have finished it meanwhile: the file that is locked must still be the one of that name. */
static enum status lock_it(const struct gather *g)
{
	struct stat mine, named;

	if (flock(g->fd, LOCK_EX | LOCK_NB) != 0 || fstat(g->fd, &mine) != 0 || lstat(g->path, &named) != 0 ||
	    mine.st_ino != named.st_ino || mine.st_dev != named.st_dev)
		return status_set(STATUS_BUSY, "this evidence is being taken from elsewhere");
	return S_ISREG(mine.st_mode) ? STATUS_OK : status_set(STATUS_IO, "%s: not a plain file", g->path);
}

enum status gather_open(struct gather **out, const char *path, const struct digest *want, uint64_t size)
{
	struct gather *g;
	enum status st;

	if (size > SIZE_CEILING)
		return status_set(STATUS_LIMIT, "evidence of %llu bytes", (unsigned long long)size);
	g = mem_zalloc(sizeof(*g));
	crypto_init();
	g->path = mem_strdup(path);
	g->map = map_path(path);
	g->want = *want;
	g->size = size;
	sha256_begin(&g->sum);
	st = io_open(&g->fd, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (st)
		g->fd = -1;
	else
		st = lock_it(g);
	if (!st)
		st = load(g);
	if (st)
		(void)gather_close(g);
	else
		*out = g;
	return st;
}

enum status gather_close(struct gather *g)
{
	enum status st = STATUS_OK;

	if (!g)
		return STATUS_OK;
	if (g->fd >= 0 && g->changed)
		st = save(g);
	if (g->fd >= 0)
		close(g->fd);
	vec_done(&g->have);
	mem_free(g->path);
	mem_free(g->map);
	mem_free(g);
	return st;
}

/* ---- pieces ---- */

/* The digest is reckoned while pieces come in order; one that replaces an earlier one begins it anew. */
static void sum_piece(struct gather *g, uint64_t offset, const void *ptr, size_t len)
{
	if (offset < g->summed) {
		sha256_begin(&g->sum);
		g->summed = 0;
	}
	if (offset != g->summed)
		return;
	sha256_add(&g->sum, ptr, len);
	g->summed += len;
}

enum status gather_add(struct gather *g, uint64_t offset, const void *ptr, size_t len)
{
	enum status st;

	if (offset > g->size || len > g->size - offset)
		return status_set(STATUS_LIMIT, "a piece beyond the end of its evidence");
	if (len == 0)
		return STATUS_OK;
	st = io_pwrite_all(g->fd, g->path, ptr, len, offset);
	if (st == STATUS_IO && errno == EFBIG)
		return status_set(STATUS_LIMIT, "no file here may be as long as that evidence");
	if (st)
		return st;
	sum_piece(g, offset, ptr, len);
	g->changed = true;
	return add_stretch(g, offset, offset + len) ? STATUS_OK
		: status_set(STATUS_LIMIT, "evidence in more than %d stretches", PLACES_MAX);
}

static enum status sum_rest(struct gather *g)
{
	char *chunk = g->summed < g->size ? mem_alloc(CHUNK) : NULL;
	enum status st = STATUS_OK;

	while (!st && g->summed < g->size) {
		size_t n = g->size - g->summed < CHUNK ? (size_t)(g->size - g->summed) : CHUNK;

		st = io_pread_all(g->fd, g->path, chunk, n, g->summed);
		if (!st)
			sum_piece(g, g->summed, chunk, n);
	}
	mem_free(chunk);
	return st;
}

enum status gather_finish(struct gather *g, const char *to)
{
	enum status st = sum_rest(g);
	struct digest found;

	if (st)
		return st;
	found = sha256_end(&g->sum);
	sha256_begin(&g->sum);
	g->summed = 0;
	if (!digest_equal(&found, &g->want)) {
		g->have.len = 0;
		g->changed = false;
		gather_forget(g->path);
		return STATUS_CORRUPT;
	}
	st = io_truncate(g->fd, g->path, g->size);
	if (!st)
		st = io_sync(g->fd, g->path);
	if (!st)
		st = io_rename(g->path, to);
	if (!st) {
		g->changed = false;
		(void)unlink(g->map);
	}
	return st;
}

enum status gather_read(size_t *n_out, struct gather *g, uint64_t offset, void *ptr, size_t max)
{
	size_t i = stretch_at(g, offset + 1);
	uint64_t n = 0;

	if (offset < g->size && i < g->have.len && g->have.at[i].from <= offset)
		n = g->have.at[i].to - offset;
	*n_out = n < max ? (size_t)n : max;
	return *n_out ? io_pread_all(g->fd, g->path, ptr, *n_out, offset) : STATUS_OK;
}
