# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_CPPFLAGS = $(AM_CPPFLAGS)
src_model_libmodel_a_SOURCES = \
	src/model/digest.c \
	src/model/filter.c \
	src/model/fold.c \
	src/model/kinds.c \
	src/model/rules.c
noinst_HEADERS += \
	include/verdict/model/digest.h \
	include/verdict/model/event.h \
	include/verdict/model/filter.h \
	include/verdict/model/fold.h \
	include/verdict/model/instance.h \
	include/verdict/model/kinds.h \
	include/verdict/model/record.h \
	include/verdict/model/rules.h
