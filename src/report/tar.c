/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many documents in one stream: an archive in the POSIX ustar form. Layer report; the thread that owns the buffer.
 */
#include "report_priv.h"

#include <stdio.h>
#include <string.h>

#define BLOCK 512
#define NAME_MAX_BYTES 99

struct head {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[8];
	char user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct head) == BLOCK, "a block");

void tar_name(struct buf *out, const char *prefix, const char *id, const char *suffix)
{
	buf_adds(out, prefix);
	for (size_t i = 0; id[i] && out->len + strlen(suffix) < NAME_MAX_BYTES; i++) {
		unsigned char c = (unsigned char)id[i];
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("-_.", c);

		buf_addc(out, plain ? (char)c : '_');
	}
	buf_adds(out, suffix);
}

void tar_member(struct buf *out, const char *name, int64_t mtime_ms, const void *ptr, size_t len)
{
	struct head h;
	const unsigned char *p = (const unsigned char *)&h;
	unsigned int sum = 0;

	if (len >= INT64_C(1) << 33 || strlen(name) > NAME_MAX_BYTES) {
		out->err = STATUS_LIMIT;
		return;
	}
	memset(&h, 0, sizeof(h));
	memcpy(h.name, name, strlen(name));
	snprintf(h.mode, sizeof(h.mode), "0000644");
	snprintf(h.uid, sizeof(h.uid), "0000000");
	snprintf(h.gid, sizeof(h.gid), "0000000");
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)len);
	snprintf(h.mtime, sizeof(h.mtime), "%011llo", (unsigned long long)(mtime_ms > 0 ? mtime_ms / 1000 : 0) & 077777777777);
	memset(h.sum, ' ', sizeof(h.sum));
	h.type = '0';
	memcpy(h.magic, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += p[i];
	snprintf(h.sum, sizeof(h.sum), "%06o", sum & 0777777);
	buf_add(out, &h, sizeof(h));
	buf_add(out, ptr, len);
	buf_fill(out, 0, (BLOCK - len % BLOCK) % BLOCK);
}

void tar_end(struct buf *out)
{
	buf_fill(out, 0, 2 * (size_t)BLOCK);
}
