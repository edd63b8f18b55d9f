#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# import gazelle: a small database of an older shape with bad rows; then a real dump of Gazelle, filled, and counted by SQL.
. "${srcdir:-.}/tests/shell/pg_common.sh"
command -v pg_restore >/dev/null || pg_skip 'no pg_restore'

pg_new g 'fsync = off' 'full_page_writes = off' 'autovacuum = off' 'max_prepared_transactions = 2'
pg_start g
sql() { q g "$2" "$1"; }			# sql DATABASE QUERY
script() { "$pg_bin/psql" -X -q -h "$tmp/g" -p "$(pg_port g)" -U hub -d "$1" -v ON_ERROR_STOP=1 -f "$2" >"$tmp/out" 2>&1; }
url() { echo "postgresql://${2:-hub}@127.0.0.1:$(pg_port g)/$1"; }
gazelle() { d import gazelle "$@"; }
says() { has "tells: $1" "$(cat "$tmp/err" "$tmp/out")" "$1"; }

# ---- what is no Gazelle ----
exits 3 'no server there' gazelle 'postgresql://hub@127.0.0.1:1/x'
exits 2 'no address' gazelle 'mysql://x/y'
q g 'CREATE DATABASE other' postgres
exits 1 'a database of something else' gazelle "$(url other)"
says 'not one of Gazelle Test Management'
sql other 'CREATE TABLE tm_test (id int); CREATE TABLE tm_status (id int)'
exits 1 'a part of one' gazelle "$(url other)"
says 'lacks the tables'
says 'restored in part'
check 'no hub was made' test ! -e "$hub/hub.db"

# ---- small, old, and with mistakes ----
q g 'CREATE DATABASE small' postgres
check 'the small database' script small "$srcdir/tests/gazelle/small.sql"
exits 1 'two sessions: which?' gazelle "$(url small)"
says '--session'
says 'Rehearsal'
exits 1 'a session that is not there' gazelle --session 3 "$(url small)"
exits 2 'a session that is no number' gazelle --session seven "$(url small)"
exits 2 'a zone that is none' gazelle --session 7 --zone KST "$(url small)"
small="--session 7 --zone Asia/Seoul --pack $tmp/pack"
# shellcheck disable=SC2086
exits 0 'as a pack' gazelle $small --json "$(url small)"
cp "$tmp/out" "$tmp/small.json"
check 'it is JSON' jq -e . "$tmp/small.json"
num() { jq ".gazelle.$1" "$tmp/small.json"; }
is 'TIs' "$(num instances) $(num skipped)" '3 4'
is 'tests' "$(num tests)" 3
is 'systems, organisations, persons, lines' "$(num systems) $(num organisations) $(num persons) $(num lines)" '3 3 2 4'
problem() { has "finds: $1" "$(jq -r '.gazelle.problems[]' "$tmp/small.json")" "$1"; }
problem 'tm_test_instance 502: its status is none'
problem 'tm_test_instance 503: nobody takes part'
problem 'tm_test_instance 504: its test is not there'
problem 'tm_test_instance 505: it has no last_changed'
problem 'tm_test_instance 506: participant 9: its system is not in this session'
problem 'tm_test_instance 500: participant 3: its role is none of the test'
problem 'tm_test_instance 500: an event without a moment'
problem 'tm_test_instance 501: a step of another test'
problem 'tm_test_roles 4 of test Publish & find'
problem 'tm_test_steps 102 of test MHD_Publish'
problem 'tm_test_steps 103 of test Publish___find: its transaction 55'
problem 'steps without an index of their own'
problem 'system 55 is not in tm_system'
problem 'tm_system 3 (NOHOME): belongs to no institution'
problem 'registered for 5, which is not in'
problem 'registered twice for MHD/DOC_SOURCE/'
problem 'tm_monitor_in_session: user 88 is not in usr_users'
problem 'tm_test_instance_participants: 1 rows whose test_instance_id (999 to 999)'
problem 'tm_test_instance_test_status: 1 rows whose status_id'
left() { has "leaves out: $1" "$(jq -r '.gazelle.left_out[]' "$tmp/small.json")" "$1"; }
left 'there is no table tm_test_type'
left 'tm_testing_session has no column is_critical_status_enabled'
left 'tm_test_instance_event.date_of_event: moments without a zone, taken as of Asia/Seoul'
ti() { jq -c "select(.id == \"$1\") | $2" "$tmp/pack/instances.ndjson"; }
is 'a moment without a zone is of the place' "$(ti 500 .since)" '"2026-11-24T04:40:00Z"'
is 'a status that monitors gave' "$(ti 501 .status)" '"failed"'
is 'who claimed it' "$(ti 500 .claim.by)" '"kim"'
is 'nobody claims what has an end' "$(ti 501 .claim)" null
is 'steps as participants left them' "$(ti 500 '[.steps[] | .n, .status]')" '[10,"done",20,"done"]'
is 'an address in Gazelle' "$(ti 500 .permalink)" '"https://tm.example/testInstance.seam?id=500"'
is 'a link says so' "$(ti 500 '[.evidence[].kind]')" '["file, not fetched","proxy, not fetched","EVSClient, not fetched","url, not fetched"]'
is 'the proxy is asked by the step' "$(ti 500 '.evidence[1].url')" '"https://proxy.example/searchMessageStep.seam?id=1"'
is 'an address of no web is none' "$(ti 500 '.evidence[3].url')" '"gazelle:tm_test_steps_data/4"'
is 'a text comes as it is' "$(ti 500 '.evidence[3].name')" '"a tab\t, a line\n, \\N and \\tmp\\"'
is 'markup goes, words stay' "$(ti 500 '.history[1].text')" '"Is <this> it? yes"'
is 'a description as text' "$(jq -r '.tests[] | select(.title | startswith("Publish a")) | .description' "$tmp/pack/catalogue.json")" 'Send & receive

