# SPDX-License-Identifier: Apache-2.0
base_tests = tests/unit/test_base tests/unit/test_forms tests/unit/test_io tests/unit/test_lock \
	tests/unit/test_loop tests/unit/test_pixel tests/unit/test_text tests/unit/test_text_terminal \
	tests/unit/test_tree tests/unit/test_zone
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
base_test_libs = src/base/libbase.a $(UTF8PROC_LIBS) $(CMOCKA_LIBS)
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = $(base_test_libs)
tests_unit_test_forms_SOURCES = tests/unit/test_forms.c
tests_unit_test_forms_LDADD = $(base_test_libs)
tests_unit_test_io_SOURCES = tests/unit/test_io.c
tests_unit_test_io_LDADD = $(base_test_libs)
tests_unit_test_lock_SOURCES = tests/unit/test_lock.c
tests_unit_test_lock_LDADD = $(base_test_libs)
tests_unit_test_loop_SOURCES = tests/unit/test_loop.c
tests_unit_test_loop_LDADD = $(base_test_libs)
tests_unit_test_pixel_SOURCES = tests/unit/test_pixel.c
tests_unit_test_pixel_LDADD = $(base_test_libs)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = $(base_test_libs)
tests_unit_test_text_terminal_SOURCES = tests/unit/test_text_terminal.c
tests_unit_test_text_terminal_LDADD = $(base_test_libs) $(VTERM_LIBS)
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c
tests_unit_test_tree_LDADD = $(base_test_libs)
tests_unit_test_zone_SOURCES = tests/unit/test_zone.c
tests_unit_test_zone_LDADD = $(base_test_libs)
