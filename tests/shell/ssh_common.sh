# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# For the tests over SSH: an OpenSSH server on loopback with its own keys and port, as whoever runs the tests.
. "${srcdir:-.}/tests/shell/hub_common.sh"
ssh_pid='' jail=''
trap '[ -z "$ssh_pid" ] || kill "$ssh_pid" 2>/dev/null; [ -z "$served" ] || kill -9 "$served" 2>/dev/null
	[ -z "$console" ] || kill "$console" 2>/dev/null; rm -rf "$tmp" ${jail:+"$jail"}' EXIT
trap 'exit 143' TERM INT
sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
if [ -z "$sshd" ] || ! command -v ssh-keygen >/dev/null || ! command -v jq >/dev/null; then
	skip 'over SSH' 'no sshd, ssh-keygen or jq'
	done_testing
fi
if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ] && ! mkdir -p /run/sshd 2>/dev/null; then
	skip 'over SSH' 'sshd wants /run/sshd, which cannot be made here'
	done_testing
fi
unset SSH_AUTH_SOCK
user=$(id -un)
ssh_dir=$tmp/ssh
mkdir -p "$ssh_dir"
chmod 755 "$tmp" "$ssh_dir"
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/host"
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/other_host"
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/id"
cp "$ssh_dir/id.pub" "$ssh_dir/authorized"
host_key() { ssh-keygen -lf "$ssh_dir/${1:-host}.pub" | cut -d' ' -f2; }

free_port() {	# one that nobody has just now
	perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0);bind(S,sockaddr_in(0,INADDR_LOOPBACK));print((sockaddr_in(getsockname(S)))[0])' 2>/dev/null ||
		echo $((20000 + $$ % 20000))
}
ssh_port=$(free_port)

# sshd_start HOSTKEY [LINE…]: a server with these lines of sshd_config; $ssh_pid
sshd_start() {
	sed_key=$ssh_dir/$1
	shift
	{
		echo "Port $ssh_port"
		echo 'ListenAddress 127.0.0.1'
		echo "HostKey $sed_key"
		echo "AuthorizedKeysFile $ssh_dir/authorized"
		echo "PidFile none"
		echo 'StrictModes no'
		echo 'PermitRootLogin yes'
		echo 'PasswordAuthentication no'
		echo 'KbdInteractiveAuthentication no'
		echo 'UsePAM no'
		echo 'LogLevel VERBOSE'
		for line; do echo "$line"; done
	} >"$ssh_dir/config"
	"$sshd" -D -e -f "$ssh_dir/config" 2>>"$ssh_dir/log" &
	ssh_pid=$!
	i=0
	until ssh-keyscan -t ed25519 -p "$ssh_port" 127.0.0.1 2>/dev/null | grep -q ed25519; do
		i=$((i + 1))
		if [ $i -gt 100 ] || ! kill -0 "$ssh_pid" 2>/dev/null; then
			skip 'over SSH' "sshd does not serve here: $(tail -n 1 "$ssh_dir/log" | tr -d '\r#')"
			ssh_pid=
			done_testing
		fi
		sleep 0.05
	done
}
sshd_stop() {	# with what it serves
	[ -z "$ssh_pid" ] || { pkill -KILL -P "$ssh_pid" 2>/dev/null; kill -9 "$ssh_pid" 2>/dev/null; wait "$ssh_pid" 2>/dev/null; }
	ssh_pid=
}

# w WHO WORD…: verdict on that person's store, with verdict.conf
w() {
	who=$1
	shift
	"$verdict" --store "$tmp/$who" --config "$tmp/verdict.conf" "$@"
}
conf() { printf '%s\n' "$@" >"$tmp/verdict.conf"; }
a_ti() { w "$1" --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | sed -n "$2p"; }
