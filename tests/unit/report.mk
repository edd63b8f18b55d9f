# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_report
TESTS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_LDADD = src/report/libreport.a $(test_libs)
