/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader process: requests in, rows out. Layer evidence; its one thread. A file that shrinks while it is
 * mapped raises SIGBUS: the handler puts a page of zeros there, the work goes on, and the answer says so.
 */
#include "verdict/evidence/server.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/frame.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define PROGRESS_NS (150 * 1000000ll)

/* Set by the signal handler alone: nothing else may be reached from there. */
static volatile sig_atomic_t truncated;
static long page_size;

static void on_bus(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr & ~((uintptr_t)page_size - 1);

	(void)context;
	if (truncated > 100000 || info->si_code != BUS_ADRERR ||
			mmap((void *)at, (size_t)page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
		signal(sig, SIG_DFL);
		return;		/* faults again and dies */
	}
	truncated++;
}

bool server_catch_truncation(void)
{
	struct sigaction sa = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

	page_size = sysconf(_SC_PAGESIZE);
	sigemptyset(&sa.sa_mask);
	return sigaction(SIGBUS, &sa, NULL) == 0;
}

/* Did a read go past the end of a mapped file since the last call? */
static bool was_truncated(void)
{
	bool was = truncated != 0;

	truncated = 0;
	return was;
}

void server_init(struct server *s, int sock)
{
	memset(s, 0, sizeof(*s));
	s->sock = sock;
	s->fd = -1;
	buf_init(&s->in, WIRE_FRAME_MAX + 8);
}

static void close_documents(struct server *s)
{
	while (s->doc)
		s->doc = document_leave(s->doc);
}

void server_done(struct server *s)
{
	size_t i;

	close_documents(s);
	for (i = 0; i < IPS_EDITION_COUNT; i++)
		check_set_free(s->checks[i]);
	if (s->fd >= 0)
		close(s->fd);
	buf_done(&s->in);
}

static enum status answer_text(struct wire_reply *out, struct buf *text, enum status rc)
{
	if (rc != STATUS_OK)
		return rc;
	out->text = buf_str(text);
	out->text_len = text->len;
	return rc;
}

/* The check set of an edition: it defines for itself what the document's claims would say. */
static enum status load_checks(struct server *s, enum ips_edition edition)
{
	if (s->checks[edition])
		return STATUS_OK;
	check_set_new(&s->checks[edition]);
	if (edition != IPS_AS_CLAIMED) {
		check_set_define(s->checks[edition], "v1", edition == IPS_1_1 ? "true" : "false");
		check_set_define(s->checks[edition], "v2", edition == IPS_2_0 ? "true" : "false");
	}
	return check_set_builtin(s->checks[edition]);
}

static enum status answer_checks(struct wire_reply *out, struct server *s, uint64_t edition, uint32_t now)
{
	enum status rc;

	if (edition >= IPS_EDITION_COUNT)
		return status_set(STATUS_INVALID, "no such edition of the IPS");
	rc = load_checks(s, (enum ips_edition)edition);
	if (rc == STATUS_OK)
		out->report = *document_check(s->doc, s->checks[edition], (enum ips_edition)edition, now);
	return rc;
}

static enum status answer(struct wire_reply *out, struct arena *a, struct buf *text, struct server *s,
	const struct wire_request *q)
{
	struct document *d = s->doc;

	switch (q->op) {
	case WIRE_OPEN: case WIRE_ENTER: case WIRE_LEAVE: case WIRE_ENCODING:
		document_info(&out->info, d);
		return STATUS_OK;
	case WIRE_ROWS:
		return document_rows(&out->rows, &out->row_count, &out->total, a, d, q->view, q->at, q->count, q->width);
	case WIRE_FOLD:
		return document_fold(&out->row, d, q->fold, q->at);
	case WIRE_SEARCH:
		return document_search(&out->row, d, q->view, q->text, q->text_len, q->at, q->back);
	case WIRE_SEVERE:
		return document_severe(&out->row, d, q->view, q->at, q->back);
	case WIRE_LOCATE:
		return document_locate(&out->row, d, q->view, q->at);
	case WIRE_PATH:
		return answer_text(out, text, document_path(text, d, q->at));
	case WIRE_VALUE:
		return answer_text(out, text, document_value(text, d, q->at));
	case WIRE_CHECKS:
		return answer_checks(out, s, q->at, q->count);
	case WIRE_FINDING:
		return document_finding(&out->row, d, q->at);
	case WIRE_COMPARE:
		return document_comparison(&out->comparison, d);
	case WIRE_PICTURE:
		return document_picture(&out->picture, a, d, &q->picture);
	case WIRE_FOLLOW:
		return document_follow(&out->row, d, q->at);
	case WIRE_GOTO:
		return document_goto(&out->row, d, q->text, q->text_len);
	default:
		return status_set(STATUS_INVALID, "unknown request");
	}
}

static bool tick(void *data);

static enum status open_document(struct server *s, const struct wire_request *q, struct source *src)
{
	struct document *inner;
	enum status rc;
	uint32_t node;

	close_documents(s);
	s->cut = false;
	if (!src)
		return status_set(STATUS_INVALID, "no document was handed over");
	rc = document_open_ticking(&s->doc, src, q->kind, tick, s);
	while (rc == STATUS_OK && document_alone(&node, s->doc) &&
			document_enter(&inner, s->doc, node, tick, s) == STATUS_OK)
		s->doc = inner;
	status_clear();
	return rc;
}

static enum status enter(struct server *s, const struct wire_request *q)
{
	struct document *inner;
	uint32_t node = q->at < UINT32_MAX ? (uint32_t)q->at : UINT32_MAX;
	enum status rc = q->back ? STATUS_OK : document_row_node(&node, s->doc, q->at);

	if (rc == STATUS_OK)
		rc = document_enter(&inner, s->doc, node, tick, s);
	if (rc == STATUS_OK)
		s->doc = inner;
	return rc;
}

static enum status compare(struct server *s, const struct wire_request *q, struct source *src)
{
	struct document *other;
	enum status rc;

	if (!src)
		return status_set(STATUS_INVALID, "no document was handed over");
	if (!s->doc) {
		source_done(src);
		return status_set(STATUS_INVALID, "no document is open");
	}
	rc = document_open_ticking(&other, src, q->kind, tick, s);
	return rc == STATUS_OK ? document_compare(s->doc, other) : rc;
}

static enum status leave(struct server *s)
{
	if (!document_inside(s->doc))
		return status_set(STATUS_NOT_FOUND, "this is the file itself");
	s->doc = document_leave(s->doc);
	return STATUS_OK;
}

void server_answer(struct buf *out, struct server *s, const struct wire_request *q, struct source *src)
{
	struct wire_reply r = { .id = q->id, .op = q->op, .text = "" };
	struct arena a;
	struct buf text;

	arena_init(&a);
	buf_init(&text, 512 * 1024);
	status_clear();
	s->current = q->id;
	s->op = q->op;
	r.code = q->op == WIRE_OPEN ? open_document(s, q, src) :
		q->op == WIRE_COMPARE ? compare(s, q, src) : STATUS_OK;
	if (r.code == STATUS_OK && !s->doc)
		r.code = status_set(STATUS_INVALID, "no document is open");
	if (r.code == STATUS_OK && q->op == WIRE_ENTER)
		r.code = enter(s, q);
	if (r.code == STATUS_OK && q->op == WIRE_LEAVE)
		r.code = leave(s);
	if (r.code == STATUS_OK && q->op == WIRE_ENCODING)
		r.code = document_encoding(s->doc, q->text, q->text_len);
	if (r.code == STATUS_OK)
		r.code = answer(&r, &a, &text, s, q);
	s->cut = was_truncated() || s->cut;
	if (s->cut)
		r.code = status_set(STATUS_IO, "the file was shortened while it was read");
	if (r.code != STATUS_OK) {
		r.text = status_message();
		r.text_len = strlen(r.text);
	}
	wire_put_reply(out, &r);
	s->current = 0;
	buf_done(&text);
	arena_done(&a);
}

static bool send_all(struct server *s, const struct buf *b)
{
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = send(s->sock, b->ptr + done, b->len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Take one descriptor out of a control message; more than one is a mistake and closed. */
static void take_fd(struct server *s, struct msghdr *msg)
{
	struct cmsghdr *c;
	int fds[4];
	size_t n, i;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), (n < 4 ? n : 4) * sizeof(int));
		for (i = 0; i < n && i < 4; i++) {
			if (s->fd >= 0)
				close(s->fd);
			s->fd = fds[i];
		}
	}
}

