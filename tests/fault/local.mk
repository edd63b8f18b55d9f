# SPDX-License-Identifier: Apache-2.0
# Faults of the store, numbered as in the table of faults in doc/ARCHITECTURE.md.
noinst_HEADERS += tests/fault/common.h tests/fault/vfs_shim.h
fault_common = tests/fault/common.c tests/fault/vfs_shim.c tests/unit/store_fixture.c
check_PROGRAMS += tests/fault/test_kill
TESTS += tests/fault/test_kill
tests_fault_test_kill_SOURCES = tests/fault/test_kill.c $(fault_common)
tests_fault_test_kill_LDADD = $(store_libs)
