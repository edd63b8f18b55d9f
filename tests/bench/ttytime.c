/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run a full-screen program on a pseudo-terminal and time what a person waits for: the first full
 * screen, and each key to the last byte of its answer. No emulator is in the loop, so what is timed
 * is the program; -c waits before the keys until it rests, -w so long. One measure a line: "first_ms
 * N", "key NAME N BYTES", "peak_kib N" and so on.
 */
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEEN_MAX (4 * 1024 * 1024)
#define SETTLE_MS 90000

static const struct {
	const char *name, *bytes;
} keys[] = {
	{ "DOWN", "\033OB" },
	{ "UP", "\033OA" },
	{ "PGDN", "\033[6~" },
	{ "PGUP", "\033[5~" },
	{ "ENTER", "\r" },
	{ "ESC", "\033" },
	{ "TAB", "\t" },
	{ "SPACE", " " },
	{ "COMMA", "," },
	{ "STAR", "*" },
	{ "HOME", "\033OH" },
	{ "END", "\033OF" },
	{ "CTRL-S", "\023" },
	{ "CTRL-U", "\025" },
};

struct session {
	int fd;
	pid_t pid;
	double quiet_ms, marker_limit_ms;
	long anon_kib;		/* the most that was seen after a key, with the child processes */
	char *seen;		/* what came since the last key, for markers */
	size_t seen_len;
};

/* What one wait found; times are negative where nothing came. */
struct answer {
	double last_ms, marker_ms;
	size_t bytes;
	bool ended;
};

static const char usage[] =
	"usage: ttytime [-g COLSxROWS] [-q QUIET_MS] [-m MARKER] [-k KEYS] [-c | -w SECONDS] [-i IDLE_SECONDS]"
	" [-t MARKER_LIMIT_MS] -- COMMAND...\n"
	"KEYS: a comma between keys; NAME or text, then *COUNT to repeat, then @MARKER to wait for; ~MS to rest.\n";

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void keep(struct session *s, const char *p, size_t n)
{
	if (n > SEEN_MAX - 1 - s->seen_len)
		s->seen_len = 0;	/* a flood: only its end can hold the marker */
	memcpy(s->seen + s->seen_len, p, n);
	s->seen_len += n;
	s->seen[s->seen_len] = '\0';
}

/* Read until the marker came (where one is wanted) and nothing more for the quiet time. */
static struct answer drain(struct session *s, double start, const char *marker, double limit_ms)
{
	struct answer a = { -1, -1, 0, false };
	char piece[65536];
	double wait;
	ssize_t n;

	s->seen_len = 0;
	for (;;) {
		struct pollfd p = { s->fd, POLLIN, 0 };
		bool got_all = a.last_ms >= 0 && (!marker || a.marker_ms >= 0);

		wait = got_all ? s->quiet_ms : start + limit_ms - now_ms();
		if (wait <= 0 || poll(&p, 1, (int)wait + 1) <= 0)
			return a;
		n = read(s->fd, piece, sizeof(piece));
		if (n <= 0) {
			a.ended = true;
			return a;
		}
		a.last_ms = now_ms() - start;
		a.bytes += (size_t)n;
		keep(s, piece, (size_t)n);
		if (marker && a.marker_ms < 0 && memmem(s->seen, s->seen_len, marker, strlen(marker)))
			a.marker_ms = a.last_ms;
	}
}

static void start_program(struct session *s, const char *geometry, char **argv)
{
	struct winsize size = { .ws_col = 120, .ws_row = 40 };
	const char *x = strchr(geometry, 'x');

	if (x) {
		size.ws_col = (unsigned short)strtoul(geometry, NULL, 10);
		size.ws_row = (unsigned short)strtoul(x + 1, NULL, 10);
	}
	s->pid = forkpty(&s->fd, NULL, NULL, &size);
	if (s->pid < 0) {
		perror("ttytime: forkpty");
		exit(1);
	}
	if (s->pid > 0)
		return;
	setenv("TERM", "xterm-256color", 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* A numeric field ("VmHWM:", "voluntary_ctxt_switches:") of a status file, or -1. */
static long status_field(const char *path, const char *field)
{
	char line[256];
	long v = -1;
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			v = strtol(line + strlen(field), NULL, 10);
	fclose(f);
	return v;
}

/* A sum over the child processes that the main thread started. */
static long of_children(pid_t pid, long (*one)(pid_t pid))
{
	char path[64], line[512], *p = line, *end;
	long sum = 0, child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f)) {
		for (child = strtol(p, &end, 10); end != p; child = strtol(p, &end, 10)) {
			sum += one((pid_t)child);
			p = end;
		}
	}
	if (f)
		fclose(f);
	return sum;
}

static long anonymous(pid_t pid)
{
	char path[64];
	long v;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	v = status_field(path, "RssAnon:");
	return v > 0 ? v : 0;
}

static void note_memory(struct session *s)
{
	long v = anonymous(s->pid) + of_children(s->pid, anonymous);

	if (v > s->anon_kib)
		s->anon_kib = v;
}

