/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32C (Castagnoli): by the processor's instruction where there is one, else by table. Layer
 * base; any thread.
 */
#include "verdict/base/io.h"
#include <string.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

/* Remainders of each byte value for the reflected polynomial 0x82f63b78, four bits at a time. */
static const uint32_t nibble[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static uint32_t by_table(uint32_t crc, const unsigned char *p, size_t len)
{
	for (; len > 0; len--, p++) {
		crc ^= *p;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t by_instruction(uint32_t crc, const unsigned char *p, size_t len)
{
	uint64_t wide = crc, eight;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&eight, p, 8);
		wide = _mm_crc32_u64(wide, eight);
	}
	crc = (uint32_t)wide;
	for (; len > 0; len--, p++)
		crc = _mm_crc32_u8(crc, *p);
	return crc;
}
#endif

uint32_t crc32c(uint32_t crc, const void *ptr, size_t len)
{
	crc = ~crc;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~by_instruction(crc, ptr, len);
#endif
	return ~by_table(crc, ptr, len);
}
