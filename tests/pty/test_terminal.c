/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console under a pseudo-terminal with a terminal emulator behind it: start, Esc, resize, mouse, colours,
 * suspend, signals and a crash, each giving the terminal back; and nothing written while nothing happens. Waits
 * for what the screen shows, with a deadline, and never for a time.
 */
#include "tests/unit/test.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "config.h"

#define DEADLINE_S 20

struct session {
	int fd;
	pid_t pid;
	VTerm *vt;
	VTermScreen *screen;
	int rows, cols;
	bool alternate, cursor, gone;
	int mouse;
	size_t bytes;
	struct termios before;
	char text[65536];
};

static char raw[1 << 20];	/* what was written since raw_len was 0, as far as there is room */
static size_t raw_len;
static pid_t running;		/* for the teardown of a test that failed */
static char dir[] = "/tmp/verdict-terminal-XXXXXX";
static char console[4096], pack[4096], reader[4096];

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int on_prop(VTermProp prop, VTermValue *val, void *user)
{
	struct session *s = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		s->alternate = val->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		s->cursor = val->boolean;
	if (prop == VTERM_PROP_MOUSE)
		s->mouse = val->number;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_prop };

static void start(struct session *s, int rows, int cols, const char *term, const char *variable)
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	int ends[2];

	memset(s, 0, sizeof(*s));
	/* asked of another terminal: this one may be raw before we could look */
	assert_int_equal(openpty(&ends[0], &ends[1], NULL, NULL, &ws), 0);
	tcgetattr(ends[1], &s->before);
	close(ends[0]);
	close(ends[1]);
	s->rows = rows;
	s->cols = cols;
	s->cursor = true;
	s->vt = vterm_new(rows, cols);
	vterm_set_utf8(s->vt, 1);
	s->screen = vterm_obtain_screen(s->vt);
	vterm_screen_set_callbacks(s->screen, &callbacks, s);
	vterm_screen_enable_altscreen(s->screen, 1);
	vterm_screen_reset(s->screen, 1);
	s->pid = forkpty(&s->fd, NULL, &s->before, &ws);
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		setenv("TERM", term, 1);
		if (variable)
			setenv(variable, "1", 1);
		if (chdir(dir) == 0)
			execl(console, console, "run", "store", (char *)NULL);
		_exit(127);
	}
	running = s->pid;
}

/* Take in what was written within `ms`; false when nothing was. */
static bool take(struct session *s, int ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	if (s->gone || poll(&p, 1, ms) <= 0)
		return false;
	n = read(s->fd, bytes, sizeof(bytes));
	if (n <= 0) {
		s->gone = true;
		return false;
	}
	s->bytes += (size_t)n;
	if ((size_t)n < sizeof(raw) - raw_len) {
		memcpy(raw + raw_len, bytes, (size_t)n);
		raw_len += (size_t)n;
	}
	vterm_input_write(s->vt, bytes, (size_t)n);
	return true;
}

static const char *screen_text(struct session *s)
{
	size_t used = 0;
	int row;

	for (row = 0; row < s->rows; row++) {
		VTermRect r = { row, row + 1, 0, s->cols };

		used += vterm_screen_get_text(s->screen, s->text + used, sizeof(s->text) - used - 2, r);
		s->text[used++] = '\n';
	}
	s->text[used] = '\0';
	return s->text;
}

static void wait_for(struct session *s, const char *wanted)
{
	double end = now() + DEADLINE_S;

	while (!strstr(screen_text(s), wanted)) {
		if (now() > end || s->gone)
			fail_msg("the screen does not show \"%s\":\n%s", wanted, s->text);
		take(s, 50);
	}
}

static void wait_gone(struct session *s, const char *unwanted)
{
	double end = now() + DEADLINE_S;

	while (strstr(screen_text(s), unwanted)) {
		if (now() > end || s->gone)
			fail_msg("the screen still shows \"%s\":\n%s", unwanted, s->text);
		take(s, 50);
	}
}

static void wait_cursor(struct session *s, bool shown)
{
	double end = now() + DEADLINE_S;

	while (s->cursor != shown) {
		if (now() > end || s->gone)
			fail_msg("the cursor is %s", shown ? "hidden" : "shown");
		take(s, 50);
	}
}

