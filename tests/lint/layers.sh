#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Include edges: our own layers and foreign libraries, exactly as doc/ARCHITECTURE.md lists them.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99

# layer: layers it may include | foreign headers it may include
rules='
base     base | utf8proc.h pthread.h seccomp.h linux/landlock.h linux/seccomp.h
model    model base |
results  results model base |
site     site report results model base |
proto    proto model base | sodium.h nettle/sha2.h nettle/umac.h jansson.h zstd.h
pack     pack model base | zstd.h archive.h archive_entry.h
store    store results pack proto model base | sqlite3.h jansson.h zstd.h
gazelle  gazelle proto pack model base | libpq-fe.h
hub      hub results pack proto model base | sqlite3.h libpq-fe.h
evidence evidence model base | expat.h archive.h archive_entry.h jansson.h seccomp.h linux/seccomp.h
sync     sync net store proto model base |
report   report results model base |
app      app report sync ssh net store results evidence proto model base | jansson.h
hubd     hubd hub report site results proto model base | zlib.h microhttpd.h gnutls/gnutls.h gnutls/x509.h gnutls/abstract.h
net      net base | curl/curl.h
ssh      ssh net base | libssh/libssh.h
verdictd verdictd gazelle pack hubd hub report site results proto model base | qrencode.h microhttpd.h gnutls/gnutls.h seccomp.h
ui       ui app report sync ssh net store results evidence proto model base | curses.h
verdict  verdict ui app report sync ssh net store results evidence proto model base |
reader   reader evidence model base |
'
# headers of libraries: whoever includes one must be allowed to
foreign='utf8proc.h pthread.h threads.h sodium.h nettle/sha2.h nettle/umac.h jansson.h zstd.h sqlite3.h archive.h archive_entry.h
expat.h seccomp.h linux/landlock.h linux/seccomp.h curses.h ncurses.h ncursesw/curses.h term.h panel.h menu.h
form.h curl/curl.h libssh/libssh.h libpq-fe.h microhttpd.h gnutls/gnutls.h gnutls/x509.h gnutls/abstract.h qrencode.h
vterm.h cmocka.h'

# edges FOLDER…: "file line header" of each include line
edges() {
	find "$@" -name '*.[ch]' | LC_ALL=C sort | xargs awk '
		/^[ \t]*#[ \t]*include[ \t]/ {
			h = $0
			sub(/^[^"<]*["<]/, "", h)
			sub(/[">].*/, "", h)
			print FILENAME, FNR, h
		}'
}

# judge: edges on stdin, complaints on stdout
judge() {
	awk -v rules="$rules" -v foreign="$foreign" '
		BEGIN {
			n = split(rules, line, "\n")
			for (i = 1; i <= n; i++) {
				split(line[i], half, "|")
				k = split(half[1], own, " ")
				for (j = 2; j <= k; j++)
					layer[own[1], own[j]] = 1
				if (k)
					known[own[1]] = 1
				k = split(half[2], lib, " ")
				for (j = 1; j <= k; j++)
					library[own[1], lib[j]] = 1
			}
			n = split(foreign, lib, /[ \n]+/)
			for (i = 1; i <= n; i++)
				is_foreign[lib[i]] = 1
		}
		{
			from = $1
			sub(/^(src|include\/verdict)\//, "", from)
			sub(/\/.*/, "", from)
			to = $3
			if (to ~ /^(verdict|src)\//) {
				private = to ~ /^src\//
				sub(/^(verdict|src)\//, "", to)
				sub(/\/.*/, "", to)
				bad = !((from, to) in layer) || (private && from != to)
			} else {
				bad = to in is_foreign && !((from, to) in library)
			}
			if (bad || !(from in known))
				print $1 ":" $2 ": " from " may not include " $3
		}'
}

is "every include follows the table" "$(edges src include/verdict | judge)" ""
curses=$(edges src include/verdict | awk '$3 ~ /curses\.h$/ { print $1 }' | sort -u | wc -l)
check "one file alone includes curses" test "$curses" -le 1
is "an edge upwards is noticed" "$(echo 'src/base/x.c 1 verdict/model/event.h' | judge)" \
	"src/base/x.c:1: base may not include verdict/model/event.h"
is "a library in the wrong layer is noticed" "$(echo 'src/app/x.c 2 sqlite3.h' | judge)" \
	"src/app/x.c:2: app may not include sqlite3.h"
is "another layer's private header is noticed" "$(echo 'src/ui/x.c 3 src/app/app_priv.h' | judge)" \
	"src/ui/x.c:3: ui may not include src/app/app_priv.h"
is "a folder without a rule is noticed" "$(echo 'src/misc/x.c 4 stdio.h' | judge)" \
	"src/misc/x.c:4: misc may not include stdio.h"
is "what is allowed passes" "$(echo 'src/store/x.c 5 sqlite3.h' | judge)" ""
done_testing
