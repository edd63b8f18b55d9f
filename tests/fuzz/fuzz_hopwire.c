/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as messages of either side of verdict-ssh: what is read is within them, and can be written again. */
#include "fuzz.h"
#include <string.h>
#include "verdict/base/frame.h"
#include "verdict/base/mem.h"
#include "verdict/ssh/wire.h"

static void try_entries(const char *p, size_t n)
{
	struct hop_entry *e = NULL;
	size_t count = 0, i;

	if (hopwire_entries(&e, &count, p, n) != STATUS_OK)
		return;
	FUZZ_HOLDS(count <= HOP_ENTRIES_MAX);
	for (i = 0; i < count; i++)
		FUZZ_HOLDS(hop_name_ok(e[i].name, strlen(e[i].name)));
	mem_free(e);
}

static void try_side(const char *p, size_t n, bool from_child)
{
	struct hopwire m, same;
	struct buf again;

	if (hopwire_get(&m, p, n, from_child) != STATUS_OK)
		return;
	buf_init(&again, 4 * (size_t)HOPWIRE_MAX);
	hopwire_put(&again, &m);
	FUZZ_HOLDS(hopwire_get(&same, again.ptr, again.len, from_child) == STATUS_OK);
	if (m.kind == HOPWIRE_DONE)
		try_entries(m.listed, m.listed_len);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	size_t len;

	while (size && frame_whole(&len, p, size, 1, HOPWIRE_MAX) == STATUS_OK && len) {
		try_side(p, len, true);
		try_side(p, len, false);
		p += len;
		size -= len;
	}
	return 0;
}
