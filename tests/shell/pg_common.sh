# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For the tests on PostgreSQL: clusters of their own in the test's folder, on loopback, ended with the test.
# A cluster is a folder $tmp/NAME with the files data, port and pid.
. "${srcdir:-.}/tests/shell/hub_common.sh"
pg_bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
pg_user=$(id -un)
pg_clusters=
trap 'pg_end; [ -z "$served" ] || kill -9 "$served" 2>/dev/null; [ -z "$served2" ] || kill -9 "$served2" 2>/dev/null
	[ -z "$console" ] || kill "$console" 2>/dev/null; rm -rf "$tmp"' EXIT
served2=

pg_skip() {
	skip 'the hub on PostgreSQL' "$1"
	done_testing
}
[ -x "$pg_bin/initdb" ] || pg_skip 'no PostgreSQL server'
command -v python3 >/dev/null || pg_skip 'no python3 to look for a port'
if [ "$(id -u)" -eq 0 ]; then	# a server never runs as root
	pg_user=postgres
	getent passwd "$pg_user" >/dev/null || pg_skip 'no user for the server'
	chmod 711 "$tmp"
fi

# as WORD…: as the server's user
as() {
	if [ "$(id -u)" -eq 0 ]; then (cd / && setpriv --reuid "$pg_user" --regid "$pg_user" --clear-groups "$@"); else "$@"; fi
}

pg_free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# pg_make NAME: a new cluster's folder, and its port
pg_make() {
	mkdir -m 700 "$tmp/$1"
	pg_free_port >"$tmp/$1.port"
	pg_clusters="$pg_clusters $1"
	[ "$(id -u)" -ne 0 ] || chown "$pg_user" "$tmp/$1"
}
pg_port() { cat "$tmp/$1.port"; }

# pg_new NAME LINE…: a cluster with these settings; not yet running
pg_new() {
	name=$1
	shift
	pg_make "$name"
	as "$pg_bin/initdb" -D "$tmp/$name/data" -U hub -A trust -E UTF8 --locale=C.UTF-8 >"$tmp/initdb" 2>&1 ||
		pg_skip "initdb: $(tail -n 1 "$tmp/initdb")"
	for line in "unix_socket_directories = '$tmp/$name'" "listen_addresses = '127.0.0.1'" 'shared_buffers = 16MB' \
		'max_connections = 40' "$@"; do
		echo "$line"
	done | as tee -a "$tmp/$name/data/postgresql.conf" >/dev/null
}

# pg_start NAME: runs until pg_stop or the test's end. A port that somebody took since it was looked for is changed for
# another, before the first start alone: who has begun keeps it.
pg_start() {
	pg_tries=0
	until as "$pg_bin/pg_ctl" -D "$tmp/$1/data" -o "-p $(pg_port "$1") -k $tmp/$1" -l "$tmp/$1/log" -w -t 60 start \
		>"$tmp/pg_ctl" 2>&1; do
		pg_tries=$((pg_tries + 1))
		if [ $pg_tries -gt 5 ] || [ -e "$tmp/$1.began" ]; then
			not_ok "the server $1 starts" "$(cat "$tmp/pg_ctl")" "$(as tail -n 5 "$tmp/$1/log")"
			done_testing
		fi
		pg_free_port >"$tmp/$1.port"
	done
	: >"$tmp/$1.began"
}
pg_in_step() { [ "$(q "$pg_primary" 'SELECT sync_state FROM pg_stat_replication')" = sync ]; }
# pg_standby NAME OF: a running standby, for which commits on OF wait from now on
pg_standby() {
	pg_make "$1"
	as "$pg_bin/pg_basebackup" -D "$tmp/$1/data" -R -X stream -c fast \
		-d "host=$tmp/$2 port=$(pg_port "$2") user=hub application_name=$1" >"$tmp/basebackup" 2>&1 || {
		not_ok "a standby of $2" "$(cat "$tmp/basebackup")"
		done_testing
	}
	pg_start "$1"
	q "$2" "ALTER SYSTEM SET synchronous_standby_names = '$1'"
	q "$2" 'SELECT pg_reload_conf()' >/dev/null
	pg_primary=$2
	eventually pg_in_step
}
pg_promote() { as "$pg_bin/pg_ctl" -D "$tmp/$1/data" -w promote >/dev/null 2>&1; }
pg_stop() { as "$pg_bin/pg_ctl" -D "$tmp/$1/data" -m "${2:-fast}" -w stop >/dev/null 2>&1; }
pg_kill() { pg_stop "$1" immediate; }	# as a crash: nothing is written any more
pg_end() { for name in $pg_clusters; do pg_kill "$name"; done; }
# q NAME SQL: rows
q() { "$pg_bin/psql" -X -q -A -t -h "$tmp/$1" -p "$(pg_port "$1")" -U hub -d "${3:-hub}" -c "$2"; }
pg_url() { echo "postgresql://hub@127.0.0.1:$(pg_port "$1")/hub"; }
pg_database() { q "$1" 'CREATE DATABASE hub' postgres; }

command -v jq >/dev/null || pg_skip 'no jq'
