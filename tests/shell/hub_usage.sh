#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdictd's command line: help, mistakes, exit codes, completion, options from a file; manual and tables agree.
. "${srcdir:-.}/tests/shell/hub_common.sh"

exits 0 '--help' "$verdictd" --help
has 'names serve' "$out" '  serve '
exits 0 '--version' "$verdictd" --version
has 'tells it' "$out" 'verdictd '
exits 0 'help enrol' "$verdictd" help enrol
has 'names its options' "$out" '--organisation ID'
exits 2 'no such command' "$verdictd" nonsense
has 'says which' "$err" 'there is no command nonsense'
exits 2 'no such option' d serve --nonsense
exits 2 'a value is missing' d enrol P01 --role
exits 2 'too few words' d enrol
exits 2 'too many' d verify all
exits 2 'a flag with a value' d verify --json=yes
exits 2 'a store that is none' "$verdictd" --store ftp://x verify
exits 4 'enrol without a hub' d enrol P01 --role monitor
imported
exits 1 'enrol before anybody knows where' d enrol P01 --role monitor
exits 2 'a role that is none' d enrol P01 --role king
exits 2 'no role' d enrol P01
exits 2 'a time that is none' d enrol P01 --role monitor --valid 5y
exits 2 'import of something else' d import cat "$tmp"
exits 4 'verify where no hub is' "$verdictd" --store "$tmp/none" verify
check 'makes none' test ! -e "$tmp/none"
exits 1 'a pack that is none' d import pack "$tmp/nothing"
exits 1 'a backup that is none' "$verdictd" --store "$tmp/r" restore "$srcdir/README.md"

# plain HTTP stays on this machine
exits 1 'no plain HTTP on another address' d serve --plain --listen 0.0.0.0:0
has 'says why' "$err" 'without TLS'
exits 1 'nor on all of IPv6' d serve --plain --listen '[::]:0'
exits 1 'a place that is none' d serve --listen nowhere
exits 1 'a port that is none' d serve --listen 127.0.0.1:99999
has 'is told, and no other taken' "$err" 'a port up to 65535'
exits 2 'half a certificate' d serve --tls-cert "$tmp/x"
exits 2 'a user that is none' d serve --listen 127.0.0.1:0 --user nobody-of-that-name
exits 2 'a number that is none' d serve --connections many
printf 'not a certificate\n' >"$tmp/x"
exits 1 'a certificate that is none' d serve --listen 127.0.0.1:0 --tls-cert "$tmp/x" --tls-key "$tmp/x"

serve --plain --listen 127.0.0.1:0
has 'plain HTTP on loopback' "$base" 'http://127.0.0.1:'
is 'answers' "$(code_of "$base/healthz")" 200
exits 0 'a code' d enrol P01 --role monitor
has 'has no pin' "$out" '.-'
has 'says for whom' "$err" 'P01 (Kim Minji), until '
exits 1 'a code for nobody' d enrol P0l --role monitor
has 'says so' "$err" 'knows nobody called P0l'
exits 0 'a name makes somebody' d enrol P0l --role monitor --name 'Kim Min-ji'
exits 1 'a join file where no folder is' d enrol P03 --role monitor --file "$tmp/no/p03.join"
has 'names the folder' "$err" "there is no folder $tmp/no;"
exits 1 'an export where no folder is' d export csv "$tmp/no/all.csv"
lacks 'the hub itself is not in the way' "$err" 'store open'
exits 1 'a backup onto a folder' d backup "$tmp"
has 'wants a file' "$err" 'is a folder; name a file in it'
exits 1 'a bundle that is none' d take "$srcdir/README.md"
has 'is told by its own name' "$err" "verdictd: $srcdir/README.md: is no bundle"
echo before >"$tmp/kept.csv"
exits 1 'an export that fails' d export csv "$tmp/kept.csv" --ti none
is 'leaves the file as it was' "$(cat "$tmp/kept.csv")" before
exits 0 'a backup' d backup --no-evidence "$tmp/kept.bak"
exits 4 'restore while it serves' d restore --force "$tmp/kept.bak"
has 'says what to do' "$err" 'stop the hub'
exits 0 'with a picture where asked' d enrol P01 --role monitor --qr
has 'of half blocks' "$out" '▀'
stop

