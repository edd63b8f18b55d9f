/* SPDX-License-Identifier: Apache-2.0 */
/* A small event in a store of its own folder, made with plain SQL, for the tests of the store. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H
#include "src/store/store_priv.h"

/* New folder below $TMPDIR or /tmp; fixture_remove() takes it away with all in it. Both abort on failure. */
char *fixture_dir(void);
void fixture_remove(char *dir);
/*
 * Event "ev", organisations o1 to o4, systems s1 to s4, persons m1 (monitor), m2 (monitor of o1), l1 (lead),
 * b1 (observer), tests T1 (2 roles, 3 steps, 3 items, wanted 3) and T2, and `n` TIs "1001"…; status and age
 * follow from the number.
 */
#define FIXTURE_NOW 1800000000000	/* wall ms */
/* New store with n TIs, joined as `person` (NULL: not joined). Asserts. */
struct store *fixture_store(const char *dir, unsigned int n, const char *person);
/* A verdict on a TI. */
enum status fixture_grade(struct saved *saved, struct store *st, const char *ti, enum outcome o, const char *why);

#endif
