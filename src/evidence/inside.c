/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents inside documents, opened as evidence of their own. Layer evidence; one thread at a time, in the
 * reader process. Nothing is written anywhere: what was taken out lives as long as it is looked at.
 */
#include "inside_priv.h"
#include <stdio.h>
#include <string.h>

/* The body of a message: its bytes as they were received or decoded. */
static bool body_holds(const struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node];

	return n->kind == NODE_BODY && n->end > n->begin;
}

static enum status body_take(struct inside *out, struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node];
	size_t room, len = n->end - n->begin;
	const char *p = text_at(&room, d, n->begin);

	out->len = len < room ? len : room;
	out->ptr = mem_dup(p, out->len);
	return STATUS_OK;
}

static const struct holder holder_body = { body_holds, body_take };

static const struct holder *const holders[] = {
	&holder_body, &holder_member, &holder_stream, &holder_value,
};

static const struct holder *holder_of(const struct document *d, uint32_t node)
{
	size_t i;

	for (i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		if (holders[i]->holds(d, node))
			return holders[i];
	return NULL;
}

bool document_holds(const struct document *d, uint32_t node)
{
	return node < d->o.nodes.len && d->inside < DOCUMENT_INSIDE_MAX && holder_of(d, node) != NULL;
}

unsigned int document_inside(const struct document *d)
{
	return d->inside;
}

static void set_crumb(struct document *inner, const struct document *d, uint32_t node)
{
	struct buf b;

	buf_init(&b, ROW_TEXT_MAX + 1024);
	describe_label(&b, d, node);
	snprintf(inner->crumb, sizeof(inner->crumb), "%.*s", (int)b.len, buf_str(&b));
	buf_done(&b);
}

enum status document_enter(struct document **out, struct document *d, uint32_t node, needle_tick_cb tick, void *data)
{
	const struct holder *h;
	struct inside in = { .as = EVIDENCE_UNKNOWN };
	struct document *inner = NULL;
	struct source src;
	enum status rc;

	if (node >= d->o.nodes.len || !(h = holder_of(d, node)))
		return status_set(STATUS_NOT_FOUND, "there is no document in this row");
	if (d->inside >= DOCUMENT_INSIDE_MAX)
		return status_set(STATUS_LIMIT, "documents are opened at most %u deep", DOCUMENT_INSIDE_MAX);
	rc = h->take(&in, d, node);
	if (rc == STATUS_OK && d->held + in.len > INSIDE_MAX)
		rc = status_set(STATUS_LIMIT, "what is inside takes more than %u MB", INSIDE_MAX >> 20);
	if (rc == STATUS_OK) {
		source_mem(&src, in.ptr, in.len);
		rc = document_open_ticking(&inner, &src, in.as, tick, data);
	}
	if (rc != STATUS_OK) {
		mem_free(in.ptr);
		return rc;
	}
	if (in.why[0])
		snprintf(inner->trouble, sizeof(inner->trouble), "not all of it came out: %s", in.why);
	inner->bytes = in.ptr;
	inner->held = d->held + in.len;
	inner->inside = d->inside + 1;
	inner->outer = d;
	inner->outer_node = node;
	set_crumb(inner, d, node);
	*out = inner;
	return STATUS_OK;
}

struct document *document_leave(struct document *d)
{
	struct document *outer = d->outer;

	document_free(d);
	return outer;
}

void document_trail(struct buf *out, const struct document *d)
{
	const struct document *up[DOCUMENT_INSIDE_MAX + 1];
	size_t n = 0;

	for (; d && d->outer && n <= DOCUMENT_INSIDE_MAX; d = d->outer)
		up[n++] = d;
	while (n-- > 0) {
		buf_adds(out, out->len ? " > " : "");
		buf_adds(out, up[n]->crumb);
	}
}
