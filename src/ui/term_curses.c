/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file that includes curses: output only. show() hands over the cells that differ from the last frame and
 * nothing when none does; keys are read by input.c. Layer ui, UI thread; term_curses_emergency() in signal handlers.
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
#include "src/ui/ui_priv.h"

#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct curses {
	SCREEN *screen;
	struct canvas last;	/* what the terminal shows */
	bool fresh;		/* `last` says nothing: paint everything */
	int cursor_row, cursor_col;
	struct input input;
	int64_t byte_at_ns;
	bool colours, mouse, xterm;
	int depth;		/* colours to use */
	attr_t attr[STYLE_COUNT];
	short pair[STYLE_COUNT];
	cchar_t *line;
};

/* All a crash handler needs, for it may call nothing but write() and tcsetattr(). */
static struct {
	volatile sig_atomic_t armed;
	struct termios termios;
	char text[256];
	size_t len;
} emergency;

static void say(const char *s)
{
	size_t n = strlen(s);

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

static void arm_add(const char *s)
{
	size_t n = s && s != (const char *)-1 ? strlen(s) : 0;

	/* padding marks of terminfo ("$<5>") are for old paper and must not be printed */
	if (n == 0 || strstr(s, "$<") || emergency.len + n > sizeof(emergency.text))
		return;
	memcpy(emergency.text + emergency.len, s, n);
	emergency.len += n;
}

static void arm(const struct curses *k)
{
	emergency.len = 0;
	if (k->xterm)
		arm_add(MOUSE_OFF PASTE_OFF);
	arm_add(tigetstr("sgr0"));
	arm_add(tigetstr("op"));
	arm_add(tigetstr("cnorm"));
	arm_add(tigetstr("rmcup"));
	arm_add("\r\n");
	emergency.armed = 1;
}

static attr_t attributes(uint8_t bits)
{
	return (bits & ATTR_BOLD ? A_BOLD : 0) | (bits & ATTR_REVERSE ? A_REVERSE : 0) |
		(bits & ATTR_UNDERLINE ? A_UNDERLINE : 0) | (bits & ATTR_DIM ? A_DIM : 0);
}

static void load_looks(struct curses *k, const struct theme *theme)
{
	int i;

	for (i = 0; i < STYLE_COUNT; i++) {
		const struct look *look = &theme->look[i];
		int fg = k->depth >= 256 ? look->fg : look->fg16, bg = k->depth >= 256 ? look->bg : look->bg16;

		k->attr[i] = attributes(look->attr);
		k->pair[i] = 0;
		if (!k->colours)
			continue;
		if (k->depth < 16 && fg >= 8)
			fg -= 8;
		if (k->depth < 16 && bg >= 8)
			bg -= 8;
		if (k->depth < 256 && i == STYLE_CURSOR && bg < 0)
			k->attr[i] |= A_REVERSE;	/* no quiet grey to lie under the cursor */
		if (k->depth >= 256 && fg >= 0)
			k->attr[i] &= ~(attr_t)A_DIM;	/* the colour is dim already */
		if (fg < 0 && bg < 0)
			continue;
		if (init_pair((short)(i + 1), (short)fg, (short)bg) != ERR)
			k->pair[i] = (short)(i + 1);
	}
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
	k->colours = t->theme && !t->theme->mono && has_colors() && start_color() != ERR;
	if (k->colours)
		use_default_colors();
	k->depth = t->colours && t->colours < COLORS ? t->colours : COLORS;
	load_looks(k, k->colours || !t->mono ? t->theme : t->mono);
	arm(k);
	t->rows = LINES;
	t->cols = COLS;
	canvas_init(&k->last, t->rows, t->cols);
	k->line = mem_array((size_t)k->last.cols + 1, sizeof(*k->line));
	k->fresh = true;
	k->cursor_row = k->cursor_col = -2;
	modes(k, true);
	return STATUS_OK;
}

static void curses_close(struct term *t)
{
	struct curses *k = t->priv;

	if (!k)
		return;
	t->priv = NULL;
	modes(k, false);
	endwin();
	emergency.armed = 0;
	delscreen(k->screen);
	canvas_done(&k->last);
	mem_free(k->line);
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

static bool late(const struct term *t, const struct curses *k)
{
	return clock_mono_ns() - k->byte_at_ns >= (int64_t)t->escdelay_ms * 1000000;
}

static bool curses_read_key(struct term *t, struct key_event *out)
{
	struct curses *k = t->priv;

	do {
		if (input_next(out, &k->input, false))
			return true;
	} while (fill(t));
	return k->input.len > 0 && late(t, k) && input_next(out, &k->input, true);
}

static int curses_wait_ms(struct term *t)
{
	struct curses *k = t->priv;
	int64_t left;

	if (k->input.len == 0)
		return -1;
	left = t->escdelay_ms - (clock_mono_ns() - k->byte_at_ns) / 1000000;
	return left < 0 ? 0 : (int)left;
}

static unsigned int curses_flush_input(struct term *t)
{
	struct curses *k = t->priv;
	struct key_event ev;
	unsigned int n = 0;

	while (curses_read_key(t, &ev))
		n++;
	k->input.len = 0;
	return n;
}

static void curses_redraw(struct term *t)
{
	struct curses *k = t->priv;

	clearok(curscr, TRUE);
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
		k->line = mem_realloc(k->line, (size_t)k->last.cols + 1, sizeof(*k->line));
		curses_redraw(t);
	}
	*rows = t->rows;
	*cols = t->cols;
}

/*
 * A cell as curses wants it. Where the C library measures a character differently from us, it would shift the
 * rest of the line, so it shows as a question mark. False asks for a second blank cell beside it.
 */
static bool to_cchar(cchar_t *out, const struct curses *k, const struct cell *cell)
{
	wchar_t text[CCHARW_MAX + 1];
	attr_t attr = k->attr[cell->style] | attributes(cell->attr);
	size_t at = 0;
	int n = 0, len;
	uint32_t cp;
	bool fits = true;

	while (at < cell->len && n < CCHARW_MAX) {
		len = utf8_decode(&cp, cell->bytes + at, cell->len - at);
		if (len == 0)
			break;
		if (n == 0 && cp >= 0x80 && wcwidth((wchar_t)cp) != cell->width) {
			fits = cell->width < 2;
			text[n++] = L'?';
			break;
		}
		if (n == 0 || wcwidth((wchar_t)cp) == 0)
			text[n++] = (wchar_t)cp;
		at += (size_t)len;
	}
	if (n == 0)
		text[n++] = L' ';
	text[n] = L'\0';
	setcchar(out, text, attr, k->pair[cell->style], NULL);
	return fits;
}

static void show_cells(struct curses *k, const struct cell *row, int at, int from, int to)
{
	static const struct cell blank = { .bytes = " ", .len = 1, .width = 1 };
	int col, n = 0;

	while (from > 0 && row[from].width == 0)
		from--;
	for (col = from; col < to; col++) {
		if (row[col].width == 0)
			continue;
		if (!to_cchar(&k->line[n++], k, &row[col]))
			to_cchar(&k->line[n++], k, &blank);
	}
	mvadd_wchnstr(at, from, k->line, n);
}

/* Cells that differ in a row, from the first to the last; a wide one counts whole. */
static bool show_row(struct curses *k, const struct canvas *c, int at)
{
	const struct cell *now = &c->cells[at * c->cols];
	struct cell *last = &k->last.cells[at * c->cols];
	size_t bytes = (size_t)c->cols * sizeof(*now);
	int from = 0, to = c->cols;

	if (!k->fresh) {
		if (memcmp(now, last, bytes) == 0)
			return false;
		while (memcmp(&now[from], &last[from], sizeof(*now)) == 0)
			from++;
		while (memcmp(&now[to - 1], &last[to - 1], sizeof(*now)) == 0)
			to--;
		while (from > 0 && (now[from].width == 0 || last[from].width == 0))
			from--;
		while (to < c->cols && (now[to].width == 0 || last[to].width == 0))
			to++;
	}
	show_cells(k, now, at, from, to);
	memcpy(last, now, bytes);
	return true;
}

static void curses_show(struct term *t, const struct canvas *c)
{
	struct curses *k = t->priv;
	bool any = k->fresh || k->cursor_row != c->cursor_row || k->cursor_col != c->cursor_col;
	int row;

	if (c->rows != k->last.rows || c->cols != k->last.cols)
		return;
	for (row = 0; row < c->rows; row++)
		any |= show_row(k, c, row);
	if (!any)
		return;
	if (k->cursor_row != c->cursor_row || k->fresh)
		curs_set(c->cursor_row >= 0);
	move(c->cursor_row >= 0 ? c->cursor_row : c->rows - 1, c->cursor_row >= 0 ? c->cursor_col : 0);
	k->cursor_row = c->cursor_row;
	k->cursor_col = c->cursor_col;
	k->fresh = false;
	refresh();
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
};
