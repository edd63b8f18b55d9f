/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_JSONW_H
#define VERDICT_BASE_JSONW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"

/*
 * Streaming JSON writer: compact or indented, keys in the order given, strict UTF-8 out (each bad
 * byte of a string becomes U+FFFD). Errors stick in the buffer. `key` is NULL inside arrays and at
 * the top.
 */
struct jsonw {
	struct buf *out;
	bool indent;
	unsigned int depth;	/* at most 64 */
	uint64_t comma;		/* bit per depth: an item was written */
};

void jsonw_init(struct jsonw *w, struct buf *out, bool indent);
void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);
void jsonw_end_object(struct jsonw *w);
void jsonw_end_array(struct jsonw *w);
void jsonw_str(struct jsonw *w, const char *key, const char *value);	/* NULL: null */
void jsonw_strn(struct jsonw *w, const char *key, const char *value, size_t len);
void jsonw_int(struct jsonw *w, const char *key, int64_t value);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);
void jsonw_raw(struct jsonw *w, const char *key, const char *json, size_t len);

#endif
