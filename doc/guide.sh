#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes doc/guide.md on standard output: the words of guide.in.md with the screens that guide.script shows.
# usage: srcdir=SOURCE builddir=BUILD sh doc/guide.sh >doc/guide.md
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
LC_ALL=C.UTF-8
export LC_ALL
"$builddir/verdict" --store "$tmp/store" --quiet join "$srcdir/data/sample-event" --as P01
"$builddir/verdict" --store "$tmp/store" --clock 2026-11-24T05:32:07Z --script "$srcdir/doc/guide.script" >"$tmp/screens"
awk '
	NR == FNR && /^@@ / { name = $2; next }
	NR == FNR { screen[name] = screen[name] "    " $0 "\n"; next }
	/^@screen / {
		if (!($2 in screen)) { print "no screen " $2 >"/dev/stderr"; bad = 1 }
		printf "%s", screen[$2]
		next
	}
	{ print }
	END { exit bad }' "$tmp/screens" "$srcdir/doc/guide.in.md" | sed 's/[ ]*$//'
