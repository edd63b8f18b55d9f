/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of an item: which frame through which window, asked of the reader one at a time. Keys only say what
 * is wanted; when an answer comes and more was wanted meanwhile, only the last of it is asked for. Layer app, UI
 * thread.
 */
#include "evidence_priv.h"

#include <stdio.h>
#include <string.h>

#define WIDTH_MAX 1e9		/* of a window; values have 32 bits at most, rescaled */
#define PAGE_FRAMES 10

static struct picture_request wanted(const struct evidence_picture *p)
{
	struct picture_request q = { .frame = p->frame, .cols = p->cols, .rows = p->rows, .center = p->center,
		.width = p->width };

	if (p->full) {
		q.left = p->left;
		q.top = p->top;
		q.columns = p->cols;
		q.lines = p->rows;
	}
	return q;
}

static bool same(const struct picture_request *a, const struct picture_request *b)
{
	return a->frame == b->frame && a->cols == b->cols && a->rows == b->rows && a->left == b->left &&
		a->top == b->top && a->columns == b->columns && a->lines == b->lines &&
		a->width - b->width == 0 && (a->width <= 0 || a->center - b->center == 0);
}

static void ask(struct evidence_state *st);

static void came(enum status code, const struct picture *got, void *data)
{
	struct evidence_state *st = data;
	struct evidence_picture *p = &st->picture;

	p->asking = false;
	p->why[0] = '\0';
	st->app->dirty = true;
	arena_reset(&p->arena);
	memset(&p->got, 0, sizeof(p->got));
	if (code) {
		snprintf(p->why, sizeof(p->why), "%s", status_message());
		ask(st);
		return;
	}
	p->got = *got;
	p->got.rgb = memcpy(arena_array(&p->arena, unsigned char, (size_t)got->cols * got->rows * 3 + 1), got->rgb,
		(size_t)got->cols * got->rows * 3);
	p->got_full = p->asked.columns > 0;
	p->serial++;
	ask(st);
}

static void ask(struct evidence_state *st)
{
	struct evidence_picture *p = &st->picture;
	struct picture_request q = wanted(p);

	if (st->view != VIEW_PICTURE || st->phase != LOOK_READY || p->asking || !p->cols || !p->rows ||
	    (p->asked.cols && same(&q, &p->asked)))
		return;
	p->asked = q;
	p->asking = true;
	reader_picture(app_reader(st->app), &q, came, st);
}

void evidence_picture_reset(struct evidence_state *st)
{
	struct evidence_picture *p = &st->picture, empty = { .serial = p->serial + 1, .arena = p->arena };

	arena_reset(&empty.arena);
	*p = empty;
}

void evidence_picture_enter(struct evidence_state *st)
{
	if (st->picture.why[0])
		st->picture.asked.cols = 0;
}

/* What is on the screen stays, and is what is wanted from now on. */
void evidence_picture_cancelled(struct evidence_state *st)
{
	struct evidence_picture *p = &st->picture;

	if (!p->asking)
		return;
	p->asking = false;
	if (p->got.rgb)
		p->frame = p->got.frame;
	else
		snprintf(p->why, sizeof(p->why), "The reading was stopped; Tab, and p again, begins anew.");
	p->asked = wanted(p);
}

/* The part stays inside the image. */
static void keep_inside(struct evidence_picture *p)
{
	uint32_t most_left = p->got.columns > p->cols ? p->got.columns - p->cols : 0;
	uint32_t most_top = p->got.lines > p->rows ? p->got.lines - p->rows : 0;

	p->left = p->left < most_left ? p->left : most_left;
	p->top = p->top < most_top ? p->top : most_top;
}

void evidence_picture_room(struct evidence_state *st, uint32_t cols, uint32_t rows)
{
	struct evidence_picture *p = &st->picture;

	p->cols = cols < PICTURE_SIDE_MAX ? cols : PICTURE_SIDE_MAX;
	p->rows = rows < PICTURE_SIDE_MAX ? rows : PICTURE_SIDE_MAX;
	if (p->full && p->got.rgb)
		keep_inside(p);
	ask(st);
}

static enum status ready(const struct evidence_state *st)
{
	if (st->view != VIEW_PICTURE || st->phase != LOOK_READY)
		return status_set(STATUS_AGAIN, "no picture is on the screen; view picture shows it");
	return STATUS_OK;
}

enum status evidence_picture_frame(struct app *app, int64_t frame)
{
	struct evidence_state *st = evidence_of(app);
	enum status code = ready(st);

	if (code)
		return code;
	if (frame < 0 || frame >= (int64_t)st->info.frames)
		return status_set(STATUS_NOT_FOUND, st->info.frames == 1 ? "there is one frame" : "there are frames 1 to %u",
			st->info.frames);
	st->picture.frame = (uint32_t)frame;
	app->dirty = true;
	ask(st);
	return STATUS_OK;
}