Evaluation

- one <tag>
- two

[French]
une phrase'
is 'the same keyword twice' "$(jq -c '[.tests[].id]' "$tmp/pack/catalogue.json")" '["MHD_Publish","Publish___find","MHD_Publish-13"]'
is 'a role covers what is tested' "$(jq -c '.tests[0].roles[0].covers' "$tmp/pack/catalogue.json")" \
	'[{"profile":"MHD","actor":"DOC_SOURCE"},{"profile":"MHD","actor":"DOC_SOURCE","option":"COMPREHENSIVE"}]'
is 'rules are what passes rest on' "$(jq -c '.dependencies[] | [.profile, .actor, (.needs[] | .actor)]' "$tmp/pack/catalogue.json" | tr '\n' ' ')" \
	'["MHD","DOC_SOURCE","DOC_RECIPIENT"] ["MHD","DOC_SOURCE","DOC_SOURCE",null] '
problem 'tf_rule 2: its cause is not one'
problem 'tf_rule 3: what it asks for is not'
problem 'tf_rule 4: its cause'
problem 'tf_rule 5: tf_rule_criterion 9 holds itself'
problem 'tf_rule 6: tf_rule_criterion 10 holds itself'
problem 'tf_rule 7: tf_rule_criterion 16: more than 4 within each other'
is 'grades of Gazelle are told apart' "$(jq -c '.[] | .lines[]? | select(.elsewhere) | .elsewhere[] | [.grade, .place, .option, .at, .who, .text]' \
	"$tmp/pack/systems.json" | tr '\n' ' ')" \
	'["passed","Gazelle",null,"2026-11-25T09:00:00Z","sato","as <seen>"] ["did-not-complete","Gazelle","COMPREHENSIVE",null,null,null] '
