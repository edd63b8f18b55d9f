# SPDX-License-Identifier: Apache-2.0
site_libs = src/site/libsite.a src/report/libreport.a src/results/libresults.a src/model/libmodel.a src/base/libbase.a $(UTF8PROC_LIBS)
made_event = tests/site/made_event.c tests/site/made_event.h
check_PROGRAMS += tests/unit/test_site tests/site/make_site
site_tests = tests/site/browser.sh tests/site/data.sh tests/site/texts.sh
TESTS += tests/unit/test_site $(site_tests)
tests_unit_test_site_SOURCES = tests/unit/test_site.c $(made_event)
tests_unit_test_site_LDADD = src/site/libsite.a src/report/libreport.a src/results/libresults.a $(test_libs)
tests_site_make_site_SOURCES = tests/site/make_site.c $(made_event)
tests_site_make_site_LDADD = $(site_libs)
EXTRA_DIST += $(site_tests) \
	tests/site/browser.py \
	tests/site/chrome.py \
	tests/site/contrast.py \
	tests/site/npm/.htmlvalidate.json \
	tests/site/npm/package-lock.json \
	tests/site/npm/package.json \
	tests/site/pages.py
