/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_EVIDENCE_H
#define VERDICT_APP_EVIDENCE_H
#include "verdict/app/instance.h"
#include "verdict/evidence/reader.h"

/*
 * One item of evidence on screen: which one, which view, and a window of rows around what is shown. Rows come
 * from the reader and are asked for before they are needed, so that a page is answered by what is here already.
 * UI thread; rows are borrowed from the window's arena.
 */
enum evidence_phase {
	LOOK_NOTHING, LOOK_OPENING, LOOK_READY,
	LOOK_NOT_HERE,		/* the bytes are not in this store */
	LOOK_FAILED		/* the store or the system could not give them */
};
struct evidence_rows {
	struct arena arena;
	struct reader_row *at;
	uint64_t from;
	size_t n;
	bool stale;		/* folds or hits changed: to be asked for again */
};
struct evidence_way {	/* a place to go back to */
	enum evidence_view view;
	uint64_t cursor, top;
	unsigned int inside;
};
/* The picture: which frame, through which window, which part; and what the reader made of it. */
struct evidence_picture {
	uint32_t frame;			/* wanted, from 0 */
	double center, width;		/* wanted; width 0: as the file says */
	bool full;			/* an element for each sample, from left and top on; else all of it */
	uint32_t left, top;
	uint32_t cols, rows;		/* elements there is room for */
	bool asking;
	struct picture_request asked;	/* last; cols 0: none yet */
	struct arena arena;
	struct picture got;		/* rgb NULL: none */
	bool got_full;
	unsigned int serial;		/* raised with each that came */
	char why[256];			/* it cannot be shown, or "" */
};
struct evidence_state {
	struct app *app;
	char *ti;
	unsigned int n;			/* number of the item in the TI, 0 none */
	struct arena item_arena;
	struct evidence_item item;	/* copy */
	unsigned int count;		/* items of the TI */
	enum evidence_phase phase;
	unsigned int opened;		/* raised with every item, to know old answers */
	char why[256];

	struct reader_info info;
	char summary[160], trouble[256], trail[400], encoding[32];

	enum evidence_view view;
	struct evidence_place { uint64_t cursor, top, total; } place[VIEW_ALL];
	int hscroll;
	bool whole;		/* long lines are not wrapped; left and right scroll */
	struct evidence_rows rows;	/* of `view` */
	int page, width;		/* of the last frame */

	bool asking;			/* rows are on their way */
	enum evidence_view ask_view;
	uint64_t ask_from;
	int ask_width;
	bool jumping;			/* a search, fold, place is on its way */
	enum evidence_view jump_view;
	char jump_what[160];	/* said when there is no such place */

	uint64_t anchor;		/* byte that changing the view keeps in sight, while the cursor rests there */
	uint64_t anchor_row;
	enum evidence_view anchor_view;

	struct arena report_arena;
	struct reader_report report;	/* of the checks, where has_report */
	struct arena own_arena;
	struct evidence_own { enum severity severity; const char *by, *text, *gap; uint64_t offset; } *own;	/* persons' findings */
	size_t n_own;
	bool has_report, report_asking;
	size_t finding;			/* the last one gone to; SIZE_MAX none */
	VEC(struct evidence_way) ways;
	bool way_due;			/* the last of them counts once we got there */
	unsigned int beside;		/* item compared with, 0 none */
	unsigned int differences;
	char beside_name[160], says[160];	/* says: "" nothing was compared */

	struct evidence_picture picture;

	char *pattern;			/* of the last search */
	char path[256];			/* of the row under the cursor, outline */
	uint64_t path_row, path_asked;
	bool path_asking;

	unsigned int paint;		/* app->paint when rows came first */
	bool looked;
	struct loop_timer *looked_timer;
};

struct evidence_state *evidence_of(struct app *app);
/* Show item `n` of the TI on the instance screen; pushes the screen. STATUS_NOT_FOUND. */
enum status evidence_show(struct app *app, unsigned int n);
enum status evidence_step(struct app *app, int by);	/* next or previous item of the TI */
enum status evidence_set_view(struct app *app, enum evidence_view v);
void evidence_wrap(struct app *app);		/* wrap long lines, or scroll sideways */
enum status evidence_fold(struct app *app, enum fold_op op);
enum status evidence_goto(struct app *app, const char *place);
enum status evidence_search(struct app *app, const char *pattern, bool back);
enum status evidence_yank(struct app *app, bool path);
void evidence_move(struct app *app, void *state, enum move move, int count);
/* The row, or NULL while it is on its way. */
const struct reader_row *evidence_row(const struct evidence_state *st, uint64_t row);
/* The painter tells how much it shows; keeps the cursor in sight and asks for what is missing. */
void evidence_window(struct evidence_state *st, int rows, int cols);
void evidence_mark_looked(struct app *app, struct evidence_state *st);
/* The painter tells how many elements of a picture it has room for; asks for what is missing. */
void evidence_picture_room(struct evidence_state *st, uint32_t cols, uint32_t rows);
enum status evidence_picture_frame(struct app *app, int64_t frame);	/* from 0; STATUS_NOT_FOUND */
enum status evidence_picture_step(struct app *app, int64_t by);
enum status evidence_picture_window(struct app *app, double center, double width);	/* width 0: as the file says */
/* Centre moved by `shift` widths, width times `stretch`. STATUS_DENIED for colours. */
enum status evidence_picture_adjust(struct app *app, double shift, double stretch);
enum status evidence_picture_zoom(struct app *app, bool full);
/* Is there anything in that view? Narrative, comparison and picture may be missing. */
bool evidence_offers(const struct evidence_state *st, enum evidence_view v);
const char *evidence_view_word(enum evidence_view v);	/* "outline" */
/* Next or previous finding; in a comparison the next or previous difference. */
enum status evidence_step_finding(struct app *app, int by);
size_t evidence_finding(const struct evidence_state *st);	/* the one at the cursor, or gone to last; SIZE_MAX */
size_t evidence_findings(const struct evidence_state *st);	/* how many: of the checks, then of persons */
/* Are its rows the lines of a log? Then errors can be stepped through. */
bool evidence_is_log(const struct evidence_state *st);
enum status evidence_step_error(struct app *app, int by);
enum status evidence_open_row(struct app *app);	/* Enter */
enum status evidence_back(struct app *app);
/* Show the document in another encoding while it is open; "auto" goes back. STATUS_INVALID for an unknown name. */
enum status evidence_encoding(struct app *app, const char *name);
enum status evidence_compare(struct app *app, unsigned int n);	/* with item n, 0: the next one */
/*
 * Record a finding at the row under the cursor. `gap` a category (model/kinds.h) or NULL. Those of the item are loaded
 * when it is opened and after one was saved.
 */
enum status evidence_note(struct app *app, enum severity severity, const char *gap, const char *text);
void evidence_load_own(struct app *app);
enum status evidence_cancel(struct app *app);	/* Esc while something is on its way: STATUS_NOT_FOUND if nothing is */

#endif
