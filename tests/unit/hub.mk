# SPDX-License-Identifier: Apache-2.0
noinst_HEADERS += tests/unit/hub_fixture.h tests/unit/memory_store.h
hub_fixture = tests/unit/hub_fixture.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
hub_tests = tests/unit/test_hub tests/unit/test_hub_claims tests/unit/test_hub_import tests/unit/test_hub_threads \
	tests/unit/test_hub_care tests/unit/test_hub_property tests/unit/test_hub_race \
	tests/unit/test_hub_shared tests/unit/test_hub_status tests/unit/test_hub_results \
	tests/unit/test_hub_join tests/unit/test_hub_take
check_PROGRAMS += $(hub_tests)
TESTS += $(hub_tests)
tests_unit_test_hub_take_SOURCES = tests/unit/test_hub_take.c tests/unit/stick_fixture.c $(hub_fixture)
tests_unit_test_hub_take_LDADD = $(hub_libs)
tests_unit_test_hub_SOURCES = tests/unit/test_hub.c $(hub_fixture)
tests_unit_test_hub_LDADD = $(hub_libs)
tests_unit_test_hub_claims_SOURCES = tests/unit/test_hub_claims.c $(hub_fixture)
tests_unit_test_hub_claims_LDADD = $(hub_libs)
tests_unit_test_hub_import_SOURCES = tests/unit/test_hub_import.c $(hub_fixture)
tests_unit_test_hub_import_LDADD = $(hub_libs)
tests_unit_test_hub_threads_SOURCES = tests/unit/test_hub_threads.c $(hub_fixture)
tests_unit_test_hub_threads_LDADD = $(hub_libs)
tests_unit_test_hub_care_SOURCES = tests/unit/test_hub_care.c $(hub_fixture)
tests_unit_test_hub_care_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_hub_care_LDADD = $(hub_libs)
tests_unit_test_hub_property_SOURCES = tests/unit/test_hub_property.c $(hub_fixture)
tests_unit_test_hub_property_LDADD = $(hub_libs)
tests_unit_test_hub_race_SOURCES = tests/unit/test_hub_race.c $(hub_fixture)
tests_unit_test_hub_race_LDADD = $(hub_libs)
tests_unit_test_hub_shared_SOURCES = tests/unit/test_hub_shared.c tests/unit/memory_store.c $(hub_fixture)
tests_unit_test_hub_shared_LDADD = $(hub_libs)
tests_unit_test_hub_status_SOURCES = tests/unit/test_hub_status.c $(hub_fixture)
tests_unit_test_hub_status_LDADD = $(hub_libs)
tests_unit_test_hub_join_SOURCES = tests/unit/test_hub_join.c $(hub_fixture)
tests_unit_test_hub_join_LDADD = $(hub_libs)
tests_unit_test_hub_results_SOURCES = tests/unit/test_hub_results.c $(hub_fixture)
tests_unit_test_hub_results_LDADD = $(hub_libs)
check_PROGRAMS += tests/unit/test_hub_line
TESTS += tests/unit/test_hub_line
tests_unit_test_hub_line_SOURCES = tests/unit/test_hub_line.c
tests_unit_test_hub_line_LDADD = $(hub_libs)

check_PROGRAMS += tests/unit/test_hub_body
TESTS += tests/unit/test_hub_body
tests_unit_test_hub_body_SOURCES = tests/unit/test_hub_body.c
tests_unit_test_hub_body_LDADD = $(hub_libs)
