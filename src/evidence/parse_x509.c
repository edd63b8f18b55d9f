/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 certificates (RFC 5280), as DER or as PEM, one or a chain: names, validity, key, alternative names. A
 * strict reader of DER: definite lengths that fit, nothing that calls itself. The signature is never claimed to
 * have been checked. Layer evidence; one thread at a time.
 */
#include "inside_priv.h"
#include "der.h"
#include <stdio.h>
#include <string.h>

#define CERTIFICATES_MAX 64
#define NAMES_MAX 200

static const char pem_begin[] = "-----BEGIN CERTIFICATE-----", pem_end[] = "-----END CERTIFICATE-----";

static void words(struct outline *o, const char *label, size_t begin, size_t end, const char *text)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, label);
	outline_value_words(o, i, text, strlen(text));
}

static void range(struct outline *o, const char *label, const struct der_value *v)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, v->at, v->at + v->len);

	outline_label_word(o, i, label);
	outline_value(o, i, v->at, v->at + v->len);
}

static void open_item(struct outline *o, const char *label, size_t at, unsigned int number)
{
	uint32_t i = outline_open(o, NODE_ITEM, at);

	outline_label_word(o, i, label);
	if (i != NODE_NONE)
		o->nodes.at[i].value = number;
}

static void oid_words(struct outline *o, const char *label, const struct der_value *v)
{
	char text[DER_OID_TEXT];

	words(o, label, v->at, v->at + v->len, der_oid_name(text, v));
}

/* RDNSequence: SETs of SEQUENCEs of a type and a text. */
static void name(struct outline *o, const char *label, const struct der_value *v)
{
	struct der all = der_inside(v), one, pair;
	struct der_value set, seq, type, text;
	unsigned int n = 0;
	char word[DER_OID_TEXT];

	open_item(o, label, v->at, 0);
	while (n++ < NAMES_MAX && der_next(&set, &all) && set.tag == DER_SET) {
		one = der_inside(&set);
		if (!der_next(&seq, &one) || seq.tag != DER_SEQUENCE)
			break;
		pair = der_inside(&seq);
		if (!der_next(&type, &pair) || type.tag != DER_OID || !der_next(&text, &pair))
			break;
		if (text.tag == DER_UTF8 || text.tag == DER_PRINTABLE || text.tag == DER_IA5 || text.tag == DER_T61)
			range(o, der_oid_name(word, &type), &text);
		else
			words(o, der_oid_name(word, &type), text.at, text.at + text.len, "(in letters of 16 bits)");
	}
	outline_close(o, v->at + v->len);
}

/* UTCTime "260101000000Z" or GeneralizedTime "20260101000000Z" (RFC 5280, 4.1.2.5) as ISO 8601. */
static void moment(struct outline *o, const char *label, const struct der_value *v)
{
	const char *s = (const char *)v->p;
	size_t i, digits = v->tag == DER_UTC_TIME ? 12 : 14;
	char iso[40], full[16] = "";

	for (i = 0; i < v->len && s[i] >= '0' && s[i] <= '9'; i++)
		;
	if ((v->tag != DER_UTC_TIME && v->tag != DER_TIME) || i != digits || v->len != digits + 1 || s[i] != 'Z') {
		outline_trouble(o, v->at, v->at + v->len, "a time that RFC 5280 does not allow");
		return;
	}
	if (digits == 12)
		memcpy(full, s[0] < '5' ? "20" : "19", 2);
	memcpy(full + 14 - digits, s, digits);
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", full, full + 4, full + 6, full + 8, full + 10, full + 12);
	words(o, label, v->at, v->at + v->len, iso);
}

static void validity(struct outline *o, const struct der_value *v)
{
	struct der in = der_inside(v);
	struct der_value from, to;

	if (der_next(&from, &in) && der_next(&to, &in)) {
		moment(o, "valid from", &from);
		moment(o, "valid to", &to);
	}
}

static unsigned int rsa_bits(const struct der_value *bits)
{
	struct der in = der_inside(bits);
	struct der_value seq, n;
	unsigned int lead, len;

	in.used = 1;		/* how many bits of the last byte are none */
	if (bits->len < 2 || !der_next(&seq, &in) || seq.tag != DER_SEQUENCE)
		return 0;
	in = der_inside(&seq);
	if (!der_next(&n, &in) || n.tag != DER_INTEGER || n.len > 4096)
		return 0;
	for (lead = 0; lead < n.len && n.p[lead] == 0; lead++)
		;
	for (len = 8; lead < n.len && len > 1 && !(n.p[lead] >> (len - 1)); len--)
		;
	return lead < n.len ? (unsigned int)(n.len - lead - 1) * 8 + len : 0;
}

