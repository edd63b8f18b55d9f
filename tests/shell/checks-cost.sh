#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What all checks of a large IPS Bundle cost, in instructions against those of parsing it: exact on any machine,
# however busy. The bound stands a third above what was measured (doc/checks.md).
. "${srcdir:-.}/tests/tap.sh"
outline=${builddir:-.}/tests/bench/outline
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
most=335	# hundredths

for tool in jq valgrind; do
	if ! command -v "$tool" >/dev/null 2>&1; then
		skip 'instructions of the checks' "no $tool"
		done_testing
	fi
done
if grep -q 'define HAVE_SANITIZER 1' "${builddir:-.}/config.h"; then
	skip 'instructions of the checks' 'a sanitizer is built in'
	done_testing
fi

jq -c --argjson n 400 'def uuid: "urn:uuid:00000000-0000-4000-8000-" + (("000000000000" + tostring)[-12:]);
	([.entry[] | select(.resource.resourceType == "Observation")][0]) as $o |
	.entry += [range(0; $n) | . as $i | $o | .fullUrl = ($i | uuid) | .resource.id = ("o" + ($i | tostring))] |
	(.entry[0].resource.section[] | select([.entry[]?.reference] | index($o.fullUrl)) | .entry) +=
		[range(0; $n) | {reference: uuid}]' \
	"${srcdir:-.}/data/sample-event/evidence/81158-1-ips-jaidee.json" >"$tmp/ips.json"

# count FUNCTION: instructions in it and below
count() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$1" "$outline" -c "$tmp/ips.json" 2>&1 |
		awk '/Collected/ { print $NF }'
}
checks=$(count document_check) parse=$(count parse_json)
check 'both were counted' test "${checks:-0}" -gt 1000000 -a "${parse:-0}" -gt 1000000
ratio=$((checks * 100 / ${parse:-1}))
echo "# checks $checks, parsing $parse: $ratio hundredths"
check "the checks cost at most $most hundredths of parsing" test "$ratio" -le "$most"
done_testing
