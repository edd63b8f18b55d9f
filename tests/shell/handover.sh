#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A console owns the store; a second process hands its command over, and each record appears once.
. "${srcdir:-.}/tests/shell/common.sh"
if ! have_pty; then
	skip 'handing over' 'no pseudo-terminal'
	done_testing
fi
joined
before=$(v journal --quiet 2>/dev/null | wc -l)

# a full-screen console on a terminal of its own; its keyboard is a pipe that stays open
mkfifo "$tmp/keys"
script -qfec "exec '$verdict' --store '$store'" /dev/null <"$tmp/keys" >"$tmp/screen" 2>&1 &
script_pid=$!
exec 9>"$tmp/keys"
check 'the console listens' eventually test -S "$store/verdict.sock"
is 'to its own user alone' "$(stat -c %a "$store/verdict.sock")" 600
console=$(tr -dc 0-9 <"$store/lock")
check 'it runs' kill -0 "$console"

exits 0 'queue is handed over' v queue --quiet --limit 3
is 'and answered' "$(wc -l <"$tmp/out")" 3
exits 0 'grade is handed over' v grade 81222 failed -m 'Bad hash.'
has 'and saved' "$out" 'saved '
exits 1 'a refusal comes back' v grade 81222 verified -m 'No, it is right.'
has 'with its words' "$err" '--correction'
exits 2 'so does wrong usage' v grade 81174 failed
exits 1 'evidence is checked there' v grade 81272 verified
has 'and what was found comes back' "$err" 'M65-03'
exits 0 'evidence is looked up there and shown here' v evidence 81222 1 --raw
check 'byte for byte' sh -c 'cmp -s "$1" "$2"/81222-1-*' - "$tmp/out" "$sample/evidence"
(cd "$tmp" && v export 81222 -o here.json)
check 'files are written by the second process, in its folder' test -s "$tmp/here.json"
for ti in 81216 81174 81272 81362 81266; do
	v grade "$ti" verified -m 'Agreed at the table.' >"$tmp/out.$ti" 2>&1 &
	eval "pid_$ti=$!"
done
bad=
for ti in 81216 81174 81272 81362 81266; do
	eval "wait \"\$pid_$ti\"" || bad="$bad $ti: $(cat "$tmp/out.$ti")"
done
is 'five at once are all answered' "$bad" ''
exits 0 'journal' v journal --quiet
is 'each record is there once' "$(($(wc -l <"$tmp/out") - before))" 6
exits 0 'journal verify' v journal verify
exits 0 'completion knows TIs while the console runs' v complete -- show 8122
has 'all of them' "$out" '81222'
exits 4 'join needs the store alone' v join "$sample" --as P01
has 'and names the holder' "$err" "process $console"
exits 4 'the console there syncs by itself' v sync
has 'and that is said' "$err" 'keeps up with the hub by itself'

kill -STOP "$console"
exits 4 'a console that is stopped is not waited for' timeout 60 "$verdict" --store "$store" --clock "$clock" status
has 'its process is named' "$err" "process $console"
kill -CONT "$console"
kill -CONT "$script_pid"	# script(1) stops itself when its child does
exits 0 'after it goes on, commands are answered again' v status
exits 0 'what was given up has not run' v journal --quiet
is 'later' "$(($(wc -l <"$tmp/out") - before))" 6

kill -TERM "$console"
wait "$script_pid"
console=
exec 9>&-
check 'the socket goes with the console' test ! -e "$store/verdict.sock"
exits 0 'then the store is free' v journal --quiet
is 'and holds what was saved' "$(($(wc -l <"$tmp/out") - before))" 6

# a socket left by a killed owner is no owner
sock=$store/verdict.sock
: >"$sock"
exits 0 'a dead socket is passed over' v status
done_testing
