/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_BUNDLE_H
#define VERDICT_PROTO_BUNDLE_H
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

/*
 * Framing of the journal and of bundle files: 8 bytes "VRDCTBN1", then frames of u32 body length, u8 type,
 * u8 flags (1: body is zstd), u16 zero, u32 CRC32C over the eight bytes before and the body, body.
 * Types: 'H' head (JSON), 'B' batch, 'E' evidence body, 'R' receipts, 'T' trailer. Unknown types are
 * skipped. A journal is a bundle without trailer that grows. doc/PROTOCOL.md, Bundle.
 */
#define BUNDLE_MAGIC "VRDCTBN1"
#define BUNDLE_MAGIC_LEN 8
#define FRAME_HEAD 12
#define FRAME_BODY_MAX (8u << 20)

struct frame {
	char type;
	uint8_t flags;
	const char *body; size_t len;	/* borrowed */
	uint64_t offset;		/* of its head in the file */
};
void frame_add(struct buf *out, char type, const void *body, size_t len);
/*
 * Frame at ptr[0..len): STATUS_OK and *used_out; STATUS_AGAIN where bytes are missing (torn tail);
 * STATUS_CORRUPT where head or CRC are wrong; frame_resync() then finds the next intact frame.
 */
enum status frame_parse(struct frame *out, size_t *used_out, const char *ptr, size_t len);
/* Offset > 0 of the next intact frame in ptr[0..len), or len. */
size_t frame_resync(const char *ptr, size_t len);

#endif
