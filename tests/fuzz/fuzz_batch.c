/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a batch: records lie within it, and what was read whole can be written again. Layer: tests. */
#include "fuzz.h"

#include <string.h>
#include "verdict/proto/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct batch_reader r;
	struct envelope e;
	struct digest rid;
	struct buf again;
	enum status st;

	if (batch_open(&r, data, size))
		return 0;
	buf_init(&again, BATCH_BYTES_MAX);
	batch_begin(&again);
	while ((st = batch_next(&e, &r)) == STATUS_OK) {
		FUZZ_HOLDS((const uint8_t *)e.payload > data && e.signature + KEY_SIGNATURE <= data + size);
		envelope_ok(&rid, &e);
		batch_add(&again, &e);
	}
	if (st == STATUS_NOT_FOUND)
		FUZZ_HOLDS(again.len == size && memcmp(again.ptr, data, size) == 0);
	buf_done(&again);
	return 0;
}
