/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's side of the reader: calls out, answers in, a child that may die at any time. Layer
 * evidence; UI thread (or the one of a shell command). The calls themselves are in reader_calls.c.
 */
#include "verdict/evidence/reader.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "reader_priv.h"
#include "verdict/base/clock.h"
#include "verdict/base/frame.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"

#define TIMEOUT_MS 1000
#define RECEIVE 65536
#define DEATHS_MAX 2		/* then a document is not tried again */

struct reader *reader_new(struct loop *loop, const char *exe)
{
	struct reader *r = mem_zalloc(sizeof(*r));

	r->loop = loop;
	r->exe = mem_strdup(exe);
	r->doc_fd = r->fd_due = -1;
	r->patience.ms = TIMEOUT_MS;
	child_init(&r->child, "the reader");
	calls_init(&r->sent);
	calls_init(&r->local);
	buf_init(&r->in, WIRE_FRAME_MAX + 4 + RECEIVE);
	buf_init(&r->out, 1u << 20);
	return r;
}

enum status reader_find_exe(struct buf *out)
{
	return child_find_exe(out, "verdict-reader");
}

void reader_set_timeout(struct reader *r, unsigned int ms)
{
	r->patience.ms = ms;
}

long reader_pid(const struct reader *r)
{
	return r->child.pid;
}

static void stop_child(struct reader *r)
{
	if (r->loop && r->child.sock >= 0)
		loop_forget(r->loop, r->child.sock);
	child_stop(&r->child);
	buf_reset(&r->in);
	buf_reset(&r->out);
	r->fd_due = -1;
	r->open_in_child = false;
	patience_end(&r->patience);
}

void reader_free(struct reader *r)
{
	struct call *call;

	if (!r)
		return;
	stop_child(r);
	if (r->loop) {
		loop_cancel(r->loop, &r->deadline_timer);
		loop_cancel(r->loop, &r->local_timer);
	}
	while ((call = calls_take(&r->sent)) || (call = calls_take(&r->local)))
		call_free(call);
	reader_close_plain(r);
	if (r->doc_fd >= 0)
		close(r->doc_fd);
	buf_done(&r->in);
	buf_done(&r->out);
	child_done(&r->child);
	mem_free(r->exe);
	mem_free(r);
}

/* The child is of no use any more: every call under way is answered without it. */
static void fail(struct reader *r, const char *why)
{
	struct call *call;
	struct calls sent = r->sent;

	if (!sent.head) {	/* nobody waited: try again at the next call */
		stop_child(r);
		return;
	}
	snprintf(r->why, sizeof(r->why), "%s", why);
	log_line(LOG_WARNING_, "evidence could not be read: %s", why);
	r->deaths++;
	if (sent.head->q.op == WIRE_OPEN || r->deaths >= DEATHS_MAX)
		r->failed = true;
	stop_child(r);
	calls_init(&r->sent);
	while ((call = sent.head)) {
		sent.head = call->next;
		if (call->internal)
			call_free(call);
		else
			reader_add_local(r, call);
	}
}

static bool at_an_end(const struct reader *r)
{
	return r->sent.head && !patience_left(&r->patience, clock_mono_ns());
}

static void on_deadline(void *data)
{
	struct reader *r = data;
	char why[100];

	if (at_an_end(r)) {
		patience_why(why, sizeof(why), &r->patience);
		fail(r, why);
	} else if (r->sent.head) {
		loop_after(r->loop, &r->deadline_timer, patience_left(&r->patience, clock_mono_ns()),
			"reader: deadline", on_deadline, r);
	}
}

/* The reader gave a sign of life; with `next` an answer, or the first question after a rest. */
static void set_deadline(struct reader *r, bool next)
{
	int64_t now = clock_mono_ns();

	if (!r->sent.head)
		patience_end(&r->patience);
	else if (next)
		patience_begin(&r->patience, now);
	else
		patience_heard(&r->patience, now);
	if (r->loop && !r->sent.head)
		loop_cancel(r->loop, &r->deadline_timer);
	else if (r->loop && !r->deadline_timer)
		loop_after(r->loop, &r->deadline_timer, patience_left(&r->patience, now),
			"reader: deadline", on_deadline, r);
}

