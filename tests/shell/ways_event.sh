#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The event names the hub's SSH server with its key: consoles that took its pack or its feed need no line of
# verdict.conf and nobody compares a key. And a code that is redeemed where HTTPS does not lead to the hub.
. "${srcdir:-.}/tests/shell/ssh_common.sh"
sshd_start host 'Subsystem sftp internal-sftp'
key=$(host_key)
id="set ssh-key $ssh_dir/id"
mkdir -p "$tmp/files/in"
# pack NAME KEY…: the sample event with ways
pack() {
	name=$1
	shift
	cp -r "$sample" "$tmp/$name"
	chmod -R u+w "$tmp/$name"
	jq --arg ssh "ssh://$user@127.0.0.1:$ssh_port$tmp/http" --arg sftp "sftp://$user@127.0.0.1:$ssh_port$tmp/files" \
		--arg keys "$*" '.ways = { ssh: $ssh, sftp: $sftp, host_keys: $keys }' "$sample/event.json" >"$tmp/$name/event.json"
}
pack event "127.0.0.1=$key"
pack wrong "127.0.0.1=$(host_key other_host)"
conf "$id"

# a pack alone
exits 0 'a pack that names ways' w alone join "$tmp/event" --as P01
is 'sets them up' "$(w alone --json ways | jq -r '.[] | select(.way != "https") | [.way, .set_up, .planned] | join(" ")' | tr '\n' ';')" \
	'ssh true true;sftp true true;'
exits 0 'with the key, so that nobody is asked' w alone ways --test sftp </dev/null
exits 0 'another key in the pack' w other join "$tmp/wrong" --as P01
exits 3 'is no way in' w other ways --test sftp </dev/null
has 'because it differs' "$out" 'another key than it should'
conf "$id" "set ssh-host-key 127.0.0.1=$key"
exits 0 'but verdict.conf goes before the pack' w other ways --test sftp </dev/null
conf "$id" "set sftp sftp://$user@127.0.0.1:1/files"
exits 3 'in places too' w alone ways --test sftp </dev/null
has 'which says so' "$out" 'no SSH server does at port 1'
jq '.ways = { ssh: 7 }' "$sample/event.json" >"$tmp/wrong/event.json"
exits 1 'ways of another type are no pack' w bad join "$tmp/wrong" --as P01
has 'with the place' "$err" 'ways.ssh'
jq '.ways = { ssh: "http://x", host_keys: "nothing" }' "$sample/event.json" >"$tmp/wrong/event.json"
exits 0 'ways that make no sense do no harm' w bad join "$tmp/wrong" --as P01
is 'they are not set up' "$(w bad --json ways ssh | jq -r '.[0].set_up')" false

# the feed
sample=$tmp/event
imported
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --limit-address 0 --limit-key 0
conf "$id"
enrolled P01 --role monitor
exits 0 'who joined by a code has the ways of the feed' w P01 sync --via ssh </dev/null
is 'and the tunnel leads to the hub' "$(w P01 --json ways --test ssh </dev/null | jq -r '.[0].good')" true

# a code, and no HTTPS
d enrol P04 --role monitor >"$tmp/code" 2>/dev/null
d enrol P05 --role monitor >"$tmp/code5" 2>/dev/null
stop
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --limit-address 0 --limit-key 0	# at another port than the code says
conf "$id"
exits 3 'a code without any way' w P04 join "$(head -n 1 "$tmp/code")" </dev/null
conf "$id" "set hub ssh://$user@127.0.0.1:$ssh_port$tmp/http" "set ssh-host-key $(host_key other_host)"
exits 3 'nor by a tunnel whose key is another one' w P04 join "$(head -n 1 "$tmp/code")" </dev/null
has 'which is told' "$err" 'not enrolled by ssh: 127.0.0.1 shows another key'
conf "$id" "set hub ssh://$user@127.0.0.1:$ssh_port$tmp/http" "set ssh-host-key $key"
exits 0 'is redeemed through the tunnel' w P04 join "$(head -n 1 "$tmp/code")" </dev/null
has 'after HTTPS was tried' "$err" 'trying the SSH tunnel'
ti=$(a_ti P04 1)
exits 0 'who joined so grades' w P04 grade "$ti" verified
exits 0 'and sends' w P04 sync --via ssh </dev/null
has 'with a receipt' "$(journal_of P04)" "verdict $ti received"
exits 0 'a way can be named' w P05 join --via ssh "$(head -n 1 "$tmp/code5")" </dev/null
lacks 'and no other is tried' "$err" trying
exits 2 'a drop answers too late for a code' w P05 join --via sftp "$(head -n 1 "$tmp/code5")" </dev/null
done_testing
