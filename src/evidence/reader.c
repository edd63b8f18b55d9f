/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's side of the reader: calls out, answers in, a child that may die at any time. Layer evidence; UI
 * thread (or the one of a shell command). Raw and hex of a document the child could not read are made here,
 * with pread and without a parser.
 */
#include "verdict/evidence/reader.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "child.h"
#include "reader_priv.h"
#include "verdict/base/buf.h"
#include "verdict/base/clock.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/plain.h"
#include "verdict/evidence/wire.h"

#define TIMEOUT_MS 1000
#define READER_INSIDE_MAX 64
#define DEATHS_MAX 2		/* then a document is not tried again */

struct call {
	struct call *next;
	struct wire_request q;
	char *text;		/* owned copy of q.text */
	int fd;			/* goes with it; -1 without */
	bool internal;		/* opening again after a restart: nobody waits for it */
	reader_open_cb open_cb;
	reader_rows_cb rows_cb;
	reader_row_cb row_cb;
	reader_text_cb text_cb;
	reader_report_cb report_cb;
	reader_compare_cb compare_cb;
	reader_picture_cb picture_cb;
	void *data;
};
struct calls {
	struct call *head, **tail;
};

struct reader {
	struct loop *loop;
	char *exe;
	struct child child;
	struct calls sent, local;	/* waiting for the child; to be answered here */
	struct loop_timer *deadline_timer, *local_timer;
	int64_t deadline_ns;
	unsigned int timeout_ms;
	uint32_t last_id;
	struct buf in, out;
	int fd_due;			/* descriptor that goes with the first byte of `out`; -1 without */
	int doc_fd;
	enum evidence_kind as;
	bool open_in_child, failed;
	uint32_t inside[READER_INSIDE_MAX];	/* nodes entered on the way in, to be entered again after a restart */
	unsigned int depth, alone;	/* how deep we are; how deep opening leads by itself */
	unsigned int deaths;
	bool has_plain;
	struct plain plain;
	char why[240];
};

static void calls_init(struct calls *c)
{
	c->head = NULL;
	c->tail = &c->head;
}

static void calls_add(struct calls *c, struct call *call)
{
	call->next = NULL;
	*c->tail = call;
	c->tail = &call->next;
}

static struct call *calls_take(struct calls *c)
{
	struct call *call = c->head;

	if (call && !(c->head = call->next))
		c->tail = &c->head;
	return call;
}

static void call_free(struct call *call)
{
	if (call->fd >= 0)
		close(call->fd);
	mem_free(call->text);
	mem_free(call);
}

struct reader *reader_new(struct loop *loop, const char *exe)
{
	struct reader *r = mem_zalloc(sizeof(*r));

	r->loop = loop;
	r->exe = mem_strdup(exe);
	r->doc_fd = r->fd_due = -1;
	r->timeout_ms = TIMEOUT_MS;
	child_init(&r->child);
	calls_init(&r->sent);
	calls_init(&r->local);
	buf_init(&r->in, WIRE_FRAME_MAX + 65536);
	buf_init(&r->out, 1u << 20);
	return r;
}

void reader_set_timeout(struct reader *r, unsigned int ms)
{
	r->timeout_ms = ms;
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
	r->deadline_ns = 0;
}

static void close_plain(struct reader *r)
{
	if (r->has_plain)
		plain_done(&r->plain);
	r->has_plain = false;
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
	close_plain(r);
	if (r->doc_fd >= 0)
		close(r->doc_fd);
	buf_done(&r->in);
	buf_done(&r->out);
	child_done(&r->child);
	mem_free(r->exe);
	mem_free(r);
}

/* Hand an answer to whoever asked. */
static void complete(struct call *call, const struct wire_reply *reply)
{
	enum status code = reply->code;

	if (code != STATUS_OK && reply->text_len)
		status_set(code, "%.*s", (int)reply->text_len, reply->text);
	if (call->open_cb)
		call->open_cb(code, &reply->info, call->data);
	else if (call->rows_cb)
		call->rows_cb(code, reply->rows, reply->row_count, reply->total, call->data);
	else if (call->row_cb)
		call->row_cb(code, reply->row, call->data);
	else if (call->text_cb)
		call->text_cb(code, code == STATUS_OK ? reply->text : "", code == STATUS_OK ? reply->text_len : 0,
			call->data);
	else if (call->compare_cb)
		call->compare_cb(code, &reply->comparison, call->data);
	else if (call->report_cb)
		call->report_cb(code, &reply->report, call->data);
	else if (call->picture_cb)
		call->picture_cb(code, &reply->picture, call->data);
	call_free(call);
}

