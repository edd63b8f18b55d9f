# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests of the hub behind the proxy that makes trouble (tests/fault/proxy.c). Source hub_common.sh before.
proxy_pid=
trap '[ -z "$served" ] || kill -9 "$served" 2>/dev/null; [ -z "$proxy_pid" ] || kill "$proxy_pid" 2>/dev/null
	[ -z "$console" ] || kill "$console" 2>/dev/null; rm -rf "$tmp"' EXIT

# proxy_start SEED: $proxy is its port
proxy_start() {
	mkfifo "$tmp/proxy-in" "$tmp/proxy-out"
	"$builddir/tests/fault/proxy" "$1" <"$tmp/proxy-in" >"$tmp/proxy-out" &
	proxy_pid=$!
	exec 8>"$tmp/proxy-in" 9<"$tmp/proxy-out"
	read -r proxy <&9
}

# trouble WORD…: a line for the proxy; what it answers is in $told: connections, bytes up, bytes down, connections with a fault
trouble() {
	echo "$*" >&8
	read -r told <&9
	case $told in
	what*) not_ok "the proxy understands: $*" "$told" ;;
	esac
}

# faults_from_here, then struck: $struck is how many connections met a fault since
faults_from_here() {
	trouble count
	faults_before=${told##* }
}
struck() {
	trouble count
	struck=$((${told##* } - faults_before))
}
