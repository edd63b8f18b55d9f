# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/hubd/libhubd.a
src_hubd_libhubd_a_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS) $(ZLIB_CFLAGS)
src_hubd_libhubd_a_SOURCES = \
	src/hubd/answer.c \
	src/hubd/call.c \
	src/hubd/header.c \
	src/hubd/hubd_priv.h \
	src/hubd/limit.c \
	src/hubd/listen.c \
	src/hubd/live.c \
	src/hubd/metrics.c \
	src/hubd/note.c \
	src/hubd/request.c \
	src/hubd/route.c \
	src/hubd/routes_claims.c \
	src/hubd/routes_evidence.c \
	src/hubd/routes_open.c \
	src/hubd/routes_site.c \
	src/hubd/routes_participant.c \
	src/hubd/routes_sync.c \
	src/hubd/server.c \
	src/hubd/tls.c \
	src/hubd/uri.c
noinst_HEADERS += \
	include/verdict/hubd/hubd.h \
	include/verdict/hubd/limit.h \
	include/verdict/hubd/note.h \
	include/verdict/hubd/tls.h \
	include/verdict/hubd/uri.h
