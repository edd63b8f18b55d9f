# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(UTF8PROC_CFLAGS) $(SECCOMP_CFLAGS)
src_base_libbase_a_SOURCES = \
	src/base/arena.c \
	src/base/base64.c \
	src/base/buf.c \
	src/base/child.c \
	src/base/clock.c \
	src/base/zone.c \
	src/base/crc32c.c \
	src/base/cursor.c \
	src/base/fold.c \
	src/base/frame.c \
	src/base/io.c \
	src/base/jsonw.c \
	src/base/lock.c \
	src/base/log.c \
	src/base/loop.c \
	src/base/map.c \
	src/base/mem.c \
	src/base/pixel.c \
	src/base/pixel_send.c \
	src/base/pixel_text.c \
	src/base/sandbox.c \
	src/base/sandbox_network.c \
	src/base/status.c \
	src/base/text.c \
	src/base/thread.c \
	src/base/tree.c \
	src/base/utf8.c \
	src/base/worker.c
noinst_HEADERS += \
	include/verdict/base/arena.h \
	include/verdict/base/base64.h \
	include/verdict/base/buf.h \
	include/verdict/base/child.h \
	include/verdict/base/clock.h \
	include/verdict/base/zone.h \
	include/verdict/base/cursor.h \
	include/verdict/base/frame.h \
	include/verdict/base/io.h \
	include/verdict/base/jsonw.h \
	include/verdict/base/lock.h \
	include/verdict/base/log.h \
	include/verdict/base/loop.h \
	include/verdict/base/map.h \
	include/verdict/base/mem.h \
	include/verdict/base/pixel.h \
	include/verdict/base/sandbox.h \
	include/verdict/base/status.h \
	include/verdict/base/text.h \
	include/verdict/base/thread.h \
	include/verdict/base/tree.h \
	include/verdict/base/vec.h \
	include/verdict/base/worker.h
