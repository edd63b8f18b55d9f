#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wrap.sh FILE…: let the formatter wrap those lines alone that are over 100 columns. Not a test.
LC_ALL=C
export LC_ALL
for f in "$@"; do
	lines=$(awk '{
		s = $0
		gsub(/[\200-\277]/, "", s)
		n = 0
		while ((at = index(s, "\t")) > 0) {
			n += at - 1
			n += 8 - n % 8
			s = substr(s, at + 1)
		}
		if (n + length(s) > 100)
			printf "--lines=%d:%d ", FNR, FNR
	}' "$f")
	# shellcheck disable=SC2086 # one option a line number
	[ -z "$lines" ] || clang-format --style=file -i $lines "$f"
done
