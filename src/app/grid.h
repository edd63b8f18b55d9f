/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_GRID_H
#define APP_GRID_H
#include "shell_priv.h"

/* A listing that goes out as aligned text, CSV, an HTML table, or JSON, from one description of its columns. */
enum grid_format { GRID_TEXT, GRID_CSV, GRID_HTML, GRID_JSON };
#define GRID_WORDS "text csv html json"
int grid_format_parse(const char *word);

enum grid_type { GRID_STRING, GRID_NUMBER, GRID_TRUTH, GRID_WORDS_LIST };	/* of JSON; a list's words are parted by blanks */
struct grid_column {
	const char *key;	/* of JSON */
	const char *head;	/* of CSV and HTML */
	const char *text;	/* of text, '>' before it: aligned right; NULL: text leaves it out */
	enum grid_type type;
};
struct grid {
	struct shell *sh;
	enum grid_format format;
	const struct grid_column *columns;
	unsigned int n, at;
	struct sh_table table;
	struct buf item;	/* JSON */
	struct jsonw w;
	size_t rows;
};
/* `title`: of an HTML page; `flexible`: the column that gives way in text. */
void grid_begin(struct grid *g, struct shell *sh, enum grid_format format, const char *title,
	const struct grid_column *columns, unsigned int n, int flexible);
void grid_cell(struct grid *g, enum sh_style style, const char *text);
void grid_number(struct grid *g, int64_t v);
void grid_truth(struct grid *g, bool v);
void grid_end(struct grid *g);

#endif
