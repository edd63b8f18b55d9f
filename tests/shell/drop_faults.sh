#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The faults of doc/faults.md over the SFTP drop: a proxy that makes trouble stands between the console and OpenSSH;
# sshd is killed and changed; the drop is full, or may not be written; bundles arrive twice, late and out of order.
# After each: nothing lost, nothing twice, a plain reason, and no hand was needed but to mend what was broken.
. "${srcdir:-.}/tests/shell/ssh_faults.sh"
via=sftp
sftp_to() { conf "set sftp sftp://$user@127.0.0.1:$proxy$1" "set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key host)" 'set ways sftp'; }
sshd_again() { sshd_start "${1:-host}" 'Subsystem sftp internal-sftp -u 0007' 'MaxStartups 100' 8>&- 9>&-; }
hub_again() { serve --listen 127.0.0.1:0 --drop "$drop" --limit-address 0 --limit-key 0 8>&- 9>&-; }

imported
drop=$tmp/drop
hub_again
conf '# nothing yet'
enrolled P01 --role monitor
ti=$(a_ti P01 1)
proxy_start 1
sshd_again
trouble to "$ssh_port"
sftp_to "$drop"
comment 'on a good day'
check 'through the proxy' v P01 -q sync --via sftp
comment 'to measure'
v P01 -q sync --via sftp
trouble count
# shellcheck disable=SC2086 # numbers
set -- $told
up=$2 down=$3
check "an exchange was measured ($up up, $down down)" test "${up:-0}" -gt 1000 -a "${down:-0}" -gt 1000

# cut_at FAULT DIRECTION BYTES PERCENT…: exchanges that break there, then one that does not
cut_at() {
	fault=$1 way=$2 of=$3
	shift 3
	mended=0 how=close
	faults_from_here
	for part; do
		comment "$way $part $how"
		trouble "cut $way $((of * part / 100)) $how"
		v P01 sync --via sftp >"$tmp/out" 2>&1
		[ $how = close ] && how=reset || how=close
	done
	mended "$fault" "cut $way"
	struck
	check "$fault: connections cut $way were cut ($struck)" test "$struck" -ge 1
	is "$fault: and mended by the next" "$mended" 1
	is "$fault: every record is at the hub once" "$(at_hub)" "$made"
}
cut_at 11 up "$up" 0 40 60
cut_at 13 up "$up" 70 80 90
cut_at 12 down "$down" 60 80 95

# 14: bytes that changed on the way
lost=0 mended=0
for part in 1 50 80; do
	comment "flipped at $part"
	trouble flip down $((down * part / 100))
	v P01 sync --via sftp >"$tmp/out" 2>&1
	[ $? -eq 3 ] && lost=$((lost + 1))
	trouble clear
done
mended 14 'changed bytes'
# one that strikes behind what came before is followed by another try, which may get past it
check "14: changed bytes are noticed ($lost)" test "$lost" -ge 1
is '14: every record is at the hub once' "$(at_hub)" "$made"
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<p>Log in.</p>\n' >"$tmp/portal"
comment 'behind a portal'
trouble say "$tmp/portal"
exits 3 '14: a captive portal is no SSH server' v P01 sync --via sftp
is '14: nothing counts as received' "$(left)" 1
trouble clear

# 15: silence, and a slow line
trouble hole
exits 3 '15: a server that is silent is not waited for for ever' v P01 sync --via sftp
has '15: and it is said' "$err" 'the hub cannot be reached by sftp'
trouble clear
trouble rate 8000
trouble delay 100
exits 0 '15: a slow line is no fault' v P01 sync --via sftp
trouble clear
is '15: every record is at the hub once' "$(at_hub)" "$made"

