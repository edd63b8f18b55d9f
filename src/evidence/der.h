/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_DER_H
#define EVIDENCE_DER_H
#include <stdbool.h>
#include <stddef.h>

/* A strict reader of DER (X.690): one value after the other, never deeper by itself. Borrowed bytes; any thread. */
enum {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BITS = 0x03, DER_OCTETS = 0x04, DER_OID = 0x06, DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13, DER_T61 = 0x14, DER_IA5 = 0x16, DER_UTC_TIME = 0x17, DER_TIME = 0x18,
	DER_SEQUENCE = 0x30, DER_SET = 0x31
};
struct der { const unsigned char *p; size_t at, len, used; };	/* `at`: where p lies in the document */
struct der_value { const unsigned char *p; size_t at, len; unsigned char tag; };

/* The next value, its content; false at the end and for what is not DER. */
bool der_next(struct der_value *out, struct der *d);
struct der der_inside(const struct der_value *v);
#define DER_OID_TEXT 80
/* A word for what is known, else its dotted numbers; in `out` or a constant. */
const char *der_oid_name(char out[DER_OID_TEXT], const struct der_value *v);
unsigned int der_curve_bits(const struct der_value *oid);	/* 0 where the curve is not known */

/* parse_x509.c: do the bytes begin like a certificate of that size? */
bool x509_sniff(const char *p, size_t n, size_t size);

#endif
