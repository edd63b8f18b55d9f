#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The SFTP drop: bundles in, answers out, over OpenSSH with internal-sftp, in a chroot where the tests may; cut in the
# middle, without rights, with a hub that is away; and a server that means no good.
. "${srcdir:-.}/tests/shell/ssh_common.sh"

imported
drop=$tmp/drop
serve --listen 127.0.0.1:0 --drop "$drop" --limit-address 0 --limit-key 0
conf '# nothing yet'
enrolled P01 --role monitor
enrolled P04 --role monitor
one=$(a_ti P01 1) two=$(a_ti P01 2) three=$(a_ti P01 3) four=$(a_ti P01 4)
exits 2 'without a place there is no drop' w P01 sync --via sftp
has 'and it says what to set' "$err" 'set sftp sftp://'

sshd_start host 'Subsystem sftp internal-sftp -u 0007'
key=$(host_key)
to() { conf "set sftp sftp://$user@127.0.0.1:$ssh_port$1" "set ssh-key $ssh_dir/id" "set ssh-host-key $key" "set ways ${2:-sftp}"; }
to "$drop"
exits 0 'a verdict' w P01 grade "$one" verified
exits 0 'goes through the drop, and its receipt comes back' w P01 sync --via sftp
has 'received' "$(journal_of P01)" "verdict $one received"
is 'nothing waits in the console' "$(find "$tmp/P01/drop" -type f | wc -l)" 0
is 'nor at the hub' "$(find "$drop/in" "$drop/taking" -type f | wc -l)" 0
is 'what lay there was sealed' "$(grep -l "$one" "$drop"/out/*/* 2>/dev/null)" ''
exits 0 'a colleague takes the changes the same way' w P04 sync --via sftp
is 'and sees them' "$(w P04 --json show "$one" | jq -r 'if type == "array" then .[0].status else .status end')" verified
is 'JSON names the way' "$(w P04 --json sync --via sftp | jq -r .way)" sftp

# the hub is away: all is left there, and the answer taken later
stop
exits 0 'another verdict' w P01 grade "$two" verified
"$verdict" --store "$tmp/P01" --config "$tmp/verdict.conf" sync --via sftp >"$tmp/out" 2>"$tmp/err" &
console=$!
i=0
until [ "$(find "$drop/in" -name '*.bundle' | wc -l)" -ge 1 ]; do
	i=$((i + 1))
	[ $i -lt 600 ] || break
	sleep 0.1
done
is 'it lies in the drop' "$(find "$drop/in" -name '*.bundle' | wc -l)" 1
kill -9 "$console"
wait "$console" 2>/dev/null
console=
is 'no half file has its name' "$(find "$drop/in" -name '*.part' | wc -l)" 0
has 'and is not yet received' "$(journal_of P01)" "verdict $two unsent"
serve --listen "127.0.0.1:$port" --drop "$drop" --limit-address 0 --limit-key 0
exits 0 'the console was killed, the hub is back: the answer is fetched' w P01 sync --via sftp
has 'received now' "$(journal_of P01)" "verdict $two received"
exits 0 'every hash and signature at the hub holds' d verify

# evidence that the hub lost, or never had, comes with the records about it
exits 2 'over another way --evidence makes no sense' w P01 sync --via https --evidence
has 'which is said' "$err" '--via sftp'
exits 0 'a console with evidence' w P01 sync --via https --prefetch 64
find "$hub/evidence" -type f | LC_ALL=C sort >"$tmp/evidence"
check 'which the hub has' test -s "$tmp/evidence"
find "$hub/evidence" -type f -exec rm {} +
w P01 --json queue | jq -r '.[].id' | head -n 6 | while read -r ti; do w P01 -q comment "$ti" -m 'See the evidence.'; done
exits 0 'sends it through the drop' w P01 sync --via sftp --evidence
check 'and the hub has of it again' test -n "$(find "$hub/evidence" -type f | LC_ALL=C sort | comm -12 - "$tmp/evidence")"

