/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_CFB_H
#define EVIDENCE_CFB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/vec.h"

/*
 * Compound files (MS-CFB): storages and streams, as Word, Excel, PowerPoint and Outlook wrote them before 2007.
 * Everything is looked up in the bytes as they lie; of what a file says about itself nothing is believed: chains
 * end after as many sectors as there are, entries are visited once.
 */
#define CFB_ENTRIES_MAX 20000u
#define CFB_DEPTH_MAX 60u
#define CFB_NAME_MAX 100u		/* UTF-8 of 31 units */
#define CFB_NONE 0xffffffffu

struct cfb {
	const unsigned char *p;
	size_t n;
	unsigned int shift;		/* of a sector's size */
	uint32_t sectors;
	VEC(uint32_t) fat, mini_fat, folder, mini;	/* sectors of the two tables, the entries, the small streams */
	uint32_t entries;
	uint32_t mini_below;		/* streams shorter than this lie in the small ones */
	uint64_t mini_size;
	const char *why;		/* what is wrong with the file, or NULL */
};
enum cfb_type { CFB_FREE = 0, CFB_STORAGE = 1, CFB_STREAM = 2, CFB_ROOT = 5 };
struct cfb_entry {
	char name[CFB_NAME_MAX];
	enum cfb_type type;
	uint32_t left, right, child, start;
	uint64_t size;
	size_t at;			/* where its 128 bytes lie in the file */
};
/* One entry in the order of the tree; `depth` 0 for what is in the root. */
struct cfb_item {
	uint32_t entry, depth;
};
struct cfb_list {
	VEC(struct cfb_item) items;
};

/* False (and `why`) where nothing can be read at all. */
bool cfb_open(struct cfb *c, const char *p, size_t n);
void cfb_done(struct cfb *c);
bool cfb_entry(struct cfb_entry *out, const struct cfb *c, uint32_t i);
/* The entry whose bytes lie at a place of the file. */
bool cfb_entry_at(struct cfb_entry *out, const struct cfb *c, size_t at);
/* All entries but the root, folders before what is in them. False where some are lost: a loop, too many, too deep. */
bool cfb_walk(struct cfb_list *out, const struct cfb *c);
/* At most `max` bytes of a stream; false where not all that it should hold came out. */
bool cfb_read(struct buf *out, const struct cfb *c, const struct cfb_entry *e, size_t max);

static inline uint32_t cfb_u32(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}
static inline uint32_t cfb_u16(const unsigned char *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}
/* UTF-16, little end first, up to a NUL, as UTF-8. */
void cfb_utf16(struct buf *out, const unsigned char *p, size_t n);

#endif
