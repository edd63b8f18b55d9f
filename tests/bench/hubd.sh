#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A hub that serves on loopback under loads of many consoles, and two consoles on one hub; server and load on a core
# each. Environment: as bench.sh; parts of BENCH_ONLY: http, crowd, live.
# shellcheck disable=SC2034,SC2154 # variables of common.sh
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict verdictd=$builddir/verdictd
if [ -n "${BENCH_QUICK:-}" ]; then
	pairs=${BENCH_PAIRS:-3} batches=2 singles=10 changes=20 seconds=3
else
	pairs=${BENCH_PAIRS:-11} batches=10 singles=30 changes=100 seconds=10
fi
size=200 largest=200

. "$srcdir/tests/bench/common.sh"

any http crowd live || exit 0
served='' hello=''
trap 'kill $served $hello 2> /dev/null; rm -rf "$work"' EXIT

# The server on one processor and the load on another, where there are two.
on_server() { if [ -n "$cores" ]; then taskset -c "${cores% *}" "$@"; else "$@"; fi; }
on_load() { if [ -n "$cores" ]; then taskset -c "${cores#* }" "$@"; else "$@"; fi; }
cores=
if command -v taskset > /dev/null && [ "$(nproc)" -ge 2 ] && taskset -c 0,1 true 2> /dev/null; then cores='0 1'; fi

d() { "$verdictd" --store "$work/hub" --quiet "$@"; }

# serve WORD…: a new hub; $base is its address
serve() {
	rm -rf "$work/hub"
	d import pack "$work/pack" > "$work/log" 2>&1 || die "import: $(cat "$work/log")"
	: > "$work/log"
	if [ -n "$cores" ]; then
		taskset -c "${cores% *}" "$verdictd" --store "$work/hub" serve --listen 127.0.0.1:0 "$@" 2> "$work/log" &
	else
		"$verdictd" --store "$work/hub" serve --listen 127.0.0.1:0 "$@" 2> "$work/log" &
	fi
	served=$!
	i=0
	until grep -q 'event=ready' "$work/log"; do
		i=$((i + 1))
		if [ $i -gt 400 ] || ! kill -0 "$served" 2> /dev/null; then die "the hub does not serve: $(cat "$work/log")"; fi
		sleep 0.025
	done
	base=$(sed -n 's/.*event=ready address="\([^"]*\)".*/\1/p' "$work/log")
}
stop() {
	kill "$served"
	wait "$served"
	served=
}

# codes N [PERSON]: so many new enrolment codes in $work/codes
codes() {
	for _ in $(seq "$1"); do
		d enrol "${2:-P01}" --role monitor 2> /dev/null | head -n 1
	done > "$work/codes"
}
load() { on_load "$here/hubload" "$1" "$work/codes" "$2" "$3" > "$work/load" || die "hubload $1 failed"; }
per_ms() { awk -v n="$1" '$1 == n { print 1000 / $2 }'; }
floor() {
	rm -rf "$work/floor"
	on_server "$here/hubfloor" "$1" "$work/floor" "$2" > "$work/floor.out" || die "hubfloor $1 failed"
}
# requests URL: answers a second under wrk; everything but 2xx and 3xx ends the benchmark
requests() {
	on_load wrk -t 1 -c 16 -d 1 "$1" > "$work/wrk" || die "wrk: $(cat "$work/wrk")"
	if grep -q 'Non-2xx' "$work/wrk"; then die "wrk: $(grep 'Non-2xx' "$work/wrk")"; fi
	awk '$1 == "Requests/sec:" { print $2 / 1000 }' "$work/wrk"
}

