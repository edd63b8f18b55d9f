#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A hub over HTTPS from first start to graceful stop: enrolment, session, records, changes, claims, evidence,
# revocation; and what it refuses.
. "${srcdir:-.}/tests/shell/hub_common.sh"

imported
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --limit-address 1 --limit-key 0

# the certificate
has 'it serves with TLS' "$base" 'https://127.0.0.1:'
is 'the secret key is the hub'\''s alone' "$(stat -c %a "$hub/tls/hub.key")" 600
is 'the certificate is what the hub says it is' "$(c "$base/v1/ca")" "$(cat "$hub/tls/hub.pem")"
pin=$(openssl x509 -in "$hub/tls/hub.pem" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
	base64)
check 'the pin alone lets curl in' curl -sS --noproxy '*' -k --pinnedpubkey "sha256//$pin" -o /dev/null "$base/v1/hello"
exits 90 'another pin does not' curl -sS --noproxy '*' -k --pinnedpubkey "sha256//$(printf x | openssl dgst -sha256 -binary |
	base64)" "$base/v1/hello"
exits 60 'nor does it pass for a site of the world' curl -sS --noproxy '*' "$base/v1/hello"
check 'its names are good' c -o /dev/null --resolve "localhost:$port:127.0.0.1" "https://localhost:$port/v1/hello"
exits 60 'another name is not' c --resolve "other.example:$port:127.0.0.1" "https://other.example:$port/v1/hello"
is 'plain HTTP on that port is no way in' "$(curl -s --noproxy '*' -o "$tmp/answer" -w '%{http_code}' \
	"http://127.0.0.1:$port/v1/hello" | tail -c 3)" 000
exits 35 'old TLS is refused' c --tls-max 1.1 "$base/v1/hello"
is 'the unix socket speaks plain HTTP' "$(curl -sS --unix-socket "$tmp/http" -o /dev/null -w '%{http_code}' http://h/healthz)" 200

# enrolment
exits 0 'a code is made' d enrol P01 --role monitor
code=$(printf '%s\n' "$out" | head -n 1)
is 'it names this hub' "$("$wire" code "$code" base)" "$base"
pin=$(printf '%s' "$pin" | tr '+/' '-_' | tr -d '=')
has 'and its pin' "$code" ".$pin"
"$wire" key "$tmp/one" >"$tmp/id"
check 'the code lets a key in' let_in "$tmp/one" "$code"
has 'with a certificate' "$("$wire" open application/vnd.verdict.certificate+json "$tmp/one.cert")" '"who":"P01"'
cp "$tmp/one.cert" "$tmp/first"
check 'the same key with the same code again' let_in "$tmp/one" "$code"
check 'has the same answer' cmp -s "$tmp/first" "$tmp/one.cert"
"$wire" key "$tmp/two" >/dev/null
"$wire" enrol "$tmp/two" "$event" "$("$wire" code "$code" secret)" >"$tmp/request"
is 'another key with it is refused' "$(code_of -H 'Content-Type: application/vnd.verdict.signed' \
	--data-binary "@$tmp/request" "$base/v1/events/$event/enrol")" 409
"$wire" enrol "$tmp/two" "$event" AAAAAAAAAAAAAAAAAAAAAA >"$tmp/request"
is 'so is a code that nobody made' "$(code_of -H 'Content-Type: application/vnd.verdict.signed' \
	--data-binary "@$tmp/request" "$base/v1/events/$event/enrol")" 403
printf 'nothing signed' >"$tmp/request"
is 'and what is not signed' "$(code_of -H 'Content-Type: application/vnd.verdict.signed' \
	--data-binary "@$tmp/request" "$base/v1/events/$event/enrol")" 400
lacks 'no secret stands in the log' "$(cat "$tmp/log")" "$("$wire" code "$code" secret)"

