/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which format some bytes are in. Layer evidence; any thread. A table of name, label and probe; names of files
 * and what somebody declared are not looked at. The first probe that knows the bytes wins.
 */
#include "verdict/evidence/kind.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "der.h"
#include "dicom.h"
#include "evidence_priv.h"
#include "http.h"
#include "verdict/base/text.h"
#include "verdict/evidence/encoding.h"

/* Head of a document without byte order mark, frame and leading blanks; UTF-16 narrowed. */
struct head {
	const char *p;
	size_t n;
	bool whole;	/* nothing follows */
};

static bool has(const struct head *h, const char *word)
{
	return memmem(h->p, h->n, word, strlen(word)) != NULL;
}

static bool starts(const struct head *h, const char *word)
{
	size_t n = strlen(word);

	return h->n >= n && !memcmp(h->p, word, n);
}

static size_t skip_blank(const struct head *h, size_t i)
{
	while (i < h->n && isspace((unsigned char)h->p[i]))
		i++;
	return i;
}

/* A number with what may follow it in an array: "[2026-11-24 09:00]" begins a line of a log. */
static bool is_number_of_array(const struct head *h, size_t i)
{
	size_t from = i += h->p[i] == '-';

	while (i < h->n && (isdigit((unsigned char)h->p[i]) || h->p[i] == '.'))
		i++;
	if (i < h->n && i > from && (h->p[i] | 0x20) == 'e')
		for (i++; i < h->n && (isdigit((unsigned char)h->p[i]) || h->p[i] == '+' || h->p[i] == '-');)
			i++;
	from = i > from ? skip_blank(h, i) : h->n + 1;
	return from == h->n || (from < h->n && (h->p[from] == ',' || h->p[from] == ']'));
}

/* An object or array whose beginning looks like JSON and not like a text with a bracket. */
static bool is_json(const struct head *h)
{
	size_t i = 1;

	if (!h->n || (h->p[0] != '{' && h->p[0] != '['))
		return false;
	i = skip_blank(h, i);
	if (i >= h->n)
		return true;
	if (h->p[0] == '{')
		return h->p[i] == '"' || h->p[i] == '}';
	if (h->p[i] == '-' || isdigit((unsigned char)h->p[i]))
		return is_number_of_array(h, i);
	return h->p[i] && strchr("\"[{]tfn", h->p[i]) != NULL;
}

/* Is there a second document on the line after the first one ended? */
static bool is_ndjson(const struct head *h)
{
	bool string = false;
	size_t i, next, depth = 0;

	if (!is_json(h))
		return false;
	for (i = 0; i < h->n; i++) {
		char c = h->p[i];

		if (string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				string = false;
		} else if (c == '"') {
			string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '\n' && depth && h->p[0] == '{') {
			return false;	/* laid out over lines: one document */
		} else if ((c == '}' || c == ']') && --depth == 0) {
			break;
		}
	}
	if (i >= h->n)
		return false;
	next = skip_blank(h, i + 1);
	return next < h->n && (h->p[next] == '{' || h->p[next] == '[') && memchr(h->p + i, '\n', next - i);
}

/* Members named by eight digits, the first of them an attribute (PS3.18 F.2). */
static bool is_dicom_json(const struct head *h)
{
	size_t i = 0;
	uint32_t tag;

	while (i < h->n && (h->p[i] == '[' || h->p[i] == '{' || isspace((unsigned char)h->p[i])))
		i++;
	return is_json(h) && h->n - i > 12 && h->p[i] == '"' && h->p[i + 9] == '"' &&
		dicom_hex_tag(&tag, h->p + i + 1, 8) && has(h, "\"vr\"");
}

static bool is_fhir_json(const struct head *h)
{
	return is_json(h) && h->p[0] == '{' && has(h, "\"resourceType\"");
}

/* An object whose first member is the log of an archive, or one entry of such a log. */
static bool is_har(const struct head *h)
{
	size_t i = h->n ? skip_blank(h, 1) : 0;

	if (!is_json(h) || h->p[0] != '{' || h->n - i <= 5)
		return false;
	if (!memcmp(h->p + i, "\"log\"", 5))
		return has(h, "\"entries\"") || has(h, "\"creator\"");
	return has(h, "\"startedDateTime\"") && has(h, "\"httpVersion\"") && has(h, "\"response\"");
}

