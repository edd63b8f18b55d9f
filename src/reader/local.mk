# SPDX-License-Identifier: Apache-2.0
pkglibexec_PROGRAMS += verdict-reader
verdict_reader_SOURCES = src/reader/main.c
verdict_reader_LDADD = $(evidence_libs)
