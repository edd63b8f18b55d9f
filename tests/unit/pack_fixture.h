/* SPDX-License-Identifier: Apache-2.0 */
/* A small event pack written to a folder, whole or with one member exchanged, for the tests of the import. */
#ifndef TESTS_UNIT_PACK_FIXTURE_H
#define TESTS_UNIT_PACK_FIXTURE_H
#include "tests/unit/store_fixture.h"
#include "verdict/store/import.h"

/* Good lines of instances.ndjson, without their end. TI 1002 has evidence/a.txt: five bytes, "hello". */
#define PACK_TI_1 "{\"id\":\"1001\",\"test\":\"T1\",\"status\":\"to-be-verified\",\"since\":\"2026-11-24T10:00:00+09:00\"," \
	"\"participants\":[{\"role\":\"source\",\"system\":\"S1\"},{\"role\":\"recipient\",\"system\":\"S2\"}]," \
	"\"steps\":[{\"n\":1,\"status\":\"done\"}]}"
#define PACK_HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define PACK_TI_2 "{\"id\":\"1002\",\"test\":\"T1\",\"status\":\"critical\",\"since\":\"2026-11-24T11:00:00+09:00\"," \
	"\"revision\":3,\"participants\":[{\"role\":\"source\",\"system\":\"S2\"}],\"evidence\":[{\"n\":1,\"step\":1," \
	"\"name\":\"a.txt\",\"kind\":\"file\",\"sha256\":\"" PACK_HELLO "\",\"size\":5,\"file\":\"evidence/a.txt\"}]," \
	"\"history\":[{\"at\":\"2026-11-24T11:00:00+09:00\",\"who\":\"P1\",\"kind\":\"comment\",\"text\":\"안녕\"}]," \
	"\"claim\":{\"by\":\"P1\"}}"

/* Write the pack below `dir`; `member` (may be NULL) gets `len` bytes of `text` instead, NULL: is left out. */
void pack_write(const char *dir, const char *member, const char *text, size_t len);
void pack_put(const char *dir, const char *member, const void *ptr, size_t len);	/* one file, with folders */
/* Text of the good member. */
const char *pack_good(const char *member);
/* Number that a statement gives. */
int64_t pack_count(struct store *st, const char *sql);
/* Files below a folder of the store, with all below them; 0 where it is absent. */
unsigned int pack_files(struct store *st, const char *name);

#endif
