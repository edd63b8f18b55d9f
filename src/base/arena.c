/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope memory in a chain of blocks; a request larger than a block gets one of its own. Layer base;
 * the thread that owns the arena.
 */
#include "verdict/base/arena.h"
#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/mem.h"

#define BLOCK_FIRST 4096
#define BLOCK_MOST (256 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t size, at;
	alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *a)
{
	a->head = NULL;
	a->used = 0;
}

static void free_chain(struct arena_block *b)
{
	struct arena_block *next;

	for (; b; b = next) {
		next = b->next;
		mem_free(b);
	}
}

void arena_done(struct arena *a)
{
	free_chain(a->head);
	arena_init(a);
}

void arena_reset(struct arena *a)
{
	a->used = 0;
	if (!a->head)
		return;
	free_chain(a->head->next);
	a->head->next = NULL;
	a->head->at = 0;
	if (a->head->size > BLOCK_MOST)
		arena_done(a);
}

static struct arena_block *new_block(size_t size)
{
	struct arena_block *b = mem_alloc(sizeof(*b) + size);

	b->next = NULL;
	b->size = size;
	b->at = 0;
	return b;
}

static struct arena_block *grow(struct arena *a, size_t size)
{
	size_t want = a->head ? a->head->size * 2 : BLOCK_FIRST;
	struct arena_block *b;

	if (want > BLOCK_MOST)
		want = BLOCK_MOST;
	if (size > want / 2) {
		/* of its own, behind the head, so that the head's rest stays in use */
		b = new_block(size);
		if (a->head) {
			b->next = a->head->next;
			a->head->next = b;
			return b;
		}
	} else {
		b = new_block(want);
	}
	b->next = a->head;
	a->head = b;
	return b;
}

static void *take(struct arena *a, size_t size)
{
	struct arena_block *b = a->head;
	size_t pad = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	void *ptr;

	if (pad < size || pad > PTRDIFF_MAX / 2)
		return mem_array(SIZE_MAX, 2);	/* aborts with the usual message */
	if (!b || b->size - b->at < pad)
		b = grow(a, pad);
	ptr = b->bytes + b->at;
	b->at += pad;
	a->used += size;
	return ptr;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *ptr = take(a, size ? size : 1);

	memset(ptr, 0, size);
	return ptr;
}

void *arena_dup(struct arena *a, const void *ptr, size_t size)
{
	void *copy = take(a, size ? size : 1);

	if (size)
		memcpy(copy, ptr, size);
	return copy;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_dup(a, s, strlen(s) + 1) : NULL;
}

char *arena_strn(struct arena *a, const char *s, size_t len)
{
	char *copy = take(a, len + 1);

	if (len)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}