/* SubjectPublicKeyInfo: an algorithm, at times with a curve, and the key's bits. */
static void key(struct outline *o, const struct der_value *v)
{
	struct der in = der_inside(v), algorithm;
	struct der_value seq, kind, curve = { 0 }, bits;
	char text[DER_OID_TEXT], size[20];
	const char *word;
	unsigned int n;

	if (!der_next(&seq, &in) || seq.tag != DER_SEQUENCE || !der_next(&bits, &in) || bits.tag != DER_BITS)
		return;
	algorithm = der_inside(&seq);
	if (!der_next(&kind, &algorithm) || kind.tag != DER_OID)
		return;
	word = der_oid_name(text, &kind);
	words(o, "key", v->at, v->at + v->len, word);
	n = strcmp(word, "RSA") == 0 ? rsa_bits(&bits) : 0;
	if (strcmp(word, "EC") == 0 && der_next(&curve, &algorithm) && curve.tag == DER_OID) {
		n = der_curve_bits(&curve);
		oid_words(o, "curve", &curve);
	}
	if (n) {
		snprintf(size, sizeof(size), "%u", n);
		words(o, "key bits", bits.at, bits.at + bits.len, size);
	}
}

static void alternative(struct outline *o, const struct der_value *v)
{
	static const struct { unsigned char tag; const char *label; } kinds[] = {
		{ 0x81, "email" }, { 0x82, "DNS" }, { 0x86, "URI" },
	};
	struct der in = der_inside(v);
	struct der_value one;
	unsigned int n = 0;
	char text[20];
	size_t k;

	open_item(o, "alternative names", v->at, 0);
	while (n++ < NAMES_MAX && der_next(&one, &in)) {
		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (one.tag == kinds[k].tag)
				range(o, kinds[k].label, &one);
		if (one.tag == 0x87 && one.len == 4) {
			snprintf(text, sizeof(text), "%u.%u.%u.%u", one.p[0], one.p[1], one.p[2], one.p[3]);
			words(o, "IP", one.at, one.at + one.len, text);
		}
	}
	outline_close(o, v->at + v->len);
}

static void extension(struct outline *o, const struct der_value *v)
{
	struct der in = der_inside(v), inner;
	struct der_value id, x, value;
	char text[DER_OID_TEXT];
	const char *word;

	if (!der_next(&id, &in) || id.tag != DER_OID || !der_next(&x, &in))
		return;
	if (x.tag == DER_BOOLEAN && !der_next(&x, &in))
		return;
	inner = der_inside(&x);
	if (x.tag != DER_OCTETS || !der_next(&value, &inner) || value.tag != DER_SEQUENCE)
		return;
	word = der_oid_name(text, &id);
	if (strcmp(word, "alternative names") == 0)
		alternative(o, &value);
	inner = der_inside(&value);
	if (strcmp(word, "basic constraints") == 0)
		words(o, "authority", value.at, value.at + value.len,
			der_next(&x, &inner) && x.tag == DER_BOOLEAN && x.len == 1 && x.p[0] ? "yes" : "no");
}

static void extensions(struct outline *o, const struct der_value *v)
{
	struct der in = der_inside(v);
	struct der_value list, one;
	unsigned int n = 0;

	if (!der_next(&list, &in) || list.tag != DER_SEQUENCE)
		return;
	in = der_inside(&list);
	while (n++ < NAMES_MAX && der_next(&one, &in) && one.tag == DER_SEQUENCE)
		extension(o, &one);
}

static void serial(struct outline *o, const struct der_value *v)
{
	char hex[3 * 24 + 4] = "0x";
	size_t i;

	for (i = 0; i < v->len && i < 24; i++)
		snprintf(hex + 2 + 2 * i, 3, "%02x", v->p[i]);
	words(o, "serial", v->at, v->at + v->len, hex);
}

