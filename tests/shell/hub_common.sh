# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For the tests of the hub: a folder, a hub on loopback with its own certificate, keys and tokens for curl.
. "${srcdir:-.}/tests/shell/common.sh"
verdictd=$builddir/verdictd
wire=$builddir/tests/shell/wire
hub=$tmp/hub
event=ap-ips-2026
unset VERDICTD_STORE STATE_DIRECTORY
# a process that gave up system calls cannot look for its leaks at the end
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
served=
trap '[ -z "$served" ] || kill -9 "$served" 2>/dev/null; [ -z "$console" ] || kill "$console" 2>/dev/null; rm -rf "$tmp"' EXIT

if ! command -v curl >/dev/null 2>&1; then
	skip 'the hub over HTTPS' 'no curl'
	done_testing
fi

# The store is the folder, or $hub_store with the folder beside it.
hub_store=
d() { "$verdictd" --store "${hub_store:-$hub}" --dir "$hub" "$@"; }

imported() {	# a hub with the sample event
	d --quiet import pack "$sample" >"$tmp/out" 2>&1 && return
	not_ok 'the sample event is imported' "$(cat "$tmp/out")"
	done_testing
}

ready_or_gone() { grep -q 'event=ready' "$tmp/log" || ! kill -0 "$served"; }
# serve WORD…: in the background until it says ready; $base and $port are its first address
serve() {
	: >"$tmp/log"
	"$verdictd" --store "${hub_store:-$hub}" --dir "$hub" --verbose serve "$@" 2>"$tmp/log" &
	served=$!
	eventually ready_or_gone
	if ! grep -q 'event=ready' "$tmp/log"; then
		not_ok 'the hub serves' "$(cat "$tmp/log")"
		done_testing
	fi
	base=$(sed -n 's/.*event=ready address="\([^"]*\)".*/\1/p' "$tmp/log")
	port=${base##*:}
}

# stop: TERM, and the exit code of a graceful end
stop() {
	kill -TERM "$served"
	wait "$served"
	got=$?
	served=
	return $got
}

# c WORD…: curl that knows the hub's certificate, quiet but for the answer
c() { curl -sS --max-time 40 --noproxy '*' --cacert "$hub/tls/hub.pem" "$@"; }
# code_of WORD…: status of the answer, which goes to $tmp/answer
code_of() { c -o "$tmp/answer" -w '%{http_code}' "$@"; }

# let_in KEY CODE: enrol the key; the certificate goes to KEY.cert
let_in() {
	"$wire" enrol "$1" "$event" "$("$wire" code "$2" secret)" >"$tmp/request" &&
		[ "$(c -o "$1.cert" -w '%{http_code}' -H 'Content-Type: application/vnd.verdict.signed' \
			--data-binary "@$tmp/request" "$base/v1/events/$event/enrol")" = 200 ]
}

# token KEY: a session
token() {
	nonce=$(c "$base/v1/hello" | sed -n 's/.*"nonce":"\([^"]*\)".*/\1/p')
	"$wire" session "$1" "$event" "$nonce" >"$tmp/proof"
	c -H 'Content-Type: application/vnd.verdict.signed' --data-binary "@$tmp/proof" \
		"$base/v1/events/$event/session" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p'
}

# a WORD…: with the session in $token
a() { code_of -H "Authorization: Bearer $token" "$@"; }

# push FILE WORD…: a batch
push() {
	file=$1
	shift
	a -H 'Content-Type: application/vnd.verdict.batch' -H "Content-Digest: $("$wire" digest "$file")" \
		--data-binary "@$file" "$@" "$base/v1/events/$event/records"
}
answer() { cat "$tmp/answer"; }

# consoles, by person

# w WHO WORD…: verdict on that person's store
w() {
	who=$1
	shift
	"$verdict" --store "$tmp/$who" "$@"
}
# enrolled WHO ROLE…: a code of the hub in $hub, and a console that joins with it
enrolled() {
	who=$1
	shift
	d enrol "$who" "$@" >"$tmp/code-$who" 2>"$tmp/err"
	exits 0 "$who joins by a code" w "$who" join "$(head -n 1 "$tmp/code-$who")"
}
# with jq: the status of a TI, lines of the journal, TIs to be graded, what no receipt names
state_of() { w "$1" --json show "$2" | jq -r 'if type == "array" then .[0].status else .status end'; }
journal_of() { w "$1" --json journal | jq -r '.[] | [.kind, .ti, .state] | join(" ")'; }
tis() { w "$1" --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n "$2"; }
unreceived() { w "$1" --json journal | jq '[.[] | select(.state != "received" and .state != "flagged")] | length'; }
