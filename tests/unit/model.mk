# SPDX-License-Identifier: Apache-2.0
model_tests = tests/unit/test_words tests/unit/test_fold tests/unit/test_rules tests/unit/test_filter
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
tests_unit_test_words_SOURCES = tests/unit/test_words.c
tests_unit_test_words_LDADD = $(test_libs)
tests_unit_test_fold_SOURCES = tests/unit/test_fold.c
tests_unit_test_fold_LDADD = $(test_libs)
tests_unit_test_rules_SOURCES = tests/unit/test_rules.c
tests_unit_test_rules_LDADD = $(test_libs)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c
tests_unit_test_filter_LDADD = $(test_libs)
