#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An SFTP server that means no good (tests/shell/evil_sftp.c), behind OpenSSH, in many moods. Each time the console ends
# with a plain reason, within 64 MiB, having written nothing but its own store, and nothing counts as received.
. "${srcdir:-.}/tests/shell/ssh_common.sh"
evil=$builddir/tests/shell/evil_sftp
timed=$builddir/tests/bench/timed
case $evil in /*) ;; *) evil=$PWD/$evil ;; esac
mib=64
grep -q '^#define HAVE_SANITIZER' "$builddir/config.h" && mib=4096

imported
serve --listen 127.0.0.1:0 --limit-address 0 --limit-key 0
conf '# nothing yet'
enrolled P01 --role monitor
stop
ti=$(a_ti P01 1)
exits 0 'a verdict' w P01 grade "$ti" failed -m 'No answer at all.'
sshd_start host "Subsystem sftp $evil" 'MaxStartups 100' 'MaxSessions 100'

# the bytes that no terminal should see
clean() { LC_ALL=C grep -naP '[\x00-\x08\x0b-\x1f\x7f]' "$1"; }

# visit MOOD: the exchange, in a store of its own
visit() {
	cp -a "$tmp/P01" "$tmp/at-$1"
	printf '%s\n' "set sftp sftp://$user@127.0.0.1:$ssh_port/$1" "set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key)" \
		'set ways sftp' >"$tmp/$1.conf"
	"$timed" "$verdict" --store "$tmp/at-$1" --config "$tmp/$1.conf" sync --via sftp >"$tmp/$1.cost" 2>"$tmp/$1.err"
	echo $? >"$tmp/$1.code"
}
# judge MOOD WORDS: what it came to
judge() {
	if [ "$(cat "$tmp/$1.code")" = 3 ] && grep -q "$2" "$tmp/$1.err"; then
		ok "$1: ends, and says why"
	else
		not_ok "$1: ends, and says why" "exited $(cat "$tmp/$1.code"), wanted: $2" "$(cat "$tmp/$1.err")"
	fi
	is "$1: without a byte that a terminal would obey" "$(clean "$tmp/$1.err")" ''
	peak=$(sed -n 's/^peak_kib //p' "$tmp/$1.cost")
	check "$1: within $mib MiB ($peak KiB)" test "${peak:-999999999}" -le $((mib * 1024))
	has "$1: nothing counts as received" "$("$verdict" --store "$tmp/at-$1" --json journal | jq -r '.[] | [.kind, .state] | join(" ")')" \
		'verdict unsent'
	is "$1: nothing lies where it should not" \
		"$(find "$tmp/at-$1/drop" -type f ! -name "$(printf '%064d' 0 | tr 0 '?').*" 2>/dev/null)" ''
}

# those that are waited for take their time beside the others
slow='tricks endless huge stat plain silent'
waiting=
for mood in $slow; do
	visit "$mood" &
	waiting="$waiting $!"
done
while read -r mood words; do
	visit "$mood" </dev/null
	judge "$mood" "$words"
done <<END
count the listing of 127.0.0.1 makes no sense
long-name says what makes no sense
type answers something else
words the server could not do it
handle says what makes no sense
no-handle answers something else
ids answers something else
longer says what makes no sense
full is its disk full
flood gives more than was asked for
lies holds less of an answer than it lists
gone lists an answer that is not there
other answers nothing that waits here
noise answers nothing that waits here
refuse the hub does not take what this console left
END
for pid in $waiting; do wait "$pid"; done
for mood in $slow; do
	case $mood in
	silent) judge "$mood" 'nothing came from' ;;
	*) judge "$mood" 'the hub has not answered yet' ;;
	esac
done
has 'refuse: the words of the refusal are shown by name' "$(cat "$tmp/refuse.err")" 'because I say so'
is 'nothing was planted anywhere' "$(find "$tmp" /tmp -maxdepth 3 -name 'planted*' 2>/dev/null)" ''
check 'the journal is whole' "$verdict" --store "$tmp/at-other" --quiet journal verify

# the same console, with a server that is none of these
sshd_stop
drop=$tmp/drop
serve --listen 127.0.0.1:0 --drop "$drop" --limit-address 0 --limit-key 0
sshd_start host 'Subsystem sftp internal-sftp -u 0007'
conf "set sftp sftp://$user@127.0.0.1:$ssh_port$drop" "set ssh-key $ssh_dir/id" "set ssh-host-key $(host_key)" 'set ways sftp'
for mood in other refuse plain; do
	exits 0 "after $mood: an honest drop takes it" w "at-$mood" sync --via sftp
	has "after $mood: and answers" "$(w "at-$mood" --json journal | jq -r '.[] | [.kind, .state] | join(" ")')" 'verdict received'
done
is 'the verdict is there once' "$(d --json verify | jq .records)" 1
done_testing
