#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fault 37: bundles that want memory, time, a place elsewhere or the terminal. Looked at, read and taken: each ends, within
# 64 MiB, with nothing written but below the store, and no escape on the way out.
. "${srcdir:-.}/tests/shell/hub_common.sh"
evil=$builddir/tests/shell/evil_bundle
mib=64
grep -q '^#define HAVE_SANITIZER' "$builddir/config.h" && mib=4096

if ! command -v jq >/dev/null; then
	skip 'hostile bundles' 'no jq'
	done_testing
fi
stick=$tmp/stick
mkdir "$stick"
imported
serve --listen 127.0.0.1:0
enrolled P01 --role monitor
stop
digest=$(jq -r '.evidence[]?.sha256 // empty' "$sample/instances.ndjson" | head -n 1)
# one that the event lists and nobody has yet
rm -f "$hub/evidence/$(printf %.2s "$digest")/$digest"

# measured NAME WORD…: the command under watch
measured() {
	what=$1
	shift
	"$evil" peak "$tmp/peak" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	if [ "$got" -le 4 ]; then ok "$what ends"; else not_ok "$what ends" "exited $got: $(head -c 500 "$tmp/err")"; fi
	kib=$(cat "$tmp/peak")
	check "$what within $mib MiB" test "$kib" -le "$((mib * 1024))" || echo "# $kib KiB"
	lacks "$what: no escape" "$(cat "$tmp/out" "$tmp/err")" "$(printf '\033')"
}
places() { find "$tmp" ! -path "$tmp/P01*" ! -path "$tmp/hub*" ! -path "$tmp/out" ! -path "$tmp/err" ! -path "$tmp/peak" | sort; }

for kind in bombs counts pages heads pieces records words; do
	file=$stick/$kind.bundle
	check "37: $kind are made" "$evil" "$kind" "$event" "$digest" "$file"
	places >"$tmp/P01.before"
	measured "37: $kind, verified without a store" "$verdict" --store "$tmp/nobody" bundle verify "$file"
	measured "37: $kind, verified" "$verdict" --store "$tmp/P01" bundle verify "$file"
	measured "37: $kind, read" "$verdict" --store "$tmp/P01" bundle read "$file"
	measured "37: $kind, taken" "$verdictd" --store "$hub" take --no-receipts "$file"
	places >"$tmp/P01.after"
	check "37: $kind: nothing is written elsewhere" cmp "$tmp/P01.before" "$tmp/P01.after"
done
is '37: what was gathered of evidence is small on disk' "$(du -sm "$hub/evidence" | awk '{ print ($1 < 300) ? "yes" : $1 }')" yes
exits 0 'the hub is whole' d verify
exits 0 'and the console' w P01 journal verify
done_testing