/* Raw and hex of the file need no parser: those calls are served here when the child cannot. */
static bool can_be_local(const struct reader *r, const struct call *call)
{
	return r->depth == 0 && (call->q.op == WIRE_ROWS || call->q.op == WIRE_SEARCH || call->q.op == WIRE_LOCATE) &&
		(call->q.view == VIEW_RAW || call->q.view == VIEW_HEX);
}

static void open_plain(struct reader *r)
{
	struct source src;

	if (r->has_plain || r->doc_fd < 0)
		return;
	if (source_fd(&src, r->doc_fd) != STATUS_OK)
		source_mem(&src, "", 0);
	plain_init(&r->plain, &src);
	r->has_plain = true;
}

static enum status serve_plain(struct wire_reply *out, struct arena *a, struct reader *r, const struct wire_request *q)
{
	struct plain *p = &r->plain;

	if (q->op == WIRE_ROWS)
		return plain_rows(&out->rows, &out->row_count, &out->total, a, p, q->view, q->at, q->count, q->width);
	if (q->op == WIRE_SEARCH)
		return plain_search(&out->row, p, q->view, q->text, q->text_len, q->at, q->back);
	return plain_locate(&out->row, p, q->view, q->at);
}

static void plain_info(struct reader_info *out, const struct reader *r)
{
	out->size = r->plain.src.size;
	out->rows[VIEW_OUTLINE] = out->rows[VIEW_PRETTY] = 0;
	out->rows[VIEW_RAW] = plain_total(&r->plain, VIEW_RAW);
	out->rows[VIEW_HEX] = plain_total(&r->plain, VIEW_HEX);
	out->trouble = r->why;
}

static void answer_local(struct reader *r, struct call *call)
{
	struct wire_reply reply = { .op = call->q.op, .text = "", .info = { .summary = "", .trail = "" } };
	struct arena a;
	struct buf text;

	arena_init(&a);
	buf_init(&text, 4096);
	open_plain(r);
	if (call->q.op == WIRE_OPEN && r->has_plain)
		plain_info(&reply.info, r);
	if (can_be_local(r, call) && r->has_plain)
		reply.code = serve_plain(&reply, &a, r, &call->q);
	else
		reply.code = status_set(STATUS_ERROR, "could not be read: %s", r->why);
	if (reply.code != STATUS_OK) {
		buf_adds(&text, status_message());
		reply.text = buf_str(&text);
		reply.text_len = text.len;
	}
	complete(call, &reply);
	buf_done(&text);
	arena_done(&a);
}

static void on_local(void *data)
{
	struct reader *r = data;
	struct call *call = calls_take(&r->local);

	if (r->local.head && r->loop)
		loop_after(r->loop, &r->local_timer, 0, "reader: rows without parser", on_local, r);
	if (call)
		answer_local(r, call);
}

static void add_local(struct reader *r, struct call *call)
{
	calls_add(&r->local, call);
	if (r->loop && !r->local_timer)
		loop_after(r->loop, &r->local_timer, 0, "reader: rows without parser", on_local, r);
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
			add_local(r, call);
	}
}

static void on_deadline(void *data)
{
	struct reader *r = data;

	if (r->sent.head && r->deadline_ns && clock_mono_ns() >= r->deadline_ns) {
		char why[80];

		snprintf(why, sizeof(why), "the reader took more than %u ms", r->timeout_ms);
		fail(r, why);
	} else if (r->sent.head && r->deadline_ns) {
		int64_t left = (r->deadline_ns - clock_mono_ns()) / 1000000 + 1;

		loop_after(r->loop, &r->deadline_timer, left, "reader: deadline", on_deadline, r);
	}
}

static void set_deadline(struct reader *r)
{
	r->deadline_ns = r->sent.head ? clock_mono_ns() + (int64_t)r->timeout_ms * 1000000 : 0;
	if (!r->loop)
		return;
	if (!r->sent.head)
		loop_cancel(r->loop, &r->deadline_timer);
	else if (!r->deadline_timer)
		loop_after(r->loop, &r->deadline_timer, r->timeout_ms, "reader: deadline", on_deadline, r);
}

static void on_socket(int fd, short revents, void *data);

static void watch(struct reader *r)
{
	if (r->loop && r->child.sock >= 0)
		loop_watch(r->loop, r->child.sock, (short)(POLLIN | (r->out.len ? POLLOUT : 0)), "reader: answers",
			on_socket, r);
}

/* Send what the socket takes. The descriptor travels with the first byte of the message that opens. */
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
	if ((call->q.op == WIRE_OPEN || call->fd >= 0) && r->out.len) {	/* keep the descriptor with its message */
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
		set_deadline(r);
	flush(r);
}

static bool answer_is_for(const struct call *call, const struct wire_reply *reply)
{
	return call && call->q.id == reply->id && call->q.op == reply->op;
}

