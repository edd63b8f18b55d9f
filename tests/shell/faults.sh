#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Faults between real consoles and a real hub, over HTTPS and a proxy that makes trouble; numbered as in
# doc/faults.md. After each: nothing lost, nothing twice, the state told is right, and no hand was needed.
#
#   VERDICT_FAULT_SEED=N   another seed for what follows from chance
. "${srcdir:-.}/tests/shell/hub_common.sh"
. "$srcdir/tests/shell/proxy.sh"

seed=${VERDICT_FAULT_SEED:-1}
ti=81198
# w WHO WORD…: verdict on that person's store
w() {
	who=$1
	shift
	"$verdict" --store "$tmp/$who" "$@" 8>&- 9>&-
}
# enrolled WHO ROLE…: a console that knows the hub by the proxy's port
enrolled() {
	who=$1
	shift
	d enrol "$who" "$@" 2>"$tmp/err" | sed "1s/:$port\//:$proxy\//" >"$tmp/code-$who"
	exits 0 "$who joins through the proxy" w "$who" join "$(head -n 1 "$tmp/code-$who")"
}
again() {	# the hub anew, behind the same proxy
	serve --listen 127.0.0.1:0 --limit-address 0 --limit-key 0 8>&- 9>&-
	trouble to "$port"
}
comment() {	# WHO TEXT: a record more; $made counts all
	made=$((made + 1))
	w "$1" -q comment "$ti" -m "$2" >"$tmp/out" 2>&1 || not_ok 'a comment is saved' "$(cat "$tmp/out")"
}
left() { w "$1" --json journal | jq '[.[] | select(.state != "received")] | length'; }
at_hub() { d --json verify | jq '.records'; }

if ! command -v jq >/dev/null; then
	skip 'faults over HTTPS' 'no jq'
	done_testing
fi
made=0
imported
proxy_start "$seed"
again
enrolled P01 --role monitor
enrolled P04 --role monitor
enrolled P09 --role monitor --role lead

# ends ($1 the fault's number, $2 up or down; bytes in the rest): exchanges that break, then one that does not
cut_at() {
	fault=$1 way=$2
	shift 2
	faults_from_here
	for n in "$@"; do
		for how in $hows; do
			comment P01 "$way $n $how"
			trouble clear
			trouble "cut $way $n $how"
			w P01 sync >"$tmp/out" 2>&1
			trouble clear
			if ! w P01 sync >"$tmp/out" 2>&1 || [ "$(left P01)" -ne 0 ]; then
				not_ok "$fault: cut $way after $n bytes by a $how: the next exchange is whole" "$(cat "$tmp/out")"
			fi
		done
	done
	struck
	check "$fault: connections cut $way were cut ($struck)" test "$struck" -ge 4
	is "$fault: every record is at the hub once" "$(at_hub)" "$made"
}
hows='close reset'
cut_at 11 up 0 300
cut_at 13 up 600 900
hows='close reset half'
cut_at 12 down 1 600 1600

# 14: what is no answer of this hub
lost=0
for n in 3 90 700 1500 1900; do
	comment P01 "flipped $n"
	trouble clear
	trouble flip down "$n"
	w P01 sync >"$tmp/out" 2>&1
	[ $? -eq 3 ] && lost=$((lost + 1))
	trouble clear
	check "14: a byte changed at $n, then all is well" w P01 -q sync
done
check "14: changed bytes were noticed ($lost)" test "$lost" -ge 3
comment P01 'behind a portal'
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<p>Log in.</p>\n' >"$tmp/portal"
trouble say "$tmp/portal"
exits 3 '14: a captive portal is no hub' w P01 sync
has '14: and it is said' "$err" 'TLS'
is '14: its 200 acknowledges nothing' "$(left P01)" 1
trouble clear
check '14: out in the open it is sent' w P01 -q sync
is '14: every record is at the hub once' "$(at_hub)" "$made"

# 11 to 15: whatever comes, by chance
for i in 1 2 3 4; do
	comment P01 "by chance $i"
	comment P04 "by chance $i"
	trouble clear
	trouble chance 70 3000
	trouble slice 300
	w P01 sync >"$tmp/out" 2>&1 &
	one=$!
	w P04 sync >"$tmp/out4" 2>&1
	wait $one