static void keys(struct session *s, const char *bytes)
{
	assert_int_equal(write(s->fd, bytes, strlen(bytes)), strlen(bytes));
}

/* The program ended; the wait status, after all it wrote was taken in. */
static int ended(struct session *s)
{
	double end = now() + DEADLINE_S;
	int status = 0;

	while (waitpid(s->pid, &status, WNOHANG) == 0) {
		if (now() > end)
			fail_msg("the console does not end");
		take(s, 20);
	}
	running = 0;
	while (take(s, 20))
		;
	return status;
}

static void assert_restored(struct session *s)
{
	assert_false(s->alternate);
	assert_true(s->cursor);
	assert_int_equal(s->mouse, VTERM_PROP_MOUSE_NONE);
}

static void finish(struct session *s)
{
	close(s->fd);
	vterm_free(s->vt);
}

static void quit(struct session *s)
{
	int status;

	keys(s, "q");
	status = ended(s);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_restored(s);
	finish(s);
}

static void test_start(void **state)
{
	struct session s;
	struct termios after;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	assert_true(s.alternate);
	wait_cursor(&s, false);
	assert_int_equal(s.mouse, VTERM_PROP_MOUSE_CLICK);
	wait_for(&s, "さくら EHR → KR 서울메디");
	tcgetattr(s.fd, &after);
	assert_false(after.c_lflag & (ICANON | ECHO | ISIG));
	keys(&s, "jj");
	wait_for(&s, "3 of 46");
	keys(&s, "\033[A");
	wait_for(&s, "2 of 46");
	quit(&s);
}

/* A lone Esc is one after 25 ms, and a sequence cut in two is still one key. */
static void test_escape(void **state)
{
	struct session s;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	keys(&s, "/zzz");
	wait_for(&s, "No test instance matches");
	wait_cursor(&s, true);
	keys(&s, "\033");
	wait_for(&s, "1 of 46");
	wait_cursor(&s, false);
	keys(&s, "\033[6~");
	wait_for(&s, "17 of 46");
	quit(&s);
}

static void test_resize(void **state)
{
	struct winsize ws = { .ws_row = 40, .ws_col = 120 };
	struct session s;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	s.rows = 40;
	s.cols = 120;
	vterm_set_size(s.vt, 40, 120);
	assert_int_equal(ioctl(s.fd, TIOCSWINSZ, &ws), 0);
	wait_for(&s, "consumer, Document Consumer");	/* the preview */
	ws.ws_row = 5;
	ws.ws_col = 20;
	s.rows = 5;
	s.cols = 20;
	vterm_set_size(s.vt, 5, 20);
	assert_int_equal(ioctl(s.fd, TIOCSWINSZ, &ws), 0);
	wait_for(&s, "small");
	quit(&s);
}

static void test_mouse(void **state)
{
	struct session s;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	keys(&s, "\033[<0;20;9M\033[<0;20;9m");
	wait_for(&s, "4 of 46");
	keys(&s, "\033[<65;20;9M");
	wait_for(&s, "7 of 46");
	keys(&s, "\033[<0;77;2M");
	wait_for(&s, "Everywhere");
	keys(&s, "\033[<0;3;2M");
	wait_for(&s, "7 of 46");
	quit(&s);
}

/* Pasted text is text in the prompt and no command anywhere. */
static void test_paste(void **state)
{
	struct session s;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	keys(&s, "\033[200~jjq\033[201~j");
	wait_for(&s, "2 of 46");
	keys(&s, ":");
	keys(&s, "\033[200~set escdelay\r\033[201~");
	wait_for(&s, ":set escdelay ");
	keys(&s, "\r");
	wait_for(&s, "escdelay is 25 ms");
	quit(&s);
}

static int coloured_cells(struct session *s)
{
	VTermPos pos;
	VTermScreenCell cell;
	int n = 0;

	for (pos.row = 0; pos.row < s->rows; pos.row++)
		for (pos.col = 0; pos.col < s->cols; pos.col++) {
			vterm_screen_get_cell(s->screen, pos, &cell);
			n += !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
		}
	return n;
}

