/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as messages of either side of verdict-net: what is read is within them, and can be written again. */
#include "fuzz.h"
#include "verdict/base/frame.h"
#include "verdict/net/wire.h"

static void try_side(const char *p, size_t n, bool from_child)
{
	struct netwire m;
	struct buf again;

	if (netwire_get(&m, p, n, from_child) != STATUS_OK)
		return;
	buf_init(&again, 2 * NETWIRE_MAX);
	netwire_put(&again, &m);
	FUZZ_HOLDS(netwire_get(&m, again.ptr, again.len, from_child) == STATUS_OK);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	size_t len;

	while (size && frame_whole(&len, p, size, 1, NETWIRE_MAX) == STATUS_OK && len) {
		try_side(p, len, true);
		try_side(p, len, false);
		p += len;
		size -= len;
	}
	return 0;
}
