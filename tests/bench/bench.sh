#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark: what a monitor waits for, each as a ratio to a probe run in turn with it (A,B,A,B).
# Environment: BENCH_QUICK=1 small sizes and few pairs, BENCH_SIZES, BENCH_PAIRS, BENCH_DIR (a folder
# on the disk to be measured), BENCH_TIG_REPO (a git repository for tig).
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict
awk=$srcdir/tests/bench/pairs.awk
if [ -n "${BENCH_QUICK:-}" ]; then
	sizes=${BENCH_SIZES:-"200 2000"} pairs=${BENCH_PAIRS:-3}
else
	sizes=${BENCH_SIZES:-"1000 10000 100000"} pairs=${BENCH_PAIRS:-11}
fi
LANG=C.UTF-8 LC_ALL=C.UTF-8
export LANG LC_ALL
work=$(mktemp -d "${BENCH_DIR:-$builddir}/bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work
export XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
over=0

say() { printf '%s\n' "$*"; }
die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
head_line() {
	printf '%-34s %7s %12s %12s %7s %7s  %-8s %s\n' measure TIs value probe ratio spread target ''
}

# field NAME [LABEL]: values of "NAME [LABEL] VALUE" lines on standard input
field() { awk -v n="$1" -v l="${2:-}" '$1 == n && (l == "" || $2 == l) { print l == "" ? $2 : $3 }'; }
middle() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
high() { sort -n | awk '{ v[NR] = $1 } END { if (NR) { i = int(NR * 0.99 + 0.999); print v[i > NR ? NR : i] } }'; }
judge() { awk -v a="$1" -v op="$2" -v b="$3" 'BEGIN { print (op == "<=" ? a <= b : a >= b) ? "ok" : "OVER" }'; }
note_over() { [ "$1" = ok ] || over=$((over + 1)); }

# pair NAME SIZE A B OP TARGET UNIT: one row from two files of samples taken in turn
pair() {
	# shellcheck disable=SC2046 # five numbers
	set -- "$@" $(awk -f "$awk" "$3" "$4")
	[ $# -ge 12 ] || { say "$1 ($2): no samples"; over=$((over + 1)); return; }
	verdict_=$(judge "${10}" "$5" "$6")
	[ "$6" = - ] && verdict_=
	printf '%-34s %7s %9.2f %s %9.2f %s %7.2f %7.2f  %-8s %s\n' "$1" "$2" "$8" "$7" "$9" "$7" "${10}" "${11}" \
		"$([ "$6" = - ] && echo || echo "$5 $6")" "$verdict_"
	[ "$6" = - ] || note_over "$verdict_"
}

# plain NAME SIZE VALUE UNIT OP TARGET: one row without a probe
plain() {
	verdict_=$(judge "$3" "$5" "$6")
	printf '%-34s %7s %9.2f %-3s %11s %7s %7s  %-8s %s\n' "$1" "$2" "$3" "$4" - - - "$5 $6" "$verdict_"
	note_over "$verdict_"
}

tty() { "$here/ttytime" "$@"; }

# make_store SIZE: a pack, a store that has it, the lines of its queue
make_store() {
	pack=$work/pack-$1 store=$work/store-$1 lines=$work/lines-$1
	"$here/genpack" --seed 1 --instances "$1" "$pack" > "$work/gen.log" 2>&1 || die "genpack: $(cat "$work/gen.log")"
	"$verdict" --store "$store" join "$pack" --as P01 > "$work/join.log" 2>&1 || die "join: $(cat "$work/join.log")"
	"$verdict" --store "$store" queue --all > "$lines" || die "queue failed"
}

bench_screen() {
	keys="DOWN*20,PGDN*10,UP*5"
	for i in $(seq "$pairs"); do
		tty -k "$keys" -- "$verdict" --store "$store" > "$work/a.$i" || die "the console did not start"
		tty -k "$keys" -- "$here/barelist" "$lines" > "$work/b.$i" || die "barelist did not start"
		field first_ms < "$work/a.$i" >> "$work/start.a"
		field first_ms < "$work/b.$i" >> "$work/start.b"
		for k in DOWN PGDN; do
			field key $k < "$work/a.$i" | middle >> "$work/$k.a"
			field key $k < "$work/b.$i" | middle >> "$work/$k.b"
			field key $k < "$work/a.$i" >> "$work/$k.all"
		done
		field peak_kib < "$work/a.$i" >> "$work/peak"
	done
	pair "start to full screen / bare list" "$size" "$work/start.a" "$work/start.b" "<=" 4 ms
	pair "move / bare list" "$size" "$work/DOWN.a" "$work/DOWN.b" "<=" 2 ms
	pair "page / bare list" "$size" "$work/PGDN.a" "$work/PGDN.b" "<=" 2 ms
	plain "move, p99" "$size" "$(high < "$work/DOWN.all")" ms "<=" 8
	plain "page, p99" "$size" "$(high < "$work/PGDN.all")" ms "<=" 8
	plain "peak memory, no filter index" "$size" "$(awk '{ print $1 / 1024 }' "$work/peak" | high)" MiB "<=" 32
	rm -f "$work"/start.? "$work"/*.all "$work"/DOWN.? "$work"/PGDN.? "$work/peak"
}

bench_tig() {
	repo=${BENCH_TIG_REPO:-$srcdir}
	if ! command -v tig > /dev/null || ! git -C "$repo" rev-parse > /dev/null 2>&1; then
		say "start / tig: skipped, no tig or no git repository here"
		return
	fi
	for i in $(seq "$pairs"); do
		tty -- "$verdict" --store "$store" | field first_ms >> "$work/tig.a"
		(cd "$repo" && tty -- tig) | field first_ms >> "$work/tig.b"
	done
	pair "start to full screen / tig" "$size" "$work/tig.a" "$work/tig.b" "<=" 1 ms
	rm -f "$work"/tig.?
}

bench_filter() {
	word=retrieve
	typed=$(echo $word | sed 's/./,&/g')
	for i in $(seq "$pairs"); do
		tty -k "/$typed" -- "$verdict" --store "$store" > "$work/f.$i" || die "the console did not start"
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
		pair "filter, first letter / fzf" "$size" "$work/first.a" "$work/fzf.b" "<=" 0.25 ms
		pair "filter, later letters / fzf" "$size" "$work/later.a" "$work/fzf.b" "<=" 0.25 ms
		pair "filter, slowest letter / fzf" "$size" "$work/worst.a" "$work/fzf.b" "<=" 0.25 ms
	else
		say "filter / fzf: skipped, no fzf here; first letter $(middle < "$work/first.a") ms," \
			"later ones $(middle < "$work/later.a") ms"
	fi
	plain "peak memory with filter index" "$size" "$(awk '{ print $1 / 1024 }' "$work/peak" | high)" MiB "<=" 64
	rm -f "$work"/*.a "$work"/fzf.b "$work/peak" "$work/keys"
}

# The longest time for which the console's loop did nothing else, start and typing included.
bench_slice() {
	: > "$work/log"
	for i in $(seq "$pairs"); do
		VERDICT_LOG=$work/log tty -k '/,r,e,t,r,i,e,v,e,ESC,ESC,Q' -- "$verdict" --store "$store" > /dev/null
	done
	sed -n 's/.*longest callback: \([0-9]*\) us.*/\1/p' "$work/log" | awk '{ print $1 / 1000 }' > "$work/slices"
	if [ "$(wc -l < "$work/slices")" -eq "$pairs" ]; then
		plain "filter, longest slice, median run" "$size" "$(middle < "$work/slices")" ms "<=" 5
		plain "filter, longest slice, worst run" "$size" "$(high < "$work/slices")" ms "<=" 5
	else
		die "the console left no log"
	fi
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
		"$here/saveprobe" "$work/probe" 20 > "$work/p.$i" || die "saveprobe failed"
		field key CTRL-S < "$work/s.$i" | middle >> "$work/save.a"
		field save_ms < "$work/p.$i" | middle >> "$work/save.b"
	done
	pair "saved after the key / two commits" "$size" "$work/save.a" "$work/save.b" "<=" 1.5 ms
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
	pair "import, rows/ms / raw inserts" "$size" "$work/import.a" "$work/import.b" ">=" 0.5 /ms
	plain "import, peak memory" "$size" "$(awk '{ print $1 / 1024 }' "$work/peak" | high)" MiB "<=" 64
	rm -rf "$work"/import.? "$work/peak" "$work/again" "$work"/raw.db*
}

bench_idle() {
	tty -i "${BENCH_IDLE:-5}" -- "$verdict" --store "$store" > "$work/idle"
	plain "idle, wake-ups a second" "$size" "$(field idle_wakeups_per_s < "$work/idle")" /s "<=" 2
	plain "idle, bytes to the terminal" "$size" "$(field idle_bytes < "$work/idle")" B "<=" 0
}

say "verdict $("$verdict" --version 2> /dev/null | head -n 1), $(uname -sr), $(nproc) processors, $pairs pairs, $(date -u +%Y-%m-%dT%H:%MZ)"
head_line
for size in $sizes; do
	make_store "$size"
	bench_screen
	bench_filter
	bench_slice
	bench_save
	bench_import
	bench_idle
done
bench_tig
say "$over over target"
