/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUBD_NOTE_H
#define VERDICT_HUBD_NOTE_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"

/*
 * A line of the hub's log, logfmt on stderr in one write: time, level, event, then what is added.
 * Values are quoted and their bytes neutralised, so that no stranger's text begins a line or a
 * field. No secret goes in. Begin, add, end. Any thread.
 */
enum note_level { NOTE_AUDIT, NOTE_ERROR, NOTE_WARNING, NOTE_INFO };
struct note { struct buf line; };
void note_begin(struct note *n, enum note_level level, const char *event);
void note_str(struct note *n, const char *key, const char *value);	/* NULL: left out */
void note_int(struct note *n, const char *key, int64_t value);
void note_end(struct note *n);
/* One sentence. */
void note_line(enum note_level level, const char *event, const char *message);

#endif
