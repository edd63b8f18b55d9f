/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_RESULTS_H
#define VERDICT_APP_RESULTS_H
#include "verdict/app/app.h"
#include "verdict/base/vec.h"
#include "verdict/results/matrix.h"

/*
 * The results screen: what the engine of layer results says at one moment, copied, so that it can be drawn and walked
 * while the store goes on. The floor screen looks at the same copy. UI thread; a shot is made on the store's
 * thread and handed over whole.
 */
struct shot_organisation { const char *id, *name, *country; };
struct shot_column { const char *profile, *actor, *actor_name; };
struct shot_cell {
	unsigned int lines, enough, expected, counted;
	enum grade grade;	/* the one all its lines share */
	bool published;		/* the rules would let it out now */
};
struct shot_line {
	const char *id, *system, *system_id, *organisation, *table, *profile, *actor, *option;
	uint32_t row, column;	/* its cell, RESULTS_NONE where it has none */
	uint64_t tracks;
	bool thorough, exploratory;
	unsigned int required, optional, verified, waiting, progress, failed, disputed, expected, counted, grades;
	enum results_enough enough;
	enum grade grade;
	bool grade_disputed, grade_late, provisional;
};
struct shot_table {
	const char *table, *systems;	/* names of those who stand there */
	unsigned int waiting, critical, disputed, completing;
	int64_t oldest;
};
struct shot_track {	/* or all of them */
	const char *name;
	bool exploratory;
	struct results_totals totals;
	struct results_borders borders;
	struct results_point *points; size_t n_points;
};
struct results_shot {
	struct arena a;
	struct shot_organisation *organisations; size_t n_organisations;
	struct shot_column *columns; size_t n_columns;
	struct shot_cell *cells;		/* organisation by organisation */
	struct shot_line *lines; size_t n_lines;
	struct shot_table *tables; size_t n_tables;
	struct shot_track *tracks; size_t n_tracks;	/* the first is of all */
	bool published;			/* the event tells when */
};
/* Copy all of it. The engine's thread. */
struct results_shot *results_shot_new(struct results *r);
void results_shot_free(struct results_shot *s);

/* One line with its tests, grades and what is missing. */
struct line_shot {
	struct arena a;
	struct shot_line line;
	struct results_detail detail;	/* its `line` is NULL */
	struct digest *leaves; size_t n_leaves;	/* grades that stand */
};
/* NULL: no such line. */
struct line_shot *line_shot_new(struct results *r, const char *id);
void line_shot_free(struct line_shot *s);

enum results_pane { PANE_MATRIX, PANE_LINES, PANE_BORDERS, PANE_DAY, PANES };
extern const char *const results_pane_names[PANES + 1];	/* NULL at the end */

struct results_state {
	struct app *app;
	struct results_shot *shot;	/* NULL until the first answer */
	struct line_shot *line;		/* the one opened, or NULL */
	char *line_id;			/* of it, or NULL: what is wanted */
	struct turn turn;		/* of loading it */
	char trouble[256];
	enum results_pane pane;
	size_t track;			/* of shot->tracks */
	int row, col;			/* of the matrix */
	int first_row, first_col;	/* set by the view */
	bool cell_only;			/* lines of the cell under the cursor alone */
	VEC(uint32_t) list;		/* lines shown */
	int at, top;			/* in the list; top: set by the view */
	int border, border_top;		/* country of the borders pane */
	int mark, mark_top;		/* TI of the opened line, from 0 */
	int marks;			/* how many it has */
	int day_top;
};

struct results_state *results_of(struct app *app);
const struct shot_line *results_current_line(const struct results_state *st);	/* of the list, or the opened one */
const struct shot_cell *results_current_cell(const struct results_state *st);	/* NULL: an empty place */
void results_list(struct results_state *st);	/* choose the lines again */
void results_show(struct app *app, enum results_pane pane);
/* One step back inside the screen; false: there is none. */
bool results_step_back(struct results_state *st);

/* Floor. */
struct floor_state { struct app *app; int at, top; };

#endif
