#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print a C file that holds a text file as `const char NAME[]`.  usage: embed.sh NAME FILE
set -eu
cat <<EOF
/* Generated from $(basename "$2") by data/embed.sh. */
extern const char $1[];
const char $1[] =
EOF
sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/	"/' -e 's/$/\\n"/' "$2"
echo '	"";'
