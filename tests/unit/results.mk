# SPDX-License-Identifier: Apache-2.0
results_tests = tests/unit/test_results tests/unit/test_results_random
check_PROGRAMS += $(results_tests)
TESTS += $(results_tests)
tests_unit_test_results_SOURCES = tests/unit/test_results.c
tests_unit_test_results_LDADD = $(test_libs)
tests_unit_test_results_random_SOURCES = tests/unit/test_results_random.c
tests_unit_test_results_random_LDADD = $(test_libs)
