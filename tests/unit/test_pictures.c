/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture among the cells of a canvas, and what of it goes to a terminal: letters, half blocks with their colours,
 * graphics that are sent, replaced and taken away again.
 */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "src/ui/term_pixels.h"
#include "verdict/app/app.h"
#include "verdict/app/evidence.h"
#include "verdict/base/mem.h"

#define W 255, 255, 255
#define K 0, 0, 0
static const unsigned char square[] = { W, K, K, W };	/* 2 x 2 */
static const unsigned char tower[] = { W, K, W };	/* 1 x 3 */

static void is_dump(const struct canvas *c, const char *want)
{
	struct buf b;

	buf_init(&b, 65536);
	canvas_dump(&b, c, false);
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}

static void test_letters(void **state)
{
	struct canvas c;
	struct area a;

	(void)state;
	canvas_init(&c, 3, 7);
	a = area_all(&c);
	draw_pixels(&a, &(struct pixels){ square, 2, 2 }, true, 1);
	assert_true(c.pictured);
	is_dump(&c, "@@@\n++++++\n   @@@\n");
	canvas_done(&c);
}

static void test_one_to_one(void **state)
{
	struct canvas c;
	struct area a;

	(void)state;
	canvas_init(&c, 4, 5);
	a = area_all(&c);
	draw_pixels(&a, &(struct pixels){ tower, 1, 3 }, false, 1);	/* the third row stands over black */
	is_dump(&c, "\n  +\n  +\n\n");
	canvas_clear(&c);
	assert_false(c.pictured);
	draw_pixels(&a, &(struct pixels){ tower, 0, 0 }, true, 1);
	a.rows = 0;
	draw_pixels(&a, &(struct pixels){ tower, 1, 3 }, true, 1);
	assert_false(c.pictured);
	canvas_done(&c);
}

static void test_blocks(void **state)
{
	struct term_pixels t;
	struct canvas c;
	struct area a;
	struct buf b;

	(void)state;
	unsetenv("COLORTERM");
	canvas_init(&c, 1, 2);
	c.way = PIXELS_BLOCKS;
	a = area_all(&c);
	draw_pixels(&a, &(struct pixels){ square, 2, 2 }, true, 1);
	is_dump(&c, "▀▀\n");
	assert_int_equal(c.cells[0].attr, ATTR_PIXELS);
	assert_memory_equal(c.cells[1].bytes + CELL_UNDER, "\377\377\377", 3);
	buf_init(&b, 4096);
	term_pixels_init(&t, 256, 0);
	term_pixels_colour(&b, &t, &c.cells[0], 0, 0);
	assert_string_equal(buf_str(&b), "\033[38;5;231;48;5;16m");
	buf_reset(&b);
	term_pixels_colour(&b, &t, &c.cells[0], 0, 0);	/* it writes so already */
	assert_int_equal(b.len, 0);
	term_pixels_init(&t, 1 << 24, 0);
	term_pixels_colour(&b, &t, &c.cells[1], 0, 1);
	assert_string_equal(buf_str(&b), "\033[38;2;0;0;0;48;2;255;255;255m");
	buf_reset(&b);
	term_pixels_init(&t, 16, 0);
	term_pixels_colour(&b, &t, &c.cells[0], 0, 0);
	assert_string_equal(buf_str(&b), "\033[97;40m");
	buf_reset(&b);
	term_pixels_init(&t, 1 << 24, 8);
	term_pixels_colour(&b, &t, &c.cells[0], 0, 0);
	assert_string_equal(buf_str(&b), "\033[37;40m");
	buf_reset(&b);
	canvas_clear(&c);
	draw_pixels(&a, &(struct pixels){ (const unsigned char[]){ W, W, W, W }, 2, 2 }, true, 1);
	is_dump(&c, "\n");		/* one colour needs no block */
	term_pixels_colour(&b, &t, &c.cells[0], 0, 0);
	assert_string_equal(buf_str(&b), "\033[47m");
	c.ascii = true;			/* no blocks there */
	canvas_clear(&c);
	draw_pixels(&a, &(struct pixels){ square, 2, 2 }, true, 1);
	is_dump(&c, "++\n");
	buf_done(&b);
	canvas_done(&c);
}

