#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The catalogues of the results site: good in gettext's eyes, and with every text that pages have.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99
if ! command -v xgettext >/dev/null 2>&1 || ! command -v msgcmp >/dev/null 2>&1; then
	skip 'catalogues are whole' 'no gettext'
	done_testing
fi
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

texts() {	# POT: what pages say
	xgettext --from-code=UTF-8 -k -kTEXT -ksay:2 -ksay_with:2 -kput_number:2 -kbegin_choice:3 -kput_place:4 -kput_big:2 \
		-ksite_page_begin:2 -o "$1" src/site/*.c
}
check 'texts are gathered' texts "$tmp/site.pot"
check 'there are many' test "$(grep -c '^msgid' "$tmp/site.pot")" -gt 40
for lang in ko ja; do
	check "$lang is a catalogue" msgfmt --check-format --check-domain -o "$tmp/$lang.mo" "data/site/po/$lang.po"
	check "$lang has every text" msgcmp "data/site/po/$lang.po" "$tmp/site.pot"
	check "$lang has no others" msgcmp --use-untranslated "$tmp/site.pot" "data/site/po/$lang.po"
	is "$lang becomes a table of as many" "$(sh data/site/po-table.sh "$lang=data/site/po/$lang.po" | grep -c '^	{ ')" \
		"$(msgattrib --translated --no-fuzzy --no-wrap "data/site/po/$lang.po" | grep -c '^msgid "[^"]')"
done
sed 's/"Track"/"Trakc"/' data/site/po/ko.po >"$tmp/ko.po"
check 'a text that is missing is noticed' sh -c '! msgcmp "$1" "$2" 2>/dev/null' sh "$tmp/ko.po" "$tmp/site.pot"
done_testing
