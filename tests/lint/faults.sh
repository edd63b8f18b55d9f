#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# doc/faults.md: every numbered fault has its row, and every test named there exists and is run.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99

# judge FILE: complaints on standard output
judge() {
	for n in $(seq 1 46); do
		grep -q "^| $n | .*\`[a-z].*\` |\$" "$1" || echo "fault $n has no test"
	done
	# shellcheck disable=SC2016 # back quotes of Markdown
	sed -n 's/^| [0-9].* | \(`.*`\) |$/\1/p' "$1" | tr -s ' ' '\n' | tr -d '`' | while IFS=: read -r file what; do
		base=${file##*/}
		if [ ! -f "tests/$file" ]; then
			echo "$file: no such test"
		elif ! grep -qs "tests/${file%.c}\$\|tests/${file%.c} \|tests/$file" tests/*.mk tests/*/*.mk; then
			echo "$file: is not run"
		elif [ -n "$what" ]; then
			case $base in
			*.c) grep -q "^static void $what(void \*\*" "tests/$file" ;;
			*) grep -q "^[^#]*[\"' ]${what}[: ]" "tests/$file" ;;
			esac || echo "$file: nothing named $what"
		fi
	done
}

is 'each fault has its tests, and they exist' "$(judge doc/faults.md)" ''
tmp=$(mktemp) || exit 99
trap 'rm -f "$tmp"' EXIT
sed -e '/^| 5 |/d' -e 's/test_hub_race/test_hub_rice/; s/:one_holder/:no_holder/; s/faults.sh:24/faults.sh:99/' doc/faults.md >"$tmp"
is 'one without, and tests that do not exist, are found' "$(judge "$tmp" | sort)" 'fault 5 has no test
shell/faults.sh: nothing named 99
unit/test_hub_claims.c: nothing named no_holder
unit/test_hub_rice.c: no such test'
done_testing
