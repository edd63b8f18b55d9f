#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Banned functions, notes to self, blanks at line ends, missing licence lines, long lines.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99
LC_ALL=C
export LC_ALL

c_files=$(find src include tests -name '*.[ch]' | sort)
sources="$c_files $(find src tests data doc -name '*.sh' -o -name '*.mk' -o -name '*.awk' | sort)
	configure.ac Makefile.am bootstrap"

ours=$(find src include -name '*.[ch]' | sort)
limit=160

# calls NAMES FILE…: lines that call one of the functions, outside of strings and comments
calls() {
	names=$1
	shift
	awk -v names="$names" '
		{
			s = $0
			gsub(/\\"/, "", s)
			gsub(/"[^"]*"/, "", s)
			sub(/\/\*.*/, "", s)
			sub(/^[ \t]*\*.*/, "", s)
			if (s ~ "(^|[^A-Za-z0-9_>.])(" names ")[ \t]*[(]")
				print FILENAME ":" FNR ": " $0
		}' "$@"
}

copying='strcpy|strcat|strncpy|stpcpy|sprintf|vsprintf|gets|alloca'
parsing='atoi|atol|atoll|atof|strtok|scanf|fscanf|vsscanf'
spawning='system|popen|tmpnam|tempnam|mktemp|rand|srand'

# long FILE…: lines over the limit, tabs to 8, a character of UTF-8 counted once
long() {
	awk -v limit="$limit" '
		{
			s = $0
			gsub(/[\200-\277]/, "", s)
			n = 0
			while ((at = index(s, "\t")) > 0) {
				n += at - 1
				n += 8 - n % 8
				s = substr(s, at + 1)
			}
			if (n + length(s) > limit)
				print FILENAME ":" FNR ": " n + length(s) " columns"
		}' "$@"
}

unlicensed() {
	for f in "$@"; do
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$f"
	done
}

# shellcheck disable=SC2086 # lists of names without blanks
{
	is "no unbounded copying" "$(calls "$copying" $c_files)" ""
	is "no unchecked parsing" "$(calls "$parsing" $c_files)" ""
	is "no shell and no weak random numbers" "$(calls "$spawning" $ours)" ""
	is "no notes to self" "$(grep -nwE 'TO''DO|FIX''ME|XX''X|HA''CK' $sources)" ""
	is "no blanks at line ends" "$(grep -nE '[[:blank:]]$' $sources)" ""
	is "every file names its licence" "$(unlicensed $sources)" ""
	is "no line over $limit columns" "$(long $c_files)" ""
}

bad=$(mktemp -d) || exit 99
trap 'rm -rf "$bad"' EXIT
printf '\tx = atoi(s);\n\t/* atoi(s) */\n\tputs("atoi(s)");\n\tmy_atoi(s);\n' > "$bad/a.c"
is "a banned call is noticed, a comment is not" "$(calls "$parsing" "$bad/a.c")" \
	"$bad/a.c:1: 	x = atoi(s);"
awk -v n="$limit" 'BEGIN { printf "\t"; while (n-- > 7) printf "é"; print "" }' > "$bad/b.c"
is "a long line is noticed" "$(long "$bad/b.c")" "$bad/b.c:1: $((limit + 1)) columns"
is "a missing licence is noticed" "$(unlicensed "$bad/a.c")" "$bad/a.c"
done_testing
