/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file that includes curses, which opens, describes and restores the terminal. show() itself writes the
 * cells that differ from the last frame, in one write, and nothing when none does: curses compares the frame again and
 * writes after each movement of the cursor, which took most of the time of a frame. Keys are read by input.c. Layer
 * ui, UI thread; term_curses_emergency() in signal handlers.
 */
#include "verdict/ui/term.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "src/ui/term_pixels.h"
#include "src/ui/ui_priv.h"

#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

#define ATTRS 16		/* combinations of ATTR_ bits */
#define FRAME_MAX (16 * 1024 * 1024)
#define LOOK_PIXELS (-2)	/* colours of a cell's own */
#define ANSWER_MS 500		/* the rest of an answer may take longer than the rest of a key */
#define GAP_MAX 4		/* unchanged cells cheaper to write again than to jump over */

struct curses {
	SCREEN *screen;
	struct canvas last;	/* what the terminal shows */
	bool fresh;		/* `last` says nothing: paint everything */
	int cursor_row, cursor_col;
	struct input input;
	int64_t byte_at_ns;
	bool mouse, xterm, corner;	/* corner: the last cell may be written without scrolling */
	int depth;		/* colours to use, 0 none */
	struct theme theme;
	char *looks[STYLE_COUNT][ATTRS];	/* sequences, made at first use */
	const char *cup;
	struct buf out;		/* the frame on its way */
	int row, col, look;	/* where the terminal's cursor is and how it writes; -1 unknown */
	struct term_pixels pixels;
};

/* A capability without its marks for padding ("$<5>"), which are for old paper; absent ones add nothing. */
static void add_string(struct buf *b, const char *s)
{
	const char *end;

	if (!s || s == (const char *)-1)
		return;
	for (; *s; s++) {
		end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
		if (end)
			s = end;
		else
			buf_addc(b, *s);
	}
}

static void add_name(struct buf *b, const char *name)
{
	add_string(b, tigetstr(name));
}

/* All a crash handler needs, for it may call nothing but write() and tcsetattr(). */
static struct {
	volatile sig_atomic_t armed;
	struct termios termios;
	char text[256];
	size_t len;
} emergency;

static void say_bytes(const char *s, size_t n)
{
	while (n > 0) {
		ssize_t w = write(STDOUT_FILENO, s, n);

		if (w < 0 && errno != EINTR)
			return;
		if (w > 0) {
			s += w;
			n -= (size_t)w;
		}
	}
}

static void say(const char *s)
{
	say_bytes(s, strlen(s));
}

void term_curses_emergency(void)
{
	ssize_t n;

	if (!emergency.armed)
		return;
	emergency.armed = 0;
	n = write(STDOUT_FILENO, emergency.text, emergency.len);
	(void)n;
	tcsetattr(STDIN_FILENO, TCSANOW, &emergency.termios);
}

static void arm(const struct curses *k)
{
	struct buf b;

	buf_init(&b, sizeof(emergency.text));
	if (k->xterm)
		buf_adds(&b, MOUSE_OFF PASTE_OFF);
	add_name(&b, "sgr0");
	add_name(&b, "op");
	add_name(&b, "cnorm");
	add_name(&b, "rmcup");
	buf_adds(&b, "\r\n");
	emergency.len = b.err ? 0 : b.len;
	memcpy(emergency.text, buf_str(&b), emergency.len);
	buf_done(&b);
	emergency.armed = 1;
}

static void add_colour(struct buf *b, const char *name, const struct curses *k, int many, int few)
{
	int n = k->depth >= 256 ? many : few;
	const char *s = tigetstr(name);

	if (k->depth < 16 && n >= 8)
		n -= 8;
	if (n >= 0 && k->depth > 0 && s && s != (const char *)-1)
		add_string(b, tparm((char *)s, n, 0, 0, 0, 0, 0, 0, 0, 0));
}

