#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sync through an SSH tunnel: to the hub's socket and to its port, over a jump host, with an agent; and each way it can
# fail, told apart. No port of ours listens.
. "${srcdir:-.}/tests/shell/ssh_common.sh"

imported
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --limit-address 0 --limit-key 0
conf '# nothing yet'
enrolled P01 --role monitor
enrolled P04 --role monitor
one=$(a_ti P01 1) two=$(a_ti P01 2) three=$(a_ti P01 3)
exits 2 'without a place there is no tunnel' w P01 sync --via ssh
has 'and it says what to set' "$err" 'set hub ssh://'
exits 2 'other carriers are not known' w P01 sync --via pigeon

sshd_start host
key=$(host_key)
socket="ssh://$user@127.0.0.1:$ssh_port$tmp/http"
set_to() { conf "set hub $1" "set ssh-key $ssh_dir/id" "set ssh-host-key $key" "$2"; }
set_to "$socket"
exits 0 'a verdict' w P01 grade "$one" verified
exits 0 'goes through the tunnel to the hub'\''s socket' w P01 sync --via ssh
has 'its receipt is here' "$(journal_of P01)" "verdict $one received"
is 'and JSON names the way' "$(w P01 --json sync --via ssh | jq -r .way)" ssh

set_to "ssh://$user@127.0.0.1:$ssh_port/localhost:$port"
exits 0 'another' w P01 grade "$two" verified
exits 0 'goes to the port, with TLS inside' w P01 sync --via ssh
has 'received too' "$(journal_of P01)" "verdict $two received"
exits 0 'a colleague takes it the same way' w P04 sync --via ssh
is 'and sees it' "$(w P04 --json show "$two" | jq -r 'if type == "array" then .[0].status else .status end')" verified

set_to "ssh://$user@127.0.0.1:$ssh_port/localhost:$port" "set ssh-jump $user@127.0.0.1:$ssh_port"
exits 0 'one more' w P01 grade "$three" failed -m 'No answer at all.'
exits 0 'goes over a jump host' w P01 sync --via ssh
has 'and is received' "$(journal_of P01)" "verdict $three received"

# typed PROMPT ANSWER: the words at a terminal, where ANSWER is typed once PROMPT is there
typed() {
	: >"$tmp/screen"
	{
		i=0
		until grep -q "$1" "$tmp/screen" || [ $i -gt 300 ]; do
			i=$((i + 1))
			sleep 0.1
		done
		sleep 0.2
		printf '%s\n' "$2"
		sleep 0.3
	} | script -qfec "'$verdict' --store '$tmp/P01' --config '$tmp/verdict.conf' sync --via ssh" "$tmp/screen" >/dev/null 2>&1
	cat "$tmp/screen"
}

# the host's key
conf "set hub $socket" "set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key other_host)"
exits 3 'another host key is no way in' w P01 sync --via ssh
has 'and it says so' "$err" 'shows another key than it should'
is 'with the failure in JSON' "$(w P01 --json sync --via ssh 2>/dev/null | jq -r .failure)" host-key
conf "set hub $socket" "set ssh-key $ssh_dir/id"
exits 3 'a key that nobody compared is none' w P01 sync --via ssh </dev/null
has 'and it says so too' "$err" 'was not compared'
lacks 'nothing is kept of it' "$(cat "$tmp/P01/ssh-hosts" 2>/dev/null)" SHA256
if have_pty; then
	said=$(typed 'are compared' yes)
	has 'the key is shown' "$said" "$key"
	has 'yes is no comparison' "$said" 'was not compared'
	has 'the first characters are too few' "$(typed 'are compared' SHA256:abc)" 'was not compared'
	has 'the right one lets in' "$(typed 'are compared' "$key")" 'nothing unsent'
	has 'and is kept' "$(cat "$tmp/P01/ssh-hosts")" "127.0.0.1:$ssh_port $key"
	exits 0 'so that nobody is asked again' w P01 sync --via ssh </dev/null
