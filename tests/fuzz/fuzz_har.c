/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an HTTP archive: an outline that is whole, ranges inside text and annex. Layer: tests. */
#include "fuzz_outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline o;

	outline_init(&o);
	outline_text(&o, (const char *)data, size);
	o.nodes_max = 20000;
	parse_har(&o, (const char *)data, size);
	outline_holds(&o, annex_end(&o.annex));
	annex_holds(&o.annex);
	outline_done(&o);
	return 0;
}
