/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to the reader: one table says how the answer to each message is given to a callback, and
 * how it is kept for a caller who waits. Layer evidence; UI thread, or the one of a shell command.
 */
#include "verdict/evidence/reader.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "reader_priv.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

typedef void (*give_fn)(const struct wire_reply *r, reader_any_cb cb, void *data);
typedef void (*keep_fn)(struct wire_reply *out, struct arena *a);

static void give_info(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	((reader_open_cb)cb)(r->code, &r->info, data);
}

static void keep_info(struct wire_reply *out, struct arena *a)
{
	struct reader_info *i = &out->info;

	i->summary = arena_str(a, i->summary ? i->summary : "");
	i->trouble = arena_str(a, i->trouble);
	i->trail = arena_str(a, i->trail ? i->trail : "");
	i->encoding = arena_str(a, i->encoding ? i->encoding : "");
}

static void give_rows(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	((reader_rows_cb)cb)(r->code, r->rows, r->row_count, r->total, data);
}

static void keep_rows(struct wire_reply *out, struct arena *a)
{
	size_t i;

	out->rows = arena_dup(a, out->rows, out->row_count * sizeof(*out->rows));
	for (i = 0; i < out->row_count; i++) {
		struct reader_row *row = &out->rows[i];

		row->label = arena_strn(a, row->label, row->label_len);
		row->value = arena_strn(a, row->value, row->value_len);
		row->note = arena_strn(a, row->note, row->note_len);
		row->other = arena_strn(a, row->other ? row->other : "", row->other_len);
	}
}

static void give_row(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	((reader_row_cb)cb)(r->code, r->row, data);
}

static void give_text(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	bool good = r->code == STATUS_OK;

	((reader_text_cb)cb)(r->code, good ? r->text : "", good ? r->text_len : 0, data);
}

static void give_report(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	((reader_report_cb)cb)(r->code, &r->report, data);
}

static void keep_report(struct wire_reply *out, struct arena *a)
{
	reader_report_copy(&out->report, a, &out->report);
}

static void give_comparison(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	((reader_compare_cb)cb)(r->code, &r->comparison, data);
}

static void keep_comparison(struct wire_reply *out, struct arena *a)
{
	out->comparison.says = arena_str(a, out->comparison.says);
}

static void give_picture(const struct wire_reply *r, reader_any_cb cb, void *data)
{
	((reader_picture_cb)cb)(r->code, &r->picture, data);
}

static void keep_picture(struct wire_reply *out, struct arena *a)
{
	struct picture *p = &out->picture;

	p->rgb = arena_dup(a, p->rgb, (size_t)p->cols * p->rows * 3);
}

/* `keep` finds everything borrowed from the reply and puts it into the arena; NULL: there is
 * nothing to borrow. */
static const struct message { give_fn give; keep_fn keep;
} messages[WIRE_OP_MAX] = {
	[WIRE_OPEN] = { give_info, keep_info },
	[WIRE_ENTER] = { give_info, keep_info },
	[WIRE_LEAVE] = { give_info, keep_info }, [WIRE_ENCODING] = { give_info, keep_info },
	[WIRE_ROWS] = { give_rows, keep_rows },
	[WIRE_FOLD] = { give_row, NULL },
	[WIRE_SEARCH] = { give_row, NULL },
	[WIRE_LOCATE] = { give_row, NULL },
	[WIRE_SEVERE] = { give_row, NULL },
	[WIRE_GOTO] = { give_row, NULL },
	[WIRE_FOLLOW] = { give_row, NULL },
	[WIRE_FINDING] = { give_row, NULL },
	[WIRE_PATH] = { give_text, NULL },
	[WIRE_VALUE] = { give_text, NULL },
	[WIRE_CHECKS] = { give_report, keep_report },
	[WIRE_PICTURE] = { give_picture, keep_picture },
	[WIRE_COMPARE] = { give_comparison, keep_comparison },
};

struct call *call_new(const struct wire_request *q, reader_any_cb cb, void *data)
{
	struct call *call = mem_zalloc(sizeof(*call));
	size_t n = q->text ? strnlen(q->text, WIRE_PATTERN_MAX) : 0;

	call->q = *q;
	call->text = mem_strndup(q->text ? q->text : "", n);
	call->q.text = call->text;
	call->q.text_len = n;
	call->fd = -1;
	call->cb = cb;
	call->data = data;
	return call;
}

void call_free(struct call *call)
{
	if (call->fd >= 0)
		close(call->fd);
	mem_free(call->text);
	mem_free(call);
}

