/* SPDX-License-Identifier: Apache-2.0 */
/* One zstd frame with a ceiling. Layer proto; any thread. */
#include "verdict/proto/packed.h"
#include <zstd.h>
#include "verdict/base/mem.h"

#define LEVEL 3

bool packed_add(struct buf *out, const void *ptr, size_t len)
{
	size_t size = ZSTD_compressBound(len), packed;
	char *room = mem_alloc(size);
	bool shorter;

	packed = ZSTD_compress(room, size, ptr, len, LEVEL);
	shorter = !ZSTD_isError(packed) && packed < len;
	if (shorter)
		buf_add(out, room, packed);
	mem_free(room);
	return shorter;
}

enum status packed_open(struct buf *out, const void *ptr, size_t len, size_t max)
{
	unsigned long long size = ZSTD_getFrameContentSize(ptr, len);
	size_t got, end;
	char *room;

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
		return status_set(STATUS_INVALID, "packed body does not tell its size");
	if (size > max)
		return status_set(STATUS_LIMIT, "packed body of %llu bytes, more than %zu", size, max);
	end = ZSTD_findFrameCompressedSize(ptr, len);
	if (ZSTD_isError(end) || end != len)
		return status_set(STATUS_INVALID, "packed body is damaged, or something follows it");
	room = mem_alloc(size ? (size_t)size : 1);
	got = ZSTD_decompress(room, (size_t)size, ptr, len);
	if (!ZSTD_isError(got))
		buf_add(out, room, got);
	mem_free(room);
	if (ZSTD_isError(got) || got != size)
		return status_set(STATUS_INVALID, "packed body is damaged");
	return out->err;
}
