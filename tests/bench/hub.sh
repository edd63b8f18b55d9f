#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's core in one process, each measure as a ratio to a floor run in turn with it. Environment: as bench.sh; parts
# of BENCH_ONLY: hub, first.
# shellcheck disable=SC2034,SC2154 # variables of common.sh
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
if [ -n "${BENCH_QUICK:-}" ]; then
	size=${BENCH_SIZES:-2000} pairs=${BENCH_PAIRS:-3}
else
	size=${BENCH_SIZES:-10000} pairs=${BENCH_PAIRS:-11}
fi
size=${size##* } largest=$size

. "$srcdir/tests/bench/common.sh"

any hub first || exit 0

# floor MODE COUNT: one run in a new folder
floor() {
	rm -rf "$work/hub"
	"$here/hubfloor" "$1" "$work/hub" "$2" || die "hubfloor $1 failed"
}

# rates A B: from microseconds a record of the hub and of the floor to records a millisecond
per_ms() { awk '$1 == "us" { print 1000 / $2 }'; }

bench_hub() {
	for _ in $(seq "$pairs"); do
		floor hub "$size" | per_ms >> "$work/hub.a"
		floor floor "$size" | per_ms >> "$work/hub.b"
		floor again "$size" | per_ms >> "$work/again.a"
		floor lookup "$size" | per_ms >> "$work/again.b"
		floor many "$((size / 4))" > "$work/many"
		floor one "$((size / 4))" > "$work/one"
		per_ms < "$work/many" >> "$work/many.a"
		per_ms < "$work/one" >> "$work/many.b"
		field p99 < "$work/many" >> "$work/p99.a"
		field p50 < "$work/one" >> "$work/p99.b"
	done
	pair "ingest, batches of 200 / floor" "$work/hub.a" "$work/hub.b" ">=" 0.6 "/ms"
	pair "known records / hash and look-up" "$work/again.a" "$work/again.b" ">=" 0.4 "/ms"
	pair "40 callers / a commit a record" "$work/many.a" "$work/many.b" ">=" 1 "/ms"
	pair "p99 of 40 callers / one commit" "$work/p99.a" "$work/p99.b" "<=" 20 ms
}

# The first sync of so many TIs and records into a new console, then the rows of it as plain inserts
bench_first() {
	"$here/genpack" --seed 1 --instances "$size" "$work/pack" > /dev/null || die "genpack failed"
	for i in $(seq "$(((pairs + 1) / 2))"); do
		rm -rf "$work/console"
		"$here/firstsync" "$work/pack" "$work/console" "$size" > "$work/first" || die "firstsync failed"
		rm -f "$work"/raw.db*
		"$here/rawinsert" "$work/console/verdict.db" "$work/raw.db" > "$work/raw" || die "rawinsert failed"
		field sync_ms < "$work/first" | awk -v n="$size" '{ print n / $1 }' >> "$work/first.a"
		# the slower of the two floors
		{ field sign_ms < "$work/first"; field insert_ms < "$work/raw"; } | sort -n |
			awk -v n="$size" '{ ms = $1 } END { print n / ms }' >> "$work/first.b"
	done
	pair "first sync / slower floor" "$work/first.a" "$work/first.b" ">=" 0.5 "/ms"
}

head_line records
for part in hub first; do
	if wanted "$part"; then "bench_$part"; fi
done
[ "$over" -eq 0 ]
