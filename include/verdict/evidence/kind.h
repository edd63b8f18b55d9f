/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_KIND_H
#define VERDICT_EVIDENCE_KIND_H
#include <stddef.h>

/* Formats, found by looking at bytes and never by a name. Later formats go before EVIDENCE_TEXT. */
enum evidence_kind {
	EVIDENCE_UNKNOWN,	/* shown as hex */
	EVIDENCE_JSON, EVIDENCE_FHIR_JSON, EVIDENCE_NDJSON,
	EVIDENCE_XML, EVIDENCE_FHIR_XML, EVIDENCE_CDA, EVIDENCE_SOAP,
	EVIDENCE_HL7V2,
	EVIDENCE_SYSLOG, EVIDENCE_JWT, EVIDENCE_ARCHIVE, EVIDENCE_HTTP, EVIDENCE_MIME, EVIDENCE_PCAP, EVIDENCE_HAR,
	EVIDENCE_DICOM, EVIDENCE_DICOM_JSON, EVIDENCE_PDF, EVIDENCE_OLE2, EVIDENCE_CERTIFICATE,
	EVIDENCE_TEXT, EVIDENCE_EMPTY, EVIDENCE_KIND_COUNT
};
const char *evidence_kind_name(enum evidence_kind k);	/* "fhir-json" */
const char *evidence_kind_label(enum evidence_kind k);	/* "FHIR JSON" */
int evidence_kind_parse(const char *word);
/* Look at the first bytes (64 KiB are plenty); `size` of the whole. Any thread. */
enum evidence_kind evidence_sniff(const char *ptr, size_t len, size_t size);

#endif
