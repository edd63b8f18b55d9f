/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this DICOM? Layer evidence; any thread. Apart from the parser and the dictionary: the console asks it too,
 * which has neither.
 */
#include "dicom.h"
#include <string.h>

bool dicom_hex_tag(uint32_t *out, const char *p, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t v = 0;
	size_t i;

	for (i = 0; n == 8 && i < n; i++) {
		const char *d = p[i] ? strchr(digits, p[i] >= 'a' && p[i] <= 'f' ? p[i] - 32 : p[i]) : NULL;

		if (!d)
			return false;
		v = v << 4 | (uint32_t)(d - digits);
	}
	*out = v;
	return n == 8;
}

/* A first attribute that files begin with, in the form with its representation: "\x08\0\x05\0CS". */
static bool explicit_head(const unsigned char *p, bool big)
{
	static const char known[] = "AEASATCSDADSDTISLOLTOBOWPNSHSQSTTMUIULUNUSUT";
	unsigned int group = big ? p[0] << 8 | p[1] : p[1] << 8 | p[0], element = big ? p[2] << 8 | p[3] : p[3] << 8 | p[2];
	size_t i;

	if (!(group == 2 && element <= 0x102) && !(group == 8 && element <= 0x90))
		return false;
	for (i = 0; i + 1 < sizeof(known); i += 2)
		if (!memcmp(known + i, p + 4, 2))
			return true;
	return false;
}

/* The same without: a short even length, and an attribute of the same group behind the value. */
static bool implicit_head(const unsigned char *p, size_t n)
{
	size_t len = p[4] | (size_t)p[5] << 8;

	return p[0] == 8 && !p[1] && !p[3] && p[2] <= 0x90 && !p[6] && !p[7] && len <= 256 && !(len & 1) &&
		n >= len + 12 && (p[8 + len] == 8 || p[8 + len] == 0x10) && !p[9 + len];
}

size_t dicom_start(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t at;

	if (n >= 132 && !memcmp(p + 128, "DICM", 4))
		return 132;
	if (n >= 12 && !memcmp(p, "DICM", 4) && explicit_head(u + 4, false))
		return 4;
	for (at = 0; at < 2 && n >= at + 12; at++)
		if (explicit_head(u + at, false) || explicit_head(u + at, true) || implicit_head(u + at, n - at))
			return at;
	return SIZE_MAX;
}

bool dicom_sniff(const char *p, size_t n, size_t size)
{
	(void)size;
	return dicom_start(p, n) != SIZE_MAX;
}
