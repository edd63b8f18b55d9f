/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a document: sniffed, outlined, shown in every view, folded, searched, gone to. The first two bytes
 * choose width, pattern and encoding. Rows lie inside the file and stand in order. Layer: tests.
 */
#include "fuzz_outline.h"
#include "verdict/evidence/document.h"
#include "verdict/evidence/encoding.h"

static void view(struct document *d, enum evidence_view v, unsigned int width, size_t size)
{
	struct reader_row *rows;
	uint64_t total, back;
	struct arena a;
	size_t n, i;

	arena_init(&a);
	FUZZ_HOLDS(document_rows(&rows, &n, &total, &a, d, v, 0, 200, width) == STATUS_OK);
	FUZZ_HOLDS(total == UINT64_MAX || n <= total);
	for (i = 0; i < n; i++) {
		FUZZ_HOLDS(rows[i].row == i && rows[i].begin <= rows[i].end && rows[i].end <= size);
		if (i % 16 == 0)
			FUZZ_HOLDS(document_locate(&back, d, v, rows[i].begin) == STATUS_OK);
	}
	FUZZ_HOLDS(document_rows(&rows, &n, &total, &a, d, v, UINT64_MAX, 10, width) == STATUS_OK);
	arena_done(&a);
}

static void places(struct document *d)
{
	uint64_t row, back;
	struct buf b;

	for (row = 0; row < 40; row += 3) {
		buf_init(&b, 1u << 20);
		if (document_path(&b, d, row) == STATUS_OK && b.len)
			document_goto(&back, d, b.ptr, b.len);
		buf_reset(&b);
		document_value(&b, d, row);
		document_follow(&back, d, row);
		buf_done(&b);
	}
}

static void encode(struct document *d, unsigned int choice)
{
	const char *const *names = encoding_names();
	unsigned int i;

	for (i = 0; i < choice && names[i]; i++)
		;
	if (choice && names[i])
		document_encoding(d, names[i], strlen(names[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document *d;
	struct source src;
	unsigned int width, encoding;
	size_t pattern;
	uint64_t row;
	int v;

	if (size < 2)
		return 0;
	width = data[0] % 3 ? data[0] : 0;
	pattern = data[1] % 8;
	encoding = data[1] / 8;
	data += 2;
	size -= 2;
	source_mem(&src, data, size);
	document_open(&d, &src, EVIDENCE_UNKNOWN);
	outline_holds(document_outline(d), UINT32_MAX);
	encode(d, encoding);
	outline_holds(document_outline(d), UINT32_MAX);
	document_fold(&row, d, FOLD_UNFOLD_ALL, 0);
	for (v = 0; v < VIEW_COUNT; v++) {
		view(d, (enum evidence_view)v, width, size);
		document_search(&row, d, (enum evidence_view)v, (const char *)data + size - (pattern < size ? pattern : size),
			pattern < size ? pattern : size, 0, v & 1);
	}
	places(d);
	document_free(d);
	return 0;
}
