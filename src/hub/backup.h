/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup: "VRDCTBK1", then parts of u32 length, u8 type, body; little endian. The last part is the SHA-256 of all
 * before it. What a store's rows say of records is not in it: that follows from the feed. Hub layer.
 */
#ifndef HUB_BACKUP_H
#define HUB_BACKUP_H

#define BACKUP_MAGIC "VRDCTBK1"
#define BACKUP_HEAD 8
#define PART_HEAD 5
#define PART_MAX (FEED_ENTRY_MAX + 4096u)

enum part_type {
	PART_KEY = 'k',		/* the hub's secret key, plain */
	PART_EVENT = 'e',	/* fields: id, size, root; the parts of one event follow */
	PART_FEED = 'f',	/* entry, the root after it */
	PART_DOC = 'd',		/* fields: type, id, seq, digest; then facts */
	PART_ITEM = 'i',	/* fields: kind, id; then value */
	PART_END = 'z'
};

#endif
