/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_JOURNAL_H
#define VERDICT_APP_JOURNAL_H
#include "verdict/app/app.h"
#include "verdict/base/vec.h"

/*
 * The console's own records, newest first, in pages that are read as the cursor comes near their end; one
 * record in full; the report of a verification. UI thread.
 */
struct journal_entry {
	struct digest rid;
	uint64_t n, position, seq;
	char *kind, *ti, *what, *why;
	int64_t saved_at;
	enum entry_state state;
};
enum journal_shown { JOURNAL_LIST, JOURNAL_RECORD, JOURNAL_REPORT, JOURNAL_WAYS };
struct journal_state {
	struct app *app;
	enum journal_shown shown;
	int only;			/* enum entry_state, or -1 for all */
	VEC(struct journal_entry) rows;
	bool complete;			/* the oldest record is here */
	bool loading;
	unsigned int load;		/* raised with every list begun anew */
	uint64_t want;			/* number of the record the cursor should find again, 0 none */
	char trouble[256];
	int cursor, top, page;

	struct arena record_arena;
	const char *record;		/* payload, indented; NULL on its way */
	char record_rid[DIGEST_HEX];
	bool record_ok;			/* the payload hashes to its rid and reads as a record */
	int text_top;

	bool verifying, verified;
	int64_t verify_began;		/* clock_mono_ns() */
	struct verify_report report;
	VEC(char *) damage;		/* a sentence each, the first hundred */
	uint64_t damages;
	enum status report_code;
	char report_why[256];
	struct stick *stick;		/* bundles by hand (app/stick.h) */
	struct ways_pane *ways;		/* app/ways_pane.h */
};

struct journal_state *journal_of(struct app *app);
const struct journal_entry *journal_current(const struct journal_state *st);
void journal_load(struct app *app, bool more);
enum status journal_verify(struct app *app);
bool journal_report_good(const struct journal_state *st);

#endif
