#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Records by hand: onto a stick, into the hub in any order and more than once, receipts on the way back; a colleague who
# carries them; and sticks that were damaged, cut off, altered, or are somebody else's.
. "${srcdir:-.}/tests/shell/hub_common.sh"

journal_of() { w "$1" --json journal | jq -r '.[] | [.ti, .state] | join(" ")'; }
# flip FILE OFFSET: one byte is another
flip() {
	was=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o' $(((was + 1) % 256)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
size_of() { wc -c <"$1" | tr -d ' '; }

if ! command -v jq >/dev/null; then
	skip 'bundles' 'no jq'
	done_testing
fi
stick=$tmp/stick
mkdir "$stick"

imported
serve --listen 127.0.0.1:0
enrolled P01 --role monitor
enrolled P04 --role monitor
enrolled P09 --role monitor --role lead
exits 0 'P04 hears of the others' w P04 sync
# shellcheck disable=SC2046
set -- $(w P09 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 6)
one=$1 two=$2 three=$3 four=$4
stop

# a stick, straight to the hub
exits 1 'nothing waits, and that is said' w P01 bundle write "$stick/none.bundle"
has 'with what could be written' "$err" 'nothing waits for the hub'
exits 0 'P01 grades' w P01 grade "$one" verified
exits 0 'and once more' w P01 grade "$two" failed -m 'No answer.'
exits 0 'a bundle' w P01 bundle write "$stick/p01.bundle"
has 'was read back' "$out" 'written, read back and compared'
has 'and the stick may go' "$out" 'p01.bundle: safe to remove'
exits 1 'nothing is written over' w P01 bundle write "$stick/p01.bundle"
is 'no part is left' "$(ls "$stick")" p01.bundle
has 'the journal says where they are' "$(w P01 journal)" 'by stick'
lacks 'who finds it reads no verdict' "$(strings "$stick/p01.bundle" 2>/dev/null || cat "$stick/p01.bundle")" 'No answer'
exits 0 'it is whole' w P01 bundle verify "$stick/p01.bundle"
has 'as its writer can see' "$out" '2 records'
has 'and who it was' "$out" 'signed by this console'
exits 1 'a stranger sees that it is sealed' "$verdict" --store "$tmp/nobody" bundle verify "$stick/p01.bundle"
has 'and no more' "$err" 'sealed for somebody else'
exits 0 'the hub takes it' d take "$stick/p01.bundle"
has 'all of it' "$out" '2 records, 2 stored'
has 'and knows whose it is' "$out" 'signed by Kim Minji'
has 'an answer lies beside it' "$(ls "$stick")" p01.bundle.receipts
exits 0 'taken again it is the same' d --json take "$stick/p01.bundle"
is 'all were here' "$(printf '%s' "$out" | jq -c '[.records, .stored, .duplicates, .whole]')" '[2,0,2,true]'
exits 0 'the answer goes back' w P01 bundle read "$stick/p01.bundle.receipts"
has 'and answers both' "$out" 'the hub has answered 2 records that waited'
is 'they are received' "$(journal_of P01 | cut -d' ' -f2 | sort -u)" received
has 'by stick' "$(w P01 journal)" 'by stick'
exits 0 'read again it changes nothing' w P01 --json bundle read "$stick/p01.bundle.receipts"
is 'nothing at all' "$(printf '%s' "$out" | jq -c '[.answered, .new]')" '[0,0]'
exits 1 'somebody else cannot read it' w P04 bundle read "$stick/p01.bundle.receipts"
exits 0 'a copy of the journal is a bundle too' d --json take --no-receipts "$tmp/P01/journal.vb"
is 'of known records' "$(printf '%s' "$out" | jq -c '[.records, .duplicates, .whole]')" '[2,2,true]'

# a colleague carries it
exits 0 'P04 grades' w P04 grade "$three" verified
exits 1 'a person of whom no console is known' w P04 bundle write "$stick/x.bundle" --to P77
exits 0 'sealed to P01 as well' w P04 bundle write "$stick/p04.bundle" --to P01
exits 0 'P01 reads it' w P01 bundle read "$stick/p04.bundle"
has 'and will forward it' "$out" '1 record is new here and goes to the hub with yours'
has 'signed by its author' "$out" 'signed by Aroha Ngata'
exits 0 'again: nothing new' w P01 bundle read "$stick/p04.bundle"
lacks 'really' "$out" 'new here'
is 'it is no entry of the own journal' "$(journal_of P01 | wc -l | tr -d ' ')" 2
exits 0 'the journal holds' w P01 journal verify
exits 0 'an own one too' w P01 grade "$four" failed -m 'Wrong code.'
serve --listen "127.0.0.1:$port"
exits 0 'P01 reaches the hub' w P01 sync
has 'and keeps nothing back' "$out" 'nothing unsent'
exits 0 'and hears what became of it' w P01 sync
exits 0 'P01 carries the answer' w P01 bundle write "$stick/back.bundle" --pages --to P04
stop
exits 0 'P04 reads it, without network' w P04 bundle read "$stick/back.bundle"
is 'and has its receipt' "$(journal_of P04)" "$three received"
is 'and sees what P01 did' "$(w P04 --json show "$four" | jq -r 'if type == "array" then .[0].status else .status end')" failed
is 'both stand at the same change' "$(for who in P01 P04; do w $who bundle write "$stick/$who.all" --all --plain >/dev/null
	strings -n 8 "$stick/$who.all" | sed -n 's/.*"cursor":\([0-9]*\).*/\1/p'; done | sort -u | wc -l | tr -d ' ')" 1

