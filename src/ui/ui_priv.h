/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UI_PRIV_H
#define UI_PRIV_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/app/key.h"
#include "verdict/app/app.h"
#include "verdict/ui/canvas.h"

/* Shared inside layer ui. */
extern const char embedded_theme[];	/* data/theme.conf */

/* input.c: bytes of a terminal become keys. Pure; no terminal needed. */
#define INPUT_MAX 512
struct input {
	unsigned char bytes[INPUT_MAX];
	size_t len;
	bool pasting;		/* between the marks of a bracketed paste */
	bool asked;		/* term_pixels_question is on its way: an APC is an answer and no Alt-_ */
	bool told;		/* ... and was answered to its end: these hold */
	bool kitty, sixel;
	int cell_width, cell_height;	/* in pixels, 0 where it did not say */
};
size_t input_room(const struct input *in);
void input_add(struct input *in, const void *bytes, size_t n);
/* Next key; false where none is whole. With `late` a half sequence is taken as the keys it spells. */
bool input_next(struct key_event *out, struct input *in, bool late);
/* Does what is half here look like an answer? Then it is worth waiting for longer than for a key. */
bool input_answering(const struct input *in);

#endif
