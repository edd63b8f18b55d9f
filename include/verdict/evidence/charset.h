/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_CHARSET_H
#define VERDICT_EVIDENCE_CHARSET_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/buf.h"

/*
 * Character sets of more than one byte, through the C library's converters. Those are files that a sandbox
 * refuses, so the reader process asks for them before it enters its own. Any thread.
 */
#define CHARSETS_MAX 8
struct charsets {
	void *held[CHARSETS_MAX];
};
/* Load every converter that charset_convert() takes, and hold it. */
void charsets_load(struct charsets *out);
/* Append p[0..n) as UTF-8; false (and nothing added) where it is not in that set, or the set is not one of ours. */
bool charset_convert(struct buf *out, const char *name, const char *p, size_t n);

#endif
