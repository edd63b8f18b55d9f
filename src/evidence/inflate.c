/* SPDX-License-Identifier: Apache-2.0 */
/* Deflate in one run into a room of known size. Layer evidence; any thread. */
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
