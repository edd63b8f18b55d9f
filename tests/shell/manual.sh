#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Manuals follow mdoc, scripts follow shellcheck.
. "${srcdir:-.}/tests/shell/common.sh"

for page in "$srcdir"/doc/*.[1-8] "$builddir"/doc/*.[1-8]; do
	[ -f "$page" ] || continue
	if command -v mandoc >/dev/null 2>&1; then
		# other pages of ours are not installed yet; generated ones have long lines
		is "mandoc -Tlint ${page##*/}" \
			"$(mandoc -Tlint -Wstyle "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'line longer than 80 bytes')" ''
	else
		skip "mandoc -Tlint ${page##*/}" 'no mandoc'
	fi
done
for script in bootstrap .ci/run data/completion/verdict.bash data/completion/verdictd.bash tests/tap.sh tests/ci/check.sh "$srcdir"/tests/shell/*.sh; do
	case $script in
	/*) ;;
	*) script=$srcdir/$script ;;
	esac
	if command -v shellcheck >/dev/null 2>&1; then
		shell="sh"
		[ "${script##*.}" != bash ] || shell="bash"
		check "shellcheck ${script##*/}" shellcheck -S warning -x -s $shell -e SC1091,SC2034,SC2154 "$script"
	else
		skip "shellcheck ${script##*/}" 'no shellcheck'
	fi
done
done_testing
