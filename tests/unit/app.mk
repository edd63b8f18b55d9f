# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_editor
TESTS += tests/unit/test_editor
tests_unit_test_editor_SOURCES = tests/unit/test_editor.c
tests_unit_test_editor_LDADD = src/app/libapp.a $(test_libs)
