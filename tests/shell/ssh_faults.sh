# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests of an OpenSSH server behind the proxy that makes trouble. Set $via, the way, before `mended`.
. "${srcdir:-.}/tests/shell/ssh_common.sh"
. "$srcdir/tests/shell/proxy.sh"
small=
trap '[ -z "$ssh_pid" ] || kill "$ssh_pid" 2>/dev/null; [ -z "$served" ] || kill -9 "$served" 2>/dev/null
	[ -z "$proxy_pid" ] || kill "$proxy_pid" 2>/dev/null; [ -z "$console" ] || kill "$console" 2>/dev/null
	[ -z "$small" ] || umount "$small" 2>/dev/null; rm -rf "$tmp"' EXIT
# v WHO WORD…: verdict on that person's store
v() {
	who=$1
	shift
	timeout 120 "$verdict" --store "$tmp/$who" --config "$tmp/verdict.conf" "$@" 8>&- 9>&-
}
made=0
comment() {	# a record more; $made counts all
	made=$((made + 1))
	v P01 -q comment "$ti" -m "$1" >"$tmp/out" 2>&1 || not_ok 'a comment is saved' "$(cat "$tmp/out")"
}
left() { v P01 --json journal | jq '[.[] | select(.state != "received")] | length'; }
at_hub() { d --json verify 8>&- 9>&- | jq '.records'; }
mended() {	# FAULT WHAT
	trouble clear
	if v P01 sync --via "$via" >"$tmp/out" 2>&1 && [ "$(left)" -eq 0 ]; then
		mended=$((mended + 1))
	else
		not_ok "$1: $2: the next exchange is whole" "$(cat "$tmp/out")"
	fi
}
