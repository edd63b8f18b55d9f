#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every build and every test, from a checkout in which nothing is built. The last line counts them all:
# tests as the test programs reported them, and one for each stage.
# Folders: build-check/NAME, logs: build-check/NAME.log. FUZZ_SECONDS: of each fuzz target, 3 unless set.
set -u

cd -- "$(dirname -- "$0")/../.." || exit 99
top=$PWD
out=$top/build-check
jobs=$(nproc)
fuzz_seconds=${FUZZ_SECONDS:-3}
passed=0 failed=0 skipped=0
began=$(date +%s)

cache=
command -v ccache >/dev/null 2>&1 && cache='ccache '

count() {	# LOG: adds what `make check` summed up in it
	# shellcheck disable=SC2046 # three numbers
	set -- $(awk '/^# (PASS|XFAIL):/ { p += $3 } /^# (FAIL|XPASS|ERROR):/ { f += $3 }
		/^# SKIP:/ { s += $3 } END { print p + 0, f + 0, s + 0 }' "$1")
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
	printf ' %s passed, %s failed, %s skipped,' "$1" "$2" "$3"
}

show_failures() {	# NAME: the tests that failed, else the end of the log
	found=
	where=$out/$1
	# distcheck builds inside the folder that made the archive
	[ "$1" = distcheck ] && where=$out/gcc
	list=$(find "$where" -name '*.trs' -exec grep -lE '^:test-result: (FAIL|ERROR|XPASS)' {} + 2>/dev/null)
	for trs in $list; do
		found=1
		echo "---- ${trs%.trs}.log"
		{
			echo "$1: ${trs#"$out"/}"
			grep -hE '^(not ok|Bail out)' "${trs%.trs}.log" | head -n 10
		} >>"$out/failed"
		grep -nE '^(not ok|Bail out)' "${trs%.trs}.log" | head -n 20
		tail -n 30 "${trs%.trs}.log"
	done
	[ "$found" ] || tail -n 60 "$out/$1.log"
}

# stage NAME WORDS FUNCTION: one line about it, its failures where it failed
stage() {
	printf '== %s:' "$2"
	t=$(date +%s)
	(set -e; "$3" "$1") >"$out/$1.log" 2>&1
	code=$?
	count "$out/$1.log"
	if [ $code -eq 0 ]; then
		passed=$((passed + 1))
		echo " $(($(date +%s) - t)) s"
	else
		failed=$((failed + 1))
		echo " FAILED after $(($(date +%s) - t)) s, see build-check/$1.log"
		show_failures "$1"
	fi
}

build_gcc() {
	mkdir -p "$out/gcc" && cd "$out/gcc"
	"$top/configure" CC="${cache}gcc" CFLAGS='-O2 -g' --enable-werror
	make -j"$jobs"
	make -j"$jobs" check
}

build_clang() {
	mkdir -p "$out/clang" && cd "$out/clang"
	"$top/configure" CC="${cache}clang" CFLAGS='-O1 -g' --enable-werror --enable-sanitize=address,undefined --enable-fuzz
	make -j"$jobs"
	make -j"$jobs" check
}

fuzz() {
	cd "$out/clang"
	make -j"$jobs" fuzz FUZZ_SECONDS="$fuzz_seconds"
}

install_uninstall() {
	cd "$out/gcc"
	root=$out/root
	rm -rf "$root"
	make DESTDIR="$root" install
	"$root/usr/local/bin/verdict" --version
	test -x "$root/usr/local/bin/verdict"
	test -f "$root/usr/local/share/man/man1/verdict.1"
	test -f "$root/usr/local/share/bash-completion/completions/verdict"
	make DESTDIR="$root" uninstall
	left=$(find "$root" ! -type d)
	echo "left behind: $left"
	test -z "$left"
	rm -rf "$root"
}

dist_check() {
	cd "$out/gcc"
	make -j"$jobs" distcheck
}

rm -rf "$out"
mkdir -p "$out"
if ! autoreconf -fi >"$out/autoreconf.log" 2>&1; then
	cat "$out/autoreconf.log"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
# Further judges of the results site, where there is npm and it reaches them; else their tests are skipped.
if command -v npm >/dev/null 2>&1; then
	mkdir -p "$out/npm"
	cp tests/site/npm/package.json tests/site/npm/package-lock.json "$out/npm"
	if timeout 60 npm ci --prefix "$out/npm" --no-audit --no-fund --fetch-retries=0 >"$out/npm.log" 2>&1; then
		SITE_NPM=$out/npm
		export SITE_NPM
	fi
fi
stage gcc 'gcc, -Werror, make check' build_gcc
stage install 'install and uninstall leave nothing' install_uninstall
stage clang 'clang, -Werror, address and undefined sanitizers, make check' build_clang
stage fuzz "fuzz, $fuzz_seconds s a target" fuzz
stage distcheck 'make distcheck' dist_check
# once more where whoever sees only the end finds it
if [ -s "$out/failed" ]; then
	echo '== failed:'
	tail -n 40 "$out/failed"
fi
echo "== $(($(date +%s) - began)) s in all"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
