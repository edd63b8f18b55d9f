#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The faults of doc/faults.md over the SSH tunnel: a proxy that makes trouble stands between the console and OpenSSH,
# then between OpenSSH and the hub; and sshd itself is killed, changed, and takes rights away. After each: nothing
# lost, nothing twice, a plain reason, and no hand was needed but to mend what was broken.
. "${srcdir:-.}/tests/shell/ssh_faults.sh"
via=ssh

imported
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --limit-address 0 --limit-key 0
conf '# nothing yet'
enrolled P01 --role monitor
ti=$(a_ti P01 1)
proxy_start 1
real_port=$ssh_port
sshd_start host 'MaxStartups 100' 8>&- 9>&-
trouble to "$real_port"
conf "set hub ssh://$user@127.0.0.1:$proxy$tmp/http" "set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key)" 'set ways ssh'
comment 'on a good day'
check 'through the proxy and the tunnel' v P01 -q sync --via ssh
# how many bytes an exchange with one record takes, of which the last are the record's
comment 'to measure'
v P01 -q sync --via ssh
trouble count
# shellcheck disable=SC2086 # numbers
set -- $told
up=$2 down=$3
check "an exchange was measured ($up up, $down down)" test "${up:-0}" -gt 1000 -a "${down:-0}" -gt 1000

# cut_at FAULT DIRECTION BYTES PERCENT…: exchanges that break there, each followed by one that does not
cut_at() {
	fault=$1 way=$2 of=$3
	shift 3
	mended=0 how=close
	faults_from_here
	for part; do
		comment "$way $part $how"
		trouble "cut $way $((of * part / 100)) $how"
		v P01 sync --via ssh >"$tmp/out" 2>&1
		mended "$fault" "cut $way at $part % by a $how"
		[ $how = close ] && how=reset || how=close
	done
	struck
	check "$fault: connections cut $way were cut ($struck)" test "$struck" -ge 1
	is "$fault: and each was mended by the next" "$mended" $#
	is "$fault: every record is at the hub once" "$(at_hub)" "$made"
}
cut_at 11 up "$up" 0 20 40
cut_at 13 up "$up" 75 85 92
cut_at 12 down "$down" 75 85 92

# 14: bytes that changed on the way, and what is no SSH server at all
lost=0 mended=0
for part in 1 50 80; do
	comment "flipped at $part"
	trouble flip down $((down * part / 100))
	v P01 sync --via ssh >"$tmp/out" 2>&1
	[ $? -eq 3 ] && lost=$((lost + 1))
	mended 14 "changed at $part %"
done
# one that strikes behind what came before is followed by another try, which may get past it
check "14: changed bytes are noticed ($lost)" test "$lost" -ge 1
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<p>Log in.</p>\n' >"$tmp/portal"
comment 'behind a portal'
trouble say "$tmp/portal"
exits 3 '14: a captive portal is no SSH server' v P01 sync --via ssh
lacks '14: and it is not called the hub' "$err" 'nothing unsent'
is '14: nothing counts as received' "$(left)" 1
mended 14 'a portal'

# 15: silence, and a slow line
comment 'into a hole'
trouble hole
exits 3 '15: a server that is silent is not waited for for ever' v P01 sync --via ssh
has '15: and it is said' "$err" 'the hub cannot be reached by ssh'
mended 15 'silence'
comment 'slowly'
trouble rate 8000
trouble delay 100
exits 0 '15: a slow line is no fault' v P01 sync --via ssh
trouble clear

