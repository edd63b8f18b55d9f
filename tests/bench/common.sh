# SPDX-License-Identifier: Apache-2.0
# What the benchmarks share: a folder for a run, statistics, rows of the table. Read by bench.sh and evidence.sh, not run.
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the one that reads it
LANG=C.UTF-8 LC_ALL=C.UTF-8
export LANG LC_ALL
work=$(mktemp -d "${BENCH_DIR:-$builddir}/bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work
export XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
awk=$srcdir/tests/bench/pairs.awk
over=0

# wanted PART: is it among BENCH_ONLY, or is all wanted?
wanted() { case " ${BENCH_ONLY:-$1} " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
any() { for p in "$@"; do if wanted "$p"; then return 0; fi; done; return 1; }
say() { printf '%s\n' "$*"; }
die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
head_line() {
	printf '%-36s %6s %12s %12s %6s %6s  %s\n' measure "$1" value probe ratio spread target
}

# field NAME [LABEL]: values of "NAME [LABEL] VALUE" lines on standard input
field() { awk -v n="$1" -v l="${2:-}" '$1 == n && (l == "" || $2 == l) { print l == "" ? $2 : $3 }'; }
answered() { awk '$1 >= 0'; }
middle() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
high() { sort -n | awk '{ v[NR] = $1 } END { if (NR) { i = int(NR * 0.99 + 0.999); print v[(i > NR) ? NR : i] } }'; }

# judge VALUE OP TARGET: sets `judged`; the targets are for the largest store, the others show the growth
judge() {
	judged=
	[ "$size" = "$largest" ] || return 0
	judged=$(awk -v a="$1" -v op="$2" -v b="$3" \
		'BEGIN { good = (op == "<=") ? (a <= b) : (a >= b); print good ? "ok" : "OVER" }')
	[ "$judged" = ok ] || over=$((over + 1))
}

# pair NAME A B OP TARGET UNIT: one row from two files of samples taken in turn
pair() {
	# shellcheck disable=SC2046 # five numbers
	set -- "$@" $(awk -f "$awk" "$2" "$3")
	if [ $# -lt 11 ]; then
		say "$1 ($size): no samples"
		over=$((over + 1))
		return
	fi
	judge "$9" "$4" "$5"
	printf '%-36s %6s %8.2f %-3s %8.2f %-3s %6.2f %6.2f  %-7s %s\n' "$1" "$size" "$7" "$6" "$8" "$6" \
		"$9" "${10}" "$4 $5" "$judged"
}

# plain NAME VALUE UNIT OP TARGET [PROBE]: one row whose target is the value itself
plain() {
	judge "$2" "$4" "$5"
	printf '%-36s %6s %8.2f %-3s %8s %-3s %6s %6s  %-7s %s\n' "$1" "$size" "$2" "$3" "${6:--}" \
		"${6:+$3}" - - "$4 $5" "$judged"
}

tty() { "$here/ttytime" "$@"; }

