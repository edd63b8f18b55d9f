# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/ui/libui.a
src_ui_libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
src_ui_libui_a_SOURCES = \
	src/ui/canvas.c \
	src/ui/console.c \
	src/ui/console_signals.c \
	src/ui/console_tour.c \
	src/ui/console_turn.c \
	src/ui/diagram.c \
	src/ui/draw.c \
	src/ui/draw_pixels.c \
	src/ui/frame.c \
	src/ui/glyphs.c \
	src/ui/input.c \
	src/ui/term_curses.c \
	src/ui/term_null.c \
	src/ui/term_pixels.c \
	src/ui/term_pixels.h \
	src/ui/theme.c \
	src/ui/view_disputes.c \
	src/ui/view_evidence.c \
	src/ui/view_evidence_log.c \
	src/ui/view_evidence_pane.c \
	src/ui/view_evidence_picture.c \
	src/ui/view_evidence_priv.h \
	src/ui/view_floor.c \
	src/ui/view_help.c \
	src/ui/view_instance.c \
	src/ui/view_journal.c \
	src/ui/view_journal_priv.h \
	src/ui/view_ways.c \
	src/ui/view_queue.c \
	src/ui/view_results.c \
	src/ui/view_results_lines.c \
	src/ui/view_results_matrix.c \
	src/ui/view_results_priv.h \
	src/ui/view_results_views.c \
	src/ui/view_verdict.c \
	src/ui/views.c \
	src/ui/words.c
noinst_HEADERS += \
	include/verdict/ui/canvas.h \
	include/verdict/ui/console.h \
	include/verdict/ui/style.h \
	include/verdict/ui/term.h \
	include/verdict/ui/theme.h \
	include/verdict/ui/view.h \
	src/ui/console_priv.h \
	src/ui/diagram.h \
	src/ui/ui_priv.h \
	src/ui/words.h

nodist_src_ui_libui_a_SOURCES = data/theme_conf.c
data/theme_conf.c: $(top_srcdir)/data/theme.conf $(top_srcdir)/data/embed.sh
	$(AM_V_GEN)$(MKDIR_P) data && sh $(top_srcdir)/data/embed.sh embedded_theme $(top_srcdir)/data/theme.conf > $@.tmp && mv $@.tmp $@
CLEANFILES += data/theme_conf.c
EXTRA_DIST += data/theme.conf
