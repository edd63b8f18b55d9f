/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_SAVING_H
#define VERDICT_APP_SAVING_H
#include "verdict/app/app.h"
#include "verdict/base/clock.h"

/*
 * Save a record from a screen: a job on the store thread; where the key is sealed, its passphrase is asked
 * for first and the job repeated. UI thread.
 */
struct saving_result {
	enum status code;	/* STATUS_OK: on disk; STATUS_CANCELLED: no passphrase was given */
	struct saved saved;	/* n not 0 with an error: the journal has it, the database follows */
	char why[256];
};
typedef void (*saving_cb)(struct app *app, const struct saving_result *result, void *data);
/*
 * `a` holds everything `rec` points to and is taken over (left empty). A verdict's draft is forgotten in the
 * same job once it is saved. app_changed() was called before `cb`, which may be NULL: then the message says
 * how it went, with `what` ("comment", "withdrawal").
 */
void saving_post(struct app *app, struct arena *a, const struct record *rec, const char *what,
	saving_cb cb, void *data);

#define DOT(app) ((app)->ascii ? "-" : "·")	/* between the parts of a message */

/* What becomes of a record just saved: "on its way", "not sent yet", "not sent yet (offline since 13:58)". */
const char *saving_fate(char *out, size_t max, const struct app *app);

/* Why it was not saved, in words for the screen: "disk full: …". */
void saving_sentence(char *out, size_t max, const struct saving_result *r);

#endif
