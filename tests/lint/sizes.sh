#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A file is split before 800 lines, a function before 80; tables may be longer.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99

long_files() {
	wc -l "$@" | awk '$2 != "total" && $1 > 800 { print $2 ": " $1 " lines" }'
}

# A function's braces stand alone in the first column; those of a table do not open there.
long_functions() {
	awk '
		FNR == 1 { start = 0 }
		/^{$/ { start = FNR }
		/^}$/ && start {
			if (FNR - start - 1 > 80)
				print FILENAME ":" start ": function of " FNR - start - 1 " lines"
			start = 0
		}' "$@"
}

files=$(find src include tests -name '*.[ch]' | LC_ALL=C sort)
# shellcheck disable=SC2086 # a list of names without blanks
{
	is "no file over 800 lines" "$(long_files $files)" ""
	is "no function over 80 lines" "$(long_functions $files)" ""
}

bad=$(mktemp -d) || exit 99
trap 'rm -rf "$bad"' EXIT
awk 'BEGIN { print "void f(void)\n{"; for (i = 0; i < 81; i++) print "\tx();"; print "}" }' > "$bad/a.c"
is "a long function is noticed" "$(long_functions "$bad/a.c")" "$bad/a.c:2: function of 81 lines"
awk 'BEGIN { for (i = 0; i < 801; i++) print "x" }' > "$bad/b.c"
is "a long file is noticed" "$(long_files "$bad/b.c")" "$bad/b.c: 801 lines"
done_testing
