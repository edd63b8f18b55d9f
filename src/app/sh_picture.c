/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict evidence --picture: a frame of an image drawn on the terminal, or written as a portable pixmap where
 * standard output is a file or a pipe. The reader, a process of its own, makes the picture. Layer app, in the
 * caller's process; sh_picture_wish() on the store's thread too.
 */
#include "shell_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/pixel.h"
#include "verdict/evidence/reader.h"

#define LINES_MAX 40		/* of a picture on a terminal */
#define READER_MS 10000		/* nobody waits at a screen */

static bool number(double *out, const char *p, char **end)
{
	*out = strtod(p, end);
	return *end != p && isfinite(*out) && fabs(*out) < 1e9;
}

int sh_picture_wish(struct picture_request *out, struct shell *sh)
{
	const char *frame = shell_get(sh, "frame"), *window = shell_get(sh, "window");
	unsigned long n = 1;
	char *end;

	memset(out, 0, sizeof(*out));
	if ((frame || window) && !shell_has(sh, "picture"))
		return sh_usage_error(sh, "--frame and --window go with --picture");
	if (frame)
		n = *frame >= '0' && *frame <= '9' ? strtoul(frame, &end, 10) : 0;
	if (frame && (n == 0 || n > INT32_MAX || *end))
		return sh_usage_error(sh, "--frame takes a number from 1, not %s", frame);
	out->frame = (uint32_t)n - 1;
	if (window && (!number(&out->center, window, &end) || *end != ',' || !number(&out->width, end + 1, &end) || *end ||
			out->width < 1))
		return sh_usage_error(sh, "--window takes two numbers, such as 40,400, not %s", window);
	return SHELL_DONE;
}

/* What the terminal can, by COLORTERM: it is not asked, for then it would have to be waited for. */
static int colours_of(const struct shell *sh)
{
	const char *more = getenv("COLORTERM");

	if (!sh->color || sh->ascii)
		return 0;
	return more && (strcmp(more, "truecolor") == 0 || strcmp(more, "24bit") == 0) ? PIXEL_TRUE : 256;
}

static void draw(struct shell *sh, const struct picture *p)
{
	struct pixels got = { p->rgb, p->cols, p->rows }, sized = { 0 };
	unsigned char *rgb;

	pixel_fit(&sized.cols, &sized.rows, &got, (uint32_t)sh->width, 2 * LINES_MAX);
	rgb = arena_array(&sh->arena, unsigned char, (size_t)sized.cols * sized.rows * 3);
	pixel_scale(rgb, sized.cols, sized.rows, &got);
	sized.rgb = rgb;
	pixel_text(&sh->out, &sized, colours_of(sh));
	if (sh->quiet)
		return;
	sh_printf(sh, "frame %u of %u, %u x %u", p->frame + 1, p->frames, p->columns, p->lines);
	if (p->grey)
		sh_printf(sh, ", centre %.6g width %.6g, values %.6g to %.6g", p->center, p->width, p->low, p->high);
	buf_addc(&sh->out, '\n');
}

static void write_pixmap(struct shell *sh, const struct picture *p)
{
	sh_printf(sh, "P6\n%u %u\n255\n", p->cols, p->rows);
	buf_add(&sh->out, p->rgb, (size_t)p->cols * p->rows * 3);
}

enum status sh_picture(struct shell *sh, int fd)
{
	bool text = sh->tty || sh->color;
	struct picture_request q;
	struct reader_info info;
	struct picture got;
	struct reader *r;
	enum status code;

	if (sh_picture_wish(&q, sh) != SHELL_DONE)
		return STATUS_USAGE;
	q.cols = text ? (uint32_t)sh->width : PICTURE_SIDE_MAX;
	q.rows = text ? 2 * LINES_MAX : PICTURE_SIDE_MAX;
	r = reader_new(NULL, sh->reader);
	reader_set_timeout(r, READER_MS);
	code = reader_open_wait(&info, &sh->arena, r, fd, EVIDENCE_UNKNOWN);
	if (code == STATUS_OK && info.frames == 0)
		code = status_set(STATUS_NOT_FOUND, "there is no picture in it");
	if (code == STATUS_OK)
		code = reader_picture_wait(&got, &sh->arena, r, &q);
	if (code == STATUS_OK && text)
		draw(sh, &got);
	else if (code == STATUS_OK)
		write_pixmap(sh, &got);
	reader_free(r);
	return code == STATUS_OK ? shell_flush(sh) : code;
}
