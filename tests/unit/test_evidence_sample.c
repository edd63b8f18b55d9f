/* SPDX-License-Identifier: Apache-2.0 */
/* The sample event has evidence of every format: each row of the table names one, and some file must show it. */
#include "outline_text.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define FILE_MAX (4u << 20)

/* What tells a format: its kind, the first bytes, and words of the head or the outline. */
struct format {
	const char *name;
	enum evidence_kind kind;
	const char *bytes, *words;
	const char *shown;	/* in this file */
};
static struct format formats[] = {
	{ "FHIR JSON", EVIDENCE_FHIR_JSON, "{", "\nBundle  document", NULL },
	{ "FHIR XML", EVIDENCE_FHIR_XML, "<", "Bundle", NULL },
	{ "NDJSON", EVIDENCE_NDJSON, "{", "Patient", NULL },
	{ "CDA", EVIDENCE_CDA, "<?xml", "Patient summary Document", NULL },
	{ "HL7 v2", EVIDENCE_HL7V2, "MSH", "PID-5", NULL },
	{ "HL7 v2 in MLLP", EVIDENCE_HL7V2, "\x0bMSH", "PID-5", NULL },
	{ "HL7 v2 with escapes", EVIDENCE_HL7V2, "\x0b", "fish & rice, 2^3 cups; path C:\\tmp; see |notes~", NULL },
	{ "HL7 v2 in an older encoding", EVIDENCE_HL7V2, "\x0b", "control de presi\xc3\xb3n", NULL },
	{ "HL7 v3", EVIDENCE_SOAP, "<?xml", "PRPA_IN201305UV02", NULL },
	{ "SOAP", EVIDENCE_SOAP, "<?xml", "AdhocQueryResponse", NULL },
	{ "SOAP with MTOM", EVIDENCE_MIME, "MIME-Version", "ProvideAndRegisterDocumentSetRequest", NULL },
	{ "part of a message", EVIDENCE_MIME, "MIME-Version", "body *  CDA", NULL },
	{ "ebXML", EVIDENCE_XML, "<?xml", "SubmitObjectsRequest", NULL },
	{ "HTTP", EVIDENCE_HTTP, "GET ", "FHIR JSON", NULL },
	{ "HAR", EVIDENCE_HAR, "{", "FHIR JSON", NULL },
	{ "pcap", EVIDENCE_PCAP, "\xd4\xc3\xb2\xa1", "FHIR JSON", NULL },
	{ "pcapng", EVIDENCE_PCAP, "\n\r\r\n", "FHIR JSON", NULL },
	{ "DICOM, explicit", EVIDENCE_DICOM, "", "1.2.840.10008.1.2.1\n", NULL },
	{ "DICOM, implicit", EVIDENCE_DICOM, "", "1.2.840.10008.1.2\n", NULL },
	{ "DICOM, big-endian", EVIDENCE_DICOM, "", "1.2.840.10008.1.2.2\n", NULL },
	{ "DICOM, deflated", EVIDENCE_DICOM, "", "1.2.840.10008.1.2.1.99\n", NULL },
	{ "DICOM image", EVIDENCE_DICOM, "", "64\xc3\x97" "64", NULL },
	{ "key object selection", EVIDENCE_DICOM, "", "content  Manifest", NULL },
	{ "structured report", EVIDENCE_DICOM, "", "content  Diagnostic imaging report", NULL },
	{ "DICOM JSON", EVIDENCE_DICOM_JSON, "[", "StudyInstanceUID", NULL },
	{ "ATNA by syslog", EVIDENCE_SYSLOG, "<85>1", "AuditMessage", NULL },
	{ "AuditEvent", EVIDENCE_FHIR_JSON, "{", "\nAuditEvent", NULL },
	{ "GITB report", EVIDENCE_XML, "<?xml", "TestStepReport  FAILURE", NULL },
	{ "SVRL", EVIDENCE_XML, "<?xml", "schematron-output  1 error", NULL },
	{ "OperationOutcome", EVIDENCE_FHIR_JSON, "{", "\nOperationOutcome", NULL },
	{ "JWT", EVIDENCE_JWT, "eyJ", "signature checked  no", NULL },
	{ "SMART Health Card", EVIDENCE_JWT, "shc:/", "Immunization", NULL },
	{ "PDF", EVIDENCE_PDF, "%PDF", "pages  2", NULL },
	{ "text of a PDF", EVIDENCE_PDF, "%PDF", "Heart of normal size", NULL },
	{ "text of a PDF, Chinese and Korean", EVIDENCE_PDF, "%PDF", "\xea\xb8\x89\xec\x84\xb1 \xec\x86\x8c\xea\xb2\xac", NULL },
	{ "file within a PDF", EVIDENCE_PDF, "%PDF", "report.json *  FHIR JSON", NULL },
	{ "Office document", EVIDENCE_ARCHIVE, "PK", "\nOffice document", NULL },
	{ "Office before 2007", EVIDENCE_OLE2, "\xd0\xcf", "title  Allergens", NULL },
	{ "XDM package", EVIDENCE_ARCHIVE, "PK", "\nXDM package", NULL },
	{ "document of a package", EVIDENCE_ARCHIVE, "PK", "size and digest as in the metadata", NULL },
	{ "tar in gzip", EVIDENCE_ARCHIVE, "\x1f\x8b", "\nArchive", NULL },
	{ "gzip", EVIDENCE_ARCHIVE, "\x1f\x8b", "\nCompressed file", NULL },
	{ "Shift-JIS", EVIDENCE_TEXT, "", "read as Shift-JIS", NULL },
	{ "EUC-KR", EVIDENCE_TEXT, "", "read as EUC-KR", NULL },
	{ "UTF-16", EVIDENCE_TEXT, "\xff\xfe", "", NULL },
	{ "text", EVIDENCE_TEXT, "2026-11-24", "", NULL },
	{ "bytes of no known format", EVIDENCE_UNKNOWN, "", "", NULL },
};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static const char *folder(void)
{
	static char path[1000];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/data/sample-event", top ? top : ".");
	return path;
}

