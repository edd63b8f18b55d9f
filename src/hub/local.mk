# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/hub/libhub.a
src_hub_libhub_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(PQ_CFLAGS)
src_hub_libhub_a_SOURCES = \
	src/hub/amend.c \
	src/hub/amend.h \
	src/hub/backup.c \
	src/hub/backup.h \
	src/hub/backup_evidence.c \
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
	src/hub/line_edit.c \
	src/hub/line_edit.h \
	src/hub/join_file.c \
	src/hub/listed.c \
	src/hub/load.c \
	src/hub/participant.c \
	src/hub/reference.c \
	src/hub/restore.c \
	src/hub/results.c \
	src/hub/results_feed.c \
	src/hub/results_feed.h \
	src/hub/state.c \
	src/hub/status.c \
	src/hub/store_postgres.c \
	src/hub/store_postgres.h \
	src/hub/store_postgres_link.c \
	src/hub/store_postgres_rows.c \
	src/hub/store_postgres_watch.c \
	src/hub/store_sqlite.c \
	src/hub/store_sqlite.h \
	src/hub/store_sqlite_rows.c \
	src/hub/store_sqlite_sql.c \
	src/hub/take.c \
	src/hub/take_back.c \
	src/hub/take_priv.h \
	src/hub/verify.c \
	src/hub/view.c \
	src/hub/view.h \
	src/hub/view_instance.c \
	src/hub/view_state.c \
	src/hub/view_state.h \
	src/hub/writer.c
nodist_src_hub_libhub_a_SOURCES = src/hub/schema_postgres.c
CLEANFILES += src/hub/schema_postgres.c
hub_schema_files = $(top_srcdir)/data/schema-hub-postgres/0001.sql
EXTRA_DIST += data/schema-hub-postgres/0001.sql
src/hub/schema_postgres.c: $(hub_schema_files) $(top_srcdir)/data/embed-list.sh $(top_srcdir)/src/hub/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/hub && $(SHELL) $(top_srcdir)/data/embed-list.sh hub_schema_postgres $(hub_schema_files) >$@.tmp && mv $@.tmp $@
noinst_HEADERS += \
	include/verdict/hub/care.h \
	include/verdict/hub/hub.h \
	include/verdict/hub/import.h \
	include/verdict/hub/participant.h \
	include/verdict/hub/join_file.h \
	include/verdict/hub/results.h \
	include/verdict/hub/status.h \
	include/verdict/hub/store.h \
	include/verdict/hub/take.h \
	include/verdict/hub/view.h
