#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Instructions of one step of the console, by callgrind: the same script with few and with many steps,
# the difference divided by the steps. Exact to a few per mille on one machine, whatever else runs.
set -u
: "${builddir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict
size=${BENCH_SIZE:-1000}
LANG=C.UTF-8 LC_ALL=C.UTF-8
export LANG LC_ALL
command -v valgrind > /dev/null || { echo "bench-instructions: skipped, no valgrind here"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work
export XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR

"$here/genpack" --seed 1 --instances "$size" "$work/pack" > /dev/null || exit 1
"$verdict" --store "$work/store" --quiet join "$work/pack" --as P01 > /dev/null || exit 1

# count SCRIPT: instructions of all threads
count() {
	rm -rf "$work/copy"
	cp -r "$work/store" "$work/copy"
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$verdict" --store "$work/copy" \
		--script "$1" --size 120x40 2>&1 >/dev/null | awk '/Collected/ { print $NF }'
}

# step NAME FIRST LINES...: instructions of one round of the lines, after the line FIRST
step() {
	name=$1
	first=$2
	shift 2
	for n in 2 12; do
		{
			printf '%s\n' "$first"
			for _ in $(seq "$n"); do printf '%s\n' "$@"; done
		} > "$work/script.$n"
	done
	few=$(count "$work/script.2") many=$(count "$work/script.12")
	if [ -z "$few" ] || [ -z "$many" ]; then
		echo "$name: the script failed"
		return
	fi
	printf '%-40s %12d\n' "$name" $(((many - few) / 10))
}

echo "instructions a step, store of $size TIs, screen of 120x40"
step "move down and up, both painted" "keys <Home>" "keys <Down>" "keys <Up>"
step "page down and up, both painted" "keys <Home>" "keys <PgDn>" "keys <PgUp>"
step "redraw the whole screen" "keys <Home>" "keys <Ctrl-L>"
step "filter by four letters and clear" "keys /x<Esc>" "keys /cons<Esc>"
step "open the next TI, grade and save it" "keys <Enter>vv<Ctrl-S>" "keys nvv<Ctrl-S>" 'expect "saved"'
