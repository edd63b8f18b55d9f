#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Foreign text never reaches the terminal raw: names, comments and evidence with control bytes, escapes, bidi
# overrides; no colour where none is wanted; ASCII alone in a C locale.
. "${srcdir:-.}/tests/shell/common.sh"
if ! command -v jq >/dev/null 2>&1; then
	skip 'hostile names' 'no jq'
	done_testing
fi

pack=$tmp/pack
mkdir "$pack"
cp -R "$sample"/*.json "$sample"/*.ndjson "$sample/evidence" "$pack" && chmod -R u+w "$pack"
# ESC, C1 CSI, bidi override, line separator, BEL, backspace, DEL, tab; never the line end, which JSON hides as well
evil='"\u001b[31mX\u009b2J\u202eY\u2028\u0007\b\u007f\tZ"'
jq "map(.name = (.name + $evil))" "$sample/systems.json" >"$pack/systems.json"
jq "map(.name = (.name + $evil))" "$sample/organisations.json" >"$pack/organisations.json"
exits 0 'a pack with hostile names is imported' v join "$pack" --as P01
v comment 81222 -m "$(printf 'red \033[31m and \302\2332J and \342\200\256 back\n\tend\177')" >/dev/null
v grade 81222 failed -m "$(printf 'no \033]0;title\007 title')" >/dev/null

# bytes that no terminal should see: C0 but the line end, DEL, C1, bidi, line separators
clean() {
	LC_ALL=C grep -naP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$1"
}
for c in 'queue --all' 'queue' 'show 81222' 'evidence 81222' 'journal' 'status' 'doctor' 'show 81270 81198'; do
	# shellcheck disable=SC2086 # words of a command
	v $c >"$tmp/out" 2>&1
	is "$c writes no control byte" "$(clean "$tmp/out")" ''
done
v queue --all >"$tmp/out"
has 'hostile bytes are shown by name' "$(cat "$tmp/out")" '<U+202E>'
exits 0 'an export keeps them' v export 81222
is 'escaped, as JSON must' "$(LC_ALL=C grep -c "$esc" "$tmp/out")" 0
check 'and unchanged' jq -e '.[0].participants[0].system | test("\u202eY")' "$tmp/out"
for bad in "$(printf 'x\033[31m')" "$(printf 'x\342\200\256')"; do
	v show "$bad" >"$tmp/out" 2>&1
	is 'messages write no control byte either' "$(clean "$tmp/out")" ''
done

# evidence full of control bytes, escapes and broken UTF-8
ti=$(jq -r 'select(.test == "SEC_02_Audit_Trail") | .id' "$sample/instances.ndjson" | head -n 1)
n=$(jq -r "select(.id == \"$ti\") | .evidence[] | select(.name == \"console.log\") | .n" "$sample/instances.ndjson")
for view in --outline --pretty --hex; do
	exits 0 "console.log $view" v evidence "$ti" "$n" $view
	is "writes no control byte" "$(clean "$tmp/out")" ''
done
exits 0 'console.log --raw to a pipe' v evidence "$ti" "$n" --raw
check 'is byte for byte' sh -c 'cmp -s "$1" "$2"/*console.log' - "$tmp/out" "$sample/evidence"

# a locale without UTF-8
for c in 'queue --all' 'show 81270' 'evidence 81222 1' 'status'; do
	# shellcheck disable=SC2086 # words of a command
	(LC_ALL=C && v $c) >"$tmp/out" 2>&1
	is "$c is ASCII in the C locale" "$(LC_ALL=C grep -nP '[\x80-\xff]' "$tmp/out")" ''
done

# colour
has '--color always colours' "$(v --color always queue)" "${esc}[1m"
lacks 'a pipe is not coloured' "$(v queue)" "$esc"
lacks '--color never holds' "$(v --color never show 81222)" "$esc"
if have_pty; then
	has 'a terminal is coloured' "$(script -qec "'$verdict' --store '$store' queue" /dev/null </dev/null)" "${esc}[1m"
	lacks 'NO_COLOR holds' "$(NO_COLOR=1 script -qec "'$verdict' --store '$store' queue" /dev/null </dev/null)" "$esc"
	script -qec "'$verdict' --store '$store' --color never evidence $ti $n --raw" /dev/null </dev/null |
		tr -d '\r' >"$tmp/out"
	is 'raw evidence on a terminal is neutralised' "$(clean "$tmp/out")" ''
else
	skip 'colour on a terminal' 'no pseudo-terminal'
fi
done_testing
