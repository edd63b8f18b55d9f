/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a payload; what is accepted can be written and read again. Layer: tests. */
#include "fuzz.h"

#include <string.h>
#include "verdict/proto/payload.h"

static void check_again(const struct record *rec, struct arena *a)
{
	struct record again;
	struct buf b;

	buf_init(&b, 2 * RECORD_PAYLOAD_MAX);
	if (payload_format(&b, rec) == STATUS_OK) {
		FUZZ_HOLDS(payload_parse(&again, a, b.ptr, b.len) == STATUS_OK);
		FUZZ_HOLDS(again.kind == rec->kind && again.n == rec->n && again.hlc == rec->hlc);
		FUZZ_HOLDS(again.outcome == rec->outcome && again.n_looked == rec->n_looked);
		FUZZ_HOLDS(strcmp(again.event, rec->event) == 0 && strcmp(again.who, rec->who) == 0);
	}
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record rec;
	struct arena a;

	arena_init(&a);
	if (payload_parse(&rec, &a, (const char *)data, size) == STATUS_OK)
		check_again(&rec, &a);
	else
		FUZZ_HOLDS(*status_message());
	arena_done(&a);
	return 0;
}