# session
token=$(token "$tmp/one")
is 'a session begins' ${#token} 43
is 'a key without a certificate has none' "$(token "$tmp/two")" ''
is 'a proof is for one moment' "$("$wire" session "$tmp/one" "$event" old >"$tmp/proof"
	code_of -H 'Content-Type: application/vnd.verdict.signed' --data-binary "@$tmp/proof" \
		"$base/v1/events/$event/session")" 401
is 'hello of the event' "$(a "$base/v1/events/$event/hello")" 200
epoch=$(sed -n 's/.*"epoch":"\([^"]*\)".*/\1/p' "$tmp/answer")
size=$(sed -n 's/.*"size":\([0-9]*\).*/\1/p' "$tmp/answer")
is 'without a session nothing' "$(code_of "$base/v1/events/$event/hello")" 401

# records
"$wire" batch "$tmp/one" "$event" P01 81198 1 3 >"$tmp/batch"
is 'a batch is taken' "$(push "$tmp/batch")" 200
receipt=$("$wire" open application/vnd.verdict.receipt+json "$tmp/answer")
is 'one answer a record' "$(printf '%s' "$receipt" | grep -o '"st":"stored"' | wc -l)" 3
is 'again' "$(push "$tmp/batch")" 200
is 'they are duplicates' "$("$wire" open application/vnd.verdict.receipt+json "$tmp/answer" |
	grep -o '"st":"duplicate"' | wc -l)" 3
zstd -q -f "$tmp/batch" -o "$tmp/batch.zst"
is 'packed by zstd too' "$(push "$tmp/batch.zst" -H 'Content-Encoding: zstd')" 200
is 'a body that is not what its digest says is refused' "$(a -H 'Content-Type: application/vnd.verdict.batch' \
	-H "Content-Digest: $("$wire" digest "$tmp/request")" --data-binary "@$tmp/batch" \
	"$base/v1/events/$event/records")" 400
head -c 4194305 /dev/zero >"$tmp/large"
is 'one that is too large too' "$(push "$tmp/large")" 413
is 'the chain is known' "$(a -H 'Content-Type: application/json' \
	--data "{\"rep\":\"$(cat "$tmp/id")\",\"n\":0}" "$base/v1/events/$event/have")" 200
has 'to its end' "$(answer)" '"n":3'

# changes
is 'changes' "$(a "$base/v1/events/$event/changes?epoch=$epoch&since=$size")" 200
is 'three of them' "$(dd if="$tmp/answer" bs=1 skip=4 count=1 2>/dev/null | od -An -tu1 | tr -d ' ')" 3
is 'another epoch is gone' "$(a "$base/v1/events/$event/changes?epoch=00000000000000000000000000000000")" 410
has 'and told' "$(answer)" "\"epoch\":\"$epoch\""
# waits N: so many long polls are under way
waits() { c "$base/metrics" | grep -q "^verdictd_requests_waiting $1"; }
c -o /dev/null -w '%{http_code} %{time_total}' -H "Authorization: Bearer $token" \
	"$base/v1/events/$event/changes?epoch=$epoch&since=$((size + 3))&wait=25" >"$tmp/waited" &
waiting=$!
check 'a poll waits where there is no news' eventually waits 1
"$wire" batch "$tmp/one" "$event" P01 81198 4 1 >"$tmp/batch"
c -o /dev/null -H "Authorization: Bearer $token" -H 'Content-Type: application/vnd.verdict.batch' \
	-H "Content-Digest: $("$wire" digest "$tmp/batch")" --data-binary "@$tmp/batch" "$base/v1/events/$event/records"
wait $waiting
check 'and ends with the news, not with its patience' awk '{ exit !($1 == 200 && $2 < 24) }' "$tmp/waited"

# claims
is 'a claim' "$(a -H 'Content-Type: application/json' --data '{"ti":"81198","ttl":900,"nonce":"n1"}' \
	"$base/v1/events/$event/claims")" 201
