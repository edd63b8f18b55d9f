#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bundles: written with the reading back, against a copy of the same records and evidence that is synced and compared; and
# taken by a hub, against the same records by HTTP. Of the evidence one half is text and the other cannot be packed.
# Environment: as bench.sh; parts of BENCH_ONLY: write, take.
# shellcheck disable=SC2034,SC2154 # variables of common.sh
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict verdictd=$builddir/verdictd
if [ -n "${BENCH_QUICK:-}" ]; then
	pairs=${BENCH_PAIRS:-3} records=2000 items=2 megabytes=32 batches=10
else
	pairs=${BENCH_PAIRS:-3} records=100000 items=8 megabytes=125 batches=50
fi
size=$records largest=$records

. "$srcdir/tests/bench/common.sh"

any write take || exit 0
if ! command -v jq > /dev/null; then
	say "bundles: skipped, no jq here"
	exit 0
fi
served=
trap 'kill $served 2> /dev/null; rm -rf "$work"' EXIT
d() { "$verdictd" --store "$work/hub" --quiet "$@"; }
serve() {
	: > "$work/log"
	"$verdictd" --store "$work/hub" serve --listen 127.0.0.1:0 --plain --limit-key 0 --limit-address 0 2> "$work/log" &
	served=$!
	i=0
	until grep -q 'event=ready' "$work/log"; do
		i=$((i + 1))
		if [ $i -gt 400 ] || ! kill -0 "$served" 2> /dev/null; then die "the hub does not serve: $(cat "$work/log")"; fi
		sleep 0.025
	done
}
stop() {
	kill "$served"
	wait "$served"
	served=
}
code() { d enrol "${1:-P01}" --role monitor 2> /dev/null | head -n 1; }
seconds() { "$here/timed" "$@" > "$work/timed" || die "$*: $(cat "$work/timed")"; field wall_ms < "$work/timed"; }

# The first TIs list so many items, whose bodies are beside.
with_evidence() {
	"$here/genpack" --seed 1 --instances "$((records < 20000 ? 1000 : records / 20))" "$work/pack" > /dev/null || die "genpack failed"
	list=
	for n in $(seq "$items"); do
		if [ $((n % 2)) -eq 0 ]; then
			head -c "$((megabytes * 1000000))" /dev/urandom > "$work/body$n"
		else
			for f in $(seq 1000); do cat "$srcdir"/data/sample-event/*.json; echo "$n.$f"; done 2> /dev/null |
				head -c "$((megabytes * 1000000))" > "$work/body$n"
		fi
		sum=$(sha256sum "$work/body$n" | cut -d ' ' -f 1)
		list="$list $sum"
	done
	# shellcheck disable=SC2086 # digests
	jq -c --argjson size "$((megabytes * 1000000))" '. as $ti | (input_line_number - 1) as $i | ($ARGS.positional[$i]) as $sum |
		if $sum then .evidence = [{n: 1, sha256: $sum, size: $size, name: "body.bin"}] else . end' \
		"$work/pack/instances.ndjson" --args $list > "$work/lines" || die "jq failed"
	mv "$work/lines" "$work/pack/instances.ndjson"
}

bench_write() {
	with_evidence
	rm -rf "$work/hub"
	d import pack "$work/pack" > "$work/log" 2>&1 || die "import: $(cat "$work/log")"
	serve
	"$verdict" --store "$work/P04" --quiet join "$(code P04)" > "$work/join" 2>&1 || die "join: $(cat "$work/join")"
	# shellcheck disable=SC2046 # names without blanks
	"$here/genbundle" "$(code P01)" - "$records" "$work/in.bundle" $(seq -f "$work/body%.0f" "$items") || die "genbundle failed"
	stop
	"$verdict" --store "$work/P04" bundle read "$work/in.bundle" > "$work/read" 2>&1 || die "read: $(cat "$work/read")"
	rm "$work"/body*	# the bundle that came holds the same records and bodies, open and unpacked
	for _ in $(seq "$pairs"); do
		rm -f "$work/out.bundle" "$work/copy"
		sync
		seconds "$verdict" --store "$work/P04" --quiet bundle write --all --evidence "$work/out.bundle" >> "$work/write.b"
		sync
		seconds sh -c 'dd if="$1" of="$2" bs=1M conv=fsync status=none && cmp "$1" "$2"' - "$work/in.bundle" "$work/copy" \
			>> "$work/write.a"
	done
	say "bundle of $(wc -c < "$work/out.bundle") bytes, the source $(wc -c < "$work/in.bundle"); $("$verdict" --store "$work/P04" bundle verify "$work/out.bundle" 2>&1 |
		tail -n 1)"
	pair "copy, sync, compare / write, read back" "$work/write.a" "$work/write.b" ">=" 0.5 ms
	rm -rf "$work/P04" "$work/in.bundle" "$work/out.bundle" "$work/copy"
}

bench_take() {
	rm -rf "$work/pack"
	"$here/genpack" --seed 1 --instances 1000 "$work/pack" > /dev/null || die "genpack failed"
	for _ in $(seq "$pairs"); do
		rm -rf "$work/hub" "$work/in.bundle"
		d import pack "$work/pack" > "$work/log" 2>&1 || die "import: $(cat "$work/log")"
		serve
		"$here/genbundle" "$(code)" - "$((batches * 200))" "$work/in.bundle" || die "genbundle failed"
		code > "$work/codes"
		"$here/hubload" batches "$work/codes" - "$batches" > "$work/load" || die "hubload failed"
		awk -v n="$((batches * 200))" '$1 == "us" { print $2 * n / 1000 }' "$work/load" >> "$work/take.a"
		seconds "$verdictd" --store "$work/hub" --quiet take --no-receipts "$work/in.bundle" >> "$work/take.b"
		stop
	done
	size=$((batches * 200))
	largest=$size
	pair "by HTTP / verdictd take" "$work/take.a" "$work/take.b" ">=" 0.5 ms
}

head_line records
for part in write take; do
	if wanted "$part"; then "bench_$part"; fi
done
[ "$over" -eq 0 ]