void calls_init(struct calls *c)
{
	c->head = NULL;
	c->tail = &c->head;
}

void calls_add(struct calls *c, struct call *call)
{
	call->next = NULL;
	*c->tail = call;
	c->tail = &call->next;
}

struct call *calls_take(struct calls *c)
{
	struct call *call = c->head;

	if (call && !(c->head = call->next))
		c->tail = &c->head;
	return call;
}

void call_complete(struct call *call, const struct wire_reply *reply)
{
	const struct message *m = &messages[call->q.op];

	if (reply->code != STATUS_OK && reply->text_len)
		status_set(reply->code, "%.*s", (int)reply->text_len, reply->text);
	if (call->keep) {
		*call->keep = *reply;
		if (m->keep && (reply->code == STATUS_OK || m->keep == keep_info))
			m->keep(call->keep, call->keep_in);
	} else if (call->cb && m->give) {
		m->give(reply, call->cb, call->data);
	}
	call_free(call);
}

static void ask(struct reader *r, struct wire_request q, reader_any_cb cb, void *data)
{
	reader_submit(r, call_new(&q, cb, data));
}

/* Each message, as the call of one who is told later. */

void reader_open(struct reader *r, int fd, enum evidence_kind as, reader_open_cb cb, void *data)
{
	reader_submit_open(r, fd, as,
		call_new(&(struct wire_request){ .op = WIRE_OPEN }, (reader_any_cb)cb, data));
}

void reader_rows(struct reader *r, enum evidence_view v, uint64_t from, unsigned int count,
	unsigned int width, reader_rows_cb cb, void *data)
{
	ask(r,
		(struct wire_request){
			.op = WIRE_ROWS, .view = v, .at = from, .count = count, .width = width },
		(reader_any_cb)cb, data);
}

void reader_fold(struct reader *r, enum fold_op op, uint64_t row, reader_row_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_FOLD, .fold = op, .at = row }, (reader_any_cb)cb,
		data);
}

void reader_search(struct reader *r, enum evidence_view v, const char *pattern, uint64_t row,
	bool back, reader_row_cb cb, void *data)
{
	ask(r,
		(struct wire_request){
			.op = WIRE_SEARCH, .view = v, .at = row, .back = back, .text = pattern },
		(reader_any_cb)cb, data);
}

void reader_severe(struct reader *r, enum evidence_view v, uint64_t row, bool back, reader_row_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_SEVERE, .view = v, .at = row, .back = back }, (reader_any_cb)cb, data);
}

void reader_locate(
	struct reader *r, enum evidence_view v, uint64_t offset, reader_row_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_LOCATE, .view = v, .at = offset },
		(reader_any_cb)cb, data);
}

void reader_path(struct reader *r, uint64_t outline_row, reader_text_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_PATH, .at = outline_row }, (reader_any_cb)cb,
		data);
}

void reader_value(struct reader *r, uint64_t outline_row, reader_text_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_VALUE, .at = outline_row }, (reader_any_cb)cb,
		data);
}

void reader_goto(struct reader *r, const char *path, reader_row_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_GOTO, .text = path }, (reader_any_cb)cb, data);
}

void reader_enter(struct reader *r, uint64_t outline_row, reader_open_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_ENTER, .at = outline_row }, (reader_any_cb)cb,
		data);
}

void reader_encoding(struct reader *r, const char *name, reader_open_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_ENCODING, .text = name }, (reader_any_cb)cb, data);
}

static void submit_leave(struct reader *r, struct call *call)
{
	if (r->failed && r->depth &&
		r->doc_fd >= 0) { /* what is inside cannot be read: all the way out */
		call->q.op = WIRE_OPEN;
		reader_submit_open(r, r->doc_fd, r->as, call);
	} else {
		reader_submit(r, call);
	}
}

void reader_leave(struct reader *r, reader_open_cb cb, void *data)
{
	submit_leave(
		r, call_new(&(struct wire_request){ .op = WIRE_LEAVE }, (reader_any_cb)cb, data));
}

void reader_follow(struct reader *r, uint64_t outline_row, reader_row_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_FOLLOW, .at = outline_row }, (reader_any_cb)cb,
		data);
}

/* The console's clock, which scripts may have set: what is expired goes by it. */
static uint32_t now(void)
{
	return (uint32_t)(clock_wall_ms() / 1000);
}

void reader_checks(struct reader *r, enum ips_edition edition, reader_report_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_CHECKS, .at = edition, .count = now() }, (reader_any_cb)cb, data);
}