fence=$(sed -n 's/.*"fence":\([0-9]*\).*/\1/p' "$tmp/answer")
is 'asked again it is the same' "$(a -H 'Content-Type: application/json' \
	--data '{"ti":"81198","ttl":900,"nonce":"n1"}' "$base/v1/events/$event/claims")" 201
is 'its fence' "$(sed -n 's/.*"fence":\([0-9]*\).*/\1/p' "$tmp/answer")" "$fence"
is 'a monitor forces nobody out' "$(a -H 'Content-Type: application/json' --data '{"why":"gone"}' \
	"$base/v1/events/$event/claims/81198/force")" 403
is 'release' "$(a -X DELETE "$base/v1/events/$event/claims/81198?fence=$fence")" 200

# evidence
file=$sample/evidence/81146-1-iti-67.http
item=$(sha256sum "$file" | cut -c1-64)
is 'evidence by its digest' "$(a "$base/v1/events/$event/evidence/$item")" 200
check 'is what it was' cmp -s "$tmp/answer" "$file"
is 'a range of it' "$(a -r 5-9 "$base/v1/events/$event/evidence/$item")" 206
is 'is those bytes' "$(answer | od -An -tx1)" "$(dd if="$file" bs=1 skip=5 count=5 2>/dev/null | od -An -tx1)"
is 'HEAD tells its size' "$(c -I -H "Authorization: Bearer $token" "$base/v1/events/$event/evidence/$item" |
	tr -d '\r' | sed -n 's/^Content-Length: //p')" "$(wc -c <"$file")"

# 200 consoles that wait for news, each on a connection of its own
resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$served/status"; }
if [ -r "/proc/$served/status" ] && ! grep -q '^#define HAVE_SANITIZER' "$builddir/config.h"; then
	size=$(a "$base/v1/events/$event/hello" >/dev/null; sed -n 's/.*"size":\([0-9]*\).*/\1/p' "$tmp/answer")
	c -Z --parallel-max 220 --parallel-immediate -o /dev/null -H "Authorization: Bearer $token" \
		"$base/v1/events/$event/changes?epoch=$epoch&since=$size&wait=25&x=[1-200]" 2>/dev/null &
	polling=$!
	check '200 long polls wait' eventually waits 200
	check "in less than 64 MiB ($(resident) KiB)" test "$(resident)" -lt 65536
	is 'and others are served' "$(code_of "$base/healthz")" 200
	kill $polling
else
	skip '200 long polls' 'no /proc, or built with sanitizers'
fi

# limits
# all over one connection, so that they come faster than one a second on any machine
c -D "$tmp/heads" -o /dev/null -H 'X-Forwarded-For: 192.0.2.1' "$base/v1/hello?x=[1-100]"
is 'a stranger is answered' "$(head -n 1 "$tmp/heads" | tr -d '\r')" 'HTTP/1.1 200 OK'
has 'one who asks too often is told to wait' "$(cat "$tmp/heads")" 'HTTP/1.1 429 '
has 'and how long' "$(tr -d '\r' <"$tmp/heads")" 'Retry-After: 1'
is 'figures' "$(code_of "$base/metrics")" 200
has 'in the form of Prometheus' "$(answer)" 'verdictd_answers_total{answer="stored"} 4'
is 'not for strangers' "$(code_of -H 'X-Forwarded-For: 192.0.2.9' "$base/metrics")" 403

# who serves has given up what it does not need
if [ -r "/proc/$served/status" ]; then
	has 'no new privileges' "$(cat "/proc/$served/status")" "$(printf 'NoNewPrivs:\t1')"
	has 'a filter of system calls' "$(cat "/proc/$served/status")" "$(printf 'Seccomp:\t2')"
else
	skip 'lesser rights' 'no /proc'
fi

