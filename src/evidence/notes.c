/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain words beside what only a table tells: schemes, slots and stored queries of XDS, interactions of HL7 v3,
 * templates of CDA, section codes without a display. Layer evidence; any thread. What is not in the tables gets
 * no note; a display that the evidence lacks is marked as ours.
 */
#include "code_name.h"
#include "summary_priv.h"
#include <string.h>

struct word { const char *name, *note; };

/* ITI TF-3 4.2.5 (schemes) and 4.2.5.2; ITI TF-2 3.18.4.1.2.4 (stored queries). */
static const struct word uuids[] = {
	{ "7edca82f-054d-47f2-a032-9b2a5b5186c1", "DocumentEntry, stable" },
	{ "34268e47-fdf5-41a6-ba33-82133c465248", "DocumentEntry, on demand" },
	{ "93606bcf-9494-43ec-9b4e-a7748d1a838d", "author" },
	{ "41a5887f-8865-4c09-adf7-e362475b143a", "classCode" },
	{ "f4f85eac-e6cb-4883-b524-f2705394840f", "confidentialityCode" },
	{ "2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", "eventCodeList" },
	{ "a09d5840-386c-46f2-b5ad-9c3699a4309d", "formatCode" },
	{ "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", "healthcareFacilityTypeCode" },
	{ "cccf5598-8b07-4b77-a05e-ae952c785ead", "practiceSettingCode" },
	{ "f0306f51-975f-434e-a61c-c59651d33983", "typeCode" },
	{ "58a6f841-87b3-4a3e-92fd-a8ffeff98427", "patientId of the DocumentEntry" },
	{ "2e82c1f6-a085-4c72-9da3-8640a32e42ab", "uniqueId of the DocumentEntry" },
	{ "a54d6aa5-d40d-43f9-88c5-b4633d873bdd", "SubmissionSet" },
	{ "a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d", "author of the SubmissionSet" },
	{ "aa543740-bdda-424e-8c96-df4873be8500", "contentTypeCode" },
	{ "6b5aea1a-874d-4603-a4bc-96a0a7b38446", "patientId of the SubmissionSet" },
	{ "96fdda7c-d067-4183-912e-bf5ee74998a8", "uniqueId of the SubmissionSet" },
	{ "554ac39e-e3fe-47fe-b233-965d2a147832", "sourceId" },
	{ "d9d542f3-6cc4-48b6-8870-ea235fbc94c2", "Folder" },
	{ "1ba97051-7806-41a8-a48b-8fce7af683c5", "codeList of the Folder" },
	{ "f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a", "patientId of the Folder" },
	{ "75df8f67-9973-4fbe-a900-df66cefecc5a", "uniqueId of the Folder" },
	{ "abd807a3-4432-4053-87b4-fd82c643d1f3", "associationDocumentation" },
	{ "14d4debf-8f97-4251-9a74-a90016b0af0d", "FindDocuments" },
	{ "f26abbcb-ac74-4422-8a30-edb644bbc1a9", "FindSubmissionSets" },
	{ "958f3006-baad-4929-a4de-ff1114824431", "FindFolders" },
	{ "10b545ea-725c-446d-9b95-8aeb444eddf3", "GetAll" },
	{ "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", "GetDocuments" },
	{ "5737b14c-8a1a-4539-b659-e03a34a5e1e4", "GetFolders" },
	{ "a7ae438b-4bc2-4642-93e9-be891f7bb155", "GetAssociations" },
	{ "bab9529a-4a10-40b3-a01f-f68a615d247a", "GetDocumentsAndAssociations" },
	{ "51224314-5390-4169-9b91-b1980040715a", "GetSubmissionSets" },
	{ "e8e3cb2c-e39c-46b9-99e4-c12f57260b83", "GetSubmissionSetAndContents" },
	{ "b909a503-523d-4517-8acf-8e5834dfc4c7", "GetFolderAndContents" },
	{ "10cae35a-c7f9-4cf5-b61e-fc3278ffb578", "GetFoldersForDocument" },
	{ "d90e5407-b356-4d91-a89f-873917b4b0e6", "GetRelatedDocuments" },
	{ "12941a89-e02e-4be5-967c-ce4bfc8fe492", "FindDocumentsByReferenceId" },
};

