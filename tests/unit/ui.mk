# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_diagram
TESTS += tests/unit/test_diagram
tests_unit_test_diagram_SOURCES = tests/unit/test_diagram.c
tests_unit_test_diagram_LDADD = src/ui/libui.a src/app/libapp.a src/store/libstore.a src/evidence/libevidence.a \
	$(test_libs) $(NCURSES_LIBS) $(SQLITE_LIBS) $(ARCHIVE_LIBS) $(EXPAT_LIBS) $(SECCOMP_LIBS)