/* Head and outline of a file, as a monitor sees them. */
static void seen(struct buf *out, struct document *d)
{
	struct reader_info info;

	document_info(&info, d);
	buf_printf(out, "%s\n", info.summary);
	outline_lines(out, d);
}

static void look(const char *path, const char *name)
{
	struct reader_info info;
	struct document *d;
	struct source src;
	struct buf bytes, words;
	size_t i;

	buf_init(&bytes, FILE_MAX);
	assert_ok(io_read_file(&bytes, path, FILE_MAX));
	source_mem(&src, bytes.ptr, bytes.len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	buf_init(&words, 4u << 20);
	seen(&words, d);
	document_info(&info, d);
	for (i = 0; i < FORMATS; i++) {
		size_t k = strlen(formats[i].bytes);

		if (formats[i].shown || formats[i].kind != info.kind || bytes.len < k || memcmp(bytes.ptr, formats[i].bytes, k) != 0)
			continue;
		if (strstr(buf_str(&words), formats[i].words))
			formats[i].shown = mem_strdup(name);
	}
	buf_done(&words);
	document_free(d);
	buf_done(&bytes);
}

static void test_formats(void **state)
{
	char path[2000];
	struct dirent *e;
	size_t i, lacking = 0;
	DIR *dir;

	(void)state;
	snprintf(path, sizeof(path), "%s/evidence", folder());
	dir = opendir(path);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/evidence/%s", folder(), e->d_name);
		if (e->d_name[0] != '.')
			look(path, e->d_name);
	}
	closedir(dir);
	for (i = 0; i < FORMATS; i++)
		if (!formats[i].shown) {
			printf("# no evidence shows: %s\n", formats[i].name);
			lacking++;
		}
	assert_int_equal(lacking, 0);
}

/* What shows a format hangs on a test instance. */
static void test_attached(void **state)
{
	char path[2000];
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, FILE_MAX);
	snprintf(path, sizeof(path), "%s/instances.ndjson", folder());
	assert_ok(io_read_file(&b, path, FILE_MAX));
	for (i = 0; i < FORMATS; i++) {
		if (formats[i].shown && !strstr(buf_str(&b), formats[i].shown))
			fail_msg("%s is no test instance's evidence", formats[i].shown);
		mem_free((char *)formats[i].shown);
		formats[i].shown = NULL;
	}
	buf_done(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_attached),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence of the sample event", tests, NULL, NULL);
}
