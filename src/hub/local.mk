# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/hub/libhub.a
src_hub_libhub_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
src_hub_libhub_a_SOURCES = \
	src/hub/backup.c \
	src/hub/backup.h \
	src/hub/claims.c \
	src/hub/enrol.c \
	src/hub/evidence.c \
	src/hub/evidence.h \
	src/hub/feed.c \
	src/hub/feed_log.c \
	src/hub/feed_log.h \
	src/hub/hub.c \
	src/hub/hub_priv.h \
	src/hub/import.c \
	src/hub/ingest.c \
	src/hub/load.c \
	src/hub/reference.c \
	src/hub/restore.c \
	src/hub/state.c \
	src/hub/store_sqlite.c \
	src/hub/store_sqlite.h \
	src/hub/store_sqlite_rows.c \
	src/hub/store_sqlite_sql.c \
	src/hub/verify.c \
	src/hub/writer.c
noinst_HEADERS += \
	include/verdict/hub/care.h \
	include/verdict/hub/hub.h \
	include/verdict/hub/import.h \
	include/verdict/hub/store.h
