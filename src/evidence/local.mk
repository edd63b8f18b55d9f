# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/evidence/libevidence.a
src_evidence_libevidence_a_CPPFLAGS = $(AM_CPPFLAGS) $(EXPAT_CFLAGS) $(JANSSON_CFLAGS) $(SECCOMP_CFLAGS) $(ARCHIVE_CFLAGS) $(JPEG_CFLAGS)
src_evidence_libevidence_a_SOURCES = \
	src/evidence/annex.c \
	src/evidence/base64.c \
	src/evidence/capture.h \
	src/evidence/capture_read.c \
	src/evidence/check.c \
	src/evidence/check_load.c \
	src/evidence/check_priv.h \
	src/evidence/cross.c \
	src/evidence/cfb.c \
	src/evidence/cfb.h \
	src/evidence/charset.c \
	src/evidence/decode.c \
	src/evidence/code_name.c \
	src/evidence/code_name.h \
	src/evidence/compare.c \
	src/evidence/compare_align.c \
	src/evidence/compare_priv.h \
	src/evidence/compare_side.c \
	src/evidence/der.c \
	src/evidence/der.h \
	src/evidence/describe.c \
	src/evidence/dicom.c \
	src/evidence/dicom.h \
	src/evidence/dicom_note.c \
	src/evidence/dicom_sniff.c \
	src/evidence/dicom_text.c \
	src/evidence/dicom_tree.c \
	src/evidence/document.c \
	src/evidence/document_check.c \
	src/evidence/encoding.c \
	src/evidence/encoding_choice.c \
	src/evidence/encoding_tables.c \
	src/evidence/evidence_priv.h \
	src/evidence/expr_eval.c \
	src/evidence/expr_fn.c \
	src/evidence/expr_fn_bytes.c \
	src/evidence/expr_fn_text.c \
	src/evidence/expr_fn_time.c \
	src/evidence/expr_parse.c \
	src/evidence/expr_memo.c \
	src/evidence/expr_priv.h \
	src/evidence/fhir_note.c \
	src/evidence/fhir_note.h \
	src/evidence/follow.c \
	src/evidence/expr_set.c \
	src/evidence/guess.c \
	src/evidence/hl7v2.c \
	src/evidence/hl7v2_names.c \
	src/evidence/inflate.c \
	src/evidence/http.h \
	src/evidence/http_emit.c \
	src/evidence/http_scan.c \
	src/evidence/http_start.c \
	src/evidence/inside.c \
	src/evidence/inside_priv.h \
	src/evidence/inside_value.c \
	src/evidence/instant.c \
	src/evidence/instant_node.c \
	src/evidence/lines.c \
	src/evidence/logline.c \
	src/evidence/notes.c \
	src/evidence/office.c \
	src/evidence/narrative.c \
	src/evidence/narrative.h \
	src/evidence/narrative_flow.c \
	src/evidence/narrative_table.c \
	src/evidence/ole.h \
	src/evidence/ole_properties.c \
	src/evidence/ole_words.c \
	src/evidence/outline.c \
	src/evidence/patience.c \
	src/evidence/patience.h \
	src/evidence/parse.c \
	src/evidence/parse_archive.c \
	src/evidence/parse_dicom.c \
	src/evidence/parse_dicom_json.c \
	src/evidence/parse_hl7v2.c \
	src/evidence/parse_har.c \
	src/evidence/parse_http.c \
	src/evidence/parse_json.c \
	src/evidence/parse_jwt.c \
	src/evidence/parse_mime.c \
	src/evidence/parse_pcap.c \
	src/evidence/parse_syslog.c \
	src/evidence/parse_x509.c \
	src/evidence/parse_xml.c \
	src/evidence/parse_ole2.c \
	src/evidence/parse_pdf.c \
	src/evidence/pdf.c \
	src/evidence/pdf.h \
	src/evidence/pdf_content.c \
	src/evidence/pdf_font.c \
	src/evidence/pdf_glyph.c \
	src/evidence/pdf_page.c \
	src/evidence/pdf_stream.c \
	src/evidence/pdf_text.h \
	src/evidence/picture.c \
	src/evidence/picture_image.c \
	src/evidence/picture_priv.h \
	src/evidence/picture_unpack.c \
	src/evidence/place.c \
	src/evidence/plain.c \
	src/evidence/pretty.c \
	src/evidence/reader.c \
	src/evidence/reader_calls.c \
	src/evidence/reader_place.c \
	src/evidence/reader_plain.c \
	src/evidence/reader_priv.h \
	src/evidence/reader_report.c \
	src/evidence/rows.c \
	src/evidence/sandbox.c \
	src/evidence/search.c \
	src/evidence/server.c \
	src/evidence/sha1.c \
	src/evidence/sha1.h \
	src/evidence/sniff.c \
	src/evidence/severe.c \
	src/evidence/source.c \
	src/evidence/stream_http.c \
	src/evidence/stream_http.h \
	src/evidence/summary_audit.c \
	src/evidence/summary_group.c \
	src/evidence/summary_json.c \
	src/evidence/summary_priv.h \
	src/evidence/summary_report.c \
	src/evidence/summary_soap.c \
	src/evidence/summary_xml.c \
	src/evidence/tcp_stream.c \
	src/evidence/syslog_frame.c \
	src/evidence/tree.c \
	src/evidence/unescape.c \
	src/evidence/unpack.c \
	src/evidence/unpack.h \
	src/evidence/wire.c \
	src/evidence/xdm.c \
	src/evidence/xdm.h
