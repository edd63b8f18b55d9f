# SPDX-License-Identifier: Apache-2.0
# libnet.a is the console's side and links no HTTP library; verdict-net is the process that does.
noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = \
	src/net/client.c \
	src/net/wire.c
noinst_HEADERS += \
	include/verdict/net/net.h \
	include/verdict/net/wire.h

pkglibexec_PROGRAMS += verdict-net
verdict_net_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
verdict_net_SOURCES = \
	src/net/carrier.c \
	src/net/carrier.h \
	src/net/failure.c \
	src/net/main.c \
	src/net/portal.c \
	src/net/transfer.c \
	src/net/tunnel.c
verdict_net_LDADD = src/net/libnet.a src/base/libbase.a $(CURL_LIBS) $(SECCOMP_LIBS) $(UTF8PROC_LIBS)
