# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_diagram
TESTS += tests/unit/test_diagram
tests_unit_test_diagram_SOURCES = tests/unit/test_diagram.c
tests_unit_test_diagram_LDADD = src/ui/libui.a src/app/libapp.a src/report/libreport.a src/sync/libsync.a src/ssh/libhop.a src/net/libnet.a src/store/libstore.a src/pack/libpack.a src/evidence/libevidence.a \
	$(test_libs) $(NCURSES_LIBS) $(SQLITE_LIBS) $(ARCHIVE_LIBS) $(EXPAT_LIBS) $(SECCOMP_LIBS)

check_PROGRAMS += tests/unit/test_pictures
TESTS += tests/unit/test_pictures
tests_unit_test_pictures_SOURCES = tests/unit/test_pictures.c
tests_unit_test_pictures_LDADD = $(tests_unit_test_diagram_LDADD)
check_PROGRAMS += tests/unit/test_canvas tests/unit/test_input tests/unit/test_app
TESTS += tests/unit/test_canvas tests/unit/test_input tests/unit/test_app
tests_unit_test_canvas_SOURCES = tests/unit/test_canvas.c
tests_unit_test_canvas_LDADD = $(tests_unit_test_diagram_LDADD)
tests_unit_test_input_SOURCES = tests/unit/test_input.c
tests_unit_test_input_LDADD = $(tests_unit_test_diagram_LDADD)
# With ui, because the tables of app name screens of both halves.
tests_unit_test_app_SOURCES = tests/unit/test_app.c
tests_unit_test_app_LDADD = $(tests_unit_test_diagram_LDADD)

check_PROGRAMS += tests/unit/test_views
TESTS += tests/unit/test_views
tests_unit_test_views_SOURCES = tests/unit/test_views.c
tests_unit_test_views_LDADD = src/ui/libui.a src/app/libapp.a src/report/libreport.a src/sync/libsync.a src/ssh/libhop.a src/net/libnet.a src/store/libstore.a src/pack/libpack.a src/evidence/libevidence.a \
	$(test_libs) $(NCURSES_LIBS) $(SQLITE_LIBS) $(ARCHIVE_LIBS) $(EXPAT_LIBS) $(SECCOMP_LIBS)