/* The sequence that makes the terminal write in this style, from any other. */
static const char *look_of(struct curses *k, int style, int attr)
{
	const struct look *look = &k->theme.look[style];
	unsigned int bits = look->attr | (unsigned int)attr;
	struct buf b;

	if (k->looks[style][attr])
		return k->looks[style][attr];
	buf_init(&b, 1024);
	add_name(&b, "sgr0");
	if (k->depth > 0 && k->depth < 256 && style == STYLE_CURSOR && look->bg16 < 0)
		bits |= ATTR_REVERSE;	/* no quiet grey to lie under the cursor */
	if (k->depth >= 256 && look->fg >= 0)
		bits &= ~(unsigned int)ATTR_DIM;	/* the colour is dim already */
	if (bits & ATTR_BOLD)
		add_name(&b, "bold");
	if (bits & ATTR_DIM)
		add_name(&b, "dim");
	if (bits & ATTR_UNDERLINE)
		add_name(&b, "smul");
	if (bits & ATTR_REVERSE)
		add_name(&b, "rev");
	add_colour(&b, "setaf", k, look->fg, look->fg16);
	add_colour(&b, "setab", k, look->bg, look->bg16);
	buf_addc(&b, '\0');
	k->looks[style][attr] = buf_take(&b);
	return k->looks[style][attr];
}

/* Colours the terminal has and the user wants. */
static int depth_of(const struct term *t)
{
	int has = tigetnum("colors");

	if (has < 8 || !t->theme || t->theme->mono)
		return 0;
	return t->colours && t->colours < has ? t->colours : has;
}

static void modes(const struct curses *k, bool on)
{
	if (!k->xterm)
		return;
	if (k->mouse)
		say(on ? MOUSE_ON : MOUSE_OFF);
	say(on ? PASTE_ON : PASTE_OFF);
}

static enum status curses_open(struct term *t)
{
	struct curses *k = mem_zalloc(sizeof(*k));
	const char *kmous;

	tcgetattr(STDIN_FILENO, &emergency.termios);
	k->screen = newterm(NULL, stdout, stdin);
	if (!k->screen) {
		const char *name = getenv("TERM");

		mem_free(k);
		return status_set(STATUS_ERROR, "the terminal type \"%s\" is not known here: set TERM", name ? name : "");
	}
	t->priv = k;
	raw();
	noecho();
	nonl();
	typeahead(-1);
	kmous = tigetstr("kmous");
	k->xterm = kmous && kmous != (const char *)-1;
	k->mouse = t->mouse;
	k->depth = depth_of(t);
	k->theme = k->depth || !t->mono ? *t->theme : *t->mono;
	term_pixels_init(&k->pixels, k->depth, t->colours);
	t->way = k->depth ? PIXELS_BLOCKS : PIXELS_LETTERS;
	k->cup = tigetstr("cup");
	k->corner = tigetflag("am") < 1 || tigetflag("xenl") == 1;
	buf_init(&k->out, FRAME_MAX);
	arm(k);
	t->rows = LINES;
	t->cols = COLS;
	canvas_init(&k->last, t->rows, t->cols);
	k->fresh = true;
	k->cursor_row = k->cursor_col = -2;
	modes(k, true);
	return STATUS_OK;
}

static void curses_close(struct term *t)
{
	struct curses *k = t->priv;
	int i;

	if (!k)
		return;
	t->priv = NULL;
	say(look_of(k, STYLE_NORMAL, 0));
	buf_reset(&k->out);
	canvas_clear(&k->last);
	term_pixels_clear(&k->out, &k->pixels, &k->last, &k->last);
	add_name(&k->out, "cnorm");
	say(buf_str(&k->out));
	modes(k, false);
	endwin();
	emergency.armed = 0;
	delscreen(k->screen);
	canvas_done(&k->last);
	for (i = 0; i < STYLE_COUNT * ATTRS; i++)
		mem_free(k->looks[i / ATTRS][i % ATTRS]);
	buf_done(&k->out);
	mem_free(k);
}

static int curses_fd(struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

static bool readable(void)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };

	return poll(&p, 1, 0) > 0 && p.revents;
}

/* Never blocks: only what poll() promised is read. False where nothing came. */
static bool fill(struct term *t)
{
	struct curses *k = t->priv;
	unsigned char bytes[INPUT_MAX];
	ssize_t n;

	if (input_room(&k->input) == 0 || !readable())
		return false;
	n = read(STDIN_FILENO, bytes, input_room(&k->input));
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		t->out = true;
	if (n <= 0)
		return false;
	input_add(&k->input, bytes, (size_t)n);
	k->byte_at_ns = clock_mono_ns();
	return true;
}

static int patience_ms(const struct term *t, const struct curses *k)
{
	return input_answering(&k->input) && t->escdelay_ms < ANSWER_MS ? ANSWER_MS : t->escdelay_ms;
}

static bool late(const struct term *t, const struct curses *k)
{
	return clock_mono_ns() - k->byte_at_ns >= (int64_t)patience_ms(t, k) * 1000000;
}

