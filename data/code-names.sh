#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# code-names.sh NAMES: C source on stdout with our words for codes as a sorted table.
set -eu
cat <<END
/* Made by data/code-names.sh; do not edit. */
#include "src/evidence/code_name.h"
const struct code_word code_words[] = {
END
tab=$(printf '\t')
grep -v '^#' "$1" | LC_ALL=C sort -t "$tab" -k 1,1 -k 2,2 | awk -F '\t' '{ printf "\t{ \"%s\", \"%s\", \"%s\" },\n", $1, $2, $3 }'
printf '};\nconst size_t code_word_count = sizeof(code_words) / sizeof(code_words[0]);\n'