# a proxy's address and certificate
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tmp/proxy.key" -out "$tmp/proxy.pem" \
	-subj /CN=hub.example -addext subjectAltName=DNS:hub.example -days 2 2>/dev/null
serve --plain --listen 127.0.0.1:0 --public hub.example:443 --public-cert "$tmp/proxy.pem"
exits 0 'a code behind a proxy' d enrol P01 --role monitor
has 'names the proxy' "$out" 'verdict1:https://hub.example:443/'
check 'and its pin' expr "$(printf '%s\n' "$out" | head -n 1)" : '.*#[^.]*\.[A-Za-z0-9_-]\{43\}$'
stop

# a certificate of somebody else's making, read again on SIGHUP
serve --listen 127.0.0.1:0 --tls-cert "$tmp/proxy.pem" --tls-key "$tmp/proxy.key"
is 'a given certificate is shown' "$(curl -sS --noproxy '*' --cacert "$tmp/proxy.pem" \
	--connect-to "hub.example:443:127.0.0.1:$port" https://hub.example/v1/ca)" "$(cat "$tmp/proxy.pem")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tmp/new.key" -out "$tmp/new.pem" \
	-subj /CN=hub.example -addext subjectAltName=DNS:hub.example -days 2 2>/dev/null
mv "$tmp/new.key" "$tmp/proxy.key"
mv "$tmp/new.pem" "$tmp/proxy.pem"
kill -HUP "$served"
check 'SIGHUP is heard' eventually grep -q event=reload "$tmp/log"
is 'and a renewed one after SIGHUP' "$(curl -sS --noproxy '*' --cacert "$tmp/proxy.pem" \
	--connect-to "hub.example:443:127.0.0.1:$port" https://hub.example/v1/ca)" "$(cat "$tmp/proxy.pem")"
echo broken >"$tmp/proxy.pem"
kill -HUP "$served"
check 'and heard again' eventually grep -q 'level=error event=reload' "$tmp/log"
has 'a broken one is told and the old one kept' "$(curl -sS --noproxy '*' -k "https://127.0.0.1:$port/v1/hello")" '"hub"'
stop

# options of a file
cat >"$tmp/conf" <<'END'
# comment
listen 127.0.0.1:0
plain
limit-address 0
END
: >"$tmp/log"
"$verdictd" --config "$tmp/conf" --store "$hub" serve 2>"$tmp/log" &
served=$!
eventually ready_or_gone
has 'options come from a file' "$(cat "$tmp/log")" 'address="http://127.0.0.1:'
stop
echo 'nonsense 5' >>"$tmp/conf"
exits 2 'a mistake in it' "$verdictd" --config "$tmp/conf" --store "$hub" serve
has 'is told with its line' "$err" 'conf:5: nonsense: there is no such option'

# bare: serves on loopback
: >"$tmp/log"
"$verdictd" --store "$tmp/bare" 2>"$tmp/log" &
served=$!
eventually ready_or_gone
if grep -q 'another program' "$tmp/log"; then
	skip 'without a command it serves on loopback' 'the port is taken'
	served=
else
	has 'without a command it serves on loopback' "$(cat "$tmp/log")" 'address="https://127.0.0.1:8443"'
	stop
fi

# one address takes half of the connections at most
serve --listen 127.0.0.1:0 --connections 4
mkfifo "$tmp/hold"	# the clients stay as long as it is open
exec 8<>"$tmp/hold"
for n in 1 2; do
	openssl s_client -quiet -connect "127.0.0.1:$port" <"$tmp/hold" >/dev/null 2>"$tmp/client$n" &
done
both() { grep -q verify "$tmp/client1" && grep -q verify "$tmp/client2"; }
check 'two connections of one address' eventually both
check 'a third is refused' test "$(code_of "$base/healthz" 2>/dev/null)" = 000
stop
exec 8>&-

