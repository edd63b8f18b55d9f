/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_MAP_H
#define VERDICT_BASE_MAP_H
#include <stddef.h>

/*
 * String-keyed hash with a random seed; keys are copied, values are borrowed. One thread at a time.
 */
struct map;
struct map *map_new(void);
void map_free(struct map *m);
void *map_get(const struct map *m, const char *key);	/* NULL where absent */
void *map_set(struct map *m, const char *key, void *value); /* returns the value before, or NULL */
void *map_remove(struct map *m, const char *key);
size_t map_count(const struct map *m);
void map_each(
	const struct map *m, void (*cb)(const char *key, void *value, void *data), void *data);

#endif
