/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_KEY_H
#define VERDICT_APP_KEY_H
#include <stdbool.h>

/* Our own key codes and names: terminals make them, keymaps and scripts name them. Any thread. */
enum key_code {		/* beyond Unicode scalar values */
	KEY_CODE_BASE = 0x200000, K_UP, K_DOWN, K_LEFT, K_RIGHT, K_PGUP, K_PGDN, K_HOME, K_END, K_TAB, K_BACKTAB,
	K_ENTER, K_ESC, K_BACKSPACE, K_DELETE, K_INSERT, K_F1, K_F12 = K_F1 + 11, K_MOUSE, K_WHEEL_UP,
	K_WHEEL_DOWN, K_RESIZE, K_SHIFT_UP, K_SHIFT_DOWN, K_CTRL_LEFT, K_CTRL_RIGHT, K_PASTE, KEY_CODE_END
};
#define K_CTRL(c) ((c) & 0x1f)
#define K_ALT 0x400000		/* added to a key with Alt, in keymaps */
struct key_event {
	int key;		/* Unicode scalar, K_CTRL('a'), or enum key_code */
	char text[8];		/* UTF-8 of a printable character, else "" */
	bool alt;
	int row, col;		/* of a mouse event */
};

#define KEY_NAME_MAX 24
/* "PgDn", "Ctrl-S", "Alt-b", "a", "Space"; `key` may hold K_ALT. */
const char *key_label(char out[KEY_NAME_MAX], int key);
int key_parse(const char *name);	/* also with K_ALT; or -1 */
/* The event of a key, as if it were typed. */
void key_event_set(struct key_event *out, int key);
int key_event_code(const struct key_event *ev);	/* with K_ALT where alt was held */

#endif
