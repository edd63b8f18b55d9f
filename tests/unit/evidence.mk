# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_expr
TESTS += tests/unit/test_expr
tests_unit_test_expr_SOURCES = tests/unit/test_expr.c
tests_unit_test_expr_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_syslog
TESTS += tests/unit/test_evidence_syslog
tests_unit_test_evidence_syslog_SOURCES = tests/unit/test_evidence_syslog.c
tests_unit_test_evidence_syslog_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_summary
TESTS += tests/unit/test_evidence_summary
tests_unit_test_evidence_summary_SOURCES = tests/unit/test_evidence_summary.c
tests_unit_test_evidence_summary_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_check
TESTS += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c
tests_unit_test_check_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_parse
TESTS += tests/unit/test_evidence_parse
tests_unit_test_evidence_parse_SOURCES = tests/unit/test_evidence_parse.c
tests_unit_test_evidence_parse_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_views
TESTS += tests/unit/test_evidence_views
tests_unit_test_evidence_views_SOURCES = tests/unit/test_evidence_views.c
tests_unit_test_evidence_views_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_reader
TESTS += tests/unit/test_evidence_reader
tests_unit_test_evidence_reader_SOURCES = tests/unit/test_evidence_reader.c
tests_unit_test_evidence_reader_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_hostile tests/unit/hostile_reader
TESTS += tests/unit/test_evidence_hostile
tests_unit_test_evidence_hostile_SOURCES = tests/unit/test_evidence_hostile.c
tests_unit_test_evidence_hostile_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
tests_unit_hostile_reader_SOURCES = tests/unit/hostile_reader.c
tests_unit_hostile_reader_LDADD = $(evidence_libs)
check_PROGRAMS += tests/unit/test_evidence_late
TESTS += tests/unit/test_evidence_late
tests_unit_test_evidence_late_SOURCES = tests/unit/test_evidence_late.c
tests_unit_test_evidence_late_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_sandbox
TESTS += tests/unit/test_evidence_sandbox
tests_unit_test_evidence_sandbox_SOURCES = tests/unit/test_evidence_sandbox.c
tests_unit_test_evidence_sandbox_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_ceilings
TESTS += tests/unit/test_evidence_ceilings
tests_unit_test_evidence_ceilings_SOURCES = tests/unit/test_evidence_ceilings.c tests/unit/dicom_bytes.h
tests_unit_test_evidence_ceilings_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_slices
TESTS += tests/unit/test_evidence_slices
tests_unit_test_evidence_slices_SOURCES = tests/unit/test_evidence_slices.c
tests_unit_test_evidence_slices_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_corpus
TESTS += tests/unit/test_evidence_corpus
tests_unit_test_evidence_corpus_SOURCES = tests/unit/test_evidence_corpus.c
tests_unit_test_evidence_corpus_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_xmllint
TESTS += tests/unit/test_evidence_xmllint
tests_unit_test_evidence_xmllint_SOURCES = tests/unit/test_evidence_xmllint.c
tests_unit_test_evidence_xmllint_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_inside
TESTS += tests/unit/test_evidence_inside
tests_unit_test_evidence_inside_SOURCES = tests/unit/test_evidence_inside.c
tests_unit_test_evidence_inside_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_cross
TESTS += tests/unit/test_cross
tests_unit_test_cross_SOURCES = tests/unit/test_cross.c
tests_unit_test_cross_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_archive
TESTS += tests/unit/test_evidence_archive
tests_unit_test_evidence_archive_CPPFLAGS = $(AM_CPPFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_evidence_archive_SOURCES = tests/unit/test_evidence_archive.c
tests_unit_test_evidence_archive_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_encoding
TESTS += tests/unit/test_evidence_encoding
tests_unit_test_evidence_encoding_SOURCES = tests/unit/test_evidence_encoding.c
tests_unit_test_evidence_encoding_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_jwt
TESTS += tests/unit/test_evidence_jwt
tests_unit_test_evidence_jwt_SOURCES = tests/unit/test_evidence_jwt.c
tests_unit_test_evidence_jwt_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_pdf
TESTS += tests/unit/test_evidence_pdf
tests_unit_test_evidence_pdf_SOURCES = tests/unit/test_evidence_pdf.c
tests_unit_test_evidence_pdf_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_ole2
TESTS += tests/unit/test_evidence_ole2
tests_unit_test_evidence_ole2_SOURCES = tests/unit/test_evidence_ole2.c
tests_unit_test_evidence_ole2_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_http
TESTS += tests/unit/test_evidence_http
tests_unit_test_evidence_http_SOURCES = tests/unit/test_evidence_http.c
tests_unit_test_evidence_http_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_compare
TESTS += tests/unit/test_compare
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c
tests_unit_test_compare_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_follow
TESTS += tests/unit/test_evidence_follow
tests_unit_test_evidence_follow_SOURCES = tests/unit/test_evidence_follow.c
tests_unit_test_evidence_follow_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_pcap
TESTS += tests/unit/test_evidence_pcap
tests_unit_test_evidence_pcap_SOURCES = tests/unit/test_evidence_pcap.c
tests_unit_test_evidence_pcap_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_dicom
TESTS += tests/unit/test_evidence_dicom
tests_unit_test_evidence_dicom_SOURCES = tests/unit/test_evidence_dicom.c tests/unit/dicom_bytes.h
tests_unit_test_evidence_dicom_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_picture
TESTS += tests/unit/test_evidence_picture
tests_unit_test_evidence_picture_SOURCES = tests/unit/test_evidence_picture.c tests/unit/dicom_bytes.h
tests_unit_test_evidence_picture_CPPFLAGS = $(AM_CPPFLAGS) $(JPEG_CFLAGS)
tests_unit_test_evidence_picture_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_dcmdump
TESTS += tests/unit/test_evidence_dcmdump
tests_unit_test_evidence_dcmdump_SOURCES = tests/unit/test_evidence_dcmdump.c
tests_unit_test_evidence_dcmdump_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_sample
TESTS += tests/unit/test_evidence_sample
tests_unit_test_evidence_sample_SOURCES = tests/unit/test_evidence_sample.c
tests_unit_test_evidence_sample_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_x509
TESTS += tests/unit/test_evidence_x509
tests_unit_test_evidence_x509_SOURCES = tests/unit/test_evidence_x509.c
tests_unit_test_evidence_x509_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_check_sample
TESTS += tests/unit/test_check_sample
tests_unit_test_check_sample_SOURCES = tests/unit/test_check_sample.c
tests_unit_test_check_sample_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_check_cases
TESTS += tests/unit/test_check_cases
tests_unit_test_check_cases_SOURCES = tests/unit/test_check_cases.c
tests_unit_test_check_cases_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
EXTRA_DIST += \
	tests/checks/a24.hl7 \
	tests/checks/a31.hl7 \
	tests/checks/answer.xml \
	tests/checks/audit.json \
	tests/checks/audit.xml \
	tests/checks/card.txt \
	tests/checks/cases.tsv \
	tests/checks/certain.http \
	tests/checks/chain.pem \
	tests/checks/clock.har \
	tests/checks/docref.http \
	tests/checks/expand-unknown.http \
	tests/checks/expand.http \
	tests/checks/feed.http \
	tests/checks/forms.http \
	tests/checks/good.der \
	tests/checks/imaging.xml \
	tests/checks/imr.http \
	tests/checks/k23-none.hl7 \
	tests/checks/kos.json \
	tests/checks/link.txt \
	tests/checks/list.http \
	tests/checks/lookup-unknown.http \
	tests/checks/lookup.http \
	tests/checks/manifest.json \
	tests/checks/match.http \
	tests/checks/outcome.json \
	tests/checks/pdq.http \
	tests/checks/pix-unknown.http \
	tests/checks/pix.http \
	tests/checks/provide-refused.http \
	tests/checks/provide.http \
	tests/checks/read.http \
	tests/checks/replace.json \
	tests/checks/retrieve.xml \
	tests/checks/search.http \
	tests/checks/services.http \
	tests/checks/simple.http \
	tests/checks/study.json \
	tests/checks/submit.xml \
	tests/checks/svrl.xml \
	tests/checks/tar.xml \
	tests/checks/token.jwt \
	tests/checks/translate.http \
	tests/checks/v3.http \
	tests/checks/validate.http \
	tests/checks/wado-study.http \
	tests/checks/wado.http \
	tests/checks/xca-retrieve.xml \
	tests/checks/xca.xml \
	tests/checks/xua.xml \
	tests/checks/zv1.hl7 \
	tests/checks/zv2.hl7
check_PROGRAMS += tests/unit/test_evidence_notes
TESTS += tests/unit/test_evidence_notes
tests_unit_test_evidence_notes_SOURCES = tests/unit/test_evidence_notes.c tests/unit/outline_text.h
tests_unit_test_evidence_notes_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_instant
TESTS += tests/unit/test_evidence_instant
tests_unit_test_evidence_instant_SOURCES = tests/unit/test_evidence_instant.c tests/unit/outline_text.h
tests_unit_test_evidence_instant_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_evidence_log
TESTS += tests/unit/test_evidence_log
tests_unit_test_evidence_log_SOURCES = tests/unit/test_evidence_log.c
tests_unit_test_evidence_log_LDADD = $(evidence_libs) $(CMOCKA_LIBS)
