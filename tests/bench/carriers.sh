#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The ways to the hub against each other and against OpenSSH's own client, with an OpenSSH server on loopback; and a line of
# 1 Mbit/s and 200 ms that is cut every 20 s. Environment: as bench.sh; parts of BENCH_ONLY: tunnel, sftp, slow; BENCH_WAYS:
# which of https, ssh and sftp the slow line takes.
# shellcheck disable=SC2034,SC2154 # variables of common.sh
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
verdict=$builddir/verdict verdictd=$builddir/verdictd
if [ -n "${BENCH_QUICK:-}" ]; then
	pairs=${BENCH_PAIRS:-3} records=2000 megabytes=${BENCH_MB:-100} slow_records=12000
else
	pairs=${BENCH_PAIRS:-5} records=10000 megabytes=${BENCH_MB:-1000} slow_records=20000
fi
size=$records largest=$records
rate=125000 delay=100 cut_s=20

. "$srcdir/tests/bench/common.sh"

any tunnel sftp slow || exit 0
sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
if [ -z "$sshd" ] || ! command -v ssh-keygen > /dev/null || ! command -v jq > /dev/null; then
	say "carriers: skipped, no sshd, ssh-keygen or jq here"
	exit 0
fi
served='' ssh_pid='' proxied='' cutter=''
trap 'kill $cutter $served $ssh_pid $proxied 2> /dev/null; rm -rf "$work"' EXIT
unset SSH_AUTH_SOCK
user=$(id -un)
USER=$user
export USER
chmod 755 "$work"
ssh_dir=$work/ssh
mkdir "$ssh_dir"
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/host"
ssh-keygen -q -t ed25519 -N '' -f "$ssh_dir/id"
cp "$ssh_dir/id.pub" "$ssh_dir/authorized"
key=$(ssh-keygen -lf "$ssh_dir/host.pub" | cut -d ' ' -f 2)

d() { "$verdictd" --store "$work/hub" --quiet "$@"; }
free_port() {
	perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0);bind(S,sockaddr_in(0,INADDR_LOOPBACK));print((sockaddr_in(getsockname(S)))[0])'
}

start_sshd() {
	ssh_port=$(free_port)
	printf '%s\n' "Port $ssh_port" 'ListenAddress 127.0.0.1' "HostKey $ssh_dir/host" \
		"AuthorizedKeysFile $ssh_dir/authorized" 'PidFile none' 'StrictModes no' 'PermitRootLogin yes' \
		'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'UsePAM no' \
		'Subsystem sftp internal-sftp -u 0007' > "$ssh_dir/config"
	"$sshd" -D -e -f "$ssh_dir/config" 2> "$ssh_dir/log" &
	ssh_pid=$!
	i=0
	until ssh-keyscan -t ed25519 -p "$ssh_port" 127.0.0.1 2> /dev/null | grep -q ed25519; do
		i=$((i + 1))
		if [ $i -gt 100 ] || ! kill -0 "$ssh_pid" 2> /dev/null; then die "sshd does not serve: $(tail -n 1 "$ssh_dir/log")"; fi
		sleep 0.05
	done
}

# serve ADDRESS…: the hub in $work/hub; $port is its first one
serve() {
	: > "$work/log"
	rm -f "$work/http"
	"$verdictd" --store "$work/hub" serve --listen "$1" --listen "unix:$work/http" --drop "$work/drop" --limit-key 0 \
		--limit-address 0 2> "$work/log" &
	served=$!
	i=0
	until grep -q 'event=ready' "$work/log"; do
		i=$((i + 1))
		if [ $i -gt 400 ] || ! kill -0 "$served" 2> /dev/null; then die "the hub does not serve: $(cat "$work/log")"; fi
		sleep 0.025
	done
	port=$(sed -n 's/.*event=ready address="[^"]*:\([0-9]*\)".*/\1/p' "$work/log" | head -n 1)
}
stop() {
	[ -z "$served" ] || { kill "$served"; wait "$served"; }
	served=
}
# code WHO [URL]
code() { d enrol "$1" --role monitor ${2:+--address "$2"} 2> /dev/null | head -n 1; }