static bool is_xml(const struct head *h)
{
	char c;

	if (h->n < 2 || h->p[0] != '<')
		return false;
	c = h->p[1];
	return c == '?' || c == '!' || c == '_' || isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Start of the root element: after declaration, comments and doctype. */
static struct head root_tag(const struct head *h)
{
	struct head r = *h;
	size_t i = 0;
	const char *end;

	for (;;) {
		i = skip_blank(h, i);
		if (i + 1 >= h->n || h->p[i] != '<' || (h->p[i + 1] != '?' && h->p[i + 1] != '!'))
			break;
		if (h->n - i > 4 && !memcmp(h->p + i, "<!--", 4)) {
			end = memmem(h->p + i, h->n - i, "-->", 3);
			end = end ? end + 2 : NULL;
		} else {
			end = memchr(h->p + i, '>', h->n - i);
		}
		if (!end)
			break;
		i = (size_t)(end - h->p) + 1;
	}
	r.p += i;
	r.n -= i;
	end = memchr(r.p, '>', r.n);
	if (end)
		r.n = (size_t)(end - r.p);
	return r;
}

static bool is_named(const struct head *tag, const char *name)
{
	size_t i = 1, start = 1, len = strlen(name);

	for (; i < tag->n && (isalnum((unsigned char)tag->p[i]) || strchr("_-.:", tag->p[i])); i++)
		if (tag->p[i] == ':')
			start = i + 1;
	return i - start == len && !memcmp(tag->p + start, name, len);
}

static bool is_fhir_xml(const struct head *h)
{
	struct head tag = root_tag(h);

	return is_xml(h) && has(&tag, "http://hl7.org/fhir\"");
}

static bool is_cda(const struct head *h)
{
	struct head tag = root_tag(h);

	return is_xml(h) && is_named(&tag, "ClinicalDocument");
}

static bool is_soap(const struct head *h)
{
	struct head tag = root_tag(h);

	return is_xml(h) && is_named(&tag, "Envelope") &&
		(has(&tag, "schemas.xmlsoap.org/soap") || has(&tag, "www.w3.org/2003/05/soap-envelope"));
}

static bool is_hl7v2(const struct head *h)
{
	if (h->n < 4 || !ispunct((unsigned char)h->p[3]))
		return false;
	return starts(h, "MSH") || starts(h, "FHS") || starts(h, "BHS");
}

/* In PEM, alone or below what a tool says of it. */
static bool is_certificate(const struct head *h)
{
	return starts(h, "-----BEGIN CERTIFICATE-----") || ((starts(h, "Certificate:") || starts(h, "Bag Attributes") ||
		starts(h, "subject=")) && has(h, "\n-----BEGIN CERTIFICATE-----"));
}

static bool is_pdf(const struct head *h)
{
	return starts(h, "%PDF-");
}

static bool is_ole2(const struct head *h)
{
	return h->n >= 8 && !memcmp(h->p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
}

/* By their first bytes; tar tells itself at byte 257. */
static bool is_archive(const struct head *h)
{
	static const struct { const char *magic; size_t len; } magics[] = {
		{ "PK\3\4", 4 }, { "PK\5\6", 4 }, { "\x1f\x8b\x08", 3 }, { "\xfd" "7zXZ", 6 }, { "BZh", 3 },
		{ "\x28\xb5\x2f\xfd", 4 }, { "7z\xbc\xaf\x27\x1c", 6 },
	};
	size_t i;

	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (h->n >= magics[i].len && !memcmp(h->p, magics[i].magic, magics[i].len))
			return strcmp(magics[i].magic, "BZh") || (h->n > 10 && !memcmp(h->p + 4, "1AY&SY", 6));
	return h->n > 262 && !memcmp(h->p + 257, "ustar", 5);
}

/* Two dots or four between base64url, and the first part is an object in it; or a card or link of SMART. */
static bool is_jwt(const struct head *h)
{
	size_t i, dots = 0;
	const char *link;

	if (starts(h, "shc:/") || starts(h, "shlink:/"))
		return true;
	link = starts(h, "https://") ? memmem(h->p, h->n < 300 ? h->n : 300, "#shlink:/", 9) : NULL;
	if (link && !memchr(h->p, '\n', (size_t)(link - h->p)) && !memchr(h->p, ' ', (size_t)(link - h->p)))
		return true;
	if (!starts(h, "eyJ") && !starts(h, "ew"))
		return false;
	for (i = 0; i < h->n && (isalnum((unsigned char)h->p[i]) || strchr("-_.", h->p[i])); i++)
		dots += h->p[i] == '.';
	if (i == h->n && !h->whole)
		return dots > 0;
	return (dots == 2 || dots == 4) && skip_blank(h, i) == h->n;
}

static bool is_mime(const struct head *h)
{
	return mime_is_start(h->p, h->n);
}

/* The end of the line that ends a script. */
static const char *after_script(const char *p, size_t n)
{
	const char *end = memmem(p, n, "%}", 2);

	return end ? memchr(end, '\n', n - (size_t)(end - p)) : NULL;
}

/* A message of HTTP, below remarks and settings of a file of requests. */
static bool is_http(const struct head *h)
{
	size_t at = 0, lines;

	for (lines = 0; at < h->n && lines < 60; lines++) {
		const char *p = h->p + at, *nl = memchr(p, '\n', h->n - at);

		if (lines && h->n - at > 4 && !memcmp(p, "< {%", 4))	/* a script before a request */
			nl = after_script(p, h->n - at);
		else if (!strchr("#@/\r\n", *p) && *p)
			return http_is_start(p, h->n - at) || http_is_request(p, h->n - at);
		if (!nl)
			break;
		at = (size_t)(nl - h->p) + 1;
	}
	return false;
}

static bool is_capture(const char *p, size_t n)
{
	return n >= 24 && (!memcmp(p, "\xd4\xc3\xb2\xa1", 4) || !memcmp(p, "\xa1\xb2\xc3\xd4", 4) ||
		!memcmp(p, "\x4d\x3c\xb2\xa1", 4) || !memcmp(p, "\xa1\xb2\x3c\x4d", 4) ||
		(!memcmp(p, "\n\r\r\n", 4) && (!memcmp(p + 8, "\x4d\x3c\x2b\x1a", 4) ||
		!memcmp(p + 8, "\x1a\x2b\x3c\x4d", 4))));
}

static bool is_syslog(const struct head *h)
{
	size_t count;

	return syslog_frame(&count, h->p, h->n) != SIZE_MAX;
}

static bool is_text(const struct head *h)
{
	size_t i, bad = 0, high = 0;

	for (i = 0; i < h->n; i++) {
		unsigned char c = (unsigned char)h->p[i];

		if (c == 0)
			return false;
		if (c < 0x20 && !strchr("\t\n\r\f\v\b\a\033", c))
			bad++;
		if (c >= 0x80)
			high++;
	}
	if (high && !utf8_valid(h->p, h->n) && h->whole && !encoding_guess(h->p, h->n))
		bad += high / 8;	/* an older encoding is mostly letters */
	return bad * 10 <= h->n;
}

static const struct {
	const char *name, *label;
	bool (*probe)(const struct head *h);
} kinds[EVIDENCE_KIND_COUNT] = {
	[EVIDENCE_UNKNOWN] = { "unknown", "unknown format", NULL },
	[EVIDENCE_JSON] = { "json", "JSON", is_json },
	[EVIDENCE_FHIR_JSON] = { "fhir-json", "FHIR JSON", is_fhir_json },
	[EVIDENCE_NDJSON] = { "ndjson", "lines of JSON", is_ndjson },
	[EVIDENCE_XML] = { "xml", "XML", is_xml },
	[EVIDENCE_FHIR_XML] = { "fhir-xml", "FHIR XML", is_fhir_xml },
	[EVIDENCE_CDA] = { "cda", "CDA", is_cda },
	[EVIDENCE_SOAP] = { "soap", "SOAP", is_soap },
	[EVIDENCE_HL7V2] = { "hl7v2", "HL7 v2", is_hl7v2 },
	[EVIDENCE_PDF] = { "pdf", "PDF", is_pdf },
	[EVIDENCE_CERTIFICATE] = { "certificate", "certificate", is_certificate },
	[EVIDENCE_OLE2] = { "ole2", "Office before 2007", is_ole2 },
	[EVIDENCE_ARCHIVE] = { "archive", "archive", is_archive },
	[EVIDENCE_SYSLOG] = { "syslog", "syslog", is_syslog },
	[EVIDENCE_JWT] = { "jwt", "signed token", is_jwt },
	[EVIDENCE_HTTP] = { "http", "HTTP", is_http },
	[EVIDENCE_MIME] = { "mime", "MIME multipart", is_mime },
	[EVIDENCE_PCAP] = { "pcap", "network capture", NULL },	/* by its first bytes, before blanks are skipped */
	[EVIDENCE_HAR] = { "har", "HTTP archive", is_har },
	[EVIDENCE_DICOM] = { "dicom", "DICOM", NULL },
	[EVIDENCE_DICOM_JSON] = { "dicom-json", "DICOM JSON", is_dicom_json },
	[EVIDENCE_TEXT] = { "text", "text", is_text },
	[EVIDENCE_EMPTY] = { "empty", "empty", NULL },
};

/* Special before general. */
static const enum evidence_kind order[] = {
	EVIDENCE_CERTIFICATE,
	EVIDENCE_ARCHIVE, EVIDENCE_OLE2, EVIDENCE_PDF, EVIDENCE_HAR, EVIDENCE_NDJSON, EVIDENCE_FHIR_JSON, EVIDENCE_DICOM_JSON, EVIDENCE_JSON,
	EVIDENCE_FHIR_XML, EVIDENCE_CDA, EVIDENCE_SOAP, EVIDENCE_XML, EVIDENCE_HL7V2, EVIDENCE_SYSLOG, EVIDENCE_JWT, EVIDENCE_MIME, EVIDENCE_HTTP,
	EVIDENCE_TEXT,
};

/* Formats of bytes: nothing may be skipped or narrowed before they are looked at. */
static const struct {
	enum evidence_kind kind;
	bool (*probe)(const char *p, size_t n, size_t size);
} of_bytes[] = {
	{ EVIDENCE_DICOM, dicom_sniff },
	{ EVIDENCE_CERTIFICATE, x509_sniff },
};

const char *evidence_kind_name(enum evidence_kind k)
{
	return (unsigned int)k < EVIDENCE_KIND_COUNT ? kinds[k].name : "unknown";
}

const char *evidence_kind_label(enum evidence_kind k)
{
	return (unsigned int)k < EVIDENCE_KIND_COUNT ? kinds[k].label : "unknown format";
}

int evidence_kind_parse(const char *word)
{
	int k;

	for (k = 0; k < EVIDENCE_KIND_COUNT; k++)
		if (!strcmp(kinds[k].name, word))
			return k;
	return -1;
}

/* UTF-16 and 32 (`wide` bytes) made narrow for the probes: what is not ASCII becomes a letter. */
static size_t narrow(char *out, size_t max, const char *p, size_t n, bool little, size_t wide)
{
	size_t i, j, k = 0;

	for (i = 0; i + wide - 1 < n && k < max; i += wide) {
		unsigned char low = (unsigned char)p[little ? i : i + wide - 1], other = 0;

		for (j = 0; j < wide; j++)
			other |= j == (little ? 0 : wide - 1) ? 0 : (unsigned char)p[i + j];
		out[k++] = other || low >= 0x80 ? 'x' : (char)low;
	}
	return k;
}

static bool is_utf32(bool *little_out, const char *p, size_t n)
{
	*little_out = n >= 4 && !memcmp(p, "\xff\xfe\0\0", 4);
	return *little_out || (n >= 4 && !memcmp(p, "\0\0\xfe\xff", 4));
}

static bool is_utf16(bool *little_out, const char *p, size_t n)
{
	if (n < 4)
		return false;
	*little_out = !memcmp(p, "\xff\xfe", 2) || (p[0] && !p[1] && p[2] && !p[3]);
	return *little_out || !memcmp(p, "\xfe\xff", 2) || (!p[0] && p[1] && !p[2] && p[3]);
}

enum evidence_kind evidence_sniff(const char *ptr, size_t len, size_t size)
{
	char small[4096];
	struct head h = { ptr, len, len == size };
	bool little;
	size_t i;

	if (!size)
		return EVIDENCE_EMPTY;
	if (is_capture(ptr, len))
		return EVIDENCE_PCAP;
	for (i = 0; i < sizeof(of_bytes) / sizeof(of_bytes[0]); i++)
		if (of_bytes[i].probe(ptr, len, size))
			return of_bytes[i].kind;
	if (is_utf32(&little, ptr, len)) {
		h.n = narrow(small, sizeof(small), ptr + 4, len - 4, little, 4);
		h.p = small;
	} else if (is_utf16(&little, ptr, len)) {
		size_t bom = (unsigned char)ptr[0] >= 0xfe ? 2 : 0;

		h.n = narrow(small, sizeof(small), ptr + bom, len - bom, little, 2);
		h.p = small;
	}
	i = utf8_bom(h.p, h.n);
	if (i < h.n && h.p[i] == 0x0b)
		i++;
	i = skip_blank(&h, i);
	h.p += i;
	h.n -= i;
	if (!h.n)
		return EVIDENCE_TEXT;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (kinds[order[i]].probe(&h))
			return order[i];
	return EVIDENCE_UNKNOWN;
}
