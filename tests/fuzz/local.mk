# SPDX-License-Identifier: Apache-2.0
# One target a parser: fuzz_X.c holds LLVMFuzzerTestOneInput(), seeds/X/ its seeds. In make check each runs
# its seeds and some thousand fixed mutations of them; make fuzz runs FUZZ_SECONDS each, with libFuzzer after
# configure --enable-fuzz CC=clang. To add one: four lines like those below.
FUZZ_SECONDS = 60
fuzz_libs = src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS)
fuzz_targets =
if ENABLE_FUZZ
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_main = tests/fuzz/driver.c
fuzz_ldflags = $(AM_LDFLAGS)
TESTS += $(fuzz_targets)
endif
check_PROGRAMS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/seeds tests/fuzz/driver.c tests/fuzz/run.sh
noinst_HEADERS += tests/fuzz/fuzz.h tests/fuzz/fuzz_outline.h

fuzz_targets += tests/fuzz/fuzz_payload
tests_fuzz_fuzz_payload_SOURCES = tests/fuzz/fuzz_payload.c $(fuzz_main)
tests_fuzz_fuzz_payload_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_payload_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_batch
tests_fuzz_fuzz_batch_SOURCES = tests/fuzz/fuzz_batch.c $(fuzz_main)
tests_fuzz_fuzz_batch_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_batch_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_feed
tests_fuzz_fuzz_feed_SOURCES = tests/fuzz/fuzz_feed.c $(fuzz_main)
tests_fuzz_fuzz_feed_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_feed_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_netwire
tests_fuzz_fuzz_netwire_SOURCES = tests/fuzz/fuzz_netwire.c $(fuzz_main)
tests_fuzz_fuzz_netwire_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_netwire_LDADD = src/net/libnet.a src/base/libbase.a $(UTF8PROC_LIBS) $(SECCOMP_LIBS)

fuzz_targets += tests/fuzz/fuzz_ingest
tests_fuzz_fuzz_ingest_SOURCES = tests/fuzz/fuzz_ingest.c $(fuzz_main)
tests_fuzz_fuzz_ingest_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ingest_LDADD = src/hub/libhub.a src/pack/libpack.a $(fuzz_libs) $(SQLITE_LIBS) $(PQ_LIBS) $(ARCHIVE_LIBS)

fuzz_targets += tests/fuzz/fuzz_html
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c $(fuzz_main)
tests_fuzz_fuzz_html_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_html_LDADD = src/gazelle/libgazelle.a $(fuzz_libs) $(PQ_LIBS)

fuzz_targets += tests/fuzz/fuzz_frame
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c $(fuzz_main)
tests_fuzz_fuzz_frame_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_frame_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_bundle
tests_fuzz_fuzz_bundle_SOURCES = tests/fuzz/fuzz_bundle.c $(fuzz_main)
tests_fuzz_fuzz_bundle_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_bundle_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_filter
tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c $(fuzz_main)
tests_fuzz_fuzz_filter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_filter_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_signed
tests_fuzz_fuzz_signed_SOURCES = tests/fuzz/fuzz_signed.c $(fuzz_main)
tests_fuzz_fuzz_signed_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_signed_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_answer
tests_fuzz_fuzz_answer_SOURCES = tests/fuzz/fuzz_answer.c $(fuzz_main)
tests_fuzz_fuzz_answer_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_answer_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_enrol
tests_fuzz_fuzz_enrol_SOURCES = tests/fuzz/fuzz_enrol.c $(fuzz_main)
tests_fuzz_fuzz_enrol_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_enrol_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_route
tests_fuzz_fuzz_route_SOURCES = tests/fuzz/fuzz_route.c tests/unit/fake_hub.c tests/site/made_event.c $(fuzz_main)
tests_fuzz_fuzz_route_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
tests_fuzz_fuzz_route_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_route_LDADD = src/hubd/libhubd.a src/site/libsite.a src/report/libreport.a src/results/libresults.a $(fuzz_libs) $(ZLIB_LIBS) $(MICROHTTPD_LIBS) $(GNUTLS_LIBS)

