/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_SHA1_H
#define EVIDENCE_SHA1_H
#include <stddef.h>
#include <stdint.h>

/* A checksum that others chose; nothing of ours is proved by it. Byte after byte, `bytes` counts them. */
struct sha1 {
	uint32_t h[5];
	unsigned char block[64];
	size_t used;
	uint64_t bytes;
};
void sha1_init(struct sha1 *s);
void sha1_byte(struct sha1 *s, unsigned char c);
void sha1_end(unsigned char out[20], struct sha1 *s);

#endif
