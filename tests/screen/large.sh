#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A queue longer than the row cache: walking, paging, jumping, filtering settle, and come back to the same rows.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=$(cd "${builddir:-.}" && pwd)
. "$srcdir/tests/tap.sh"
console=$builddir/tests/screen/console
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export HOME="$tmp" LC_ALL=C.UTF-8
cd "$tmp" || exit 1
check pack "$builddir/tests/bench/genpack" --seed 3 --instances 3000 pack
check store "$console" import store pack P01
j10=jjjjjjjjjj
{
	echo 'scope all'
	echo 'sort id'
	echo 'expect "1 of 3000"'
	echo 'save-screen first.txt'
	i=0
	while [ $i -lt 30 ]; do echo "keys $j10"; i=$((i + 1)); done
	echo 'expect "301 of 3000"'
	echo 'expect-not "..."'
	echo 'keys "<PgDn><PgDn><PgDn><PgDn><PgUp>"'
	echo 'type-ahead "<PgDn><PgDn><PgDn><PgDn><PgDn><PgDn>"'
	echo 'expect-not "..."'
	echo 'keys G'
	echo 'expect "3000 of 3000"'
	echo 'expect-not "..."'
	echo 'keys /'
	echo 'type "id:100"'
	echo 'save-screen filtered.txt'
	echo 'keys "<Esc>"'
	echo 'expect "3000 of 3000"'
	echo 'keys g'
	echo 'save-screen again.txt'
	echo 'go 1500'
	echo 'expect "1500 of 3000"'
} >walk.scr
check 'the walk settles' "$console" run store walk.scr
sed '$d' first.txt >a
sed '$d' again.txt >b
check 'back at the first row everything is as it was' sh -c 'grep -v -- "──" a >a1; grep -v -- "──" b >b1; cmp a1 b1'
check 'the filter found something' grep -q '/id:100' filtered.txt
done_testing
