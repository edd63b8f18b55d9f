# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/pty/test_burst
TESTS += tests/pty/test_burst
tests_pty_test_burst_SOURCES = tests/pty/test_burst.c
tests_pty_test_burst_LDADD = $(CMOCKA_LIBS) -lutil
check_PROGRAMS += tests/pty/test_terminal
TESTS += tests/pty/test_terminal
tests_pty_test_terminal_SOURCES = tests/pty/test_terminal.c
tests_pty_test_terminal_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_pty_test_terminal_LDADD = $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
