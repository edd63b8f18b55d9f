/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_SHELL_PRIV_H
#define VERDICT_SHELL_PRIV_H
#include "verdict/app/shell.h"
#include "verdict/model/instance.h"
#include "verdict/model/record.h"
#include "verdict/report/report.h"
#include "verdict/store/query.h"
#include "verdict/store/save.h"

/* Shared by the files of the shell's subcommands (sh_*.c). Same thread rules as app/shell.h. */

/* shell_print.c: foreign text, columns, styles. */
enum sh_style { SH_PLAIN, SH_BOLD, SH_DIM, SH_RED, SH_GREEN, SH_YELLOW };
void sh_text(struct shell *sh, const char *s);		/* neutralised */
void sh_styled(struct shell *sh, enum sh_style style, const char *s);
void sh_printf(struct shell *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));	/* own words only */
void sh_paragraph(struct shell *sh, const char *indent, const char *s);	/* wraps at the width, keeps line ends */

#define SH_COLUMNS 12
struct sh_table {		/* rows of neutralised cells, aligned when it ends */
	struct shell *sh;
	unsigned int columns;
	const char *head[SH_COLUMNS];
	bool right[SH_COLUMNS];
	int flexible;		/* column that gives way on a narrow terminal, -1 none */
	struct { char *text; size_t width; enum sh_style style; } *cells;
	size_t n_cells, cap_cells;
};
void sh_table_begin(struct sh_table *t, struct shell *sh, int flexible, unsigned int columns, const char *const *head);
void sh_cell(struct sh_table *t, enum sh_style style, const char *text);
void sh_cellf(struct sh_table *t, enum sh_style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void sh_table_end(struct sh_table *t);
enum sh_style sh_style_of(enum ti_status s);
const char *sh_arrow(const struct shell *sh);

/* sh_json.c: the JSON contract of design.md section 6. */
void sh_json_journal(struct jsonw *w, const struct journal_row *row);
/* A listing is an array; rows may come in many calls of `run`. */
void sh_json_open(struct shell *sh);
void sh_json_item(struct shell *sh, struct buf *item);	/* one object, in its own buffer; resets it */
void sh_json_close(struct shell *sh);

/* shell.c */
const char *sh_path(struct shell *sh, const char *path);	/* made absolute with the caller's cwd */
int sh_usage_error(struct shell *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sh_pass(struct shell *sh, const char *word);
const char *sh_pass_word(const struct shell *sh, size_t i);	/* or NULL */
int sh_tz(struct shell *sh);

/* sh_show.c */
void sh_show_evidence(struct shell *sh, const struct instance *ti);
enum status sh_show_one(struct shell *sh, const char *id, bool history);	/* text, or an item of a JSON listing */

/* sh_doctor.c: a finding from `run` or `after`; state "ok", "note" or "bad" */
void sh_found(struct shell *sh, const char *state, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void sh_doctor_debian(struct shell *sh);

/* sh_compare.c: rows and summary of two files; the exit code */
int sh_compare_files(struct shell *sh, const char *left, const char *right);

/* sh_picture.c: --picture of verdict evidence, as text on a terminal, else as a PPM image */
struct picture_request;
bool sh_knows_hub(struct shell *sh);	/* so that what is not here may come from there */
int sh_picture_wish(struct picture_request *out, struct shell *sh);	/* its options; SHELL_USAGE */
enum status sh_picture(struct shell *sh, int fd);

/* sh_grade_check.c: one turn a call; SHELL_MORE until *errors_out counts what was found, and told on sh->err */
struct grade_check;
struct grade_check *sh_grade_check_new(struct shell *sh, const struct instance *ti);
int sh_grade_check(unsigned int *errors_out, struct shell *sh, struct grade_check *g);

/* sh_sync.c: enrol at a hub and take its event */
int sh_join_code(struct shell *sh, const char *code);

/* sh_record.c */
int sh_save(struct shell *sh, const struct record *rec, const char *what);
int sh_take_message(const char **out, struct shell *sh, const char *what);	/* -m, which is due; or SHELL_USAGE */

int sh_run_bundle(struct shell *sh);
int sh_after_bundle(struct shell *sh);
/* sh_results_line.c: one line in detail */
struct results;
int sh_results_line(struct shell *sh, struct results *r, const char *id, bool json);

int sh_run_results(struct shell *sh);
int sh_run_floor(struct shell *sh);
int sh_run_grade_line(struct shell *sh);
int sh_run_queue(struct shell *sh);
int sh_run_show(struct shell *sh);
int sh_run_evidence(struct shell *sh);
int sh_after_evidence(struct shell *sh);
int sh_after_check(struct shell *sh);
int sh_after_compare(struct shell *sh);
int sh_run_findings(struct shell *sh);
int sh_run_claim(struct shell *sh);
int sh_run_release(struct shell *sh);
int sh_run_grade(struct shell *sh);
int sh_run_comment(struct shell *sh);
int sh_run_withdraw(struct shell *sh);
int sh_run_journal(struct shell *sh);
int sh_run_export(struct shell *sh);
int sh_after_export(struct shell *sh);
int sh_run_join(struct shell *sh);
int sh_run_import(struct shell *sh);
int sh_run_resolve(struct shell *sh);
int sh_run_status(struct shell *sh);
int sh_run_fetch(struct shell *sh);
int sh_run_sync(struct shell *sh);
int sh_run_disputes(struct shell *sh);
int sh_run_doctor(struct shell *sh);
int sh_after_doctor(struct shell *sh);
int sh_run_complete(struct shell *sh);
int sh_after_complete(struct shell *sh);
int sh_after_help(struct shell *sh);
int sh_run_ways(struct shell *sh);
int sh_after_ways(struct shell *sh);

#endif