done
trouble clear
check "11 to 15: P01 is well after chance (seed $seed)" w P01 -q sync
check "11 to 15: so is P04 (seed $seed)" w P04 -q sync
is "11 to 15: every record is at the hub once (seed $seed)" "$(at_hub)" "$made"
is '11 to 15: nothing is left' "$(left P01) $(left P04)" '0 0'

# 15: no answer, not even a refusal; then the way is back
: >"$tmp/watch"
trouble hole
"$verdict" --store "$tmp/P09" sync --watch >"$tmp/watch" 2>&1 8>&- 9>&- &
console=$!
comment P01 'before the light went out'
exits 3 '15: a hub that is silent is not waited for for ever' w P01 sync
has '15: and it is said' "$err" 'cannot be reached'
is '15: the record waits' "$(left P01)" 1
if command -v sqlite3 >/dev/null; then
	has '10: another program is locked out' "$(sqlite3 "$tmp/P09/verdict.db" 'PRAGMA wal_checkpoint; SELECT count(*) FROM record' 2>&1)" \
		'locked'
else
	skip '10: another program is locked out' 'no sqlite3'
fi
lacks '15: who began to watch in the dark is not online' "$(cat "$tmp/watch")" ' online'
trouble clear
check '15: and is back by itself' eventually grep -q ' online' "$tmp/watch"
check '15: what waited comes through' w P01 -q sync
kill "$console"
wait "$console" 2>/dev/null
console=
comment P01 'slowly'
trouble rate 4000
trouble delay 200
exits 0 '15: a line of 4 kB/s and 0.4 s is slow, not broken' w P01 sync
trouble clear

# 16: the same batch by two at once
d enrol P07 --role monitor >"$tmp/code-P07" 2>"$tmp/err"
"$wire" key "$tmp/p07" >/dev/null
check '16: a key of its own' let_in "$tmp/p07" "$(head -n 1 "$tmp/code-P07")"
token=$(token "$tmp/p07")
"$wire" batch "$tmp/p07" "$event" P07 "$ti" 1 50 >"$tmp/batch"
made=$((made + 50))
for i in 1 2 3 4; do
	c -o "$tmp/receipt-$i" -H "Authorization: Bearer $token" -H 'Content-Type: application/vnd.verdict.batch' \
		-H "Content-Digest: $("$wire" digest "$tmp/batch")" --data-binary "@$tmp/batch" \
		"$base/v1/events/$event/records" &
	eval "push_$i=$!"
done
# shellcheck disable=SC2154
wait "$push_1" "$push_2" "$push_3" "$push_4"
stored=0 seqs=
for i in 1 2 3 4; do
	"$wire" open application/vnd.verdict.receipt+json "$tmp/receipt-$i" >"$tmp/open"
	stored=$((stored + $(grep -o '"st":"stored"' "$tmp/open" | wc -l)))
	seqs="$seqs$(jq -r '[.res[].seq] | @json' "$tmp/open")
"
done
is '16: sent four times at once, stored once' "$stored" 50
is '16: and all are told the same numbers' "$(printf '%s' "$seqs" | sort -u | wc -l)" 1
is '16: every record is at the hub once' "$(at_hub)" "$made"

# 30: a clock that is three years ahead
if command -v faketime >/dev/null && faketime '2029-11-24 05:00:00' "$verdict" --version >/dev/null 2>&1 &&
	! grep -q '^#define HAVE_SANITIZER' "$builddir/config.h"; then
	made=$((made + 1))
	check '30: saved three years ahead' faketime '2029-11-24 05:00:00' "$verdict" --store "$tmp/P04" -q comment "$ti" \
		-m 'from 2029'
	check '30: it is sent' w P04 -q sync
	is '30: the hub flags it' "$(w P04 --json journal | jq -r '.[0] | "\(.state) \(.why)"' | grep -c clock)" 1
	comment P01 'today'
	check '30: a colleague goes on' w P01 -q sync
	is '30: unharmed by it' "$(w P01 --json journal | jq -r '.[0].state')" received
	is '30: nothing is lost by it' "$(at_hub)" "$made"
else
	skip '30: a clock three years ahead' 'no faketime, or built with sanitizers'
fi

