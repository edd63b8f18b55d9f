#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What outlines of large evidence cost, in instructions: exact on any machine, however busy. Four times the bytes cost
# four times as much; and JSON is read for a bounded multiple of one look at each byte by the same compiler. The bound
# stands a third above what was measured.
. "${srcdir:-.}/tests/tap.sh"
bench=${builddir:-.}/tests/bench
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
most=31	# times utf8_valid()

if ! command -v valgrind >/dev/null 2>&1; then
	skip 'instructions of outlines' 'no valgrind'
	done_testing
fi
if grep -q 'define HAVE_SANITIZER 1' "${builddir:-.}/config.h"; then
	skip 'instructions of outlines' 'a sanitizer is built in'
	done_testing
fi

# count FUNCTION FILE: instructions in it and below
count() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$1" "$bench/outline" "$2" 2>&1 |
		awk '/Collected/ { print $NF }'
}

# grows NAME FUNCTION SMALL LARGE: LARGE holds four times as much
grows() {
	small=$(count "$2" "$3") large=$(count "$2" "$4")
	check "$1: counted" test "${small:-0}" -gt 1000000 -a "${large:-0}" -gt 1000000
	growth=$((large * 100 / ${small:-1}))
	echo "# $1: $small, $large: $growth hundredths"
	check "$1: four times the bytes, four times the cost" test "$growth" -ge 370 -a "$growth" -le 430
}

"$bench/genevidence" bundle "$tmp/1.json" 1 && "$bench/genevidence" bundle "$tmp/4.json" 4 || exit 99
grows 'Bundle' parse_json "$tmp/1.json" "$tmp/4.json"
looks=$(count utf8_valid "$tmp/4.json")
times=$((large / ${looks:-1}))
echo "# one look at each byte: $looks; reading JSON: $times times that"
check "Bundle: at most $most looks at each byte" test "$times" -le "$most" -a "$times" -ge 1

"$bench/gen_pcap" "$tmp/1.pcap" 1000 && "$bench/gen_pcap" "$tmp/4.pcap" 4000 || exit 99
grows 'capture' parse_pcap "$tmp/1.pcap" "$tmp/4.pcap"
done_testing
