# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/app/libapp.a
src_app_libapp_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_app_libapp_a_SOURCES =
noinst_HEADERS += \
	include/verdict/app/app.h \
	include/verdict/app/command.h \
	include/verdict/app/screen.h
