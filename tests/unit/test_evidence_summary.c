/* SPDX-License-Identifier: Apache-2.0 */
/* What documents of tools say in a few words: reports, audit messages, metadata. */
#include "test.h"
#include <stdlib.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/document.h"

static struct document *open_text(const char *text, size_t len)
{
	struct document *d;
	struct source src;

	source_mem(&src, text, len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	return d;
}

/* The summary of the whole, then of rows by their paths: "path", "value", … NULL. */
static void says(const char *text, const char *summary, const char *const *rows)
{
	struct document *d = open_text(text, strlen(text));
	struct reader_info info;

	document_info(&info, d);
	assert_string_equal(info.summary, summary);
	for (; rows && *rows; rows += 2) {
		struct reader_row *row;
		uint64_t at, total;
		struct arena a;
		size_t n;

		arena_init(&a);
		assert_ok(document_goto(&at, d, rows[0], strlen(rows[0])));
		assert_ok(document_rows(&row, &n, &total, &a, d, VIEW_OUTLINE, at, 1, 80));
		assert_int_equal(n, 1);
		assert_string_equal(row->value_len ? row->value : "", rows[1]);
		arena_done(&a);
	}
	document_free(d);
}

#define ROWS(...) (const char *const []){ __VA_ARGS__, NULL }

static void test_outcome(void **state)
{
	(void)state;
	says("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"details\":{\"text\":\"no such\\ncode\"},"
		"\"diagnostics\":\"x\",\"expression\":[\"Patient.gender\"]},{\"severity\":\"fatal\",\"diagnostics\":\"gone\"},"
		"{\"severity\":\"warning\"},{\"severity\":\"information\"},{\"severity\":\"success\"}]}",
		"OperationOutcome  2 errors  1 warning  1 note  1 passed",
		ROWS("OperationOutcome.issue[0]", "error  no such code  at Patient.gender", "OperationOutcome.issue[1]", "fatal  gone"));
	says("{\"resourceType\":\"OperationOutcome\"}", "OperationOutcome  no items", NULL);
	says("<OperationOutcome xmlns=\"http://hl7.org/fhir\"><issue><severity value=\"error\"/><diagnostics value=\"a &lt; b\"/>"
		"<location value=\"line 3\"/></issue></OperationOutcome>", "OperationOutcome  1 error",
		ROWS("/OperationOutcome/issue", "error  a < b  at line 3"));
	says("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\"}]}},"
		"{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"warning\"}]}}]}",
		"Bundle  OperationOutcomes  1 error  1 warning", ROWS("Bundle.entry[1]", "1 warning"));
	/* Other resources have members of these names too. */
	says("{\"resourceType\":\"DetectedIssue\",\"severity\":\"high\",\"status\":\"final\"}", "DetectedIssue  final", NULL);
}

static void test_schematron(void **state)
{
	(void)state;
	says("<svrl:schematron-output xmlns:svrl=\"http://purl.oclc.org/dsdl/svrl\"><svrl:failed-assert test=\"a\" location=\"/x\">"
		"<svrl:text>a is missing</svrl:text></svrl:failed-assert><svrl:failed-assert flag=\"warning\" test=\"b\" location=\"/y\">"
		"<svrl:text>b</svrl:text></svrl:failed-assert><svrl:successful-report test=\"c\"/></svrl:schematron-output>",
		"schematron-output  1 error  1 warning  1 note",
		ROWS("/schematron-output/failed-assert[1]", "error  a is missing  at /x",
			"/schematron-output/failed-assert[2]", "warning  b  at /y"));
	says("<report xmlns=\"http://www.jenitennison.com/xslt/xspec\" xspec=\"a.xspec\"><scenario><label>first</label><result>"
		"<failed-assert/></result><test successful=\"true\"><label>holds</label></test><test successful=\"false\"/>"
		"<test pending=\"later\"/></scenario></report>", "report  1 error  1 passed  1 left out",
		ROWS("/report/scenario", "first  1 error  1 passed  1 left out", "/report/scenario/test[1]", "passed  holds"));
}

static void test_gitb(void **state)
{
	(void)state;
	says("<TestStepReport xmlns=\"http://www.gitb.com/tr/v1/\" name=\"Schematron\"><result>FAILURE</result><counters>"
		"<nrOfErrors>1</nrOfErrors><nrOfWarnings>0</nrOfWarnings></counters><reports><error><description>wrong sum</description>"
		"<location>xml:172:0</location></error></reports></TestStepReport>",
		"TestStepReport  FAILURE  errors 1  warnings 0  Schematron",
		ROWS("/TestStepReport/reports/error", "error  wrong sum  at xml:172:0"));
	says("<ConformanceOverviewReport><overview><summary><status>FAILURE</status><succeeded>1</succeeded><failed>2</failed>"
		"<incomplete>0</incomplete></summary></overview></ConformanceOverviewReport>",
		"ConformanceOverviewReport  FAILURE  1 succeeded  2 failed  0 incomplete", NULL);
	says("<TestCaseOverviewReport><metadata><name>TC3</name></metadata><result>SUCCESS</result><steps><step id=\"1\">"
		"<description>upload</description><report><result>SUCCESS</result></report></step></steps></TestCaseOverviewReport>",
		"TestCaseOverviewReport  SUCCESS  TC3", ROWS("/TestCaseOverviewReport/steps/step", "SUCCESS  upload"));
}

static void test_validators(void **state)
{
	(void)state;
	says("{\"outcomes\":[{\"fileInfo\":{},\"issues\":[{\"line\":3,\"col\":4,\"location\":\"Patient\",\"message\":\"no name\","
		"\"level\":\"ERROR\"},{\"level\":\"WARNING\",\"message\":\"w\"}]}]}", "object  1 error  1 warning  1 member",
		ROWS("$.outcomes[0].issues[0]", "ERROR  no name  at Patient  line 3:4", "$.outcomes[0]", "1 error  1 warning"));
	says("[{\"test_id\":\"a-1\",\"result\":\"pass\"},{\"test_id\":\"a-2\",\"result\":\"fail\",\"result_message\":\"no token\"},"
		"{\"test_id\":\"a-3\",\"result\":\"skip\"}]", "array  1 error  1 passed  1 left out",
		ROWS("$[1]", "fail  a-2  no token"));
}

static void test_audit_message(void **state)
{
	(void)state;
	says("<AuditMessage><EventIdentification EventActionCode=\"R\" EventDateTime=\"2026-03-02T09:30:47Z\" EventOutcomeIndicator=\"4\">"
		"<EventID csd-code=\"110112\" originalText=\"Query\"/><EventTypeCode csd-code=\"ITI-18\" originalText=\"Registry Stored Query\"/>"
		"</EventIdentification><ActiveParticipant UserID=\"reg\" UserIsRequestor=\"false\" NetworkAccessPointID=\"10.0.0.1\"><RoleIDCode "
		"csd-code=\"110152\" originalText=\"Destination\"/></ActiveParticipant><ActiveParticipant UserID=\"u\" UserName=\"Dr. Mori\" "
		"UserIsRequestor=\"true\"/><ParticipantObjectIdentification ParticipantObjectID=\"p1\" ParticipantObjectTypeCode=\"1\" "
		"ParticipantObjectTypeCodeRole=\"1\"/><ParticipantObjectIdentification ParticipantObjectID=\"q\" ParticipantObjectTypeCode=\"2\" "
		"ParticipantObjectTypeCodeRole=\"24\"/></AuditMessage>",
		"AuditMessage  Dr. Mori read: Registry Stored Query  patient p1  2026-03-02T09:30:47Z  minor failure",
		ROWS("/AuditMessage/ActiveParticipant[1]", "reg  Destination  at 10.0.0.1",
			"/AuditMessage/ActiveParticipant[2]", "Dr. Mori  asked for it",
			"/AuditMessage/EventIdentification", "Registry Stored Query  Query  read  minor failure",
			"/AuditMessage/ParticipantObjectIdentification[2]", "query  q"));
	says("<AuditMessage><EventIdentification/></AuditMessage>", "AuditMessage  ", NULL);
}

static void test_audit_event(void **state)
{
	(void)state;
	says("{\"resourceType\":\"AuditEvent\",\"type\":{\"code\":\"rest\"},\"subtype\":[{\"code\":\"search\",\"display\":\"search\"}],"
		"\"action\":\"E\",\"recorded\":\"2026-03-02T09:30:47Z\",\"outcome\":\"0\",\"agent\":[{\"requestor\":false},"
		"{\"who\":{\"display\":\"Dr. Mori\"},\"requestor\":true}],\"entity\":[{\"what\":{\"reference\":\"Patient/7\"},"
		"\"role\":{\"code\":\"1\"}}]}",
		"AuditEvent  Dr. Mori executed: search  patient Patient/7  2026-03-02T09:30:47Z  success", NULL);
	says("<AuditEvent xmlns=\"http://hl7.org/fhir\"><code><coding><code value=\"110112\"/><display value=\"Query\"/></coding></code>"
		"<action value=\"R\"/><recorded value=\"2026\"/><outcome><code><code value=\"0\"/></code></outcome><patient><reference "
		"value=\"Patient/9\"/></patient><agent><who><reference value=\"Device/1\"/></who><requestor value=\"false\"/></agent></AuditEvent>",
		"AuditEvent  Device/1 read: Query  patient Patient/9  2026  0", NULL);
}

/* Notes of rows by their paths. */
static void notes(const char *text, const char *const *rows)
{
	struct document *d = open_text(text, strlen(text));

	for (; *rows; rows += 2) {
		struct reader_row *row;
		uint64_t at, total;
		struct arena a;
		size_t n;

		arena_init(&a);
		assert_ok(document_goto(&at, d, rows[0], strlen(rows[0])));
		assert_ok(document_rows(&row, &n, &total, &a, d, VIEW_OUTLINE, at, 1, 80));
		assert_string_equal(row->note_len ? row->note : "", rows[1]);
		arena_done(&a);
	}
	document_free(d);
}

static void test_notes(void **state)
{
	(void)state;
	notes("<SubmitObjectsRequest><ExtrinsicObject objectType=\"urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1\"><Slot name=\"hash\"/>"
		"<Slot name=\"mine\"/><Classification classificationScheme=\"urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d\"/>"
		"<Classification classificationNode=\"urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd\"/>"
		"<ExternalIdentifier identificationScheme=\"urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab\" value=\"1\"/>"
		"<AdhocQuery id=\"urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d\"/></ExtrinsicObject></SubmitObjectsRequest>",
		ROWS("/SubmitObjectsRequest", "metadata of a submission (ITI-41, ITI-42)",
			"/SubmitObjectsRequest/ExtrinsicObject", "DocumentEntry, stable",
			"/SubmitObjectsRequest/ExtrinsicObject/Slot[1]", "SHA-1 of the document",
			"/SubmitObjectsRequest/ExtrinsicObject/Slot[2]", "",
			"/SubmitObjectsRequest/ExtrinsicObject/Classification[1]", "formatCode",
			"/SubmitObjectsRequest/ExtrinsicObject/Classification[2]", "SubmissionSet",
			"/SubmitObjectsRequest/ExtrinsicObject/ExternalIdentifier", "uniqueId of the DocumentEntry",
			"/SubmitObjectsRequest/ExtrinsicObject/ExternalIdentifier/@value", "",
			"/SubmitObjectsRequest/ExtrinsicObject/AdhocQuery", "FindDocuments"));
	notes("<PRPA_IN201305UV02><templateId root=\"2.16.840.1.113883.10.20.22.2.6.1\"/><code code=\"48765-2\" codeSystem="
		"\"2.16.840.1.113883.6.1\"/><x><code code=\"48765-2\" codeSystem=\"2.16.840.1.113883.6.1\" displayName=\"Allergies\"/></x>"
		"<y><code code=\"48765-2\" codeSystem=\"1.2.3\"/></y></PRPA_IN201305UV02>",
		ROWS("/PRPA_IN201305UV02", "find patients by demographics (ITI-47, ITI-55)",
			"/PRPA_IN201305UV02/templateId", "C-CDA Allergies", "/PRPA_IN201305UV02/code", "our name: allergies and intolerances",
			"/PRPA_IN201305UV02/x/code", "", "/PRPA_IN201305UV02/y/code", ""));
	notes("{\"resourceType\":\"Composition\",\"type\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"60591-5\"},"
		"{\"system\":\"http://loinc.org\",\"code\":\"60591-5\",\"display\":\"Summary\"}]}}",
		ROWS("Composition.type.coding[0].code", "our name: patient summary", "Composition.type.coding[1].code", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_schematron),
		cmocka_unit_test(test_gitb),
		cmocka_unit_test(test_validators),
		cmocka_unit_test(test_audit_message),
		cmocka_unit_test(test_audit_event),
		cmocka_unit_test(test_notes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("summaries", tests, NULL, NULL);
}
