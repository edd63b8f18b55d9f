#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fhir-notes.sh NOTES: C source on stdout with the words for FHIR elements as a sorted table.
set -eu
cat <<END
/* Made by data/fhir-notes.sh; do not edit. */
#include "src/evidence/fhir_note.h"
const struct fhir_note fhir_notes[] = {
END
grep -v '^#' "$1" | LC_ALL=C sort | awk -F '\t' '{ printf "\t{ \"%s\", \"%s\", \"%s\" },\n", $1, $2, $3 }'
printf '};\nconst size_t fhir_note_count = sizeof(fhir_notes) / sizeof(fhir_notes[0]);\n'
