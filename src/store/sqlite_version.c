/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which SQLite this process runs with, for the doctor. Layer store, any thread.
 */
#include "verdict/store/store.h"

#include <sqlite3.h>

const char *store_sqlite_version(void)
{
	return sqlite3_libversion();
}

/* 3.7.0 to 3.51.2 have it; mended in 3.51.3 and in the maintenance releases 3.44.6 and 3.50.7. */
bool store_sqlite_wal_reset(void)
{
	int v = sqlite3_libversion_number();

	return v >= 3007000 && v < 3051003 && !(v >= 3044006 && v < 3045000) && !(v >= 3050007 && v < 3051000);
}
