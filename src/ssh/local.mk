# SPDX-License-Identifier: Apache-2.0
# libhop.a is the console's side and links no SSH library; verdict-ssh is the process that does.
noinst_LIBRARIES += src/ssh/libhop.a
src_ssh_libhop_a_SOURCES = \
	src/ssh/client.c \
	src/ssh/sftp_wire.c \
	src/ssh/sftp_wire.h \
	src/ssh/wire.c
noinst_HEADERS += \
	include/verdict/ssh/hop.h \
	include/verdict/ssh/wire.h

pkglibexec_PROGRAMS += verdict-ssh
verdict_ssh_CPPFLAGS = $(AM_CPPFLAGS) $(SSH_CFLAGS)
verdict_ssh_SOURCES = \
	src/ssh/asks.c \
	src/ssh/child.h \
	src/ssh/console.c \
	src/ssh/files.c \
	src/ssh/main.c \
	src/ssh/session.c \
	src/ssh/tunnel.c
verdict_ssh_LDADD = src/ssh/libhop.a src/base/libbase.a $(SSH_LIBS) $(SECCOMP_LIBS) $(UTF8PROC_LIBS)
