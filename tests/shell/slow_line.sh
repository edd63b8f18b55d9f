#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A line that ends each connection after some bytes: over HTTPS, through the tunnel and by the drop all gets through, at most
# one batch is lost a cut, and a half file is gone on with.
. "${srcdir:-.}/tests/shell/ssh_common.sh"
if [ ! -x "$builddir/tests/fault/proxy" ]; then
	skip 'a slow line' 'no proxy was built'
	done_testing
fi
. "$srcdir/tests/shell/proxy.sh"
trap '[ -z "$ssh_pid" ] || kill "$ssh_pid" 2>/dev/null; [ -z "$served" ] || kill -9 "$served" 2>/dev/null
	[ -z "$proxy_pid" ] || kill "$proxy_pid" 2>/dev/null; [ -z "$console" ] || kill "$console" 2>/dev/null; rm -rf "$tmp"' EXIT

cut=90000
imported
proxy_start 1
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --drop "$tmp/drop" --limit-address 0 --limit-key 0
sshd_start host 'Subsystem sftp internal-sftp -u 0007'
trouble "to $port"
conf "set hub ssh://$user@127.0.0.1:$proxy$tmp/http" "set sftp sftp://$user@127.0.0.1:$proxy$tmp/drop" \
	"set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key)"
d enrol P01 --role monitor 2>/dev/null | sed "1s/:$port\//:$proxy\//" >"$tmp/code"
exits 0 'a console joins' w P01 join "$(head -n 1 "$tmp/code")"
ti=$(a_ti P01 1)

# saved N: so many comments that are long, and cannot be packed
saved() {
	for n in $(seq "$1"); do
		head -c 5900 /dev/urandom | base64 -w 0 >"$tmp/long"
		w P01 comment "$ti" -m "$n $(cat "$tmp/long")" >/dev/null 2>"$tmp/err" || { not_ok "comment $n" "$(cat "$tmp/err")"; return; }
	done
	ok "$1 long records are saved"
}
struck() { echo "${told##* }"; }
total_up() { trouble total; echo "${told%% *}"; }

# over WAY PORT: everything that waits, each connection cut
over() {
	trouble clear
	trouble "to $2"
	trouble "cut up $cut close"
	before=$(struck)
	tries=0
	until w P01 --json sync --via "$1" >"$tmp/said" 2>"$tmp/err" || [ $tries -gt 8 ]; do
		tries=$((tries + 1))
	done
	trouble count
	cuts=$(($(struck) - before))
	check "by $1 all goes out although the line is cut" test "$cuts" -ge 1 -a $tries -le 8
	is "every record has its receipt" "$(unreceived P01)" 0
}

saved 24
over https "$port"
check 'each cut costs one batch at most' test "$(jq -r .batches_lost "$tmp/said")" -le "$cuts"
saved 24
over ssh "$ssh_port"
check 'through the tunnel too' test "$(jq -r .batches_lost "$tmp/said")" -le "$cuts"

saved 24
up=$(total_up)
over sftp "$ssh_port"
up=$(($(total_up) - up))
check "what the server has of a file is not sent again: $cuts cuts, $up bytes" test "$up" -lt 500000
is 'and it is not packed again' "$(find "$tmp/P01/drop" "$tmp/drop/in" -name '*.bundle' -o -name '*.part' | wc -l)" 0
trouble clear
exits 0 'every hash and signature at the hub holds' d verify
done_testing