# 44: much to send, interrupted again and again: each exchange goes on where the last one stopped
stop
long() { head -c 5000 /dev/urandom | base64 -w 0; }
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	comment "$(long)"
done
trouble count
first=${told##* }
for at in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do	# so early that nothing comes over
	trouble clear
	trouble "cut up $((8900 + at)) reset"
	v P01 sync --via sftp >"$tmp/out" 2>&1
done
trouble clear
trouble 'cut up 42000 reset'		# so late that it goes on by itself
v P01 sync --via sftp >"$tmp/out" 2>&1 &
console=$!
cuts() { trouble count && [ $((${told##* } - first)) -ge "$1" ]; }
check '44: it is interrupted twenty times' eventually cuts 20
kill -9 "$console" 2>/dev/null
wait "$console" 2>/dev/null
console=
part=$(find "$drop/in" -name '*.part' -printf '%s\n' | head -n 1)
check "44: what had come is still there ($part bytes)" test "${part:-0}" -gt 20000
is '44: and of one bundle alone' "$(find "$drop/in" -name '*.part' | wc -l)" 1
trouble clear
hub_again
mended=0
whole=$(find "$tmp/P01/drop" -name '*.bundle' -printf '%s\n' | head -n 1)
mended 44 'interruptions'
trouble count
# shellcheck disable=SC2086 # numbers
set -- $told
check "44: only the rest of $whole bytes was sent at last ($2)" test "$2" -lt "$((whole - part / 2))"
is '44: every record is at the hub once' "$(at_hub)" "$made"

# sshd is killed in the middle, and back with another key, then with its own
comment "$(long)"
comment "$(long)"
trouble rate 3000
before=${told%% *}
v P01 sync --via sftp >"$tmp/out" 2>"$tmp/err" &
console=$!
# shellcheck disable=SC2086,SC2317 # numbers; called below
streams() { trouble count; set -- $told; [ "$1" -gt "$before" ] && [ "$2" -gt 3000 ]; }
check 'the exchange is on its way' eventually streams
sshd_stop
wait "$console"
is 'a killed sshd ends it' $? 3
console=
has 'with a plain reason' "$(cat "$tmp/err")" 'the hub cannot be reached by sftp'
trouble clear
sshd_again other_host
exits 3 '38: back with another key it is not talked to' v P01 sync --via sftp
has '38: and it is said why' "$err" 'shows another key than it should'
sshd_stop
sshd_again
mended=0
mended 38 'its old key'
is '38: every record is at the hub once' "$(at_hub)" "$made"

# no right to write there
comment 'into a folder without rights'
if [ "$(id -u)" != 0 ]; then
	chmod a-w "$drop/in" "$drop"/in/*
	exits 3 'a folder that may not be written' v P01 sync --via sftp
	has 'is told' "$err" 'no right to that'
	chmod ug+w "$drop/in" "$drop"/in/*
else
	sshd_stop
	sshd_start host 'Subsystem sftp internal-sftp -R' 8>&- 9>&-
	exits 3 'a folder that may not be written' v P01 sync --via sftp
	has 'is told' "$err" 'no right to that'
	sshd_stop
	sshd_again
fi
mended=0
mended rights 'rights'

# no room there
small=$tmp/small
mkdir "$small"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=64k none "$small" 2>/dev/null; then
	mkdir -m 777 "$small/in" "$small/out"
	sftp_to "$small"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do comment "$(long)"; done
	exits 3 'a drop without room' v P01 sync --via sftp
	has 'is told' "$err" 'is its disk full'
	is 'with its own failure' "$(v P01 --json sync --via sftp 2>/dev/null | jq -r .failure)" full
	is 'and no half of it has the name of a whole' "$(find "$small/in" -name '*.bundle')" ''
	umount "$small" && small=
	sftp_to "$drop"
	mended=0
	mended room 'another drop'
	is 'and there it arrives once' "$(at_hub)" "$made"
else
	small=
	skip 'a drop without room' 'no right to mount a small one'
fi

# no room here
small=$tmp/P01/drop
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4m none "$small" 2>/dev/null; then
	comment 'for a disk that is nearly full'
	exits 3 'an answer for which this disk has no room' v P01 sync --via sftp
	has 'is told' "$err" 'this disk has no room for it'
	is 'and takes none' "$(find "$small" -name '*.receipts')" ''
	umount "$small"
	small=
	mended=0
	mended room 'a disk with room'
	is 'with room it arrives once' "$(at_hub)" "$made"
else
	small=
	skip 'an answer without room' 'no right to mount a small disk'
fi

# 17: the second bundle before the first, at a hub that was restored from before both
stop
cp -a "$hub" "$tmp/before"
hub_again
comment 'the first'
check '17: a bundle' v P01 -q bundle write "$tmp/first.bundle"
d take "$tmp/first.bundle" >/dev/null 2>&1 8>&- 9>&-
check '17: answered' v P01 -q bundle read "$tmp/first.bundle.receipts"
comment 'the second'
check '17: and one more' v P01 -q bundle write "$tmp/second.bundle"
stop
rm -rf "$hub"
mv "$tmp/before" "$hub"
exits 0 '17: the second alone' d --json take --no-receipts "$tmp/second.bundle"
is '17: is taken, with a gap' "$(printf '%s' "$out" | jq -c '[.records, .stored]')" '[1,1]'
hub_again
# 16: and the first by the drop twice, under two names, and by hand besides
rep=$(find "$drop/in" -mindepth 1 -maxdepth 1 -type d | head -n 1)
for n in 1 2; do
	cp "$tmp/first.bundle" "$rep/$n.part"
	mv "$rep/$n.part" "$rep/$(printf '%064d' $n).bundle"
done
d take --no-receipts "$tmp/first.bundle" >/dev/null 2>&1 8>&- 9>&-
both() { [ "$(find "$drop/out" -name "$(printf '%063d' 0)[12].receipts" | wc -l)" -eq 2 ]; }
check '16: both are answered' eventually both
is '16: every record is at the hub once' "$(at_hub)" "$made"
exits 0 'every hash, signature and root holds at the hub' d verify
exits 0 'and in the console' v P01 journal verify
done_testing
