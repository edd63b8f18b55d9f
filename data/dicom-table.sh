#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dicom-table.sh TAGS UIDS: C source on stdout with both dictionaries of DICOM as sorted tables.
set -eu
cat <<END
/* Made by data/dicom-table.sh; do not edit. */
#include "src/evidence/dicom.h"
const struct dicom_entry dicom_tags[] = {
END
grep -v '^#' "$1" | LC_ALL=C sort | awk -F '\t' '{ printf "\t{ 0x%su, \"%s\", \"%s\", \"%s\" },\n", $1, $2, $3, $4 }'
printf '};\nconst size_t dicom_tag_count = sizeof(dicom_tags) / sizeof(dicom_tags[0]);\n'
printf 'const struct dicom_uid dicom_uids[] = {\n'
grep -v '^#' "$2" | LC_ALL=C sort | awk -F '\t' '{ printf "\t{ \"%s\", \"%s\" },\n", $1, $2 }'
printf '};\nconst size_t dicom_uid_count = sizeof(dicom_uids) / sizeof(dicom_uids[0]);\n'