/* Read what is there; with `wait` at least something. */
static void receive(struct server *s, bool wait)
{
	char bytes[16384], control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n;

	do {
		n = recvmsg(s->sock, &msg, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	} while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n <= 0) {
		s->stop = true;
		return;
	}
	take_fd(s, &msg);
	buf_add(&s->in, bytes, (size_t)n);
	if (s->in.err)
		s->stop = true;
}

/* Is a request to stop waiting behind the one in hand? */
static bool cancelled(struct server *s)
{
	size_t at = 0, n;
	struct wire_request q;

	while (at < s->in.len &&
		frame_whole(&n, s->in.ptr + at, s->in.len - at, WIRE_FRAME_MIN, WIRE_FRAME_MAX) == STATUS_OK && n) {
		if (wire_get_request(&q, s->in.ptr + at, n) == STATUS_OK && q.op == WIRE_CANCEL)
			return true;
		at += n;
	}
	return false;
}

static bool tick(void *data)
{
	struct server *s = data;
	struct wire_reply r = { .id = s->current, .op = s->op, .progress = true };
	int64_t now;
	struct buf b;
	bool sent;

	if (s->sock < 0 || !s->current)
		return false;
	now = clock_mono_ns();
	if (now - s->told_ns < PROGRESS_NS)
		return s->stop;
	s->told_ns = now;
	buf_init(&b, 64);
	wire_put_reply(&b, &r);
	sent = send_all(s, &b);
	buf_done(&b);
	receive(s, false);
	return !sent || s->stop || cancelled(s);
}

