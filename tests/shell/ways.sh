#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict ways: what came of each way, and each way tried step by step; every failure at its step, with what to do.
. "${srcdir:-.}/tests/shell/ssh_common.sh"
other=
trap '[ -z "$other" ] || kill "$other" 2>/dev/null; [ -z "$ssh_pid" ] || kill "$ssh_pid" 2>/dev/null
	[ -z "$served" ] || kill -9 "$served" 2>/dev/null; [ -z "$console" ] || kill "$console" 2>/dev/null
	rm -rf "$tmp" ${jail:+"$jail"}' EXIT

imported
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --limit-address 0 --limit-key 0
conf '# nothing yet'
enrolled P01 --role monitor
sshd_start host
key=$(host_key)
key_line="set ssh-host-key $key"
id="set ssh-key $ssh_dir/id"
socket="set hub ssh://$user@127.0.0.1:$ssh_port$tmp/http"

# tried WAY: the report of one test; $code is how it ended
tried() { w P01 --json ways --test "$1" >"$tmp/report" 2>"$tmp/err" </dev/null; code=$?; }
of() { jq -r ".[0].$1" "$tmp/report"; }
# stops_at NAME STEP FAILURE WORDS: nothing after that step was reached, and it says what to do
stops_at() {
	is "$1: exits 3" "$code" 3
	is "$1: stops at $2" "$(of 'steps | map(select(.state == "bad")) | map(.step) | join(" ")')" "$2"
	is "$1: as $3" "$(of failure)" "$3"
	has "$1: says so" "$(of why)" "$4"
	check "$1: says what to do" test -n "$(of advice)" -a "$(of advice)" != null
	is "$1: went no further" "$(of 'steps | (map(.state == "bad") | index(true)) as $i | .[$i + 1:] | map(select(.state != "not-reached")) | length')" 0
}

# the list
list=$(w P01 ways)
has 'HTTPS is listed with its address' "$list" "https://127.0.0.1:$port"
has 'and that it worked' "$(printf '%s\n' "$list" | grep ^https)" worked
has 'what has no place is listed too' "$(printf '%s\n' "$list" | grep ^sftp)" 'not set up'
exits 2 'a way that there is not' w P01 ways pigeon
exits 2 'a way without a place cannot be tried' w P01 ways --test ssh
has 'and it says what to set' "$err" 'set hub ssh://'

# all is well
tried https
is 'HTTPS leads to the hub' "$code" 0
is 'step by step' "$(of 'steps | map(.step + "=" + .state) | join(" ")')" \
	'name=good route=good port=good tls=good hub=good'
conf "$socket" "$id" "$key_line"
tried ssh
is 'so does SSH' "$code" 0
is 'with its own steps' "$(of 'steps | map(.step + "=" + .state) | join(" ")')" \
	'name=good route=good port=good host-key=good login=good hub-process=good hub=good'
is 'each measured once' "$(of 'steps | map(select(.step == "login"))[0].ms | type')" number
conf "$socket" "$id" "$key_line" "set ssh-jump $user@127.0.0.1:$ssh_port"
exits 0 'over a jump host' w P01 ways --test ssh
is 'both are looked at' "$(printf '%s\n' "$out" | grep -c 'host key')" 2
has 'and named' "$out" '  127.0.0.1'
exits 0 'one good way is enough' w P01 ways --test
mkdir -p "$tmp/files/in"
conf "set sftp sftp://$user@127.0.0.1:$ssh_port$tmp/files" "$id" "$key_line"
sshd_stop
sshd_start host 'Subsystem sftp internal-sftp'
tried sftp
is 'a drop' "$code" 0
is 'ends at its folder' "$(of 'steps | last | .step + "=" + .state')" folder=good

# the pane: tested and picked, beside the exchange
conf "$socket" "$id" "$key_line"
cat >"$tmp/pane.scr" <<SCR
await "online"
keys 5 w
await "in use"
keys <Enter>
await "it leads to the hub"
expect "its key is the hub's"
save-screen $tmp/https.txt
keys j <Enter>
await "SHA256:"
await "it leads to the hub"
expect "hub's process"
save-screen $tmp/ssh.txt
keys p
await "online by ssh alone"
await "in use, alone"
keys p
await "in their order again"
await "● online  "
SCR
exits 0 'the pane tests and picks' w P01 --script "$tmp/pane.scr" --size 100x30
is 'its steps are those of the shell' "$(grep -c '^    ✓ ' "$tmp/ssh.txt")" 7
lacks 'and none is left over' "$(cat "$tmp/https.txt")" '✗'

