/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's log. Layer: hubd. Any thread. */
#include "verdict/hubd/note.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"

#define NOTE_BYTES (256u << 10)	/* more than any line can grow to */
#define VALUE_MAX 500

static const char *const levels[] = { "audit", "error", "warning", "info" };

void note_begin(struct note *n, enum note_level level, const char *event)
{
	char at[CLOCK_TEXT];

	buf_init(&n->line, NOTE_BYTES);
	clock_format_utc(at, clock_wall_ms());
	buf_printf(&n->line, "time=%s level=%s event=%s", at, levels[level], event);
}

void note_str(struct note *n, const char *key, const char *value)
{
	struct buf plain;

	if (!value)
		return;
	buf_init(&plain, 64 * VALUE_MAX);
	text_neutralise(&plain, value, strnlen(value, VALUE_MAX), true);
	buf_printf(&n->line, " %s=\"", key);
	for (const char *p = buf_str(&plain); *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(&n->line, '\\');
		buf_addc(&n->line, *p);
	}
	buf_addc(&n->line, '"');
	buf_done(&plain);
}

void note_int(struct note *n, const char *key, int64_t value)
{
	buf_printf(&n->line, " %s=%" PRId64, key, value);
}

void note_end(struct note *n)
{
	buf_addc(&n->line, '\n');
	if (n->line.len && write(STDERR_FILENO, n->line.ptr, n->line.len) < 0)
		n->line.len = 0;	/* nobody reads the log: not a reason to stop */
	buf_done(&n->line);
}

void note_line(enum note_level level, const char *event, const char *message)
{
	struct note n;

	note_begin(&n, level, event);
	note_str(&n, "message", message);
	note_end(&n);
}
