# SPDX-License-Identifier: Apache-2.0
# Every folder adds its programs to check_PROGRAMS and TESTS; all speak TAP.
test_libs = src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS) $(CMOCKA_LIBS)
store_libs = src/store/libstore.a src/pack/libpack.a $(test_libs) $(SQLITE_LIBS) $(ARCHIVE_LIBS)
hub_libs = src/hub/libhub.a $(store_libs) $(PQ_LIBS)
evidence_libs = src/evidence/libevidence.a src/model/libmodel.a src/base/libbase.a \
	$(ARCHIVE_LIBS) $(EXPAT_LIBS) $(ZLIB_LIBS) $(JPEG_LIBS) -lm $(JANSSON_LIBS) $(SECCOMP_LIBS) $(UTF8PROC_LIBS)
noinst_HEADERS += tests/unit/outline_text.h tests/unit/test.h
if HAVE_TESTS
include $(top_srcdir)/tests/unit/base.mk
include $(top_srcdir)/tests/unit/model.mk
include $(top_srcdir)/tests/unit/results.mk
include $(top_srcdir)/tests/unit/proto.mk
include $(top_srcdir)/tests/unit/report.mk
include $(top_srcdir)/tests/unit/store.mk
include $(top_srcdir)/tests/unit/hub.mk
include $(top_srcdir)/tests/unit/evidence.mk
include $(top_srcdir)/tests/unit/net.mk
include $(top_srcdir)/tests/unit/hubd.mk
include $(top_srcdir)/tests/unit/app.mk
include $(top_srcdir)/tests/unit/ui.mk
include $(top_srcdir)/tests/fault/local.mk
include $(top_srcdir)/tests/sim/local.mk
include $(top_srcdir)/tests/fuzz/local.mk
include $(top_srcdir)/tests/screen/local.mk
include $(top_srcdir)/tests/pty/local.mk
include $(top_srcdir)/tests/shell/local.mk
include $(top_srcdir)/tests/site/local.mk
endif
include $(top_srcdir)/tests/bench/local.mk
include $(top_srcdir)/tests/lint/local.mk