void reader_finding_row(struct reader *r, size_t i, reader_row_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_FINDING, .at = i }, (reader_any_cb)cb, data);
}

void reader_picture(
	struct reader *r, const struct picture_request *q, reader_picture_cb cb, void *data)
{
	ask(r, (struct wire_request){ .op = WIRE_PICTURE, .picture = *q }, (reader_any_cb)cb, data);
}

static struct call *compare_call(int fd, enum evidence_kind as, reader_compare_cb cb, void *data)
{
	struct call *call = call_new(
		&(struct wire_request){ .op = WIRE_COMPARE, .kind = as }, (reader_any_cb)cb, data);

	call->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return call;
}

void reader_compare(
	struct reader *r, int fd, enum evidence_kind as, reader_compare_cb cb, void *data)
{
	reader_submit(r, compare_call(fd, as, cb, data));
}

/* The same for those who wait. */

static struct call *waiting(struct wire_reply *keep, struct arena *a, struct call *call)
{
	memset(keep, 0, sizeof(*keep));
	keep->code = STATUS_ERROR;
	call->keep = keep;
	call->keep_in = a;
	return call;
}

static enum status wait_for(
	struct wire_reply *keep, struct arena *a, struct reader *r, struct wire_request q)
{
	reader_submit(r, waiting(keep, a, call_new(&q, NULL, NULL)));
	reader_pump(r);
	return keep->code;
}

static enum status give_info_to(struct reader_info *out, const struct wire_reply *keep)
{
	*out = keep->info;
	return keep->code;
}

enum status reader_open_wait(
	struct reader_info *out, struct arena *a, struct reader *r, int fd, enum evidence_kind as)
{
	struct wire_reply keep;

	reader_submit_open(r, fd, as,
		waiting(&keep, a, call_new(&(struct wire_request){ .op = WIRE_OPEN }, NULL, NULL)));
	reader_pump(r);
	return give_info_to(out, &keep);
}

enum status reader_enter_wait(
	struct reader_info *out, struct arena *a, struct reader *r, uint64_t outline_row)
{
	struct wire_reply keep;

	wait_for(&keep, a, r, (struct wire_request){ .op = WIRE_ENTER, .at = outline_row });
	return give_info_to(out, &keep);
}

enum status reader_encoding_wait(
	struct reader_info *out, struct arena *a, struct reader *r, const char *name)
{
	struct wire_reply keep;

	wait_for(&keep, a, r, (struct wire_request){ .op = WIRE_ENCODING, .text = name });
	return give_info_to(out, &keep);
}

enum status reader_leave_wait(struct reader_info *out, struct arena *a, struct reader *r)
{
	struct wire_reply keep;

	submit_leave(r,
		waiting(&keep, a,
			call_new(&(struct wire_request){ .op = WIRE_LEAVE }, NULL, NULL)));
	reader_pump(r);
	return give_info_to(out, &keep);
}

enum status reader_rows_wait(struct reader_row **out, size_t *n_out, struct arena *a,
	struct reader *r, enum evidence_view v, uint64_t from, unsigned int count,
	unsigned int width)
{
	struct wire_reply keep;
	enum status code = wait_for(&keep, a, r,
		(struct wire_request){
			.op = WIRE_ROWS, .view = v, .at = from, .count = count, .width = width });

	*out = keep.rows;
	*n_out = code == STATUS_OK ? keep.row_count : 0;
	return code;
}

enum status reader_picture_wait(
	struct picture *out, struct arena *a, struct reader *r, const struct picture_request *q)
{
	struct wire_reply keep;
	enum status code = wait_for(&keep, a, r, (struct wire_request){ .op = WIRE_PICTURE, .picture = *q });

	*out = keep.picture;
	return code;
}

enum status reader_checks_wait(
	struct reader_report *out, struct arena *a, struct reader *r, enum ips_edition edition)
{
	struct wire_reply keep;
	enum status code =
		wait_for(&keep, a, r, (struct wire_request){ .op = WIRE_CHECKS, .at = edition, .count = now() });

	*out = keep.report;
	return code;
}

enum status reader_compare_wait(struct reader_comparison *out, struct arena *a, struct reader *r,
	int fd, enum evidence_kind as)
{
	struct wire_reply keep;

	reader_submit(r, waiting(&keep, a, compare_call(fd, as, NULL, NULL)));
	reader_pump(r);
	*out = keep.comparison;
	return keep.code;
}
