#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed-list.sh NAME FILE…: C source on stdout with the bytes of every FILE as strings,
# const char *const NAME[] in the order given, ended by NULL. Bytes are written as octal where C needs it.
set -eu
name=$1
shift
printf '/* Made by data/embed-list.sh; do not edit. */\n'
printf '#include <stddef.h>\nextern const char *const %s[];\nconst char *const %s[] = {\n' "$name" "$name"
for file; do
	LC_ALL=C sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' -e 's/^/	"/' -e 's/$/\\n"/' "$file"
	printf '\t,\n'
done
printf '\tNULL\n};\n'
