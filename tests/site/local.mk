# SPDX-License-Identifier: Apache-2.0
site_libs = src/site/libsite.a src/results/libresults.a src/model/libmodel.a src/base/libbase.a $(UTF8PROC_LIBS)
made_event = tests/site/made_event.c tests/site/made_event.h
check_PROGRAMS += tests/unit/test_site tests/site/make_site
TESTS += tests/unit/test_site
tests_unit_test_site_SOURCES = tests/unit/test_site.c $(made_event)
tests_unit_test_site_LDADD = src/site/libsite.a src/results/libresults.a $(test_libs)
tests_site_make_site_SOURCES = tests/site/make_site.c $(made_event)
tests_site_make_site_LDADD = $(site_libs)
EXTRA_DIST += tests/site/chrome.py