problem '"splendid" is no grade'
is 'numbers within what a pack takes' "$(jq -c '[.tests[].roles[].max]' "$tmp/pack/catalogue.json")" '[1,1,1,1,99]'
is 'a name with markup stays' "$(jq -r '.[] | select(.id == "O1") | .name' "$tmp/pack/organisations.json")" '한빛 <b>병원</b>'
is 'days are those of the place' "$(jq -r '.begins + " " + .ends + " " + .tz_name' "$tmp/pack/event.json")" '2026-11-23 2026-11-27 Asia/Seoul'
is 'who may not grade' "$(jq -c '.[] | select(.id == "sato") | .organisations' "$tmp/pack/persons.json")" '["O2"]'
is 'their tests, deprecated ones not' "$(jq -c '[.[].tests]' "$tmp/pack/persons.json")" '[["MHD_Publish"],["Publish___find"]]'
check 'no hub was made for it' test ! -e "$hub/hub.db"
mkdir "$tmp/files"
echo '{"bundle": 1}' >"$tmp/files/1_bundle.json"
# shellcheck disable=SC2086
exits 0 'with files' gazelle $small --files "$tmp/files" "$(url small)"
is 'a file is fetched' "$(ti 500 '.evidence[0] | [.kind, .size, .file]')" '["file",14,"evidence/1"]'
check 'its bytes are there' cmp "$tmp/files/1_bundle.json" "$tmp/pack/evidence/1"
says 'its file ../../etc/passwd is not in'
exits 0 'the hub takes the pack' d import pack "$tmp/pack"
exits 0 'verify' d verify
rm -rf "$hub"

# ---- a role that may read and nothing else ----
sql small 'CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE SELECT ON usr_institution FROM reader'
exits 0 'a reading role' gazelle --session 7 --zone Asia/Seoul "$(url small reader)"
says 'there is no table usr_institution'
exits 0 'again' gazelle --session 7 --zone Asia/Seoul "$(url small reader)"
says 'nothing changed'
sql small 'GRANT SELECT ON usr_institution TO reader'
# shellcheck disable=SC2086
exits 0 'it reads all' gazelle $small-many --json "$(url small reader)"
sql small 'ALTER ROLE reader CONNECTION LIMIT 1'
# shellcheck disable=SC2086
exits 0 'over one connection' gazelle $small-one --json "$(url small reader)"
check 'the pack is the same' diff -r "$tmp/pack-many" "$tmp/pack-one"

# ---- a column without which there is no event; a dump restored without its rows ----
q g 'CREATE DATABASE lacking TEMPLATE small' postgres
sql lacking 'ALTER TABLE tm_test_instance DROP COLUMN last_status_id'
exits 1 'a column that is needed' gazelle --session 7 --zone Asia/Seoul --event lacking "$(url lacking)"
says 'tm_test_instance.last_status_id is not there'
says 'without it nothing can be imported'
sql lacking 'ALTER TABLE tm_test_instance ADD COLUMN last_status_id int; TRUNCATE tm_test_instance_participants, tm_role_in_test'
exits 0 'rows that were not restored' gazelle --session 7 --zone Asia/Seoul --event lacking --pack "$tmp/pack-lacking" "$(url lacking)"
says 'tm_test_roles 1 of test'
says 'tm_test_instance 500: it has no status'
is 'nothing is made up for them' "$(wc -c <"$tmp/pack-lacking/instances.ndjson")" 0
check 'the hub heard nothing of it' test ! -e "$hub/marks/lacking"

# ---- a server that fails in the middle ----
sql small 'ALTER TABLE tm_test_instance_event RENAME TO events; CREATE VIEW tm_test_instance_event AS SELECT id, date_of_event,
	type / CASE WHEN id = 6 THEN 0 ELSE 1 END AS type, username, comment, status_id FROM events'
before=$(d doctor --json | jq -c .events)
exits 1 'rows that cannot be read' gazelle --session 7 --zone Asia/Seoul "$(url small)"
says 'verdict_events: division by zero'
exits 1 'nor as another event' gazelle --session 7 --zone Asia/Seoul --event other "$(url small)"
is 'the hub is as before' "$(d doctor --json | jq -c .events)" "$before"
sql small 'DROP VIEW tm_test_instance_event; ALTER TABLE events RENAME TO tm_test_instance_event'
exits 0 'mended' gazelle --session 1 --zone Asia/Seoul --pack "$tmp/pack-1" "$(url small)"
is 'TIs of that session alone' "$(jq -c .id "$tmp/pack-1/instances.ndjson")" '"600"'

