#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark of large evidence: made anew in a folder that is removed, opened in the console or parsed alone, each
# beside a program that people know (A,B,A,B). Environment: BENCH_QUICK=1 small files and few pairs, BENCH_PAIRS,
# BENCH_DIR (a folder with 4 GB free on the disk to be measured), BENCH_ONLY (parts, of log, bundle, capture, checks,
# dicom). Sizes in MB: BENCH_LOG, BENCH_BUNDLE, BENCH_DICOM; BENCH_EXCHANGES.
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict
if [ -n "${BENCH_QUICK:-}" ]; then
	pairs=${BENCH_PAIRS:-3} log=${BENCH_LOG:-50} bundle=${BENCH_BUNDLE:-2} dicom=${BENCH_DICOM:-50}
	exchanges=${BENCH_EXCHANGES:-5000}
else
	pairs=${BENCH_PAIRS:-7} log=${BENCH_LOG:-1000} bundle=${BENCH_BUNDLE:-20} dicom=${BENCH_DICOM:-500}
	exchanges=${BENCH_EXCHANGES:-100000}
fi
. "$srcdir/tests/bench/common.sh"

any log bundle capture checks dicom || exit 0

# Targets are for the full sizes.
sized() {
	size=$1 largest=
	[ -n "${BENCH_QUICK:-}" ] || largest=$1
}
have() { command -v "$1" > /dev/null; }
# limit NAME FILE UNIT TARGET: a row of the median of samples, without a probe
limit() { plain "$1" "$(middle < "$2")" "$3" "<=" "$4"; }
mib() { awk '{ print $1 / 1024 }'; }

# make_store FILE NAME: a store of few TIs, the first with this evidence
make_store() {
	rm -rf "$work/pack" "$work/store"
	"$here/genpack" --seed 1 --instances 20 --evidence 1 "$work/pack" > "$work/gen.log" 2>&1 || die "genpack failed"
	ln -f "$1" "$work/pack/evidence/0.json" || die "no link to $1"
	sed "1s/\"name\":\"answer.json\",\"kind\":\"http-log\",\"sha256\":\"[^\"]*\",\"size\":[0-9]*/\"name\":\"$2\",\"kind\":\"http-log\",\"sha256\":\"$(
		sha256sum < "$1" | cut -d ' ' -f 1)\",\"size\":$(wc -c < "$1")/" \
		"$work/pack/instances.ndjson" > "$work/patched" || die "the pack was not patched"
	mv "$work/patched" "$work/pack/instances.ndjson"
	store=$work/store
	"$verdict" --store "$store" join "$work/pack" --as P01 > "$work/join.log" 2>&1 || die "join: $(cat "$work/join.log")"
	rm -rf "$work/pack"
}

# look KEYS [OPTION…]: the console, its first TI open and its reader ready, then the keys
look() {
	keys=$1
	shift
	tty "$@" -m Benchmark -k ":,open 100001,ENTER@100001,~250,$keys" -- "$verdict" --store "$store"
}

