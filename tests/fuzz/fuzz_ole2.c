/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a compound file: an outline that is whole, and every stream read within its ceiling. Layer: tests. */
#include "fuzz_outline.h"
#include "src/evidence/cfb.h"

#define STREAM_MAX (64u << 10)

static void read_all(const char *p, size_t n)
{
	struct cfb_list list = { VEC_INIT };
	struct cfb_entry e;
	struct cfb c;
	size_t i;

	if (cfb_open(&c, p, n)) {
		cfb_walk(&list, &c);
		FUZZ_HOLDS(list.items.len <= c.entries);
		for (i = 0; i < list.items.len && i < 64; i++) {
			struct buf b;

			buf_init(&b, STREAM_MAX);
			FUZZ_HOLDS(cfb_entry(&e, &c, list.items.at[i].entry));
			cfb_read(&b, &c, &e, STREAM_MAX);
			FUZZ_HOLDS(b.len <= STREAM_MAX && b.len <= e.size);
			buf_done(&b);
		}
	}
	vec_done(&list.items);
	cfb_done(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline o;

	outline_init(&o);
	outline_text(&o, (const char *)data, size);
	o.nodes_max = 20000;
	parse_ole2(&o, (const char *)data, size);
	outline_holds(&o, UINT32_MAX);
	annex_holds(&o.annex);
	outline_done(&o);
	read_all((const char *)data, size);
	return 0;
}