/* The fields of TBSCertificate in their order; what is missing ends it. */
static bool fields(struct outline *o, struct der *in)
{
	struct der inner;
	struct der_value v;

	if (!der_next(&v, in))
		return false;
	if (v.tag == 0xa0 && !der_next(&v, in))		/* version */
		return false;
	if (v.tag != DER_INTEGER)
		return false;
	serial(o, &v);
	if (!der_next(&v, in) || v.tag != DER_SEQUENCE)
		return false;
	inner = der_inside(&v);
	if (der_next(&v, &inner) && v.tag == DER_OID)
		oid_words(o, "signature algorithm", &v);
	if (!der_next(&v, in) || v.tag != DER_SEQUENCE)
		return false;
	name(o, "issuer", &v);
	if (!der_next(&v, in) || v.tag != DER_SEQUENCE)
		return false;
	validity(o, &v);
	if (!der_next(&v, in) || v.tag != DER_SEQUENCE)
		return false;
	name(o, "subject", &v);
	if (!der_next(&v, in) || v.tag != DER_SEQUENCE)
		return false;
	key(o, &v);
	while (der_next(&v, in))
		if (v.tag == 0xa3)
			extensions(o, &v);
	return true;
}

/* One certificate in p[0..n), which lie at the offset `at`. */
static void certificate(struct outline *o, const unsigned char *p, size_t at, size_t n, unsigned int number)
{
	struct der in = { p, at, n, 0 };
	struct der_value whole, tbs;

	open_item(o, "certificate", at, number);
	if (!der_next(&whole, &in) || whole.tag != DER_SEQUENCE)
		outline_trouble(o, at, at + n, "this is no certificate: DER was expected");
	else {
		in = der_inside(&whole);
		if (!der_next(&tbs, &in) || tbs.tag != DER_SEQUENCE)
			outline_trouble(o, at, at + n, "the certificate is damaged");
		else {
			in = der_inside(&tbs);
			if (!fields(o, &in))
				outline_trouble(o, tbs.at + in.used, at + n, "the certificate ends too early");
		}
	}
	words(o, "signature checked", at + n, at + n, "no");
	outline_close(o, at + n);
}

/* Base64 between the lines of PEM into the annex, and read there. */
static void pem_one(struct outline *o, const char *text, size_t begin, size_t end, unsigned int number)
{
	size_t room, n, next = annex_next(&o->annex);
	char *to = annex_room(&room, &o->annex);

	n = (end - begin) / 4 * 3 + 4 > room ? SIZE_MAX : base64_decode(to, text + begin, end - begin);
	if (n == SIZE_MAX || !n) {
		outline_trouble(o, begin, end, "what stands between the lines of PEM is not base64");
		return;
	}
	annex_take(&o->annex, n, o->base + begin, o->base + end);
	certificate(o, (const unsigned char *)to, next - o->base, n, number);
}

static void pem(struct outline *o, const char *text, size_t len)
{
	const char *at = text, *end = text + len, *begin, *stop;
	unsigned int n = 0;

	while (n < CERTIFICATES_MAX && !o->stopped && (begin = memmem(at, (size_t)(end - at), pem_begin, sizeof(pem_begin) - 1))) {
		begin += sizeof(pem_begin) - 1;
		stop = memmem(begin, (size_t)(end - begin), pem_end, sizeof(pem_end) - 1);
		if (!stop) {
			outline_trouble(o, (size_t)(begin - text), len, "cut short: the last line of PEM is missing");
			break;
		}
		pem_one(o, text, (size_t)(begin - text), (size_t)(stop - text), ++n);
		at = stop;
	}
}

void parse_x509(struct outline *o, const char *text, size_t len)
{
	open_item(o, "Certificates", 0, 0);
	if (len && (unsigned char)*text == 0x30)
		certificate(o, (const unsigned char *)text, 0, len, 1);
	else
		pem(o, text, len);
	outline_close_all(o, len);
	o->woven = true;
}

/* A SEQUENCE of the file's whole length that begins with the version or the serial number of a certificate. */
bool x509_sniff(const char *p, size_t n, size_t size)
{
	const unsigned char *u = (const unsigned char *)p;

	return n > 20 && u[0] == 0x30 && u[1] == 0x82 && (size_t)(u[2] << 8 | u[3]) + 4 == size && u[4] == 0x30 &&
		u[5] == 0x82 && ((u[8] == 0xa0 && u[9] == 3 && u[10] == 2 && u[11] == 1) || (u[8] == 2 && u[9] <= 20));
}
