/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 with padding. Layer base; any thread. */
#include "verdict/base/base64.h"

void base64_text(char *out, const void *ptr, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = ptr;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		unsigned int v = (unsigned int)p[i] << 16 | (left > 1 ? (unsigned int)p[i + 1] << 8 : 0u) |
			(left > 2 ? p[i + 2] : 0u);

		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[v & 63] : '=';
	}
	*out = '\0';
}