# what is typed in secret stays nowhere: the server wants an answer to its questions
asks=$builddir/tests/unit/ssh_asks
if have_pty && [ -x "$asks" ]; then
	"$asks" >"$tmp/asks.port" &
	other=$!
	eventually test -s "$tmp/asks.port"
	conf "set hub ssh://kim@127.0.0.1:$(cat "$tmp/asks.port")$tmp/http" "set ssh-key $ssh_dir/none"
	typed_to() {	# until SCREEN shows PROMPT, then ANSWER
		eventually grep -q "$1" "$tmp/screen"
		sleep 0.2
		printf '%s\n' "$2"
	}
	: >"$tmp/screen"
	fingerprint=$(ssh-keyscan -p "$(cat "$tmp/asks.port")" 127.0.0.1 2>/dev/null | ssh-keygen -lf - | cut -d' ' -f2)
	{
		typed_to 'are compared' "$fingerprint"
		typed_to 'User word' word
		typed_to 'Code of your token' s3cret
		sleep 0.5
	} | VERDICT_LOG=$tmp/the.log script -qfec "'$verdict' --store '$tmp/P01' --config '$tmp/verdict.conf' ways --test ssh" \
		"$tmp/screen" >/dev/null 2>&1
	has 'the questions let in' "$(cat "$tmp/screen")" 'by its questions'
	lacks 'what is asked is neutralised' "$(cat "$tmp/screen")" "$(printf '\033[31mquestions')"
	lacks 'the secret is not on the screen' "$(cat "$tmp/screen")" s3cret
	is 'nor in any file' "$(grep -rl s3cret "$tmp/P01" "$tmp/the.log" 2>/dev/null | wc -l)" 0
	kill "$other"
	wait "$other" 2>/dev/null
	other=
else
	skip 'a server that asks' 'no terminal'
fi

# each failure
conf "set sftp sftp://$user@127.0.0.1:$ssh_port$tmp/files" "$id" "$key_line"
rmdir "$tmp/files/in"
tried sftp
stops_at 'no folder' folder denied ''
conf "$socket" "$id"
tried ssh
stops_at 'a key that nobody told' host-key new-key 'was not compared'
has 'the advice is the line to write' "$(of advice)" "set ssh-host-key 127.0.0.1=$key"
conf "$socket" "$id" "set ssh-host-key $(host_key other_host)"
tried ssh
stops_at 'another key than told' host-key host-key 'another key than it should'
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/stranger"
conf "$socket" "set ssh-key $ssh_dir/stranger" "$key_line"
tried ssh
stops_at 'no login' login login 'it takes a key; tried 1 key of ssh-key'
conf "${socket}s" "$id" "$key_line"
tried ssh
stops_at 'no hub behind the tunnel' hub-process denied 'lets us in, but not to'
conf "set hub ssh://$user@127.0.0.1:$ssh_port/localhost:$ssh_port" "$id" "$key_line"
tried ssh
is 'something else behind the tunnel is no hub' "$code" 3
is 'which is the last step' "$(of 'steps | map(select(.state == "bad"))[0].step' | grep -cE '^(hub|hub-process)$')" 1
conf "set hub ssh://$user@no-such-host.invalid$tmp/http" "$key_line"
tried ssh
stops_at 'no such name' name name 'is not known'
sshd_stop
conf "$socket" "$id" "$key_line"
tried ssh
stops_at 'no server' port port 'no SSH server does at port'

# what answers at the SSH port is a web server: of a login page, or another one
cat >"$tmp/web.pl" <<'WEB'
use IO::Socket::INET;
my ($port, $answer) = @ARGV;
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 8, ReuseAddr => 1) or die;
while (my $c = $s->accept) {
	my $line = <$c>;
	print $c $line =~ /^GET / ? "$answer\r\n\r\n" : "HTTP/1.1 400 Bad Request\r\n\r\n";
	close $c;
}
WEB
web() {
	perl "$tmp/web.pl" "$1" "$2" 2>"$tmp/web.err" &
	other=$!
	eventually perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr=>"127.0.0.1",PeerPort=>shift)' "$1"
}
if perl -MIO::Socket::INET -e 1 2>/dev/null; then
	web "$ssh_port" "HTTP/1.1 302 Found\r\nLocation: http://login.example/"
	tried ssh
	stops_at 'a captive portal over SSH' host-key portal 'wants a login in a browser'
	kill "$other"
	wait "$other" 2>/dev/null
	web "$ssh_port" "HTTP/1.1 404 Not Found"
	tried ssh
	stops_at 'a web server' host-key garbled 'is a web server and no SSH server'
	kill "$other"
	wait "$other" 2>/dev/null
	other=
else
	skip 'web servers at the SSH port' 'no perl'
fi

# HTTPS: the hub goes, and what failed is remembered
stop
tried https
stops_at 'no hub serves' port port 'no hub serves at that port'
exits 3 'an exchange fails' w P01 sync --via https
list=$(w P01 ways https)
has 'and is remembered' "$list" failed
has 'in words' "$list" 'no hub serves at that port'
has 'with what to do' "$list" "Ask the hub's keeper"
is 'in JSON too' "$(w P01 --json ways https | jq -r '.[0] | [.state, .failure] | join(" ")')" 'failed port'
done_testing
