# SPDX-License-Identifier: Apache-2.0
# The subcommands of the command line and their handing over.
src_app_libapp_a_SOURCES += \
	src/app/handover.c \
	src/app/handover_client.c \
	src/app/handover_priv.h \
	src/app/grid.c \
	src/app/grid.h \
	src/app/sh_disputes.c \
	src/app/sh_doctor.c \
	src/app/sh_doctor_debian.c \
	src/app/check_priv.h \
	src/app/sh_bundle.c \
	src/app/sh_check.c \
	src/app/sh_check_report.c \
	src/app/sh_compare.c \
	src/app/sh_fetch.c \
	src/app/sh_findings.c \
	src/app/sh_evidence.c \
	src/app/sh_export.c \
	src/app/sh_grade.c \
	src/app/sh_grade_check.c \
	src/app/sh_join.c \
	src/app/sh_journal.c \
	src/app/sh_picture.c \
	src/app/sh_queue.c \
	src/app/sh_record.c \
	src/app/sh_results.c \
	src/app/sh_results_line.c \
	src/app/sh_show.c \
	src/app/sh_sync.c \
	src/app/sh_ways.c \
	src/app/sh_ways_test.c \
	src/app/sh_ways_priv.h \
	src/app/shell.c \
	src/app/shell_help.c \
	src/app/shell_json.c \
	src/app/shell_print.c \
	src/app/shell_priv.h \
	src/app/shell_table.c
noinst_HEADERS += include/verdict/app/handover.h include/verdict/app/shell.h