static void test_colours(void **state)
{
	struct session s;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	assert_true(coloured_cells(&s) > 50);
	quit(&s);
	start(&s, 24, 80, "xterm-256color", "NO_COLOR");
	wait_for(&s, "1 of 46");
	assert_int_equal(coloured_cells(&s), 0);
	quit(&s);
	start(&s, 24, 80, "vt100", NULL);
	wait_for(&s, "1 of 46");
	assert_int_equal(coloured_cells(&s), 0);
	quit(&s);
}

static int times(const char *bytes)
{
	const char *at = raw, *found;
	int n = 0;

	while ((found = memmem(at, raw_len - (size_t)(at - raw), bytes, strlen(bytes)))) {
		at = found + 1;
		n++;
	}
	return n;
}

static void wait_bytes(struct session *s, const char *bytes, int count)
{
	double end = now() + DEADLINE_S;

	while (times(bytes) < count) {
		if (now() > end || s->gone)
			fail_msg("%s was written %d times, not %d", bytes + 1, times(bytes), count);
		take(s, 50);
	}
}

static void settle(struct session *s)
{
	while (take(s, 200))
		;
}

static void open_picture(struct session *s, const char *variable)
{
	start(s, 24, 80, "xterm-256color", variable);
	raw_len = 0;
	wait_for(s, "1 of 46");
	keys(s, ":open 81356\r");
	wait_for(s, "image-implicit.dcm");	/* the evidence is listed: the instance is read */
	keys(s, ":evidence 4\r");
	wait_for(s, "hex  picture");
	assert_int_equal(times("\033[c"), 0);	/* nothing is asked before there is a picture */
	keys(s, "p");
	wait_for(s, "frame 1 of 8");
	wait_for(s, "40 x 40");
	settle(s);
}

static void leave_picture(struct session *s)
{
	keys(s, "q");
	wait_for(s, "From the summary to the picture");
	keys(s, "q");
	wait_for(s, "critical");
	quit(s);
}

/* Half blocks in colours; the terminal is asked once, and what is asked is never seen. */
static void test_picture(void **state)
{
	struct session s;

	(void)state;
	open_picture(&s, NULL);
	assert_true(coloured_cells(&s) > 300);
	assert_non_null(strstr(screen_text(&s), "▀"));
	assert_int_equal(times("\033[c"), 1);
	keys(&s, "\033[?1;2c.");		/* it can nothing more */
	wait_for(&s, "frame 2 of 8");
	keys(&s, "G");
	wait_for(&s, "frame 8 of 8");
	settle(&s);
	assert_int_equal(times("\033[c"), 1);
	assert_int_equal(times("\033P"), 0);
	leave_picture(&s);
	open_picture(&s, "TMUX");	/* somebody is between us and the terminal */
	assert_true(coloured_cells(&s) > 300);
	assert_int_equal(times("\033[c") + times("\033_G"), 0);
	leave_picture(&s);
	open_picture(&s, "NO_COLOR");
	assert_int_equal(coloured_cells(&s), 0);
	assert_non_null(strstr(screen_text(&s), "@@@@@@@"));
	assert_int_equal(times("\033[c"), 0);
	leave_picture(&s);
}

/* Graphics for who says so: sent once a picture, taken away with it, and not a byte while nothing happens. */
static void test_graphics(void **state)
{
	struct session s;
	int n;

	(void)state;
	open_picture(&s, NULL);
	keys(&s, "\033[6;20;10t\033[?62;4;22c");
	wait_bytes(&s, "\033P0;1;0q\"1;1;", 1);
	settle(&s);
	assert_null(strstr(screen_text(&s), "▀"));
	n = times("\033P0;1;0q\"1;1;");	/* at once, and again when the reader has made it as fine */
	keys(&s, ".");
	wait_bytes(&s, "\033P0;1;0q\"1;1;", n + 1);
	wait_for(&s, "frame 2 of 8");
	settle(&s);
	assert_int_equal(times("\033P0;1;0q\"1;1;"), n + 1);
	leave_picture(&s);
	open_picture(&s, NULL);
	keys(&s, "\033_Gi=9117;OK\033\\\033[6;20;10t\033[?62;22c");
	wait_bytes(&s, "\033_Ga=T,f=24,", 1);
	assert_int_equal(times("\033_Ga=d,"), 0);
	keys(&s, "\t");
	wait_bytes(&s, "\033_Ga=d,", 1);
	wait_for(&s, "Multi-frame");
	leave_picture(&s);
}

