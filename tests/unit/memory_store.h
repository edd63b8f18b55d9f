/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub's store in memory that several hubs of one process share, as several processes share a database: one
 * writer an event at a time, commits told to the others. Layer: tests.
 */
#ifndef TESTS_UNIT_MEMORY_STORE_H
#define TESTS_UNIT_MEMORY_STORE_H
#include "verdict/hub/store.h"

extern const struct hub_store_ops memory_store_ops;
/* Emptied; no hub may have it open. */
void memory_store_reset(void);

#endif