static void press(struct session *s, const char *bytes, const char *name, const char *marker)
{
	double start = now_ms();
	struct answer a;

	if (write(s->fd, bytes, strlen(bytes)) < 0)
		return;
	a = drain(s, start, marker, marker ? s->marker_limit_ms : 1000);
	note_memory(s);
	if (marker && a.marker_ms < 0)
		printf("missing %s after %s\n", marker, name);
	printf("key %s %.3f %zu\n", name, marker ? a.marker_ms : a.last_ms, a.bytes);
}

/* Read what comes for so many seconds: how many bytes. */
static size_t listen_for(struct session *s, double seconds)
{
	double end = now_ms() + seconds * 1e3;
	size_t bytes = 0;
	char piece[4096];
	ssize_t n;

	while (now_ms() < end) {
		struct pollfd p = { s->fd, POLLIN, 0 };

		if (poll(&p, 1, (int)(end - now_ms()) + 1) <= 0)
			break;
		n = read(s->fd, piece, sizeof(piece));
		if (n <= 0)
			break;
		bytes += (size_t)n;
	}
	return bytes;
}

/* One item of -k: NAME or text, *COUNT, @MARKER. */
static void run_item(struct session *s, char *item)
{
	char *marker = strchr(item, '@'), *star = strchr(item, '*');
	const char *bytes = item;
	long count = 1, i;
	size_t k;

	if (item[0] == '~' && item[1]) {	/* a rest */
		listen_for(s, strtod(item + 1, NULL) / 1e3);
		return;
	}
	if (marker)
		*marker++ = '\0';
	if (star && star != item) {
		*star = '\0';
		count = strtol(star + 1, NULL, 10);
	}
	for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		if (strcmp(item, keys[k].name) == 0)
			bytes = keys[k].bytes;
	for (i = 0; i < count; i++)
		press(s, bytes, item, marker);
}

/* Voluntary switches of all threads of a process: each wake-up ends in one. */
static long switches(pid_t pid)
{
	char path[300];
	struct dirent *e;
	long sum = 0, v;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	d = opendir(path);
	while (d && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%ld/task/%.20s/status", (long)pid, e->d_name);
		v = e->d_name[0] == '.' ? -1 : status_field(path, "voluntary_ctxt_switches:");
		sum += v > 0 ? v : 0;
	}
	if (d)
		closedir(d);
	return sum;
}

static long all_switches(const struct session *s)
{
	return switches(s->pid) + of_children(s->pid, switches);
}

/* Until a second passes almost without a wake-up: what starting left to do is then done. */
static void wait_for_calm(struct session *s)
{
	double start = now_ms();
	long before;

	do {
		before = all_switches(s);
		listen_for(s, 1.5);
	} while (all_switches(s) - before > 2 && now_ms() - start < SETTLE_MS);
	printf("calm_after_s %.1f\n", (now_ms() - start) / 1e3 - 1.5);
}

/* Inside one minute: a clock on the screen may tick at its end. */
static void idle(struct session *s, double seconds)
{
	double left = 60 - (double)(time(NULL) % 60);
	size_t bytes;
	long before;

	if (left < seconds + 2)
		listen_for(s, left + 1);
	before = all_switches(s);
	bytes = listen_for(s, seconds);
	printf("idle_wakeups_per_s %.2f\nidle_bytes %zu\n",
		(double)(all_switches(s) - before) / seconds, bytes);
}

static void finish(struct session *s)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)s->pid);
	note_memory(s);
	printf("peak_kib %ld\nanon_kib %ld\n", status_field(path, "VmHWM:"), s->anon_kib);
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->fd);
	free(s->seen);
}

int main(int argc, char **argv)
{
	struct session s = { .quiet_ms = 40, .marker_limit_ms = 20000 };
	const char *geometry = "120x40", *marker = NULL;
	char *script = NULL, *item, *save = NULL;
	double idle_s = 0, rest_s = 0, start;
	bool calm = false;
	struct answer a;
	int c;

	while ((c = getopt(argc, argv, "+g:q:m:k:cw:i:t:")) != -1) {
		switch (c) {
		case 'g': geometry = optarg; break;
		case 'q': s.quiet_ms = strtod(optarg, NULL); break;
		case 'm': marker = optarg; break;
		case 'k': script = optarg; break;
		case 'c': calm = true; break;
		case 'w': rest_s = strtod(optarg, NULL); break;
		case 't': s.marker_limit_ms = strtod(optarg, NULL); break;
		case 'i': idle_s = strtod(optarg, NULL); break;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind >= argc) {
		fputs(usage, stderr);
		return 2;
	}
	s.seen = malloc(SEEN_MAX);
	if (!s.seen)
		return 1;
	start = now_ms();
	start_program(&s, geometry, argv + optind);
	a = drain(&s, start, marker, 60000);
	printf("first_ms %.3f\nfirst_bytes %zu\n", a.last_ms, a.bytes);
	if (a.ended || (marker && a.marker_ms < 0)) {
		fprintf(stderr, "ttytime: %s: %s; it wrote:\n%.*s\n", argv[optind],
			a.ended ? "ended" : "did not show the marker", 2000, s.seen);
		return 3;
	}
	if (calm)
		wait_for_calm(&s);
	listen_for(&s, rest_s);
	for (item = script ? strtok_r(script, ",", &save) : NULL; item; item = strtok_r(NULL, ",", &save))
		run_item(&s, item);
	if (idle_s > 0)
		idle(&s, idle_s);
	finish(&s);
	return 0;
}