else
	skip 'comparing a host key' 'no terminal'
fi
sshd_stop
sshd_start other_host
if [ -f "$tmp/P01/ssh-hosts" ]; then
	exits 3 'a changed host key is refused' w P01 sync --via ssh </dev/null
	has 'as somebody in between' "$err" 'somebody may stand in between'
fi
sshd_stop

# what else can be wrong, told apart
set_to "$socket"
exits 3 'nobody serves' w P01 sync --via ssh
has 'is the port' "$err" "no SSH server does at port $ssh_port"
conf "set hub ssh://$user@no-such-host.invalid$tmp/http" "set ssh-host-key $key"
exits 3 'no such name' w P01 sync --via ssh
has 'is the name' "$err" 'is not known on this network'
conf "set hub ssh://$user@127.0.0.1:$port$tmp/http" "set ssh-host-key $key"
exits 3 'a hub is no SSH server' w P01 sync --via ssh
is 'is what answers' "$(w P01 --json sync --via ssh 2>/dev/null | jq -r .failure | grep -cE 'garbled|silent|cut')" 1
sshd_start host
set_to "ssh://$user@127.0.0.1:$ssh_port$tmp/no-such-socket"
exits 3 'no such socket' w P01 sync --via ssh
has 'is behind the login' "$err" 'lets us in, but not to'
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/stranger"
conf "set hub $socket" "set ssh-key $ssh_dir/stranger" "set ssh-host-key $key"
exits 3 'a key that the server does not know' w P01 sync --via ssh
has 'is the login' "$err" 'does not let'
is 'in JSON too' "$(w P01 --json sync --via ssh 2>/dev/null | jq -r .failure)" login

# a key with a passphrase, in the agent
cp "$ssh_dir/id" "$ssh_dir/sealed"
ssh-keygen -q -p >/dev/null -P '' -N 'open sesame' -f "$ssh_dir/sealed"
conf "set hub $socket" "set ssh-key $ssh_dir/sealed" "set ssh-host-key $key"
exits 3 'a sealed key needs its passphrase' w P01 sync --via ssh </dev/null
if have_pty; then
	has 'which is asked for' "$(typed 'Passphrase of the SSH key' 'open sesame')" 'nothing unsent'
fi
if command -v ssh-agent >/dev/null; then
	eval "$(ssh-agent -a "$tmp/agent.sock")" >/dev/null
	ssh-add -q "$ssh_dir/id" 2>/dev/null
	conf "set hub $socket" "set ssh-key $ssh_dir/none" "set ssh-host-key $key"
	exits 0 'the agent signs' w P01 sync --via ssh
	kill "$SSH_AGENT_PID" 2>/dev/null
	unset SSH_AUTH_SOCK SSH_AGENT_PID
fi
sshd_stop
sshd_start host 'AllowStreamLocalForwarding no' 'AllowTcpForwarding no'
set_to "$socket"
exits 3 'a server that forwards nothing' w P01 sync --via ssh
has 'is told' "$err" 'lets us in, but not to'

# the server dies in the middle of a watch, and comes back
sshd_stop
sshd_start host
conf "set hub $socket" "set ssh-key $ssh_dir/id" "set ssh-host-key $key" 'set ways ssh'
"$verdict" --store "$tmp/P01" --config "$tmp/verdict.conf" sync --watch >"$tmp/watch" 2>&1 &
console=$!
until_says() {
	i=0
	until [ "$(grep -c "$1" "$tmp/watch")" -ge "$2" ]; do
		i=$((i + 1))
		[ $i -lt 600 ] || { not_ok "$3" "$(cat "$tmp/watch")"; return; }
		sleep 0.1
	done
	ok "$3"
}
until_says 'online ssh' 1 'watching over SSH'
sshd_stop
until_says 'offline ssh' 1 'the killed server is noticed'
sshd_start host
until_says 'online ssh' 2 'and found again'
kill "$console"
wait "$console" 2>/dev/null
console=
done_testing
