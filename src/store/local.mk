# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS) $(ZSTD_CFLAGS)
src_store_libstore_a_SOURCES = \
	src/store/blob.c \
	src/store/carry_in.c \
	src/store/carry_out.c \
	src/store/carry_room.c \
	src/store/check.c \
	src/store/derive.c \
	src/store/draft.c \
	src/store/fetch.c \
	src/store/feed.c \
	src/store/feed_copy.c \
	src/store/feed_priv.h \
	src/store/feed_record.c \
	src/store/feed_reference.c \
	src/store/hub.c \
	src/store/identity.c \
	src/store/event_ways.c \
	src/store/import.c \
	src/store/import_body.c \
	src/store/import_catalogue.c \
	src/store/import_instance.c \
	src/store/import_keep.c \
	src/store/import_priv.h \
	src/store/import_roster.c \
	src/store/join_file.c \
	src/store/journal.c \
	src/store/lease.c \
	src/store/push.c \
	src/store/query_disputes.c \
	src/store/query_findings.c \
	src/store/query_instance.c \
	src/store/query_journal.c \
	src/store/query_queue.c \
	src/store/query_value.c \
	src/store/reconcile.c \
	src/store/recover.c \
	src/store/rekey.c \
	src/store/results.c \
	src/store/save.c \
	src/store/schema.c \
	src/store/sql.c \
	src/store/sqlite_version.c \
	src/store/store.c \
	src/store/store_priv.h \
	src/store/touched.c \
	src/store/verify.c
nodist_src_store_libstore_a_SOURCES = src/store/schema_sql.c
CLEANFILES += src/store/schema_sql.c
schema_files = $(top_srcdir)/data/schema/0001-console.sql $(top_srcdir)/data/schema/0002-hub.sql \
	$(top_srcdir)/data/schema/0003-results.sql \
	$(top_srcdir)/data/schema/0004-lines.sql
EXTRA_DIST += data/embed-list.sh data/schema/0001-console.sql data/schema/0002-hub.sql data/schema/0003-results.sql \
	data/schema/0004-lines.sql
src/store/schema_sql.c: $(schema_files) $(top_srcdir)/data/embed-list.sh $(top_srcdir)/src/store/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/store && $(SHELL) $(top_srcdir)/data/embed-list.sh schema_sql $(schema_files) >$@.tmp && mv $@.tmp $@
noinst_HEADERS += \
	include/verdict/store/blob.h \
	include/verdict/store/carry.h \
	include/verdict/store/fetch.h \
	include/verdict/store/import.h \
	include/verdict/store/join.h \
	include/verdict/store/query.h \
	include/verdict/store/results.h \
	include/verdict/store/save.h \
	include/verdict/store/store.h \
	include/verdict/store/sync.h
