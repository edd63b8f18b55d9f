#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark: what a monitor waits for, each as a ratio to a probe run in turn with it (A,B,A,B).
# Environment: BENCH_QUICK=1 small sizes and few pairs, BENCH_SIZES, BENCH_PAIRS, BENCH_DIR (a folder
# on the disk to be measured), BENCH_TIG_REPO (a git repository for tig), BENCH_ONLY (parts, of screen,
# filter, slice, save, import, idle, tig, lines; evidence.sh, hub.sh and hubd.sh know more).
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict
if [ -n "${BENCH_QUICK:-}" ]; then
	sizes=${BENCH_SIZES:-"200 2000"} pairs=${BENCH_PAIRS:-3}
else
	sizes=${BENCH_SIZES:-"1000 10000 100000"} pairs=${BENCH_PAIRS:-11}
fi
largest=${sizes##* }

. "$srcdir/tests/bench/common.sh"

any screen filter slice save import idle tig lines || exit 0

# make_store SIZE: a pack, a store that has it, the lines of its queue
make_store() {
	pack=$work/pack-$1 store=$work/store-$1 lines=$work/lines-$1
	"$here/genpack" --seed 1 --instances "$1" "$pack" > "$work/gen.log" 2>&1 || die "genpack: $(cat "$work/gen.log")"
	"$verdict" --store "$store" join "$pack" --as P01 > "$work/join.log" 2>&1 || die "join: $(cat "$work/join.log")"
	"$verdict" --store "$store" queue --all > "$lines" || die "queue failed"
	first=$("$verdict" --store "$store" queue --json --limit 1 | grep -o '"id": *"[^"]*"' | head -n 1 | cut -d '"' -f 4)
}

# bench_screen COLSxROWS: start, move, page; from 120 columns a preview of the TI stands beside the queue
bench_screen() {
	keys="DOWN*12,UP*4,DOWN*4,PGDN*3,PGUP*3,PGDN*3"
	for i in $(seq "$pairs"); do
		tty -g "$1" -m "$first" -k "$keys" -- "$verdict" --store "$store" > "$work/a.$i" || die "the console did not start"
		tty -g "$1" -k "$keys" -- "$here/barelist" "$lines" > "$work/b.$i" || die "barelist did not start"
		field first_ms < "$work/a.$i" >> "$work/start.a"
		field first_ms < "$work/b.$i" >> "$work/start.b"
		for k in DOWN PGDN; do
			field key $k < "$work/a.$i" | answered | middle >> "$work/$k.a"
			field key $k < "$work/b.$i" | answered | middle >> "$work/$k.b"
			field key $k < "$work/a.$i" | answered >> "$work/$k.all"
			field key $k < "$work/b.$i" | answered >> "$work/$k.bare"
		done
		field peak_kib < "$work/a.$i" >> "$work/peak"
	done
	pair "start to full $1 / bare list" "$work/start.a" "$work/start.b" "<=" 4 ms
	pair "move, $1 / bare list" "$work/DOWN.a" "$work/DOWN.b" "<=" 2 ms
	pair "page, $1 / bare list" "$work/PGDN.a" "$work/PGDN.b" "<=" 2 ms
	plain "move, $1, p99" "$(high < "$work/DOWN.all")" ms "<=" 8 "$(high < "$work/DOWN.bare")"
	plain "page, $1, p99" "$(high < "$work/PGDN.all")" ms "<=" 8 "$(high < "$work/PGDN.bare")"
	plain "peak memory, $1, no filter index" "$(awk '{ print $1 / 1024 }' "$work/peak" | high)" MiB "<=" 32
	rm -f "$work"/start.? "$work"/*.all "$work"/*.bare "$work"/DOWN.? "$work"/PGDN.? "$work/peak"
}

bench_tig() {
	repo=${BENCH_TIG_REPO:-$srcdir}
	if ! command -v tig > /dev/null || ! git -C "$repo" rev-parse > /dev/null 2>&1; then
		say "start / tig: skipped, no tig or no git repository here"
		return
	fi
	for _ in $(seq "$pairs"); do
		tty -m "$first" -- "$verdict" --store "$store" | field first_ms >> "$work/tig.a"
		(cd "$repo" && tty -- tig) | field first_ms >> "$work/tig.b"
	done
	pair "start to full screen / tig" "$work/tig.a" "$work/tig.b" "<=" 1 ms
	rm -f "$work"/tig.?
}

bench_filter() {
	# The index is built at the first rest, after a second, or else from "/" on: measured both ways.
	word=retrieve
	typed=$(echo $word | sed 's/./,&/g')
	for i in $(seq "$pairs"); do
		# a full answer: nothing more for a quarter of a second
		tty -w 2.5 -q 250 -k "/$typed" -- "$verdict" --store "$store" > "$work/f.$i" || die "the console did not start"
		tty -q 250 -k "/r" -- "$verdict" --store "$store" |
			awk '$1 == "key" { print $3 }' >> "$work/cold.a"
		awk '$1 == "key" && $2 != "/" { print $3 }' "$work/f.$i" > "$work/keys"
		head -n 1 "$work/keys" >> "$work/first.a"
		tail -n +2 "$work/keys" | middle >> "$work/later.a"
		tail -n +2 "$work/keys" | high >> "$work/worst.a"
		field peak_kib < "$work/f.$i" >> "$work/peak"
		if command -v fzf > /dev/null; then
			"$here/timed" fzf --filter $word < "$lines" | field wall_ms >> "$work/fzf.b"
		fi
	done
	if command -v fzf > /dev/null; then
		pair "filter right after start / fzf" "$work/cold.a" "$work/fzf.b" "<=" 0.25 ms
		pair "filter, first letter / fzf" "$work/first.a" "$work/fzf.b" "<=" 0.25 ms
		pair "filter, later letters / fzf" "$work/later.a" "$work/fzf.b" "<=" 0.25 ms
		pair "filter, slowest letter / fzf" "$work/worst.a" "$work/fzf.b" "<=" 0.25 ms
	else
		say "filter / fzf: skipped, no fzf here; first letter $(middle < "$work/first.a") ms," \
			"later ones $(middle < "$work/later.a") ms"
	fi
	plain "peak memory with filter index" "$(awk '{ print $1 / 1024 }' "$work/peak" | high)" MiB "<=" 64
	rm -f "$work"/*.a "$work"/fzf.b "$work/peak" "$work/keys"
}

# The longest that the console's loop worked at a stretch, starting and typing included: processor
# time, since waiting for answers (at most 8 ms, by design) and for other programs is not its work.
bench_slice() {
	: > "$work/log"
	for i in $(seq "$pairs"); do
		VERDICT_LOG=$work/log tty -k '/,r,e,t,r,i,e,v,e,ESC,ESC,Q' -- "$verdict" --store "$store" > /dev/null
	done
	sed -n 's/.*most work: \([0-9]*\) us.*/\1/p' "$work/log" | awk '{ print $1 / 1000 }' > "$work/slices"
	[ "$(wc -l < "$work/slices")" -eq "$pairs" ] || die "the console left no log"
	plain "filter, longest slice, median run" "$(middle < "$work/slices")" ms "<=" 5
	plain "filter, longest slice, worst run" "$(high < "$work/slices")" ms "<=" 5
	rm -f "$work/log" "$work/slices"
}

# Five verdicts a run: n opens the next TI, v its form, v chooses verified, Ctrl-S signs.
bench_save() {
	grade=v,v,CTRL-S@saved
	for i in $(seq "$pairs"); do
		rm -rf "$work/graded" "$work/probe"
		cp -r "$store" "$work/graded" && mkdir "$work/probe"
		tty -k "ENTER,$grade,n,$grade,n,$grade,n,$grade,n,$grade" -- "$verdict" --store "$work/graded" > "$work/s.$i"
		grep -q '^missing' "$work/s.$i" && die "no verdict was saved: $(grep '^missing' "$work/s.$i" | head -n 1)"
		"$here/saveprobe" "$work/probe" 5 "$size" > "$work/p.$i" || die "saveprobe failed"
		field key CTRL-S < "$work/s.$i" | middle >> "$work/save.a"
		field save_ms < "$work/p.$i" | middle >> "$work/save.b"
	done
	pair "saved after the key / two commits" "$work/save.a" "$work/save.b" "<=" 1.5 ms
	rm -rf "$work"/save.? "$work/graded" "$work/probe"
}

bench_import() {
	for i in $(seq "$pairs"); do
		rm -rf "$work/again"
		"$here/timed" "$verdict" --store "$work/again" --quiet import pack "$pack" > "$work/i.$i" ||
			die "import failed"
		"$here/rawinsert" "$work/again/verdict.db" "$work/raw.db" > "$work/r.$i" || die "rawinsert failed"
		# rates: rows a millisecond
		rows=$(field rows < "$work/r.$i")
		field wall_ms < "$work/i.$i" | awk -v n="$rows" '{ print n / $1 }' >> "$work/import.a"
		field insert_ms < "$work/r.$i" | awk -v n="$rows" '{ print n / $1 }' >> "$work/import.b"
		field peak_kib < "$work/i.$i" >> "$work/peak"
	done
	pair "import, rows/ms / raw inserts" "$work/import.a" "$work/import.b" ">=" 0.5 /ms
	plain "import, peak memory" "$(awk '{ print $1 / 1024 }' "$work/peak" | high)" MiB "<=" 64
	rm -rf "$work"/import.? "$work/peak" "$work/again" "$work"/raw.db*
}

bench_idle() {
	tty -c -i "${BENCH_IDLE:-5}" -- "$verdict" --store "$store" > "$work/idle"
	plain "idle, calm after starting" "$(field calm_after_s < "$work/idle")" s "<=" 60
	plain "idle, wake-ups a second" "$(field idle_wakeups_per_s < "$work/idle")" /s "<=" 2
	plain "idle, bytes to the terminal" "$(field idle_bytes < "$work/idle")" B "<=" 0
}

# Lines counted in memory, at the size of a year's largest event and beyond; the store's part stands in verdict results
bench_lines() {
	for i in $(seq "$pairs"); do
		"$here/lines" 14000 50000 > "$work/l.$i" || die "lines failed"
		awk '{ for (i = 1; i < NF; i++) if ($i == "nothing") print $(i + 1) }' "$work/l.$i" >> "$work/lines.all"
		awk '{ for (i = 1; i < NF; i++) if ($i == "p99") print $(i + 1) }' "$work/l.$i" >> "$work/lines.one"
	done
	size=50000 largest=50000
	plain "14,000 lines from nothing" "$(high < "$work/lines.all")" ms "<=" 1000
	plain "14,000 lines after a verdict, p99" "$(high < "$work/lines.one")" ms "<=" 5
	rm -f "$work"/l.* "$work"/lines.all "$work"/lines.one
}

say "verdict $("$verdict" --version 2> /dev/null | head -n 1), $(uname -sr), $(nproc) processors, $pairs pairs, $(date -u +%Y-%m-%dT%H:%MZ)"
head_line TIs
for size in $sizes; do
	make_store "$size"
	if wanted screen; then
		bench_screen 80x24
		bench_screen 120x40
	fi
	for part in filter slice save import idle; do
		if wanted "$part"; then "bench_$part"; fi
	done
done
if wanted tig; then bench_tig; fi
if wanted lines; then bench_lines; fi
say "$over over target"
