/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies become frames: packed, sealed, with a checksum. Where they are long a thread of its own does it, while the
 * writer's reads the next one and writes the one before; order is kept. Layer: proto. The writer's thread.
 */
#include "bundle_priv.h"

#include <string.h>
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/proto/packed.h"

#define SLOTS 4
#define THREAD_FROM (256u << 10)	/* a shorter body costs less than to hand it over */
#define DULL_SKIP 15			/* bodies that are not tried after one that could not be packed */

struct slot {
	char type;
	bool pack, made;
	struct buf body, frame;
};

struct frame_maker {
	const uint8_t *secret;
	struct slot slots[SLOTS];
	size_t first, n;		/* the oldest, and how many there are */
	/* of whoever makes */
	struct packer *packer;
	struct buf inner;
	unsigned int dull;
	/* between the two; `made` too */
	struct thread *thread;
	struct lock lock; struct wakeup wake;
	size_t waiting;			/* to be made, the last ones */
	bool stop;
};

struct frame_maker *maker_new(const uint8_t *secret)
{
	struct frame_maker *m = mem_zalloc(sizeof(*m));

	m->secret = secret;
	m->packer = packer_new();
	buf_init(&m->inner, FRAME_BODY_MAX);
	for (size_t i = 0; i < SLOTS; i++) {
		buf_init(&m->slots[i].body, FRAME_BODY_MAX);
		buf_init(&m->slots[i].frame, FRAME_HEAD + FRAME_BODY_MAX);
	}
	lock_init(&m->lock);
	wakeup_init(&m->wake);
	return m;
}

void maker_free(struct frame_maker *m)
{
	if (!m)
		return;
	lock_take(&m->lock);
	m->stop = true;
	wakeup_wake(&m->wake);
	lock_give(&m->lock);
	thread_join(m->thread);
	for (size_t i = 0; i < SLOTS; i++) {
		buf_done(&m->slots[i].body);
		buf_done(&m->slots[i].frame);
	}
	buf_done(&m->inner);
	packer_free(m->packer);
	wakeup_done(&m->wake);
	lock_done(&m->lock);
	mem_free(m);
}

/* ---- making ---- */

/* Evidence that is packed already, as pictures are, comes in many pieces: most of them are not tried. */
static bool pack(struct buf *out, struct frame_maker *m, const struct slot *s)
{
	static const char begin[8];
	bool shorter;

	if (s->type == 'E' && s->body.len >= BUNDLE_EVIDENCE_HEAD && memcmp(s->body.ptr + BUNDLE_EVIDENCE_HEAD - 8, begin, sizeof(begin)) == 0)
		m->dull = 0;	/* another item */
	if (!s->pack || (m->dull && s->type == 'E')) {
		m->dull -= m->dull && s->type == 'E';
		return false;
	}
	shorter = packer_add(out, m->packer, s->body.ptr, s->body.len);
	if (s->type == 'E')
		m->dull = shorter ? 0 : DULL_SKIP;
	return shorter;
}

/* Type, flags and body as they would stand in a frame, hidden in one of type X. */
static void make_sealed(struct frame_maker *m, struct slot *s)
{
	buf_reset(&m->inner);
	buf_addc(&m->inner, s->type);
	buf_addc(&m->inner, FRAME_ZSTD);
	if (!pack(&m->inner, m, s)) {
		m->inner.err = STATUS_OK;
		if (m->inner.len)
			m->inner.ptr[1] = 0;
		buf_add(&m->inner, s->body.ptr, s->body.len);
	}
	bundle_frame_begin(&s->frame);
	box_piece_add(&s->frame, m->secret, m->inner.ptr, m->inner.len);
	bundle_frame_end(&s->frame, 'X', 0);
	if (m->inner.err)
		s->frame.err = m->inner.err;
}

static void make_plain(struct frame_maker *m, struct slot *s)
{
	bool packed;

	bundle_frame_begin(&s->frame);
	packed = pack(&s->frame, m, s);
	if (!packed) {
		s->frame.err = STATUS_OK;
		buf_add(&s->frame, s->body.ptr, s->body.len);
	}
	bundle_frame_end(&s->frame, s->type, packed ? FRAME_ZSTD : 0);
}

static void make(struct frame_maker *m, struct slot *s)
{
	buf_reset(&s->frame);
	if (m->secret)
		make_sealed(m, s);
	else
		make_plain(m, s);
}

static void run(void *data)
{
	struct frame_maker *m = data;
	struct slot *s;

	lock_take(&m->lock);
	while (!m->stop) {
		if (m->waiting == 0) {
			wakeup_wait(&m->wake, &m->lock, -1);
			continue;
		}
		s = &m->slots[(m->first + m->n - m->waiting) % SLOTS];
		lock_give(&m->lock);
		make(m, s);
		lock_take(&m->lock);
		s->made = true;
		m->waiting--;
		wakeup_wake(&m->wake);
	}
	lock_give(&m->lock);
}

/* ---- the writer's side ---- */

struct buf *maker_body(struct frame_maker *m)
{
	struct slot *s = &m->slots[(m->first + m->n) % SLOTS];

	if (m->n == SLOTS)
		return NULL;
	buf_reset(&s->body);
	return &s->body;
}

void maker_post(struct frame_maker *m, char type, bool packed)
{
	struct slot *s = &m->slots[(m->first + m->n) % SLOTS];

	s->type = type;
	s->pack = packed;
	s->made = false;
	if (!m->thread && s->body.len >= THREAD_FROM)
		m->thread = thread_start("frames", run, m);
	lock_take(&m->lock);
	m->n++;
	if (m->thread) {
		m->waiting++;
		wakeup_wake(&m->wake);
	}
	lock_give(&m->lock);
	if (!m->thread) {
		make(m, s);
		s->made = true;
	}
}

const struct buf *maker_oldest(struct frame_maker *m, bool wait)
{
	const struct slot *s = &m->slots[m->first];
	bool made;

	if (m->n == 0)
		return NULL;
	lock_take(&m->lock);
	while (!s->made && wait)
		wakeup_wait(&m->wake, &m->lock, -1);
	made = s->made;
	lock_give(&m->lock);
	return made ? &s->frame : NULL;
}

void maker_drop(struct frame_maker *m)
{
	lock_take(&m->lock);
	m->first = (m->first + 1) % SLOTS;
	m->n--;
	lock_give(&m->lock);
}
