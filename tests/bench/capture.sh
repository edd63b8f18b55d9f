#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The outline of a capture of 100,000 HTTP exchanges beside tshark's listing of the same file, run in turn.
# Environment: BENCH_EXCHANGES, BENCH_PAIRS, BENCH_DIR (a folder on the disk to be measured).
set -u
: "${builddir:=.}"
here=$builddir/tests/bench
exchanges=${BENCH_EXCHANGES:-100000} pairs=${BENCH_PAIRS:-5}
work=$(mktemp -d "${BENCH_DIR:-$builddir}/bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
file=$work/capture.pcap
"$here/gen_pcap" "$file" "$exchanges" || exit 1
printf '%s exchanges, %s bytes\n' "$exchanges" "$(wc -c < "$file")"

milliseconds() { echo $(($(date +%s%N) / 1000000)); }
have_tshark=$(command -v tshark || :)
[ -n "$have_tshark" ] || echo 'tshark is not here (Debian: apt-get install tshark): no ratio'
i=0
while [ "$i" -lt "$pairs" ]; do
	i=$((i + 1))
	answer=$("$here/outline" "$file") || exit 1
	ours=${answer%% *}
	if [ -n "$have_tshark" ]; then
		begin=$(milliseconds)
		tshark -n -Y http -r "$file" > "$work/listing" 2>/dev/null || exit 1
		theirs=$(($(milliseconds) - begin))
		printf '%s ms  tshark %s ms  ratio %s\n' "$ours" "$theirs" \
			"$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')"
	else
		printf '%s ms\n' "$ours"
	fi
done
printf '%s\n' "${answer#* ms }"
