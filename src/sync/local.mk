# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/sync/libsync.a
src_sync_libsync_a_SOURCES = \
	src/sync/claims.c \
	src/sync/fetch.c \
	src/sync/job.c \
	src/sync/join.c \
	src/sync/lane.c \
	src/sync/link.c \
	src/sync/pace.c \
	src/sync/pull.c \
	src/sync/push.c \
	src/sync/sync.c \
	src/sync/sync_priv.h
noinst_HEADERS += include/verdict/sync/sync.h
