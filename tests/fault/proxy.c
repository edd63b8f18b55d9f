/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proxy for TCP that makes trouble: between a console and a hub on this machine. Faults are set by lines on
 * standard input, each answered by one line on standard output, and hold for bytes that come after that.
 *
 *   proxy [SEED]     prints the port where it listens on 127.0.0.1
 *
 *   to PORT               where it leads to
 *   cut up|down N HOW     end each new connection after N bytes in that direction; HOW: close reset half
 *   chance PERCENT MAX    cut so many of the new connections somewhere within MAX bytes, by the seed
 *   mix FAULT…            give each new connection one of these, by the seed: clean cut reset half flip slice latency slow
 *   flip up|down N        change the N-th byte (from 0) of each new connection
 *   slice N               pass at most N bytes at a time
 *   delay MS              hold everything back for so long
 *   rate N                pass N bytes a second, in each direction of each connection
 *   line N MS             one line for all: N bytes a second in each direction together, each MS on its way; 0 0: none
 *   hole                  take connections and bytes, and let them vanish
 *   refuse                reset connections as they come
 *   say FILE              answer the first bytes of a connection with these, then end it
 *   clear                 none of these from now on; "hole" lets go what it took
 *   end                   reset all connections there are
 *   count                 nothing; each answer is: connections so far, bytes up and down of the one that began last,
 *                         connections with a fault of their own, or cut
 *   total                 nothing; answered with bytes up and down of all connections
 *
 * Layer: tests; one thread.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 64
#define HELD 65536		/* bytes on their way in one direction */
#define NEVER INT64_MAX
#define MARKS 64		/* portions on a long line */
#define PACKET 1500		/* bytes that go at once over a slow one */
#define LINE_BUFFER 32768	/* what a modem takes before it is its turn */

enum ending { END_CLOSE, END_RESET, END_HALF, ENDINGS };
static const char *const ending_names[ENDINGS] = { "close", "reset", "half" };

/* What `mix` gives to a connection. */
enum kind { CLEAN, CUT, RESET, HALF, FLIP, SLICE, LATENCY, SLOW, KINDS };
static const char *const kind_names[KINDS] = { "clean", "cut", "reset", "half", "flip", "slice", "latency", "slow" };
#define REACH 9000		/* bytes within which such a fault strikes: a handshake and some requests */

/* What is wrong with the bytes of one direction, and how they are held up. */
struct trouble { int64_t cut, flip; enum ending ending; };
struct pace { size_t slice; int64_t delay, rate; };

struct mark { size_t n; int64_t due; };

struct flow {
	int from, to, dir;
	struct mark marks[MARKS];	/* of `held`, on a line with a length */
	size_t n_marks;
	char held[HELD];
	size_t len;
	int64_t due;		/* when the first held byte may go */
	int64_t passed;
	struct trouble t;
	struct pace pace;	/* of its own; one of all goes before */
	bool ended, told;	/* no more comes; the other side was told */
};

struct connection {
	bool used;
	uint64_t number;
	bool spoilt;		/* was counted as struck when it began */
	int a, b;		/* client, hub */
	struct flow up, down;
};

static struct {
	int port;
	struct trouble up, down;
	unsigned int percent;
	uint32_t chance_max;
	struct pace pace;
	struct { int64_t rate, delay; } line;
	bool mix[KINDS];
	unsigned int n_mix;
	bool hole, refuse;
	char say[4096];
	size_t say_len;
} fault;
static struct connection *all;
static uint64_t seed, connections, last_number, struck;
static int64_t last_up, last_down, total[2], line_free[2];	/* µs when the line is free again */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint32_t draw(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33);
}

/* ---- connections ---- */

