/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the frames of a journal or bundle, read as the store does: forward, and past damage. The fast
 * search for the next intact frame agrees with the plain one, and so does the scan. Layer: tests.
 */
#include "fuzz.h"

#include "verdict/proto/bundle.h"

#define PLAIN_MAX 2048	/* longer inputs are not searched the plain way, and none more than PLAIN_TIMES */
#define PLAIN_TIMES 3

static size_t plain_resync(const char *ptr, size_t len)
{
	struct frame f;
	size_t used;

	for (size_t at = 1; at < len; at++)
		if (frame_parse(&f, &used, ptr + at, len - at) == STATUS_OK)
			return at;
	return len;
}

static void unpack(const struct frame *f)
{
	struct buf b;

	buf_init(&b, FRAME_BODY_MAX);
	frame_unpack(&b, f);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	unsigned int searches = 0;
	struct frame_scan scan;

	frame_scan_init(&scan, p, size);
	while (size > 0 && searches < 8) {
		struct frame f, scanned;
		size_t used;

		if (frame_parse(&f, &used, p, size) == STATUS_OK) {
			FUZZ_HOLDS(used == FRAME_HEAD + f.len && used <= size);
			unpack(&f);
			FUZZ_HOLDS(frame_scan_next(&scanned, &scan) == STATUS_OK && scanned.body == f.body);
		} else {
			used = frame_resync(p, size);
			FUZZ_HOLDS(used > 0 && used <= size);
			if (size <= PLAIN_MAX && searches < PLAIN_TIMES)
				FUZZ_HOLDS(used == plain_resync(p, size));
			searches++;
		}
		p += used;
		size -= used;
	}
	frame_scan_done(&scan);
	return 0;
}
