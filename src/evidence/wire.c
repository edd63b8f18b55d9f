/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between the console and its reader, written and read. Layer evidence; any thread. The console does
 * not trust the reader, which has touched strangers' bytes, so replies are checked as requests are.
 */
#include "verdict/evidence/wire.h"
#include <math.h>
#include <string.h>
#include "verdict/base/frame.h"

#define REPORT_ID_MAX 100
#define REPORT_TEXT_MAX 1000
#define ZONE_MAX 1440		/* minutes */
#define WHEN_MAX 300000000000000ll	/* milliseconds: ten thousand years */

/* Text without a NUL of its own; "" after an error. */
static const char *get_str(size_t *len_out, struct cursor *in, size_t max)
{
	const char *p = cursor_blob(len_out, in, max);

	return p ? p : "";
}

/* Numbers of a window, kept as their bits: both sides are one machine. */
static void put_double(struct buf *b, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	buf_u64(b, bits);
}

static double get_double(struct cursor *in)
{
	uint64_t bits = cursor_u64(in);
	double v;

	memcpy(&v, &bits, sizeof(v));
	if (!isfinite(v))
		in->bad = true;
	return in->bad ? 0 : v;
}

void wire_put_request(struct buf *out, const struct wire_request *q)
{
	size_t at = frame_begin(out);

	buf_u32(out, q->id);
	buf_addc(out, (char)q->op);
	buf_addc(out, (char)q->kind);
	buf_addc(out, (char)q->view);
	buf_addc(out, (char)q->fold);
	buf_addc(out, (char)q->back);
	buf_u64(out, q->at);
	buf_u32(out, q->count);
	buf_u32(out, q->width);
	buf_blob(out, q->text, q->text_len);
	if (q->op == WIRE_PICTURE) {
		buf_u32(out, q->picture.frame);
		buf_u32(out, q->picture.cols);
		buf_u32(out, q->picture.rows);
		put_double(out, q->picture.center);
		put_double(out, q->picture.width);
		buf_u32(out, q->picture.left);
		buf_u32(out, q->picture.top);
		buf_u32(out, q->picture.columns);
		buf_u32(out, q->picture.lines);
	}
	frame_end(out, at);
}

enum status wire_get_request(struct wire_request *out, const char *p, size_t n)
{
	struct cursor in;

	frame_read(&in, p, n);
	memset(out, 0, sizeof(*out));
	out->id = cursor_u32(&in);
	out->op = (enum wire_op)cursor_enum(&in, WIRE_OP_MAX);
	out->kind = (enum evidence_kind)cursor_enum(&in, EVIDENCE_KIND_COUNT);
	out->view = (enum evidence_view)cursor_enum(&in, VIEW_PICTURE);
	out->fold = (enum fold_op)cursor_enum(&in, FOLD_LEVEL + 1);
	out->back = cursor_enum(&in, 2) != 0;
	out->at = cursor_u64(&in);
	out->count = cursor_u32(&in);
	out->width = cursor_u32(&in);
	out->text = get_str(&out->text_len, &in, WIRE_PATTERN_MAX);
	if (out->op == WIRE_PICTURE) {
		out->picture.frame = cursor_u32(&in);
		out->picture.cols = cursor_u32(&in);
		out->picture.rows = cursor_u32(&in);
		out->picture.center = get_double(&in);
		out->picture.width = get_double(&in);
		out->picture.left = cursor_u32(&in);
		out->picture.top = cursor_u32(&in);
		out->picture.columns = cursor_u32(&in);
		out->picture.lines = cursor_u32(&in);
	}
	if (in.bad || in.at != n || !out->op)
		return status_set(STATUS_INVALID, "a request to the reader is malformed");
	return STATUS_OK;
}

static bool gives_info(enum wire_op op)
{
	return op == WIRE_OPEN || op == WIRE_ENTER || op == WIRE_LEAVE || op == WIRE_ENCODING;
}

static void put_info(struct buf *out, const struct reader_info *info)
{
	int v;

	buf_addc(out, (char)info->kind);
	buf_blob(out, info->summary, strlen(info->summary));
	buf_u64(out, info->size);
	for (v = 0; v < VIEW_COUNT; v++)
		buf_u64(out, info->rows[v]);
	buf_blob(out, info->trouble ? info->trouble : "", info->trouble ? strlen(info->trouble) : 0);
	buf_u32(out, info->errors);
	buf_u32(out, info->warnings);
	buf_u32(out, info->frames);
	buf_u32(out, info->inside);
	buf_u32(out, info->node);
	buf_blob(out, info->trail ? info->trail : "", info->trail ? strlen(info->trail) : 0);
	buf_blob(out, info->encoding ? info->encoding : "", info->encoding ? strlen(info->encoding) : 0);
}