# 36: the stick was pulled, altered, damaged
for n in 1 2 3 4 5 6; do w P09 -q comment "$one" -m "Comment $n"; done
exits 0 '36: a bundle that nobody sealed' w P09 bundle write "$stick/p09.bundle" --plain
cp "$stick/p09.bundle" "$stick/cut.bundle"
truncate -s "$(($(size_of "$stick/cut.bundle") - 100))" "$stick/cut.bundle"
exits 1 '36: cut off' w P09 bundle verify "$stick/cut.bundle"
has '36: and said so' "$err" 'its end is missing'
exits 1 '36: the hub takes what is intact' d --json take --no-receipts "$stick/cut.bundle"
is '36: all records' "$(printf '%s' "$out" | jq -c '[.records, .stored, .whole]')" '[6,6,false]'
exits 0 '36: the whole one adds nothing' d --json take --no-receipts "$stick/p09.bundle"
is '36: and loses nothing' "$(printf '%s' "$out" | jq -c '[.stored, .duplicates]')" '[0,6]'
for n in 7 8; do w P09 -q comment "$one" -m "Comment $n"; done
exits 0 '36: a sealed one' w P09 bundle write "$stick/q09.bundle"
cp "$stick/q09.bundle" "$stick/bad.bundle"
flip "$stick/bad.bundle" 300		# in the keys, which stand at the end once more
exits 1 '36: a flipped byte is told' w P09 bundle verify "$stick/bad.bundle"
has '36: with where nothing could be read' "$err" 'damaged: '
exits 1 '36: its records are taken' d --json take --no-receipts "$stick/bad.bundle"
is '36: each' "$(printf '%s' "$out" | jq -c '[.records, .stored, .duplicates]')" '[8,2,6]'

# 37: what is no bundle, or wants to be more than one
printf 'VRDCTBN1' >"$stick/empty.bundle"
exits 1 '37: an empty one' d take --no-receipts "$stick/empty.bundle"
head -c 100000 /dev/urandom >"$stick/noise.bundle"
exits 1 '37: no bundle at all' d take "$stick/noise.bundle"
has '37: is told' "$err" 'is no bundle'
exits 1 '37: nor for a console' w P01 bundle read "$stick/noise.bundle"
mkfifo "$stick/pipe.bundle"
exits 1 '37: a pipe' w P01 bundle read "$stick/pipe.bundle"
exits 0 'every hash, signature and root holds at the hub' d verify

# the same from the journal's screen
exits 0 'P01 comments' w P01 comment "$one" -m 'From the screen.'
cat >"$tmp/stick.scr" <<END
journal
bundle-write $stick/screen.bundle
await "safe to remove"
expect "by stick since"
END
check 'written from the screen' w P01 --clock "$clock" --script "$tmp/stick.scr" --size 160x30
exits 0 'it is a bundle like any other' d --json take "$stick/screen.bundle"
is 'of what waited' "$(printf '%s' "$out" | jq -c '[.records, .stored, .whole]')" '[1,1,true]'
cat >"$tmp/stick.scr" <<END
bundle-read $stick/screen.bundle.receipts
await "1 answered"
END
check 'and the answer is read there' w P01 --clock "$clock" --script "$tmp/stick.scr" --size 160x30
mkdir "$stick/folder"
exits 0 'P01 comments again' w P01 comment "$one" -m 'Into a folder.'
cat >"$tmp/stick.scr" <<END
bundle-write $stick/folder
await "safe to remove"
END
check 'a folder is enough' w P01 --clock "$clock" --script "$tmp/stick.scr" --size 160x30
has 'a name is made up' "$(ls "$stick/folder")" 'P01-20'

# a laptop that never saw a network
exits 0 'a join file' d enrol P02 --role monitor --file "$stick/p02.join"
exits 0 'P02 joins by it' w P02 join "$stick/p02.join"
exits 0 'and grades' w P02 grade "$one" verified
exits 0 'and writes a bundle' w P02 bundle write "$stick/p02.bundle"
exits 0 'which lets it in' d --json take "$stick/p02.bundle"
is 'with all it wrote' "$(printf '%s' "$out" | jq -c '[.stored, .refused, .whole]')" '[2,0,true]'
exits 0 'the answer is for it' w P02 bundle read "$stick/p02.bundle.receipts"
is 'and it has its receipts' "$(journal_of P02 | grep -c received)" 2

# while the hub serves, through its own folder
exits 0 'P04 comments' w P04 comment "$one" -m 'By stick, while it serves.'
exits 0 'and writes' w P04 bundle write "$stick/served.bundle"
serve --listen "127.0.0.1:$port"
exits 0 'a hub that serves takes it' d take "$stick/served.bundle" --receipts "$stick/served.back"
has 'and the answer was read back' "$out" 'served.back: written, read back and compared; safe to remove'
exits 0 'which P04 reads' w P04 bundle read "$stick/served.back"
has 'and is answered' "$out" 'the hub has answered 1 record that waited'
stop
done_testing
