#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict-keys(7) says what the tables say; verdict.conf(5) names every option, style, attribute and map. UPDATE=1
# writes the first anew.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=$(cd "${builddir:-.}" && pwd)
. "$srcdir/tests/tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
"$builddir/tests/screen/keys_page" >"$tmp/keys.7"
[ "${UPDATE:-0}" = 1 ] && cp "$tmp/keys.7" "$srcdir/doc/verdict-keys.7"
check 'verdict-keys(7) is what the tables say' diff -u "$srcdir/doc/verdict-keys.7" "$tmp/keys.7"
page=$srcdir/doc/verdict.conf.5
for s in $(awk '$1 == "style" { print $2 }' "$srcdir/data/theme.conf" | sort -u); do
	check "verdict.conf(5) names the style $s" grep -qw -e "$(echo "$s" | sed 's/-/\\\\-/g')" "$page"
done
for m in $(awk '$1 == "bind" { print $2 }' "$srcdir/data/keys.conf" | sort -u); do
	check "verdict.conf(5) names the map $m" grep -qw "$m" "$page"
done
if command -v mandoc >/dev/null; then
	for p in verdict-keys.7 verdict.conf.5; do
		check "$p is clean" mandoc -T lint -W warning "$srcdir/doc/$p"
	done
else
	skip 'the pages are clean' 'no mandoc'
fi
done_testing
