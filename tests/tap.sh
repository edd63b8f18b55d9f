# SPDX-License-Identifier: Apache-2.0
# Shell tests speak TAP: . tests/tap.sh; plan comes at the end.
tap_n=0 tap_bad=0
ok() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
not_ok() { tap_n=$((tap_n + 1)); tap_bad=1; echo "not ok $tap_n - $1"; shift; for l; do printf '%s\n' "$l" | sed 's/^/# /'; done; }
skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1 # SKIP $2"; }
# check NAME COMMAND…: passes when the command succeeds
check() { tap_name=$1; shift; if tap_out=$("$@" 2>&1); then ok "$tap_name"; else not_ok "$tap_name" "$* exited $?" "$tap_out"; fi; }
# is NAME GOT WANT
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:  $2" "want: $3"; fi; }
# eventually COMMAND…: true as soon as the command succeeds; gives up after a minute, for no machine is that slow
eventually() {
	tap_until=$(($(date +%s) + 60))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$tap_until" ] || return 1
		sleep 0.03
	done
}
done_testing() { echo "1..$tap_n"; exit $tap_bad; }