# the way fails in ways that are told apart
exits 0 'a third verdict' w P01 grade "$three" failed -m 'No answer at all.'
to "$drop/no-such-folder"
exits 3 'no such folder' w P01 sync --via sftp
has 'is told' "$err" 'by sftp'
is 'as what is behind the login' "$(w P01 --json sync --via sftp 2>/dev/null | jq -r .failure)" denied
sshd_stop
sshd_start host 'Subsystem sftp internal-sftp -R'
to "$drop"
exits 3 'a drop where nothing can be written' w P01 sync --via sftp
is 'is told' "$(w P01 --json sync --via sftp 2>/dev/null | jq -r .failure)" denied
has 'and nothing is lost' "$(journal_of P01)" "verdict $three unsent"
sshd_stop
sshd_start host
exits 3 'a server without SFTP' w P01 sync --via sftp
has 'is told' "$err" 'gives no files by SFTP'
sshd_stop

# chroot: only root can, and below folders that are root's alone
if [ "$(id -u)" = 0 ] && jail=$(mktemp -d /run/verdict-jail.XXXXXX 2>/dev/null) && chmod 755 "$jail"; then
	stop
	cp -a "$drop" "$jail/drop"
	drop=$jail/drop
	serve --listen "127.0.0.1:$port" --drop "$drop" --limit-address 0 --limit-key 0
	sshd_start host 'Subsystem sftp internal-sftp -u 0007' "ChrootDirectory $jail" 'ForceCommand internal-sftp -u 0007'
	to /drop
	exits 0 'in a chroot too' w P01 sync --via sftp
	has 'the third is received' "$(journal_of P01)" "verdict $three received"
	sshd_stop
else
	skip 'in a chroot' 'not root, or no /run'
fi

# strangers' files in the drop
rep=$(find "$drop/in" -mindepth 1 -maxdepth 1 -type d | head -n 1)
name=$(printf '%064d' 7)
ln -s "$hub/tls/hub.key" "$rep/$name.bundle"
printf 'no bundle' >"$rep/$(printf '%064d' 8).bundle"
mkdir "$rep/$(printf '%064d' 9).bundle" "$drop/in/..no" 2>/dev/null
printf x >"$rep/../$(printf '%064d' 6).bundle"
i=0
until [ -e "$drop/out/$(basename "$rep")/$(printf '%064d' 8).refused" ]; do
	i=$((i + 1))
	[ $i -lt 600 ] || break
	sleep 0.1
done
check 'what is no bundle is refused with a reason' test -s "$drop/out/$(basename "$rep")/$(printf '%064d' 8).refused"
check 'a link is left alone' test -L "$rep/$name.bundle"
check 'so is a folder' test -d "$rep/$(printf '%064d' 9).bundle"
check 'and the hub serves on' c -o /dev/null "$base/v1/hello"

# over https again: the order of ways
sshd_start host 'Subsystem sftp internal-sftp -u 0007'
to "$drop" 'https, sftp'
is 'the first way that works is taken' "$(w P01 --json sync | jq -r .way)" https
stop
exits 0 'a fourth verdict' w P01 grade "$four" verified
"$verdict" --store "$tmp/P01" --config "$tmp/verdict.conf" sync --watch >"$tmp/watch" 2>&1 &
console=$!
i=0
until grep -q 'online sftp' "$tmp/watch"; do
	i=$((i + 1))
	[ $i -lt 600 ] || break
	sleep 0.1
done
has 'where https fails, the drop is next' "$(cat "$tmp/watch")" 'online sftp'
serve --listen "127.0.0.1:$port" --drop "$drop" --limit-address 0 --limit-key 0
i=0
until d verify >/dev/null 2>&1 && [ -z "$(find "$tmp/P01/drop" -type f)" ]; do
	i=$((i + 1))
	[ $i -lt 600 ] || break
	sleep 0.1
done
kill "$console"
wait "$console" 2>/dev/null
console=
has 'and the fourth is received' "$(journal_of P01)" "verdict $four received"
done_testing
