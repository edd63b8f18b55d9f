#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh TARGET…: each for FUZZ_SECONDS, then a table: executions, executions a second, edges and features covered, inputs
# in the corpus. With libFuzzer new inputs stay in tests/fuzz/found/NAME and serve the next run; FUZZ_MERGE=1 copies
# those that reach something new to the seeds. Without it the driver runs mutations of the seeds. Logs: found/NAME.log.
set -u
: "${srcdir:=.}" "${FUZZ_SECONDS:=60}"
export srcdir
found=tests/fuzz/found
mkdir -p "$found" || exit 99
table=$found/table
printf '%-10s %12s %9s %8s %9s %7s\n' target executions 'a second' coverage features corpus > "$table"
libfuzzer=no
failed=0

# last WORD FILE: the number after the last "WORD: " of a log
last() { sed -n "s/.*$1: *\([0-9]*\).*/\1/p" "$2" | tail -n 1; }

for target in "$@"; do
	name=${target##*/fuzz_}
	seeds=$srcdir/tests/fuzz/seeds/$name
	log=$found/$name.log
	echo "== $name"
	if "./$target" -help=1 2>&1 | grep -q max_total_time; then
		libfuzzer=yes
		mkdir -p "$found/$name"
		"./$target" -max_total_time="$FUZZ_SECONDS" -timeout=5 -rss_limit_mb=512 -print_final_stats=1 \
			-artifact_prefix="$found/$name-" "$found/$name" "$seeds" > "$log" 2>&1
	else
		FUZZ_SECONDS=$FUZZ_SECONDS "./$target" > "$log" 2>&1
	fi || {
		failed=$((failed + 1))
		tail -n 40 "$log"
	}
	if [ $libfuzzer = yes ]; then
		if [ -n "${FUZZ_MERGE:-}" ]; then
			"./$target" -merge=1 "$seeds" "$found/$name" >> "$log" 2>&1 || failed=$((failed + 1))
		fi
		runs=$(last 'stat::number_of_executed_units' "$log") rate=$(last 'stat::average_exec_per_sec' "$log")
		set -- "$(last ' cov' "$log")" "$(last ' ft' "$log")" "$(find "$found/$name" -type f | wc -l)"
	else
		runs=$(sed -n 's/.*seeds, \([0-9]*\) runs.*/\1/p' "$log")
		rate=$(awk -v n="${runs:-0}" -v s="$FUZZ_SECONDS" 'BEGIN { printf "%d", n / s }')
		set -- - - "$(find "$seeds" -type f | wc -l)"
	fi
	printf '%-10s %12s %9s %8s %9s %7s\n' "$name" "${runs:--}" "${rate:--}" "${1:--}" "${2:--}" "$3" | tee -a "$table"
done
echo
cat "$table"
echo "$failed failed"
[ "$failed" -eq 0 ]
