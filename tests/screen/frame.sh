#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Queue, help, palette, prompt and welcome as text, on the sample event. UPDATE=1 writes what is seen.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=$(cd "${builddir:-.}" && pwd)
. "$srcdir/tests/tap.sh"
here=$srcdir/tests/screen/frame
console=$builddir/tests/screen/console
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export VERDICT_READER="$builddir/verdict-reader" HOME="$tmp" LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME NO_COLOR

# run NAME [COLS ROWS [ascii]]: the script, then every screen that it saved
run() {
	name=$1 pack=$srcdir/data/sample-event person=P01
	[ "$name" = welcome ] && pack=- person=-
	shift
	mkdir "$tmp/$name"
	check "$name: store" "$console" import "$tmp/$name/store" "$pack" "$person"
	cd "$tmp/$name" || exit 1
	{ echo 'clock 2026-11-24T14:32:07+09:00'; cat "$here/$name.scr"; } >run.scr
	check "$name: script" "$console" run store run.scr "$@"
	for got in *.txt; do
		[ "${UPDATE:-0}" = 1 ] && cp "$got" "$here/$got"
		check "$name: $got" diff -u "$here/$got" "$got"
	done
	cd "$tmp" || exit 1
}

run queue
run around
run ascii 80 24 ascii
run welcome
LC_ALL=C
export LC_ALL
cd "$tmp/ascii" || exit 1
check 'a C locale paints the same plain screens' "$console" run store run.scr 80 24
check 'nothing but ASCII in a C locale' sh -c '! LC_ALL=C grep -q "[^ -~]" ascii-queue.txt ascii-help.txt'
done_testing
