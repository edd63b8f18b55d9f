# SPDX-License-Identifier: Apache-2.0
shell_tests = \
	tests/shell/capture.sh \
	tests/shell/check.sh \
	tests/shell/checks-cost.sh \
	tests/shell/commands.sh \
	tests/shell/compare.sh \
	tests/shell/drop_faults.sh \
	tests/shell/drop_hostile.sh \
	tests/shell/bundle.sh tests/shell/bundle_hostile.sh tests/shell/bundle_places.sh tests/shell/day.sh \
	tests/shell/day_postgres.sh \
	tests/shell/evidence-cost.sh \
	tests/shell/export.sh \
	tests/shell/faults.sh \
	tests/shell/findings.sh \
	tests/shell/gazelle.sh \
	tests/shell/gazelle_day.sh \
	tests/shell/handover.sh \
	tests/shell/hostile.sh \
	tests/shell/hub.sh \
	tests/shell/hub_export.sh \
	tests/shell/join_file.sh \
	tests/shell/hub_faults.sh \
	tests/shell/hub_full.sh \
	tests/shell/hub_participant.sh \
	tests/shell/hub_results.sh \
	tests/shell/hub_usage.sh \
	tests/shell/json.sh \
	tests/shell/kill.sh \
	tests/shell/manual.sh \
	tests/shell/network_down.sh \
	tests/shell/pack-schema.sh \
	tests/shell/postgres_failover.sh \
	tests/shell/postgres_rights.sh \
	tests/shell/postgres_two.sh \
	tests/shell/publish.sh \
	tests/shell/results.sh \
	tests/shell/sftp_hostile.sh \
	tests/shell/slow_line.sh \
	tests/shell/ssh_drop.sh \
	tests/shell/ssh_tunnel.sh \
	tests/shell/tunnel_faults.sh \
	tests/shell/ways.sh \
	tests/shell/ways_event.sh \
	tests/shell/usage.sh
TESTS += $(shell_tests)
EXTRA_DIST += tests/gazelle/fill.sql tests/gazelle/small.sql
EXTRA_DIST += tests/report/gitb-core.xsd tests/report/gitb-tr.xsd tests/report/r4.py tests/report/testreport.jq
EXTRA_DIST += $(shell_tests) tests/shell/common.sh tests/shell/hub_common.sh tests/shell/pg_common.sh tests/shell/ssh_common.sh tests/shell/ssh_faults.sh \
	tests/shell/proxy.sh
check_PROGRAMS += tests/shell/wire tests/shell/evil_sftp tests/shell/evil_bundle
tests_shell_evil_sftp_SOURCES = tests/shell/evil_sftp.c
tests_shell_evil_bundle_SOURCES = tests/shell/evil_bundle.c
tests_shell_evil_bundle_LDADD = $(fuzz_libs)
tests_shell_wire_SOURCES = tests/shell/wire.c
tests_shell_wire_LDADD = src/hubd/libhubd.a $(fuzz_libs)
