# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS) $(ZSTD_CFLAGS) $(ARCHIVE_CFLAGS)
src_store_libstore_a_SOURCES =
noinst_HEADERS += \
	include/verdict/store/blob.h \
	include/verdict/store/import.h \
	include/verdict/store/query.h \
	include/verdict/store/save.h \
	include/verdict/store/store.h