static void put_row(struct buf *out, const struct reader_row *row)
{
	buf_u64(out, row->row);
	buf_u32(out, row->depth);
	buf_addc(out, (char)row->fold);
	buf_addc(out, (char)row->hit);
	buf_addc(out, (char)row->style);
	buf_addc(out, (char)row->mark);
	buf_addc(out, (char)row->holds);
	buf_addc(out, (char)row->diff);
	buf_addc(out, (char)row->refers);
	buf_addc(out, (char)row->dated);
	buf_u64(out, (uint64_t)row->when);
	buf_u32(out, (unsigned int)(row->zone_min + ZONE_MAX));
	buf_u64(out, row->begin);
	buf_u64(out, row->end);
	buf_blob(out, row->label, row->label_len);
	buf_blob(out, row->value, row->value_len);
	buf_blob(out, row->note, row->note_len);
	buf_blob(out, row->other ? row->other : "", row->other_len);
}

static void put_rows(struct buf *out, const struct wire_reply *r)
{
	size_t i, count_at, n;

	buf_u64(out, r->total);
	count_at = out->len;
	buf_u32(out, 0);
	for (i = 0; i < r->row_count; i++) {
		const struct reader_row *row = &r->rows[i];

		if (out->len + row->label_len + row->value_len + row->note_len + row->other_len + 80 > WIRE_FRAME_MAX)
			break;	/* the rest is asked for again */
		put_row(out, row);
	}
	if (out->err)
		return;
	for (n = 0; n < 4; n++)
		out->ptr[count_at + n] = (char)(i >> (8 * n));
}

static void put_word(struct buf *out, const char *s, size_t max)
{
	buf_blob(out, s, strnlen(s, max));
}

static void put_finding(struct buf *out, const struct reader_finding *f)
{
	put_word(out, f->id, REPORT_ID_MAX);
	put_word(out, f->text, REPORT_TEXT_MAX);
	put_word(out, f->source, REPORT_TEXT_MAX);
	buf_addc(out, (char)f->severity);
	put_word(out, f->path, REPORT_TEXT_MAX);
	put_word(out, f->detail, REPORT_TEXT_MAX);
	buf_u64(out, f->offset);
}

static void put_outcome(struct buf *out, const struct reader_outcome *o)
{
	put_word(out, o->id, REPORT_ID_MAX);
	put_word(out, o->item, REPORT_ID_MAX);
	put_word(out, o->text, REPORT_TEXT_MAX);
	buf_addc(out, (char)o->severity);
	buf_addc(out, (char)o->result);
	buf_addc(out, (char)o->proves);
}

/* Outcomes and facts are few; of the findings as many as a frame holds. */
static void put_report(struct buf *out, const struct reader_report *r)
{
	size_t i, flag_at = out->len, count_at;
	bool cut = r->cut;

	buf_addc(out, (char)cut);
	buf_addc(out, (char)r->damaged);
	buf_u32(out, r->errors);
	buf_u32(out, r->warnings);
	buf_u32(out, r->notes);
	buf_u32(out, (unsigned int)r->n_outcomes);
	for (i = 0; i < r->n_outcomes; i++)
		put_outcome(out, &r->outcomes[i]);
	buf_u32(out, (unsigned int)r->n_facts);
	for (i = 0; i < r->n_facts; i++) {
		put_word(out, r->facts[i].name, REPORT_ID_MAX);
		put_word(out, r->facts[i].value, REPORT_TEXT_MAX);
	}
	count_at = out->len;
	buf_u32(out, 0);
	for (i = 0; i < r->n_findings && out->len < WIRE_FRAME_MAX - 8 * REPORT_TEXT_MAX; i++)
		put_finding(out, &r->findings[i]);
	frame_set_u32(out, count_at, i);
	if (!out->err)
		out->ptr[flag_at] = cut || i < r->n_findings;
}

static void put_picture(struct buf *out, const struct picture *p)
{
	buf_u32(out, p->frame);
	buf_u32(out, p->frames);
	buf_u32(out, p->columns);
	buf_u32(out, p->lines);
	buf_u32(out, p->cols);
	buf_u32(out, p->rows);
	buf_addc(out, (char)p->grey);
	put_double(out, p->center);
	put_double(out, p->width);
	put_double(out, p->low);
	put_double(out, p->high);
	buf_blob(out, (const char *)p->rgb, (size_t)p->cols * p->rows * 3);
}