static void end_connection(struct connection *c, bool hard)
{
	const struct linger reset = { 1, 0 };

	if (hard) {
		setsockopt(c->a, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		setsockopt(c->b, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
	close(c->a);
	if (c->b >= 0)
		close(c->b);
	c->used = false;
}

static void flow_init(struct flow *f, int from, int to, const struct trouble *t, const struct pace *pace)
{
	f->from = from;
	f->to = to;
	f->len = f->n_marks = 0;
	f->due = 0;
	f->passed = 0;
	f->t = *t;
	f->pace = *pace;
	f->ended = f->told = false;
}

static int dial(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)fault.port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* A line that is slow is so for its sender too: no megabytes vanish into our buffers. */
static void narrow(const struct connection *c)
{
	const int bytes = LINE_BUFFER;

	setsockopt(c->a, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(c->b, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static enum kind one_of_mix(void)
{
	unsigned int left = draw() % fault.n_mix;

	for (int k = 0; k < KINDS; k++)
		if (fault.mix[k] && left-- == 0)
			return (enum kind)k;
	return CLEAN;
}

static void spoil(struct trouble *t, struct pace *pace)
{
	enum kind kind = one_of_mix();
	/* as often early as late: half of all bytes are in the first few hundred */
	int64_t at = draw() % (draw() % REACH + 1);

	struck += kind != CLEAN;
	if (kind == CUT || kind == RESET || kind == HALF) {
		t->cut = at;
		t->ending = kind == CUT ? END_CLOSE : kind == RESET ? END_RESET : END_HALF;
	} else if (kind == FLIP) {
		t->flip = at;
	} else if (kind == SLICE) {
		pace->slice = (size_t)(at % 40 + 1);
	} else if (kind == LATENCY) {
		pace->delay = at % 40 + 1;
	} else if (kind == SLOW) {
		pace->rate = 8000 + 4 * at;
	}
}

static void accept_one(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
	struct connection *c = all;
	struct trouble up = fault.up, down = fault.down;
	struct pace pace = { 0 };

	if (fd < 0)
		return;
	while (c < all + CONNECTIONS && c->used)
		c++;
	connections++;
	if (c == all + CONNECTIONS) {
		close(fd);
		return;
	}
	c->used = true;
	c->a = fd;
	c->number = last_number = connections;
	last_up = last_down = 0;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->b = fault.refuse || fault.say_len ? -1 : dial();
	if (fault.refuse || (c->b < 0 && !fault.say_len)) {
		end_connection(c, true);
		return;
	}
	c->spoilt = fault.n_mix || fault.percent;
	if (fault.percent && draw() % 100 < fault.percent) {
		struct trouble *t = draw() % 2 ? &up : &down;

		t->cut = draw() % fault.chance_max;
		t->ending = draw() % ENDINGS;
		struck++;
	}
	if (fault.n_mix)
		spoil(draw() % 2 ? &up : &down, &pace);
	flow_init(&c->up, c->a, c->b, &up, &pace);
	flow_init(&c->down, c->b, c->a, &down, &pace);
	c->down.dir = 1;
	if (fault.line.rate)
		narrow(c);
}

/* ---- bytes ---- */

static const struct pace *pace_of(const struct flow *f)
{
	return fault.pace.slice || fault.pace.delay || fault.pace.rate ? &fault.pace : &f->pace;
}

static bool would_wait(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void mark(struct flow *f, size_t n)
{
	int64_t due = now_ms() + fault.line.delay;

	if (f->n_marks == MARKS || (f->n_marks && f->marks[f->n_marks - 1].due == due)) {
		f->marks[f->n_marks - 1].n += n;
		f->marks[f->n_marks - 1].due = due;
	} else {
		f->marks[f->n_marks++] = (struct mark){ n, due };
	}
}

static void passed_line(struct flow *f, size_t n)
{
	int64_t now = now_us();
	size_t gone = 0;

	/* what we were late ourselves is made up for */
	if (line_free[f->dir] < now - 20000)
		line_free[f->dir] = now - 20000;
	line_free[f->dir] += (int64_t)n * 1000000 / fault.line.rate;
	while (gone < f->n_marks && f->marks[gone].n <= n)
		n -= f->marks[gone++].n;
	if (gone < f->n_marks)
		f->marks[gone].n -= n;
	f->n_marks -= gone;
	memmove(f->marks, f->marks + gone, f->n_marks * sizeof(f->marks[0]));
}

static void take(struct flow *f)
{
	size_t room = sizeof(f->held) - f->len;
	ssize_t n = recv(f->from, f->held + f->len, room, 0);
	int64_t at = f->passed + (int64_t)f->len;

	if (would_wait(n))
		return;
	if (n <= 0) {
		f->ended = true;
		return;
	}
	if (f->t.flip >= at && f->t.flip < at + n)
		f->held[f->len + (size_t)(f->t.flip - at)] ^= 0x55;
	if (f->len == 0)
		f->due = now_ms() + pace_of(f)->delay;
	f->len += (size_t)n;
	if (fault.line.rate)
		mark(f, (size_t)n);
}

/* Of what was held so long, one packet where the line is free. */
static size_t over_line(const struct flow *f)
{
	int64_t now = now_ms();
	size_t n = 0;

	if (line_free[f->dir] > now_us())
		return 0;
	for (size_t i = 0; i < f->n_marks && f->marks[i].due <= now; i++)
		n += f->marks[i].n;
	return n < PACKET ? n : PACKET;
}

/* How many bytes may go now. */
static size_t may_go(const struct flow *f)
{
	const struct pace *p = pace_of(f);
	size_t n = fault.line.rate ? over_line(f) : f->len;

	if (f->t.cut - f->passed < (int64_t)n)
		n = (size_t)(f->t.cut - f->passed);
	if (p->slice && n > p->slice)
		n = p->slice;
	if (p->rate && (int64_t)n > (p->rate + 49) / 50)
		n = (size_t)((p->rate + 49) / 50);
	return n;
}

static void give(struct connection *c, struct flow *f)
{
	ssize_t n = send(f->to, f->held, may_go(f), MSG_NOSIGNAL);

	if (would_wait(n))
		return;
	if (n < 0) {
		end_connection(c, true);
		return;
	}
	f->len -= (size_t)n;
	memmove(f->held, f->held + n, f->len);
	f->passed += n;
	total[f->dir] += n;
	if (fault.line.rate)
		passed_line(f, (size_t)n);
	if (c->number == last_number) {
		last_up = c->up.passed;
		last_down = c->down.passed;
	}
	/* 50 portions a second make the rate; slices go one after the other, so that they arrive apart */
	f->due = now_ms() + (pace_of(f)->rate ? 20 : pace_of(f)->slice ? 1 : 0);
}

/* After the last byte of a direction that is cut. */
static void cut(struct connection *c, struct flow *f)
{
	if (!c->spoilt)
		struck++;
	if (f->t.ending != END_HALF) {
		end_connection(c, f->t.ending == END_RESET);
		return;
	}
	f->t.cut = NEVER;
	f->len = 0;
	f->ended = true;	/* this direction is over, the other goes on */
}

static void speak(struct connection *c)
{
	char heard[4096];
	ssize_t n = recv(c->a, heard, sizeof(heard), 0);

	if (would_wait(n))
		return;
	if (n > 0 && send(c->a, fault.say, fault.say_len, MSG_NOSIGNAL) > 0)
		shutdown(c->a, SHUT_WR);
	end_connection(c, false);
}

static void pass(struct connection *c, struct flow *f, short events_from, short events_to)
{
	if (fault.hole)
		return;
	if ((events_from & (POLLIN | POLLHUP | POLLERR)) && !f->ended && f->len < sizeof(f->held))
		take(f);
	if (f->len && f->due <= now_ms() && (events_to & (POLLOUT | POLLERR | POLLHUP)) && may_go(f))
		give(c, f);
	if (c->used && f->passed >= f->t.cut)
		cut(c, f);
	if (c->used && f->ended && f->len == 0 && !f->told) {
		shutdown(f->to, SHUT_WR);
		f->told = true;
	}
}

/* ---- commands ---- */

static void clear(void)
{
	int port = fault.port;

	memset(&fault, 0, sizeof(fault));
	fault.port = port;
	fault.up.cut = fault.up.flip = fault.down.cut = fault.down.flip = NEVER;
}

static bool set_trouble(const char *verb, const char *way, int64_t n, const char *how)
{
	struct trouble *t = strcmp(way, "up") == 0 ? &fault.up : &fault.down;

	if (strcmp(verb, "flip") == 0) {
		t->flip = n;
		return true;
	}
	for (int i = 0; i < ENDINGS; i++) {
		if (strcmp(how, ending_names[i]) != 0)
			continue;
		t->cut = n;
		t->ending = (enum ending)i;
		return true;
	}
	return false;
}

static bool set_say(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	fault.say_len = fread(fault.say, 1, sizeof(fault.say), f);
	fclose(f);
	return fault.say_len > 0;
}

static bool set_mix(const char *names)
{
	char name[16];
	int used = 0;

	memset(fault.mix, 0, sizeof(fault.mix));
	fault.n_mix = 0;
	for (; sscanf(names, " %15s%n", name, &used) == 1; names += used) {
		int k = 0;

		while (k < KINDS && strcmp(name, kind_names[k]) != 0)
			k++;
		if (k == KINDS || fault.mix[k])
			return false;
		fault.mix[k] = true;
		fault.n_mix++;
	}
	return fault.n_mix > 0;
}

static bool number_for(const char *verb, int64_t n)
{
	if (strcmp(verb, "to") == 0)
		fault.port = (int)n;
	else if (strcmp(verb, "slice") == 0)
		fault.pace.slice = (size_t)n;
	else if (strcmp(verb, "delay") == 0)
		fault.pace.delay = n;
	else if (strcmp(verb, "rate") == 0)
		fault.pace.rate = n;
	else
		return false;
	return true;
}

static bool word_alone(const char *verb)
{
	if (strcmp(verb, "clear") == 0)
		clear();
	else if (strcmp(verb, "hole") == 0)
		fault.hole = true;
	else if (strcmp(verb, "refuse") == 0)
		fault.refuse = true;
	else if (strcmp(verb, "end") == 0)
		for (int i = 0; i < CONNECTIONS; i++) {
			if (all[i].used)
				end_connection(&all[i], true);
		}
	else
		return strcmp(verb, "count") == 0;
	return true;
}

/* What is held already is on the line from now on. */
static void set_line(int64_t rate, int64_t delay)
{
	fault.line.rate = rate;
	fault.line.delay = delay;
	for (int i = 0; i < CONNECTIONS; i++) {
		struct flow *flows[] = { &all[i].up, &all[i].down };

		for (int k = 0; all[i].used && k < 2; k++) {
			flows[k]->n_marks = 0;
			mark(flows[k], flows[k]->len);
		}
	}
}

static bool obey(const char *line)
{
	char verb[16], a[1024], how[16];
	int64_t n, ms;
	unsigned int percent;
	uint32_t max;

	if (sscanf(line, "chance %u %" SCNu32, &percent, &max) == 2 && max > 0) {
		fault.percent = percent;
		fault.chance_max = max;
		return true;
	}
	if (strncmp(line, "mix ", 4) == 0)
		return set_mix(line + 4);
	if (sscanf(line, "line %" SCNd64 " %" SCNd64, &n, &ms) == 2 && n >= 0 && ms >= 0) {
		set_line(n, ms);
		return true;
	}
	if (sscanf(line, "say %1023s", a) == 1)
		return set_say(a);
	if (sscanf(line, "%15s %4[updown] %" SCNd64 " %15s", verb, a, &n, how) == 4 && strcmp(verb, "cut") == 0)
		return set_trouble(verb, a, n, how);
	if (sscanf(line, "%15s %4[updown] %" SCNd64, verb, a, &n) == 3)
		return strcmp(verb, "flip") == 0 && set_trouble(verb, a, n, "");
	if (sscanf(line, "%15s %" SCNd64, verb, &n) == 2)
		return number_for(verb, n);
	return sscanf(line, "%15s", verb) == 1 && word_alone(verb);
}

/* One line at a time; false at the end of the input. */
static bool listen_to_master(void)
{
	static char line[2048];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, line + len, sizeof(line) - 1 - len);
	char *end;

	if (n <= 0)
		return false;
	len += (size_t)n;
	line[len] = '\0';
	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		if (strcmp(line, "total") == 0)
			printf("%" PRId64 " %" PRId64 "\n", total[0], total[1]);
		else if (obey(line))
			printf("%" PRIu64 " %" PRId64 " %" PRId64 " %" PRIu64 "\n", connections, last_up, last_down,
				struck);
		else
			printf("what? %s\n", line);
		fflush(stdout);
		len -= (size_t)(end + 1 - line);
		memmove(line, end + 1, len + 1);
	}
	return len < sizeof(line) - 1;
}

/* ---- the loop ---- */

static short wanted(const struct flow *in, const struct flow *out, bool hole)
{
	short events = 0;

	if (hole)
		return 0;
	if (!in->ended && in->len < sizeof(in->held))
		events |= POLLIN;
	if (out->len && out->due <= now_ms() && may_go(out))
		events |= POLLOUT;
	return events;
}

/* Fills `p`; whether bytes wait that become due by themselves. */
static bool poll_set(struct pollfd *p)
{
	bool held = false;

	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &all[i];
		struct pollfd *a = &p[2 + 2 * i], *b = a + 1;

		a->fd = c->used ? c->a : -1;
		b->fd = c->used ? c->b : -1;
		a->events = c->used ? c->b < 0 ? POLLIN : wanted(&c->up, &c->down, fault.hole) : 0;
		b->events = c->used ? wanted(&c->down, &c->up, fault.hole) : 0;
		a->revents = b->revents = 0;
		/* who has nothing to say any more, or is not listened to, does not wake us without end */
		if (c->used && c->b >= 0 && a->events == 0)
			a->fd = -1;
		if (c->used && b->events == 0)
			b->fd = -1;
		held = held || (c->used && c->b >= 0 && !fault.hole && c->up.len + c->down.len > 0);
	}
	return held;
}

static void serve(struct connection *c, const struct pollfd *a, const struct pollfd *b)
{
	if (!c->used)
		return;
	if (c->b < 0) {
		if (a->revents)
			speak(c);
		return;
	}
	pass(c, &c->up, a->revents, b->revents);
	if (c->used)
		pass(c, &c->down, b->revents, a->revents);
	if (c->used && c->up.told && c->down.told)
		end_connection(c, false);
}

int main(int argc, char **argv)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct pollfd p[2 + 2 * CONNECTIONS];
	socklen_t len = sizeof(sa);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	signal(SIGPIPE, SIG_IGN);
	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	all = calloc(CONNECTIONS, sizeof(*all));
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!all || bind(listener, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0 || listen(listener, CONNECTIONS) != 0 ||
			getsockname(listener, (struct sockaddr *)(void *)&sa, &len) != 0) {
		perror("proxy");
		return 1;
	}
	clear();
	printf("%d\n", ntohs(sa.sin_port));
	fflush(stdout);
	for (;;) {
		p[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = listener, .events = POLLIN };
		poll(p, sizeof(p) / sizeof(*p), poll_set(p) ? 2 : 1000);
		for (int i = 0; i < CONNECTIONS; i++)
			serve(&all[i], &p[2 + 2 * i], &p[3 + 2 * i]);
		if (p[1].revents)
			accept_one(listener);
		if (p[0].revents && !listen_to_master())
			break;
	}
	free(all);
	return 0;
}
