/* SPDX-License-Identifier: Apache-2.0 */
/* DER: tags of one byte, definite lengths of at most four, contents within what holds them. Layer evidence. */
#include "der.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool der_next(struct der_value *out, struct der *d)
{
	size_t i = d->used, n, k;

	if (d->len - i < 2 || (d->p[i] & 0x1f) == 0x1f)
		return false;
	out->tag = d->p[i++];
	n = d->p[i++];
	if (n >= 0x80) {
		k = n & 0x7f;
		if (k == 0 || k > 4 || d->len - i < k)
			return false;
		for (n = 0; k; k--)
			n = n << 8 | d->p[i++];
		if (n < 0x80)
			return false;		/* the short form is due */
	}
	if (n > d->len - i)
		return false;
	out->p = d->p + i;
	out->at = d->at + i;
	out->len = n;
	d->used = i + n;
	return true;
}

struct der der_inside(const struct der_value *v)
{
	return (struct der){ v->p, v->at, v->len, 0 };
}

static const struct { const char *oid, *word; unsigned int bits; } known[] = {
	{ "2.5.4.3", "CN", 0 }, { "2.5.4.5", "serialNumber", 0 }, { "2.5.4.6", "C", 0 }, { "2.5.4.7", "L", 0 },
	{ "2.5.4.8", "ST", 0 }, { "2.5.4.10", "O", 0 }, { "2.5.4.11", "OU", 0 },
	{ "1.2.840.113549.1.9.1", "email", 0 }, { "0.9.2342.19200300.100.1.25", "DC", 0 },
	{ "1.2.840.113549.1.1.1", "RSA", 0 }, { "1.2.840.10045.2.1", "EC", 0 }, { "1.2.840.10040.4.1", "DSA", 0 },
	{ "1.3.101.112", "Ed25519", 0 }, { "1.3.101.113", "Ed448", 0 },
	{ "1.2.840.10045.3.1.7", "P-256", 256 }, { "1.3.132.0.34", "P-384", 384 }, { "1.3.132.0.35", "P-521", 521 },
	{ "1.3.132.0.33", "P-224", 224 }, { "1.2.840.10045.3.1.1", "P-192", 192 }, { "1.3.132.0.10", "secp256k1", 256 },
	{ "1.2.840.113549.1.1.4", "MD5 with RSA", 0 }, { "1.2.840.113549.1.1.5", "SHA-1 with RSA", 0 },
	{ "1.2.840.113549.1.1.11", "SHA-256 with RSA", 0 }, { "1.2.840.113549.1.1.12", "SHA-384 with RSA", 0 },
	{ "1.2.840.113549.1.1.13", "SHA-512 with RSA", 0 }, { "1.2.840.113549.1.1.10", "RSASSA-PSS", 0 },
	{ "1.2.840.10045.4.1", "SHA-1 with ECDSA", 0 }, { "1.2.840.10045.4.3.2", "SHA-256 with ECDSA", 0 },
	{ "1.2.840.10045.4.3.3", "SHA-384 with ECDSA", 0 }, { "1.2.840.10045.4.3.4", "SHA-512 with ECDSA", 0 },
	{ "2.5.29.17", "alternative names", 0 }, { "2.5.29.19", "basic constraints", 0 },
};

/* Dotted numbers of an OID; false where it is none, or too long to be one of ours. */
static bool dotted(char out[DER_OID_TEXT], const struct der_value *v)
{
	size_t i, used = 0;
	uint32_t n = 0;
	int wrote;

	for (i = 0; i < v->len; i++) {
		if (n > UINT32_MAX >> 7)
			return false;
		n = n << 7 | (v->p[i] & 0x7f);
		if (v->p[i] & 0x80)
			continue;
		if (used)
			wrote = snprintf(out + used, DER_OID_TEXT - used, ".%u", n);
		else
			wrote = snprintf(out, DER_OID_TEXT, "%u.%u", n < 80 ? n / 40 : 2, n < 80 ? n % 40 : n - 80);
		used += (size_t)wrote;
		if (used >= DER_OID_TEXT)
			return false;
		n = 0;
	}
	return used > 0 && !(v->p[v->len - 1] & 0x80);
}

const char *der_oid_name(char out[DER_OID_TEXT], const struct der_value *v)
{
	size_t i;

	if (!dotted(out, v))
		return "(no OID)";
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].oid, out) == 0)
			return known[i].word;
	return out;
}

unsigned int der_curve_bits(const struct der_value *oid)
{
	char text[DER_OID_TEXT];
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (dotted(text, oid) && strcmp(known[i].oid, text) == 0)
			return known[i].bits;
	return 0;
}
