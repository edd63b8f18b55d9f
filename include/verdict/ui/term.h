/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_TERM_H
#define VERDICT_UI_TERM_H
#include <stdbool.h>
#include "verdict/app/key.h"
#include "verdict/base/status.h"
#include "verdict/ui/canvas.h"
#include "verdict/ui/theme.h"

/* Back ends: curses (the one file that includes it) and null, of fixed size, for scripts and tests. UI thread. */
struct term;
struct term_ops {
	const char *name;
	enum status (*open)(struct term *t);
	void (*close)(struct term *t);			/* restores the terminal; safe twice */
	int (*fd)(struct term *t);			/* to watch for input, -1 none */
	bool (*read_key)(struct term *t, struct key_event *out);	/* false when none waits */
	int (*wait_ms)(struct term *t);			/* until a lone Escape is one; -1 nothing half read */
	unsigned int (*flush_input)(struct term *t);	/* forget what was typed and not read: how many keys */
	void (*size)(struct term *t, int *rows, int *cols);
	void (*show)(struct term *t, const struct canvas *c);	/* paint the difference to the last frame */
	void (*redraw)(struct term *t);			/* the next show() paints everything */
	void (*suspend)(struct term *t);		/* Ctrl-Z; returns when continued */
	void (*bell)(struct term *t);
	void (*ask_pixels)(struct term *t);	/* a picture is to be shown: find out, once, how; or NULL */
};
struct term {
	const struct term_ops *ops;
	void *priv;
	int rows, cols;		/* null: as given; curses: at open */
	int escdelay_ms;
	bool mouse;
	int colours;		/* 16 or 256 at most; 0 what the terminal has */
	const struct theme *theme, *mono;	/* borrowed; `mono` where the terminal has no colours */
	bool graphics;		/* may be asked for more than half blocks */
	enum pixels_way way;	/* how it shows pictures, and the size of its cells where they are sent */
	int cell_width, cell_height, sent_max;
	bool changed;		/* these changed: paint again */
	bool out;		/* set when input ended or failed: the terminal is gone */
};
extern const struct term_ops term_curses, term_null;

/* Something dies: give the terminal back with async-signal-safe calls only. Called by crash handlers. */
void term_curses_emergency(void);

#endif
