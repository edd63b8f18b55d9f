/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's side of verdict-ssh: a connection that a child process holds, its questions, files one at a time.
 * Layer ssh; the thread of the loop.
 */
#include "verdict/ssh/hop.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "verdict/base/child.h"
#include "verdict/base/frame.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/ssh/wire.h"

#define SILENCE_S 30
#define SILENCE_MORE_S 15	/* the child notices first */

struct hop {
	struct loop *loop;
	struct hop_hooks hooks;
	struct child child;
	struct buf in, out;
	int asks;		/* our end: connections are asked for here */
	bool over;
	enum net_failure failure;
	char why[NET_MESSAGE];
	struct loop_timer *timer;	/* tells the failure, or watches an operation */
	unsigned int silence_s;
	hop_done_cb cb;		/* of the operation under way, or NULL */
	net_progress_cb progress;
	void *cb_data;
};

enum status hop_find_exe(struct buf *out)
{
	return child_find_exe(out, "verdict-ssh");
}

int hop_socket(const struct hop *h)
{
	return h->asks;
}

long hop_pid(const struct hop *h)
{
	return h->child.pid;
}

static void stop(struct hop *h)
{
	if (h->child.sock >= 0)
		loop_forget(h->loop, h->child.sock);
	child_stop(&h->child);
	loop_cancel(h->loop, &h->timer);
}

void hop_free(struct hop *h)
{
	if (!h)
		return;
	stop(h);
	child_done(&h->child);
	if (h->out.ptr)
		explicit_bzero(h->out.ptr, h->out.cap);
	if (h->asks >= 0)
		close(h->asks);
	buf_done(&h->in);
	buf_done(&h->out);
	mem_free(h);
}

static void tell_failure(void *data)
{
	struct hop *h = data;

	h->hooks.failed(h->failure, h->why, h->hooks.data);
}

/* The failure is told from the loop, whoever noticed it. */
static void fail(struct hop *h, enum net_failure f, const char *why)
{
	if (h->over)
		return;
	h->over = true;
	h->failure = f;
	h->cb = NULL;
	snprintf(h->why, sizeof(h->why), "%s", why);
	stop(h);
	loop_after(h->loop, &h->timer, 0, "ssh: failure", tell_failure, h);
}

static void on_silence(void *data)
{
	fail(data, NET_SILENT, "nothing came from the SSH server for too long");
}

static void watch_operation(struct hop *h)
{
	loop_cancel(h->loop, &h->timer);
	loop_after(h->loop, &h->timer, ((int64_t)h->silence_s + SILENCE_MORE_S) * 1000, "ssh: silence", on_silence, h);
}

/* ---- what the child says ---- */

static void operation_done(struct hop *h, struct hopwire *m)
{
	struct hop_entry *entries = NULL;
	hop_done_cb cb = h->cb;

	if (!cb || hopwire_entries(&entries, &m->done.n_entries, m->listed, m->listed_len) != STATUS_OK) {
		fail(h, NET_CHILD, "verdict-ssh says what makes no sense");
		return;
	}
	loop_cancel(h->loop, &h->timer);
	m->done.entries = entries;
	h->cb = NULL;
	cb(&m->done, h->cb_data);
	mem_free(entries);
}

/* False where it made no sense. */
static bool obey(struct hop *h, const char *frame, size_t n)
{
	struct hopwire m;

	if (hopwire_get(&m, frame, n, true) != STATUS_OK)
		return false;
	switch (m.kind) {
	case HOPWIRE_READY:
		h->hooks.ready(h->hooks.data);
		break;
	case HOPWIRE_QUESTION:
		h->hooks.ask(&m.question, h->hooks.data);
		break;
	case HOPWIRE_FAILED:
		fail(h, m.failure, m.text);
		break;
	case HOPWIRE_TROUBLE:
		if (h->hooks.trouble)
			h->hooks.trouble(m.failure, m.text, h->hooks.data);
		break;
	case HOPWIRE_STEP:
		if (h->hooks.step)
			h->hooks.step(m.step, m.ms, m.text, h->hooks.data);
		break;
	case HOPWIRE_PROGRESS:
		if (h->cb)
			watch_operation(h);
		if (h->cb && h->progress)
			h->progress(m.moved, 0, m.moved, h->cb_data);
		break;
	case HOPWIRE_DONE:
		operation_done(h, &m);
		break;
	default:
		return false;
	}
	return true;
}

