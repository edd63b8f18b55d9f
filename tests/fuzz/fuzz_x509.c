/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as certificates: an outline that is whole, and an annex that keeps to its ceiling. Layer: tests. */
#include "fuzz_outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline o;

	outline_init(&o);
	outline_text(&o, (const char *)data, size);
	o.nodes_max = 20000;
	parse_x509(&o, (const char *)data, size);
	outline_holds(&o, UINT32_MAX);
	FUZZ_HOLDS(o.annex.used <= o.annex.cap);
	outline_done(&o);
	return 0;
}
