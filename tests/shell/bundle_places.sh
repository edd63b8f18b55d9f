#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where a bundle is written to, and what can be wrong with it: told in plain words, before the first byte where that is
# possible, and never called safe. Fault 36.
. "${srcdir:-.}/tests/shell/hub_common.sh"

if ! command -v jq >/dev/null; then
	skip 'bundles' 'no jq'
	done_testing
fi
stick=$tmp/stick
mkdir "$stick"
imported
serve --listen 127.0.0.1:0
enrolled P01 --role monitor
# shellcheck disable=SC2046
set -- $(w P01 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 1)
one=$1
stop
for n in 1 2 3; do w P01 -q comment "$one" -m "Comment $n"; done

exits 0 'a folder is enough' w P01 bundle write "$stick"
made=$(ls "$stick")
has 'a name is made up' "$made" 'P01-20'
has 'and told' "$out" "$made: safe to remove"
exits 0 'again: another name' w P01 bundle write "$stick/"
is 'both are there' "$(ls "$stick" | wc -l | tr -d ' ')" 2
exits 1 '36: what is there is not written over' w P01 bundle write "$stick/$made"
has '36: and that is said' "$err" 'is there already; take another name'
before=$(cksum "$stick/$made")
is '36: it is as it was' "$(cksum "$stick/$made")" "$before"
exits 1 '36: no such folder' w P01 bundle write "$tmp/none/x.bundle"
has '36: perhaps not mounted' "$err" 'no such folder; is the stick mounted there?'
exits 2 '36: a file for a folder' w P01 bundle write "$stick/$made/x.bundle"
has '36: is told' "$err" 'is no folder'
exits 1 '36: a folder to read' w P01 bundle read "$stick"
has '36: is told' "$err" 'this is a folder; name a file in it'
exits 1 '36: nor for the hub' d take --no-receipts "$stick"
has '36: in the same words' "$err" 'this is a folder; name a file in it'

# names as people and vendors give them
odd=$stick/$(printf "한국 표 '1' \$(x) ;&|\\t\\033[31m.bundle")
exits 0 'a name with blanks, quotes, letters of the world and an escape' w P01 bundle write "$odd"
lacks 'no escape reaches the terminal' "$out" "$(printf '\033')"
exits 0 'is read again' w P01 bundle verify "$odd"
exits 0 'and taken' d take "$odd"
lacks 'without an escape' "$out$err" "$(printf '\033')"
exits 0 'the answer beside it too' w P01 bundle read "$odd.receipts"
dash=$stick/-n.bundle
w P01 -q comment "$one" -m 'A dash.'
exits 0 'a name that begins with a dash' w P01 bundle write -- "$dash"
rm -f -- "$dash"

# a stick that takes no long files (FAT), and one that is full: before anything is written
mkdir "$tmp/fat"
exits 4 '36: files may not be that long there' sh -c 'ulimit -f 8; exec "$@"' - "$verdict" --store "$tmp/P01" bundle write "$tmp/fat/x.bundle"
has '36: told with the sizes' "$err" 'takes no file over'
has '36: and what helps' "$err" 'exFAT'
is '36: nothing was begun' "$(ls "$tmp/fat")" ''
if mkdir "$tmp/full" && mount -t tmpfs -o size=4k verdict-test "$tmp/full" 2>/dev/null; then
	trap 'umount "$tmp/full" 2>/dev/null; [ -z "$served" ] || kill -9 "$served" 2>/dev/null; rm -rf "$tmp"' EXIT
	exits 4 '36: a full stick' w P01 bundle write "$tmp/full/x.bundle"
	has '36: told with what is needed and free' "$err" 'free, and up to'
	has '36: nothing was written' "$err" 'nothing was written'
	is '36: really' "$(ls "$tmp/full")" ''
	mount -o remount,size=4m,ro verdict-test "$tmp/full"
	exits 1 '36: one that can only be read' w P01 bundle write "$tmp/full/x.bundle"
	has '36: is told' "$err" 'can only be read'
	mount -o remount,rw verdict-test "$tmp/full"
	exits 0 '36: with room it goes' w P01 bundle write "$tmp/full/x.bundle"
	umount "$tmp/full"
else
	skip '36: a full stick, and one that can only be read' 'nothing can be mounted here'
fi
if [ "$(id -u)" -ne 0 ]; then
	mkdir -m 555 "$tmp/mine"
	exits 1 '36: a folder of somebody else' w P01 bundle write "$tmp/mine/x.bundle"
	has '36: is told' "$err" 'you may not write there'
else
	skip '36: a folder of somebody else' 'root may write everywhere'
fi
done_testing
