# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/screen/console
tests_screen_console_SOURCES = tests/screen/console.c
tests_screen_console_LDADD = src/ui/libui.a src/app/libapp.a src/report/libreport.a src/sync/libsync.a src/ssh/libhop.a src/net/libnet.a src/store/libstore.a src/pack/libpack.a src/evidence/libevidence.a \
	$(test_libs) $(NCURSES_LIBS) $(SQLITE_LIBS) $(ARCHIVE_LIBS) $(EXPAT_LIBS) $(SECCOMP_LIBS)
TESTS += tests/screen/views.sh tests/screen/grade20.sh tests/screen/type_ahead.sh
EXTRA_DIST += tests/screen/views.sh tests/screen/grade20.sh tests/screen/type_ahead.sh
include $(top_srcdir)/tests/screen/views/files.mk
EXTRA_DIST += tests/screen/views/picture.scr
EXTRA_DIST += tests/screen/views/ascii.scr tests/screen/views/astray.scr tests/screen/views/blocked.scr tests/screen/views/evidence.scr \
	tests/screen/views/instance.scr tests/screen/views/look.scr tests/screen/views/reading.scr tests/screen/views/verdict.scr \
	tests/screen/views/ways.scr
check_PROGRAMS += tests/screen/keys_page
tests_screen_keys_page_SOURCES = tests/screen/keys_page.c
tests_screen_keys_page_LDADD = $(tests_screen_console_LDADD)
TESTS += tests/screen/frame.sh tests/screen/keys.sh tests/screen/large.sh
EXTRA_DIST += tests/screen/frame.sh tests/screen/keys.sh tests/screen/large.sh
include $(top_srcdir)/tests/screen/frame/files.mk
