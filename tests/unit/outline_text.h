/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_OUTLINE_TEXT_H
#define TESTS_UNIT_OUTLINE_TEXT_H
#include "test.h"
#include "verdict/base/buf.h"
#include "verdict/evidence/document.h"

/* The outline view of a document, all unfolded, a line each: indent, label, " *" where it holds one, value. */
static inline void outline_lines(struct buf *out, struct document *d)
{
	struct reader_row *rows;
	uint64_t row, total;
	struct arena a;
	size_t n, i;

	arena_init(&a);
	document_fold(&row, d, FOLD_UNFOLD_ALL, 0);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, 0, 1000, 80));
	for (i = 0; i < n; i++) {
		buf_fill(out, ' ', rows[i].depth * 2);
		buf_add(out, rows[i].label, rows[i].label_len);
		buf_adds(out, rows[i].holds ? " *" : "");
		if (rows[i].value_len) {
			buf_adds(out, "  ");
			buf_add(out, rows[i].value, rows[i].value_len);
		}
		while (out->len && out->ptr[out->len - 1] == ' ')
			buf_cut(out, out->len - 1, 1);
		buf_addc(out, '\n');
	}
	arena_done(&a);
}

static inline struct document *document_of(const void *bytes, size_t len)
{
	struct document *d;
	struct source src;

	source_mem(&src, bytes, len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	return d;
}

static inline void outline_is(const void *bytes, size_t len, enum evidence_kind kind, const char *want)
{
	struct document *d = document_of(bytes, len);
	struct reader_info info;
	struct buf b;

	buf_init(&b, 1u << 20);
	document_info(&info, d);
	assert_string_equal(evidence_kind_name(info.kind), evidence_kind_name(kind));
	outline_lines(&b, d);
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
	document_free(d);
}

#endif
