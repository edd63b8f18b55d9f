/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_IO_H
#define VERDICT_BASE_IO_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

/*
 * Durable file operations. Every one first asks the fault hook, so that tests fail, shorten, or
 * kill the process at the k-th operation. Messages name the path. Any thread.
 */
enum io_op { IO_OPEN, IO_WRITE, IO_SYNC, IO_RENAME, IO_TRUNCATE, IO_UNLINK };

/* Hook: return 0 to go on, an errno to fail with, or -n to write only n bytes and then fail with
 * EIO. */
typedef int (*io_hook_cb)(enum io_op op, const char *path, size_t len, void *data);
void io_set_hook(io_hook_cb hook, void *data);

enum status io_open(int *fd_out, const char *path, int flags, mode_t mode);	/* adds O_CLOEXEC */
enum status io_open_regular(int *fd_out, const char *path);	/* to read; never waits for a FIFO's writer */
enum status io_write_all(int fd, const char *path, const void *ptr, size_t len);
enum status io_pwrite_all(int fd, const char *path, const void *ptr, size_t len, uint64_t offset);
enum status io_sync(int fd, const char *path);		/* fdatasync */
enum status io_sync_dir(const char *path); /* fsync of the directory that holds `path` */
enum status io_truncate(int fd, const char *path, uint64_t len);
enum status io_rename(const char *from, const char *to);	/* and syncs the directory */
/* Two folders or files of one disk change their names in one step, and the folder is synced. */
enum status io_exchange(const char *a, const char *b);
/* All that was written to the disk on which the folder lies: for many files at once. */
enum status io_sync_files(const char *folder);
enum status io_unlink(const char *path);		/* absent is fine */
enum status io_mkdirs(const char *path, mode_t mode);	/* with parents; existing is fine */
/* Whole file, at most `max` bytes (STATUS_LIMIT); STATUS_NOT_FOUND where absent. */
enum status io_read_file(struct buf *out, const char *path, size_t max);
/* Write beside, sync, rename: the old content or the new, never a mix. */
enum status io_replace_file(const char *path, const void *ptr, size_t len, mode_t mode);
/* Read exactly len bytes at offset; a short file is STATUS_INVALID. */
enum status io_pread_all(int fd, const char *path, void *ptr, size_t len, uint64_t offset);

uint32_t crc32c(uint32_t crc, const void *ptr, size_t len);	/* start with 0 */

#endif