enum status evidence_picture_step(struct app *app, int64_t by)
{
	struct evidence_state *st = evidence_of(app);
	int64_t last = (int64_t)st->info.frames - 1, to = st->picture.frame + by;
	enum status code = ready(st);

	if (code)
		return code;
	if (last < 1)
		return status_set(STATUS_NOT_FOUND, "there is one frame");
	if ((to < 0 && st->picture.frame == 0) || (to > last && (int64_t)st->picture.frame == last))
		return status_set(STATUS_NOT_FOUND, by < 0 ? "that was the first frame" : "that was the last frame");
	return evidence_picture_frame(app, to < 0 ? 0 : to > last ? last : to);
}

enum status evidence_picture_window(struct app *app, double center, double width)
{
	struct evidence_state *st = evidence_of(app);
	enum status code = ready(st);

	if (code)
		return code;
	if (!st->picture.got.rgb)
		return status_set(STATUS_AGAIN, "the picture is still on its way");
	if (!st->picture.got.grey)
		return status_set(STATUS_DENIED, "this picture is in colours: only grey values have a window");
	st->picture.center = center;
	st->picture.width = width > WIDTH_MAX ? WIDTH_MAX : width > 0 && width < 1 ? 1 : width;
	app->dirty = true;
	ask(st);
	return STATUS_OK;
}

/* From what is wanted already, not from what is on the screen: keys may be faster than the reader. */
enum status evidence_picture_adjust(struct app *app, double shift, double stretch)
{
	const struct evidence_picture *p = &evidence_of(app)->picture;
	double center = p->width > 0 ? p->center : p->got.center, width = p->width > 0 ? p->width : p->got.width;

	return evidence_picture_window(app, center + shift * width, width * stretch);
}

enum status evidence_picture_zoom(struct app *app, bool full)
{
	struct evidence_state *st = evidence_of(app);
	struct evidence_picture *p = &st->picture;
	enum status code = ready(st);

	if (code)
		return code;
	if (!p->got.rgb)
		return status_set(STATUS_AGAIN, "the picture is still on its way");
	if (full && !p->full) {		/* begin in the middle */
		p->left = p->got.columns > p->cols ? (p->got.columns - p->cols) / 2 : 0;
		p->top = p->got.lines > p->rows ? (p->got.lines - p->rows) / 2 : 0;
	}
	p->full = full;
	app->dirty = true;
	ask(st);
	return STATUS_OK;
}

static uint32_t shifted(uint32_t at, int64_t by)
{
	int64_t to = (int64_t)at + by;

	return to < 0 ? 0 : to > UINT32_MAX ? UINT32_MAX : (uint32_t)to;
}

/* Arrows go over an image that is larger than the screen; else from frame to frame. */
static bool pan(struct evidence_picture *p, enum move move, int count)
{
	int64_t across = (int64_t)(p->cols / 8 + 1) * count, down = (int64_t)(p->rows / 8 + 1) * count;

	if (!p->full || (move != MOVE_LEFT && move != MOVE_RIGHT && move != MOVE_UP && move != MOVE_DOWN))
		return false;
	p->left = shifted(p->left, move == MOVE_LEFT ? -across : move == MOVE_RIGHT ? across : 0);
	p->top = shifted(p->top, move == MOVE_UP ? -down : move == MOVE_DOWN ? down : 0);
	keep_inside(p);
	return true;
}

void evidence_picture_move(struct evidence_state *st, enum move move, int count)
{
	static const int frames[] = { [MOVE_DOWN] = 1, [MOVE_UP] = -1, [MOVE_PAGE_DOWN] = PAGE_FRAMES,
		[MOVE_PAGE_UP] = -PAGE_FRAMES, [MOVE_HALF_DOWN] = PAGE_FRAMES / 2, [MOVE_HALF_UP] = -PAGE_FRAMES / 2,
		[MOVE_LEFT] = -1, [MOVE_RIGHT] = 1 };
	enum status code = STATUS_OK;

	st->app->dirty = true;
	if (pan(&st->picture, move, count))
		ask(st);
	else if (move == MOVE_FIRST)
		code = evidence_picture_frame(st->app, 0);
	else if (move == MOVE_LAST)
		code = evidence_picture_frame(st->app, (int64_t)st->info.frames - 1);
	else if (move == MOVE_TO)
		code = evidence_picture_frame(st->app, count);
	else
		code = evidence_picture_step(st->app, (int64_t)frames[move] * count);
	if (code)
		app_message(st->app, MESSAGE_NOTE, "%s", status_message());
}