/* Width and height of a cell: by the kernel, which most emulators tell, else as it said itself. */
static void measure_cell(struct term *t)
{
	struct curses *k = t->priv;
	struct winsize ws;
	bool kernel = ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_xpixel && ws.ws_ypixel && ws.ws_col && ws.ws_row;

	t->cell_width = kernel ? ws.ws_xpixel / ws.ws_col : k->input.cell_width;
	t->cell_height = kernel ? ws.ws_ypixel / ws.ws_row : k->input.cell_height;
}

static void answered(struct term *t)
{
	struct curses *k = t->priv;

	k->input.told = false;
	term_pixels_settle(&k->pixels, &k->input);
	measure_cell(t);
	if ((k->pixels.kitty || k->pixels.sixel) && t->cell_width > 1 && t->cell_height > 1) {
		t->way = PIXELS_SENT;
		t->sent_max = k->pixels.sent_max;
		t->changed = true;
	}
}

static bool curses_read_key(struct term *t, struct key_event *out)
{
	struct curses *k = t->priv;

	do {
		if (input_next(out, &k->input, false))
			return true;
		if (k->input.told)
			answered(t);
	} while (fill(t));
	return k->input.len > 0 && late(t, k) && input_next(out, &k->input, true);
}

static int curses_wait_ms(struct term *t)
{
	struct curses *k = t->priv;
	int64_t left;

	if (k->input.len == 0)
		return -1;
	left = patience_ms(t, k) - (clock_mono_ns() - k->byte_at_ns) / 1000000;
	return left < 0 ? 0 : (int)left;
}

static unsigned int curses_flush_input(struct term *t)
{
	struct curses *k = t->priv;
	struct key_event ev;
	unsigned int n = 0;

	while (curses_read_key(t, &ev))
		n++;
	if (!input_answering(&k->input))	/* its other half would be taken for keys */
		k->input.len = 0;
	return n;
}

static void curses_ask_pixels(struct term *t)
{
	struct curses *k = t->priv;

	if (!k->xterm || !t->graphics || !k->pixels.may_ask)
		return;
	k->pixels.may_ask = false;
	k->input.asked = true;
	say(term_pixels_question);
}

static void curses_redraw(struct term *t)
{
	struct curses *k = t->priv;

	k->fresh = true;
}

static void curses_size(struct term *t, int *rows, int *cols)
{
	struct curses *k = t->priv;
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 && ws.ws_col > 0 &&
	    (ws.ws_row != t->rows || ws.ws_col != t->cols)) {
		t->rows = ws.ws_row;
		t->cols = ws.ws_col;
		resizeterm(t->rows, t->cols);
		canvas_resize(&k->last, t->rows, t->cols);
		curses_redraw(t);
		if (t->way == PIXELS_SENT)
			measure_cell(t);
	}
	*rows = t->rows;
	*cols = t->cols;
}

static void go(struct curses *k, int row, int col)
{
	if (k->row == row && k->col == col)
		return;
	add_string(&k->out, tparm((char *)k->cup, row, col, 0, 0, 0, 0, 0, 0, 0));
	k->row = row;
	k->col = col;
}

/*
 * One cell. Where the C library measures a character differently from us a terminal may too, so it shows as
 * question marks. After anything but ASCII the place of the cursor is not trusted.
 */
static void put_cell(struct curses *k, const struct cell *cell, int row, int col)
{
	int look = cell->style * ATTRS + cell->attr, i;
	uint32_t cp;

	go(k, row, col);
	if (cell->attr & ATTR_PIXELS) {
		if (k->look != LOOK_PIXELS) {
			buf_adds(&k->out, look_of(k, STYLE_NORMAL, 0));
			k->pixels.over = k->pixels.under = -1;
		}
		look = LOOK_PIXELS;
		term_pixels_colour(&k->out, &k->pixels, cell, row, col);
	} else if (look != k->look) {
		buf_adds(&k->out, look_of(k, cell->style, cell->attr));
	}
	k->look = look;
	k->col += cell->width;
	if ((unsigned char)cell->bytes[0] < 0x80 && cell->len == 1) {
		buf_addc(&k->out, cell->bytes[0]);
		return;
	}
	if (utf8_decode(&cp, cell->bytes, cell->len) == 0 || wcwidth((wchar_t)cp) != cell->width) {
		for (i = 0; i < cell->width; i++)
			buf_addc(&k->out, '?');
		return;
	}
	buf_add(&k->out, cell->bytes, cell->len);
	if (cell->width == 2 || (size_t)utf8_decode(&cp, cell->bytes, cell->len) < cell->len)
		k->col = -1;
}

