/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an archive: an outline that is whole, and members that come out bounded or not at all. Layer: tests. */
#include "fuzz_outline.h"
#include "verdict/evidence/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document *d, *in;
	struct source src;
	uint32_t i;

	source_mem(&src, data, size);
	document_open(&d, &src, EVIDENCE_ARCHIVE);
	outline_holds(document_outline(d), UINT32_MAX);
	for (i = 0; i < 4; i++) {
		if (!document_holds(d, i) || document_enter(&in, d, i, NULL, NULL) != STATUS_OK)
			continue;
		outline_holds(document_outline(in), UINT32_MAX);
		FUZZ_HOLDS(document_leave(in) == d);
	}
	document_free(d);
	return 0;
}
