/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UI_WORDS_H
#define UI_WORDS_H
#include <stddef.h>
#include <stdint.h>
#include "verdict/model/instance.h"
#include "verdict/ui/canvas.h"

/* Small phrases that several views share. Inside layer ui; texts go into the caller's `out`, cut to fit. */
void words_size(char *out, size_t max, int64_t bytes);		/* "84 kB" */
void words_digest(char *out, size_t max, const struct digest *d, const struct canvas *c);	/* "9f2c41ab…" */
void words_day_time(char *out, size_t max, int64_t wall_ms, int tz_min);	/* "11-22 14:33" */
void words_waiting(char *out, size_t max, const struct queue_row *row, const struct canvas *c);
enum style style_of_status(enum ti_status s);
enum style style_of_outcome(enum outcome o);
enum glyph glyph_of_outcome(enum outcome o);
void draw_cursor_line(const struct area *a, int row);	/* the row under the cursor; colours that mean something stay */
const char *dot(const struct canvas *c);	/* " · " */

#endif
