#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys typed before the form was painted decide nothing; a full disk saves nothing and loses nothing.
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

# try NAME LINES…: a script of these lines passes
try() {
	what=$1
	shift
	{ echo 'clock 2026-11-24T14:32:07+09:00'; for l; do echo "$l"; done; } >try.scr
	check "$what" "$console" run store try.scr
}

try 'v, 1 and Ctrl-S in one burst sign nothing' 'open 81270' 'type-ahead v1<Ctrl-S>' \
	'expect "keys typed before this was painted were ignored"' 'expect "( ) verified"' \
	'journal' 'expect "Nothing is in the journal yet."'
try 'an outcome and Ctrl-S in one burst sign nothing' 'open 81270' 'keys v' 'type-ahead 1<Ctrl-S>' \
	'expect "not signed"' 'journal' 'expect "Nothing is in the journal yet."' 'keys <Esc>' 'discard' \
	'expect "forgotten"'
try 'a draft is offered at the next start' 'open 81204' 'keys v 2' 'type "half"'
try 'and goes on where it was' 'expect "a draft on 81204 is waiting"' 'open 81204' 'keys v' 'expect "half"' \
	'expect "(•) partially verified"'
: >FULL
try 'a full disk: not saved, everything kept' 'open 81204' 'keys v' 'expect "half"' 'keys <Ctrl-S>' \
	'expect "not saved: disk full"' 'expect "half"' 'expect "(•) partially verified"'
rm FULL
try 'then it is saved' 'open 81204' 'keys v' 'expect "half"' 'keys <Ctrl-S>' 'expect "saved 14:32:07"' \
	'journal' 'expect "partially verified"' 'verify' 'expect "1 records in"' 'expect "all hold"'

try 'evidence opened from the form is listed in it' 'open 81228' 'keys v' 'expect "nothing of the evidence yet"' \
	'keys e' 'expect "1 of 4"' 'keys <Esc>' 'expect "looked at  iti-18-request.xml"'

PASSPHRASE=open-sesame
export PASSPHRASE
check 'sealed store' "$console" import sealed "$srcdir/data/sample-event" P01
{
	echo 'open 81270'
	echo 'keys v 1 <Ctrl-S>'
	echo 'expect "passphrase of your key"'
	echo 'type "wrong"'
	echo 'expect-not "wrong"'
	echo 'keys <Enter>'
	echo 'expect "that is not it"'
	echo 'type "open-sesame"'
	echo 'keys <Enter>'
	echo 'expect "not sent yet"'
	echo 'journal'
	echo 'expect "unsent 1"'
} >sealed.scr
check 'a sealed key asks for its passphrase' "$console" run sealed sealed.scr
{
	echo 'open 81228'
	echo 'keys v 1 <Ctrl-S> <Esc>'
	echo 'expect "not saved: the key stays locked"'
	echo 'expect "(•) verified"'
} >locked.scr
check 'no passphrase, nothing saved, nothing lost' "$console" run sealed locked.scr
done_testing
