/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that aborts instead of returning NULL, with a hook for tests. Layer base; any thread.
 */
#include "verdict/base/mem.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*alloc_hook)(size_t size, void *data);
static void *alloc_hook_data;

void mem_set_hook(void (*hook)(size_t size, void *data), void *data)
{
	alloc_hook = hook;
	alloc_hook_data = data;
}

static void *checked(void *ptr)
{
	static const char text[] = "verdict: out of memory; what was saved is on disk\n";

	if (ptr)
		return ptr;
	fwrite(text, 1, sizeof(text) - 1, stderr);
	abort();
}

static size_t announced(size_t size)
{
	if (alloc_hook)
		alloc_hook(size, alloc_hook_data);
	return size ? size : 1;
}

static size_t product(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
		checked(NULL);
	return bytes;
}

void *mem_alloc(size_t size)
{
	return checked(malloc(announced(size)));
}

void *mem_zalloc(size_t size)
{
	return checked(calloc(1, announced(size)));
}

void *mem_array(size_t count, size_t size)
{
	return mem_zalloc(product(count, size));
}

void *mem_realloc(void *ptr, size_t count, size_t size)
{
	return checked(realloc(ptr, announced(product(count, size))));
}

void *mem_dup(const void *ptr, size_t size)
{
	void *copy = mem_alloc(size);

	if (size)
		memcpy(copy, ptr, size);
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

char *mem_strndup(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *copy = mem_alloc(n + 1);

	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	s = mem_alloc((size_t)n + 1);
	s[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void mem_free(void *ptr)
{
	free(ptr);
}
