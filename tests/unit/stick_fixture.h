/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles of the same things, each damaged by chance in its own way, and what is intact in all of them together: the
 * least that whoever takes them must end with, and the most. Asserts. Layer: tests.
 */
#ifndef TESTS_UNIT_STICK_FIXTURE_H
#define TESTS_UNIT_STICK_FIXTURE_H
#include "verdict/base/buf.h"
#include "verdict/base/map.h"
#include "verdict/proto/crypto.h"

struct stick_item { struct digest sha256; char *bytes; size_t len; bool *there; };
struct stick_load {
	const char *event;
	const struct key *writer;
	const struct buf *batches; size_t n_batches;	/* borrowed */
	struct stick_item *items; size_t n_items;
	struct map *intact;		/* rids, in hexadecimal, that some bundle still holds */
};

unsigned int stick_chance(unsigned int *seed, unsigned int n);	/* below n */
void stick_load_init(struct stick_load *l, const char *event, const struct key *writer, unsigned int *seed, size_t n_items);
void stick_load_done(struct stick_load *l);
/* All of it, items and their pieces in an order by chance. */
void stick_write(const char *path, const struct stick_load *l, unsigned int *seed);
/* Bytes flipped, written over, cut off. `intact` and `there` learn what can be read still. */
void stick_damage(const char *path, struct stick_load *l, unsigned int *seed);
bool stick_item_whole(const struct stick_item *item);	/* in all bundles together */

#endif
