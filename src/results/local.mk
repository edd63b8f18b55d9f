# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/results/libresults.a
src_results_libresults_a_CPPFLAGS = $(AM_CPPFLAGS)
src_results_libresults_a_SOURCES = \
	src/results/count.c \
	src/results/detail.c \
	src/results/feed.c \
	src/results/grade.c \
	src/results/index.c \
	src/results/matrix.c \
	src/results/read.c \
	src/results/results_priv.h \
	src/results/views.c
noinst_HEADERS += \
	include/verdict/results/matrix.h \
	include/verdict/results/results.h
