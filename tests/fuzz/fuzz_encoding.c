/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes in any encoding: the first byte chooses it. The text is UTF-8, and every place of it leads to a byte of the
 * file, in order. Layer: tests.
 */
#include "fuzz.h"
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/document.h"
#include "verdict/evidence/encoding.h"

static void places(const struct document *d, size_t size)
{
	uint64_t last = 0, at;
	size_t len, i;

	document_text(&len, d);
	for (i = 0; i <= len; i += 1 + len / 256) {
		at = encoding_place(d, (uint32_t)i);
		FUZZ_HOLDS(at >= last && at <= size);
		FUZZ_HOLDS(encoding_find(d, at) <= len);
		last = at;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *names = encoding_names();
	struct document *d;
	struct source src;
	size_t count = 0, len;
	const char *name, *text;

	while (names[count])
		count++;
	if (!size)
		return 0;
	name = names[data[0] % count];
	data++;
	size--;
	source_mem(&src, data, size);
	document_open(&d, &src, EVIDENCE_TEXT);
	if (document_encoding(d, name, strlen(name)) == STATUS_OK) {
		text = document_text(&len, d);
		if (text != (const char *)data)
			FUZZ_HOLDS(utf8_valid(text, len));
		places(d, size);
	}
	document_free(d);
	return 0;
}
