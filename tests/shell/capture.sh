#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Evidence fetched from a participant's capture host, which the event names with its key: over OpenSSH, cut in the middle,
# with another key, another file, none at all; and from a server that means no good.
. "${srcdir:-.}/tests/shell/ssh_faults.sh"
evil=$builddir/tests/shell/evil_sftp
timed=$builddir/tests/bench/timed
case $evil in /*) ;; *) evil=$PWD/$evil ;; esac
mib=64
grep -q '^#define HAVE_SANITIZER' "$builddir/config.h" && mib=4096

# an event whose participant tells where things lie, and whose key the host has
proxy_start 1
caught=$tmp/caught
mkdir "$caught"
head -c 300000 /dev/urandom >"$caught/good.pcap"
echo 'another capture' >"$caught/short.pcap"
head -c 300000 /dev/urandom >"$caught/other.pcap"
right=$(sha256sum <"$caught/good.pcap" | cut -c1-64)
key=$(host_key host)
place=sftp://$user@127.0.0.1:$proxy
pack=$tmp/pack
mkdir "$pack"
cp -R "$sample"/*.json "$sample"/*.ndjson "$sample/evidence" "$pack" && chmod -R u+w "$pack"
ti=81222
n=0 list=
item() {	# URL [DIGEST]: one more item of evidence
	n=$((n + 1))
	digest=${2:-$(printf '%062d%02d' 0 $n)}
	list="$list${list:+,}{\"n\":$n,\"name\":\"item-$n.pcap\",\"sha256\":\"$digest\",\"size\":300000,\"url\":\"$1\"}"
}
item "$place$caught/good.pcap#$key" "$right"			# 1
item "$place$caught/good.pcap#$(host_key other_host)"		# 2
item "$place$caught/good.pcap"					# 3
item "$place$caught/short.pcap#$key"				# 4
item "$place$caught/other.pcap#$key"				# 5
item "$place$caught/no-such.pcap#$key"				# 6
item 'https://example.org/not-by-sftp.pcap'			# 7
item "$place/noise/size-300000/x#$key"				# 8
item "$place/flood/size-300000/x#$key"				# 9
item "$place/lies/size-300000/x#$key"				# 10
item "$place/noise/size-1000000000000/x#$key"			# 11
item "sftp://$user@127.0.0.1:$proxy/a\\u001b[31mb#$key"		# 12
item "sftp://nobody@no-such-host.invalid/x#$key"		# 13
jq -c --argjson list "[$list]" "if .id == \"$ti\" then .evidence = \$list else . end" "$sample/instances.ndjson" >"$pack/instances.ndjson"
d --quiet import pack "$pack" >"$tmp/out" 2>&1 || not_ok 'the event is imported' "$(cat "$tmp/out")"
serve --listen 127.0.0.1:0 --limit-address 0 --limit-key 0 8>&- 9>&-
conf '# nothing yet'
enrolled P01 --role monitor
sshd_start host 'Subsystem sftp internal-sftp' 'MaxStartups 100' 8>&- 9>&-
trouble to "$ssh_port"
conf "set ssh-key $ssh_dir/id"
here() { v P01 --json evidence "$ti" "$1" | jq -r '.[0].here'; }
is 'the event came from the hub, the bytes did not' "$(here 1)" false

cat >"$tmp/look.scr" <<END
open $ti
evidence 2
expect "where the participants captured it"
expect "verdict fetch $ti 2"
END
check 'the screen says how to get them' v P01 --script "$tmp/look.scr" --size 100x30

# the connection is cut, then it is not
trouble cut down 120000 close
exits 3 'cut in the middle' v P01 fetch "$ti" 1
has 'is told' "$err" 'was cut'
is 'it is not here' "$(here 1)" false
part=$(find "$tmp/P01/blobs/part" -type f -printf '%s\n' | head -n 1)
check "what came stays ($part bytes)" test "${part:-0}" -gt 30000
trouble clear
exits 0 'again' v P01 fetch "$ti" 1
has 'now it is here' "$out" 'is here: item-1.pcap, 300000 bytes'
trouble count
# shellcheck disable=SC2086 # numbers
set -- $told
check "and only the rest came ($3 bytes)" test "$3" -lt $((300000 - part / 2))
is 'as it says' "$(here 1)" true
v P01 evidence "$ti" 1 --raw >"$tmp/raw"
check 'byte for byte' cmp -s "$tmp/raw" "$caught/good.pcap"
exits 0 'fetched once, it is not fetched again' v P01 fetch "$ti" 1
has 'and that is said' "$err" 'nothing to fetch'

# keys
exits 1 'another key than the event tells' v P01 fetch "$ti" 2
has 'is another host' "$err" 'shows another key than it should'
exits 1 'a host whose key nobody told' v P01 fetch "$ti" 3 </dev/null
has 'is not talked to' "$err" 'neither the event nor verdict.conf tells the key of 127.0.0.1'
conf "set ssh-key $ssh_dir/id" "set ssh-host-key $key"
exits 1 'nor where the key is told for the hub' v P01 fetch "$ti" 3
conf "set ssh-key $ssh_dir/id" "set ssh-host-key 127.0.0.1=$key"
exits 1 'with its own key in verdict.conf it is' v P01 fetch "$ti" 3
has 'though this digest is none of that file' "$err" 'is not the one that the event names'
conf "set ssh-key $ssh_dir/other_host"
exits 1 'a user whom it does not know' v P01 fetch "$ti" 5
has 'is the login' "$err" 'does not let'
conf "set ssh-key $ssh_dir/id"

# files
exits 1 'a file of another size' v P01 fetch "$ti" 4
has 'is another one' "$err" 'has 16 bytes, and the one that the event names 300000'
exits 1 'other bytes of that size' v P01 fetch "$ti" 5
has 'are thrown away' "$err" 'is not the one that the event names'
exits 1 'no such file' v P01 fetch "$ti" 6
has 'is told' "$err" 'has no file'
exits 1 'what lies elsewhere' v P01 fetch "$ti" 7
has 'is not fetched from there' "$err" 'names no capture host'
exits 1 'a place with an escape in it' v P01 fetch "$ti" 12
is 'is none, and does not reach the terminal' "$(LC_ALL=C grep -c "$esc" "$tmp/err")" 0
exits 3 'a host that is not there' v P01 fetch "$ti" 13
has 'is told by its name' "$err" 'is not known on this network'
exits 1 'no such item' v P01 fetch "$ti" 77
exits 1 'nor a word' v P01 fetch "$ti" one
is 'nothing else is here' "$(v P01 --json evidence "$ti" | jq -c '[.[] | select(.here) | .n]')" '[1]'
is 'and no part of it' "$(find "$tmp/P01/blobs/part" -type f | wc -l)" 0

# a server that means no good
sshd_stop
sshd_start host "Subsystem sftp $evil" 'MaxStartups 100' 8>&- 9>&-
while read -r at words; do
	timeout 60 "$timed" "$verdict" --store "$tmp/P01" --config "$tmp/verdict.conf" fetch "$ti" "$at" >"$tmp/cost" 2>"$tmp/err" 8>&- 9>&-
	check "$at: is no fetch" test $? -ne 0
	has "$at: and says why" "$(cat "$tmp/err")" "$words"
	peak=$(sed -n 's/^peak_kib //p' "$tmp/cost")
	check "$at: within $mib MiB ($peak KiB)" test "${peak:-999999999}" -le $((mib * 1024))
done <<END
8 is not the one that the event names
9 gives more than was asked for
10 gives less of the file
11 bytes, and the one that the event names 300000
END
sshd_stop
sshd_start host 'Subsystem sftp internal-sftp' 8>&- 9>&-
exits 3 'all of a TI: what can be had is, the rest is told' v P01 --json fetch "$ti"
is 'one answer each, none of them here' "$(printf '%s' "$out" | jq -c 'map(select(.here)) | length')" 0
exits 0 'the store is whole' v P01 journal verify
done_testing