# ---- a real dump ----
dump=$srcdir/../shared/corpus/gazelle/tm-first-import.data
if [ ! -r "$dump" ]; then
	skip 'a real dump of Gazelle' 'not here'
	done_testing
fi
rm -rf "$hub"
q g 'CREATE DATABASE tm' postgres
# its schema public is there already
pg_restore -h "$tmp/g" -p "$(pg_port g)" -U hub -d tm --no-owner --no-acl "$dump" >"$tmp/out" 2>&1
sed "s/:n/400/g" "$srcdir/tests/gazelle/fill.sql" >"$tmp/fill.sql"
exits 1 'a dump without sessions' gazelle "$(url tm)"
says 'no testing session'
check 'the dump is filled' script tm "$tmp/fill.sql"
exits 0 'counted first' gazelle --dry-run --json "$(url tm)"
check 'no hub was made for it' test ! -e "$hub/hub.db"
count() { jq ".gazelle.$1" "$tmp/out"; }
compare() { is "$1 as SQL counts them" "$(count "$1")" "$(sql tm "$2")"; }
all_counts() {
	compare instances 'SELECT count(*) FROM tm_test_instance WHERE testing_session_id = 1'
	compare participants 'SELECT count(*) FROM tm_test_instance_participants'
	compare steps 'SELECT count(*) FROM tm_test_instance_test_steps_instance'
	compare evidence 'SELECT (SELECT count(*) FROM tm_test_steps_test_steps_data) + (SELECT count(*) FROM tm_test_instance_tm_test_steps_data)'
	compare history 'SELECT count(*) FROM tm_test_instance_test_status'
	compare systems 'SELECT count(*) FROM tm_system_in_session'
	compare lines 'SELECT count(*) FROM tm_system_actor_profiles'
	compare persons 'SELECT (SELECT count(*) FROM tm_monitor_in_session) + (SELECT count(*) FROM tm_testing_session_admin)'
	compare organisations 'SELECT count(DISTINCT institution_id) FROM tm_institution_system'
}
all_counts
exits 0 'all of it' gazelle --json "$(url tm)"
all_counts
is 'the hub takes all TIs' "$(jq .import.instances "$tmp/out")" 400
is 'and all the rest, once' "$(jq .import.entries "$tmp/out")" 405
serve --plain --listen 127.0.0.1:0
exits 0 'nothing changed, while the hub serves' gazelle --json "$(url tm)"
is 'nothing is read' "$(jq -c '[.gazelle.unchanged, .import]' "$tmp/out")" '[true,null]'
sql tm "UPDATE tm_test_instance SET last_status_id = (SELECT id FROM tm_status WHERE keyword = 'paused') WHERE id = 80001"
exits 0 'what would change' gazelle --dry-run --json "$(url tm)"
is 'one TI' "$(jq '.import.entries' "$tmp/out")" 1
exits 0 'one TI changed' gazelle --json "$(url tm)"
is 'it alone comes' "$(jq '.import.entries' "$tmp/out")" 1
exits 0 'and once' gazelle "$(url tm)"
says 'nothing changed'

# ---- each kind of row that changes is seen, and brings no more than itself ----
comes() {			# comes WHAT QUERY
	sql tm "$2"
	exits 0 "changed: $1" gazelle --json "$(url tm)"
	is "$1 comes, and nothing else" "$(jq -c '[.gazelle.unchanged, .import.entries]' "$tmp/out")" '[false,1]'
}
step_of="(SELECT min(test_steps_instance_id) FROM tm_test_instance_test_steps_instance WHERE test_instance_id"
comes 'a participant' 'UPDATE tm_test_instance_participants SET system_in_session_user_id = system_in_session_user_id % 160 + 1
	WHERE id = (SELECT min(id) FROM tm_test_instance_participants WHERE test_instance_id = 80010)'
comes 'a step' "UPDATE tm_test_steps_instance SET test_steps_instance_status_id = (SELECT min(id) FROM tm_test_steps_instance_status
	WHERE keyword = 'failed') WHERE id = $step_of = (SELECT min(test_instance_id) FROM tm_test_instance_test_steps_instance))"
