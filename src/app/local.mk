# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/app/libapp.a
src_app_libapp_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_app_libapp_a_SOURCES = \
	src/app/screens.c
noinst_HEADERS += \
	include/verdict/app/app.h \
	include/verdict/app/command.h \
	include/verdict/app/key.h \
	include/verdict/app/keymap.h \
	include/verdict/app/lineedit.h \
	include/verdict/app/options.h \
	include/verdict/app/prompt.h \
	include/verdict/app/queue.h \
	include/verdict/app/screen.h \
	include/verdict/app/script.h
include $(top_srcdir)/src/app/shell.mk
