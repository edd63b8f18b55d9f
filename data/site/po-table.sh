#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# po-table.sh LANG=FILE…: C source on stdout with the texts of gettext catalogues as sorted tables. Texts of a catalogue are
# written as in C already; entries without a translation, fuzzy and obsolete ones are left out.
set -eu
LC_ALL=C
export LC_ALL
printf '/* Made by data/site/po-table.sh; do not edit. */\n#include "src/site/site_priv.h"\n'
for arg; do
	lang=${arg%%=*}
	printf 'const struct site_entry site_entries_%s[] = {\n' "$lang"
	awk '
		function flush() {
			if (id != "" && text != "" && !fuzzy)
				printf "%s\001%s\n", id, text
			id = text = field = ""
			fuzzy = 0
		}
		function inner(s) {
			sub(/^[^"]*"/, "", s)
			sub(/"[ \t]*$/, "", s)
			return s
		}
		/^#,.*fuzzy/ { flush(); fuzzy = 1; next }
		/^#/ { next }
		/^msgid / { if (field != "") flush(); field = "id"; id = inner($0); next }
		/^msgstr / { field = "text"; text = inner($0); next }
		/^"/ { if (field == "id") id = id inner($0); else text = text inner($0); next }
		/^[ \t]*$/ { if (field == "text") flush() }
		END { flush() }' "${arg#*=}" | sort -t "$(printf '\001')" -k 1,1 | sed -e 's/^/	{ "/' -e "s/$(printf '\001')/\", \"/" -e 's/$/" },/'
	printf '};\nconst size_t site_n_entries_%s = sizeof(site_entries_%s) / sizeof(*site_entries_%s);\n' "$lang" "$lang" "$lang"
done
