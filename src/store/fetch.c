/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of evidence that come in pieces, and which ones to fetch. The digest is reckoned while pieces arrive, so
 * the last one costs no more than the others; after a restart what is here is read once. Store layer; the thread
 * that opened the store.
 */
#include "verdict/store/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store_priv.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/gather.h"

#define LOOK_MAX 4000		/* items of the queue that are looked at */
#define CHUNK 262144

/* The part that grows now. */
struct fetching {
	struct digest sha256;
	uint64_t have;
	struct sha256 ctx;
};

/* What bundles brought of a body behind what is missing, beside its part. */
struct gap {
	struct digest sha256;
	struct gather *g;
};

/* TIs that are mine first, then those that wait; a body that several of them share comes once for each. */
static const char sql_mine[] = "SELECT e.sha256, e.size, e.url FROM ti JOIN evidence e ON e.ti = ti.key "
	"WHERE ti.flags & 4 AND ti.rank <= ?1 ORDER BY ti.rank, ti.since, e.n LIMIT ?2";
static const char sql_queue[] = "SELECT e.sha256, e.size, e.url FROM ti JOIN evidence e ON e.ti = ti.key "
	"WHERE ti.rank <= ?1 ORDER BY ti.rank, ti.since, ti.place, e.n LIMIT ?2";
static const char sql_size[] = "SELECT size FROM evidence WHERE sha256 = ?1 LIMIT 1";

static void part_path(struct buf *out, struct store *st, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	buf_reset(out);
	buf_printf(out, "%s/blobs/part/%s", st->dir, hex);
}

static uint64_t part_size(struct store *st, const struct digest *d)
{
	struct buf path;
	struct stat sb;
	uint64_t size = 0;

	buf_init(&path, 8192);
	part_path(&path, st, d);
	if (lstat(buf_str(&path), &sb) == 0 && S_ISREG(sb.st_mode))
		size = (uint64_t)sb.st_size;
	buf_done(&path);
	return size;
}

/* ---- what to fetch ---- */

struct wants { VEC(struct evidence_want) list; uint64_t left; };

static bool listed(const struct wants *w, const struct digest *d)
{
	for (size_t i = 0; i < w->list.len; i++)
		if (digest_equal(&w->list.at[i].sha256, d))
			return true;
	return false;
}

static enum status look(struct wants *w, struct store *st, const char *sql)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int(s, 1, RANK_WAITING);
	sqlite3_bind_int(s, 2, LOOK_MAX);
	while (w->left && (code = sql_row(st, s)) == STATUS_OK) {
		struct evidence_want e = { .size = (uint64_t)sqlite3_column_int64(s, 1) };

		if (!sql_digest(&e.sha256, s, 0) || e.size > w->left || listed(w, &e.sha256) || blob_here(st, &e.sha256) ||
			link_is(&e.sha256, (int64_t)e.size, (const char *)sqlite3_column_text(s, 2)))
			continue;
		e.have = part_size(st, &e.sha256);
		w->left -= e.size;
		vec_push(&w->list, e);
	}
	sqlite3_reset(s);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status store_evidence_wanted(struct evidence_want **out, size_t *n_out, struct arena *a, struct store *st,
	uint64_t budget)
{
	struct wants w = { .left = budget };
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = look(&w, st, sql_mine);
	if (code == STATUS_OK)
		code = look(&w, st, sql_queue);
	if (code == STATUS_OK) {
		*n_out = w.list.len;
		*out = arena_dup(a, w.list.at, w.list.len * sizeof(**out));
	}
	vec_done(&w.list);
	return code;
}

enum status store_evidence_want(struct evidence_want *out, struct store *st, const struct digest *sha256)
{
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_size);
	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, sha256);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		out->sha256 = *sha256;
		out->size = (uint64_t)sqlite3_column_int64(s, 0);
		out->have = blob_here(st, sha256) ? out->size : part_size(st, sha256);
		sqlite3_reset(s);
	} else if (code == STATUS_NOT_FOUND) {
		code = status_set(STATUS_NOT_FOUND, "no evidence of this event has that digest");
	}
	return code;
}

/* ---- a piece ---- */

/* Reckon what is here already, after a restart or another body. */
static enum status read_part(struct fetching *f, int fd, const char *path)
{
	char *chunk = mem_alloc(CHUNK);
	enum status code = STATUS_OK;
	ssize_t n;

	crypto_init();
	sha256_begin(&f->ctx);
	f->have = 0;
	while ((n = pread(fd, chunk, CHUNK, (off_t)f->have)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			code = status_errno("%s: read", path);
			break;
		}
		sha256_add(&f->ctx, chunk, (size_t)n);
		f->have += (uint64_t)n;
	}
	mem_free(chunk);
	return code;
}

static enum status open_part(int *fd_out, struct store *st, const struct digest *d, const char *path)
{
	char *folder = store_path(st, "blobs/part");
	enum status code = io_mkdirs(folder, 0700);
	int fd = -1;

	if (code == STATUS_OK)
		code = io_open(&fd, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (code == STATUS_OK && (!st->fetching || !digest_equal(&st->fetching->sha256, d))) {
		if (!st->fetching)
			st->fetching = mem_zalloc(sizeof(*st->fetching));
		st->fetching->sha256 = *d;
		code = read_part(st->fetching, fd, path);
	}
	if (code == STATUS_OK)
		*fd_out = fd;
	else if (fd >= 0)
		close(fd);
	mem_free(folder);
	return code;
}

void fetching_forget(struct store *st)
{
	mem_free(st->fetching);
	st->fetching = NULL;
}

static enum status finish(struct store *st, const struct digest *want, int fd, const char *path)
{
	struct digest found = sha256_end(&st->fetching->ctx);
	enum status code;

