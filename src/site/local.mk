# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/site/libsite.a
src_site_libsite_a_CPPFLAGS = $(AM_CPPFLAGS)
src_site_libsite_a_SOURCES = \
	src/site/data.c \
	src/site/data_reports.c \
	src/site/files.c \
	src/site/gather.c \
	src/site/html.c \
	src/site/layout.c \
	src/site/page_borders.c \
	src/site/page_floor.c \
	src/site/page_one.c \
	src/site/page_progress.c \
	src/site/page_results.c \
	src/site/page_trials.c \
	src/site/site_priv.h \
	src/site/texts_find.c
nodist_src_site_libsite_a_SOURCES = src/site/texts.c src/site/assets.c
noinst_HEADERS += include/verdict/site/site.h
EXTRA_DIST += data/site/po-table.sh data/site/po/ja.po data/site/po/ko.po data/site/site.js data/site/style.css
CLEANFILES += src/site/texts.c src/site/assets.c
src/site/texts.c: data/site/po/ja.po data/site/po/ko.po data/site/po-table.sh
	$(AM_V_GEN)$(MKDIR_P) src/site && $(SHELL) $(srcdir)/data/site/po-table.sh ko=$(srcdir)/data/site/po/ko.po \
		ja=$(srcdir)/data/site/po/ja.po >$@.tmp && mv $@.tmp $@
src/site/assets.c: data/site/style.css data/site/site.js data/embed.sh
	$(AM_V_GEN)$(MKDIR_P) src/site && { $(SHELL) $(srcdir)/data/embed.sh site_style $(srcdir)/data/site/style.css && \
		$(SHELL) $(srcdir)/data/embed.sh site_script $(srcdir)/data/site/site.js; } >$@.tmp && mv $@.tmp $@