static void on_socket(int fd, short revents, void *data);

static void watch(struct reader *r)
{
	if (r->loop && r->child.sock >= 0)
		loop_watch(r->loop, r->child.sock, (short)(POLLIN | (r->out.len ? POLLOUT : 0)),
			"reader: answers", on_socket, r);
}

/* Send what the socket takes. The descriptor travels with the first byte of the message that opens.
 */
static void flush(struct reader *r)
{
	while (r->out.len && r->child.sock >= 0) {
		ssize_t n = child_send(&r->child, r->out.ptr, r->out.len, r->fd_due);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n <= 0) {
			fail(r, "the reader stopped");
			return;
		}
		r->fd_due = -1;
		buf_cut(&r->out, 0, (size_t)n);
	}
	watch(r);
}

static void send_call(struct reader *r, struct call *call)
{
	bool first = !r->sent.head;

	call->q.id = ++r->last_id;
	if ((call->q.op == WIRE_OPEN || call->fd >= 0) &&
		r->out.len) { /* keep the descriptor with its message */
		child_set_blocking(&r->child, true);
		flush(r);
		child_set_blocking(&r->child, false);
	}
	calls_add(&r->sent, call);
	if (r->child.sock < 0)
		return;
	if (call->q.op == WIRE_OPEN || call->fd >= 0)
		r->fd_due = call->fd >= 0 ? call->fd : r->doc_fd;
	wire_put_request(&r->out, &call->q);
	if (first)
		set_deadline(r, true);
	flush(r);
}

static bool answer_is_for(const struct call *call, const struct wire_reply *reply)
{
	return call && call->q.id == reply->id && call->q.op == reply->op;
}

/* One frame at the start of `in`; false once the child cannot be trusted. */
static bool take_frame(struct reader *r, const char *frame, size_t n)
{
	struct wire_reply reply;
	struct arena a;
	struct call *call;
	bool good;

	arena_init(&a);
	good = wire_get_reply(&reply, &a, frame, n) == STATUS_OK &&
		answer_is_for(r->sent.head, &reply);
	if (good && !reply.progress) {
		call = calls_take(&r->sent);
		set_deadline(r, true);
		if (call->q.op == WIRE_OPEN && reply.code != STATUS_OK) {
			snprintf(r->why, sizeof(r->why), "%.*s", (int)reply.text_len, reply.text);
			r->failed = true;
			reader_add_local(r, call);
		} else if (reply.code ==
			STATUS_IO) { /* shortened under us: what can be shown is shown */
			snprintf(r->why, sizeof(r->why), "%.*s", (int)reply.text_len, reply.text);
			r->failed = true;
			reader_add_local(r, call);
		} else {
			if (reply.code == STATUS_OK)
				reader_note_place(r, call, &reply.info);
			call_complete(call, &reply);
		}
	} else if (good) {
		set_deadline(r, false);
	}
	arena_done(&a);
	return good;
}

static void take_input(struct reader *r)
{
	size_t n;

	while (r->child.sock >= 0 && r->in.len) {
		enum status rc = frame_whole(&n, r->in.ptr, r->in.len, WIRE_FRAME_MIN, WIRE_FRAME_MAX);
		char *frame;

		if (rc == STATUS_OK && !n)
			return;
		frame = rc == STATUS_OK ? mem_dup(r->in.ptr, n) : NULL;
		if (frame)
			buf_cut(&r->in, 0, n);
		if (!frame || !take_frame(r, frame, n))
			fail(r, "the reader sent something malformed");
		mem_free(frame);
	}
}

static void receive(struct reader *r)
{
	char bytes[RECEIVE];
	ssize_t n = recv(r->child.sock, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		char why[80];

		child_why(&r->child, why, sizeof(why));
		fail(r, why);
		return;
	}
	buf_add(&r->in, bytes, (size_t)n);
	take_input(r);
}

static void on_socket(int fd, short revents, void *data)
{
	struct reader *r = data;

	(void)fd;
	if (revents & POLLOUT)
		flush(r);
	if (r->child.sock >= 0 && (revents & (POLLIN | POLLHUP | POLLERR)))
		receive(r);
}

