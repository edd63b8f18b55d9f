/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of an event pack: members below one folder, plain or compressed, paths that a pack may hold, and the
 * archive a pack may come in. Pack layer; any thread.
 */
#ifndef VERDICT_PACK_FILE_H
#define VERDICT_PACK_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

/* Ceilings of verdict-pack(5) that concern bytes and paths. */
#define PACK_NAME_MAX 1024
#define PACK_BODY_MAX (INT64_C(4) << 30)
#define PACK_MEMBERS_MAX 2000000
#define PACK_UNPACKED_MAX (INT64_C(64) << 30)

/* Somebody who wants every plain byte of the members that are read, such as a copy that is kept. */
struct pack_tee {
	void (*begin)(void *data, const char *name);	/* a new member */
	void (*add)(void *data, const void *ptr, size_t len);
	void (*end)(void *data);
	void *data;
};

struct pack_file {
	int fd;
	char *name;		/* member as opened, "instances.ndjson" */
	void *inflate;		/* ZSTD_DStream, NULL for a plain file */
	char *raw; size_t raw_len, raw_at;	/* compressed bytes */
	char *buf; size_t cap, at, len;		/* plain bytes not yet handed out: buf[at..len) */
	bool end, middle;	/* middle: within a compressed frame */
	/* Of a plain file that is still being written: waits for more; STATUS_NOT_FOUND: it is whole. NULL: it is. */
	enum status (*more)(void *data);
	void *more_data;
	uint64_t bytes, size;	/* read from disk so far, and in all */
	const struct pack_tee *tee;	/* may be NULL */
};
/* Open NAME, or NAME.zst, in the pack's folder; `tee` may be NULL. STATUS_NOT_FOUND without either. */
enum status pack_open(struct pack_file *f, int dir_fd, const char *name, const struct pack_tee *tee);
void pack_close(struct pack_file *f);
/* All of it, at most `max` bytes, with one writable byte behind; borrowed until pack_close(). */
enum status pack_all(char **text_out, size_t *len_out, struct pack_file *f, size_t max);
/* Next line without its end, likewise borrowed until the next call. STATUS_NOT_FOUND at the end. */
enum status pack_line(char **text_out, size_t *len_out, struct pack_file *f, size_t max);
/* Open a regular file by a relative path below dir_fd, never through a link. STATUS_NOT_FOUND. */
enum status pack_open_beneath(int *fd_out, int dir_fd, const char *path);
/* A path a pack may hold: relative, no empty, "." or ".." parts. */
bool pack_path_ok(const char *path);

/* Unpack a tar archive, plain or zstd, below `dir`, which exists; `tick` (may be NULL) can end it. */
enum status pack_unpack(const char *archive, const char *dir, enum status (*tick)(void *data, uint64_t done, uint64_t total),
	void *data);
/* Write such an archive. pack_writer_close() is due also after a failure, which it gets; the file is then removed. */
struct pack_writer;
enum status pack_writer_open(struct pack_writer **out, const char *path);
enum status pack_writer_add(struct pack_writer *w, const char *name, const void *ptr, size_t len);
enum status pack_writer_copy(struct pack_writer *w, const char *name, int fd);	/* a plain file, whole */
enum status pack_writer_close(struct pack_writer *w, enum status code);
/* Remove a folder with what is in it; absent is fine. */
void pack_remove(const char *dir);

#endif