# sshd is killed in the middle, and back
mended=0
comment 'while sshd dies'
trouble rate 1500
before=${told%% *}
v P01 sync --via ssh >"$tmp/out" 2>"$tmp/err" &
console=$!
# shellcheck disable=SC2086,SC2317 # numbers; called below
streams() { trouble count; set -- $told; [ "$1" -gt "$before" ] && [ "$2" -gt 2000 ]; }
check 'the exchange is on its way' eventually streams
sshd_stop
wait "$console"
is 'a killed sshd ends it' $? 3
console=
has 'with a plain reason' "$(cat "$tmp/err")" 'the hub cannot be reached by ssh'
trouble clear
sshd_start other_host 8>&- 9>&-
exits 3 '38: back with another key it is not talked to' v P01 sync --via ssh
has '38: and it is said why' "$err" 'shows another key than it should'
is '38: nothing was sent' "$(left)" 1
sshd_stop
sshd_start host 'AllowStreamLocalForwarding no' 8>&- 9>&-
exits 3 'back without the right to forward' v P01 sync --via ssh
has 'it is said that the login is not what fails' "$err" 'lets us in, but not to'
sshd_stop
sshd_start host 'MaxStartups 100' 8>&- 9>&-
mended 38 'its old key'
is '38: nobody had to do more' "$mended" 1

# 14: inside the tunnel, what answers is not the hub
: >"$tmp/asked"
perl -MIO::Socket::UNIX -e '$SIG{PIPE} = "IGNORE"; $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die;
	while ($c = $s->accept) { sysread($c, $b, 65536); open($f, ">>", $ARGV[1]); print $f $b; close $f; open($g, "<", $ARGV[2]); print {$c} <$g>; close $c }' \
	"$tmp/liar" "$tmp/asked" "$tmp/portal" 8>&- 9>&- 2>/dev/null &
console=$!
if eventually test -S "$tmp/liar"; then
	comment 'to a liar'
	cp "$tmp/verdict.conf" "$tmp/good.conf"
	conf "set hub ssh://$user@127.0.0.1:$proxy$tmp/liar" "set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key)" 'set ways ssh'
	exits 3 '14: a web page inside the tunnel is no hub' v P01 sync --via ssh
	is '14: its 200 acknowledges nothing' "$(left)" 1
	lacks '14: and it was told no record' "$(cat "$tmp/asked")" '/records'
	cp "$tmp/good.conf" "$tmp/verdict.conf"
	mended 14 'the true hub'
else
	skip '14: a web page inside the tunnel' 'no perl'
fi
kill "$console" 2>/dev/null
wait "$console" 2>/dev/null
console=

# 16: over the tunnel and by a bundle at once
comment 'by two ways'
check '16: a bundle of it' v P01 -q bundle write "$tmp/both.bundle"
d take "$tmp/both.bundle" >"$tmp/took" 2>&1 8>&- 9>&- &
console=$!
exits 0 '16: the tunnel, while the hub takes the bundle' v P01 sync --via ssh
wait "$console"
is '16: both are content' $? 0
console=
is '16: it is received' "$(left)" 0
is '16: and there once' "$(at_hub)" "$made"

# 44: evidence, interrupted again and again
enrolled P02 --role monitor
trouble count
first=${told##* } i=0
while [ $((${told##* } - first)) -lt 20 ] && [ $i -lt 30 ]; do
	i=$((i + 1))
	trouble clear
	trouble cut down $((6000 + i * 2500)) reset
	v P02 sync --via ssh --prefetch 100 >"$tmp/out" 2>&1
	trouble count
done
check "44: interrupted ($((${told##* } - first)) times in $i exchanges)" test $((${told##* } - first)) -ge 20
trouble clear
exits 0 '44: then on a good line it is whole' v P02 sync --via ssh --prefetch 100
n=0 bad=0
for file in "$tmp"/P02/blobs/??/*; do
	[ -f "$file" ] || continue
	n=$((n + 1))
	folder=${file%/*}
	[ "$(sha256sum <"$file" | cut -c1-64)" = "${folder##*/}${file##*/}" ] || bad=$((bad + 1))
done
check "44: bodies are here ($n)" test "$n" -gt 5
is '44: each is what its digest says' "$bad" 0
exits 0 'every hash, signature and root holds at the hub' d verify
exits 0 'and in the console' v P01 journal verify
done_testing
