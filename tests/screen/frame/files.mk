# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	tests/screen/frame/around.scr \
	tests/screen/frame/ascii-help.txt \
	tests/screen/frame/ascii-queue.txt \
	tests/screen/frame/ascii.scr \
	tests/screen/frame/help-120.txt \
	tests/screen/frame/help-80.txt \
	tests/screen/frame/one-cell.txt \
	tests/screen/frame/palette-80.txt \
	tests/screen/frame/palette-found.txt \
	tests/screen/frame/prompt-completed.txt \
	tests/screen/frame/prompt.txt \
	tests/screen/frame/queue-120.txt \
	tests/screen/frame/queue-300.txt \
	tests/screen/frame/queue-60.txt \
	tests/screen/frame/queue-80.txt \
	tests/screen/frame/queue-claimed.txt \
	tests/screen/frame/queue-empty.txt \
	tests/screen/frame/queue-filter.txt \
	tests/screen/frame/queue-last.txt \
	tests/screen/frame/queue-mine.txt \
	tests/screen/frame/queue-styles.txt \
	tests/screen/frame/queue-table.txt \
	tests/screen/frame/queue.scr \
	tests/screen/frame/too-small.txt \
	tests/screen/frame/unknown.txt \
	tests/screen/frame/very-small.txt \
	tests/screen/frame/welcome.scr \
	tests/screen/frame/welcome-80.txt \
	tests/screen/frame/welcome-small.txt
