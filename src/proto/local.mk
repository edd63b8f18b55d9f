# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/proto/libproto.a
src_proto_libproto_a_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS) $(NETTLE_CFLAGS) $(JANSSON_CFLAGS) $(ZSTD_CFLAGS)
src_proto_libproto_a_SOURCES = \
	src/proto/answer.c \
	src/proto/answer_chain.c \
	src/proto/batch.c \
	src/proto/bundle.c \
	src/proto/bundle_head.c \
	src/proto/bundle_make.c \
	src/proto/bundle_priv.h \
	src/proto/bundle_read.c \
	src/proto/bundle_write.c \
	src/proto/cert.c \
	src/proto/content.c \
	src/proto/crypto.c \
	src/proto/enrol.c \
	src/proto/enrol_code.c \
	src/proto/feed.c \
	src/proto/join.c \
	src/proto/feed_body.c \
	src/proto/gather.c \
	src/proto/packed.c \
	src/proto/payload_priv.h \
	src/proto/payload_read.c \
	src/proto/payload_write.c \
	src/proto/receipt.c \
	src/proto/sha256.c \
	src/proto/signed.c \
	src/proto/sshsig.c \
	src/proto/strict.c \
	src/proto/strict_priv.h \
	src/proto/url.c
noinst_HEADERS += \
	include/verdict/proto/answer.h \
	include/verdict/proto/batch.h \
	include/verdict/proto/bundle.h \
	include/verdict/proto/bundle_file.h \
	include/verdict/proto/cert.h \
	include/verdict/proto/content.h \
	include/verdict/proto/crypto.h \
	include/verdict/proto/enrol.h \
	include/verdict/proto/feed.h \
	include/verdict/proto/gather.h \
	include/verdict/proto/join.h \
	include/verdict/proto/packed.h \
	include/verdict/proto/payload.h \
	include/verdict/proto/receipt.h \
	include/verdict/proto/signed.h \
	include/verdict/proto/sshsig.h \
	include/verdict/proto/url.h
