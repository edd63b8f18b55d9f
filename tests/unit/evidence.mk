# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_expr
TESTS += tests/unit/test_expr
tests_unit_test_expr_SOURCES = tests/unit/test_expr.c
tests_unit_test_expr_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_check
TESTS += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c
tests_unit_test_check_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_parse
TESTS += tests/unit/test_evidence_parse
tests_unit_test_evidence_parse_SOURCES = tests/unit/test_evidence_parse.c
tests_unit_test_evidence_parse_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
