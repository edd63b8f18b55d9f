# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	tests/screen/views/ascii-form.txt \
	tests/screen/views/ascii-instance.txt \
	tests/screen/views/ascii-saved.txt \
	tests/screen/views/blocked-form.txt \
	tests/screen/views/blocked-instance.txt \
	tests/screen/views/evidence-cut-short.txt \
	tests/screen/views/evidence-folded.txt \
	tests/screen/views/evidence-hex.txt \
	tests/screen/views/evidence-hl7.txt \
	tests/screen/views/evidence-not-here.txt \
	tests/screen/views/evidence-outline.txt \
	tests/screen/views/evidence-pretty.txt \
	tests/screen/views/instance-diagram.txt \
	tests/screen/views/instance-draft.txt \
	tests/screen/views/instance-history.txt \
	tests/screen/views/instance-roles.txt \
	tests/screen/views/instance-small.txt \
	tests/screen/views/instance-wide.txt \
	tests/screen/views/journal-list.txt \
	tests/screen/views/journal-verified.txt \
	tests/screen/views/look-compare.txt \
	tests/screen/views/look-difference.txt \
	tests/screen/views/look-finding.txt \
	tests/screen/views/look-findings.txt \
	tests/screen/views/look-own.txt \
	tests/screen/views/reading-encoding.txt \
	tests/screen/views/verdict-after.txt \
	tests/screen/views/verdict-correction.txt \
	tests/screen/views/verdict-due.txt \
	tests/screen/views/verdict-empty.txt \
	tests/screen/views/verdict-filled.txt \
	tests/screen/views/verdict-saved.txt \
	tests/screen/views/verdict-templates.txt
