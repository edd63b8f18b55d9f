#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Options, help, mistakes, the manual and completion against the table of commands. Needs no store.
. "${srcdir:-.}/tests/shell/common.sh"

exits 0 '--version' v --version
has 'it names program and number' "$out" 'verdict 0.'
exits 0 '--help' v --help
has 'help lists commands' "$out" 'withdraw'
lacks 'help hides what is for completion alone' "$out" '  complete'
cp "$tmp/out" "$tmp/help"
exits 0 'help' v help
check 'help and --help agree' cmp -s "$tmp/out" "$tmp/help"

commands=$("$verdict" complete -- '' | cut -f 1)
for c in $commands; do
	exits 0 "help $c" v help "$c"
	first=$out
	exits 0 "$c --help" v "$c" --help
	is "$c --help says the same" "$out" "$first"
	check "verdict(1) explains $c" grep -Eq "^\.It Ic $c( |\$)" "$srcdir/doc/verdict.1"
	for o in $("$verdict" complete -- "$c" -- | cut -f 1); do
		# shellcheck disable=SC2016 # a pattern
		check "verdict(1) explains $c $o" awk -v c="$c" -v o="Fl -${o#--}" '
			/^\.(It Ic|Ss|Sh) / { here = index($0, ".It Ic " c " ") == 1 || $0 == ".It Ic " c || /Options of every/ }
			here && index($0, o) && /^\.It / { found = 1 } END { exit !found }' "$srcdir/doc/verdict.1"
	done
done
for o in $("$verdict" complete -- -- | cut -f 1); do
	check "verdict(1) explains $o" grep -Eq "^\.It .*Fl -${o#--}( |\$)" "$srcdir/doc/verdict.1"
done
for c in $(sed -n '/^\.Sh COMMANDS/,/^\.Ss JSON/s/^\.It Ic \([a-z]*\).*/\1/p' "$srcdir/doc/verdict.1"); do
	# shellcheck disable=SC2016 # a pattern
	check "the command $c of verdict(1) is there" sh -c 'printf "%s\n" "$1" | grep -qx "$2"' - "$commands" "$c"
done

exits 2 'an unknown command' v qeue
has 'the nearest is suggested' "$err" 'did you mean queue?'
exits 2 'help on an unknown command' v help grades
has 'suggests too' "$err" 'did you mean grade?'
exits 2 'a word like none' v frobnicate
lacks 'suggests nothing' "$err" 'did you mean'
exits 2 'an unknown option' v queue --frob
exits 2 'an unknown option before the command' v --frob queue
exits 2 'an option without its value' v queue --limit
has 'says so' "$err" '--limit needs a value'
exits 2 'a flag with a value' v queue --all=yes
exits 2 'missing arguments' v grade 81198
has 'the usage is shown' "$err" 'usage: verdict grade TI verified|partial|failed'
exits 2 'too many arguments' v status now
exits 2 'an odd --color' v --color sometimes status
exits 2 'an odd --clock' "$verdict" --clock yesterday status
exits 2 'an odd --size' v --script /dev/null --size big
exits 2 'no terminal for the full screen' sh -c '"$1" --store "$2" </dev/null' - "$verdict" "$store"
has 'says what to do' "$err" 'verdict tour'
exits 4 'a command without a store' v status
has 'says how to get one' "$err" 'verdict join PACK --as PERSON'
check 'and makes none' test ! -e "$store"
exits 2 'control bytes in an argument' v "$(printf 'a\033[31mb')"
lacks 'are neutralised in the message' "$err" "$esc"

"$verdict" complete -- grade x '' >"$tmp/out"
is 'outcomes complete' "$(cut -f 1 "$tmp/out" | tr '\n' ' ')" 'verified partial failed '
"$verdict" complete -- queue --sort t >"$tmp/out"
is 'values complete' "$(cut -f 1 "$tmp/out" | tr '\n' ' ')" 'table test '
is 'commands complete by prefix' "$("$verdict" complete -- jo | cut -f 1 | tr '\n' ' ')" 'join journal '
is 'files are left to the shell' "$("$verdict" complete -- join '' | cut -f 1)" ':files'

# what touches strangers' bytes or sockets lives in processes of its own
if command -v ldd >/dev/null 2>&1; then
	ldd "$verdict" >"$tmp/out" 2>&1
	for lib in libexpat libcurl libssh libseccomp; do
		lacks "the console links no $lib" "$(cat "$tmp/out")" "$lib"
	done
fi

# the scripts for the shells ask the program, and insert what it says
path=$tmp/bin
mkdir -p "$path" && ln -s "$verdict" "$path/verdict"
if command -v bash >/dev/null 2>&1; then
	# shellcheck disable=SC2016 # for bash
	got=$(PATH=$path:$PATH bash -c '. "$1"; COMP_WORDS=(verdict jo); COMP_CWORD=1; _verdict; echo "${COMPREPLY[*]}"' \
		- "$srcdir/data/completion/verdict.bash" 2>&1)
	is 'bash completes commands' "$got" 'join journal'
	# shellcheck disable=SC2016 # for bash
	got=$(PATH=$path:$PATH bash -c '. "$1"; COMP_WORDS=(verdict ""); COMP_CWORD=1; _verdict; printf "%s\n" "${COMPREPLY[@]}"' \
		- "$srcdir/data/completion/verdict.bash" 2>&1)
	is 'bash offers every command of the table' "$got" "$commands"
else
	skip 'bash completes commands' 'no bash'
fi
if command -v zsh >/dev/null 2>&1; then
	# shellcheck disable=SC2016 # for zsh
	got=$(PATH=$path:$PATH zsh -fc 'words=(verdict jo); CURRENT=2
		_describe() { print -l -- ${(P)3%%:*} }; _files() { print files }; f=$1; () { source $f }' \
		- "$srcdir/data/completion/_verdict" 2>&1 | sed 's/:.*//' | tr '\n' ' ')
	is 'zsh completes commands' "$got" 'join journal '
else
	skip 'zsh completes commands' 'no zsh'
fi
if command -v fish >/dev/null 2>&1; then
	mkdir -p "$tmp/home"
	# shellcheck disable=SC2016 # for fish
	fish_says() {
		PATH=$path:$PATH HOME=$tmp/home fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' \
			"$srcdir/data/completion/verdict.fish" "$1" 2>&1 | cut -f 1
	}
	is 'fish completes commands' "$(fish_says 'verdict jo' | tr '\n' ' ')" 'join journal '
	is 'fish offers every command of the table' "$(fish_says 'verdict ')" "$commands"
else
	skip 'fish completes commands' 'no fish'
fi
done_testing
