/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROTO_PAYLOAD_PRIV_H
#define PROTO_PAYLOAD_PRIV_H
#include "verdict/model/record.h"

/* What the writer and the reader of payloads share: which fields a kind's body holds, and ceilings. */
#define PAYLOAD_VERSION 1
#define PAYLOAD_LIST_MAX 512	/* steps and ticks of one verdict, each */
#define PAYLOAD_NAME_MAX 1024	/* bytes of a file name or path */
#define HLC_TEXT 18		/* "01986c2f3a10-0003" and NUL */

enum payload_field {
	FIELDS_DECISION = 1,	/* outcome, correction, seen, steps, ticks, looked */
	FIELDS_FINDING = 2,	/* severity, evidence, offset, path, gap */
	FIELD_GRADE = 4,
	FIELD_TTL = 8,
	FIELD_OF = 16,
	FIELD_TEXT = 32,
	NEED_OF = 64,
	NEED_TEXT = 128,
	NEED_TI = 256,
	NEED_LINE = 512,
};
unsigned int payload_fields(enum record_kind kind);

#endif
