/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 as it is found in evidence: either alphabet, white space anywhere, padding or none. Layer evidence; any
 * thread.
 */
#include "inside_priv.h"
#include <string.h>

static int digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t base64_decode(char *out, const char *p, size_t n)
{
	size_t i, len = 0, digits = 0;
	uint32_t bits = 0;
	int v;

	for (i = 0; i < n && p[i] != '='; i++) {
		if (is_blank(p[i]))
			continue;
		v = digit((unsigned char)p[i]);
		if (v < 0)
			return SIZE_MAX;
		bits = bits << 6 | (uint32_t)v;
		if (++digits % 4 == 0) {
			out[len++] = (char)(bits >> 16);
			out[len++] = (char)(bits >> 8);
			out[len++] = (char)bits;
		}
	}
	for (; i < n; i++)
		if (p[i] != '=' && !is_blank(p[i]))
			return SIZE_MAX;
	if (digits % 4 == 1)
		return SIZE_MAX;
	if (digits % 4 >= 2)
		out[len++] = (char)(bits >> (digits % 4 == 2 ? 4 : 10));
	if (digits % 4 == 3)
		out[len++] = (char)(bits >> 2);
	return len;
}
