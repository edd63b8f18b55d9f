#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An event from a real dump of Gazelle to its results: imported, monitored, graded, published, and given back.
. "${srcdir:-.}/tests/shell/pg_common.sh"
command -v pg_restore >/dev/null || pg_skip 'no pg_restore'
dump=$srcdir/../shared/corpus/gazelle/tm-first-import.data
if [ ! -r "$dump" ]; then
	skip 'a day with a real dump of Gazelle' 'not here'
	done_testing
fi
pg_new g 'fsync = off' 'full_page_writes = off' 'autovacuum = off'
pg_start g
q g 'CREATE DATABASE tm' postgres
# its schema public is there already
pg_restore -h "$tmp/g" -p "$(pg_port g)" -U hub -d tm --no-owner --no-acl "$dump" >"$tmp/out" 2>&1
sed 's/:n/240/g' "$srcdir/tests/gazelle/fill.sql" >"$tmp/fill.sql"
sql() { q g "$1" tm; }
script() { "$pg_bin/psql" -X -q -A -t -h "$tmp/g" -p "$(pg_port g)" -U hub -d tm -v ON_ERROR_STOP=1 -f "$1"; }
check 'the dump is filled' script "$tmp/fill.sql"
url="postgresql://hub@127.0.0.1:$(pg_port g)/tm"

# ---- in ----
exits 0 'the event is imported' d import gazelle "$url"
serve --listen 127.0.0.1:0
enrolled monitor201 --role monitor
enrolled lead --role lead --role monitor --name 'Head of monitors'
enrolled manager246 --role manager
exits 0 'the queue' w monitor201 --json queue
is 'as many wait as SQL counts' "$(jq length "$tmp/out")" "$(sql "SELECT count(*) FROM tm_test_instance i JOIN tm_status s
	ON s.id = last_status_id WHERE s.keyword IN ('completed', 'critical', 'partially verified')")"

# ---- monitored: what monitor201 may grade, one of each outcome and the rest verified ----
mine=$(jq -r '.[] | select(all(.participants[]?; .organisation != "O42")) | .id' "$tmp/out" | head -n 12)
long=$(awk 'BEGIN { for (i = 0; i < 90; i++) printf "코드 %d is wrong; ", i }')
n=0
for ti in $mine; do
	step=$(w monitor201 --json show "$ti" | jq '.[0].steps[0].n // 0')
	mark=
	[ "$step" = 0 ] || mark="--step $step=verified"
	case $n in
	0) set -- failed -m "$long" ;;
	1) set -- partial -m "It's a \\half; -- one'; DROP TABLE tm_test; \$\$" ;;
	*) set -- verified ;;
	esac
	# shellcheck disable=SC2086 # two words or none
	w monitor201 grade "$ti" "$@" $mark >"$tmp/one" 2>&1 && { [ $n -ne 0 ] || failed=$ti; [ $n -ne 1 ] || partial=$ti; n=$((n + 1)); }
	[ $n -lt 8 ] || break
done
is 'eight TIs are graded' "$n" 8
exits 0 'a comment' w monitor201 comment "$failed" -m 'Seen at the table'
exits 0 'they reach the hub' w monitor201 sync --once
is 'all of them' "$(unreceived monitor201)" 0

# ---- graded ----
exits 0 'the manager hears of it' w manager246 sync --once
exits 0 'lines' w manager246 --json results
is 'as many as SQL counts' "$(jq length "$tmp/out")" "$(sql 'SELECT count(*) FROM tm_system_actor_profiles')"
line=$(jq -r '[.[] | select(.verified > 0 and (.id | endswith("/-")))] | sort_by(-.verified) | .[0].id' "$tmp/out")
passes=$(jq -r --arg l "$line" '.[] | select(.id == $l) | .organisation' "$tmp/out")
exits 0 "a line is graded: $line" w manager246 grade-line "$line" passed -m 'as seen'
exits 0 'and sent' w manager246 sync --once