static bool same(const struct cell *a, const struct cell *b)
{
	return memcmp(a, b, sizeof(*a)) == 0 && (a->width < 2 || memcmp(a + 1, b + 1, sizeof(*a)) == 0);
}

/* Cells between the cursor and the next change, when writing them is shorter than jumping. */
static void bridge(struct curses *k, const struct cell *now, int row, int col)
{
	int i;

	if (k->row != row || k->col < 0 || k->col >= col || col - k->col > GAP_MAX)
		return;
	for (i = k->col; i < col; i++)
		if (now[i].width != 1 || (unsigned char)now[i].bytes[0] >= 0x80 ||
		    (now[i].attr & ATTR_PIXELS) || now[i].style * ATTRS + now[i].attr != k->look)
			return;
	for (i = k->col; i < col; i++)
		put_cell(k, &now[i], row, i);
}

static void show_row(struct curses *k, const struct canvas *c, int row)
{
	const struct cell *now = &c->cells[row * c->cols];
	struct cell *last = &k->last.cells[row * c->cols];
	size_t bytes = (size_t)c->cols * sizeof(*now);
	int col;

	if (!k->fresh && memcmp(now, last, bytes) == 0)
		return;
	for (col = 0; col < c->cols; col++) {
		if (now[col].width == 0 || (!k->fresh && same(&now[col], &last[col])))
			continue;
		if (row == c->rows - 1 && col + now[col].width == c->cols && !k->corner)
			continue;
		bridge(k, now, row, col);
		put_cell(k, &now[col], row, col);
		term_pixels_touch(&k->pixels, c, row, col);
	}
	memcpy(last, now, bytes);
}

/* Clear the screen, and after a suspension take it again: both are curses' own business. */
static void begin_fresh(struct curses *k)
{
	clearok(curscr, TRUE);
	refresh();
	k->row = k->col = k->look = -1;
	k->cursor_row = -2;
}

static void show_cursor(struct curses *k, const struct canvas *c)
{
	bool hidden = c->cursor_row < 0;

	if (k->cursor_row == -2 || hidden != (k->cursor_row < 0))
		add_name(&k->out, hidden ? "civis" : "cnorm");
	if (!hidden)
		go(k, c->cursor_row, c->cursor_col);
	else if (k->out.len > 0)
		go(k, c->rows - 1, 0);	/* for terminals that cannot hide it */
	k->cursor_row = c->cursor_row;
	k->cursor_col = c->cursor_col;
}

static void send_pixels(struct curses *k, const struct canvas *c)
{
	if (!c->pixels.rows)
		return;
	go(k, c->pixels.row, c->pixels.col);
	term_pixels_send(&k->out, &k->pixels, c);
	k->row = k->col = k->look = -1;
}

static void curses_show(struct term *t, const struct canvas *c)
{
	struct curses *k = t->priv;
	int row;

	if (c->rows != k->last.rows || c->cols != k->last.cols)
		return;
	if (k->fresh)
		begin_fresh(k);
	buf_reset(&k->out);
	term_pixels_clear(&k->out, &k->pixels, c, &k->last);
	for (row = 0; row < c->rows; row++)
		show_row(k, c, row);
	if (k->fresh || term_pixels_due(&k->pixels, c))
		send_pixels(k, c);
	show_cursor(k, c);
	k->fresh = false;
	if (k->out.len > 0)
		say_bytes(k->out.ptr, k->out.len);
}

static void curses_suspend(struct term *t)
{
	struct curses *k = t->priv;
	struct sigaction normal = { .sa_handler = SIG_DFL }, ours;
	sigset_t set, old;

	modes(k, false);
	endwin();
	emergency.armed = 0;
	sigaction(SIGTSTP, &normal, &ours);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &set, &old);
	kill(0, SIGTSTP);	/* stops here, with whoever else is in the foreground job */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGTSTP, &ours, NULL);
	raw();
	noecho();
	nonl();
	emergency.armed = 1;
	curses_redraw(t);
	modes(k, true);
}

static void curses_bell(struct term *t)
{
	(void)t;
	beep();
}

const struct term_ops term_curses = {
	.name = "curses", .open = curses_open, .close = curses_close, .fd = curses_fd, .read_key = curses_read_key,
	.wait_ms = curses_wait_ms, .flush_input = curses_flush_input, .size = curses_size, .show = curses_show,
	.redraw = curses_redraw, .suspend = curses_suspend, .bell = curses_bell,
	.ask_pixels = curses_ask_pixels,
};
