# SPDX-License-Identifier: Apache-2.0
noinst_HEADERS += tests/unit/store_fixture.h tests/unit/pack_fixture.h
check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_fixture.c
tests_unit_test_store_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_store_results
TESTS += tests/unit/test_store_results
tests_unit_test_store_results_SOURCES = tests/unit/test_store_results.c tests/unit/store_fixture.c
tests_unit_test_store_results_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_import
TESTS += tests/unit/test_import
tests_unit_test_import_SOURCES = tests/unit/test_import.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
tests_unit_test_import_CPPFLAGS = $(AM_CPPFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_import_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_import_bad
TESTS += tests/unit/test_import_bad
tests_unit_test_import_bad_SOURCES = tests/unit/test_import_bad.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
tests_unit_test_import_bad_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_store_sql
TESTS += tests/unit/test_store_sql
tests_unit_test_store_sql_SOURCES = tests/unit/test_store_sql.c tests/unit/store_fixture.c
tests_unit_test_store_sql_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_pack
TESTS += tests/unit/test_pack
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
tests_unit_test_pack_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_fetch
TESTS += tests/unit/test_fetch
tests_unit_test_fetch_SOURCES = tests/unit/test_fetch.c tests/unit/store_fixture.c
tests_unit_test_fetch_LDADD = $(store_libs)
noinst_HEADERS += tests/unit/feed_fixture.h tests/unit/sync_pair.h
check_PROGRAMS += tests/unit/test_carry
TESTS += tests/unit/test_carry
noinst_HEADERS += tests/unit/stick_fixture.h
tests_unit_test_carry_SOURCES = tests/unit/test_carry.c tests/unit/stick_fixture.c tests/unit/feed_fixture.c tests/unit/pack_fixture.c \
	tests/unit/store_fixture.c
tests_unit_test_carry_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_sync
TESTS += tests/unit/test_sync
tests_unit_test_sync_SOURCES = tests/unit/test_sync.c tests/unit/sync_pair.c tests/unit/feed_fixture.c tests/unit/pack_fixture.c \
	tests/unit/store_fixture.c
tests_unit_test_sync_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_sync_heal
TESTS += tests/unit/test_sync_heal
tests_unit_test_sync_heal_SOURCES = tests/unit/test_sync_heal.c tests/unit/sync_pair.c tests/unit/feed_fixture.c tests/unit/pack_fixture.c \
	tests/unit/store_fixture.c
tests_unit_test_sync_heal_LDADD = $(store_libs)
check_PROGRAMS += tests/unit/test_join_file
TESTS += tests/unit/test_join_file
tests_unit_test_join_file_SOURCES = tests/unit/test_join_file.c tests/unit/feed_fixture.c tests/unit/pack_fixture.c \
	tests/unit/store_fixture.c
tests_unit_test_join_file_LDADD = $(store_libs)
