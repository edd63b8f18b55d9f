/* SPDX-License-Identifier: Apache-2.0 */
/* Deflate into a room of known size, or into a buffer piece by piece. Layer evidence; any thread. */
#include "inside_priv.h"
#include <limits.h>
#include <zlib.h>

size_t inflate_into(bool *whole_out, char *to, size_t room, const char *p, size_t n, int bits)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)(n < UINT_MAX ? n : UINT_MAX),
		.next_out = (Bytef *)to, .avail_out = (uInt)(room < UINT_MAX ? room : UINT_MAX) };
	size_t space = z.avail_out;

	*whole_out = false;
	if (inflateInit2(&z, bits) != Z_OK)
		return 0;
	*whole_out = inflate(&z, Z_SYNC_FLUSH) == Z_STREAM_END;
	inflateEnd(&z);
	return space - z.avail_out;
}

void inflate_buf(struct buf *out, const char *p, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)(n < UINT_MAX ? n : UINT_MAX) };
	unsigned char piece[16384];
	int rc = Z_OK;

	if (inflateInit2(&z, 15) != Z_OK)
		return;
	while (rc == Z_OK && !out->err) {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		rc = inflate(&z, Z_NO_FLUSH);
		buf_add(out, piece, out->max - out->len < sizeof(piece) - z.avail_out ? out->max - out->len :
			sizeof(piece) - z.avail_out);
		if (out->len == out->max)
			break;
	}
	inflateEnd(&z);
}