static void test_suspend(void **state)
{
	struct session s;
	double end = now() + DEADLINE_S;
	int status = 0;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	/* the console leads its session, and a stop of an orphaned group is dropped: it comes straight back */
	keys(&s, "\032j");
	wait_for(&s, "2 of 46");
	assert_true(s.alternate);
	/* stopped for good by someone else, and continued on a screen full of rubbish */
	kill(s.pid, SIGSTOP);
	while (waitpid(s.pid, &status, WUNTRACED | WNOHANG) == 0 && now() < end)
		take(&s, 20);
	assert_true(WIFSTOPPED(status));
	vterm_input_write(s.vt, "\033[H\033[2Jrubbish", 14);
	wait_for(&s, "rubbish");
	kill(s.pid, SIGCONT);
	wait_gone(&s, "rubbish");
	wait_for(&s, "2 of 46");
	quit(&s);
}

static void end_by(int sig, bool ours)
{
	struct session s;
	struct termios after;
	int status;

	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	kill(s.pid, sig);
	status = ended(&s);
	assert_true(WIFSIGNALED(status) || ours);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), sig);
	assert_restored(&s);
	if (tcgetattr(s.fd, &after) == 0)
		assert_int_equal(after.c_lflag & (ICANON | ECHO | ISIG),
			s.before.c_lflag & (ICANON | ECHO | ISIG));
	finish(&s);
}

static void test_signals(void **state)
{
	(void)state;
	end_by(SIGTERM, false);
	end_by(SIGHUP, false);
	end_by(SIGABRT, false);
}

static void test_crash(void **state)
{
	(void)state;
#ifdef HAVE_SANITIZER
	skip();
#endif
	end_by(SIGSEGV, false);
	end_by(SIGBUS, false);
}

static void test_interrupt(void **state)
{
	struct session s;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	kill(s.pid, SIGINT);
	keys(&s, "\003j");
	wait_for(&s, "2 of 46");
	quit(&s);
}

/* Two seconds after the last key not one byte is written, unless the clock's minute changed. */
static void test_idle(void **state)
{
	struct session s;
	double end;

	(void)state;
	start(&s, 24, 80, "xterm-256color", NULL);
	wait_for(&s, "1 of 46");
	while (time(NULL) % 60 > 50 || time(NULL) % 60 < 1)
		take(&s, 500);
	while (take(&s, 300))
		;
	s.bytes = 0;
	for (end = now() + 2; now() < end; )
		take(&s, 100);
	assert_int_equal(s.bytes, 0);
	quit(&s);
}

static int stop_running(void **state)
{
	(void)state;
	if (running > 0) {
		kill(running, SIGKILL);
		waitpid(running, NULL, 0);
	}
	running = 0;
	return 0;
}

static int prepare(void **state)
{
	const char *builddir = getenv("builddir"), *srcdir = getenv("srcdir");
	int status = -1;
	pid_t pid;

	(void)state;
	snprintf(console, sizeof(console), "%s/tests/screen/console", builddir ? builddir : ".");
	snprintf(reader, sizeof(reader), "%s/verdict-reader", builddir ? builddir : ".");
	snprintf(pack, sizeof(pack), "%s/data/sample-event", srcdir ? srcdir : ".");
	assert_true(console[0] == '/' && pack[0] == '/');	/* make check sets whole paths */
	assert_non_null(mkdtemp(dir));
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("HOME", dir, 1);
	setenv("VERDICT_READER", reader, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	unsetenv("TMUX");
	unsetenv("STY");
	pid = fork();
	if (pid == 0) {
		if (chdir(dir) == 0)
			execl(console, console, "import", "store", pack, "P01", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int clean(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s", dir);
	return system(line);
}

#define T(f) cmocka_unit_test_teardown(f, stop_running)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_start), T(test_escape), T(test_resize),
		T(test_mouse), T(test_paste), T(test_colours), T(test_picture), T(test_graphics),
		T(test_suspend), T(test_signals), T(test_crash),
		T(test_interrupt), T(test_idle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, clean);
}
