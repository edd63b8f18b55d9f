#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, with each compiler at hand, and guards itself against a second inclusion.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99
# the only library whose header lies in a folder of its own
pq=$(pkg-config --cflags libpq)
headers=$(find include src -name '*.h' | LC_ALL=C sort)

alone() {
	cc=$1
	shift
	for h in "$@"; do
		# shellcheck disable=SC2086 # flags
		printf '#include "%s"\n#include "%s"\n' "$h" "$h" |
			"$cc" -std=gnu11 -fsyntax-only -Wall -Wextra -Werror -D_GNU_SOURCE -Iinclude -I. $pq \
				-x c - 2>&1 | sed "s|^|$h: |"
	done
}

some=no
for cc in gcc clang; do
	command -v "$cc" > /dev/null || continue
	some=yes
	# shellcheck disable=SC2086 # a list of names without blanks
	is "each header compiles alone with $cc" "$(alone "$cc" $headers)" ""
done
[ "$some" = yes ] || skip "each header compiles alone" "neither gcc nor clang here"

unguarded=$(for h in $headers; do
	grep -q '^#ifndef [A-Z_0-9]*_H$' "$h" || echo "$h"
done)
is "each header has its guard" "$unguarded" ""
doubled=$(for h in $headers; do sed -n 's/^#ifndef \([A-Z_0-9]*_H\)$/\1/p' "$h"; done | sort | uniq -d)
is "no two headers share a guard" "$doubled" ""
done_testing
