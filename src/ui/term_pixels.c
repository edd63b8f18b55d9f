/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures on a terminal. Graphics are used only where the terminal itself said that it has them, never through
 * tmux or screen, which keep a screen of their own that knows nothing of them. Layer ui, UI thread.
 */
#include "src/ui/term_pixels.h"

#include <stdlib.h>
#include <string.h>

#include "verdict/base/mem.h"

#define NEAR_MAX 640
#define FAR_MAX 320		/* over a network: a fourth of the bytes, 400 kB at most */
#define IMAGE 9117		/* our number for the one image that kitty keeps */

/* An image of one element is offered, not shown; XTWINOPS asks for the cell; DA1 is answered by all and ends it. */
const char term_pixels_question[] = "\033_Gi=9117,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[16t\033[c";

static bool set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static bool begins(const char *word, const char *with)
{
	return word && strncmp(word, with, strlen(with)) == 0;
}

void term_pixels_init(struct term_pixels *t, int colours, int most)
{
	const char *more = getenv("COLORTERM");

	memset(t, 0, sizeof(*t));
	t->over = t->under = -1;
	t->colours = colours < 8 ? 0 : colours < 16 ? 8 : colours < 256 ? 16 : colours < PIXEL_TRUE ? 256 : PIXEL_TRUE;
	if (!most && t->colours == 256 && more && (strcmp(more, "truecolor") == 0 || strcmp(more, "24bit") == 0))
		t->colours = PIXEL_TRUE;
	if (most && t->colours > most)
		t->colours = most;
	t->sent_max = set("SSH_CONNECTION") || set("SSH_TTY") ? FAR_MAX : NEAR_MAX;
	/* also at the far end of an ssh, where TERM alone tells of them */
	t->may_ask = t->colours > 0 && !set("TMUX") && !set("STY") && !begins(getenv("TERM"), "tmux") &&
		!begins(getenv("TERM"), "screen");
}

void term_pixels_settle(struct term_pixels *t, const struct input *in)
{
	t->kitty = in->kitty;
	t->sixel = in->sixel;
}

static int colour_of(const struct term_pixels *t, const struct cell *cell, int at, int row, int col)
{
	unsigned char rgb[3];

	memcpy(rgb, cell->bytes + at, 3);
	if (t->colours == PIXEL_TRUE)
		return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
	return (int)pixel_colour(rgb, t->colours, (uint32_t)col, (uint32_t)row * 2 + (at == CELL_UNDER));
}

void term_pixels_colour(struct buf *out, struct term_pixels *t, const struct cell *cell, int row, int col)
{
	int over = colour_of(t, cell, CELL_OVER, row, col), under = colour_of(t, cell, CELL_UNDER, row, col);
	bool blank = cell->bytes[0] == ' ' && over == under;	/* nothing is seen of the colour in front */

	if ((blank || over == t->over) && under == t->under)
		return;
	buf_adds(out, "\033[");
	if (!blank && over != t->over)
		pixel_sgr(out, over, t->colours, false);
	if (!blank && over != t->over && under != t->under)
		buf_addc(out, ';');
	if (under != t->under)
		pixel_sgr(out, under, t->colours, true);
	buf_addc(out, 'm');
	t->over = blank ? t->over : over;
	t->under = under;
}

static bool same_place(const struct canvas_pixels *a, const struct canvas_pixels *b)
{
	return a->rows == b->rows && a->cols == b->cols && a->row == b->row && a->col == b->col && a->width == b->width &&
		a->height == b->height;
}

void term_pixels_clear(struct buf *out, struct term_pixels *t, const struct canvas *now, struct canvas *last)
{
	const struct canvas_pixels *was = &t->shown;
	int row, col;

	t->touched = false;
	if (!was->rows || same_place(was, &now->pixels))
		return;
	if (t->kitty)
		pixel_kitty_forget(out, IMAGE);
	for (row = was->row; !t->kitty && row < was->row + was->rows && row < last->rows; row++)
		for (col = was->col; col < was->col + was->cols && col < last->cols; col++)
			memset(&last->cells[row * last->cols + col], 0, sizeof(*last->cells));
	t->shown.rows = 0;
}

void term_pixels_touch(struct term_pixels *t, const struct canvas *now, int row, int col)
{
	const struct canvas_pixels *p = &now->pixels;

	if (p->rows && row >= p->row && row < p->row + p->rows && col >= p->col && col < p->col + p->cols)
		t->touched = true;
}

bool term_pixels_due(const struct term_pixels *t, const struct canvas *now)
{
	return now->pixels.rows && (t->touched || !same_place(&t->shown, &now->pixels) ||
		t->shown.serial != now->pixels.serial);
}

void term_pixels_send(struct buf *out, struct term_pixels *t, const struct canvas *now)
{
	const struct canvas_pixels *p = &now->pixels;
	unsigned char *rgb = mem_array((size_t)p->width * p->height, 3);
	struct pixels sized = { rgb, p->width, p->height };

	pixel_scale(rgb, p->width, p->height, &p->p);
	if (t->kitty)
		pixel_kitty(out, &sized, IMAGE);
	else
		pixel_sixel(out, &sized);
	mem_free(rgb);
	t->shown = *p;
	t->shown.p.rgb = NULL;
}
