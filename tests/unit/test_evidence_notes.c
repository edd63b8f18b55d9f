/* SPDX-License-Identifier: Apache-2.0 */
/* Plain words beside FHIR elements: the table is sound, and the way down to a node is found in JSON and XML. */
#include "outline_text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "src/evidence/code_name.h"
#include "src/evidence/fhir_note.h"

static bool described(const char *place)
{
	size_t i, n = strlen(place);

	for (i = 0; i < fhir_note_count; i++)
		if (!strncmp(fhir_notes[i].path, place, n) && fhir_notes[i].path[n] == '.')
			return true;
	return false;
}

static void test_table(void **state)
{
	size_t i, words = 0;

	(void)state;
	for (i = 0; i < fhir_note_count; i++) {
		const struct fhir_note *f = &fhir_notes[i];
		const char *type = f->type + (*f->type == '=');

		assert_true(i == 0 || strcmp(fhir_notes[i - 1].path, f->path) < 0);
		assert_true(isupper((unsigned char)*f->path) && strchr(f->path, '.'));
		assert_true(strlen(f->words) < 70);
		words += *f->words != '\0';
		if (*type && strcmp(type, "Resource"))
			assert_true(described(type));
		else if (!*f->words)
			assert_true(*type || described(f->path));
	}
	assert_true(words > 400);
}

/* The note at a path, "" where there is none. */
static void note_is(const char *text, enum evidence_kind kind, const char *path, const char *want)
{
	struct document *d = document_of(text, strlen(text));
	struct reader_info info;
	struct reader_row *rows;
	uint64_t row, total;
	struct arena a;
	size_t n;

	arena_init(&a);
	document_info(&info, d);
	assert_int_equal(info.kind, kind);
	assert_ok(document_goto(&row, d, path, strlen(path)));
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, row, 1, 80));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].note, want);
	arena_done(&a);
	document_free(d);
}

static const char json[] = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":"
	"{\"resourceType\":\"Patient\",\"id\":\"p\",\"contact\":[{\"name\":{\"family\":\"Kim\"},\"oops\":1}],"
	"\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueCodeableConcept\":{\"text\":\"t\"}}]},"
	"\"contained\":[{\"resourceType\":\"Observation\",\"id\":\"o\",\"valueQuantity\":{\"unit\":\"mg\"},"
	"\"component\":[{\"referenceRange\":[{\"low\":{\"value\":1}}]}]}]}}]}";
static const char xml[] = "<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Patient><contact><name>"
	"<family value=\"Kim\"/></name></contact><odd value=\"1\"/></Patient></resource></entry></Bundle>";

static void test_json(void **state)
{
	(void)state;
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.type", "one of: document, transaction, search set, message …");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contact", "next of kin, guardian, employer");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contact[0].name", "name of the contact");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contact[0].name.family", "family name");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contact[0].oops", "");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource._birthDate", "date of birth");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contained[0].valueQuantity", "the result");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contained[0].valueQuantity.unit",
		"unit as people write it");
	note_is(json, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.contained[0].component[0].referenceRange[0].low", "from");
	note_is("{\"a\":{\"birthDate\":\"2000\"}}", EVIDENCE_JSON, "$.a.birthDate", "");
}

static void test_xml(void **state)
{
	(void)state;
	note_is(xml, EVIDENCE_FHIR_XML, "/Bundle/entry/resource/Patient/contact/name/family", "family name");
	note_is(xml, EVIDENCE_FHIR_XML, "/Bundle/entry/resource/Patient/contact/name/family/@value", "");
	note_is(xml, EVIDENCE_FHIR_XML, "/Bundle/entry/resource/Patient/odd", "");
}

/* Depth and lengths that no table has are no note, and no trouble. */
static void test_hostile(void **state)
{
	struct buf b;
	struct reader_row *rows;
	struct document *d;
	uint64_t total, row;
	struct arena a;
	size_t n, i;

	(void)state;
	buf_init(&b, 1u << 20);
	buf_adds(&b, "{\"resourceType\":\"");
	buf_fill(&b, 'P', 70000);
	buf_adds(&b, "\",\"section\":");
	for (i = 0; i < 300; i++)
		buf_adds(&b, "{\"section\":[");
	buf_adds(&b, "1");
	for (i = 0; i < 300; i++)
		buf_adds(&b, "]}");
	buf_adds(&b, "}");
	d = document_of(b.ptr, b.len);
	arena_init(&a);
	assert_ok(document_fold(&row, d, FOLD_UNFOLD_ALL, 0));
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, UINT64_MAX, 20, 80));
	for (i = 0; i < n; i++)
		assert_int_equal(rows[i].note_len, 0);
	arena_done(&a);
	document_free(d);
	buf_done(&b);
}

