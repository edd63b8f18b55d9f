/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_BASE64_H
#define VERDICT_BASE_BASE64_H
#include <stddef.h>

/* Base64 with padding (RFC 4648, section 4), as HTTP and TLS pins have it. Any thread. */

#define BASE64_TEXT(len) (((len) + 2) / 3 * 4 + 1)	/* bytes for `len` of them, with a NUL */
void base64_text(char *out, const void *ptr, size_t len);

#endif
