/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SH_WAYS_PRIV_H
#define SH_WAYS_PRIV_H
#include "shell_priv.h"
#include "verdict/app/way_test.h"

/* What the files of `verdict ways` share. */
struct sh_ways {
	struct ways_plan plan;
	struct way_target target;	/* words of sh->pass, and these: */
	struct digest pin, hub_key;
	int tz_min;
	bool console;			/* a full-screen console has the store, so what is in use is */
};

/* Try `w` and print it as it goes, or as an item of a JSON listing. *good_out: it leads to the hub. */
int sh_ways_test(bool *good_out, struct shell *sh, const struct sh_ways *ways, enum way w);
/* "https  https://hub.example", bold. */
void sh_ways_head(struct shell *sh, const struct sh_ways *ways, enum way w);

#endif