# prepare COUNT [URL]: a hub with evidence in $work/hub.0, and a console in $work/P04.0 that carries so many records of a
# colleague that the hub has not got; $payload is their bytes
prepare() {
	"$here/genpack" --seed 1 --instances 1000 "$work/pack" > /dev/null || die "genpack failed"
	head -c 4000000 /dev/urandom > "$work/body"
	jq -c --arg sum "$(sha256sum "$work/body" | cut -d ' ' -f 1)" 'if input_line_number == 1 then
		.evidence = [{n: 1, sha256: $sum, size: 4000000, name: "body.bin"}] else . end' "$work/pack/instances.ndjson" \
		> "$work/lines" || die "jq failed"
	mv "$work/lines" "$work/pack/instances.ndjson"
	rm -rf "$work"/hub* "$work"/P04*
	d import pack "$work/pack" > "$work/log" 2>&1 || die "import: $(cat "$work/log")"
	serve 127.0.0.1:0
	[ -z "${2:-}" ] || proxy "to $port"
	"$verdict" --store "$work/P04" --quiet join "$(code P04 "${2:-}")" > "$work/join" 2>&1 || die "join: $(cat "$work/join")"
	"$here/genbundle" "$(code P01)" "$work/hub/tls/hub.pem" 200 "$work/body.bundle" "$work/body" || die "genbundle failed"
	d take --no-receipts "$work/body.bundle" > "$work/log.take" 2>&1 || die "take: $(cat "$work/log.take")"
	"$here/genbundle" "$(code P01)" "$work/hub/tls/hub.pem" "$1" "$work/in.bundle" || die "genbundle failed"
	payload=$(wc -c < "$work/in.bundle")
	stop
	"$verdict" --store "$work/P04" bundle read "$work/in.bundle" > "$work/read" 2>&1 || die "read: $(cat "$work/read")"
	mv "$work/hub" "$work/hub.0"
	mv "$work/P04" "$work/P04.0"
}
# afresh: both as they were
afresh() {
	stop
	rm -rf "$work/hub" "$work/P04" "$work/drop"
	cp -a "$work/hub.0" "$work/hub"
	cp -a "$work/P04.0" "$work/P04"
}
# conf PORT-OF-HUB PORT-OF-SSHD
conf() {
	printf '%s\n' "set hub ssh://$user@127.0.0.1:$1/$2" "set sftp sftp://$user@127.0.0.1:$1$work/drop" \
		"set ssh-key $ssh_dir/id" "set ssh-host-key $key" > "$work/verdict.conf"
}
# exchange WAY WORD…: one, timed; all must have gone
exchange() {
	way=$1
	shift
	began=$(date +%s%N)
	"$verdict" --store "$work/P04" --config "$work/verdict.conf" --json sync --via "$way" "$@" > "$work/said" 2> "$work/err" ||
		die "sync by $way: $(cat "$work/err" "$work/said")"
	[ "$(jq -r .unsent "$work/said")" = 0 ] || die "sync by $way: not all was sent: $(cat "$work/said")"
	echo $((($(date +%s%N) - began) / 1000)) | awk '{ print $1 / 1000 }'
}

# Records up, the feed and evidence down. The port of the hub stays, which the console knows.
bench_tunnel() {
	prepare "$records"
	at=$port
	for _ in $(seq "$pairs"); do
		afresh
		serve "127.0.0.1:$at"
		conf "$ssh_port" "${work#/}/http"
		exchange https --prefetch 100 >> "$work/https"
		afresh
		serve "127.0.0.1:$at"
		conf "$ssh_port" "${work#/}/http"
		exchange ssh --prefetch 100 >> "$work/socket"
		afresh
		serve "127.0.0.1:$at"
		conf "$ssh_port" "localhost:$at"
		exchange ssh --prefetch 100 >> "$work/port"
	done
	stop
	say "$records records up and down, $(jq -r .received "$work/said") entries, 4 MB of evidence"
	pair "HTTPS / tunnel to the socket" "$work/https" "$work/socket" ">=" 0.5 ms
	pair "HTTPS / tunnel to the port, TLS inside" "$work/https" "$work/port" ">=" 0.5 ms
}

