/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_RULES_H
#define VERDICT_MODEL_RULES_H
#include "verdict/base/arena.h"
#include "verdict/base/status.h"
#include "verdict/model/event.h"
#include "verdict/model/instance.h"

/*
 * May `who` give `outcome` with `reason` on that TI? STATUS_OK, STATUS_DENIED with a plain sentence in
 * status_message() (role, neutrality, aborted TI), STATUS_USAGE where a reason is due and missing (failed,
 * partially verified, any correction). `correction_out` (may be NULL) is set unless denied: the TI does not
 * wait for a monitor (running, paused, verified, failed, disputed), so this is an explicit correction.
 * design.md sections 2 and 3.9.
 */
enum status rules_verdict(bool *correction_out, const struct instance *ti, const struct person *who,
	enum outcome outcome, const char *reason);

/* Sentence why `who` may not grade the TI (an organisation of theirs takes part), or NULL; in `a`. */
const char *rules_neutrality(struct arena *a, const struct person *who,
	const struct participant *participants, size_t n);

/* Warnings about the set-up, such as one organisation on both sides (domain.md 1.7): count; array in `a`. */
size_t rules_warnings(const char ***out, struct arena *a, const struct participant *participants, size_t n);

#endif