/* Where the child is now, to be found again after a restart. */
static void note_place(struct reader *r, const struct call *call, const struct reader_info *info)
{
	if (call->internal || info->inside > READER_INSIDE_MAX ||
			(call->q.op != WIRE_OPEN && call->q.op != WIRE_ENTER && call->q.op != WIRE_LEAVE))
		return;
	r->depth = info->inside;
	if (call->q.op == WIRE_OPEN)
		r->alone = info->inside;
	else if (info->inside)
		r->inside[info->inside - 1] = info->node;
}

/* One frame at the start of `in`; false once the child cannot be trusted. */
static bool take_frame(struct reader *r, const char *frame, size_t n)
{
	struct wire_reply reply;
	struct arena a;
	struct call *call;
	bool good;

	arena_init(&a);
	good = wire_get_reply(&reply, &a, frame, n) == STATUS_OK && answer_is_for(r->sent.head, &reply);
	if (good && !reply.progress) {
		call = calls_take(&r->sent);
		set_deadline(r);
		if (call->q.op == WIRE_OPEN && reply.code != STATUS_OK) {
			snprintf(r->why, sizeof(r->why), "%.*s", (int)reply.text_len, reply.text);
			r->failed = true;
			add_local(r, call);
		} else if (reply.code == STATUS_IO) {	/* shortened under us: what can be shown is shown */
			snprintf(r->why, sizeof(r->why), "%.*s", (int)reply.text_len, reply.text);
			r->failed = true;
			add_local(r, call);
		} else {
			if (reply.code == STATUS_OK)
				note_place(r, call, &reply.info);
			complete(call, &reply);
		}
	} else if (good) {
		set_deadline(r);
	}
	arena_done(&a);
	return good;
}