/* Sorted, no code twice, plain words. */
static void test_codes_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < code_word_count; i++) {
		const struct code_word *w = &code_words[i];
		int c = i ? strcmp(w[-1].set, w->set) : -1;

		assert_true(c < 0 || (c == 0 && strcmp(w[-1].code, w->code) < 0));
		assert_true(*w->code && *w->words && strlen(w->words) < 60);
		assert_ptr_equal(code_word(w->set, w->code, strlen(w->code)), w->words);
	}
	assert_null(code_word("ucum", "furlong", 7));
	assert_null(code_word("ucum", "", 0));
	assert_null(code_word("ucum", "mg/d", 4));
	assert_null(code_word("nothing", "1", 1));
}

/* A code without a display is called what the document calls it elsewhere; never by words that are not ours. */
static void test_codes(void **state)
{
	static const char bundle[] = "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Condition\","
		"\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"38341003\"}]},\"bodySite\":{\"coding\":"
		"[{\"system\":\"http://snomed.info/sct\",\"code\":\"1\"}]}}},{\"resource\":{\"resourceType\":\"ValueSet\",\"compose\":"
		"{\"include\":[{\"system\":\"http://snomed.info/sct\",\"concept\":[{\"code\":\"38341003\",\"display\":\"High \\u00e9\"},"
		"{\"code\":\"2\"}]}]}}},{\"resource\":{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":1,\"system\":"
		"\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}},{\"resource\":{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\","
		"\"concept\":[{\"code\":\"a\",\"concept\":[{\"code\":\"b\",\"display\":\"Bee\"}]}]}},{\"resource\":{\"resourceType\":"
		"\"Basic\",\"code\":{\"coding\":[{\"system\":\"urn:x\",\"code\":\"b\"}]}}}]}";
	static const char cda[] = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><code code=\"60591-5\" codeSystem=\"2.16.840.1.113883.6.1\"/>"
		"<value unit=\"mmol/L\" value=\"1\"/><a nullFlavor=\"NASK\"/></ClinicalDocument>";
	static const char at[] = "Bundle.entry[0].resource.code.coding[0].code";

	(void)state;
	note_is(bundle, EVIDENCE_FHIR_JSON, at, "named here: High é");
	note_is(bundle, EVIDENCE_FHIR_JSON, "Bundle.entry[0].resource.bodySite.coding[0].code", "");
	note_is(bundle, EVIDENCE_FHIR_JSON, "Bundle.entry[1].resource.compose.include[0].concept[0].code", "");
	note_is(bundle, EVIDENCE_FHIR_JSON, "Bundle.entry[2].resource.valueQuantity.code", "our name: milligram per decilitre");
	note_is(bundle, EVIDENCE_FHIR_JSON, "Bundle.entry[4].resource.code.coding[0].code", "named here: Bee");
	note_is(cda, EVIDENCE_CDA, "/ClinicalDocument/code", "our name: patient summary");
	note_is(cda, EVIDENCE_CDA, "/ClinicalDocument/value/@unit", "millimole per litre");
	note_is(cda, EVIDENCE_CDA, "/ClinicalDocument/a/@nullFlavor", "not asked");
}

static void test_hl7_codes(void **state)
{
	static const char hl7[] = "MSH|^~\\&|A|B|C|D|20261124143200+0900||ADT^A04^ADT_A01|1|P|2.5\r"
		"PID|1||42^^^X&1.2.3&ISO^PI||Kim^Min^^^^^L||19740905|F\rMSA|AE|1\rPV1|1|Q\r";

	(void)state;
	note_is(hl7, EVIDENCE_HL7V2, "PID-8", "Administrative sex: female");
	note_is(hl7, EVIDENCE_HL7V2, "PID-3.5", "Identifier type code: patient identifier");
	note_is(hl7, EVIDENCE_HL7V2, "PID-3.4.3", "an OID");
	note_is(hl7, EVIDENCE_HL7V2, "PID-5.7", "Name type code: legal");
	note_is(hl7, EVIDENCE_HL7V2, "MSH-9.2", "Trigger event: registration");
	note_is(hl7, EVIDENCE_HL7V2, "MSA-1", "Acknowledgment code: error");
	note_is(hl7, EVIDENCE_HL7V2, "PV1-2", "Patient class");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_codes_table),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_hl7_codes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
