/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_TERM_H
#define VERDICT_UI_TERM_H
#include <stdbool.h>
#include "verdict/base/status.h"
#include "verdict/ui/canvas.h"

/* Back ends: curses (the one file that includes it) and null, of fixed size, for scripts and tests. UI thread. */
enum key_code {		/* beyond Unicode scalar values */
	KEY_CODE_BASE = 0x200000, K_UP, K_DOWN, K_LEFT, K_RIGHT, K_PGUP, K_PGDN, K_HOME, K_END, K_TAB, K_BACKTAB,
	K_ENTER, K_ESC, K_BACKSPACE, K_DELETE, K_INSERT, K_F1, K_F12 = K_F1 + 11, K_MOUSE, K_WHEEL_UP,
	K_WHEEL_DOWN, K_RESIZE, K_SHIFT_UP, K_SHIFT_DOWN
};
#define K_CTRL(c) ((c) & 0x1f)
struct key_event {
	int key;		/* Unicode scalar or enum key_code */
	char text[8];		/* UTF-8 of a character, else "" */
	bool alt;
	int row, col;		/* of a mouse event */
};

struct term;
struct term_ops {
	const char *name;
	enum status (*open)(struct term *t);
	void (*close)(struct term *t);			/* restores the terminal; safe twice */
	int (*fd)(struct term *t);			/* to watch for input, -1 none */
	bool (*read_key)(struct term *t, struct key_event *out);	/* false when none waits */
	void (*flush_input)(struct term *t);		/* forget what was typed and not read */
	void (*size)(struct term *t, int *rows, int *cols);
	void (*show)(struct term *t, const struct canvas *c);	/* paint the difference to the last frame */
	void (*suspend)(struct term *t);		/* Ctrl-Z */
	void (*bell)(struct term *t);
};
struct term { const struct term_ops *ops; void *priv; int rows, cols; bool mono; };
extern const struct term_ops term_curses, term_null;

const char *key_name(int key);		/* "PgDn", "Ctrl-S", "a"; borrowed static per call */
int key_parse(const char *name);	/* or -1 */

#endif
