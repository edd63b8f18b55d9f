/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON, one document or (after a first byte 0x1e) lines of them: an outline that is whole. Layer: tests. */
#include "fuzz_outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline o;

	outline_init(&o);
	o.nodes_max = 20000;
	parse_json(&o, (const char *)data, size, size > 0 && data[0] == 0x1e);
	outline_holds(&o, size);
	outline_done(&o);
	return 0;
}
