#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The results site, a static one and the hub's, in Chromium at three sizes; by html-validate and axe-core where they are
# (SITE_NPM names their folder). SITE_SHOTS=DIR keeps pictures for a person to look at.
. "${srcdir:-.}/tests/shell/hub_common.sh"
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
here=$srcdir/tests/site
make=$builddir/tests/site/make_site
npm=${SITE_NPM:-$builddir/tests/site/npm}

mkdir "$tmp/site" "$tmp/hostile"
check 'a site is made' "$make" "$tmp/site"
check 'and one of hostile names' "$make" "$tmp/hostile" 16 150 hostile
check 'every page is well formed, labelled, and leads somewhere' python3 "$here/pages.py" "$tmp/site" "$tmp/hostile"
check 'every pair of colours can be read' python3 "$here/contrast.py" "$srcdir/data/site/style.css"
bad() {	# WORDS: pages.py must complain of them
	mkdir -p "$tmp/bad"
	printf '%s' "$1" >"$tmp/bad/index.html"
	! python3 "$here/pages.py" "$tmp/bad" >/dev/null
}
check 'a bad page is noticed' bad '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main><h1>x</h1></body></html>'
sed 's/--muted: #4d5a69/--muted: #aaaaaa/' "$srcdir/data/site/style.css" >"$tmp/weak.css"
check 'a weak colour is noticed' sh -c '! python3 "$1" "$2"' sh "$here/contrast.py" "$tmp/weak.css"

if [ -x "$npm/node_modules/.bin/html-validate" ]; then
	find "$tmp/site" "$tmp/hostile" -name '*.html' >"$tmp/pages"
	validated() {
		# shellcheck disable=SC2046 # names without blanks
		"$npm/node_modules/.bin/html-validate" --config "$here/npm/.htmlvalidate.json" $(cat "$tmp/pages")
	}
	check 'html-validate finds nothing' validated
else
	skip 'html-validate finds nothing' 'not installed (tests/site/npm)'
fi

chromium=
for c in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
	[ "$chromium" ] || chromium=$(command -v "$c")
done
if [ -z "$chromium" ]; then
	skip 'the site in a browser' 'no Chromium'
	done_testing
fi
imported
serve --plain --listen 127.0.0.1:0
python3 "$here/browser.py" "$tmp/site" "$tmp/hostile" "http://127.0.0.1:$port" "$npm/node_modules" >"$tmp/tap" 2>"$tmp/said"
code=$?
while IFS= read -r line; do
	case $line in
	'ok '*' # SKIP '*) name=${line#* - }; skip "${name%% # SKIP*}" "${line#*# SKIP }" ;;
	'ok '*) ok "${line#* - }" ;;
	'not ok '*) not_ok "${line#* - }" ;;
	'# '*) printf '%s\n' "$line" ;;
	esac
done <"$tmp/tap"
[ $code -eq 0 ] || grep -q '^not ok' "$tmp/tap" || not_ok 'the browser came to its end' "$(tail -n 5 "$tmp/said")"
check 'the browser told of every part' grep -q '^1\.\.' "$tmp/tap"
stop
is 'the hub ends gracefully' $? 0
done_testing
