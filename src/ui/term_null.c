/* SPDX-License-Identifier: Apache-2.0 */
/* A terminal of fixed size that shows nothing and reads nothing: scripts, tests, the tour. Layer ui, UI thread. */
#include "verdict/ui/term.h"

static enum status null_open(struct term *t)
{
	if (t->rows < 1)
		t->rows = 24;
	if (t->cols < 1)
		t->cols = 80;
	return STATUS_OK;
}

static void nothing(struct term *t)
{
	(void)t;
}

static int null_fd(struct term *t)
{
	(void)t;
	return -1;
}

static bool null_read_key(struct term *t, struct key_event *out)
{
	(void)t, (void)out;
	return false;
}

static int null_wait_ms(struct term *t)
{
	(void)t;
	return -1;
}

static unsigned int null_flush_input(struct term *t)
{
	(void)t;
	return 0;
}

static void null_size(struct term *t, int *rows, int *cols)
{
	*rows = t->rows;
	*cols = t->cols;
}

static void null_show(struct term *t, const struct canvas *c)
{
	(void)t, (void)c;
}

const struct term_ops term_null = {
	.name = "null", .open = null_open, .close = nothing, .fd = null_fd, .read_key = null_read_key,
	.wait_ms = null_wait_ms, .flush_input = null_flush_input, .size = null_size, .show = null_show,
	.redraw = nothing, .suspend = nothing, .bell = nothing,
};
