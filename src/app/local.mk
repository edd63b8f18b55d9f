# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/app/libapp.a
src_app_libapp_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_app_libapp_a_SOURCES = \
	src/app/app.c \
	src/app/capture.c \
	src/app/cmd_app.c \
	src/app/cmd_disputes.c \
	src/app/cmd_evidence.c \
	src/app/cmd_instance.c \
	src/app/cmd_journal.c \
	src/app/cmd_stick.c \
	src/app/cmd_move.c \
	src/app/cmd_picture.c \
	src/app/cmd_queue.c \
	src/app/cmd_results.c \
	src/app/cmd_script.c \
	src/app/cmd_verdict.c \
	src/app/cmd_ways.c \
	src/app/commands.c \
	src/app/config.c \
	src/app/disputes.c \
	src/app/draft.c \
	src/app/drop.c \
	src/app/drop_spool.c \
	src/app/drop_spool.h \
	src/app/editor.c \
	src/app/evidence.c \
	src/app/evidence_look.c \
	src/app/evidence_open.c \
	src/app/evidence_own.c \
	src/app/evidence_picture.c \
	src/app/evidence_priv.h \
	src/app/filter_desk.c \
	src/app/findings.c \
	src/app/floor.c \
	src/app/instance.c \
	src/app/instance_lines.c \
	src/app/journal.c \
	src/app/journal_verify.c \
	src/app/key.c \
	src/app/keymap.c \
	src/app/lineedit.c \
	src/app/online.c \
	src/app/online_app.c \
	src/app/online_priv.h \
	src/app/online_told.c \
	src/app/online_way.c \
	src/app/options.c \
	src/app/palette.c \
	src/app/prompt.c \
	src/app/queue.c \
	src/app/queue_cache.c \
	src/app/queue_filter.c \
	src/app/queue_preview.c \
	src/app/results.c \
	src/app/results_shot.c \
	src/app/saving.c \
	src/app/screens.c \
	src/app/script.c \
	src/app/stick.c \
	src/app/verdict.c \
	src/app/verdict_keys.c \
	src/app/verdict_templates.c \
	src/app/way_hops.c \
	src/app/way_memory.c \
	src/app/way_test.c \
	src/app/way_words.c \
	src/app/ways_pane.c \
	src/app/ways.c
noinst_HEADERS += \
	include/verdict/app/app.h \
	include/verdict/app/capture.h \
	include/verdict/app/command.h \
	include/verdict/app/disputes.h \
	include/verdict/app/draft.h \
	include/verdict/app/editor.h \
	include/verdict/app/evidence.h \
	include/verdict/app/filter_desk.h \
	include/verdict/app/findings.h \
	include/verdict/app/instance.h \
	include/verdict/app/journal.h \
	include/verdict/app/key.h \
	include/verdict/app/keymap.h \
	include/verdict/app/lineedit.h \
	include/verdict/app/online.h \
	include/verdict/app/options.h \
	include/verdict/app/palette.h \
	include/verdict/app/prompt.h \
	include/verdict/app/queue.h \
	include/verdict/app/results.h \
	include/verdict/app/saving.h \
	include/verdict/app/screen.h \
	include/verdict/app/turn.h \
	include/verdict/app/script.h \
	include/verdict/app/stick.h \
	include/verdict/app/verdict.h \
	include/verdict/app/way_test.h \
	include/verdict/app/ways.h \
	include/verdict/app/ways_pane.h
include $(top_srcdir)/src/app/shell.mk
noinst_HEADERS += src/app/app_priv.h src/app/queue_priv.h

nodist_src_app_libapp_a_SOURCES = data/keys_conf.c
data/keys_conf.c: $(top_srcdir)/data/keys.conf $(top_srcdir)/data/embed.sh
	$(AM_V_GEN)$(MKDIR_P) data && sh $(top_srcdir)/data/embed.sh embedded_keys $(top_srcdir)/data/keys.conf > $@.tmp && mv $@.tmp $@
CLEANFILES += data/keys_conf.c
EXTRA_DIST += data/keys.conf data/embed.sh

nodist_src_app_libapp_a_SOURCES += data/templates_conf.c
data/templates_conf.c: $(top_srcdir)/data/templates.conf $(top_srcdir)/data/embed.sh
	$(AM_V_GEN)$(MKDIR_P) data && sh $(top_srcdir)/data/embed.sh embedded_templates $(top_srcdir)/data/templates.conf > $@.tmp && mv $@.tmp $@
CLEANFILES += data/templates_conf.c
EXTRA_DIST += data/templates.conf
