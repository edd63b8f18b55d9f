#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Test instance, evidence, verdict form and journal as text, on the sample event. UPDATE=1 writes what is seen.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
here=$srcdir/tests/screen/views
console=$builddir/tests/screen/console
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export VERDICT_READER="$builddir/verdict-reader" HOME="$tmp" LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME NO_COLOR

# Keys are random, and with them rids and signatures.
plain() { sed -e 's/([A-Za-z0-9_-]\{6\}\(…\|~\))/(KEY-ID\1)/' -e 's/[0-9a-f]\{64\}/DIGEST/' "$1"; }

# run NAME PERSON [COLS ROWS [ascii]]: the script, then every screen that it saved
run() {
	name=$1 person=$2
	shift 2
	mkdir "$tmp/$name"
	check "$name: store" "$console" import "$tmp/$name/store" "${sample:-$srcdir/data/sample-event}" "$person"
	cd "$tmp/$name" || exit 1
	! [ -f "$here/$name.conf" ] || cp "$here/$name.conf" verdict.conf
	! [ -f "$here/$name.json" ] || cp "$here/$name.json" store/ways.json
	check "$name: script" "$console" run store "$here/$name.scr" "$@"
	for got in *.txt; do
		plain "$got" >"$got.plain"
		if [ "${UPDATE:-0}" = 1 ]; then
			cp "$got.plain" "$here/$got"
		fi
		check "$name: $got" diff -u "$here/$got" "$got.plain"
	done
	cd "$tmp" || exit 1
}

case $console in /*) ;; *) console=$PWD/$console; VERDICT_READER=$PWD/$VERDICT_READER ;; esac
run instance P01
run evidence P01
run look P01
run picture P01
run reading P01
run ways P01
# the same event, in which steps want another transaction than was sent
cp -r "$srcdir/data/sample-event" "$tmp/astray-event"
chmod -R u+w "$tmp/astray-event"
sed -i 's/"transaction": *"ITI-8"/"transaction": "ITI-9"/' "$tmp/astray-event/catalogue.json"
sample=$tmp/astray-event
run astray P01
sample=
run verdict P01
run blocked P02
run results P10
run carriers P01
run ascii P01 80 24 ascii
done_testing
