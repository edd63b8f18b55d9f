# SPDX-License-Identifier: Apache-2.0
hubd_tests = tests/unit/test_hubd_parse tests/unit/test_hubd tests/unit/test_hubd_site
check_PROGRAMS += $(hubd_tests)
TESTS += $(hubd_tests)
hubd_test_libs = src/hubd/libhubd.a src/site/libsite.a src/report/libreport.a src/results/libresults.a $(test_libs) $(ZLIB_LIBS) $(MICROHTTPD_LIBS) $(GNUTLS_LIBS)
tests_unit_test_hubd_parse_SOURCES = tests/unit/test_hubd_parse.c
tests_unit_test_hubd_parse_LDADD = $(hubd_test_libs)
# Before a hub that does as it is told, in place of the real one.
tests_unit_test_hubd_SOURCES = tests/unit/test_hubd.c tests/unit/fake_hub.c tests/unit/fake_hub.h $(made_event)
tests_unit_test_hubd_LDADD = $(hubd_test_libs)
tests_unit_test_hubd_site_SOURCES = tests/unit/test_hubd_site.c tests/unit/fake_hub.c tests/unit/fake_hub.h $(made_event)
tests_unit_test_hubd_site_LDADD = $(hubd_test_libs)