void wire_put_reply(struct buf *out, const struct wire_reply *r)
{
	size_t at = frame_begin(out);

	buf_u32(out, r->id);
	buf_addc(out, (char)(r->progress ? WIRE_PROGRESS : r->code));
	buf_addc(out, (char)r->op);
	if (r->progress) {
		;
	} else if (r->code != STATUS_OK) {
		buf_blob(out, r->text, r->text_len);
	} else if (gives_info(r->op)) {
		put_info(out, &r->info);
	} else if (r->op == WIRE_ROWS) {
		put_rows(out, r);
	} else if (r->op == WIRE_PATH || r->op == WIRE_VALUE) {
		buf_blob(out, r->text, r->text_len);
	} else if (r->op == WIRE_CHECKS) {
		put_report(out, &r->report);
	} else if (r->op == WIRE_PICTURE) {
		put_picture(out, &r->picture);
	} else if (r->op == WIRE_COMPARE) {
		buf_u32(out, r->comparison.differences);
		buf_addc(out, (char)r->comparison.identical);
		buf_u64(out, r->comparison.rows);
		buf_blob(out, r->comparison.says, strlen(r->comparison.says));
	} else {
		buf_u64(out, r->row);
	}
	frame_end(out, at);
}

static void get_info(struct reader_info *info, struct arena *a, struct cursor *in)
{
	const char *p;
	size_t n;
	int v;

	info->kind = (enum evidence_kind)cursor_enum(in, EVIDENCE_KIND_COUNT);
	p = get_str(&n, in, 4096);
	info->summary = arena_strn(a, p, n);
	info->size = cursor_u64(in);
	for (v = 0; v < VIEW_COUNT; v++)
		info->rows[v] = cursor_u64(in);
	p = get_str(&n, in, 4096);
	info->trouble = n ? arena_strn(a, p, n) : NULL;
	info->errors = cursor_u32(in);
	info->warnings = cursor_u32(in);
	info->frames = cursor_u32(in);
	info->inside = cursor_u32(in);
	info->node = cursor_u32(in);
	p = get_str(&n, in, 4096);
	info->trail = arena_strn(a, p, n);
	p = get_str(&n, in, 64);
	info->encoding = arena_strn(a, p, n);
}

static void get_picture(struct picture *p, struct arena *a, struct cursor *in)
{
	const char *rgb;
	size_t n;

	p->frame = cursor_u32(in);
	p->frames = cursor_u32(in);
	p->columns = cursor_u32(in);
	p->lines = cursor_u32(in);
	p->cols = cursor_u32(in);
	p->rows = cursor_u32(in);
	p->grey = cursor_enum(in, 2) != 0;
	p->center = get_double(in);
	p->width = get_double(in);
	p->low = get_double(in);
	p->high = get_double(in);
	rgb = get_str(&n, in, WIRE_FRAME_MAX);
	if (in->bad || p->cols > PICTURE_SIDE_MAX || p->rows > PICTURE_SIDE_MAX || n != (size_t)p->cols * p->rows * 3) {
		in->bad = true;
		return;
	}
	p->rgb = (const unsigned char *)arena_strn(a, rgb, n);
}

static void get_comparison(struct reader_comparison *c, struct arena *a, struct cursor *in)
{
	const char *p;
	size_t n;

	c->differences = cursor_u32(in);
	c->identical = cursor_enum(in, 2) != 0;
	c->rows = cursor_u64(in);
	p = get_str(&n, in, 4096);
	c->says = arena_strn(a, p, n);
}

static const char *copy_str(size_t *len_out, struct arena *a, struct cursor *in)
{
	const char *p = get_str(len_out, in, 256 * 1024);

	return arena_strn(a, p, *len_out);
}

static void get_row(struct reader_row *row, struct arena *a, struct cursor *in)
{
	uint32_t zone;

	row->row = cursor_u64(in);
	row->depth = cursor_u32(in);
	row->fold = cursor_enum(in, FOLD_CLOSED + 1);
	row->hit = cursor_enum(in, 2) != 0;
	row->style = (unsigned char)cursor_enum(in, 16);
	row->mark = (unsigned char)cursor_enum(in, CHECK_ERROR + 2);
	row->holds = cursor_enum(in, 2) != 0;
	row->diff = cursor_enum(in, DIFF_RIGHT + 1);
	row->refers = cursor_enum(in, 2) != 0;
	row->dated = cursor_enum(in, 2) != 0;
	row->when = (int64_t)cursor_u64(in);
	zone = cursor_u32(in);
	if (zone > 2 * ZONE_MAX || row->when < -WHEN_MAX || row->when > WHEN_MAX)
		in->bad = true;
	row->zone_min = in->bad ? 0 : (int)zone - ZONE_MAX;
	row->begin = cursor_u64(in);
	row->end = cursor_u64(in);
	row->label = copy_str(&row->label_len, a, in);
	row->value = copy_str(&row->value_len, a, in);
	row->note = copy_str(&row->note_len, a, in);
	row->other = copy_str(&row->other_len, a, in);
	if (row->depth > 65535)
		in->bad = true;
}

