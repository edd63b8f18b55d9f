#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The results site: an event of 160 systems with 1,400 lines, a third of them passed, published; the weight of the matrix of a made event of
# that size with more columns; first paint in Chromium; the live page under 200 readers beside the least that the same HTTP
# library does with the same bytes. Environment: as bench.sh; parts of BENCH_ONLY: site.
# shellcheck disable=SC2034,SC2154 # variables of common.sh
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict verdictd=$builddir/verdictd
pairs=${BENCH_PAIRS:-11}
[ -z "${BENCH_QUICK:-}" ] || pairs=${BENCH_PAIRS:-3}
size=1400 largest=1400
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

. "$srcdir/tests/bench/common.sh"

any site || exit 0
command -v jq > /dev/null || die "no jq here"
served='' probe=''
trap 'kill $served $probe 2> /dev/null; rm -rf "$work"' EXIT
d() { "$verdictd" --store "$work/hub" "$@"; }
m() { "$verdict" --store "$work/manager" --quiet "$@"; }

# What genpack writes, with 160 systems of eight or nine lines each, over all its profiles and actors
pack() {
	"$here/genpack" --seed 1 --instances 5000 "$work/pack" > /dev/null || die "genpack failed"
	(
		cd "$work/pack" || exit 1
		jq -c '[.profiles[].id as $p | .actors[].id as $a | {profile: $p, actor: $a, options: [], type: "thorough"}]' \
			catalogue.json > combos
		jq -c --slurpfile c combos '.[:160] | to_entries | map(.key as $i | .value + {lines:
			[range(if $i % 4 == 0 then 8 else 9 end) as $k | $c[0][($i + $k) % ($c[0] | length)]]})' systems.json > s.new
		jq -r '.[].id' s.new | sort > ids
		jq -c --slurpfile s s.new '($s[0] | map({(.id): 1}) | add) as $have
			| select(all(.participants[].system; $have[.]))' instances.ndjson > i.new
		mv s.new systems.json && mv i.new instances.ndjson && rm combos ids
	) || die "the pack cannot be made"
}

serve() {
	"$verdictd" --store "$work/hub" --quiet serve --plain --listen 127.0.0.1:0 2> "$work/log" > "$work/out" &
	served=$!
	i=0
	until [ -s "$work/hub/address" ] && curl -sf "$(sed -n 1p "$work/hub/address")/healthz" > /dev/null; do
		i=$((i + 1))
		if [ $i -gt 400 ] || ! kill -0 "$served" 2> /dev/null; then die "the hub does not serve: $(cat "$work/log")"; fi
		sleep 0.025
	done
	base=$(sed -n 1p "$work/hub/address")
}

# A third of the lines is passed by a manager, as it happens
graded() {
	code=$(d enrol MANAGER --name Manager --role manager 2> /dev/null | head -n 1)
	m join "$code" || die "the manager cannot join"
	m --json results --lines | jq -r '.[] | select(.exploratory | not) | .id' > "$work/lines"
	awk 'NR % 3 == 0' "$work/lines" > "$work/some"
	while IFS= read -r line; do
		m grade-line "$line" passed > /dev/null || die "a line cannot be graded"
	done < "$work/some"
	m sync > /dev/null || die "grades cannot be sent"
}

now_ms() { date +%s%N | awk '{ printf "%.2f\n", $1 / 1000000 }'; }

bench_publish() {
	for _ in $(seq "$pairs"); do
		begun=$(now_ms)
		d --quiet publish "$work/site" || die "the site cannot be published"
		now_ms | awk -v b="$begun" '{ print $1 - b }' >> "$work/publish"
		rm -rf "$work/copy"
		begun=$(now_ms)
		cp -r "$work/site" "$work/copy" && sync -f "$work/copy"
		now_ms | awk -v b="$begun" '{ print $1 - b }' >> "$work/copied"
	done
	plain "publish, 160 systems, all languages" "$(middle < "$work/publish")" ms "<=" 1000 "$(middle < "$work/copied")"
	mkdir "$work/made"
	"$builddir/tests/site/make_site" "$work/made" 160 1400 > /dev/null || die "make_site failed"
	weight=$(cat "$work/made/index.html" "$work/made/style.css" "$work/made/site.js" | gzip -c | wc -c)
	plain "weight of the matrix, gzip" "$(awk -v n="$weight" 'BEGIN { print n / 1000 }')" kB "<=" 300
}

bench_paint() {
	if ! command -v chromium > /dev/null; then
		say "first paint: skipped, no Chromium here"
		return
	fi
	python3 - "$srcdir/tests/site" "$base/" "$pairs" > "$work/paint" <<'END' || die "Chromium failed"
import sys
sys.path.insert(0, sys.argv[1])
from chrome import Chrome
c = Chrome()
try:
    c.look("laptop")
    for _ in range(int(sys.argv[3]) + 1):
        c.call("Network.clearBrowserCache")
        c.open(sys.argv[2])
        print(c.value("new Promise(r => new PerformanceObserver(l => r(l.getEntries()[0].startTime))"
                      ".observe({type: 'paint', buffered: true}))"))
finally:
    c.close()
END
	# the first start of the browser's own processes is not the page's
	plain "first paint in Chromium" "$(tail -n +2 "$work/paint" | middle)" ms "<=" 500
}

requests() {
	wrk -t 1 -c 200 -d 2 -H 'Accept-Encoding: gzip' "$1" > "$work/wrk" || die "wrk: $(cat "$work/wrk")"
	if grep -q 'Non-2xx' "$work/wrk"; then die "wrk: $(grep 'Non-2xx' "$work/wrk")"; fi
	awk '$1 == "Requests/sec:" { print $2 / 1000 }' "$work/wrk"
}

bench_readers() {
	if ! command -v wrk > /dev/null; then
		say "200 readers: skipped, no wrk here"
		return
	fi
	curl -s -H 'Accept-Encoding: gzip' "$base/" > "$work/page" || die "no live page"
	mkfifo "$work/end"
	"$here/hellohttp" "$work/page" < "$work/end" > "$work/port" &
	probe=$!
	exec 9> "$work/end"
	until [ -s "$work/port" ]; do sleep 0.02; done
	for _ in $(seq "$pairs"); do
		requests "$base/" >> "$work/live.a"
		requests "http://127.0.0.1:$(cat "$work/port")/" >> "$work/live.b"
	done
	exec 9>&-
	wait "$probe"
	probe=
	pair "live page, 200 readers / same bytes" "$work/live.a" "$work/live.b" ">=" 0.4 "/ms"
}

head_line lines
pack
d --quiet import pack "$work/pack" > "$work/out" 2>&1 || die "import: $(cat "$work/out")"
serve
graded
bench_publish
bench_paint
bench_readers
kill "$served"
wait "$served"
served=
[ "$over" -eq 0 ]
