#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A function that no other file calls is static, or gone. Reads the objects of the build, so that it
# sees what is compiled and not what is written; programs and tests count as callers.
. "${srcdir:-.}/tests/tap.sh"
build=${builddir:-.}

# unused: names of symbols on standard input ("object T name") that no other object wants. getpeername() stands in
# the C library's place, for a library that calls it.
unused() {
	awk '
		$2 ~ /^[TBDR]$/ { defined[$3] = $1 }
		$2 == "U" { wanted[$3] = 1 }
		END {
			for (name in defined)
				if (!(name in wanted) && name != "main" && name != "getpeername" && name !~ /^LLVMFuzzer/)
					print defined[name] ": " name
		}' | LC_ALL=C sort
}

# Objects of our sources, once each; the sanitizers add symbols of their own.
symbols() {
	find "$build/src" "$build/tests" -name '*.o' | LC_ALL=C sort | while read -r o; do
		nm "$o" 2> /dev/null | awk -v o="${o##*/}" '{ print o, $(NF - 1), $NF }'
	done | grep -vE ' (_|\.)|gcov|asan|ubsan'
}

is "an unwanted symbol is noticed" "$(printf 'a.o T f\nb.o U g\nc.o T g\n' | unused)" "a.o: f"
if command -v nm > /dev/null && [ -n "$(find "$build/tests" -name '*.o' 2> /dev/null | head -n 1)" ]; then
	is "every function that is not static has a caller elsewhere" "$(symbols | unused)" ""
else
	skip "every function that is not static has a caller elsewhere" "no objects here"
fi
done_testing
