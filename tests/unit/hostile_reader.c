/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader process that misbehaves: started by test_evidence_hostile in place of verdict-reader. The document it is
 * handed says how, in its first word. Layer: tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/base/frame.h"
#include "verdict/evidence/wire.h"

#define SOCKET 3

static struct buf in, out;
static struct wire_request request;
static char word[64];
static unsigned int number;

static void put(const void *ptr, size_t len)
{
	const char *p = ptr;

	while (len) {
		ssize_t n = send(SOCKET, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
}

static void nap(long ms)
{
	struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

/* The next request; the document's words where one comes with it. */
static void receive(void)
{
	char bytes[4096], control[CMSG_SPACE(sizeof(int))];
	size_t n = 0;

	while (frame_whole(&n, buf_str(&in), in.len, WIRE_FRAME_MIN, WIRE_FRAME_MAX) != STATUS_OK || !n) {
		struct iovec iov = { bytes, sizeof(bytes) };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			.msg_controllen = sizeof(control) };
		ssize_t got = recvmsg(SOCKET, &msg, 0);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		int fd;

		if (got <= 0)
			_exit(0);
		buf_add(&in, bytes, (size_t)got);
		if (c && c->cmsg_type == SCM_RIGHTS) {
			char text[80] = "";

			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
			if (pread(fd, text, sizeof(text) - 1, 0) > 0)
				sscanf(text, "%63s %u", word, &number);
			close(fd);
		}
	}
	wire_get_request(&request, in.ptr, n);
	request.text = "";
	buf_cut(&in, 0, n);
}

static void make_answer(struct buf *b, const struct wire_request *q)
{
	static struct reader_row row = { .label = "label", .label_len = 5, .value = "value", .value_len = 5, .note = "" };
	struct wire_reply r = { .id = q->id, .op = q->op, .text = "", .rows = &row, .row_count = 1, .total = 1,
		.info = { .summary = "a summary", .trail = "" } };

	wire_put_reply(b, &r);
}

static void make_progress(struct buf *b)
{
	struct wire_reply r = { .id = request.id, .op = request.op, .progress = true };

	wire_put_reply(b, &r);
}

static void send_out(void)
{
	put(buf_str(&out), out.len);
	buf_reset(&out);
}

static void wait_for_ever(void)
{
	for (;;)
		nap(50);
}

static void busy(void)
{
	volatile unsigned long x = 0;

	for (;;)
		x++;
}

static void progress(void)	/* an endless loop that tells of progress */
{
	for (;;) {
		make_progress(&out);
		send_out();
		nap(5);
	}
}

static void slow(void)		/* honest work that takes longer than a reader may be silent */
{
	unsigned int i;

	for (i = 0; i < number; i++) {
		nap(10);
		make_progress(&out);
		send_out();
	}
}

static void length(void)
{
	uint32_t n = number;

	put(&n, sizeof(n));
	wait_for_ever();
}

static void half(void)
{
	make_answer(&out, &request);
	put(out.ptr, out.len / 2);
	wait_for_ever();
}

static void sudden(void)
{
	make_answer(&out, &request);
	put(out.ptr, number < out.len ? number : out.len - 1);
	_exit(3);
}

static void crash(void)
{
	abort();
}

static void wrong_id(void)
{
	request.id++;
}

static void wrong_op(void)
{
	request.op = request.op == WIRE_OPEN ? WIRE_FOLD : WIRE_OPEN;
}

static void trailing(void)
{
	make_answer(&out, &request);
	buf_addc(&out, 'x');
	out.ptr[0]++;
	send_out();
}

/* Row counts, text lengths: every field of four bytes after the head as large as it can be. */
static void counts(void)
{
	size_t at = 10 + number;

	if (request.op != WIRE_OPEN)
		return;
	make_answer(&out, &request);
	if (at + 4 <= out.len)
		memset(out.ptr + at, 0xff, 4);
	send_out();
	request.op = WIRE_CANCEL;
}

static void flip(void)
{
	unsigned int state = number * 2654435761u + 1, k;

	if (request.op != WIRE_OPEN)	/* else what it says of the bytes would be believed */
		return;
	make_answer(&out, &request);
	for (k = 0; k < 3; k++) {
		state = state * 1103515245u + 12345u;
		out.ptr[(state >> 8) % out.len] ^= (char)(1u << (state >> 28 & 7));
	}
	send_out();
	request.op = WIRE_CANCEL;	/* it is answered */
}

static void unasked(void)	/* the answer, then more of them than anybody wants */
{
	unsigned int i;

	for (i = 0; i < 20000; i++)
		make_answer(&out, &request);
	send_out();
}

static void drip(void)
{
	size_t i;

	make_answer(&out, &request);
	for (i = 0; i < out.len; i++) {
		put(out.ptr + i, 1);
		nap(1);
	}
	buf_reset(&out);
	request.op = WIRE_CANCEL;
}

/* The largest frame there can be, its head sent apart, and the next one right behind. */
static void largest(void)
{
	static char text[WIRE_FRAME_MAX];
	struct buf b;

	memset(text, 0, sizeof(text));
	buf_init(&b, 2 * WIRE_FRAME_MAX);
	buf_u32(&b, WIRE_FRAME_MAX);
	buf_add(&b, text, WIRE_FRAME_MAX - 1);
	put(b.ptr, b.len);
	nap(20);
	put(text, sizeof(text));
	wait_for_ever();
}

static const struct {
	const char *word;
	void (*run)(void);
} ways[] = {
	{ "good", NULL }, { "silent", wait_for_ever }, { "busy", busy }, { "progress", progress }, { "slow", slow },
	{ "length", length }, { "half", half }, { "sudden", sudden }, { "crash", crash }, { "id", wrong_id },
	{ "op", wrong_op }, { "trailing", trailing }, { "counts", counts }, { "flip", flip }, { "unasked", unasked },
	{ "drip", drip }, { "largest", largest },
};

int main(void)
{
	size_t i;

	buf_init(&in, 1u << 20);
	buf_init(&out, 1u << 22);
	for (;;) {
		receive();
		for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			if (!strcmp(ways[i].word, word) && ways[i].run)
				ways[i].run();
		if (request.op != WIRE_CANCEL)
			make_answer(&out, &request);
		send_out();
	}
}
