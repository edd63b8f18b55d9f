/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parser makes the outline of which kind, for a whole document and for one inside another. Layer
 * evidence; one thread at a time. A document inside is sniffed like any other; how deep they nest is bounded.
 */
#include "dicom.h"
#include "evidence_priv.h"
#include <string.h>

static void json(struct outline *o, const char *text, size_t len)
{
	parse_json(o, text, len, false);
}

static void json_lines(struct outline *o, const char *text, size_t len)
{
	parse_json(o, text, len, true);
}

static void (*const parsers[EVIDENCE_KIND_COUNT])(struct outline *o, const char *text, size_t len) = {
	[EVIDENCE_JSON] = json,
	[EVIDENCE_FHIR_JSON] = json,
	[EVIDENCE_NDJSON] = json_lines,
	[EVIDENCE_XML] = parse_xml,
	[EVIDENCE_FHIR_XML] = parse_xml,
	[EVIDENCE_CDA] = parse_xml,
	[EVIDENCE_SOAP] = parse_xml,
	[EVIDENCE_HL7V2] = parse_hl7v2,
	[EVIDENCE_SYSLOG] = parse_syslog,
	[EVIDENCE_JWT] = parse_jwt,
	[EVIDENCE_ARCHIVE] = parse_archive,
	[EVIDENCE_PDF] = parse_pdf,
	[EVIDENCE_CERTIFICATE] = parse_x509,
	[EVIDENCE_OLE2] = parse_ole2,
	[EVIDENCE_HTTP] = parse_http,
	[EVIDENCE_MIME] = parse_mime,
	[EVIDENCE_PCAP] = parse_pcap,
	[EVIDENCE_HAR] = parse_har,
	[EVIDENCE_DICOM] = parse_dicom,
	[EVIDENCE_DICOM_JSON] = parse_dicom_json,
};

bool parse_document(struct outline *o, enum evidence_kind kind, const char *text, size_t len)
{
	if ((unsigned int)kind >= EVIDENCE_KIND_COUNT || !parsers[kind])
		return false;
	parsers[kind](o, text, len);
	return true;
}

/* Is it worth an outline of its own? Text and unknown bytes stay the value of the body. */
static bool has_parser(enum evidence_kind kind)
{
	return (unsigned int)kind < EVIDENCE_KIND_COUNT && parsers[kind];
}

uint32_t parse_inside(struct outline *o, size_t begin, size_t end, enum evidence_kind as)
{
	struct outline_place saved;
	enum evidence_kind kind;
	size_t room, len = end > begin ? end - begin : 0;
	const char *text = annex_at(&room, &o->annex, begin + o->base);
	uint32_t i;

	if (len > room)
		len = room;
	kind = as != EVIDENCE_UNKNOWN ? as : evidence_sniff(text, len < 65536 ? len : 65536, len);
	if (!len || !has_parser(kind) || o->inside >= OUTLINE_INSIDE_MAX) {
		i = outline_leaf(o, NODE_BODY, begin, begin + len);
		outline_value(o, i, begin, begin + len);
		return i;
	}
	i = outline_open(o, NODE_BODY, begin);
	if (i == NODE_NONE)
		return i;
	outline_enter(&saved, o, o->base + begin, (uint16_t)kind);
	parsers[kind](o, text, len);
	outline_leave(o, &saved);
	o->nodes.at[i].inner = (uint16_t)kind;
	outline_close(o, begin + len);
	return i;
}

void parse_made(struct outline *o, const char *label, const char *p, size_t n, size_t len, enum evidence_kind as)
{
	size_t room, at = annex_next(&o->annex);
	char *to = annex_room(&room, &o->annex);

	if (n > room) {
		outline_trouble(o, len, len, "too much to unpack: %.60s is not shown", label);
		return;
	}
	if (!n)
		return;
	memcpy(to, p, n);
	annex_take(&o->annex, n, o->base, o->base + len);
	outline_label_word(o, parse_inside(o, at - o->base, at - o->base + n, as), label);
}
