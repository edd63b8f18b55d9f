/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_DIGEST_H
#define VERDICT_MODEL_DIGEST_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A SHA-256: the name of evidence and of records (rid). */
struct digest { uint8_t b[32]; };
#define DIGEST_HEX 65

void digest_hex(char out[DIGEST_HEX], const struct digest *d);	/* lower case, NUL-terminated */
bool digest_parse(struct digest *out, const char *hex);	/* exactly 64 hex digits, lower case */
static inline bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
bool digest_is_zero(const struct digest *d);

#endif