# as somebody else
if [ "$(id -u)" -eq 0 ] && id nobody >/dev/null 2>&1 && [ -r /proc/self/status ]; then
	chmod 711 "$tmp"
	serve --listen 127.0.0.1:0 --user nobody
	is 'it becomes that user' "$(sed -n 's/^Uid:[^0-9]*//p' "/proc/$served/status" | tr '\t' ' ')" \
		"$(id -u nobody) $(id -u nobody) $(id -u nobody) $(id -u nobody)"
	is 'what root imported is the hub'\''s now' "$(find "$hub" -user root)" ''
	exits 0 'root may command it' d import pack "$sample"
	is 'and leaves nothing of root behind' "$(find "$hub" -user root)" ''
	# who has taken the hub over leads root's commands astray: root has no more rights there than the hub
	mkdir -m 755 "$tmp/of_root" && mkdir "$tmp/of_root/kept" && : >"$tmp/of_root/kept/file"
	rm -rf "$hub/tmp" && ln -s "$tmp/of_root" "$hub/tmp" && chown -h nobody "$hub/tmp"
	exits 4 'a link where root writes' d import pack "$sample"
	is 'leads nowhere' "$(cd "$tmp/of_root" && find . | sort | tr '\n' ' ')" '. ./kept ./kept/file '
	exits 4 'nor where root reads' d export json "$tmp/exported"
	check 'nothing comes of it' test ! -e "$tmp/exported"
	rm "$hub/tmp"
	exits 0 'without it all goes on' d import pack "$sample"
	stop
else
	skip 'it becomes another user' 'not root here'
fi

# completion
is 'completion of commands' "$("$verdictd" complete -- re | cut -f1 | tr '\n' ' ')" 'restore revoke '
is 'of options' "$("$verdictd" complete -- enrol --ro | cut -f1)" '--role'
is 'of values' "$("$verdictd" complete -- enrol --role m | cut -f1 | tr '\n' ' ')" 'monitor manager '
is 'of arguments' "$("$verdictd" complete -- import '' | cut -f1 | tr '\n' ' ')" 'pack gazelle evidence '
is 'of files' "$("$verdictd" complete -- import pack '' | cut -f1)" ':files'

path=$tmp/bin
mkdir -p "$path" && ln -s "$verdictd" "$path/verdictd"
if command -v bash >/dev/null 2>&1; then
	# shellcheck disable=SC2016 # for bash
	got=$(PATH=$path:$PATH bash -c '. "$1"; COMP_WORDS=(verdictd enrol --role m); COMP_CWORD=3; _verdictd
		echo "${COMPREPLY[*]}"' - "$srcdir/data/completion/verdictd.bash" 2>&1)
	is 'bash completes' "$got" 'monitor manager'
else
	skip 'bash completes' 'no bash'
fi
if command -v zsh >/dev/null 2>&1; then
	# shellcheck disable=SC2016 # for zsh
	got=$(PATH=$path:$PATH zsh -fc 'words=(verdictd re); CURRENT=2
		_describe() { print -l -- ${(P)3%%:*} }; _files() { print files }; f=$1; () { source $f }' \
		- "$srcdir/data/completion/_verdictd" 2>&1 | sed 's/:.*//' | tr '\n' ' ')
	is 'zsh completes' "$got" 'restore revoke '
else
	skip 'zsh completes' 'no zsh'
fi
if command -v fish >/dev/null 2>&1; then
	mkdir -p "$tmp/home"
	# shellcheck disable=SC2016 # for fish
	fish_says() {
		PATH=$path:$PATH HOME=$tmp/home fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' \
			"$srcdir/data/completion/verdictd.fish" "$1" 2>&1 | cut -f 1
	}
	is 'fish completes' "$(fish_says 'verdictd re' | tr '\n' ' ')" 'restore revoke '
	is 'and files' "$(fish_says "verdictd import pack $srcdir/READ")" "$srcdir/README.md"
else
	skip 'fish completes' 'no fish'
fi

# the manual knows every command and option
page=$srcdir/doc/verdictd.8
"$verdictd" help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort -u >"$tmp/commands"
missing=
while read -r word; do
	grep -q "Ic $word" "$page" || missing="$missing $word"
	for option in $("$verdictd" help "$word" | sed -n 's/^  .*--\([a-z-]*\).*/\1/p'); do
		grep -q -- "Fl -$option" "$page" || missing="$missing $word:$option"
	done
done <"$tmp/commands"
is 'verdictd(8) knows every command and option' "$missing" ''
done_testing