# 38: another certificate at the hub's place
stop
mv "$hub/tls" "$tmp/tls"
again
comment P01 'for another hub?'
exits 3 '38: another certificate is not talked to' w P01 sync
has '38: and it is said why' "$err" 'the certificate shown is not the hub'
is '38: nothing was sent' "$(left P01)" 1
stop
rm -rf "$hub/tls"
mv "$tmp/tls" "$hub/tls"
again
check '38: with the right one it goes on' w P01 -q sync

# 32: a store that was copied; both go on
cp -a "$tmp/P01" "$tmp/copy"
# shellcheck disable=SC2046
set -- $(w P01 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 2)
w P01 -q grade "$1" verified 2>/dev/null
check '32: the one grades and sends' w P01 -q sync
w copy -q grade "$2" failed -m 'The section is empty.' 2>/dev/null
made=$((made + 2))
w copy sync >"$tmp/out" 2>"$tmp/err"
has '32: the other is told' "$(cat "$tmp/err")" "made elsewhere too"
is '32: what both wrote is at the hub' "$(at_hub)" "$made"
d enrol P01 --role monitor 2>/dev/null | sed "1s/:$port\//:$proxy\//" >"$tmp/code-copy"
exits 0 '32: with a new code it goes on' w copy join "$(head -n 1 "$tmp/code-copy")"
made=$((made + $(w copy --json journal | jq '[.[] | select(.kind == "reissue")] | length')))
comment copy 'with a key of its own'
check '32: and is heard' w copy -q sync
check '32: by all' w P04 -q sync
is '32: what both graded counts' "$(state_of P04 "$1") $(state_of P04 "$2")" 'verified failed'
is '32: every record is at the hub once' "$(at_hub)" "$made"

# 24: two histories of one hub, told apart by who saw the other
stop
cp -a "$hub" "$tmp/second"
again
comment P04 'in the first history'
check '24: the first history' w P04 -q sync
check '24: another sees it' w P01 -q sync
stop
mv "$hub" "$tmp/first"
mv "$tmp/second" "$hub"
again
made=$((made - 1))
comment P09 'in the second history'
check '24: who saw neither believes' w P09 -q sync
comment P01 'sent all the same'
w P01 sync >"$tmp/out" 2>&1
# at the latest where it reads what it wrote itself
w P01 sync >"$tmp/err" 2>&1
has '24: who saw the first is told' "$(cat "$tmp/out" "$tmp/err")" 'history'
is '24: with a proof on file' "$(find "$tmp/P01" -name 'feed-conflict-*.vb' -size +0 | wc -l)" 1
is '24: and its records go out all the same' "$(at_hub)" "$made"
stop
rm -rf "$hub"
mv "$tmp/first" "$hub"
again

# 33: a key revoked while records are under way
comment P04 'before the theft was known'
made=$((made - 1))
check '33: the key is revoked' d -q revoke P04
exits 1 '33: it is let in no more' w P04 sync
has '33: and told so' "$err" 'revoked'
is '33: its record is kept' "$(left P04 | grep -vc '^0')" 1

# 44: evidence, interrupted again and again
enrolled P02 --role monitor
trouble count
first=${told##* } i=0
while [ $((${told##* } - first)) -lt 20 ] && [ $i -lt 20 ]; do
	i=$((i + 1))
	trouble clear
	trouble cut down $((2500 + i * 1500)) reset
	timeout 60 "$verdict" --store "$tmp/P02" sync --prefetch 100 >"$tmp/out" 2>&1 8>&- 9>&-
	[ $? -eq 3 ] || not_ok "44: an exchange that is interrupted gives up" "$(cat "$tmp/out")"
	trouble count
done
check "44: interrupted ($((${told##* } - first)) times in $i exchanges)" test $((${told##* } - first)) -ge 20
trouble clear
exits 0 '44: then on a good line it is whole' w P02 sync --prefetch 100
n=0 bad=0
for file in "$tmp"/P02/blobs/*/*; do
	n=$((n + 1))
	folder=${file%/*}
	[ "$(sha256sum <"$file" | cut -c1-64)" = "${folder##*/}${file##*/}" ] || bad=$((bad + 1))
done
check "44: bodies are here ($n)" test "$n" -gt 5
is '44: each is what its digest says' "$bad" 0

exits 0 'every hash, signature and root holds at the hub' d verify
exits 0 'and in a console' w P02 journal verify
stop
is 'the hub ends in order' $? 0
done_testing
