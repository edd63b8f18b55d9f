/* SPDX-License-Identifier: Apache-2.0 */
/* The reader for callers that wait for its answer: the shell commands. Layer evidence; the caller's thread. */
#include <string.h>
#include "reader_priv.h"
#include "verdict/base/arena.h"
#include "verdict/evidence/reader.h"

struct wait_open {
	struct reader_info *out;
	struct arena *a;
	enum status code;
};

static void waited_open(enum status code, const struct reader_info *info, void *data)
{
	struct wait_open *w = data;

	w->code = code;
	*w->out = *info;
	w->out->summary = arena_str(w->a, info->summary ? info->summary : "");
	w->out->trouble = arena_str(w->a, info->trouble);
	w->out->trail = arena_str(w->a, info->trail ? info->trail : "");
}

enum status reader_open_wait(struct reader_info *out, struct arena *a, struct reader *r, int fd, enum evidence_kind as)
{
	struct wait_open w = { .out = out, .a = a, .code = STATUS_ERROR };

	memset(out, 0, sizeof(*out));
	reader_open(r, fd, as, waited_open, &w);
	reader_pump(r);
	return w.code;
}

enum status reader_enter_wait(struct reader_info *out, struct arena *a, struct reader *r, uint64_t outline_row)
{
	struct wait_open w = { .out = out, .a = a, .code = STATUS_ERROR };

	memset(out, 0, sizeof(*out));
	reader_enter(r, outline_row, waited_open, &w);
	reader_pump(r);
	return w.code;
}

enum status reader_leave_wait(struct reader_info *out, struct arena *a, struct reader *r)
{
	struct wait_open w = { .out = out, .a = a, .code = STATUS_ERROR };

	memset(out, 0, sizeof(*out));
	reader_leave(r, waited_open, &w);
	reader_pump(r);
	return w.code;
}

struct wait_rows {
	struct reader_row *rows;
	size_t n;
	struct arena *a;
	enum status code;
};

static void waited_rows(enum status code, const struct reader_row *rows, size_t n, uint64_t total, void *data)
{
	struct wait_rows *w = data;
	size_t i;

	(void)total;
	w->code = code;
	w->n = code == STATUS_OK ? n : 0;
	w->rows = arena_array(w->a, struct reader_row, w->n ? w->n : 1);
	for (i = 0; i < w->n; i++) {
		w->rows[i] = rows[i];
		w->rows[i].label = arena_strn(w->a, rows[i].label, rows[i].label_len);
		w->rows[i].value = arena_strn(w->a, rows[i].value, rows[i].value_len);
		w->rows[i].note = arena_strn(w->a, rows[i].note, rows[i].note_len);
	}
}

enum status reader_rows_wait(struct reader_row **out, size_t *n_out, struct arena *a, struct reader *r,
	enum evidence_view v, uint64_t from, unsigned int count, unsigned int width)
{
	struct wait_rows w = { .a = a, .code = STATUS_ERROR };

	reader_rows(r, v, from, count, width, waited_rows, &w);
	reader_pump(r);
	*out = w.rows;
	*n_out = w.n;
	return w.code;
}