static void take_input(struct reader *r)
{
	size_t n;

	while (r->child.sock >= 0 && r->in.len) {
		enum status rc = wire_frame(&n, r->in.ptr, r->in.len);
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
	char bytes[65536];
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

static struct call *new_call(enum wire_op op, void *data)
{
	struct call *call = mem_zalloc(sizeof(*call));

	call->q.op = op;
	call->fd = -1;
	call->q.text = "";
	call->data = data;
	return call;
}

static void set_text(struct call *call, const char *text)
{
	size_t n = strnlen(text, WIRE_PATTERN_MAX);

	call->text = mem_strndup(text, n);
	call->q.text = call->text;
	call->q.text_len = n;
}

/* A child that died while nobody was waiting is replaced without a word. */
static void notice_death(struct reader *r)
{
	char byte;

	if (r->child.sock >= 0 && !r->sent.head && recv(r->child.sock, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		stop_child(r);
}

/* The child, running and with our document open in it. */
static bool ready(struct reader *r)
{
	struct call *again;
	unsigned int i;

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
	again = new_call(WIRE_OPEN, NULL);
	again->internal = true;
	again->q.kind = r->as;
	r->open_in_child = true;
	send_call(r, again);
	for (i = r->alone; i < r->depth && r->child.sock >= 0; i++) {
		again = new_call(WIRE_ENTER, NULL);
		again->internal = again->q.back = true;
		again->q.at = r->inside[i];
		send_call(r, again);
	}
	return r->child.sock >= 0;
}

static void submit(struct reader *r, struct call *call)
{
	if (r->doc_fd < 0) {
		snprintf(r->why, sizeof(r->why), "no document is open");
		add_local(r, call);
	} else if (ready(r)) {
		send_call(r, call);
	} else {
		add_local(r, call);
	}
}

static void set_document(struct reader *r, int fd, enum evidence_kind as)
{
	int old = r->doc_fd;

	close_plain(r);
	r->doc_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (old >= 0)		/* it may be the same one */
		close(old);
	r->as = as;
	r->deaths = r->depth = r->alone = 0;
	r->failed = false;
	r->why[0] = '\0';
}

static struct call *submit_open(struct reader *r, int fd, enum evidence_kind as, struct call *call)
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
		add_local(r, call);
	} else {
		r->open_in_child = true;
		watch(r);
		send_call(r, call);
	}
	return call;
}

void reader_open(struct reader *r, int fd, enum evidence_kind as, reader_open_cb cb, void *data)
{
	struct call *call = new_call(WIRE_OPEN, data);

	call->open_cb = cb;
	submit_open(r, fd, as, call);
}

static struct call *rows_call(enum evidence_view v, uint64_t from, unsigned int count, unsigned int width, void *data)
{
	struct call *call = new_call(WIRE_ROWS, data);

	call->q.view = v;
	call->q.at = from;
	call->q.count = count;
	call->q.width = width;
	return call;
}

void reader_rows(struct reader *r, enum evidence_view v, uint64_t from, unsigned int count, unsigned int width,
	reader_rows_cb cb, void *data)
{
	struct call *call = rows_call(v, from, count, width, data);

	call->rows_cb = cb;
	submit(r, call);
}

void reader_fold(struct reader *r, enum fold_op op, uint64_t row, reader_row_cb cb, void *data)
{
	struct call *call = new_call(WIRE_FOLD, data);

	call->q.fold = op;
	call->q.at = row;
	call->row_cb = cb;
	submit(r, call);
}

void reader_search(struct reader *r, enum evidence_view v, const char *pattern, uint64_t row, bool back,
	reader_row_cb cb, void *data)
{
	struct call *call = new_call(WIRE_SEARCH, data);

	call->q.view = v;
	call->q.at = row;
	call->q.back = back;
	set_text(call, pattern);
	call->row_cb = cb;
	submit(r, call);
}

void reader_locate(struct reader *r, enum evidence_view v, uint64_t offset, reader_row_cb cb, void *data)
{
	struct call *call = new_call(WIRE_LOCATE, data);

	call->q.view = v;
	call->q.at = offset;
	call->row_cb = cb;
	submit(r, call);
}

void reader_path(struct reader *r, uint64_t outline_row, reader_text_cb cb, void *data)
{
	struct call *call = new_call(WIRE_PATH, data);

	call->q.at = outline_row;
	call->text_cb = cb;
	submit(r, call);
}

void reader_value(struct reader *r, uint64_t outline_row, reader_text_cb cb, void *data)
{
	struct call *call = new_call(WIRE_VALUE, data);

	call->q.at = outline_row;
	call->text_cb = cb;
	submit(r, call);
}

void reader_goto(struct reader *r, const char *path, reader_row_cb cb, void *data)
{
	struct call *call = new_call(WIRE_GOTO, data);

	set_text(call, path);
	call->row_cb = cb;
	submit(r, call);
}

void reader_enter(struct reader *r, uint64_t outline_row, reader_open_cb cb, void *data)
{
	struct call *call = new_call(WIRE_ENTER, data);

	call->q.at = outline_row;
	call->open_cb = cb;
	submit(r, call);
}

void reader_leave(struct reader *r, reader_open_cb cb, void *data)
{
	struct call *call = new_call(WIRE_LEAVE, data);

	call->open_cb = cb;
	if (r->failed && r->depth && r->doc_fd >= 0) {	/* what is inside cannot be read: all the way out */
		call->q.op = WIRE_OPEN;
		submit_open(r, r->doc_fd, r->as, call);
	} else {
		submit(r, call);
	}
}

void reader_follow(struct reader *r, uint64_t outline_row, reader_row_cb cb, void *data)
{
	struct call *call = new_call(WIRE_FOLLOW, data);

	call->q.at = outline_row;
	call->row_cb = cb;
	submit(r, call);
}

void reader_checks(struct reader *r, enum ips_edition edition, reader_report_cb cb, void *data)
{
	struct call *call = new_call(WIRE_CHECKS, data);

	call->q.at = edition;
	call->report_cb = cb;
	submit(r, call);
}

void reader_finding_row(struct reader *r, size_t i, reader_row_cb cb, void *data)
{
	struct call *call = new_call(WIRE_FINDING, data);

	call->q.at = i;
	call->row_cb = cb;
	submit(r, call);
}

void reader_picture(struct reader *r, const struct picture_request *q, reader_picture_cb cb, void *data)
{
	struct call *call = new_call(WIRE_PICTURE, data);

	call->q.picture = *q;
	call->picture_cb = cb;
	submit(r, call);
}

void reader_compare(struct reader *r, int fd, enum evidence_kind as, reader_compare_cb cb, void *data)
{
	struct call *call = new_call(WIRE_COMPARE, data);

	call->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	call->q.kind = as;
	call->compare_cb = cb;
	submit(r, call);
}

void reader_cancel(struct reader *r)
{
	struct wire_request q = { .op = WIRE_CANCEL, .text = "" };
	struct call *call;

	for (call = r->sent.head; call; call = call->next) {
		call->open_cb = NULL;
		call->rows_cb = NULL;
		call->row_cb = NULL;
		call->text_cb = NULL;
		call->report_cb = NULL;
		call->compare_cb = NULL;
		call->picture_cb = NULL;
	}
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
		struct pollfd p = { .fd = r->child.sock, .events = (short)(POLLIN | (r->out.len ? POLLOUT : 0)) };
		int64_t left = (r->deadline_ns - clock_mono_ns()) / 1000000 + 1;

		if (r->local.head) {
			on_local(r);
			continue;
		}
		if (poll(&p, 1, left < 0 ? 0 : (int)left) > 0)
			on_socket(p.fd, p.revents, r);
		if (r->sent.head && r->deadline_ns && clock_mono_ns() >= r->deadline_ns)
			on_deadline(r);
	}
}
