#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's core in one process, each measure as a ratio to a floor run in turn with it. Environment: as bench.sh; parts
# of BENCH_ONLY: hub, first, postgres, and pouch, which fetches its peer with npm and runs only where it is named.
# shellcheck disable=SC2034,SC2154 # variables of common.sh
set -u
: "${builddir:=.}" "${srcdir:=.}"
here=$builddir/tests/bench
if [ -n "${BENCH_QUICK:-}" ]; then
	size=${BENCH_SIZES:-2000} pairs=${BENCH_PAIRS:-3}
else
	size=${BENCH_SIZES:-10000} pairs=${BENCH_PAIRS:-11}
fi
size=${size##* } largest=$size

. "$srcdir/tests/bench/common.sh"

any hub first postgres pouch || exit 0

# floor MODE COUNT: one run in a new folder
floor() {
	rm -rf "$work/hub"
	"$here/hubfloor" "$1" "$work/hub" "$2" || die "hubfloor $1 failed"
}

# rates A B: from microseconds a record of the hub and of the floor to records a millisecond
per_ms() { awk '$1 == "us" { print 1000 / $2 }'; }

bench_hub() {
	for _ in $(seq "$pairs"); do
		floor hub "$size" | per_ms >> "$work/hub.a"
		floor floor "$size" | per_ms >> "$work/hub.b"
		floor again "$size" | per_ms >> "$work/again.a"
		floor lookup "$size" | per_ms >> "$work/again.b"
		floor many "$((size / 4))" > "$work/many"
		floor one "$((size / 4))" > "$work/one"
		per_ms < "$work/many" >> "$work/many.a"
		per_ms < "$work/one" >> "$work/many.b"
		field p99 < "$work/many" >> "$work/p99.a"
		field p50 < "$work/one" >> "$work/p99.b"
	done
	pair "ingest, batches of 200 / floor" "$work/hub.a" "$work/hub.b" ">=" 0.6 "/ms"
	pair "known records / hash and look-up" "$work/again.a" "$work/again.b" ">=" 0.4 "/ms"
	pair "40 callers / a commit a record" "$work/many.a" "$work/many.b" ">=" 1 "/ms"
	pair "p99 of 40 callers / one commit" "$work/p99.a" "$work/p99.b" "<=" 20 ms
}

# The first sync of so many TIs and records into a new console, then the rows of it as plain inserts
bench_first() {
	"$here/genpack" --seed 1 --instances "$size" "$work/pack" > /dev/null || die "genpack failed"
	for i in $(seq "$(((pairs + 1) / 2))"); do
		rm -rf "$work/console"
		"$here/firstsync" "$work/pack" "$work/console" "$size" > "$work/first" || die "firstsync failed"
		rm -f "$work"/raw.db*
		"$here/rawinsert" "$work/console/verdict.db" "$work/raw.db" > "$work/raw" || die "rawinsert failed"
		field sync_ms < "$work/first" | awk -v n="$size" '{ print n / $1 }' >> "$work/first.a"
		# the slower of the two floors
		{ field sign_ms < "$work/first"; field insert_ms < "$work/raw"; } | sort -n |
			awk -v n="$size" '{ ms = $1 } END { print n / ms }' >> "$work/first.b"
	done
	pair "first sync / slower floor" "$work/first.a" "$work/first.b" ">=" 0.5 "/ms"
}

# as WORD…: as a user under which a server runs
as() {
	if [ "$(id -u)" -eq 0 ]; then (cd / && setpriv --reuid postgres --regid postgres --clear-groups "$@"); else "$@"; fi
}

# The same records into SQLite and into a server of the benchmark's own, both durable at each commit
bench_postgres() {
	bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
	if [ ! -x "$bin/initdb" ]; then
		say "PostgreSQL / SQLite: skipped, no server is installed"
		return
	fi
	mkdir "$work/pg"
	chmod 711 "$work"
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])') || die "no port"
	[ "$(id -u)" -ne 0 ] || chown postgres "$work/pg"
	as "$bin/initdb" -D "$work/pg/data" -U hub -A trust -E UTF8 --locale=C.UTF-8 >/dev/null || die "initdb failed"
	trap 'as "$bin/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null 2>&1; rm -rf "$work"' EXIT
	as "$bin/pg_ctl" -D "$work/pg/data" -o "-p $port -k $work/pg -c listen_addresses=127.0.0.1" -l "$work/pg/log" -w start \
		>/dev/null || die "the server did not start"
	"$bin/createdb" -h 127.0.0.1 -p "$port" -U hub hub || die "no database"
	for _ in $(seq "$pairs"); do
		rm -rf "$work/hub"
		"$here/hubfloor" hub "$work/hub" "$size" "postgresql://hub@127.0.0.1:$port/hub" >"$work/us" || die "hubfloor failed"
		per_ms <"$work/us" >>"$work/postgres.a"
		floor hub "$size" | per_ms >>"$work/postgres.b"
	done
	pair "ingest, PostgreSQL / SQLite" "$work/postgres.a" "$work/postgres.b" ">=" 0.6 "/ms"
}

# The first sync against PouchDB 9 that replicates the same documents from express-pouchdb 4, and checks no signature
bench_pouch() {
	command -v npm >/dev/null || die "pouch: no npm"
	mkdir "$work/npm"
	(cd "$work/npm" && npm init -y && npm install --no-audit --no-fund pouchdb@9 express-pouchdb@4 express@4) \
		>"$work/npm.log" 2>&1 || die "pouch: npm could not install it: $(tail -n 1 "$work/npm.log")"
	POUCH_MODULES=$work/npm
	export POUCH_MODULES
	"$here/genpack" --seed 1 --instances "$size" "$work/pack" >/dev/null || die "genpack failed"
	"$here/firstsync" "$work/pack" "$work/console" "$size" "$work/documents" >/dev/null || die "firstsync failed"
	mkdir "$work/pouch"
	node "$srcdir/tests/bench/pouch.js" serve "$work/pouch" "$work/documents" >"$work/serve" &
	server=$!
	trap 'kill $server; rm -rf "$work"' EXIT
	until grep -q ready "$work/serve"; do kill -0 $server 2>/dev/null || die "pouch: no server"; sleep 1; done
	for _ in $(seq "$(((pairs + 1) / 2))"); do
		rm -rf "$work/console" "$work/peer"
		mkdir "$work/peer"
		node "$srcdir/tests/bench/pouch.js" pull "http://127.0.0.1:$(field port <"$work/serve")" "$work/peer" >"$work/pull" ||
			die "pouch: no replication"
		field pull_ms <"$work/pull" | awk -v n="$size" '{ print 2 * n / $1 }' >>"$work/pouch.b"
		"$here/firstsync" "$work/pack" "$work/console" "$size" >"$work/first" || die "firstsync failed"
		field sync_ms <"$work/first" | awk -v n="$size" '{ print 2 * n / $1 }' >>"$work/pouch.a"
	done
	kill $server
	trap 'rm -rf "$work"' EXIT
	pair "first sync, documents / PouchDB" "$work/pouch.a" "$work/pouch.b" ">=" 5 "/ms"
}

head_line records
if [ -n "${BENCH_ONLY:-}" ] && wanted pouch; then bench_pouch; fi
for part in hub first postgres; do
	if wanted "$part"; then "bench_$part"; fi
done
[ "$over" -eq 0 ]
