# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/ui/libui.a
src_ui_libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
src_ui_libui_a_SOURCES = \
	src/ui/canvas.c \
	src/ui/draw.c \
	src/ui/glyphs.c \
	src/ui/views.c
noinst_HEADERS += \
	include/verdict/ui/canvas.h \
	include/verdict/ui/console.h \
	include/verdict/ui/style.h \
	include/verdict/ui/term.h \
	include/verdict/ui/theme.h \
	include/verdict/ui/view.h
