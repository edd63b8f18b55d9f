/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bad network between a console and a hub: passes TCP connections on, each with one fault that
 * follows from the seed and the connection's number. Prints its port, and at the end what it did.
 * Layer: tests.
 *
 *   proxy PORT SEED FAULT…     to 127.0.0.1:PORT
 *
 * Faults: clean; latency (each piece late); slow (some kB/s); slice (pieces of a few bytes); cut
 * (both sides closed after n bytes); reset (the same by RST); half (one direction ends after n
 * bytes); flip (one bit of byte n); hole (after n bytes nothing passes any more). SIGUSR1: clean
 * from now on. SIGUSR2: nothing passes until SIGUSR1. SIGTERM: end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#define PAIRS 64
#define PIECE 4096
#define REACH 9000	/* bytes within which a fault strikes: a handshake and some requests */

enum fault { CLEAN, LATENCY, SLOW, SLICE, CUT, RESET, HALF, FLIP, HOLE, FAULTS };
static const char *const names[FAULTS] = { "clean", "latency", "slow", "slice", "cut", "reset",
	"half", "flip", "hole" };

struct flow {		/* one direction */
	int from, to;
	char piece[PIECE];
	size_t have, done;
	long passed;
	int64_t ready;	/* when the piece may go on, ms */
	bool ended;
};
struct pair {
	struct flow flow[2];
	enum fault fault;
	int side;	/* direction that the fault is in */
	long at;	/* byte after which it strikes; for others how much */
	bool used;
};

static volatile sig_atomic_t calm, dark, over;
static struct pair pairs[PAIRS];
static unsigned long counts[FAULTS];

static void signalled(int signo)
{
	if (signo == SIGUSR1)
		calm = 1;
	if (signo == SIGTERM)
		over = 1;
	dark = signo == SIGUSR2;
}

