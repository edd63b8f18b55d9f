# SPDX-License-Identifier: Apache-2.0
# Faults of the store, numbered as in the table of doc/faults.md.
noinst_HEADERS += tests/fault/common.h tests/fault/vfs_shim.h
fault_common = tests/fault/common.c tests/fault/vfs_shim.c tests/unit/store_fixture.c
fault_tests = tests/fault/test_kill tests/fault/test_disk tests/fault/test_damage
check_PROGRAMS += $(fault_tests)
TESTS += $(fault_tests)
tests_fault_test_kill_SOURCES = tests/fault/test_kill.c $(fault_common)
tests_fault_test_kill_LDADD = $(store_libs)
tests_fault_test_disk_SOURCES = tests/fault/test_disk.c $(fault_common)
tests_fault_test_disk_LDADD = $(store_libs)
tests_fault_test_damage_SOURCES = tests/fault/test_damage.c $(fault_common)
tests_fault_test_damage_LDADD = $(store_libs)
check_PROGRAMS += tests/fault/test_hub_fault
TESTS += tests/fault/test_hub_fault
tests_fault_test_hub_fault_SOURCES = tests/fault/test_hub_fault.c tests/unit/hub_fixture.c tests/unit/pack_fixture.c \
	$(fault_common)
tests_fault_test_hub_fault_LDADD = $(hub_libs)
check_PROGRAMS += tests/fault/test_sync_fault
TESTS += tests/fault/test_sync_fault
tests_fault_test_sync_fault_SOURCES = tests/fault/test_sync_fault.c tests/unit/feed_fixture.c tests/unit/pack_fixture.c \
	$(fault_common)
tests_fault_test_sync_fault_LDADD = $(store_libs)
check_PROGRAMS += tests/fault/test_upgrade
TESTS += tests/fault/test_upgrade
tests_fault_test_upgrade_SOURCES = tests/fault/test_upgrade.c $(fault_common)
tests_fault_test_upgrade_LDADD = $(store_libs)
EXTRA_DIST += tests/upgrade
check_PROGRAMS += tests/fault/test_cut
TESTS += tests/fault/test_cut
tests_fault_test_cut_SOURCES = tests/fault/test_cut.c
tests_fault_test_cut_LDADD = src/hubd/libhubd.a src/site/libsite.a src/report/libreport.a $(hub_libs) $(ZLIB_LIBS) $(MICROHTTPD_LIBS) $(GNUTLS_LIBS)
check_PROGRAMS += tests/fault/proxy tests/fault/test_proxy
TESTS += tests/fault/test_proxy
tests_fault_proxy_SOURCES = tests/fault/proxy.c
tests_fault_test_proxy_SOURCES = tests/fault/test_proxy.c
tests_fault_test_proxy_LDADD = $(CMOCKA_LIBS)
EXTRA_tests_fault_test_proxy_DEPENDENCIES = tests/fault/proxy
# The run in make check is one seed; `make jepsen` takes JEPSEN_SEEDS of them from a seed of today's.
JEPSEN_SEEDS = 10
JEPSEN_SECONDS = 15
noinst_HEADERS += tests/fault/jepsen.h tests/fault/jepsen_world.h
check_PROGRAMS += tests/fault/jepsen tests/fault/test_jepsen
TESTS += tests/fault/jepsen tests/fault/test_jepsen
jepsen_sources = tests/fault/jepsen_check.c tests/fault/jepsen_console.c tests/fault/jepsen_world.c \
	tests/fault/vfs_shim.c tests/unit/pack_fixture.c tests/unit/store_fixture.c
tests_fault_jepsen_SOURCES = tests/fault/jepsen.c $(jepsen_sources)
tests_fault_jepsen_LDADD = src/app/libapp.a src/sync/libsync.a src/ssh/libhop.a src/net/libnet.a $(hub_libs)
EXTRA_tests_fault_jepsen_DEPENDENCIES = verdict-net verdictd tests/fault/proxy
tests_fault_test_jepsen_SOURCES = tests/fault/test_jepsen.c tests/fault/jepsen_check.c
tests_fault_test_jepsen_LDADD = $(test_libs)
jepsen: tests/fault/jepsen verdictd verdict-net
	builddir=. ./tests/fault/jepsen $$(date +%s) $(JEPSEN_SEEDS) $(JEPSEN_SECONDS)
# Every 61st byte in make check; all of them with `make cuts`.
check_PROGRAMS += tests/fault/console_cut
TESTS += tests/fault/console_cut
tests_fault_console_cut_SOURCES = tests/fault/console_cut.c $(jepsen_sources)
tests_fault_console_cut_LDADD = $(tests_fault_jepsen_LDADD)
EXTRA_tests_fault_console_cut_DEPENDENCIES = verdict-net verdictd tests/fault/proxy
cuts: tests/fault/console_cut verdictd verdict-net
	builddir=. ./tests/fault/console_cut 1
