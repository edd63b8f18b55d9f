/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup: "VRDCTBK1", then parts of u32 length, u8 type, body; little endian. The last part is the SHA-256 of all
 * before it. What a store's rows say of records is not in it: that follows from the feed. One that begins with
 * "VRDCTBK2" goes on with bodies of evidence, each in pieces between two parts; at its end stands the SHA-256 of
 * the first sum and all parts behind it. Hub layer.
 */
#ifndef HUB_BACKUP_H
#define HUB_BACKUP_H

#define BACKUP_MAGIC "VRDCTBK1"
#define BACKUP_MAGIC_EVIDENCE "VRDCTBK2"
#define BACKUP_HEAD 8
#define PART_HEAD 5
#define PART_MAX (FEED_ENTRY_MAX + 4096u)

enum part_type {
	PART_KEY = 'k',		/* the hub's secret key, plain */
	PART_EVENT = 'e',	/* fields: id, size, root; the parts of one event follow */
	PART_FEED = 'f',	/* entry, the root after it */
	PART_DOC = 'd',		/* fields: type, id, seq, digest; then facts */
	PART_ITEM = 'i',	/* fields: kind, id; then value */
	PART_END = 'z',
	PART_BODY = 'b',	/* digest, u64 bytes */
	PART_BYTES = 'c',	/* some of them */
	PART_BODY_END = 'd',	/* u8: 1, they are whole; 0, the hub's file was damaged */
	PART_END_EVIDENCE = 'y'
};

#endif