static uint64_t next_random(uint64_t *state)	/* splitmix64 */
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void end_pair(struct pair *p, bool reset)
{
	const struct linger hard = { 1, 0 };

	for (int i = 0; i < 2; i++) {
		if (reset)
			setsockopt(p->flow[i].from, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(p->flow[i].from);
	}
	p->used = false;
}

static int dial(unsigned short port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* The plan of connection number n is the same in every run with this seed. */
static void plan(struct pair *p, uint64_t seed, unsigned long n, char **faults, int n_faults)
{
	uint64_t state = seed * 1000003 + n;
	const char *name = faults[next_random(&state) % (uint64_t)n_faults];

	p->fault = CLEAN;
	for (int f = 0; f < FAULTS && !calm; f++)
		if (strcmp(names[f], name) == 0)
			p->fault = (enum fault)f;
	p->side = (int)(next_random(&state) & 1);
	/* as often early as late: half of all bytes are in the first few hundred */
	p->at = (long)(next_random(&state) % (next_random(&state) % REACH + 1));
	counts[p->fault]++;
}

static void accept_one(int listener, unsigned short port, uint64_t seed, unsigned long n,
	char **faults, int n_faults)
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), hub, one = 1,
	    i = 0;
	struct pair *p;

	while (i < PAIRS && pairs[i].used)
		i++;
	hub = client < 0 || i == PAIRS ? -1 : dial(port);
	if (hub < 0) {
		if (client >= 0)
			close(client);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	p = &pairs[i];
	memset(p, 0, sizeof(*p));
	p->used = true;
	p->flow[0] = (struct flow){ .from = client, .to = hub };
	p->flow[1] = (struct flow){ .from = hub, .to = client };
	plan(p, seed, n, faults, n_faults);
}

/* A piece is here: when and how it goes on, or that it does not. False: the pair is gone. */
static bool strike(struct pair *p, int side)
{
	struct flow *f = &p->flow[side];
	long left = p->at - f->passed;

	if (p->fault == LATENCY)
		f->ready = now_ms() + p->at % 40;
	if (p->fault == SLOW)
		f->ready = now_ms() + 1000 * (int64_t)f->have / (4000 + p->at * 4);
	if (side != p->side || (size_t)(left < 0 ? PIECE + 1 : left) >= f->have)
		return true;
	if (p->fault == FLIP)
		f->piece[left] = (char)(f->piece[left] ^ 1 << p->at % 8);
	if (p->fault == CUT || p->fault == RESET) {
		(void)!write(f->to, f->piece, (size_t)left);
		end_pair(p, p->fault == RESET);
		return false;
	}
	if (p->fault == HALF) {
		f->have = (size_t)left;
		f->ended = true;
	}
	return true;
}

static size_t piece_size(const struct pair *p)
{
	return p->fault == SLICE ? (size_t)(p->at % 7 + 1) : p->fault == SLOW ? 400 : PIECE;
}

static bool take(struct pair *p, int side)
{
	struct flow *f = &p->flow[side];
	ssize_t n = recv(f->from, f->piece, piece_size(p), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n < 0) {
		end_pair(p, true);
		return false;
	}
	f->have = (size_t)n;
	f->done = 0;
	f->ready = 0;
	f->ended = n == 0;
	return n == 0 || strike(p, side);
}

static bool give(struct pair *p, int side)
{
	struct flow *f = &p->flow[side];
	ssize_t n = send(f->to, f->piece + f->done, f->have - f->done, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n < 0) {
		end_pair(p, true);
		return false;
	}
	f->done += (size_t)n;
	f->passed += n;
	if (f->done == f->have)
		f->have = f->done = 0;
	return true;
}

/* Nothing more comes this way: tell the other side, and end when both ways are over. */
static void finish(struct pair *p, int side)
{
	struct flow *f = &p->flow[side];

	shutdown(f->to, SHUT_WR);
	f->ready = INT64_MAX;
	if (p->flow[!side].ended && p->flow[!side].have == 0)
		end_pair(p, false);
}

static short wanted(const struct pair *p, int side, int64_t now)
{
	const struct flow *f = &p->flow[side];

	if (dark || (p->fault == HOLE && p->flow[p->side].passed >= p->at))
		return 0;
	if (f->have > 0)
		return f->ready <= now ? POLLOUT : 0;
	return f->ended ? 0 : POLLIN;
}

static void turn_pair(struct pair *p, int64_t now, const struct pollfd *polled)
{
	for (int side = 0; side < 2 && p->used; side++) {
		struct flow *f = &p->flow[side];
		short want = wanted(p, side, now);

		if (want == POLLOUT &&
			(polled[2 * side + 1].revents & (POLLOUT | POLLHUP | POLLERR)))
			(void)give(p, side);
		else if (want == POLLIN &&
			(polled[2 * side].revents & (POLLIN | POLLHUP | POLLERR)))
			(void)take(p, side);
		if (p->used && f->ended && f->have == 0 && f->ready != INT64_MAX)
			finish(p, side);
	}
}

static void turn(int listener, unsigned short port, uint64_t seed, char **faults, int n_faults)
{
	static unsigned long n;
	struct pollfd polled[4 * PAIRS + 1] = { { .fd = listener, .events = POLLIN } };
	int64_t now = now_ms();

	for (int i = 0; i < PAIRS; i++) {
		for (int side = 0; side < 2; side++) {
			short want = pairs[i].used ? wanted(&pairs[i], side, now) : 0;
			struct pollfd *at = &polled[1 + 4 * i + 2 * side];

			at[0] = (struct pollfd){ .fd = want == POLLIN ? pairs[i].flow[side].from
								      : -1,
				.events = POLLIN };
			at[1] = (struct pollfd){ .fd = want == POLLOUT ? pairs[i].flow[side].to
								       : -1,
				.events = POLLOUT };
		}
	}
	if (poll(polled, 4 * PAIRS + 1, 2) < 0)
		return;
	for (int i = 0; i < PAIRS; i++)
		if (pairs[i].used)
			turn_pair(&pairs[i], now, &polled[1 + 4 * i]);
	if (polled[0].revents)
		accept_one(listener, port, seed, n++, faults, n_faults);
}

int main(int argc, char **argv)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sigaction act = { .sa_handler = signalled };
	socklen_t len = sizeof(sa);

	if (argc < 4 || listener < 0 ||
		bind(listener, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0 ||
		listen(listener, 64) != 0 ||
		getsockname(listener, (struct sockaddr *)(void *)&sa, &len) != 0) {
		fputs("usage: proxy PORT SEED FAULT…\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	printf("%d\n", ntohs(sa.sin_port));
	fflush(stdout);
	while (!over)
		turn(listener, (unsigned short)strtoul(argv[1], NULL, 10),
			strtoull(argv[2], NULL, 10), argv + 3, argc - 3);
	for (int f = 0; f < FAULTS; f++)
		if (counts[f])
			fprintf(stderr, "%s %lu\n", names[f], counts[f]);
	return 0;
}