# sftp_file put|get CIPHERS: OpenSSH's client, from its start to its end
sftp_file() {
	began=$(date +%s%N)
	echo "$1 $2 $3" | sftp -q -b - ${4:+-c "$4"} -P "$ssh_port" -i "$ssh_dir/id" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "$user@127.0.0.1" > "$work/sftp.out" 2>&1 || die "sftp: $(cat "$work/sftp.out")"
	echo $((($(date +%s%N) - began) / 1000)) | awk '{ print $1 / 1000 }'
}
our_file() {
	began=$(date +%s%N)
	"$here/hopfile" "$1" "$ssh_port" "$ssh_dir/id" "$key" "$2" "$3" > "$work/hop.out" || die "hopfile failed"
	echo $((($(date +%s%N) - began) / 1000)) | awk '{ print $1 / 1000 }'
}
bench_sftp() {
	size=${megabytes}M largest=${megabytes}M
	head -c "$((megabytes * 1000000))" /dev/urandom > "$work/body"
	for _ in $(seq "$pairs"); do
		rm -f "$work/there"
		sftp_file put "$work/body" "$work/there" >> "$work/put.a"
		rm -f "$work/there"
		sftp_file put "$work/body" "$work/there" aes256-gcm@openssh.com >> "$work/put.c"
		rm -f "$work/there"
		our_file put "$work/body" "$work/there" >> "$work/put.b"
		cmp "$work/body" "$work/there" || die "put: other bytes"
		rm -f "$work/there"
		sftp_file get "$work/body" "$work/there" >> "$work/get.a"
		rm -f "$work/there"
		our_file get "$work/there" "$work/body" >> "$work/get.b"
		cmp "$work/body" "$work/there" || die "get: other bytes"
	done
	pair "sftp put / ours" "$work/put.a" "$work/put.b" ">=" 0.8 ms
	pair "sftp put, our cipher / ours" "$work/put.c" "$work/put.b" ">=" 0.8 ms
	pair "sftp get / ours" "$work/get.a" "$work/get.b" ">=" 0.8 ms
	rm -f "$work/body" "$work/there"
	size=$records largest=$records
}

# proxy LINE…: words to it, its last answer in $told
proxy() {
	for words in "$@"; do
		echo "$words" >&7
		read -r told <&8
	done
}
# Cut every so often while it exists
cut_often() {
	while sleep "$cut_s"; do
		echo end >&7
		read -r _ <&8
	done
}
# slow WAY TO: over the line to that port
slow() {
	proxy clear end "to $2" "line $rate $delay" total
	before=$told
	cut_often &
	cutter=$!
	ms=$(exchange "$1")
	kill "$cutter"
	wait "$cutter" 2> /dev/null
	cutter=
	proxy "line 0 0" total
	echo "$before $told $ms $payload" | awk -v way="$1" -v rate="$rate" -v cut="$cut_s" '{
		printf "%s: %.1f s, %d cuts, %.2f MB up and %.2f MB down on the line (%.2f of its rate up)\n", way, $5 / 1e3,
			$5 / 1e3 / cut, ($3 - $1) / 1e6, ($4 - $2) / 1e6, ($3 - $1) / ($5 / 1e3) / rate }'
	plain "payload of records / line, $1" "$(echo "$ms $payload" | awk -v r="$rate" '{ print $2 / ($1 / 1e3) / r }')" "" ">=" 0.7
	[ "$1" = sftp ] || plain "batches lost a cut, $1" "$(jq -r .batches_lost "$work/said" |
		awk -v ms="$ms" -v cut="$cut_s" '{ n = int(ms / 1e3 / cut); print n ? $1 / n : $1 }')" "" "<=" 1
}
bench_slow() {
	size=$slow_records largest=$slow_records
	mkfifo "$work/to" "$work/from"
	"$builddir/tests/fault/proxy" < "$work/to" > "$work/from" &
	proxied=$!
	exec 7> "$work/to" 8< "$work/from"
	read -r way_in <&8
	prepare "$slow_records" "https://127.0.0.1:$way_in"
	at=$port
	for way in ${BENCH_WAYS:-https ssh sftp}; do
		afresh
		serve "127.0.0.1:$at"
		conf "$way_in" "${work#/}/http"
		case $way in https) slow https "$at" ;; *) slow "$way" "$ssh_port" ;; esac
	done
	stop
	exec 7>&- 8<&-
	wait "$proxied"
	proxied=
}

start_sshd
head_line records
for part in tunnel sftp slow; do
	if wanted "$part"; then "bench_$part"; fi
done
[ "$over" -eq 0 ]
