# SPDX-License-Identifier: Apache-2.0
# Measured, not tested: nothing here runs in `make check`.
bench_programs = tests/bench/ttytime tests/bench/barelist tests/bench/saveprobe \
	tests/bench/rawinsert tests/bench/memfind tests/bench/lines \
	tests/bench/hubfloor tests/bench/firstsync tests/bench/hubload tests/bench/genbundle tests/bench/hellohttp
if HAVE_TESTS
bench_programs += tests/bench/live
endif
EXTRA_PROGRAMS += $(bench_programs)
EXTRA_DIST += tests/bench/bench.sh tests/bench/evidence.sh tests/bench/hub.sh tests/bench/hubd.sh tests/bench/site.sh tests/bench/common.sh tests/bench/instructions.sh tests/bench/pairs.awk tests/bench/pouch.js
CLEANFILES += $(bench_programs)
tests_bench_ttytime_SOURCES = tests/bench/ttytime.c
tests_bench_ttytime_LDADD = -lutil
tests_bench_gen_pcap_SOURCES = tests/bench/gen_pcap.c
tests_bench_genevidence_SOURCES = tests/bench/genevidence.c
tests_bench_hubfloor_SOURCES = tests/bench/hubfloor.c
tests_bench_hubfloor_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_hubfloor_LDADD = src/hub/libhub.a src/pack/libpack.a src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(PQ_LIBS) \
	$(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS) $(SQLITE_LIBS) $(ARCHIVE_LIBS) $(SECCOMP_LIBS)
tests_bench_firstsync_SOURCES = tests/bench/firstsync.c
tests_bench_firstsync_LDADD = src/store/libstore.a src/pack/libpack.a src/results/libresults.a src/proto/libproto.a src/model/libmodel.a \
	src/base/libbase.a $(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS) $(SQLITE_LIBS) $(ARCHIVE_LIBS)
tests_bench_hubload_SOURCES = tests/bench/hubload.c tests/bench/loadpeer.c tests/bench/loadpeer.h
tests_bench_hubload_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_bench_hubload_LDADD = src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(CURL_LIBS) $(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS)
tests_bench_genbundle_SOURCES = tests/bench/genbundle.c tests/bench/loadpeer.c tests/bench/loadpeer.h
tests_bench_genbundle_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_bench_genbundle_LDADD = src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(CURL_LIBS) $(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS)
tests_bench_live_SOURCES = tests/bench/live.c
tests_bench_live_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_bench_live_LDADD = $(VTERM_LIBS) -lutil
tests_bench_hellohttp_SOURCES = tests/bench/hellohttp.c
tests_bench_hellohttp_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
tests_bench_hellohttp_LDADD = $(MICROHTTPD_LIBS)
tests_bench_lines_SOURCES = tests/bench/lines.c
tests_bench_lines_LDADD = src/results/libresults.a src/model/libmodel.a src/base/libbase.a $(UTF8PROC_LIBS)
tests_bench_memfind_SOURCES = tests/bench/memfind.c
tests_bench_outline_SOURCES = tests/bench/outline.c
tests_bench_outline_LDADD = $(evidence_libs)
# tests tell by it what a command took
check_PROGRAMS += tests/bench/timed
tests_bench_timed_SOURCES = tests/bench/timed.c
tests_bench_barelist_SOURCES = tests/bench/barelist.c
tests_bench_barelist_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_bench_barelist_LDADD = $(NCURSES_LIBS)
tests_bench_saveprobe_SOURCES = tests/bench/saveprobe.c
tests_bench_saveprobe_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_saveprobe_LDADD = $(SQLITE_LIBS)
tests_bench_rawinsert_SOURCES = tests/bench/rawinsert.c
tests_bench_rawinsert_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_rawinsert_LDADD = $(SQLITE_LIBS)
# Tests use it too.
check_PROGRAMS += tests/bench/genpack tests/bench/outline tests/bench/genevidence tests/bench/gen_pcap
tests_bench_genpack_SOURCES = tests/bench/genpack.c
tests_bench_genpack_LDADD = src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS)
bench-site: verdict verdict-net verdictd tests/site/make_site tests/bench/genpack tests/bench/hellohttp
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/site.sh
.PHONY: bench bench-site bench-evidence bench-hub bench-instructions
bench: verdict verdict-reader verdict-net verdictd tests/site/make_site tests/bench/genpack tests/bench/outline tests/bench/genevidence tests/bench/gen_pcap $(bench_programs)
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/bench.sh
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/evidence.sh
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/hub.sh
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/hubd.sh
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/site.sh
bench-evidence: verdict verdict-reader tests/bench/genpack tests/bench/outline tests/bench/genevidence tests/bench/gen_pcap $(bench_programs)
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/evidence.sh
bench-hub: verdict verdict-reader verdict-net verdictd tests/bench/genpack $(bench_programs)
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/hub.sh
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/hubd.sh
bench-instructions: verdict tests/bench/genpack
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/instructions.sh
EXTRA_DIST += tests/bench/bundle.sh
.PHONY: bench-bundle
bench-bundle: verdict verdict-net verdictd tests/bench/genpack tests/bench/timed tests/bench/hubload tests/bench/genbundle
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/bundle.sh
EXTRA_DIST += tests/bench/gazelle.sh
.PHONY: bench-gazelle
bench-gazelle: verdictd
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/gazelle.sh
EXTRA_DIST += tests/bench/carriers.sh
EXTRA_PROGRAMS += tests/bench/hopfile
CLEANFILES += tests/bench/hopfile
tests_bench_hopfile_SOURCES = tests/bench/hopfile.c
tests_bench_hopfile_LDADD = src/app/libapp.a src/ssh/libhop.a src/net/libnet.a src/proto/libproto.a src/base/libbase.a \
	$(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(UTF8PROC_LIBS)
.PHONY: bench-carriers
bench-carriers: verdict verdict-net verdict-ssh verdictd tests/bench/genpack tests/bench/timed tests/bench/genbundle tests/bench/hopfile tests/fault/proxy
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/carriers.sh
