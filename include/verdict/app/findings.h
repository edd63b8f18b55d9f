/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_FINDINGS_H
#define VERDICT_APP_FINDINGS_H
#include "verdict/app/app.h"
#include "verdict/evidence/cross.h"
#include "verdict/evidence/reader.h"
#include "verdict/model/instance.h"

/*
 * What the checks say about the open TI: each item of its evidence is read and checked behind the screens, one
 * after the other, by a reader of its own; then facts are compared across the items, and check-off items that
 * were proved tick themselves in instance_state.in (state ticked, by "check"). Nothing is stored. UI thread.
 */
enum findings_phase {
	FINDINGS_WAITING, FINDINGS_DONE,
	FINDINGS_NOT_HERE,	/* the bytes are not in this store, or too large to be read behind a screen */
	FINDINGS_FAILED		/* could not be read: why in `why` */
};
struct item_findings {		/* of one item of evidence, by its number in the TI */
	enum findings_phase phase;
	bool picture;			/* a screenshot: checks have nothing to say of it */
	enum evidence_kind kind;
	struct digest sha256;
	struct arena arena;
	struct reader_report report;	/* of FINDINGS_DONE */
	unsigned int asked;		/* checks that had something to look at */
	char why[160];
};
struct findings_count {
	unsigned int asked, errors, warnings, notes, waiting;
	bool astray;			/* of a step: its evidence says which transactions it shows, and the step's is not among them */
};

/* After the TI on the instance screen was read: check what is new, apply what is known. */
void findings_loaded(struct app *app);
/* Of evidence `n` (1, 2, …) of the open TI; NULL past the end. */
const struct item_findings *findings_item(struct app *app, unsigned int n);
/*
 * Evidence of one step, of the TI itself (0), or of all (UINT_MAX). What was found across evidence counts where it
 * stands.
 */
void findings_count(struct findings_count *out, struct app *app, unsigned int step);
bool findings_busy(struct app *app);
void findings_free(struct app *app);

#endif
