/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SSH_SFTP_WIRE_H
#define SSH_SFTP_WIRE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

/*
 * SFTP version 3 (draft-ietf-secsh-filexfer-02) as far as a drop needs it: packets written, answers read. The server
 * is a stranger: nothing is believed of lengths, counts and names. Any thread.
 */
#define SFTP_PACKET_MAX (256u << 10)
#define SFTP_HANDLE_MAX 256

enum sftp_type {
	SFTP_INIT = 1, SFTP_VERSION = 2, SFTP_OPEN = 3, SFTP_CLOSE = 4, SFTP_READ = 5, SFTP_WRITE = 6, SFTP_OPENDIR = 11,
	SFTP_READDIR = 12, SFTP_REMOVE = 13, SFTP_MKDIR = 14, SFTP_STAT = 17, SFTP_RENAME = 18, SFTP_EXTENDED = 200,
	SFTP_STATUS = 101, SFTP_HANDLE = 102, SFTP_DATA = 103, SFTP_NAME = 104, SFTP_ATTRS = 105
};
enum sftp_status { SFTP_OK = 0, SFTP_EOF = 1, SFTP_NO_SUCH_FILE = 2, SFTP_PERMISSION_DENIED = 3, SFTP_FAILURE = 4 };
enum { SFTP_FLAG_READ = 1, SFTP_FLAG_WRITE = 2, SFTP_FLAG_CREATE = 8, SFTP_FLAG_TRUNCATE = 16 };

struct sftp_bytes { const char *ptr; size_t len, at; bool bad; };
struct sftp_reply {
	enum sftp_type type;
	uint32_t id;
	uint32_t status;		/* STATUS; VERSION: the version */
	const char *data; size_t len;	/* HANDLE, DATA; borrowed */
	uint64_t size; bool has_size, is_file;	/* ATTRS */
	uint32_t count;			/* NAME: entries that follow */
	struct sftp_bytes rest;		/* of NAME */
	bool posix_rename;		/* VERSION */
};
/* A packet behind its length; STATUS_INVALID. */
enum status sftp_reply_get(struct sftp_reply *out, const char *p, size_t n);
struct sftp_name { const char *name; size_t len; uint64_t size; bool has_size, is_file; };
/* The next entry of a NAME: STATUS_NOT_FOUND at the end, STATUS_INVALID. Its name is any bytes. */
enum status sftp_name_next(struct sftp_name *out, struct sftp_reply *r);

/* A packet grows between these two; numbers are big endian. */
size_t sftp_begin(struct buf *out, enum sftp_type type);
void sftp_end(struct buf *out, size_t start);
void sftp_u32(struct buf *out, uint32_t v);
void sftp_u64(struct buf *out, uint64_t v);
void sftp_string(struct buf *out, const void *ptr, size_t len);

#endif
