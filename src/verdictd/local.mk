# SPDX-License-Identifier: Apache-2.0
sbin_PROGRAMS += verdictd
verdictd_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS) $(QRENCODE_CFLAGS) $(SECCOMP_CFLAGS) \
	-DSYSCONFDIR='"$(sysconfdir)"'
verdictd_SOURCES = \
	src/verdictd/admin.c \
	src/verdictd/args.c \
	src/verdictd/cmd_enrol.c \
	src/verdictd/cmd_export.c \
	src/verdictd/cmd_gazelle.c \
	src/verdictd/cmd_participant.c \
	src/verdictd/cmd_publish.c \
	src/verdictd/cmd_status.c \
	src/verdictd/cmd_store.c \
	src/verdictd/cmd_take.c \
	src/verdictd/drop.c \
	src/verdictd/main.c \
	src/verdictd/process.c \
	src/verdictd/progress.c \
	src/verdictd/qr.c \
	src/verdictd/serve.c \
	src/verdictd/site.c \
	src/verdictd/stage.c \
	src/verdictd/verdictd_priv.h \
	src/verdictd/watch.c
verdictd_LDADD = src/gazelle/libgazelle.a \
	src/hubd/libhubd.a src/site/libsite.a src/report/libreport.a src/hub/libhub.a src/pack/libpack.a src/results/libresults.a \
	src/proto/libproto.a \
	src/model/libmodel.a src/base/libbase.a \
	$(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(ZLIB_LIBS) $(SQLITE_LIBS) $(PQ_LIBS) $(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(ARCHIVE_LIBS) \
	$(QRENCODE_LIBS) $(SECCOMP_LIBS) $(UTF8PROC_LIBS)
# systemd looks below /usr and /usr/local alike; the unit names where this build is installed.
systemunitdir = $(prefix)/lib/systemd/system
nodist_systemunit_DATA = data/verdictd.service
EXTRA_DIST += data/verdictd.service.in
CLEANFILES += data/verdictd.service
data/verdictd.service: data/verdictd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) data && sed -e 's|@sbindir[@]|$(sbindir)|' -e 's|@sysconfdir[@]|$(sysconfdir)|' \
		$(srcdir)/data/verdictd.service.in >$@.tmp && mv $@.tmp $@