/* A child that died while nobody was waiting is replaced without a word. */
static void notice_death(struct reader *r)
{
	char byte;

	if (r->child.sock >= 0 && !r->sent.head &&
		recv(r->child.sock, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		stop_child(r);
}

static void send_again(struct reader *r, struct wire_request q)
{
	struct call *call = call_new(&q, NULL, NULL);

	call->internal = true;
	send_call(r, call);
}

/* Our document, and the way in to where we were. */
static void open_again(struct reader *r)
{
	struct wire_request q;
	unsigned int step;

	r->open_in_child = true;
	for (step = 0; r->child.sock >= 0 && reader_way_in(&q, r, step); step++)
		if (q.op)
			send_again(r, q);
}

/* The child, running and with our document open in it. */
static bool ready(struct reader *r)
{
	if (r->failed)
		return false;
	notice_death(r);
	if (r->child.sock >= 0 && r->open_in_child)
		return true;
	if (r->child.sock < 0 && child_start(&r->child, r->exe) != STATUS_OK) {
		snprintf(r->why, sizeof(r->why), "%s", status_message());
		r->failed = true;
		return false;
	}
	watch(r);
	open_again(r);
	return r->child.sock >= 0;
}

void reader_prepare(struct reader *r)
{
	notice_death(r);
	if (r->child.sock < 0 && child_start(&r->child, r->exe) == STATUS_OK)
		watch(r);
}

void reader_submit(struct reader *r, struct call *call)
{
	if (call->fd >= 0)
		patience_document(&r->patience, call->fd, true);
	if (r->doc_fd < 0) {
		snprintf(r->why, sizeof(r->why), "no document is open");
		reader_add_local(r, call);
	} else if (ready(r)) {
		send_call(r, call);
	} else {
		reader_add_local(r, call);
	}
}

static void set_document(struct reader *r, int fd, enum evidence_kind as)
{
	int old = r->doc_fd;

	reader_close_plain(r);
	r->doc_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	patience_document(&r->patience, r->doc_fd, false);
	if (old >= 0)		/* it may be the same one */
		close(old);
	r->as = as;
	r->deaths = r->depth = r->alone = 0;
	r->failed = false;
	r->why[0] = '\0';
}

void reader_submit_open(struct reader *r, int fd, enum evidence_kind as, struct call *call)
{
	bool had_child;

	notice_death(r);
	had_child = r->child.sock >= 0;
	set_document(r, fd, as);
	call->q.kind = as;
	if (r->doc_fd >= 0 && !had_child && child_start(&r->child, r->exe) != STATUS_OK) {
		snprintf(r->why, sizeof(r->why), "%s", status_message());
		r->failed = true;
	}
	if (r->doc_fd < 0)
		snprintf(r->why, sizeof(r->why), "the file is not open");
	if (r->failed || r->doc_fd < 0) {
		reader_add_local(r, call);
	} else {
		r->open_in_child = true;
		watch(r);
		send_call(r, call);
	}
}

void reader_cancel(struct reader *r)
{
	struct wire_request q = { .op = WIRE_CANCEL, .text = "" };
	struct call *call;

	for (call = r->sent.head; call; call = call->next)
		call->cb = NULL;
	while ((call = calls_take(&r->local)))
		call_free(call);
	if (r->child.sock >= 0 && r->sent.head) {
		wire_put_request(&r->out, &q);
		flush(r);
	}
}

void reader_pump(struct reader *r)
{
	while (r->sent.head || r->local.head) {
		struct pollfd p = { .fd = r->child.sock,
			.events = (short)(POLLIN | (r->out.len ? POLLOUT : 0)) };
		int64_t left = patience_left(&r->patience, clock_mono_ns());

		if (r->local.head) {
			reader_serve_local(r);
			continue;
		}
		if (poll(&p, 1, left < INT_MAX ? (int)left : INT_MAX) > 0)
			on_socket(p.fd, p.revents, r);
		if (at_an_end(r))
			on_deadline(r);
	}
}