static void obey_all(struct hop *h)
{
	size_t len;

	while (!h->over && frame_whole(&len, buf_str(&h->in), h->in.len, 1, HOPWIRE_MAX) == STATUS_OK && len) {
		if (!obey(h, h->in.ptr, len)) {
			fail(h, NET_CHILD, "verdict-ssh says what makes no sense");
			return;
		}
		buf_cut(&h->in, 0, len);
	}
}

static void receive(struct hop *h)
{
	char bytes[32768], why[NET_MESSAGE];
	ssize_t n = recv(h->child.sock, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		child_why(&h->child, why, sizeof(why));
		fail(h, NET_CHILD, why);
		return;
	}
	buf_add(&h->in, bytes, (size_t)n);
	obey_all(h);
}

static void flush(struct hop *h)
{
	while (h->out.len) {
		ssize_t n = child_send(&h->child, h->out.ptr, h->out.len, -1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) {
			fail(h, NET_CHILD, "verdict-ssh stopped");
			return;
		}
		buf_cut(&h->out, 0, (size_t)n);
	}
	if (h->out.ptr && !h->out.len)		/* keys and passwords went through here */
		explicit_bzero(h->out.ptr, h->out.cap);
}

static void on_socket(int fd, short revents, void *data);

static void send_more(struct hop *h)
{
	flush(h);
	if (h->child.sock >= 0)
		loop_watch(h->loop, h->child.sock, (short)(POLLIN | (h->out.len ? POLLOUT : 0)), "ssh: messages", on_socket,
			h);
}

static void on_socket(int fd, short revents, void *data)
{
	struct hop *h = data;

	(void)fd;
	if (revents & POLLOUT)
		send_more(h);
	if (h->child.sock >= 0 && (revents & (POLLIN | POLLHUP | POLLERR)))
		receive(h);
}

/* ---- the beginning ---- */

static int connect_agent(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (!path || strlen(path) >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void begin(struct hop *h, const char *exe, const struct hop_options *o, const struct hop *via)
{
	struct hopwire m = { .kind = HOPWIRE_OPEN, .open = *o, .via = via != NULL };
	int pair[2], more[CHILD_MORE], agent = connect_agent(o->agent);
	size_t n = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
		fail(h, NET_CHILD, "no socket for a tunnel");
		goto out;
	}
	h->asks = pair[0];
	more[n++] = pair[1];
	if (via)
		more[n++] = via->asks;
	if (agent >= 0)
		more[n++] = agent;
	m.has_agent = agent >= 0;
	if (child_start_with(&h->child, exe, more, n) != STATUS_OK) {
		fail(h, NET_CHILD, status_message());
	} else {
		hopwire_put(&h->out, &m);
		send_more(h);
	}
	close(pair[1]);
out:
	if (agent >= 0)
		close(agent);
}

struct hop *hop_new(struct loop *loop, const char *exe, const struct hop_options *o, struct hop *via,
	const struct hop_hooks *hooks)
{
	struct hop *h = mem_zalloc(sizeof(*h));

	h->loop = loop;
	h->hooks = *hooks;
	h->asks = -1;
	h->silence_s = o->silence_s ? o->silence_s : SILENCE_S;
	child_init(&h->child, "verdict-ssh");
	buf_init(&h->in, 2 * (size_t)HOPWIRE_MAX + 8);
	buf_init(&h->out, 2 * (size_t)HOPWIRE_MAX);
	begin(h, exe, o, via);
	return h;
}

void hop_answer(struct hop *h, const char *text)
{
	struct hopwire m = { .kind = HOPWIRE_REPLY, .gave_up = !text, .text = text };

	if (h->over)
		return;
	hopwire_put(&h->out, &m);
	send_more(h);
}

void hop_do(struct hop *h, const struct hop_work *w, hop_done_cb cb, net_progress_cb progress, void *data)
{
	struct hopwire m = { .kind = HOPWIRE_WORK, .work = *w };
	struct buf b;
	ssize_t n;

	if (h->over)		/* failed() is on its way */
		return;
	h->cb = cb;
	h->progress = progress;
	h->cb_data = data;
	buf_init(&b, HOPWIRE_MAX);
	hopwire_put(&b, &m);
	flush(h);
	/* small, and the child waits for nothing else: it goes out whole, or the child is gone */
	n = b.err || h->out.len ? -1 : child_send(&h->child, b.ptr, b.len, w->fd);
	if (n < 0 || (size_t)n != b.len)
		fail(h, NET_CHILD, "verdict-ssh takes no work");
	else
		watch_operation(h);
	buf_done(&b);
}
