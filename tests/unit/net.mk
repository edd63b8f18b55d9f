# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_net tests/unit/net_ask
TESTS += tests/unit/test_net tests/unit/net_tls.sh
EXTRA_DIST += tests/unit/net_tls.sh
net_test_libs = src/net/libnet.a src/base/libbase.a $(UTF8PROC_LIBS) $(SECCOMP_LIBS)
tests_unit_test_net_SOURCES = tests/unit/test_net.c
tests_unit_test_net_LDADD = $(net_test_libs) $(CMOCKA_LIBS)
EXTRA_tests_unit_test_net_DEPENDENCIES = verdict-net
tests_unit_net_ask_SOURCES = tests/unit/net_ask.c
tests_unit_net_ask_LDADD = $(net_test_libs)
EXTRA_tests_unit_net_ask_DEPENDENCIES = verdict-net

noinst_HEADERS += tests/unit/sync_world.h
check_PROGRAMS += tests/unit/test_session tests/unit/test_session_claims
TESTS += tests/unit/test_session tests/unit/test_session_claims
tests_unit_test_session_SOURCES = tests/unit/test_session.c tests/unit/sync_world.c
tests_unit_test_session_LDADD = src/sync/libsync.a $(test_libs)
tests_unit_test_session_claims_SOURCES = tests/unit/test_session_claims.c tests/unit/sync_world.c
tests_unit_test_session_claims_LDADD = src/sync/libsync.a $(test_libs)
check_PROGRAMS += tests/unit/test_session_slow
TESTS += tests/unit/test_session_slow
tests_unit_test_session_slow_SOURCES = tests/unit/test_session_slow.c tests/unit/sync_world.c
tests_unit_test_session_slow_LDADD = src/sync/libsync.a $(test_libs)
