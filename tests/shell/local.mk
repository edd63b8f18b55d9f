# SPDX-License-Identifier: Apache-2.0
shell_tests = \
	tests/shell/check.sh \
	tests/shell/commands.sh \
	tests/shell/handover.sh \
	tests/shell/hostile.sh \
	tests/shell/json.sh \
	tests/shell/kill.sh \
	tests/shell/manual.sh \
	tests/shell/pack-schema.sh \
	tests/shell/usage.sh
TESTS += $(shell_tests)
EXTRA_DIST += $(shell_tests) tests/shell/common.sh
