#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever reads a stranger's bytes has a fuzz target: built, with seeds, and calling what it is named for.
. "${srcdir:-.}/tests/tap.sh"
cd "${srcdir:-.}" || exit 99

# source, target, what the target calls (or the kind it asks for). Each parse_X.c of the evidence needs fuzz_X without being listed.
others='
src/evidence/wire.c wire wire_get_reply
src/evidence/wire.c reader wire_get_request
src/evidence/expr_parse.c expr expr_compile
src/evidence/base64.c decode base64_decode
src/evidence/inflate.c decode inflate_into
src/evidence/unescape.c decode unescape_hl7
src/evidence/encoding.c encoding document_encoding
src/evidence/unpack.c archive EVIDENCE_ARCHIVE
src/evidence/cfb.c ole2 cfb_open
src/evidence/document.c document document_open
src/gazelle/html.c html gazelle_html
src/proto/payload_read.c payload payload_parse
src/proto/bundle.c frame frame_parse
src/proto/bundle_read.c bundle bundle_open
src/proto/batch.c batch batch_open
src/ssh/sftp_wire.c sftp sftp_name_next
src/ssh/wire.c hopwire hopwire_entries
src/proto/join.c enrol join_file_parse
'
# other names than that of the form
alias_of() {
	case $1 in
	dicom_json) echo dicom ;;
	*) echo "$1" ;;
	esac
}

wanted() {
	for f in src/evidence/parse_*.c; do
		form=${f#src/evidence/parse_}
		form=${form%.c}
		echo "$f $(alias_of "$form") parse_$form|EVIDENCE_$(echo "$form" | tr a-z A-Z)"
	done
	echo "$others"
}

# judge: "source target call" lines on standard input, complaints on standard output
judge() {
	while read -r source target call; do
		[ "$source" ] || continue
		file=tests/fuzz/fuzz_$target.c
		if [ ! -f "$source" ]; then
			echo "$source: is not there any more"
		elif [ ! -f "$file" ]; then
			echo "$source: no target $file"
		elif ! grep -qwE "$call" "$file"; then
			echo "$source: $file does not call $call"
		elif ! grep -q "^fuzz_targets += tests/fuzz/fuzz_$target\$" tests/fuzz/local.mk; then
			echo "$source: $file is not built"
		elif [ -z "$(find "tests/fuzz/seeds/$target" -type f 2> /dev/null | head -n 1)" ]; then
			echo "$source: no seeds in tests/fuzz/seeds/$target"
		fi
	done
}

is "every reader of strangers' bytes has a fuzz target" "$(wanted | judge)" ""
is "every target has its seeds" "$(for f in tests/fuzz/fuzz_*.c; do
	t=${f#tests/fuzz/fuzz_}
	[ -d "tests/fuzz/seeds/${t%.c}" ] || echo "$f"
done)" ""
is "a missing target is noticed" "$(echo 'src/evidence/wire.c nothing wire_get' | judge)" \
	"src/evidence/wire.c: no target tests/fuzz/fuzz_nothing.c"
is "a target that does something else is noticed" "$(echo 'src/evidence/wire.c json wire_get' | judge)" \
	"src/evidence/wire.c: tests/fuzz/fuzz_json.c does not call wire_get"
done_testing
