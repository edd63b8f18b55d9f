#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Import from Gazelle against pg_dump --data-only of the same tables, in turn; and the import after it, when nothing changed.
# Wants a dump of Gazelle in ../shared/corpus and PostgreSQL's programs.
: "${srcdir:=.}" "${builddir:=.}"
here=$builddir/tests/bench
. "$srcdir/tests/bench/common.sh"
dump=$srcdir/../shared/corpus/gazelle/tm-first-import.data
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
if [ ! -r "$dump" ] || [ ! -x "$bin/initdb" ]; then
	say 'gazelle: no dump of Gazelle here, or no PostgreSQL server'
	exit 0
fi
user=$(id -un)
as() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
	user=postgres
	as() { (cd / && setpriv --reuid "$user" --regid "$user" --clear-groups "$@"); }
	chmod 711 "$work"
fi
mkdir -m 700 "$work/pg"
[ "$(id -u)" -ne 0 ] || chown "$user" "$work/pg"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])') || exit 1
as "$bin/initdb" -D "$work/pg/data" -U hub -A trust -E UTF8 --locale=C.UTF-8 >"$work/initdb" 2>&1 || die "initdb: $(tail -n 1 "$work/initdb")"
printf '%s\n' "unix_socket_directories = '$work/pg'" "listen_addresses = '127.0.0.1'" 'autovacuum = off' 'fsync = off' |
	as tee -a "$work/pg/data/postgresql.conf" >/dev/null
trap 'as "$bin/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null 2>&1; rm -rf "$work"' EXIT
as "$bin/pg_ctl" -D "$work/pg/data" -o "-p $port" -l "$work/pg/log" -w start >/dev/null || die 'the server does not start'
p() { "$bin/psql" -X -q -h "$work/pg" -p "$port" -U hub "$@"; }

# every table that the import reads
tables=$(sed -n '/^static const char \*const tables/,/^};/p' "$srcdir/src/gazelle/gazelle.c" | grep -o '"[a-z_0-9]*"' | tr -d '"' | sed 's/^/-t /' | tr '\n' ' ')
ms() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f\n", (b - a) / 1e6 }'; }
now() { date +%s%N; }

largest=50000
head_line TIs
for size in ${BENCH_SIZES:-5000 50000}; do
	p -d postgres -c "CREATE DATABASE g$size"
	pg_restore -h "$work/pg" -p "$port" -U hub -d "g$size" --no-owner --no-acl "$dump" >/dev/null 2>&1
	p -d "g$size" -v n="$size" -f "$srcdir/tests/gazelle/fill.sql" >/dev/null || die 'the database is not filled'
	url="postgresql://hub@127.0.0.1:$port/g$size"
	: >"$work/dump$size"
	: >"$work/first$size"
	: >"$work/second$size"
	for round in 1 2 3 4 5; do
		rm -rf "$work/hub"
		a=$(now)
		# shellcheck disable=SC2086 # words
		pg_dump --data-only $tables "$url" >"$work/dump.sql" 2>/dev/null || die 'pg_dump'
		b=$(now)
		"$builddir/verdictd" --store "$work/hub" --quiet import gazelle "$url" >/dev/null 2>&1 || die 'import'
		c=$(now)
		"$builddir/verdictd" --store "$work/hub" --quiet import gazelle "$url" >/dev/null 2>&1 || die 'import again'
		d=$(now)
		ms "$a" "$b" >>"$work/dump$size"
		ms "$b" "$c" >>"$work/first$size"
		ms "$c" "$d" >>"$work/second$size"
	done
	pair 'pg_dump / import from Gazelle' "$work/dump$size" "$work/first$size" '>=' 0.3 ms
	pair 'nothing changed / first import' "$work/second$size" "$work/first$size" '<=' 0.1 ms
done
[ ! -s "$work/first5000" ] || [ ! -s "$work/first50000" ] || say "first import, 50,000 / 5,000 TIs: $(awk -v a="$(middle <"$work/first50000")" \
	-v b="$(middle <"$work/first5000")" 'BEGIN { printf "%.1f", a / b }') (linear: 10)"
exit "$((over > 0))"
