/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_EDITOR_H
#define VERDICT_APP_EDITOR_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/buf.h"

/*
 * A small editor of several lines: the reason of a verdict, a comment. Text is always valid UTF-8 without
 * control bytes but the line end, whatever was pasted. Lines are wrapped at `width` cells; what the cursor
 * steps over is a cluster, never half a character. UI thread.
 */
struct editor {
	struct buf text;
	size_t cursor;		/* byte offset, at a cluster's edge */
	size_t max;		/* bytes at most */
	int column;		/* wanted by up and down, -1 none */
};
enum edit_op {
	EDIT_LEFT, EDIT_RIGHT, EDIT_WORD_LEFT, EDIT_WORD_RIGHT, EDIT_UP, EDIT_DOWN, EDIT_HOME, EDIT_END,
	EDIT_BACKSPACE, EDIT_DELETE, EDIT_WORD_BACK, EDIT_KILL_LINE, EDIT_KILL_ALL, EDIT_NEWLINE,
	EDIT_FIRST, EDIT_LAST
};

void editor_init(struct editor *e, size_t max);
void editor_done(struct editor *e);
void editor_set(struct editor *e, const char *text);	/* cursor at the end; NULL is "" */
const char *editor_text(struct editor *e);		/* borrowed */
/* Insert at the cursor; control bytes and broken UTF-8 stay out. False when it does not fit (nothing inserted). */
bool editor_insert(struct editor *e, const char *p, size_t n);
/* False when there was nothing to do, such as EDIT_UP in the first line. */
bool editor_do(struct editor *e, enum edit_op op, int width);

struct editor_line { size_t begin, len; };	/* without its line end */
/* The wrapped line `n` (from 0) of any text; false past the end. An empty text has one empty line. */
bool wrap_line(struct editor_line *out, const char *text, size_t len, int width, int n);
int wrap_count(const char *text, size_t len, int width);
/* Where the cursor stands in the wrapped text. */
void editor_place(int *row, int *col, const struct editor *e, int width);

#endif
