# SPDX-License-Identifier: Apache-2.0
# Consoles and a hub in one process, from a seed: 200 seeds in make check, SEEDS of them in make simulate.
SEEDS = 10000
noinst_HEADERS += tests/sim/sim_hub.h tests/sim/world.h
check_PROGRAMS += tests/sim/simulate
TESTS += tests/sim/simulate
tests_sim_simulate_SOURCES = tests/sim/simulate.c tests/sim/sim_check.c tests/sim/sim_hub.c tests/sim/sim_net.c \
	tests/unit/pack_fixture.c tests/unit/store_fixture.c tests/fault/vfs_shim.c
tests_sim_simulate_LDADD = src/sync/libsync.a $(hub_libs)
simulate: tests/sim/simulate
	./tests/sim/simulate 1 $(SEEDS)
