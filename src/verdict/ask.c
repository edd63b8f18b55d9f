/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to the person at a terminal before the full screen: passphrase, progress bar, Ctrl-C. Main thread.
 */
#include "src/verdict/verdict_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "verdict/app/stick.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

#define PASSPHRASE_MAX 1024
#define BAR 30

static volatile sig_atomic_t interrupted;

/* One line with echo and signals off, so that no key leaves the terminal silent; Ctrl-C and Ctrl-D give up. */
static enum status read_secret(struct buf *out, int fd)
{
	char c = 0;
	ssize_t n;

	while ((n = read(fd, &c, 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || c == '\n' || c == '\r' || c == 3 || c == 4)
			break;
		if ((c == 127 || c == 8) && out->len)
			buf_cut(out, out->len - 1, 1);
		else if (c == 21)
			buf_reset(out);
		else if (c != 127 && c != 8)
			buf_addc(out, c);
	}
	if (n <= 0 || c == 3 || c == 4)
		return status_set(STATUS_CANCELLED, "no passphrase was given");
	return out->err ? status_set(STATUS_LIMIT, "a passphrase has at most %d bytes", PASSPHRASE_MAX) : STATUS_OK;
}

/* A prompt may be a server's. */
static void put_text(int fd, const char *text)
{
	struct buf b;

	buf_init(&b, 8 * PASSPHRASE_MAX);
	text_neutralise(&b, text, strlen(text), false);
	(void)!write(fd, buf_str(&b), b.len);
	buf_done(&b);
}

char *tty_passphrase(const char *prompt)
{
	return tty_line(prompt, true);
}

char *tty_line(const char *prompt, bool secret)
{
	struct termios before, quiet;
	enum status code;
	struct buf b;
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &before) != 0) {
		status_set(STATUS_DENIED, "no terminal to ask for a passphrase; give --passphrase-file FILE");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	buf_init(&b, PASSPHRASE_MAX);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(secret ? ECHO | ICANON | ISIG : ISIG);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	put_text(fd, prompt);
	code = read_secret(&b, fd);
	tcsetattr(fd, TCSAFLUSH, &before);
	if (secret)
		(void)!write(fd, "\n", 1);
	close(fd);
	if (code == STATUS_OK)
		buf_add(&b, "", 0);
	if (code == STATUS_OK && !b.ptr)
		return mem_strdup("");
	if (code == STATUS_OK)
		return buf_take(&b);
	buf_done(&b);
	return NULL;
}

char *file_passphrase(const char *path)
{
	char *line = NULL;
	struct buf b;

	buf_init(&b, PASSPHRASE_MAX + 1);
	if (io_read_file(&b, path, PASSPHRASE_MAX) == STATUS_OK)
		line = mem_strndup(buf_str(&b), strcspn(buf_str(&b), "\r\n"));
	buf_done(&b);
	return line;
}

bool tty_progress(const struct import_progress *p, void *data)
{
	char bar[BAR + 1], line[160], left[STICK_LEFT] = "";
	uint64_t full = p->total ? p->done * BAR / p->total : 0;
	struct tty_bar *shown = data;

	if (shown->what != p->what)
		*shown = (struct tty_bar){ p->what, clock_mono_ns() };
	stick_left(left, shown->since, p->done, p->total);
	memset(bar, ' ', BAR);
	bar[BAR] = '\0';
	memset(bar, '#', full < BAR ? full : BAR);
	if (p->total)
		snprintf(line, sizeof(line), "\r%-20.20s [%s] %3u%% %-11s", p->what, bar,
			(unsigned int)(p->done * 100 / p->total), left);
	else
		snprintf(line, sizeof(line), "\r%-20.20s %llu", p->what, (unsigned long long)p->done);
	(void)!write(2, line, strlen(line));
	return interrupted != 0;
}

void tty_progress_end(void)
{
	(void)!write(2, "\r\033[K", 4);
}

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

void catch_interrupt(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &sa, NULL);
}

/* Beside our own file or in the build tree, else where it was installed. */
const char *find_reader(char *out, size_t max)
{
	static const char *const places[] = { "/verdict-reader", "/../reader/verdict-reader" };
	const char *env = getenv("VERDICT_READER");
	char self[4096], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (env && *env)
		return env;
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		for (size_t i = 0; slash && i < 2; i++) {
			snprintf(out, max, "%.*s%s", (int)(slash - self), self, places[i]);
			if (access(out, X_OK) == 0)
				return out;
		}
	}
	return PKGLIBEXECDIR "/verdict-reader";
}
