/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_BUNDLE_H
#define VERDICT_PROTO_BUNDLE_H
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

/*
 * Framing of the journal and of bundle files: 8 bytes "VRDCTBN1", then frames of u32 body length, u8 type,
 * u8 flags (1: body is zstd), u16 zero, u32 CRC32C over the eight bytes before and the body, body.
 * Types: 'H' head (JSON), 'B' batch, 'F' batch of colleagues' records in a journal, 'E' piece of evidence, 'R'
 * receipt, 'P' 'Q' page of the feed, 'Y' key, 'X' sealed frame, 'T' trailer. Unknown types are skipped. A journal is
 * a bundle without trailer that grows. doc/PROTOCOL.md, Bundle.
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
#define FRAME_ZSTD 1		/* bit of flags */
void frame_add(struct buf *out, char type, const void *body, size_t len);
/* The same with the body packed by zstd, unless that makes it longer. */
void frame_add_packed(struct buf *out, char type, const void *body, size_t len);
/* Append the body, unpacked where FRAME_ZSTD is set: STATUS_INVALID, STATUS_LIMIT over FRAME_BODY_MAX. */
enum status frame_unpack(struct buf *out, const struct frame *f);
/*
 * Frame at ptr[0..len): STATUS_OK and *used_out; STATUS_AGAIN where bytes are missing (torn tail, or a
 * damaged length: at the end of a file, cut the tail off only where frame_resync() finds nothing behind);
 * STATUS_CORRUPT where head or CRC are wrong; frame_resync() then finds the next intact frame. `offset` is 0:
 * the caller knows where ptr lies. Types are capital letters.
 */
enum status frame_parse(struct frame *out, size_t *used_out, const char *ptr, size_t len);
/* Offset > 0 of the next intact frame in ptr[0..len), or len. Linear in len, for any bytes. */
size_t frame_resync(const char *ptr, size_t len);

/*
 * All intact frames in ptr[0..len), which stays the caller's, past any damage; linear in len over all calls
 * together, which frame_parse() and frame_resync() by turns are not where somebody crafted the bytes.
 */
struct crc_ranges;
struct frame_scan {
	const char *ptr; size_t len, at;
	size_t stop;		/* frames that begin here or behind are left for later: `len` unless set */
	size_t skipped;		/* bytes of no intact frame that lay before the one given last, or before the end */
	struct crc_ranges *sums;
};
void frame_scan_init(struct frame_scan *s, const char *ptr, size_t len);
enum status frame_scan_next(struct frame *out, struct frame_scan *s);	/* sets offset; STATUS_NOT_FOUND at `stop` */
void frame_scan_done(struct frame_scan *s);

#endif
