/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_MEM_H
#define VERDICT_BASE_MEM_H
#include <stddef.h>

/*
 * Allocation that aborts instead of returning NULL: saved state is on disk, so dying is safe,
 * provided that every size from outside met a ceiling before. mem_free(NULL) is fine. Any thread.
 */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t size);
void *mem_array(size_t count, size_t size);	/* aborts on overflow; zeroed */
void *mem_realloc(void *ptr, size_t count, size_t size);
void *mem_dup(const void *ptr, size_t size);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t max);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mem_free(void *ptr);

/* Tests: call `hook` before every allocation; NULL takes it away. Not for threads. */
void mem_set_hook(void (*hook)(size_t size, void *data), void *data);

#endif
