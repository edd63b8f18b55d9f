/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a DICOM object (after a first byte '{' or '[' as DICOM JSON): an outline that is whole, places that
 * lead back, and a picture that is made or refused. Layer: tests.
 */
#include "fuzz_outline.h"
#include "verdict/evidence/document.h"

static void picture(struct document *d, uint32_t frame, bool part)
{
	struct picture_request q = { .frame = frame, .cols = 40, .rows = 30 };
	const struct picture_request some = { .frame = frame, .cols = 40, .rows = 30, .left = 3, .top = UINT32_MAX - 5,
		.columns = 40, .lines = 30, .center = -40, .width = 400 };
	struct picture p;
	struct arena a;

	if (part)
		q = some;
	arena_init(&a);
	if (document_picture(&p, &a, d, &q) == STATUS_OK) {
		size_t i, sum = 0;

		FUZZ_HOLDS(p.cols >= 1 && p.cols <= 40 && p.rows >= 1 && p.rows <= 30);
		for (i = 0; i < (size_t)p.cols * p.rows * 3; i++)
			sum += p.rgb[i];	/* all of it can be read */
		FUZZ_HOLDS(sum <= (size_t)p.cols * p.rows * 3 * 255);
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document *d;
	struct source src;
	struct arena a;
	struct reader_row *rows;
	uint64_t row, total;
	size_t n;
	bool json = size && (data[0] == '{' || data[0] == '[');

	source_mem(&src, data, size);
	document_open(&d, &src, json ? EVIDENCE_DICOM_JSON : EVIDENCE_DICOM);
	outline_holds(document_outline(d), UINT32_MAX);
	annex_holds(&document_outline(d)->annex);
	document_fold(&row, d, FOLD_UNFOLD_ALL, 0);
	arena_init(&a);
	FUZZ_HOLDS(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, 0, 300, 80) == STATUS_OK);
	FUZZ_HOLDS(document_rows(&rows, &n, &total, &a, d, VIEW_PRETTY, 0, 300, 80) == STATUS_OK);
	arena_done(&a);
	picture(d, 0, false);
	picture(d, 0, true);
	picture(d, 1, false);
	document_free(d);
	return 0;
}
