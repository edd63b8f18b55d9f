# SPDX-License-Identifier: Apache-2.0
proto_tests = tests/unit/test_crypto tests/unit/test_payload tests/unit/test_batch tests/unit/test_bundle tests/unit/test_bundle_file \
	tests/unit/test_protocol tests/unit/test_cert tests/unit/test_enrol tests/unit/test_feed \
	tests/unit/test_answer
check_PROGRAMS += $(proto_tests)
TESTS += $(proto_tests)
tests_unit_test_crypto_SOURCES = tests/unit/test_crypto.c
tests_unit_test_crypto_LDADD = $(test_libs)
tests_unit_test_payload_SOURCES = tests/unit/test_payload.c
tests_unit_test_payload_LDADD = $(test_libs)
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c
tests_unit_test_batch_LDADD = $(test_libs)
tests_unit_test_bundle_SOURCES = tests/unit/test_bundle.c
tests_unit_test_bundle_LDADD = $(test_libs)
tests_unit_test_bundle_file_SOURCES = tests/unit/test_bundle_file.c
tests_unit_test_bundle_file_LDADD = $(test_libs)
tests_unit_test_protocol_SOURCES = tests/unit/test_protocol.c
tests_unit_test_protocol_LDADD = $(test_libs)
tests_unit_test_cert_SOURCES = tests/unit/test_cert.c
tests_unit_test_cert_LDADD = $(test_libs)
tests_unit_test_feed_SOURCES = tests/unit/test_feed.c
tests_unit_test_feed_LDADD = $(test_libs)
tests_unit_test_enrol_SOURCES = tests/unit/test_enrol.c
tests_unit_test_enrol_LDADD = $(test_libs)
tests_unit_test_answer_SOURCES = tests/unit/test_answer.c
tests_unit_test_answer_LDADD = $(test_libs)
