/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_LINEEDIT_H
#define VERDICT_APP_LINEEDIT_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/app/key.h"
#include "verdict/base/buf.h"

/*
 * A line of text being edited, by clusters and words; used by the prompt and by forms. The text is the user's
 * UTF-8 without control characters. Keys: arrows, Home, End, Ctrl-A/E/B/F, Ctrl-Left/Right, Alt-b/f, Backspace,
 * Delete, Ctrl-D, Ctrl-W, Alt-d, Ctrl-U, Ctrl-K, Ctrl-Y. UI thread.
 */
struct lineedit {
	struct buf text;
	size_t cursor;		/* byte offset, always at a cluster's begin or the end */
	size_t max;		/* bytes */
	struct buf yank;
};
void lineedit_init(struct lineedit *le, size_t max);
void lineedit_done(struct lineedit *le);
void lineedit_set(struct lineedit *le, const char *text);	/* cursor at the end */
const char *lineedit_text(const struct lineedit *le);		/* never NULL */
void lineedit_insert(struct lineedit *le, const char *text, size_t len);	/* control bytes become blanks */
bool lineedit_key(struct lineedit *le, const struct key_event *ev);	/* true when used */

#endif
