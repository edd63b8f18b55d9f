/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the document the reader process is: which documents inside were entered, in which encodings, so that a new
 * process is led there again. Layer evidence; the reader's owner.
 */
#include <string.h>
#include "reader_priv.h"
#include "verdict/evidence/encoding.h"

static void note_encoding(struct reader *r, const struct call *call, unsigned int depth)
{
	if (call->q.op == WIRE_OPEN)
		memset(r->encodings, 0, sizeof(r->encodings));
	else if (call->q.op == WIRE_ENTER)
		r->encodings[depth] = NULL;
	else if (call->q.op == WIRE_ENCODING)
		encoding_parse(&r->encodings[depth], call->q.text, call->q.text_len);
}

void reader_note_place(struct reader *r, const struct call *call, const struct reader_info *info)
{
	if (call->internal || info->inside > READER_INSIDE_MAX ||
		(call->q.op != WIRE_OPEN && call->q.op != WIRE_ENTER && call->q.op != WIRE_LEAVE &&
			call->q.op != WIRE_ENCODING))
		return;
	r->depth = info->inside;
	note_encoding(r, call, info->inside);
	if (call->q.op == WIRE_OPEN)
		r->alone = info->inside;
	else if (info->inside)
		r->inside[info->inside - 1] = info->node;
}

bool reader_way_in(struct wire_request *out, const struct reader *r, unsigned int step)
{
	unsigned int level = r->alone + (step - 1) / 2;

	memset(out, 0, sizeof(*out));
	if (step == 0) {
		out->op = WIRE_OPEN;
		out->kind = r->as;
		return true;
	}
	if ((step - 1) % 2 == 0) {
		out->text = level <= READER_INSIDE_MAX ? r->encodings[level] : NULL;
		if (out->text)
			out->op = WIRE_ENCODING;
		return level <= r->alone || level <= r->depth;
	}
	if (level >= r->depth)
		return false;
	out->op = WIRE_ENTER;
	out->back = true;
	out->at = r->inside[level];
	return true;
}