	fetching_forget(st);
	if (!digest_equal(&found, want)) {
		io_unlink(path);
		return status_set(STATUS_CORRUPT, "the body that came does not have the digest that was told; it was thrown away");
	}
	code = io_sync(fd, path);
	return code == STATUS_OK ? blob_place(st, path, want) : code;
}

static enum status append(bool *here_out, struct store *st, const struct evidence_want *want, int fd, const char *path,
	const void *ptr, size_t len)
{
	struct fetching *f = st->fetching;
	enum status code = io_pwrite_all(fd, path, ptr, len, f->have);

	if (code != STATUS_OK) {	/* what was written of it nobody knows: read it again */
		fetching_forget(st);
		return code;
	}
	sha256_add(&f->ctx, ptr, len);
	f->have += len;
	*here_out = f->have == want->size;
	return *here_out ? finish(st, &want->sha256, fd, path) : STATUS_OK;
}

/* ---- pieces that a damaged bundle brought, behind a gap ---- */

void gap_close(struct store *st)
{
	if (st->gap && gather_close(st->gap->g) != STATUS_OK)
		status_clear();		/* less is kept: it comes again */
	mem_free(st->gap);
	st->gap = NULL;
}

/* What is kept of it, open in st->gap; STATUS_NOT_FOUND: nothing, and `make` is false. */
static enum status gap_open(struct store *st, const struct evidence_want *want, bool make)
{
	struct gather *g = NULL;
	struct buf path;
	enum status code = STATUS_OK;

	if (st->gap && digest_equal(&st->gap->sha256, &want->sha256))
		return STATUS_OK;
	buf_init(&path, 8192);
	part_path(&path, st, &want->sha256);
	buf_adds(&path, ".kept");
	if (!make && !gather_kept(buf_str(&path)))
		code = STATUS_NOT_FOUND;
	if (code == STATUS_OK) {
		gap_close(st);
		code = gather_open(&g, buf_str(&path), &want->sha256, want->size);
	}
	if (code == STATUS_OK) {
		st->gap = mem_zalloc(sizeof(*st->gap));
		st->gap->sha256 = want->sha256;
		st->gap->g = g;
	}
	buf_done(&path);
	return code;
}

static void gap_forget(struct store *st, const struct digest *d)
{
	struct buf path;

	if (st->gap && digest_equal(&st->gap->sha256, d))
		gap_close(st);
	buf_init(&path, 8192);
	part_path(&path, st, d);
	buf_adds(&path, ".kept");
	if (gather_kept(buf_str(&path)))
		gather_forget(buf_str(&path));
	buf_done(&path);
}

enum status store_evidence_gap(struct store *st, const struct evidence_want *want, uint64_t offset, const void *ptr,
	size_t len)
{
	char *folder = store_path(st, "blobs/part");
	enum status code = io_mkdirs(folder, 0700);

	if (code == STATUS_OK)
		code = gap_open(st, want, true);
	if (code == STATUS_OK)
		code = gather_add(st->gap->g, offset, ptr, len);
	mem_free(folder);
	return code;
}

void store_evidence_settle(struct store *st)
{
	gap_close(st);
}

/* With the part open: what was kept of it and follows. */
static enum status take_kept(bool *here_out, struct store *st, const struct evidence_want *want, int fd, const char *path)
{
	enum status code = gap_open(st, want, false);
	char *chunk = NULL;
	size_t n = 1;

	if (code != STATUS_OK) {	/* none, or somebody has it: what is missing comes as it would have */
		status_clear();
		return STATUS_OK;
	}
	chunk = mem_alloc(CHUNK);
	while (code == STATUS_OK && n && !*here_out) {
		code = gather_read(&n, st->gap->g, st->fetching->have, chunk, CHUNK);
		if (code == STATUS_OK && n)
			code = append(here_out, st, want, fd, path, chunk, n);
	}
	mem_free(chunk);
	return code;
}

enum status store_evidence_piece(bool *here_out, struct store *st, const struct evidence_want *want, uint64_t offset,
	const void *ptr, size_t len)
{
	struct buf path;
	enum status code = store_ready(st);
	int fd = -1;

	*here_out = false;
	if (code != STATUS_OK)
		return code;
	if (offset > want->size || len > want->size - offset)
		return status_set(STATUS_LIMIT, "the body is longer than the event says");
	if (blob_here(st, &want->sha256)) {
		*here_out = true;
		return STATUS_OK;
	}
	buf_init(&path, 8192);
	part_path(&path, st, &want->sha256);
	code = open_part(&fd, st, &want->sha256, buf_str(&path));
	if (code == STATUS_OK && st->fetching->have != offset)
		code = status_set(STATUS_CONFLICT, "the part here ends elsewhere");
	if (code == STATUS_OK)
		code = append(here_out, st, want, fd, buf_str(&path), ptr, len);
	if (code == STATUS_OK && !*here_out)
		code = take_kept(here_out, st, want, fd, buf_str(&path));
	if (*here_out || code == STATUS_CORRUPT)
		gap_forget(st, &want->sha256);
	if (fd >= 0)
		close(fd);
	buf_done(&path);
	return code;
}
