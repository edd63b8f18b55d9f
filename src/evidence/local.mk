# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/evidence/libevidence.a
src_evidence_libevidence_a_CPPFLAGS = $(AM_CPPFLAGS) $(EXPAT_CFLAGS) $(JANSSON_CFLAGS) $(SECCOMP_CFLAGS)
src_evidence_libevidence_a_SOURCES =
noinst_HEADERS += \
	include/verdict/evidence/kind.h \
	include/verdict/evidence/reader.h