bench_get() {
	if ! command -v wrk > /dev/null; then
		say "small GET / libmicrohttpd: skipped, no wrk here"
		return
	fi
	mkfifo "$work/end"
	on_server "$here/hellohttp" < "$work/end" > "$work/port" &
	hello=$!
	exec 9> "$work/end"
	until [ -s "$work/port" ]; do sleep 0.02; done
	for _ in $(seq "$pairs"); do
		requests "$base/v1/hello" >> "$work/get.a"
		requests "http://127.0.0.1:$(cat "$work/port")/" >> "$work/get.b"
	done
	exec 9>&-
	wait "$hello"
	hello=
	pair "small GET / libmicrohttpd hello" "$work/get.a" "$work/get.b" ">=" 0.4 "/ms"
}

bench_http() {
	serve --plain --limit-key 0 --limit-address 0
	bench_get
	for _ in $(seq "$pairs"); do
		codes 4
		load batches - "$batches"
		per_ms us < "$work/load" >> "$work/push.a"
		per_ms again_us < "$work/load" >> "$work/again.a"
		floor floor "$((batches * 800))"
		per_ms us < "$work/floor.out" >> "$work/push.b"
		floor lookup "$((batches * 800))"
		per_ms us < "$work/floor.out" >> "$work/again.b"
		codes 40
		load single - "$singles"
		per_ms us < "$work/load" >> "$work/single.a"
		field p99 < "$work/load" >> "$work/p99.a"
		floor one "$((singles * 40))"
		per_ms us < "$work/floor.out" >> "$work/single.b"
		field p50 < "$work/floor.out" >> "$work/p99.b"
	done
	stop
	pair "HTTP, batches of 200 / floor" "$work/push.a" "$work/push.b" ">=" 0.6 "/ms"
	pair "HTTP, sent again / hash, look up" "$work/again.a" "$work/again.b" ">=" 0.4 "/ms"
	pair "HTTP, 40 consoles / commit a record" "$work/single.a" "$work/single.b" ">=" 1 "/ms"
	pair "HTTP, p99 of 40 / one commit" "$work/p99.a" "$work/p99.b" "<=" 20 ms
}

# With TLS and the limits as they are
bench_crowd() {
	serve
	codes 200
	load storm "$work/hub/tls/hub.pem" 50
	plain "200 at once, p99 of a push" "$(field p99 < "$work/load")" ms "<=" 5000
	plain "200 at once, all sent and proven" "$(field all_ms < "$work/load")" ms "<=" 30000
	plain "200 at once, records lost" "$(field lost < "$work/load")" "" "<=" 0
	stop
	serve
	codes 240
	on_load "$here/hubload" crowd "$work/codes" "$work/hub/tls/hub.pem" "$seconds" "$served" > "$work/load" ||
		die "hubload crowd failed"
	plain "hub's memory, 200 idle and 40 active" "$(field rss_mib < "$work/load")" MiB "<=" 64
	stop
}

bench_live() {
	if [ ! -x "$here/live" ]; then
		say "seen by a colleague: skipped, built without libvterm"
		return
	fi
	serve
	for who in P01 P04; do
		codes 1 $who
		"$verdict" --store "$work/$who" --quiet join "$(cat "$work/codes")" > "$work/join" 2>&1 || die "join: $(cat "$work/join")"
	done
	ti=$("$verdict" --store "$work/P01" queue --json --limit 1 | grep -o '"id": *"[^"]*"' | head -n 1 | cut -d '"' -f 4)
	"$here/live" "$changes" "$ti" "$verdict" "$work/P01" "$work/P04" | field seen_ms > "$work/seen"
	[ "$(wc -l < "$work/seen")" -eq "$changes" ] || die "a change was not seen"
	plain "seen on a colleague's screen, median" "$(middle < "$work/seen")" ms "<=" 250
	plain "seen on a colleague's screen, p99" "$(high < "$work/seen")" ms "<=" 250
	stop
}

"$here/genpack" --seed 1 --instances 1000 "$work/pack" > /dev/null || die "genpack failed"
head_line consoles
for part in http crowd live; do
	if wanted "$part"; then "bench_$part"; fi
done
[ "$over" -eq 0 ]
