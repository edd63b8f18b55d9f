# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/pack/libpack.a
src_pack_libpack_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZSTD_CFLAGS) $(ARCHIVE_CFLAGS)
src_pack_libpack_a_SOURCES = \
	src/pack/archive.c \
	src/pack/catalogue.c \
	src/pack/field.c \
	src/pack/file.c \
	src/pack/instance.c \
	src/pack/json.c \
	src/pack/pack.c \
	src/pack/pack_priv.h \
	src/pack/roster.c \
	src/pack/write.c
noinst_HEADERS += \
	include/verdict/pack/file.h \
	include/verdict/pack/json.h \
	include/verdict/pack/pack.h
