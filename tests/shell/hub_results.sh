#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Grades through a hub: two managers on their own consoles, a monitor who looks on, one who may not grade.
. "${srcdir:-.}/tests/shell/hub_common.sh"

line=S10/MCSD/CS_DIRECTORY/-
grade_of() { w "$1" results "$line" | sed -n 's/^grade: //p'; }
lines_of() { w "$1" --json results | grep -v '"grade_told": *true'; }

# a second manager
mkdir "$tmp/pack" && cp -R "$sample/." "$tmp/pack" && chmod -R u+w "$tmp/pack"
sed '/"P09"/s/"lead"/"lead", "manager"/' "$sample/persons.json" >"$tmp/pack/persons.json"
sample=$tmp/pack
imported
serve --listen 127.0.0.1:0
enrolled P10 --role manager
enrolled P09 --role manager
enrolled P01 --role monitor
is 'the hub and consoles say the same' "$(lines_of P10 | cksum)" "$(lines_of P01 | cksum)"
has 'what the pack told came along' "$(w P01 results --matrix)" 'Kererū'

exits 0 'a manager grades' w P10 grade-line "$line" passed -m 'Seen on Tuesday.'
exits 0 'and sends' w P10 sync
has 'which is counted' "$out" '1 record sent'
exits 0 'a monitor takes it' w P01 sync
is 'and sees it' "$(grade_of P01)" 'passed'
has 'in the matrix too' "$(w P01 results --matrix)" 'MCSD'

exits 0 'another manager, who had not seen it' w P09 grade-line "$line" at-risk
exits 0 'sends' w P09 sync
exits 0 'the monitor takes that' w P01 sync
is 'they differ' "$(grade_of P01)" 'disputed'
lacks 'and nothing is published' "$(w P01 results --matrix)" 'MCSD'
is 'the first sees it too' "$(w P10 -q sync; grade_of P10)" 'disputed'
exits 0 'who has seen both grades again' w P10 grade-line "$line" passed -m 'Talked about it.'
exits 0 'sends that' w P10 sync
exits 0 'and all take it' w P01 sync
is 'the last word' "$(grade_of P01)" 'passed'
has 'with its history' "$(w P01 results "$line")" 'Talked about it.'

# what a sync says: however the receipt and the feed come, and whatever stands in verdict.conf
printf 'set theem light\nset claim-minutes 2\n' >"$tmp/verdict.conf"
w P10 -q grade-line S01/CT/TIME_CLIENT/- passed
w P10 -q grade-line S12/SVCM/TERM_CONSUMER/- passed
exits 0 'two more, with mistakes in the configuration' w P10 --config "$tmp/verdict.conf" sync
has 'are counted' "$out" '2 records sent'
has 'one mistake has its line' "$err" 'verdict.conf:1: set: no option is called "theem"'
has 'and so has the next' "$err" 'verdict.conf:2: set claim-minutes'
exits 1 'evidence that is at the hub alone' w P01 evidence 81216 1
has 'says how it gets here' "$err" 'verdict sync --prefetch 256'
exits 0 'it comes' w P01 sync --prefetch 256
exits 0 'and is here' w P01 evidence 81216 1
is 'nothing was flagged' "$(w P10 journal flagged 2>/dev/null)$(w P09 journal flagged 2>/dev/null)" ''
exits 1 'a monitor may not' w P01 grade-line "$line" withdrawn
if stop; then ok 'the hub ends'; else not_ok 'the hub ends'; fi
exits 0 'and all its signatures hold' d verify
done_testing