bench_log() {
	file=$work/log
	"$here/genevidence" log "$file" "$log" || die "genevidence failed"
	make_store "$file" big.log
	nowhere=this-text-is-not-in-the-log
	for i in $(seq "$pairs"); do
		look "e@the first line,~200,END@the last line" > "$work/o.$i" || die "the console did not start"
		field key e < "$work/o.$i" >> "$work/first.a"
		field key END < "$work/o.$i" >> "$work/last.a"
		tty -m "the first line" -- less "$file" | field first_ms >> "$work/first.b"
	done
	for i in $(seq "$(((pairs + 1) / 2))"); do
		# the rows are counted by then, as the probe has read the file once
		look "e@the first line,~4000,END@the last line,/,$nowhere,ENTER@is not in here" > "$work/o.$i"
		field key ENTER < "$work/o.$i" | tail -n 1 >> "$work/find.a"
		field anon_kib < "$work/o.$i" >> "$work/anon"
		"$here/memfind" "$file" "$nowhere" | field find_ms >> "$work/find.b"
		tty -t 120000 -m "the first line" -k "/$nowhere,ENTER@not found" -- less "$file" |
			field key ENTER >> "$work/less.b"
		# three searches, one behind the other, and keys that do not wait for them
		look "e@the first line,/,$nowhere,ENTER,DOWN*20,n,DOWN*20,n,DOWN*20" -q 2 > "$work/o.$i"
		field key DOWN < "$work/o.$i" | answered >> "$work/keys"
	done
	sized "${log}M"
	pair "log, first screen / less" "$work/first.a" "$work/first.b" "<=" 2 ms
	limit "log, last line, right after" "$work/last.a" ms 50
	pair "log, failing search / memmem" "$work/find.a" "$work/find.b" "<=" 3 ms
	pair "log, failing search / less" "$work/find.a" "$work/less.b" "<=" 0.05 ms
	plain "log, keys while searching, p99" "$(high < "$work/keys")" ms "<=" 8
	plain "log, anonymous memory" "$(mib < "$work/anon" | high)" MiB "<=" 32
	rm -rf "$work"/*.a "$work"/*.b "$work/keys" "$work/anon" "$file" "$store"
}

bench_bundle() {
	file=$work/bundle
	"$here/genevidence" bundle "$file" "$bundle" || die "genevidence failed"
	make_store "$file" bundle.json
	for i in $(seq "$pairs"); do
		look "e@Observation" > "$work/o.$i" || die "the console did not start"
		field key e < "$work/o.$i" >> "$work/first.a"
		"$here/outline" "$file" > "$work/o.$i"
		field outline_ms < "$work/o.$i" >> "$work/all.a"
		field anon_kib < "$work/o.$i" >> "$work/anon"
		have jq && "$here/timed" jq . "$file" | field wall_ms >> "$work/all.b"
	done
	sized "${bundle}M"
	limit "Bundle, first screen" "$work/first.a" ms 50
	if have jq; then
		pair "Bundle, whole outline / jq" "$work/all.a" "$work/all.b" "<=" 1 ms
	else
		say "Bundle, whole outline / jq: skipped, no jq here; $(middle < "$work/all.a") ms"
	fi
	plain "Bundle, anonymous memory" "$(mib < "$work/anon" | high)" MiB "<=" 64
	rm -rf "$work"/*.a "$work"/*.b "$work/anon" "$file" "$store"
}

bench_capture() {
	file=$work/capture.pcap
	"$here/gen_pcap" "$file" "$exchanges" || die "gen_pcap failed"
	for i in $(seq "$pairs"); do
		"$here/outline" "$file" | field outline_ms >> "$work/all.a"
		have tshark && "$here/timed" tshark -n -Y http -r "$file" 2> /dev/null | field wall_ms >> "$work/all.b"
	done
	sized "$(($(wc -c < "$file") / 1000000))M"
	if have tshark; then
		pair "capture, exchanges / tshark" "$work/all.a" "$work/all.b" "<=" 1 ms
	else
		say "capture, exchanges / tshark: skipped, no tshark here; $(middle < "$work/all.a") ms"
	fi
	rm -f "$work"/*.a "$work"/*.b "$file"
}

# The sample event's IPS of one patient with as many results as make a megabyte.
bench_checks() {
	if ! have jq; then
		say "checks on an IPS Bundle: skipped, no jq here"
		return
	fi
	file=$work/ips.json
	jq -c --argjson n 1380 'def uuid: "urn:uuid:00000000-0000-4000-8000-" + (("000000000000" + tostring)[-12:]);
		([.entry[] | select(.resource.resourceType == "Observation")][0]) as $o |
		.entry += [range(0; $n) | . as $i | $o | .fullUrl = ($i | uuid) | .resource.id = ("o" + ($i | tostring))] |
		(.entry[0].resource.section[] | select([.entry[]?.reference] | index($o.fullUrl)) | .entry) +=
			[range(0; $n) | {reference: uuid}]' \
		"$srcdir/data/sample-event/evidence/81158-1-ips-jaidee.json" > "$file" || die "jq failed"
	for i in $(seq "$pairs"); do
		"$here/outline" -c "$file" > "$work/o.$i" || die "outline failed"
		field checks_ms < "$work/o.$i" >> "$work/checks.a"
	done
	[ "$(field checks < "$work/o.1")" -gt 20 ] || die "hardly a check was run"
	sized "$(($(wc -c < "$file") / 10000))"
	size=$(awk -v n="$size" 'BEGIN { printf "%.1fM", n / 100 }')
	largest=$size
	limit "IPS Bundle, all checks" "$work/checks.a" ms 10
	rm -f "$work"/*.a "$file"
}

bench_dicom() {
	file=$work/image.dcm
	"$here/genevidence" dicom "$file" "$dicom" || die "genevidence failed"
	make_store "$file" image.dcm
	last=$((dicom * 1000000 / 524288 - 1))
	for i in $(seq "$pairs"); do
		look "e@NumberOfFrames" > "$work/o.$i" || die "the console did not start"
		field key e < "$work/o.$i" >> "$work/first.a"
		"$here/outline" -f $((last * i / pairs)) "$file" | field frame_ms >> "$work/frame.a"
	done
	sized "${dicom}M"
	limit "DICOM of many frames, header" "$work/first.a" ms 50
	limit "DICOM of many frames, frame n" "$work/frame.a" ms 100
	rm -rf "$work"/*.a "$file" "$store"
}

say "$(uname -sr), $(nproc) processors, $pairs pairs, $(date -u +%Y-%m-%dT%H:%MZ)"
head_line size
for part in log bundle capture checks dicom; do
	if wanted "$part"; then "bench_$part"; fi
done
say "$over over target"
