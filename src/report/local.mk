# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_SOURCES = \
	src/report/csv.c \
	src/report/fhir.c \
	src/report/gazelle.c \
	src/report/gitb.c \
	src/report/json.c \
	src/report/lines.c \
	src/report/report.c \
	src/report/report_priv.h \
	src/report/session.c \
	src/report/tar.c \
	src/report/xmlw.c
noinst_HEADERS += \
	include/verdict/report/lines.h \
	include/verdict/report/report.h \
	include/verdict/report/tar.h \
	include/verdict/report/session.h \
	include/verdict/report/xmlw.h
