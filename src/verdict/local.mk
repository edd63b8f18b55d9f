# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += verdict
verdict_SOURCES = \
	src/verdict/ask.c \
	src/verdict/launch.c \
	src/verdict/main.c \
	src/verdict/verdict_priv.h
verdict_LDADD = src/ui/libui.a src/app/libapp.a src/report/libreport.a src/sync/libsync.a src/ssh/libhop.a src/net/libnet.a src/store/libstore.a src/pack/libpack.a src/evidence/libevidence.a \
	src/results/libresults.a src/proto/libproto.a src/model/libmodel.a src/base/libbase.a \
	$(NCURSES_LIBS) $(SQLITE_LIBS) $(SODIUM_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) $(ARCHIVE_LIBS) $(UTF8PROC_LIBS)
