/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_VERDICT_H
#define VERDICT_APP_VERDICT_H
#include "verdict/app/instance.h"
#include "verdict/app/saving.h"

/*
 * The verdict form on the TI of the instance screen; its content is that screen's draft. Nothing is decided
 * before the form was painted complete, and what is signed was painted before. UI thread.
 */
enum verdict_phase { VERDICT_READING, VERDICT_EDIT, VERDICT_SAVING, VERDICT_SAVED };
enum verdict_field { FIELD_OUTCOME, FIELD_REASON, FIELD_STEPS, FIELD_ITEMS, FIELD_COUNT };
struct verdict_template { char *name, *text; };
struct verdict_state {
	struct app *app;
	enum verdict_phase phase;
	enum verdict_field field;
	int step, item;			/* cursors */
	int item_top;
	unsigned int ready_paint;	/* app->paint when the form became complete */
	unsigned int change_paint;	/* app->paint at the last change */
	bool blocked, correction;
	char rule[256];			/* why it cannot be saved as it stands, or "" */
	uint64_t number;		/* of the record it would be, 0 unknown yet */
	char saved_at[CLOCK_TEXT], fate[100];
	enum outcome saved_outcome;
	char failed[320];		/* "not saved: …", or "" */

	bool preview;
	struct arena preview_arena;
	const char *json;		/* what would be signed, indented for reading; NULL on its way */
	int preview_top;

	bool picking;			/* the list of templates is open */
	int pick;
	VEC(struct verdict_template) templates;

	int reason_width, reason_rows;	/* of the last frame */
};

struct verdict_state *verdict_of(struct app *app);
/* Open the form on a TI; NULL: the one the top screen is about. */
enum status verdict_open(struct app *app, const char *ti);
/* The instance screen has read its TI anew. */
void verdict_loaded(struct app *app);
void verdict_changed(struct app *app);	/* the draft: check the rules, keep it */
/* STATUS_OK, or a sentence why nothing may be decided now. */
enum status verdict_may_edit(struct app *app);
enum status verdict_sign(struct app *app);
enum status verdict_preview(struct app *app);
void verdict_field_next(struct app *app, int by);
enum status verdict_template(struct app *app, int i);	/* put template `i` into the reason */
/* The defaults, then the user's own file: "name: text" a line, # comments; a name again replaces the text. */
void verdict_templates_load(struct verdict_state *st);

#endif
