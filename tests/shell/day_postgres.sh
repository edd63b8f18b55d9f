#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The design's day once more, on PostgreSQL; and what a database must be to be taken.
. "${srcdir:-.}/tests/shell/pg_common.sh"
pg_new one
pg_start one
pg_database one
hub_store=$(pg_url one)

exits 4 'a server that confirms before it has written is refused' \
	"$verdictd" --store "$hub_store?options=-c%20synchronous_commit%3Doff" --dir "$hub" doctor
has 'in plain words' "$err" 'synchronous_commit is off: what is confirmed could be lost'
exits 4 'local too' "$verdictd" --store "$hub_store?options=-c%20synchronous_commit%3Dlocal" --dir "$hub" doctor
exits 4 'a server that is not there' "$verdictd" --store "postgresql://hub@127.0.0.1:1/hub" --dir "$hub" doctor
has 'is told of' "$err" 'PostgreSQL: connection to server'
q one "CREATE DATABASE old ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0" postgres
exits 4 'another encoding' "$verdictd" --store "postgresql://hub@127.0.0.1:$(pg_port one)/old" --dir "$hub" doctor
has 'is told of too' "$err" 'make one with ENCODING'
. "${srcdir:-.}/tests/shell/day.sh"
