/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIs that a transaction touched, each once, however many changes name it: their derived columns are computed
 * again at its end. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include "verdict/base/map.h"

void touched_init(struct touched *t)
{
	t->ids = map_new();
}

void touched_done(struct touched *t)
{
	map_free(t->ids);
	t->ids = NULL;
}

void touched_add(struct touched *t, const char *ti)
{
	if (ti)
		map_set(t->ids, ti, t);
}

struct deriving { struct store *st; enum status code; };

static void derive_one(const char *ti, void *value, void *data)
{
	struct deriving *d = data;
	int64_t key;

	(void)value;
	if (d->code != STATUS_OK)
		return;
	d->code = store_instance_key(&key, d->st, ti);
	if (d->code == STATUS_OK)
		d->code = store_rederive(d->st, key);
	else if (d->code == STATUS_NOT_FOUND)
		d->code = STATUS_OK;	/* not in this event, or not yet */
}

enum status touched_derive(struct touched *t, struct store *st)
{
	struct deriving d = { st, STATUS_OK };

	map_each(t->ids, derive_one, &d);
	return d.code;
}
