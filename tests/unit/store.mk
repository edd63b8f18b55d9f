# SPDX-License-Identifier: Apache-2.0
noinst_HEADERS += tests/unit/store_fixture.h
check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_fixture.c
tests_unit_test_store_LDADD = $(store_libs)
