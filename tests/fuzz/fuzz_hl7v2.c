/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as HL7 v2: an outline that is whole. Layer: tests. */
#include "fuzz_outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline o;

	outline_init(&o);
	o.nodes_max = 20000;
	parse_hl7v2(&o, (const char *)data, size);
	outline_holds(&o, size);
	outline_done(&o);
	return 0;
}