# commands reach the hub that serves
exits 0 'doctor' d --json doctor
has 'knows that it serves' "$out" '"serving": "yes"'
exits 0 'status' d status
has 'names the event' "$out" "$event: "
has 'and who takes part' "$out" "$(cat "$tmp/id")  P0"
has 'when they were here' "$out" ', seen '
exits 0 'status for programs' d --json status --event "$event" --limit 1
has 'has the replica' "$out" "\"replica\": \"$(cat "$tmp/id")\""
exits 1 'status of no event' d status --event other
exits 2 'status of no number' d status --limit many
exits 0 'verify' d verify
has 'finds everything whole' "$out" ': whole'
exits 0 'the same pack again' d import pack "$sample"
has 'changes nothing' "$out" ' 0 changes'
exits 0 'a backup' d backup "$tmp/backup"
check 'lies where it was wanted' test -s "$tmp/backup"
has 'with evidence' "$out" 'items of evidence'
exits 0 'one without' d --json backup --no-evidence "$tmp/small"
has 'says what it lacks' "$err" 'folder evidence'
check 'and is smaller' test "$(stat -c %s "$tmp/small")" -lt "$(stat -c %s "$tmp/backup")"
is 'nothing is left on the way' "$(find "$hub/tmp" -mindepth 1 2>/dev/null)" ''
exits 4 'a second hub on the store is refused' d serve --listen 127.0.0.1:0
exits 1 'nobody is enrolled without an event of that name' d enrol P02 --role monitor --event other
is 'the admin socket is the hub'\''s alone' "$(stat -c %a "$hub/admin.sock")" 600

# revocation
exits 0 'a key is taken out of use' d revoke "$(cat "$tmp/id")" -m stolen
is 'at once' "$(a "$base/v1/events/$event/hello")" 401
is 'and for good' "$(token "$tmp/one")" ''

# reload, stop
before=$(c "$base/v1/ca")
rm "$hub/tls/hub.pem" "$hub/tls/hub.key"
kill -HUP "$served"
check 'SIGHUP is heard' eventually grep -q event=reload "$tmp/log"
check 'after SIGHUP another certificate is shown' test "$(c "$base/v1/ca")" != "$before"
stop
is 'TERM ends it gracefully' $? 0
has 'and it says so' "$(cat "$tmp/log")" 'event=stopped'
check 'its admin socket is gone' test ! -e "$hub/admin.sock"

# without a hub that serves the same commands open the store themselves
exits 0 'verify alone' d verify
exits 0 'a code alone' d enrol P03 --role lead --json
has 'for the address that it last served at' "$out" "\"code\": \"verdict1:$base/"
exits 1 'a restore finds the store in use' d restore "$tmp/backup"
exits 0 'a restore into another store' "$verdictd" --store "$tmp/other" restore "$tmp/backup"
check 'brings all evidence' diff -r "$hub/evidence" "$tmp/other/evidence"
exits 0 'of which verify finds' "$verdictd" --store "$tmp/other" --json verify
is 'as much as before' "$(printf '%s\n' "$out" | grep evidence)" "$(d --json verify | grep evidence)"
rm -r "$tmp/other"
exits 0 'a restore without evidence' "$verdictd" --store "$tmp/other" --json restore "$tmp/small"
has 'brings none' "$out" '"evidence": 0'
exits 0 'which verify tells' "$verdictd" --store "$tmp/other" verify
has 'and does not mind' "$out" 'more not here): whole'
exits 0 'and --force sets the old one aside' d restore --force "$tmp/backup"
check 'which is kept' test -n "$(find "$hub" -maxdepth 1 -name 'before-*')"
exits 0 'the restored store is whole' d verify
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http"
"$wire" key "$tmp/three" >/dev/null
exits 0 'a code of the restored hub' d enrol P02 --role monitor
let_in "$tmp/three" "$(printf '%s\n' "$out" | head -n 1)"
token=$(token "$tmp/three")
is 'the old epoch is gone with the restore' "$(a "$base/v1/events/$event/changes?epoch=$epoch")" 410
stop
is 'it ends' $? 0
done_testing
