/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_ARENA_H
#define VERDICT_BASE_ARENA_H
#include <stddef.h>

/*
 * Scope memory: rows of a screen or results of a parse live in one arena, and one call ends them
 * all. Not locked: an arena belongs to one thread at a time and may be handed over whole.
 */
struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used;		/* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
void arena_done(struct arena *a);
void arena_reset(struct arena *a);	/* keeps one block */
void *arena_alloc(struct arena *a, size_t size);	/* zeroed, aligned for any type */
void *arena_dup(struct arena *a, const void *ptr, size_t size);
char *arena_str(struct arena *a, const char *s);	/* NULL stays NULL */
char *arena_strn(struct arena *a, const char *s, size_t len);	/* adds the NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

#endif
