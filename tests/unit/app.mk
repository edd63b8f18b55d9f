# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_editor
TESTS += tests/unit/test_editor
tests_unit_test_editor_SOURCES = tests/unit/test_editor.c
tests_unit_test_editor_LDADD = src/app/libapp.a $(test_libs)

check_PROGRAMS += tests/unit/test_hop
TESTS += tests/unit/test_hop
tests_unit_test_hop_SOURCES = tests/unit/test_hop.c
tests_unit_test_hop_LDADD = src/app/libapp.a src/sync/libsync.a src/ssh/libhop.a src/net/libnet.a $(store_libs)
EXTRA_tests_unit_test_hop_DEPENDENCIES = verdict-ssh tests/unit/ssh_asks
check_PROGRAMS += tests/unit/ssh_asks
tests_unit_ssh_asks_SOURCES = tests/unit/ssh_asks.c
tests_unit_ssh_asks_CPPFLAGS = $(AM_CPPFLAGS) $(SSH_CFLAGS)
tests_unit_ssh_asks_LDADD = $(SSH_LIBS)
