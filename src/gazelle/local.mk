# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/gazelle/libgazelle.a
src_gazelle_libgazelle_a_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
src_gazelle_libgazelle_a_SOURCES = \
	src/gazelle/define.c \
	src/gazelle/files.c \
	src/gazelle/gazelle.c \
	src/gazelle/gazelle_priv.h \
	src/gazelle/html.c \
	src/gazelle/instances.c \
	src/gazelle/link.c \
	src/gazelle/names.c \
	src/gazelle/orphans.c \
	src/gazelle/portion.c \
	src/gazelle/roster.c \
	src/gazelle/rules.c \
	src/gazelle/tell.c
noinst_HEADERS += include/verdict/gazelle/gazelle.h
