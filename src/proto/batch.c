/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of signed records: the same bytes on every carrier and on disk (doc/PROTOCOL.md, Batch).
 * Layer: proto. Any thread.
 */
#include "verdict/proto/batch.h"

#include <string.h>
#include "verdict/model/record.h"

#define BATCH_MAGIC "VBT1"
#define BATCH_HEAD 8
#define ENVELOPE_TAIL (KEY_PUBLIC + KEY_SIGNATURE)

static uint32_t get_u32(const char *ptr)
{
	const unsigned char *p = (const unsigned char *)ptr;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_u32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> 8 * i & 255);
}

void batch_begin(struct buf *out)
{
	buf_reset(out);
	buf_add(out, BATCH_MAGIC, 4);
	buf_u32(out, 0);
}

void batch_add(struct buf *out, const struct envelope *e)
{
	uint32_t count;

	if (out->err)
		return;
	count = get_u32(out->ptr + 4);
	if (count >= BATCH_RECORDS_MAX || e->len == 0 || e->len > RECORD_PAYLOAD_MAX
	    || out->len + 4 + e->len + ENVELOPE_TAIL > BATCH_BYTES_MAX) {
		out->err = STATUS_LIMIT;
		return;
	}
	buf_u32(out, (unsigned int)e->len);
	buf_add(out, e->payload, e->len);
	buf_add(out, e->public_key, KEY_PUBLIC);
	buf_add(out, e->signature, KEY_SIGNATURE);
	if (!out->err)
		put_u32(out->ptr + 4, count + 1);
}

enum status batch_open(struct batch_reader *r, const void *ptr, size_t len)
{
	const char *p = ptr;
	uint32_t count;

	if (len < BATCH_HEAD || memcmp(p, BATCH_MAGIC, 4) != 0)
		return status_set(STATUS_INVALID, "batch: does not begin with " BATCH_MAGIC);
	if (len > BATCH_BYTES_MAX)
		return status_set(STATUS_LIMIT, "batch: %zu bytes, more than %u", len, BATCH_BYTES_MAX);
	count = get_u32(p + 4);
	if (count > BATCH_RECORDS_MAX)
		return status_set(STATUS_LIMIT, "batch: %u records, more than %d", count, BATCH_RECORDS_MAX);
	*r = (struct batch_reader){ p + BATCH_HEAD, p + len, count };
	return STATUS_OK;
}

enum status batch_next(struct envelope *out, struct batch_reader *r)
{
	size_t have = (size_t)(r->end - r->at);
	uint32_t len;

	if (r->left == 0)
		return have ? status_set(STATUS_INVALID, "batch: %zu bytes after the last record", have)
			: STATUS_NOT_FOUND;
	if (have < 4)
		return status_set(STATUS_INVALID, "batch: ends within the length of a record");
	len = get_u32(r->at);
	if (len == 0)
		return status_set(STATUS_INVALID, "batch: a record of no bytes");
	if (len > RECORD_PAYLOAD_MAX)
		return status_set(STATUS_LIMIT, "batch: a record of %u bytes, more than %d", len,
			RECORD_PAYLOAD_MAX);
	if (have - 4 < (size_t)len + ENVELOPE_TAIL)
		return status_set(STATUS_INVALID, "batch: ends within a record");
	out->payload = r->at + 4;
	out->len = len;
	out->public_key = (const uint8_t *)out->payload + len;
	out->signature = out->public_key + KEY_PUBLIC;
	r->at = out->payload + len + ENVELOPE_TAIL;
	r->left--;
	return STATUS_OK;
}

bool envelope_ok(struct digest *rid_out, const struct envelope *e)
{
	if (!signature_ok(e->public_key, e->signature, RECORD_TYPE, e->payload, e->len))
		return false;
	*rid_out = record_rid(e->payload, e->len);
	return true;
}
