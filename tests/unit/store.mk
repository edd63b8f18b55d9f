# SPDX-License-Identifier: Apache-2.0
noinst_HEADERS += tests/unit/store_fixture.h tests/unit/pack_fixture.h
check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_fixture.c
tests_unit_test_store_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_import
TESTS += tests/unit/test_import
tests_unit_test_import_SOURCES = tests/unit/test_import.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
tests_unit_test_import_CPPFLAGS = $(AM_CPPFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_import_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_import_bad
TESTS += tests/unit/test_import_bad
tests_unit_test_import_bad_SOURCES = tests/unit/test_import_bad.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
tests_unit_test_import_bad_LDADD = $(store_libs)