#define ROW_MIN 64	/* bytes of a row without texts: a count that cannot fit allocates nothing */

static void get_rows(struct wire_reply *out, struct arena *a, struct cursor *in)
{
	size_t n, i;

	out->total = cursor_u64(in);
	n = cursor_u32(in);
	if (in->bad || n > (in->len - in->at) / ROW_MIN) {
		in->bad = true;
		return;
	}
	out->rows = arena_array(a, struct reader_row, n ? n : 1);
	out->row_count = n;
	for (i = 0; i < n && !in->bad; i++)
		get_row(&out->rows[i], a, in);
}

/* A count of things of at least `least` bytes each: one that cannot fit allocates nothing. */
static size_t get_count(struct cursor *in, size_t least)
{
	size_t n = cursor_u32(in);

	if (in->bad || n > (in->len - in->at) / least) {
		in->bad = true;
		return 0;
	}
	return n;
}

static const char *get_word(struct arena *a, struct cursor *in)
{
	size_t n;
	const char *p = get_str(&n, in, REPORT_TEXT_MAX);

	return arena_strn(a, p, n);
}

static void get_finding(struct reader_finding *f, struct arena *a, struct cursor *in)
{
	f->id = get_word(a, in);
	f->text = get_word(a, in);
	f->source = get_word(a, in);
	f->severity = (enum check_severity)cursor_enum(in, CHECK_ERROR + 1);
	f->path = get_word(a, in);
	f->detail = get_word(a, in);
	f->offset = cursor_u64(in);
}

static void get_outcome(struct reader_outcome *o, struct arena *a, struct cursor *in)
{
	o->id = get_word(a, in);
	o->item = get_word(a, in);
	o->text = get_word(a, in);
	o->severity = (enum check_severity)cursor_enum(in, CHECK_ERROR + 1);
	o->result = (enum check_result)cursor_enum(in, CHECK_BROKEN + 1);
	o->proves = cursor_enum(in, 2) != 0;
}

static void get_report(struct reader_report *r, struct arena *a, struct cursor *in)
{
	size_t i;

	r->cut = cursor_enum(in, 2) != 0;
	r->damaged = cursor_enum(in, 2) != 0;
	r->errors = cursor_u32(in);
	r->warnings = cursor_u32(in);
	r->notes = cursor_u32(in);
	r->n_outcomes = get_count(in, 15);
	r->outcomes = arena_array(a, struct reader_outcome, r->n_outcomes + 1);
	for (i = 0; i < r->n_outcomes && !in->bad; i++)
		get_outcome(&r->outcomes[i], a, in);
	r->n_facts = get_count(in, 8);
	r->facts = arena_array(a, struct reader_fact, r->n_facts + 1);
	for (i = 0; i < r->n_facts && !in->bad; i++) {
		r->facts[i].name = get_word(a, in);
		r->facts[i].value = get_word(a, in);
	}
	r->n_findings = get_count(in, 29);
	r->findings = arena_array(a, struct reader_finding, r->n_findings + 1);
	for (i = 0; i < r->n_findings && !in->bad; i++)
		get_finding(&r->findings[i], a, in);
}

enum status wire_get_reply(struct wire_reply *out, struct arena *a, const char *p, size_t n)
{
	struct cursor in;
	unsigned int code;

	frame_read(&in, p, n);
	memset(out, 0, sizeof(*out));
	out->text = "";
	out->id = cursor_u32(&in);
	code = cursor_u8(&in);
	out->op = (enum wire_op)cursor_enum(&in, WIRE_OP_MAX);
	out->progress = code == WIRE_PROGRESS;
	if (!out->progress && code >= STATUS_COUNT)
		in.bad = true;
	out->code = out->progress || in.bad ? STATUS_OK : (enum status)code;
	if (in.bad || out->progress)
		;
	else if (out->code != STATUS_OK)
		out->text = get_str(&out->text_len, &in, 4096);
	else if (gives_info(out->op))
		get_info(&out->info, a, &in);
	else if (out->op == WIRE_ROWS)
		get_rows(out, a, &in);
	else if (out->op == WIRE_PATH || out->op == WIRE_VALUE)
		out->text = get_str(&out->text_len, &in, 256 * 1024);
	else if (out->op == WIRE_CHECKS)
		get_report(&out->report, a, &in);
	else if (out->op == WIRE_COMPARE)
		get_comparison(&out->comparison, a, &in);
	else if (out->op == WIRE_PICTURE)
		get_picture(&out->picture, a, &in);
	else
		out->row = cursor_u64(&in);
	if (in.bad || in.at != n || !out->op)
		return status_set(STATUS_INVALID, "the reader sent something malformed");
	return STATUS_OK;
}
