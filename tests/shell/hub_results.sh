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
is 'nothing was flagged' "$(w P10 journal flagged 2>/dev/null)$(w P09 journal flagged 2>/dev/null)" ''
exits 1 'a monitor may not' w P01 grade-line "$line" withdrawn
if stop; then ok 'the hub ends'; else not_ok 'the hub ends'; fi
exits 0 'and all its signatures hold' d verify
done_testing