static const struct word slots[] = {
	{ "creationTime", "when the document was made" }, { "languageCode", "language of the document" },
	{ "serviceStartTime", "care began" }, { "serviceStopTime", "care ended" },
	{ "sourcePatientId", "patient's identifier at the source" }, { "sourcePatientInfo", "patient as the source knows it" },
	{ "hash", "SHA-1 of the document" }, { "size", "bytes of the document" },
	{ "repositoryUniqueId", "repository that holds it" }, { "URI", "address of the document" },
	{ "legalAuthenticator", "who signed it" }, { "authorPerson", "author's name" },
	{ "authorInstitution", "author's institution" }, { "authorRole", "author's role" },
	{ "authorSpecialty", "author's specialty" }, { "authorTelecommunication", "how to reach the author" },
	{ "codingScheme", "code system" }, { "submissionTime", "when it was submitted" },
	{ "intendedRecipient", "whom it is meant for" }, { "referenceIdList", "identifiers it belongs to" },
	{ "lastUpdateTime", "when the folder changed" }, { "documentAvailability", "online or offline" },
	{ "SubmissionSetStatus", "original or by reference" },
};

static const struct word elements[] = {
	{ "ProvideAndRegisterDocumentSetRequest", "Provide and Register Document Set-b (ITI-41)" },
	{ "SubmitObjectsRequest", "metadata of a submission (ITI-41, ITI-42)" },
	{ "AdhocQueryRequest", "stored query (ITI-18)" }, { "AdhocQueryResponse", "answer to a stored query (ITI-18)" },
	{ "RetrieveDocumentSetRequest", "Retrieve Document Set (ITI-43)" },
	{ "RetrieveDocumentSetResponse", "documents retrieved (ITI-43)" }, { "RegistryResponse", "the registry's answer" },
	{ "PRPA_IN201301UV02", "patient added (ITI-44)" }, { "PRPA_IN201302UV02", "patient revised (ITI-44)" },
	{ "PRPA_IN201304UV02", "duplicate patients resolved (ITI-44)" },
	{ "PRPA_IN201305UV02", "find patients by demographics (ITI-47, ITI-55)" },
	{ "PRPA_IN201306UV02", "patients found (ITI-47, ITI-55)" },
	{ "PRPA_IN201309UV02", "ask for a patient's identifiers (ITI-45)" },
	{ "PRPA_IN201310UV02", "a patient's identifiers (ITI-45)" },
	{ "MCCI_IN000002UV01", "acknowledgement" }, { "QUQI_IN000003UV01", "continue a query" },
	{ "QUQI_IN000003UV01_Cancel", "cancel a query" }, { "QUPC_IN043100UV01", "ask for care records (PCC-1)" },
	{ "QUPC_IN043200UV01", "care records (PCC-1)" },
};

static const struct word templates[] = {
	{ "2.16.840.1.113883.10.22.1.1", "International Patient Summary (CDA)" },
	{ "2.16.840.1.113883.10.20.22.1.1", "C-CDA US Realm Header" }, { "2.16.840.1.113883.10.20.22.1.2", "C-CDA CCD" },
	{ "2.16.840.1.113883.10.20.22.2.1", "C-CDA Medications" }, { "2.16.840.1.113883.10.20.22.2.1.1", "C-CDA Medications" },
	{ "2.16.840.1.113883.10.20.22.2.2", "C-CDA Immunizations" }, { "2.16.840.1.113883.10.20.22.2.2.1", "C-CDA Immunizations" },
	{ "2.16.840.1.113883.10.20.22.2.3", "C-CDA Results" }, { "2.16.840.1.113883.10.20.22.2.3.1", "C-CDA Results" },
	{ "2.16.840.1.113883.10.20.22.2.4", "C-CDA Vital Signs" }, { "2.16.840.1.113883.10.20.22.2.4.1", "C-CDA Vital Signs" },
	{ "2.16.840.1.113883.10.20.22.2.5", "C-CDA Problems" }, { "2.16.840.1.113883.10.20.22.2.5.1", "C-CDA Problems" },
	{ "2.16.840.1.113883.10.20.22.2.6", "C-CDA Allergies" }, { "2.16.840.1.113883.10.20.22.2.6.1", "C-CDA Allergies" },
	{ "2.16.840.1.113883.10.20.22.2.7", "C-CDA Procedures" }, { "2.16.840.1.113883.10.20.22.2.7.1", "C-CDA Procedures" },
	{ "2.16.840.1.113883.10.20.22.2.10", "C-CDA Plan of Treatment" },
	{ "2.16.840.1.113883.10.20.22.2.15", "C-CDA Family History" },
	{ "2.16.840.1.113883.10.20.22.2.17", "C-CDA Social History" },
	{ "2.16.840.1.113883.10.20.22.2.21", "C-CDA Advance Directives" },
	{ "1.3.6.1.4.1.19376.1.5.3.1.1.1", "PCC Medical Document" },
	{ "1.3.6.1.4.1.19376.1.5.3.1.3.6", "PCC Active Problems" },
	{ "1.3.6.1.4.1.19376.1.5.3.1.3.13", "PCC Allergies" }, { "1.3.6.1.4.1.19376.1.5.3.1.3.19", "PCC Medications" },
	{ "1.3.6.1.4.1.19376.1.5.3.1.3.23", "PCC Immunizations" },
};

