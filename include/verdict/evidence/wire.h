/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_WIRE_H
#define VERDICT_EVIDENCE_WIRE_H
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/evidence/reader.h"

/*
 * Messages between the console and the reader process: a length of four bytes (little endian, as all numbers),
 * then an id, an operation or status, and its fields in a fixed order. Both sides are strict: a length above
 * the ceiling, a field that does not fit, a value out of range or a byte left over make a message invalid.
 */
#define WIRE_FRAME_MIN 5	/* an id, and what it is about */
#define WIRE_FRAME_MAX (4u << 20)
#define WIRE_PATTERN_MAX 1024

enum wire_op {
	WIRE_OPEN = 1, WIRE_ROWS, WIRE_FOLD, WIRE_SEARCH, WIRE_LOCATE, WIRE_PATH, WIRE_VALUE, WIRE_GOTO,
	WIRE_FOLLOW,	/* `at`: row of the outline */
	WIRE_CHECKS, WIRE_FINDING,	/* `at`: edition of the IPS, `count`: the event's clock; number of the finding */
	WIRE_PICTURE,
	WIRE_ENTER,	/* `at`: row, or with `back` node of the outline */
	WIRE_LEAVE,
	WIRE_ENCODING,	/* text: its name */
	WIRE_SEVERE,
	WIRE_COMPARE,	/* a descriptor comes with it, as with WIRE_OPEN */
	WIRE_CANCEL,	/* no answer; work under way stops */
	WIRE_OP_MAX
};
/* A status that is none: the answer is still being worked on. */
#define WIRE_PROGRESS 255

struct wire_request {
	uint32_t id;
	enum wire_op op;
	enum evidence_kind kind;
	enum evidence_view view;
	enum fold_op fold;
	uint64_t at;		/* row or byte */
	uint32_t count, width;
	bool back;
	const char *text;	/* pattern or path; borrowed */
	size_t text_len;
	struct picture_request picture;	/* of WIRE_PICTURE alone */
};
struct wire_reply {
	uint32_t id;
	enum wire_op op;	/* of the request: decides the fields */
	bool progress;
	enum status code;
	const char *text;	/* message of a failure, path or value; borrowed */
	size_t text_len;
	struct reader_info info;
	struct reader_row *rows;
	size_t row_count;
	uint64_t row, total;
	struct picture picture;
	struct reader_report report;
	struct reader_comparison comparison;
};

void wire_put_request(struct buf *out, const struct wire_request *q);
void wire_put_reply(struct buf *out, const struct wire_reply *r);
/* One whole frame. Strings borrow from it, except those of info and rows, which are copied into `a`. */
enum status wire_get_request(struct wire_request *out, const char *p, size_t n);
enum status wire_get_reply(struct wire_reply *out, struct arena *a, const char *p, size_t n);

#endif
