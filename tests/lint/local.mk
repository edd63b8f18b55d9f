# SPDX-License-Identifier: Apache-2.0
lint_tests = tests/lint/layers.sh tests/lint/banned.sh tests/lint/headers.sh tests/lint/sizes.sh tests/lint/fuzz.sh \
	tests/lint/faults.sh
EXTRA_DIST += $(lint_tests)
TESTS += $(lint_tests)
.PHONY: lint
lint:
	$(MAKE) check TESTS='$(lint_tests)' check_PROGRAMS=
EXTRA_DIST += .clang-format tests/lint/wrap.sh tests/lint/unused.sh
