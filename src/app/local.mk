# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/app/libapp.a
src_app_libapp_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_app_libapp_a_SOURCES = \
	src/app/app.c \
	src/app/cmd_app.c \
	src/app/cmd_move.c \
	src/app/cmd_queue.c \
	src/app/cmd_script.c \
	src/app/commands.c \
	src/app/config.c \
	src/app/filter_desk.c \
	src/app/key.c \
	src/app/keymap.c \
	src/app/lineedit.c \
	src/app/options.c \
	src/app/palette.c \
	src/app/prompt.c \
	src/app/queue.c \
	src/app/queue_cache.c \
	src/app/queue_filter.c \
	src/app/queue_preview.c \
	src/app/screens.c \
	src/app/script.c
noinst_HEADERS += \
	include/verdict/app/app.h \
	include/verdict/app/command.h \
	include/verdict/app/filter_desk.h \
	include/verdict/app/key.h \
	include/verdict/app/keymap.h \
	include/verdict/app/lineedit.h \
	include/verdict/app/options.h \
	include/verdict/app/palette.h \
	include/verdict/app/prompt.h \
	include/verdict/app/queue.h \
	include/verdict/app/screen.h \
	include/verdict/app/script.h
include $(top_srcdir)/src/app/shell.mk
noinst_HEADERS += src/app/app_priv.h src/app/queue_priv.h

nodist_src_app_libapp_a_SOURCES = data/keys_conf.c
data/keys_conf.c: $(top_srcdir)/data/keys.conf $(top_srcdir)/data/embed.sh
	$(AM_V_GEN)$(MKDIR_P) data && sh $(top_srcdir)/data/embed.sh embedded_keys $(top_srcdir)/data/keys.conf > $@.tmp && mv $@.tmp $@
CLEANFILES += data/keys_conf.c
EXTRA_DIST += data/keys.conf data/embed.sh
