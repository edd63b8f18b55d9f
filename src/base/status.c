/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status codes, their printable names, and the one line of detail each thread keeps. Layer base;
 * any thread.
 */
#include "verdict/base/status.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/text.h"

#define MESSAGE_MAX 1024

static _Thread_local char message[MESSAGE_MAX];

static const char *const names[STATUS_COUNT] = {
	[STATUS_OK] = "ok",
	[STATUS_ERROR] = "error",
	[STATUS_IO] = "input/output error",
	[STATUS_INVALID] = "invalid data",
	[STATUS_LIMIT] = "limit reached",
	[STATUS_NOT_FOUND] = "not found",
	[STATUS_EXISTS] = "exists already",
	[STATUS_CONFLICT] = "conflict",
	[STATUS_AGAIN] = "try again",
	[STATUS_BUSY] = "busy",
	[STATUS_OFFLINE] = "offline",
	[STATUS_DENIED] = "not allowed",
	[STATUS_NEWER] = "written by a newer version",
	[STATUS_FULL] = "no space left",
	[STATUS_CORRUPT] = "damaged data",
	[STATUS_CANCELLED] = "cancelled",
	[STATUS_USAGE] = "wrong usage",
};

const char *status_name(enum status code)
{
	if ((unsigned int)code >= STATUS_COUNT)
		return "unknown status";
	return names[code];
}

/* Messages quote names from files and the wire, and end on stderr: no raw byte passes. */
static void keep(const char *raw)
{
	struct text_cluster c;
	size_t n = strlen(raw), at = 0, used = 0;

	while (at < n) {
		text_next(&c, raw + at, n - at);
		if (used + c.len >= sizeof(message))
			break;
		memcpy(message + used, c.bytes, c.len);
		used += c.len;
		at += c.taken;
	}
	message[used] = '\0';
}

/* The arguments may point into `message` itself: a caller that adds context to the line before. */
enum status status_set(enum status code, const char *fmt, ...)
{
	char raw[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	keep(raw);
	return code;
}

enum status status_errno(const char *fmt, ...)
{
	int err = errno;
	char raw[MESSAGE_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n > sizeof(raw) - 128) /* the reason is worth more than the end of a path */
		n = (int)sizeof(raw) - 128;
	snprintf(raw + n, sizeof(raw) - (size_t)n, ": %s", strerror(err));
	keep(raw);
	errno = err;
	return err == ENOSPC || err == EDQUOT ? STATUS_FULL : STATUS_IO;
}

const char *status_message(void)
{
	return message;
}

void status_clear(void)
{
	message[0] = '\0';
}
