#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The results site as a folder: by a hub that serves and by none, replaced as a whole, whole when the disk is full.
. "${srcdir:-.}/tests/shell/hub_common.sh"
umask 077
not() { ! "$@"; }
site=$tmp/www/site
mkdir "$tmp/www"

exits 4 'without a hub there is nothing to publish' d publish "$site"
imported
exits 0 'a site where no hub serves' d publish "$site"
has 'tells what it wrote' "$out" "event $event: "
check 'the matrix' test -s "$site/index.html"
check 'in Korean' grep -q '<html lang="ko">' "$site/ko/index.html"
check 'in Japanese' grep -q '<html lang="ja">' "$site/ja/index.html"
check 'borders' grep -q 'IPS Exchange' "$site/borders.html"
check 'the exploratory track apart' grep -q Plugathon "$site/trials.html"
is 'everybody may read it' "$(stat -c %a "$site/index.html") $(stat -c %a "$site/ko")" '644 755'
is 'nothing is left beside it' "$(ls -A "$tmp/www")" site
lacks 'no floor without a hub' "$(cat "$site/index.html")" floor.html
check 'JSON is JSON' jq -e ".event.id == \"$event\" and (.results | type == \"array\")" "$site/results.json"

echo old >"$site/stale.html"
exits 0 'again, in one language' d publish --lang ja --json "$site"
check 'what it wrote, as JSON' test "$(printf '%s' "$out" | jq -r .event)" = "$event"
check 'that language at the root' grep -q '<html lang="ja">' "$site/index.html"
check 'no other' test ! -e "$site/ko"
check 'and nothing of before' test ! -e "$site/stale.html"

mkdir "$tmp/www/home"
echo mine >"$tmp/www/home/diary"
exits 1 'files of others are left alone' d publish "$tmp/www/home"
has 'with a reason' "$err" 'holds files of others'
is 'and they are still there' "$(cat "$tmp/www/home/diary")" mine
exits 2 'an unknown language' d publish --lang tlh "$site"
exits 1 'an unknown event' d publish --event nobody "$site"
check 'leaves the site as it was' grep -q '<html lang="ja">' "$site/index.html"

serve --listen 127.0.0.1:0
exits 0 'from a hub that serves, in its sandbox' d publish "$site"
has 'tells what it wrote too' "$out" "event $event: "
check 'the same site' grep -q '<html lang="en">' "$site/index.html"
is 'nothing stays in the hub'\''s folder' "$(ls -A "$hub/tmp")" ''
passes() { jq '.results | length' "$site/results.json"; }
before=$(passes)
check 'what the event brought with it is told' test "$before" -gt 2

# a manager grades: what passed is told, and nothing else
m() { "$verdict" --store "$tmp/P10" "$@"; }
d enrol P10 --role manager >"$tmp/code" 2>"$tmp/err"
exits 0 'a manager joins' m join "$(head -n 1 "$tmp/code")"
told() { c "$base/" | grep -q 'Peñaflor'; }
check 'readers see nothing of who has no pass' sh -c '! grep -rq Peñaflor "$1"' sh "$site"
check 'nor do they live' not told
check 'but of who has' test -s "$site/organisation/O03.html"
exits 0 'a line is passed' m grade-line S15/MHD/DOC_SOURCE/- passed
exits 0 'another is not, after all' m grade-line S03/MHD/DOC_SOURCE/- did-not-complete
exits 0 'both are sent' m sync
check 'the live page tells of the first soon' eventually told
exits 0 'published again' d publish "$site"
is 'one more and one less' "$(passes)" "$before"
is 'by organisation, profile and actor' "$(jq -c '.results[] | select(.organisation == "O11") | [.profile, .actor, .tracks[]]' \
	"$site/results.json")" '["MHD","DOC_SOURCE","IPS_EXCHANGE"]'
check 'whose page is there' test -s "$site/organisation/O11.html"
check 'the other organisation has none any more' test ! -e "$site/organisation/O03.html"
is 'and is named nowhere' "$(grep -rl 'さくら医療情報' "$site")" ''
is 'a browser that asks for an icon hears of no fault' "$(code_of "$base/favicon.ico")" 204
is 'live and published are one' "$(c "$base/profile/MHD.html" | grep -c '<tr>')" "$(grep -c '<tr>' "$site/profile/MHD.html")"
exits 0 'the pass is taken back' m grade-line S15/MHD/DOC_SOURCE/- at-risk -m 'The wrong key.'
exits 0 'and sent' m sync
check 'the live page forgets it' eventually not told
mkdir -p "$hub/tmp/1-1/pack"
echo half >"$hub/tmp/1-1/pack/file"
flock -s "$hub/tmp" sh -c 'echo >"$1"; while [ ! -e "$1.end" ]; do sleep 0.1; done' sh "$tmp/held" &
holder=$!
check 'another process is staging' eventually test -e "$tmp/held"
exits 0 'published once more' d publish "$site"
check 'what may be of a living process stays' test -e "$hub/tmp/1-1/pack/file"
echo >"$tmp/held.end"
wait "$holder"
exits 0 'published when nobody else is' d publish "$site"
is 'what a killed one left is gone' "$(ls -A "$hub/tmp")" ''
is 'nothing is left of it' "$(grep -rl 'Peñaflor' "$site")" ''
is 'and all others are there' "$(passes)" $((before - 1))
stop
is 'the hub ends gracefully' $? 0

if [ "$(id -u)" -ne 0 ] || ! mkdir "$tmp/small" || ! mount -t tmpfs -o size=400k verdict-test "$tmp/small" 2>/dev/null; then
	skip 'a full disk' 'cannot mount a tmpfs here'
	done_testing
fi
trap 'umount -l "$tmp/small"; rm -rf "$tmp"' EXIT
exits 0 'onto a small disk' d publish --lang en "$tmp/small/site"
sum() { (cd "$tmp/small/site" && find . -type f -exec cksum {} + | sort); }
before=$(sum)
dd if=/dev/zero of="$tmp/small/fill" bs=1k 2>/dev/null
exits 4 'a full disk is told' d publish --lang ko "$tmp/small/site"
is 'and leaves the site of before whole' "$(sum)" "$before"
is 'and nothing beside it' "$(ls -A "$tmp/small" | tr '\n' ' ')" 'fill site '
rm "$tmp/small/fill"
exits 0 'with space it goes' d publish --lang ko "$tmp/small/site"
check 'and is the new one' grep -q '<html lang="ko">' "$tmp/small/site/index.html"
done_testing