comes 'a comment' "UPDATE tm_test_instance SET comments = 'Once more' WHERE id = 80012"
comes 'an event' "INSERT INTO tm_test_instance_event (id, date_of_event, last_changed, comment, type, username)
	VALUES (999001, now(), now(), 'please look', 1, 'vendor1');
	INSERT INTO tm_test_instance_test_status (test_instance_id, status_id) VALUES (80013, 999001)"
comes 'evidence' "INSERT INTO tm_test_steps_data (id, last_changed, last_modifier_id, value, data_type_id, withoutfilename)
	VALUES (999001, now(), 'vendor1', 'https://files.example/new', (SELECT id FROM tm_data_type WHERE keyword = 'url'), false);
	INSERT INTO tm_test_instance_tm_test_steps_data (tm_test_instance_id, teststepsdatalist_id) VALUES (80014, 999001)"
comes 'evidence that is another now' "UPDATE tm_test_steps_data SET value = 'https://files.example/other' WHERE id = 999001"
comes 'evidence that went' 'DELETE FROM tm_test_instance_tm_test_steps_data WHERE teststepsdatalist_id = 999001'
comes 'the text of a test' "UPDATE tm_test_description SET description = description || ' <p>Mind the clock.</p>' WHERE id IN (
	SELECT d.test_description_id FROM tm_test_test_description d JOIN tm_test_instance i ON i.test_id = d.test_id)"
comes 'an organisation' "UPDATE usr_institution SET name = name || ' Ltd' WHERE id = 7"
sql tm 'CREATE TABLE not_of_gazelle (n int); INSERT INTO not_of_gazelle VALUES (1)'
exits 0 'another table of the server changed' gazelle "$(url tm)"
says 'nothing changed'
# who began to write before the import and ends behind it
sql tm "BEGIN; UPDATE tm_test_instance SET comments = 'Late' WHERE id = 80015; PREPARE TRANSACTION 'late'"
comes 'a comment beside a transaction under way' "UPDATE tm_test_instance SET comments = 'Soon' WHERE id = 80016"
comes 'what that transaction wrote' "COMMIT PREPARED 'late'"
exits 0 'and all of it once' gazelle "$(url tm)"
says 'nothing changed'
sql tm 'DELETE FROM tm_test_instance_participants WHERE test_instance_id = 80002; UPDATE usr_users SET lastname = lastname WHERE id = 1'
exits 0 'a TI that nobody plays any more' gazelle --json "$(url tm)"
is 'is withdrawn' "$(jq -c '[.import.withdrawn, .gazelle.skipped]' "$tmp/out")" '[1,1]'
exits 0 'a code' d enrol monitor201 --role monitor
code=$(head -n 1 "$tmp/out")
exits 0 'a monitor joins' w m join "$code"
exits 0 'and sees the queue' w m --json queue
status() { sql tm "SELECT count(*) FROM tm_test_instance i JOIN tm_status s ON s.id = last_status_id WHERE i.id <> 80002 AND keyword = '$1'"; }
is 'as many wait as in Gazelle' "$(jq '[.[] | select(.status == "to-be-verified")] | length' "$tmp/out")" "$(status completed)"
is 'as many are critical' "$(jq '[.[] | select(.status == "critical")] | length' "$tmp/out")" "$(status critical)"
id=$(sql tm "SELECT min(x.test_instance_id) FROM tm_test_instance_test_steps_instance x JOIN tm_test_steps_test_steps_data t
	ON t.test_steps_id = x.test_steps_instance_id JOIN tm_test_instance i ON i.id = x.test_instance_id AND i.id > 80002 JOIN tm_status s
	ON s.id = i.last_status_id AND s.keyword = 'completed'")
exits 0 'a TI by its number in Gazelle' w m --json show "$id"
is 'links are here without being fetched' "$(jq -c '[.[0].evidence[].here] | unique' "$tmp/out")" '[true]'
exits 0 'one is opened' w m evidence "$id" 1 --raw
has 'it is its address' "$(cat "$tmp/out")" ':'
exits 0 'the hub is whole' d verify
stop
is 'the hub ends' $? 0
done_testing
