#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Twenty test instances graded from the queue, with at most five keys each; then each verdict is in the journal.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=$(cd "${builddir:-.}" && pwd)
. "$srcdir/tests/tap.sh"
console=$builddir/tests/screen/console
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export VERDICT_READER="$builddir/verdict-reader" HOME="$tmp" LC_ALL=C.UTF-8
cd "$tmp" || exit 1

check store "$console" import store "$srcdir/data/sample-event" P01
{
	echo 'clock 2026-11-24T14:32:07+09:00'
	echo 'keys <Enter> v 1 <Ctrl-S>'
	echo 'expect "saved 14:32:07 · not sent yet · n next in queue"'
	i=1
	while [ $i -lt 20 ]; do
		echo 'keys n v 1 <Ctrl-S>'
		echo 'expect "saved 14:32:07 · not sent yet · n next in queue"'
		i=$((i + 1))
	done
	echo 'journal'
	echo 'save-screen journal.txt'
	echo 'verify'
	echo 'expect "20 records in"'
	echo 'expect "all hold"'
} >grade.scr
check 'twenty verdicts, four keys each' "$console" run store grade.scr 80 40
is 'twenty different test instances' "$(grep -c ' verified .* unsent' journal.txt)" 20
is 'none twice' "$(awk '/ verified .* unsent/ { print $(NF - 1) }' journal.txt | sort -u | wc -l)" 20
# What was saved is there for the next start.
printf 'expect "unsent"\njournal\nverify\nexpect "20 records in"\n' >again.scr
check 'found again' "$console" run store again.scr
done_testing