fuzz_targets += tests/fuzz/fuzz_json
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(fuzz_main)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_json_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_xml
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c $(fuzz_main)
tests_fuzz_fuzz_xml_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_xml_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_hl7v2
tests_fuzz_fuzz_hl7v2_SOURCES = tests/fuzz/fuzz_hl7v2.c $(fuzz_main)
tests_fuzz_fuzz_hl7v2_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_hl7v2_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_archive
tests_fuzz_fuzz_archive_SOURCES = tests/fuzz/fuzz_archive.c $(fuzz_main)
tests_fuzz_fuzz_archive_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_archive_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_syslog
tests_fuzz_fuzz_syslog_SOURCES = tests/fuzz/fuzz_syslog.c $(fuzz_main)
tests_fuzz_fuzz_syslog_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_syslog_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_log
tests_fuzz_fuzz_log_SOURCES = tests/fuzz/fuzz_log.c $(fuzz_main)
tests_fuzz_fuzz_log_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_log_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_moment
tests_fuzz_fuzz_moment_SOURCES = tests/fuzz/fuzz_moment.c $(fuzz_main)
tests_fuzz_fuzz_moment_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_moment_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_jwt
tests_fuzz_fuzz_jwt_SOURCES = tests/fuzz/fuzz_jwt.c $(fuzz_main)
tests_fuzz_fuzz_jwt_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_jwt_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_x509
tests_fuzz_fuzz_x509_SOURCES = tests/fuzz/fuzz_x509.c $(fuzz_main)
tests_fuzz_fuzz_x509_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_x509_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_pdf
tests_fuzz_fuzz_pdf_SOURCES = tests/fuzz/fuzz_pdf.c $(fuzz_main)
tests_fuzz_fuzz_pdf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_pdf_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_ole2
tests_fuzz_fuzz_ole2_SOURCES = tests/fuzz/fuzz_ole2.c $(fuzz_main)
tests_fuzz_fuzz_ole2_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ole2_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_http
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(fuzz_main)
tests_fuzz_fuzz_http_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_mime
tests_fuzz_fuzz_mime_SOURCES = tests/fuzz/fuzz_mime.c $(fuzz_main)
tests_fuzz_fuzz_mime_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mime_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_pcap
tests_fuzz_fuzz_pcap_SOURCES = tests/fuzz/fuzz_pcap.c $(fuzz_main)
tests_fuzz_fuzz_pcap_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_pcap_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_har
tests_fuzz_fuzz_har_SOURCES = tests/fuzz/fuzz_har.c $(fuzz_main)
tests_fuzz_fuzz_har_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_har_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_dicom
tests_fuzz_fuzz_dicom_SOURCES = tests/fuzz/fuzz_dicom.c $(fuzz_main)
tests_fuzz_fuzz_dicom_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_dicom_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_document
tests_fuzz_fuzz_document_SOURCES = tests/fuzz/fuzz_document.c $(fuzz_main)
tests_fuzz_fuzz_document_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_document_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_reader
tests_fuzz_fuzz_reader_SOURCES = tests/fuzz/fuzz_reader.c $(fuzz_main)
tests_fuzz_fuzz_reader_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_reader_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_pack
tests_fuzz_fuzz_pack_SOURCES = tests/fuzz/fuzz_pack.c $(fuzz_main)
tests_fuzz_fuzz_pack_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_pack_LDADD = src/pack/libpack.a $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_page
tests_fuzz_fuzz_page_SOURCES = tests/fuzz/fuzz_page.c tests/unit/pack_fixture.c $(fuzz_main)
tests_fuzz_fuzz_page_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_fuzz_fuzz_page_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_page_LDADD = $(store_libs)

fuzz_targets += tests/fuzz/fuzz_wire
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(fuzz_main)
tests_fuzz_fuzz_wire_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_wire_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_expr
tests_fuzz_fuzz_expr_SOURCES = tests/fuzz/fuzz_expr.c $(fuzz_main)
tests_fuzz_fuzz_expr_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_expr_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_encoding
tests_fuzz_fuzz_encoding_SOURCES = tests/fuzz/fuzz_encoding.c $(fuzz_main)
tests_fuzz_fuzz_encoding_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_encoding_LDADD = $(evidence_libs)

fuzz_targets += tests/fuzz/fuzz_decode
tests_fuzz_fuzz_decode_SOURCES = tests/fuzz/fuzz_decode.c $(fuzz_main)
tests_fuzz_fuzz_decode_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_decode_LDADD = $(evidence_libs)

# New finds of libFuzzer are kept in the build folder, apart from the seeds; make fuzz FUZZ_MERGE=1 adds those that
# reach something new to them.
fuzz: $(fuzz_targets)
	@srcdir='$(abs_top_srcdir)' FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_MERGE='$(FUZZ_MERGE)' \
		$(SHELL) $(srcdir)/tests/fuzz/run.sh $(fuzz_targets)
clean-local: clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/found

fuzz_targets += tests/fuzz/fuzz_hopwire
tests_fuzz_fuzz_hopwire_SOURCES = tests/fuzz/fuzz_hopwire.c $(fuzz_main)
tests_fuzz_fuzz_hopwire_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_hopwire_LDADD = src/ssh/libhop.a src/base/libbase.a $(UTF8PROC_LIBS) $(SECCOMP_LIBS)

fuzz_targets += tests/fuzz/fuzz_sftp
tests_fuzz_fuzz_sftp_SOURCES = tests/fuzz/fuzz_sftp.c $(fuzz_main)
tests_fuzz_fuzz_sftp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_sftp_LDADD = src/ssh/libhop.a src/base/libbase.a $(UTF8PROC_LIBS) $(SECCOMP_LIBS)
