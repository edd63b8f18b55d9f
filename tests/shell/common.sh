# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For the tests of the command line: a folder of their own, a store made from the sample event, a still clock.
. "${srcdir:=.}/tests/tap.sh"
: "${builddir:=.}"
verdict=$builddir/verdict
sample=$srcdir/data/sample-event
clock=2026-11-24T05:32:07Z
tmp=$(mktemp -d) || exit 99
# the console process that a test started, to be ended with it
console=
# a signal ends a test as its own end does, so that what it started is ended too
trap 'exit 143' HUP INT TERM
trap '[ -z "$console" ] || kill "$console" 2>/dev/null; rm -rf "$tmp"' EXIT
unset VERDICT_STORE NO_COLOR XDG_DATA_HOME XDG_CONFIG_HOME VERDICT_READER
HOME=$tmp/home LC_ALL=C.UTF-8 TERM=xterm
export HOME LC_ALL TERM
store=$tmp/store

# v WORD…: verdict on the test's store
v() { "$verdict" --store "$store" --clock "$clock" "$@"; }

# exits CODE NAME COMMAND…: the exit code, and what it wrote in $out and $err
exits() {
	want=$1 name=$2
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	out=$(cat "$tmp/out") err=$(cat "$tmp/err")
	if [ "$got" -eq "$want" ]; then ok "$name"; else not_ok "$name" "exited $got, not $want: $*" "$out" "$err"; fi
}

# has NAME TEXT WORDS: TEXT holds WORDS
has() {
	case $2 in
	*"$3"*) ok "$1" ;;
	*) not_ok "$1" "wanted: $3" "got: $2" ;;
	esac
}

lacks() {
	case $2 in
	*"$3"*) not_ok "$1" "not wanted: $3" "got: $2" ;;
	*) ok "$1" ;;
	esac
}

joined() {	# a store with the sample event, as P01
	"$verdict" --store "$store" --quiet join "$sample" --as P01 >"$tmp/out" 2>&1 && return
	not_ok 'the sample event is imported' "$(cat "$tmp/out")"
	done_testing
}

# is there a terminal to be had? Not in every container.
have_pty() { command -v script >/dev/null 2>&1 && [ "$(script -qec 'echo yes' /dev/null </dev/null 2>/dev/null | tr -d '\r')" = yes ]; }

esc=$(printf '\033')