nodist_src_evidence_libevidence_a_SOURCES = src/evidence/check_data.c src/evidence/cross_data.c
CLEANFILES += src/evidence/check_data.c src/evidence/cross_data.c
# What is checked is compiled in: the reader, in its sandbox, has no file to read it from.
src/evidence/check_data.c: $(check_files) $(top_srcdir)/data/embed-list.sh $(top_srcdir)/data/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/evidence && (cd $(top_srcdir) && \
		$(SHELL) data/embed-list.sh check_data $(check_files)) >$@.tmp && mv $@.tmp $@
src/evidence/cross_data.c: $(top_srcdir)/data/checks/cross.json $(top_srcdir)/data/embed-list.sh
	$(AM_V_GEN)$(MKDIR_P) src/evidence && $(SHELL) $(top_srcdir)/data/embed-list.sh cross_data \
		$(top_srcdir)/data/checks/cross.json >$@.tmp && mv $@.tmp $@
noinst_HEADERS += \
	include/verdict/evidence/annex.h \
	include/verdict/evidence/charset.h \
	include/verdict/evidence/check.h \
	include/verdict/evidence/cross.h \
	include/verdict/evidence/compare.h \
	include/verdict/evidence/document.h \
	include/verdict/evidence/encoding.h \
	include/verdict/evidence/expr.h \
	include/verdict/evidence/instant.h \
	include/verdict/evidence/kind.h \
	include/verdict/evidence/lines.h \
	include/verdict/evidence/logline.h \
	include/verdict/evidence/outline.h \
	include/verdict/evidence/picture.h \
	include/verdict/evidence/plain.h \
	include/verdict/evidence/reader.h \
	include/verdict/evidence/search.h \
	include/verdict/evidence/server.h \
	include/verdict/evidence/source.h \
	include/verdict/evidence/tree.h \
	include/verdict/evidence/wire.h
# The dictionaries of DICOM as tables.
nodist_src_evidence_libevidence_a_SOURCES += src/evidence/dicom_table.c
src/evidence/dicom_table.c: $(top_srcdir)/data/dicom.tsv $(top_srcdir)/data/dicom-uids.tsv $(top_srcdir)/data/dicom-table.sh
	$(AM_V_GEN)$(MKDIR_P) src/evidence && sh $(top_srcdir)/data/dicom-table.sh $(top_srcdir)/data/dicom.tsv \
		$(top_srcdir)/data/dicom-uids.tsv > $@.tmp && mv $@.tmp $@
CLEANFILES += src/evidence/dicom_table.c
nodist_src_evidence_libevidence_a_SOURCES += src/evidence/fhir_table.c
src/evidence/fhir_table.c: $(top_srcdir)/data/fhir-notes.tsv $(top_srcdir)/data/fhir-notes.sh
	$(AM_V_GEN)$(MKDIR_P) src/evidence && sh $(top_srcdir)/data/fhir-notes.sh $(top_srcdir)/data/fhir-notes.tsv > $@.tmp && \
		mv $@.tmp $@
CLEANFILES += src/evidence/fhir_table.c
nodist_src_evidence_libevidence_a_SOURCES += src/evidence/code_table.c
src/evidence/code_table.c: $(top_srcdir)/data/code-names.tsv $(top_srcdir)/data/code-names.sh
	$(AM_V_GEN)$(MKDIR_P) src/evidence && sh $(top_srcdir)/data/code-names.sh $(top_srcdir)/data/code-names.tsv > $@.tmp && \
		mv $@.tmp $@
CLEANFILES += src/evidence/code_table.c
EXTRA_DIST += data/code-names.tsv data/code-names.sh
EXTRA_DIST += data/fhir-notes.tsv data/fhir-notes.sh
EXTRA_DIST += data/dicom.tsv data/dicom-uids.tsv data/dicom-table.sh
