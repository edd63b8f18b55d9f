/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_LOG_H
#define VERDICT_BASE_LOG_H

/* A log file and a ring of the last lines; every byte neutralised; never writes to the terminal.
 * Any thread. */
enum log_level { LOG_ERROR_, LOG_WARNING_, LOG_NOTE, LOG_TRACE };
int log_open(
	const char *path, enum log_level max); /* 0, or -1 with errno; without it only the ring */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_each(void (*cb)(const char *line, void *data), void *data);	/* the ring, oldest first */
/* Lines also go to `tell`, which neutralises by itself; NULL: no more. Set before any thread begins. */
void log_tell(void (*tell)(enum log_level level, const char *text));
void log_close(void);

#endif