static void test_environment(void **state)
{
	struct term_pixels t;

	(void)state;
	setenv("COLORTERM", "truecolor", 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22", 1);
	term_pixels_init(&t, 256, 0);
	assert_int_equal(t.sent_max, 320);
	unsetenv("SSH_CONNECTION");
	unsetenv("SSH_TTY");
	unsetenv("TMUX");
	unsetenv("STY");
	term_pixels_init(&t, 256, 0);
	assert_int_equal(t.colours, 1 << 24);
	assert_true(t.may_ask);
	term_pixels_init(&t, 256, 256);		/* the monitor wants no more */
	assert_int_equal(t.colours, 256);
	term_pixels_init(&t, 8, 0);
	assert_int_equal(t.colours, 8);
	setenv("TMUX", "/tmp/tmux-0/default,1,0", 1);
	term_pixels_init(&t, 256, 0);
	assert_false(t.may_ask);
	unsetenv("TMUX");
	setenv("STY", "1.pts", 1);
	term_pixels_init(&t, 256, 0);
	assert_false(t.may_ask);
	unsetenv("STY");
	assert_int_equal(t.sent_max, 640);
	setenv("TERM", "tmux-256color", 1);
	term_pixels_init(&t, 256, 0);
	assert_false(t.may_ask);
	setenv("TERM", "xterm-256color", 1);
	term_pixels_init(&t, 256, 0);
	assert_true(t.may_ask);
	term_pixels_init(&t, 0, 0);
	assert_false(t.may_ask);
	unsetenv("COLORTERM");
}

/* One frame to the terminal; what graphics it writes. */
static const char *frame(struct buf *b, struct term_pixels *t, const struct canvas *now, struct canvas *last)
{
	buf_reset(b);
	term_pixels_clear(b, t, now, last);
	if (term_pixels_due(t, now))
		term_pixels_send(b, t, now);
	return buf_str(b);
}

static void test_sent(void **state)
{
	struct canvas now, last;
	struct term_pixels t;
	uint32_t cols, rows;
	struct area a;
	struct buf b;

	(void)state;
	term_pixels_init(&t, 256, 0);
	term_pixels_settle(&t, &(struct input){ .sixel = true });
	canvas_init(&now, 6, 20);
	canvas_init(&last, 6, 20);
	buf_init(&b, 1 << 20);
	now.way = PIXELS_SENT;
	a = area_sub(&(struct area){ &now, 0, 0, 6, 20 }, 1, 2, 4, 10);
	draw_pixels(&a, &(struct pixels){ square, 2, 2 }, false, 1);
	assert_int_equal(now.pixels.rows, 0);	/* nobody knows how large a cell is: half blocks */
	canvas_clear(&now);
	now.cell_width = 3;
	now.cell_height = 6;
	now.sent_max = 26;
	draw_pixels_room(&cols, &rows, &a);
	assert_int_equal(cols, 26);
	assert_int_equal(rows, 24);
	now.sent_max = t.sent_max;
	draw_pixels_room(&cols, &rows, &a);
	assert_int_equal(cols, 30);
	assert_int_equal(rows, 24);
	draw_pixels(&a, &(struct pixels){ square, 2, 2 }, true, 1);
	is_dump(&now, "\n\n\n\n\n\n");
	assert_int_equal(now.pixels.width, 24);
	assert_int_equal(now.pixels.cols, 8);
	assert_int_equal(now.pixels.rows, 4);
	assert_int_equal(now.pixels.row, 1);
	assert_int_equal(now.pixels.col, 3);
	assert_non_null(strstr(frame(&b, &t, &now, &last), "\"1;1;24;24"));
	assert_string_equal(frame(&b, &t, &now, &last), "");	/* it is there */
	term_pixels_clear(&b, &t, &now, &last);
	term_pixels_touch(&t, &now, 0, 3);
	term_pixels_touch(&t, &now, 1, 2);
	assert_false(term_pixels_due(&t, &now));
	term_pixels_touch(&t, &now, 4, 10);			/* something was written over it */
	assert_true(term_pixels_due(&t, &now));
	now.pixels.serial = 2;
	assert_int_equal(*frame(&b, &t, &now, &last), '\033');	/* another picture */
	canvas_clear(&now);
	assert_string_equal(frame(&b, &t, &now, &last), "");
	assert_int_equal(last.cells[1 * 20 + 3].len, 0);	/* its cells are written again, and with that it goes */
	assert_int_equal(last.cells[1 * 20 + 2].len, 1);
	assert_int_equal(last.cells[5 * 20 + 3].len, 1);
	term_pixels_settle(&t, &(struct input){ .kitty = true, .sixel = true });
	draw_pixels(&a, &(struct pixels){ square, 2, 2 }, false, 3);
	assert_non_null(strstr(frame(&b, &t, &now, &last), "\033_Ga=T,f=24,s=2,v=2,"));
	canvas_clear(&now);
	assert_non_null(strstr(frame(&b, &t, &now, &last), "\033_Ga=d,d=I,"));
	assert_string_equal(frame(&b, &t, &now, &last), "");
	buf_done(&b);
	canvas_done(&now);
	canvas_done(&last);
}

/* A picture of 100 x 80 and 12 frames is on the screen, and its reader is busy: keys only change what is wanted. */
static struct evidence_state *shown(struct app *app)
{
	struct evidence_state *st = evidence_of(app);

	app->stack[app->depth++] = SCREEN_EVIDENCE;
	st->phase = LOOK_READY;
	st->view = VIEW_PICTURE;
	st->info.frames = 12;
	st->picture.asking = true;
	evidence_picture_room(st, 40, 20);
	st->picture.got = (struct picture){ .frame = 0, .frames = 12, .columns = 100, .lines = 80, .cols = 2, .rows = 2,
		.rgb = square, .grey = true, .center = 50, .width = 100 };
	return st;
}

static void test_frames(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct evidence_state *st = shown(app);

	(void)state;
	assert_ok(evidence_picture_step(app, 1));
	assert_int_equal(st->picture.frame, 1);
	evidence_move(app, st, MOVE_PAGE_DOWN, 1);
	assert_int_equal(st->picture.frame, 11);
	assert_int_equal(evidence_picture_step(app, 1), STATUS_NOT_FOUND);
	assert_string_equal(status_message(), "that was the last frame");
	evidence_move(app, st, MOVE_PAGE_UP, 2);	/* as far as there are any */
	assert_int_equal(st->picture.frame, 0);
	assert_int_equal(evidence_picture_step(app, -1), STATUS_NOT_FOUND);
	evidence_move(app, st, MOVE_LAST, 1);
	assert_int_equal(st->picture.frame, 11);
	assert_ok(evidence_goto(app, "7"));
	assert_int_equal(st->picture.frame, 6);
	assert_int_equal(evidence_goto(app, "13"), STATUS_NOT_FOUND);
	assert_int_equal(evidence_goto(app, "0"), STATUS_NOT_FOUND);
	assert_string_equal(status_message(), "there are frames 1 to 12");
	assert_int_equal(evidence_search(app, "x", false), STATUS_DENIED);
	assert_int_equal(evidence_fold(app, FOLD_TOGGLE), STATUS_DENIED);
	assert_int_equal(evidence_yank(app, false), STATUS_AGAIN);
	st->view = VIEW_OUTLINE;
	assert_int_equal(evidence_picture_step(app, 1), STATUS_AGAIN);
	app_free(app);
}

static bool about(double a, double b)
{
	return a - b < 1e-6 && b - a < 1e-6;
}

static void test_window(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct evidence_state *st = shown(app);
	int i;

	(void)state;
	assert_ok(evidence_picture_adjust(app, 0.1, 1));
	assert_true(about(st->picture.center, 60) && about(st->picture.width, 100));
	assert_ok(evidence_picture_adjust(app, 0, 1.25));	/* of what is wanted, not of what is shown */
	assert_true(about(st->picture.center, 60) && about(st->picture.width, 125));
	for (i = 0; i < 100; i++)
		assert_ok(evidence_picture_adjust(app, 0, 0.8));
	assert_true(about(st->picture.width, 1));
	for (i = 0; i < 200; i++)
		assert_ok(evidence_picture_adjust(app, 0, 1.25));
	assert_true(about(st->picture.width, 1e9));
	assert_ok(evidence_picture_window(app, 0, 0));
	assert_true(about(st->picture.width, 0));
	assert_ok(command_run(app, "window -600 1500"));
	assert_true(about(st->picture.center, -600) && about(st->picture.width, 1500));
	assert_int_equal(command_run(app, "window 40"), STATUS_USAGE);
	assert_int_equal(command_run(app, "window nan 5"), STATUS_USAGE);
	assert_int_equal(command_run(app, "window 5 0.5"), STATUS_USAGE);
	assert_int_equal(command_run(app, "frame 0x2"), STATUS_USAGE);
	st->picture.got.grey = false;
	assert_int_equal(evidence_picture_adjust(app, 0.1, 1), STATUS_DENIED);
	st->picture.got.rgb = NULL;
	assert_int_equal(evidence_picture_adjust(app, 0.1, 1), STATUS_AGAIN);
	app_free(app);
}

static void test_part(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct evidence_state *st = shown(app);
	int i;

	(void)state;
	assert_ok(evidence_picture_zoom(app, true));
	assert_int_equal(st->picture.left, 30);		/* the middle of 100 x 80 through 40 x 20 */
	assert_int_equal(st->picture.top, 30);
	evidence_move(app, st, MOVE_RIGHT, 1);
	assert_int_equal(st->picture.left, 36);
	for (i = 0; i < 50; i++) {
		evidence_move(app, st, MOVE_RIGHT, 1);
		evidence_move(app, st, MOVE_DOWN, 1);
	}
	assert_int_equal(st->picture.left, 60);
	assert_int_equal(st->picture.top, 60);
	evidence_picture_room(st, 90, 100);		/* a larger screen */
	assert_int_equal(st->picture.left, 10);
	assert_int_equal(st->picture.top, 0);
	evidence_move(app, st, MOVE_LEFT, 1000);
	assert_int_equal(st->picture.left, 0);
	assert_int_equal(st->picture.frame, 0);
	assert_ok(evidence_picture_zoom(app, false));
	evidence_move(app, st, MOVE_RIGHT, 1);
	assert_int_equal(st->picture.frame, 1);
	app_free(app);
}

/* Esc: what is on the screen is what is wanted; where nothing is, it says so and begins anew when it is shown again. */
static void test_stopped(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct evidence_state *st = shown(app);

	(void)state;
	assert_ok(evidence_picture_frame(app, 9));
	assert_ok(evidence_cancel(app));
	assert_int_equal(st->picture.frame, 0);
	assert_false(st->picture.asking);
	assert_string_equal(st->picture.why, "");
	assert_int_equal(evidence_cancel(app), STATUS_NOT_FOUND);
	st->picture.asking = true;
	st->picture.got.rgb = NULL;
	assert_ok(evidence_cancel(app));
	assert_non_null(strstr(st->picture.why, "stopped"));
	evidence_picture_room(st, 40, 20);		/* painted again: still stopped */
	assert_false(st->picture.asking);
	assert_true(st->picture.asked.cols > 0);
	st->view = VIEW_RAW;
	assert_ok(evidence_set_view(app, VIEW_PICTURE));
	assert_int_equal(st->picture.asked.cols, 0);
	app_free(app);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_letters), cmocka_unit_test(test_one_to_one), cmocka_unit_test(test_blocks),
	cmocka_unit_test(test_environment), cmocka_unit_test(test_sent), cmocka_unit_test(test_frames),
	cmocka_unit_test(test_window), cmocka_unit_test(test_part), cmocka_unit_test(test_stopped),
};
TEST_MAIN(tests)
