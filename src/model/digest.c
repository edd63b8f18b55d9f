/* SPDX-License-Identifier: Apache-2.0 */
/* A SHA-256 as text and back. Layer: model. No state, any thread. */
#include "verdict/model/digest.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void digest_hex(char out[DIGEST_HEX], const struct digest *d)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(d->b); i++) {
		out[2 * i] = digits[d->b[i] >> 4];
		out[2 * i + 1] = digits[d->b[i] & 15];
	}
	out[DIGEST_HEX - 1] = '\0';
}

bool digest_parse(struct digest *out, const char *hex)
{
	struct digest d;

	if (!hex)
		return false;
	for (size_t i = 0; i < sizeof(d.b); i++) {
		int high = hex_value(hex[2 * i]);
		int low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);

		if (low < 0)
			return false;
		d.b[i] = (uint8_t)(high << 4 | low);
	}
	if (hex[2 * sizeof(d.b)] != '\0')
		return false;
	*out = d;
	return true;
}

bool digest_is_zero(const struct digest *d)
{
	uint8_t any = 0;

	for (size_t i = 0; i < sizeof(d->b); i++)
		any |= d->b[i];
	return any == 0;
}
