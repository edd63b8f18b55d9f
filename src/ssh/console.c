/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to the console: messages one after the other, waiting for them. Layer ssh, in verdict-ssh. */
#include "child.h"
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/frame.h"
#include "verdict/base/mem.h"

static void keep_fd(struct visit *v, struct msghdr *msg)
{
	struct cmsghdr *cm;

	for (cm = CMSG_FIRSTHDR(msg); cm; cm = CMSG_NXTHDR(msg, cm)) {
		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		if (v->fd >= 0)
			close(v->fd);
		memcpy(&v->fd, CMSG_DATA(cm), sizeof(int));
	}
}

static void receive(struct visit *v)
{
	char bytes[32768], control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(HOPWIRE_CONSOLE, &msg, MSG_CMSG_CLOEXEC);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		_exit(0);
	keep_fd(v, &msg);
	buf_add(&v->in, bytes, (size_t)n);
	explicit_bzero(bytes, (size_t)n);
}

void console_next(struct hopwire *out, struct visit *v, struct buf *frame)
{
	size_t len;

	for (;;) {
		if (frame_whole(&len, buf_str(&v->in), v->in.len, 1, HOPWIRE_MAX) != STATUS_OK || v->in.err)
			_exit(3);
		if (len)
			break;
		receive(v);
	}
	buf_reset(frame);
	buf_add(frame, v->in.ptr, len);
	buf_cut(&v->in, 0, len);
	explicit_bzero(v->in.ptr + v->in.len, v->in.cap - v->in.len);	/* what came may be a secret */
	if (frame->err || hopwire_get(out, frame->ptr, frame->len, false) != STATUS_OK)
		_exit(3);
}

void console_put(const struct hopwire *m)
{
	struct buf b;
	size_t at = 0;

	buf_init(&b, 2 * (size_t)HOPWIRE_MAX);
	hopwire_put(&b, m);
	while (at < b.len) {
		ssize_t n = send(HOPWIRE_CONSOLE, b.ptr + at, b.len - at, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			_exit(0);
		at += n > 0 ? (size_t)n : 0;
	}
	buf_done(&b);
}

/* What a stranger wrote, as a line of plain words. */
static void plain_words(const char *s, char *out, size_t max)
{
	size_t n = 0;

	for (; *s && n + 1 < max; s++)
		out[n++] = (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s;
	out[n] = '\0';
}

__attribute__((format(printf, 3, 0)))
static void put_failure(enum hopwire_kind kind, enum net_failure f, const char *fmt, va_list ap)
{
	char why[NET_MESSAGE], plain[NET_MESSAGE];
	struct hopwire m = { .kind = kind, .failure = f, .text = plain };

	vsnprintf(why, sizeof(why), fmt, ap);
	plain_words(why, plain, sizeof(plain));
	console_put(&m);
}

void console_failed(enum net_failure f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_failure(HOPWIRE_FAILED, f, fmt, ap);
	va_end(ap);
	_exit(0);
}

void console_trouble(enum net_failure f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_failure(HOPWIRE_TROUBLE, f, fmt, ap);
	va_end(ap);
}

void console_progress(uint64_t moved)
{
	struct hopwire m = { .kind = HOPWIRE_PROGRESS, .moved = moved };

	console_put(&m);
}

void console_step(struct visit *v, enum hop_step s, const char *text)
{
	int64_t now = clock_mono_ns();
	char plain[NET_MESSAGE];
	struct hopwire m = { .kind = HOPWIRE_STEP, .step = s, .text = plain,
		.ms = v->stepped ? (unsigned int)((now - v->stepped) / 1000000) : 0 };

	plain_words(text, plain, sizeof(plain));
	v->stepped = now;
	console_put(&m);
}

char *console_ask(struct visit *v, enum hop_asks kind, const char *text)
{
	char plain[HOPWIRE_TEXT_MAX];
	struct hopwire q = { .kind = HOPWIRE_QUESTION, .question = { kind, plain } }, a;
	struct buf frame;
	char *out;

	plain_words(text, plain, sizeof(plain));
	console_put(&q);
	buf_init(&frame, HOPWIRE_MAX + 4);
	console_next(&a, v, &frame);
	if (a.kind != HOPWIRE_REPLY)
		_exit(3);
	out = a.gave_up ? NULL : mem_strdup(a.text);
	v->stepped = clock_mono_ns();	/* a person's time is not the server's */
	if (frame.ptr)
		explicit_bzero(frame.ptr, frame.cap);
	buf_done(&frame);
	return out;
}
