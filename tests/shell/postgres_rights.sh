#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub as a role that may add to the log and never take from it, over TLS with a password, as doc/hub.md tells.
. "${srcdir:-.}/tests/shell/pg_common.sh"
command -v openssl >/dev/null || pg_skip 'no openssl to make a certificate'
pg_new one
tls=$tmp/one/data
as openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
	-addext 'subjectAltName=DNS:localhost' -keyout "$tls/server.key" -out "$tls/server.crt" >"$tmp/openssl" 2>&1 ||
	pg_skip "openssl: $(tail -n 1 "$tmp/openssl")"
as chmod 600 "$tls/server.key"
printf 'ssl = on\npassword_encryption = scram-sha-256\n' | as tee -a "$tls/postgresql.conf" >/dev/null
# the socket for the test itself; the network for the hub, which must have a password and TLS
printf 'local all all trust\nhostssl all clerk 127.0.0.1/32 scram-sha-256\nhost all hub 127.0.0.1/32 trust\n' |
	as tee "$tls/pg_hba.conf" >/dev/null
pg_start one
q() { "$pg_bin/psql" -X -q -A -t -h "$tmp/one" -p "$(pg_port one)" -U "${3:-hub}" -d "${2:-hub}" -c "$1"; }
q 'CREATE DATABASE hub' postgres

# the owner makes the tables, the clerk works with them
hub_store=$(pg_url one)
imported
sed -n '/^    CREATE ROLE clerk/,/^$/s/^    //p' "$srcdir/doc/hub.md" >"$tmp/rights.sql"
check 'the manual has the rights' test -s "$tmp/rights.sql"
"$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$tmp/one" -p "$(pg_port one)" -U hub -d hub -f "$tmp/rights.sql" >"$tmp/out" 2>&1
is 'which the server takes' "$? $(cat "$tmp/out")" '0 '
cp "$tls/server.crt" "$hub/database.pem" && chmod 644 "$hub/database.pem"
base=postgresql://clerk:a-long-secret@localhost:$(pg_port one)/hub

# TLS, and nothing less
hub_store=postgresql://clerk@localhost:$(pg_port one)/hub
exits 4 'without a password nobody is let in' d status
hub_store="$base?sslmode=disable"
exits 4 'nor without TLS' d status
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout /dev/null \
	2>/dev/null >"$hub/other.pem"
hub_store="$base?sslmode=verify-full&sslrootcert=$hub/other.pem"
exits 4 'nor at a server with another certificate' d status
lacks 'and no message has the password' "$out$err" a-long-secret
hub_store="$base?sslmode=verify-full&sslrootcert=$hub/database.pem"
exits 0 'with all three the store opens' d status

# a day's work, in the sandbox, the password in a file
echo "localhost:*:hub:clerk:a-long-secret" >"$hub/database.pass" && chmod 600 "$hub/database.pass"
hub_store="postgresql://clerk@localhost:$(pg_port one)/hub?sslmode=verify-full&sslrootcert=$hub/database.pem&passfile=$hub/database.pass"
serve --listen 127.0.0.1:0
enrolled P01 --role monitor
# shellcheck disable=SC2046 # ids
set -- $(tis P01 2)
exits 0 'a verdict' w P01 grade "$1" verified
exits 0 'a claim' w P01 claim "$2"
exits 0 'are taken' w P01 sync
is 'and received' "$(unreceived P01)" 0
exits 0 'an event pack again' d import pack "$sample"
exits 0 'a key is taken out of use' d revoke P01
exits 0 'a backup' d backup "$tmp/backup"
exits 0 'all is whole' d verify
is 'the connection has TLS' "$(q "SELECT bool_and(ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'clerk'")" t
lacks 'the log has no password' "$(cat "$tmp/log")" a-long-secret
stop
is 'it ends in order' $? 0

# what the clerk cannot do, even with its password
for sql in 'DELETE FROM verdict.feed' "UPDATE verdict.feed SET entry = ''" 'TRUNCATE verdict.feed' 'DELETE FROM verdict.record' \
	'UPDATE verdict.record SET at = 0' 'ALTER TABLE verdict.feed DISABLE TRIGGER ALL' 'DROP SCHEMA verdict CASCADE' \
	'DELETE FROM verdict.event' "UPDATE verdict.meta SET value = ''" 'CREATE TABLE verdict.more (x int)'; do
	out=$(q "$sql" hub clerk 2>&1)
	case $out in
	*'permission denied'* | *'must be owner'*) ok "denied: $sql" ;;
	*) not_ok "denied: $sql" "$out" ;;
	esac
done
done_testing