# ---- published ----
exits 0 'the site' d publish --lang en "$tmp/site"
check 'is there' test -s "$tmp/site/index.html"
is 'who passed' "$(jq '.results | length' "$tmp/site/results.json")" 1
name=$(sql "SELECT name FROM usr_institution WHERE 'O' || id = '$passes'" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g')
has 'by name, escaped' "$(cat "$tmp/site/index.html")" "$name"

# ---- and back ----
exits 0 'the batch' d export gazelle "$tmp/batch.sql"
lacks 'no text leaves its quotes' "$(grep -v "E'" "$tmp/batch.sql")" 'DROP TABLE'
state() {
	sql "SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (SELECT i::text AS x FROM tm_test_instance i UNION ALL SELECT p::text FROM tm_test_instance_participants p
	UNION ALL SELECT s::text FROM tm_test_steps_instance s UNION ALL SELECT e::text FROM tm_test_instance_event e UNION ALL SELECT t::text FROM tm_test_steps_data t
	UNION ALL SELECT l::text FROM tm_test_instance_test_status l UNION ALL SELECT k::text FROM tm_test_instance_tm_test_steps_data k) y"
}
before=$(state)
exits 0 'is applied' script "$tmp/batch.sql"
is 'every TI took its status' "$out" ''
after=$(state)
check 'something changed' test "$before" != "$after"
exits 0 'is applied again' script "$tmp/batch.sql"
is 'and changes nothing' "$(state)" "$after"
keyword() { sql "SELECT s.keyword FROM tm_test_instance i JOIN tm_status s ON s.id = i.last_status_id WHERE i.id = $1"; }
agree=0
for ti in $(w monitor201 --json journal | jq -r '.[] | select(.kind == "verdict") | .ti'); do
	ours=$(w monitor201 --json show "$ti" | jq -r '.[0].status' | tr - ' ')
	if [ "$(keyword "$ti")" = "$ours" ]; then agree=$((agree + 1)); else not_ok "status of $ti" "$ours here, $(keyword "$ti") in Gazelle"; fi
done
is 'statuses agree' "$agree" 8
last_event() { sql "SELECT $2 FROM tm_test_instance_event e JOIN tm_test_instance_test_status l ON l.status_id = e.id WHERE l.test_instance_id = $1 AND e.type = $3 ORDER BY e.id DESC LIMIT 1"; }
is 'a long reason is cut at 255 characters' "$(last_event "$failed" 'char_length(comment)' 0)" 255
is 'and whole as evidence' "$(sql "SELECT string_agg(d.value, '' ORDER BY d.id) FROM tm_test_steps_data d JOIN tm_test_instance_tm_test_steps_data l
	ON l.teststepsdatalist_id = d.id WHERE l.tm_test_instance_id = $failed AND d.comment LIKE 'comment, part%'")" "[Verdict] $long"
is 'an awkward reason as it is' "$(last_event "$partial" comment 0)" "[Verdict] It's a \\half; -- one'; DROP TABLE tm_test; \$\$"
is 'by whom' "$(last_event "$failed" username 0)" monitor201
is 'the comment' "$(last_event "$failed" comment 1)" 'Seen at the table'
is 'participants of a failed TI' "$(sql "SELECT DISTINCT s.keyword FROM tm_test_instance_participants p JOIN tm_test_instance_participants_status s
	ON s.id = p.status_id WHERE p.test_instance_id = $failed")" unverified
check 'step marks' test "$(sql "SELECT count(*) FROM tm_test_steps_instance x JOIN tm_status s ON s.id = x.status_id AND s.keyword = 'verified'")" -ge 4
sql "UPDATE tm_test_instance SET last_status_id = (SELECT id FROM tm_status WHERE keyword = 'started') WHERE id = $partial"
exits 0 'participants went on' script "$tmp/batch.sql"
is 'their TI is left alone, and told' "$out" "$partial|partially verified|started"
is 'it runs' "$(keyword "$partial")" started
exits 0 'as SOAP' d export gazelle-soap "$tmp/batch.xml"
check 'well-formed' xmllint --noout "$tmp/batch.xml"
is 'a call for each' "$(grep -c '<ws:changeTestInstanceStatus>' "$tmp/batch.xml")" 8
exits 0 'Gazelle comes again' d import gazelle "$url"
exits 0 'verdicts stand' w monitor201 sync --once
is 'nobody is disputed' "$(w monitor201 --json disputes | jq length)" 0
exits 0 'the hub is whole' d verify
stop
is 'the hub ends' $? 0
done_testing
