/* SPDX-License-Identifier: Apache-2.0 */
/* One zstd frame with a ceiling. Layer proto; any thread. */
#include "verdict/proto/packed.h"
#include <stdlib.h>
#include <zstd.h>
#include "verdict/base/mem.h"

#define LEVEL 3

struct packer { ZSTD_CCtx *z; };

struct packer *packer_new(void)
{
	struct packer *p = mem_zalloc(sizeof(*p));

	p->z = ZSTD_createCCtx();
	if (!p->z)
		abort();
	return p;
}

void packer_free(struct packer *p)
{
	if (p)
		ZSTD_freeCCtx(p->z);
	mem_free(p);
}

bool packer_add(struct buf *out, struct packer *p, const void *ptr, size_t len)
{
	size_t size = ZSTD_compressBound(len), at = out->len, room = out->max - at, packed;

	buf_fill(out, 0, size < room ? size : room);
	if (out->err)
		return false;
	packed = ZSTD_compressCCtx(p->z, out->ptr + at, out->len - at, ptr, len, LEVEL);
	if (ZSTD_isError(packed) || packed >= len)
		packed = 0;
	buf_cut(out, at + packed, out->len - at - packed);
	return packed > 0;
}

bool packed_add(struct buf *out, const void *ptr, size_t len)
{
	struct packer *p = packer_new();
	bool shorter = packer_add(out, p, ptr, len);

	packer_free(p);
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