static const char *find(const struct word *table, size_t count, const char *p, size_t n)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (strlen(table[k].name) == n && !memcmp(table[k].name, p, n))
			return table[k].note;
	return NULL;
}
#define FIND(table, p, n) find(table, sizeof(table) / sizeof((table)[0]), p, n)

static const char *value_of(size_t *len_out, const struct document *d, uint32_t i)
{
	*len_out = 0;
	return i == NODE_NONE ? "" : node_value(len_out, d, &d->o.nodes.at[i]);
}

static const char *uuid_note(const struct document *d, uint32_t i)
{
	size_t n;
	const char *p = value_of(&n, d, i);

	return n > 9 && !memcmp(p, "urn:uuid:", 9) ? FIND(uuids, p + 9, n - 9) : NULL;
}

/* A code whose own display is missing: what the document calls it elsewhere, else our words. */
static void code_note(struct buf *b, const struct document *d, uint32_t holder)
{
	size_t n, m;
	const char *code = value_of(&n, d, part_of(d, holder, "code")), *system, *ours, *set;
	char key[8];

	if (part_of(d, holder, "display") != NODE_NONE || part_of(d, holder, "displayName") != NODE_NONE)
		return;
	system = code_system_of(&m, d, holder);
	set = code_set(key, system, m);
	ours = n && *set ? code_word(set, code, n) : NULL;
	if (ours) {
		buf_printf(b, "our name: %s", ours);
		return;
	}
	buf_adds(b, "named here: ");
	if (!code_named_here(b, d, system, m, code, n))
		buf_cut(b, b->len - 12, 12);
}

static const char *attribute_note(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	size_t len;
	const char *p = value_of(&len, d, i);

	if (n->parent == NODE_NONE)
		return NULL;
	if (label_is(d, n, "nullFlavor"))
		return code_word("null", p, len);
	if (label_is(d, n, "unit"))
		return code_word("ucum", p, len);
	if (label_is(d, n, "name") && label_is(d, &d->o.nodes.at[n->parent], "Slot"))
		return FIND(slots, p, len);
	if (label_is(d, n, "root") && label_is(d, &d->o.nodes.at[n->parent], "templateId"))
		return FIND(templates, p, len);
	return uuid_note(d, i);
}

/* Of an element: its own name, or that of the attribute which says what it is. */
static const char *element_note(const struct document *d, uint32_t i)
{
	static const struct word keys[] = {
		{ "Classification", "classificationScheme" }, { "ExternalIdentifier", "identificationScheme" },
		{ "AdhocQuery", "id" }, { "ExtrinsicObject", "objectType" }, { "Slot", "name" }, { "templateId", "root" },
	};
	size_t n;
	const char *label = node_label(&n, d, &d->o.nodes.at[i]), *key = FIND(keys, label, n), *note = NULL;
	uint32_t by = key ? part_of(d, i, key) : NODE_NONE;

	if (by == NODE_NONE && key && n == 14)
		by = part_of(d, i, "classificationNode");
	if (by != NODE_NONE && d->o.nodes.at[by].kind == NODE_ATTRIBUTE)
		note = attribute_note(d, by);
	return note ? note : FIND(elements, label, n);
}

void note_of(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	const char *note = NULL;

	if (n->kind == NODE_ATTRIBUTE)
		note = attribute_note(d, i);
	else if (n->kind == NODE_ELEMENT)
		note = element_note(d, i);
	else if (n->kind >= NODE_MESSAGE)
		hl7_note(b, d, i);
	if (note)
		buf_adds(b, note);
	else if (n->kind == NODE_ELEMENT && (label_is(d, n, "code") || label_is(d, n, "coding") || label_is(d, n, "value")))
		code_note(b, d, i);
	else if (n->kind == NODE_STRING && label_is(d, n, "code") && n->parent != NODE_NONE)
		code_note(b, d, n->parent);
}
