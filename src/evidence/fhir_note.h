/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_FHIR_NOTE_H
#define EVIDENCE_FHIR_NOTE_H
#include "evidence_priv.h"

/* Elements of FHIR R4 in plain words, from data/fhir-notes.tsv; constant data, any thread. */
struct fhir_note {
	const char *path;	/* "Patient.contact.name", "Observation.value[x]" */
	const char *type;	/* where its children are described: "HumanName", "=Observation.referenceRange", "": here */
	const char *words;
};
extern const struct fhir_note fhir_notes[];	/* by path */
extern const size_t fhir_note_count;

#endif
