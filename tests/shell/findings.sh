#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict findings: what monitors noticed, recorded in the console, listed by profile, country and gap.
. "${srcdir:-.}/tests/shell/common.sh"
# shellcheck disable=SC2016
joined

exits 0 'nobody found anything' v findings
has 'it says so' "$err" 'nobody has recorded a finding yet'

# note TI TEXT: record a finding on the TI's first item
note() {
	printf 'open %s\nevidence 1\nkeys f\ntype "%s"\nkeys <Enter>\nexpect "finding saved"\n' "$1" "$2" >"$tmp/script"
	v --script "$tmp/script" --size 120x40 >"$tmp/out" 2>&1 || not_ok "a finding on $1" "$(cat "$tmp/out")"
}
note 81212 'error gap=ambiguous A device as the target of a section is not ruled out.'
note 81156 'note Sent twice.'
note 81158 'warning gap=terminology The code is not in the value set that both know.'

ids() { printf '%s\n' "$out" | grep -oE '\b81[0-9]{3}\b' | sort -u | tr '\n' ' '; }

exits 0 'all of them' v findings
is 'each TI' "$(ids)" '81156 81158 81212 '
has 'the sentence' "$out" 'A device as the target of a section is not ruled out.'
has 'the category' "$out" 'gap: ambiguous'
has 'the file' "$out" ', in '
has 'the author' "$out" 'by Kim Minji'
exits 0 'gaps alone' v findings --gap any
is 'not the others' "$(ids)" '81158 81212 '
exits 0 'one category' v findings --gap terminology
is 'that one' "$(ids)" '81158 '
exits 2 'no such category' v findings --gap strange
has 'names those there are' "$err" 'ambiguous'

if command -v jq >/dev/null 2>&1; then
	v --json findings >"$tmp/j"
	is 'JSON: severities' "$(jq -r '[.[].severity] | sort | join(" ")' "$tmp/j")" 'error note warning'
	check 'JSON: the contract' jq -e 'length == 3 and all(.[]; (.id, .ti, .profiles, .from_country, .severity, .gap, .text,
		.source, .file, .path, .state | type == "string") and (.byte_offset | type == "number"))' "$tmp/j"
	country=$(jq -r '.[] | select(.ti == "81212") | .from_country' "$tmp/j")
	profile=$(jq -r '.[] | select(.ti == "81212") | .profiles | split(" ")[0] | rtrimstr(",")' "$tmp/j")
	exits 0 'by country' v --json findings --country "$country"
	check 'that country is on either side' jq -e --arg c "$country" 'length > 0 and
		all(.[]; .from_country == $c or .to_country == $c)' "$tmp/out"
	exits 0 'in small letters' v --json findings --country "$(printf %s "$country" | tr '[:upper:]' '[:lower:]')"
	check 'the same' jq -e 'length > 0' "$tmp/out"
	exits 0 'by profile' v --json findings --profile "$profile"
	check 'that profile' jq -e --arg p "$profile" 'length > 0 and all(.[]; .profiles | contains($p))' "$tmp/out"
	exits 0 'by both' v --json findings --profile "$profile" --country "$country" --gap ambiguous
	is 'one' "$(jq -r '.[].ti' "$tmp/out")" 81212
	exits 0 'by a country of nobody' v --json findings --country ZZ
	is 'none' "$(jq -c . "$tmp/out")" '[]'
else
	skip 'JSON, country and profile' 'no jq'
fi
exits 0 'none is like that' v findings --country ZZ
has 'it says that too' "$err" 'no finding is like that'

v journal --json >"$tmp/j" 2>&1
has 'the journal holds them' "$(cat "$tmp/j")" 'finding'
done_testing
