#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A drop where somebody means no good: what lies in the hub's folders is no bundle, leads elsewhere, never ends, changes
# while it is read, or is there a hundred thousand times. The hub takes the bundles among it, and touches nothing else.
. "${srcdir:-.}/tests/shell/hub_common.sh"
if ! command -v jq >/dev/null; then
	skip 'a hostile drop' 'no jq'
	done_testing
fi
mib=64
grep -q '^#define HAVE_SANITIZER' "$builddir/config.h" && mib=4096

imported
drop=$tmp/drop
serve --listen 127.0.0.1:0 --drop "$drop" --limit-address 0 --limit-key 0
enrolled P01 --role monitor
# shellcheck disable=SC2046
set -- $(tis P01 3)
rep=AAAAAAAAAAAAAAAAAAAAAA
in=$drop/in/$rep
mkdir "$in"
digits() { printf '%064d' "$1"; }
taken() { [ -e "$drop/out/$rep/$(digits "$1").$2" ]; }
mine() {	# N TI: a bundle with a verdict on that TI, in the drop as N
	w P01 -q grade "$2" verified 2>/dev/null
	rm -f "$tmp/mine"
	w P01 -q bundle write "$tmp/mine"
	cp "$tmp/mine" "$in/mine.part"
	mv "$in/mine.part" "$in/$(digits "$1").bundle"
}

# what is no plain file, or another's
victim=$tmp/victim
echo 'not yours' >"$victim"
ln -s "$victim" "$in/$(digits 1).bundle"
ln -s /dev/zero "$in/$(digits 2).bundle"
mkfifo "$in/$(digits 3).bundle"
ln "$hub/tls/hub.key" "$in/$(digits 4).bundle"
mkdir "$in/$(digits 5).bundle"
perl -MSocket -e 'socket(S,PF_UNIX,SOCK_STREAM,0);chdir $ARGV[0];bind(S,sockaddr_un($ARGV[1]))' "$in" "$(digits 6).bundle" 2>/dev/null
mknod "$in/$(digits 7).bundle" c 1 5 2>/dev/null
ln -s "$tmp" "$drop/in/BBBBBBBBBBBBBBBBBBBBBB"
echo x >"$tmp/$(digits 8).bundle"
mkdir "$drop/in/$(printf '\033]0;gotcha\007')" "$drop/in/CCCCCCCCCCCCCCCCCCCCCC"
echo x >"$in/$(printf '\033[2J.bundle')"
echo x >"$in/..$(digits 9).bundle"
# beginnings that nobody goes on with, and one that somebody may
echo x >"$in/$(digits 20).part"
echo x >"$in/$(digits 21).part"
touch -d '8 days ago' "$in/$(digits 20).part"
# what is too much
truncate -s 5G "$in/$(digits 10).bundle"
(cd "$in" && seq -f 'junk%.0f' 1 100000 | xargs touch)
(cd "$in" && seq -f '%064.0f.bundle' 1001 3000 | xargs perl -e 'symlink("/dev/zero", $_) for @ARGV')
# what changes meanwhile
(
	while :; do
		head -c 300000 /dev/urandom >"$in/$(digits 11).bundle" && : >"$in/$(digits 11).bundle"
	done
) 2>/dev/null &
console=$!
mine 12 "$1"
check 'the bundle among all that is taken' eventually taken 12 receipts
check 'one that is too large is refused with a reason' eventually taken 10 refused
has 'which says so' "$(cat "$drop/out/$rep/$(digits 10).refused")" 'at most 4 GiB'
check 'and lies there no more' test ! -e "$in/$(digits 10).bundle"
check 'what changes while it is read is refused' eventually taken 11 refused
kill "$console"
wait "$console" 2>/dev/null
console=
mine 13 "$2"
check 'the next one has its turn too' eventually taken 13 receipts
exits 0 'its answer is one' w P01 bundle read "$drop/out/$rep/$(digits 13).receipts"
is 'for both' "$(unreceived P01)" 0

check 'a beginning of last week is gone' test ! -e "$in/$(digits 20).part"
check 'one of today is not' test -e "$in/$(digits 21).part"
is 'a link leads nowhere' "$(cat "$victim")" 'not yours'
check 'and stays' test -L "$in/$(digits 1).bundle"
check 'a pipe stays' test -p "$in/$(digits 3).bundle"
check 'a second name of a file of the hub stays' test -s "$in/$(digits 4).bundle"
check 'and so does the file' test -s "$hub/tls/hub.key"
check 'a folder behind a link is not looked into' test -s "$tmp/$(digits 8).bundle"
is 'nothing was answered for it' "$(find "$drop/out" -name "$(digits 8)*" -o -name 'BBBB*')" ''
is 'nothing waits to be taken' "$(find "$drop/taking" -type f | wc -l)" 0
is 'the log has no byte that a terminal would obey' "$(LC_ALL=C grep -naP '[\x00-\x08\x0b-\x1f\x7f]' "$tmp/log")" ''
peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$served/status" 2>/dev/null)
if [ "$peak" ]; then
	check "the hub needed $peak KiB" test "$peak" -le $((mib * 1024))
else
	skip 'what the hub needed' 'no /proc'
fi
check 'it serves on' c -o /dev/null "$base/v1/hello"
exits 0 'and holds each verdict once' d --json verify
is 'as many as there are' "$(printf '%s' "$out" | jq .records)" 2
stop
is 'it ends in order' $? 0
done_testing