static void serve_one(struct server *s, const struct wire_request *q)
{
	struct source src;
	struct buf out;
	bool have = false;

	if (q->op == WIRE_CANCEL)
		return;
	if ((q->op == WIRE_OPEN || q->op == WIRE_COMPARE) && s->fd >= 0) {
		have = source_map(&src, s->fd) == STATUS_OK;
		close(s->fd);
		s->fd = -1;
	}
	s->told_ns = clock_mono_ns();
	buf_init(&out, WIRE_FRAME_MAX + 1024);
	server_answer(&out, s, q, have ? &src : NULL);
	if (out.err || !send_all(s, &out))
		s->stop = true;
	buf_done(&out);
}

static void serve_input(struct server *s)
{
	struct wire_request q;
	size_t n;

	while (!s->stop) {
		if (frame_whole(&n, buf_str(&s->in), s->in.len, WIRE_FRAME_MIN, WIRE_FRAME_MAX) != STATUS_OK) {
			s->stop = s->broken = true;
		} else if (n == 0) {
			return;
		} else if (wire_get_request(&q, s->in.ptr, n) != STATUS_OK) {
			s->stop = s->broken = true;
		} else {
			char *frame = mem_dup(s->in.ptr, n);	/* ticks may read more input */

			buf_cut(&s->in, 0, n);
			wire_get_request(&q, frame, n);
			serve_one(s, &q);
			mem_free(frame);
		}
	}
}

int server_run(struct server *s)
{
	struct pollfd p = { .fd = s->sock, .events = POLLIN };
	bool idle = true;

	while (!s->stop) {
		if (idle || poll(&p, 1, 0) > 0)
			receive(s, true);
		serve_input(s);
		s->cut = was_truncated() || s->cut;
		idle = !s->doc || s->cut || document_work(s->doc);
	}
	return s->broken ? 1 : 0;
}
