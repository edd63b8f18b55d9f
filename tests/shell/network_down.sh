#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The day when the venue's network dies at 10:00. Three monitors grade on; one sends through the SSH tunnel, one by the
# drop, one hands a stick to the first. In the evening the hub has every verdict once, and all three have receipts for
# all of theirs.
. "${srcdir:-.}/tests/shell/ssh_common.sh"

imported
serve --listen 127.0.0.1:0 --listen "unix:$tmp/http" --drop "$tmp/drop" --limit-address 0 --limit-key 0
conf '# the venue is well'
enrolled P01 --role monitor
enrolled P04 --role monitor
enrolled P09 --role monitor
# shellcheck disable=SC2046
set -- $(w P09 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 6)
a=$1 b=$2 c_=$3 e=$4 f=$5

# 09:30, all is well
exits 0 'graded in the morning' w P01 grade "$a" verified
exits 0 'and sent' w P01 sync

# 10:00, the network is gone: HTTPS answers nobody. The machine of the hub can be reached by SSH from another room.
stop
serve --listen "unix:$tmp/http" --listen 127.0.0.1:0 --drop "$tmp/drop" --limit-address 0 --limit-key 0
exits 3 'there is no way' w P04 sync
has 'and it says so' "$err" 'the hub cannot be reached'
exits 0 'the first grades on' w P01 grade "$b" verified
exits 0 'the second too' w P04 grade "$c_" failed -m 'The allergy section is empty.'
exits 0 'and the third' w P09 grade "$e" verified
exits 0 'twice' w P09 grade "$f" failed -m 'No answer at all.'

# 11:00, the third hands a stick to the first
exits 0 'a stick is written' w P09 bundle write "$tmp/stick.bundle" --to P01
has 'read back, and safe to remove' "$out" 'safe to remove'
exits 0 'the first takes it' w P01 bundle read "$tmp/stick.bundle"

# 13:00, SSH
sshd_start host 'Subsystem sftp internal-sftp -u 0007'
conf "set hub ssh://$user@127.0.0.1:$ssh_port$tmp/http" "set sftp sftp://$user@127.0.0.1:$ssh_port$tmp/drop" \
	"set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key)" 'set ways https, ssh, sftp'
exits 0 'the first sends through the tunnel, found by itself' w P01 sync
is 'which is the way it names' "$(w P01 --json sync | jq -r .way)" ssh
exits 0 'the second leaves a bundle in the drop' w P04 sync --via sftp

# 16:00
exits 0 'the third fetches its receipts' w P09 sync --via sftp
for who in P01 P04 P09; do
	is "$who has receipts for all" "$(w "$who" --json journal | jq -r '[.[] | select(.state != "received")] | length')" 0
done
for ti in "$a" "$b" "$c_" "$e" "$f"; do
	exits 0 'all look again' w P04 sync --via ssh
	is "the verdict on $ti is there once" "$(w P04 --json show "$ti" | jq -r '(if type == "array" then .[0] else . end).verdicts | length')" 1
done
exits 0 'every hash and signature holds' d verify
done_testing
