/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log file and a ring of the last lines; each byte neutralised. Layer base; any thread, behind one
 * lock.
 */
#include "verdict/base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

#define RING 256
#define LINE_MAX_ 4096

static struct {
	pthread_mutex_t lock;
	int fd;
	_Atomic enum log_level max; /* read without the lock, so that a silent line costs nothing */
	char *ring[RING];
	void (*tell)(enum log_level level, const char *text);
	unsigned int next;
} the_log = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .max = LOG_NOTE };

int log_open(const char *path, enum log_level max)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -1;
	pthread_mutex_lock(&the_log.lock);
	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = fd;
	the_log.max = max;
	pthread_mutex_unlock(&the_log.lock);
	return 0;
}

/* Takes `line`. A log that cannot be written must not stop the program: the result is dropped. */
static void keep(char *line, size_t len)
{
	char *old;
	ssize_t n;

	pthread_mutex_lock(&the_log.lock);
	old = the_log.ring[the_log.next];
	if (the_log.fd >= 0) {
		line[len] = '\n';
		n = write(the_log.fd, line, len + 1);
		(void)n;
	}
	line[len] = '\0';
	the_log.ring[the_log.next] = line;
	the_log.next = (the_log.next + 1) % RING;
	pthread_mutex_unlock(&the_log.lock);
	mem_free(old);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = { "error", "warning", "note", "trace" };
	char raw[LINE_MAX_], when[CLOCK_TEXT];
	int err = errno;
	struct buf b;
	size_t len;
	va_list ap;

	if ((unsigned int)level > LOG_TRACE || level > the_log.max)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (the_log.tell)
		the_log.tell(level, raw);
	clock_format_utc(when, clock_wall_ms());
	buf_init(&b, LINE_MAX_ * 8);
	buf_printf(&b, "%s %s ", when, names[level]);
	text_neutralise(&b, raw, strlen(raw), false);
	len = b.len;
	keep(buf_take(&b), len);
	errno = err;
}

void log_tell(void (*tell)(enum log_level level, const char *text))
{
	the_log.tell = tell;
}

void log_each(void (*cb)(const char *line, void *data), void *data)
{
	unsigned int i, at;

	pthread_mutex_lock(&the_log.lock);
	for (i = 0; i < RING; i++) {
		at = (the_log.next + i) % RING;
		if (the_log.ring[at])
			cb(the_log.ring[at], data);
	}
	pthread_mutex_unlock(&the_log.lock);
}

void log_close(void)
{
	unsigned int i;

	pthread_mutex_lock(&the_log.lock);
	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = -1;
	for (i = 0; i < RING; i++) {
		mem_free(the_log.ring[i]);
		the_log.ring[i] = NULL;
	}
	the_log.next = 0;
	pthread_mutex_unlock(&the_log.lock);
}
