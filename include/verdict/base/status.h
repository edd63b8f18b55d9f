/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_STATUS_H
#define VERDICT_BASE_STATUS_H

/*
 * What a function that can fail returns. Zero is success; results come through leading `out`
 * parameters, written only on success. At most three expected codes per function; the rest is
 * STATUS_ERROR, STATUS_IO or STATUS_INVALID. Any thread.
 */
enum status {
	STATUS_OK = 0,
	STATUS_ERROR,		/* generic, see the message */
	STATUS_IO,		/* the operating system said no */
	STATUS_INVALID,		/* data from outside does not follow its format */
	STATUS_LIMIT,		/* a ceiling on size, depth or count was reached */
	STATUS_NOT_FOUND,
	STATUS_EXISTS,
	STATUS_CONFLICT,
	STATUS_AGAIN,
	STATUS_BUSY,		/* another process owns the resource */
	STATUS_OFFLINE,
	STATUS_DENIED,		/* a rule forbids it */
	STATUS_NEWER,		/* written by a newer version */
	STATUS_FULL,		/* no space left */
	STATUS_CORRUPT,		/* own data on disk are damaged */
	STATUS_CANCELLED,
	STATUS_USAGE,
	STATUS_COUNT
};

/* Printable name of a code, such as "not found". Never NULL. */
const char *status_name(enum status code);

/* Keep one line of detail for this thread and return `code`. Control bytes are neutralised. */
enum status status_set(enum status code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* As status_set(), with ": " and strerror(errno) appended; ENOSPC and EDQUOT become STATUS_FULL. */
enum status status_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The line kept last in this thread, or "". Borrowed until the next status_set(). */
const char *status_message(void);
void status_clear(void);

#endif
