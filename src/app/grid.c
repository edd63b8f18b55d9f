/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One listing in four forms. Foreign text is neutralised for terminals, escaped for HTML, and guarded against formulas
 * in CSV. Layer app; a struct shell belongs to one thread at a time.
 */
#include "grid.h"

#include <stdio.h>
#include <string.h>
#include "verdict/report/xmlw.h"

#define ITEM_MAX (1u << 20)

int grid_format_parse(const char *word)
{
	static const char *const words[] = { "text", "csv", "html", "json" };

	for (int i = 0; i < 4; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static void html_begin(struct grid *g, const char *title)
{
	struct buf *out = &g->sh->out;

	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	xml_escape(out, title);
	buf_adds(out, "</title>\n<style>body{font-family:sans-serif}table{border-collapse:collapse}"
		"th,td{border:1px solid #767676;padding:.2em .5em;text-align:left}</style>\n</head>\n<body>\n<h1>");
	xml_escape(out, title);
	buf_adds(out, "</h1>\n<table>\n<thead><tr>");
	for (unsigned int i = 0; i < g->n; i++) {
		buf_adds(out, "<th scope=\"col\">");
		xml_escape(out, g->columns[i].head);
		buf_adds(out, "</th>");
	}
	buf_adds(out, "</tr></thead>\n<tbody>\n");
}

void grid_begin(struct grid *g, struct shell *sh, enum grid_format format, const char *title,
	const struct grid_column *columns, unsigned int n, int flexible)
{
	const char *heads[SH_COLUMNS] = { NULL };
	unsigned int shown = 0, i;
	int flexes = -1;

	*g = (struct grid) { .sh = sh, .format = format, .columns = columns, .n = n };
	buf_init(&g->item, ITEM_MAX);
	for (i = 0; i < n && shown < SH_COLUMNS; i++) {
		if (!columns[i].text)
			continue;
		if ((int)i == flexible)
			flexes = (int)shown;
		heads[shown++] = columns[i].text;
	}
	if (format == GRID_TEXT)
		sh_table_begin(&g->table, sh, flexes, shown, heads);
	else if (format == GRID_HTML)
		html_begin(g, title);
	else if (format == GRID_JSON)
		sh_json_open(sh);
	for (i = 0; format == GRID_CSV && i < n; i++)
		csv_cell(&sh->out, columns[i].head, i == 0);
	if (format == GRID_CSV)
		csv_end(&sh->out);
}

static void json_words(struct jsonw *w, const char *key, const char *words)
{
	jsonw_array(w, key);
	while (*words) {
		size_t n = strcspn(words, " ");

		if (n)
			jsonw_strn(w, NULL, words, n);
		words += n + strspn(words + n, " ");
	}
	jsonw_end_array(w);
}

static void json_cell(struct grid *g, const char *text, int64_t number)
{
	const struct grid_column *c = &g->columns[g->at];

	if (g->at == 0) {
		jsonw_init(&g->w, &g->item, false);
		jsonw_object(&g->w, NULL);
	}
	if (c->type == GRID_NUMBER)
		jsonw_int(&g->w, c->key, number);
	else if (c->type == GRID_TRUTH)
		jsonw_bool(&g->w, c->key, number != 0);
	else if (c->type == GRID_WORDS_LIST)
		json_words(&g->w, c->key, text);
	else
		jsonw_str(&g->w, c->key, text);
	if (g->at + 1 < g->n)
		return;
	jsonw_end_object(&g->w);
	sh_json_item(g->sh, &g->item);
}

static void html_cell(struct grid *g, const char *text)
{
	struct buf *out = &g->sh->out;

	buf_adds(out, g->at == 0 ? "<tr><th scope=\"row\"><bdi>" : "<td><bdi>");
	xml_escape(out, text);
	buf_adds(out, g->at == 0 ? "</bdi></th>" : "</bdi></td>");
	if (g->at + 1 == g->n)
		buf_adds(out, "</tr>\n");
}

static void put(struct grid *g, enum sh_style style, const char *text, int64_t number)
{
	if (g->format == GRID_JSON)
		json_cell(g, text, number);
	else if (g->format == GRID_HTML)
		html_cell(g, text);
	else if (g->format == GRID_CSV)
		csv_cell(&g->sh->out, text, g->at == 0);
	else if (g->columns[g->at].text)
		sh_cell(&g->table, style, text);
	if (++g->at < g->n)
		return;
	if (g->format == GRID_CSV)
		csv_end(&g->sh->out);
	g->at = 0;
	g->rows++;
}

void grid_cell(struct grid *g, enum sh_style style, const char *text)
{
	put(g, style, text, 0);
}

void grid_number(struct grid *g, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	put(g, SH_PLAIN, text, v);
}

void grid_truth(struct grid *g, bool v)
{
	put(g, SH_PLAIN, v ? "yes" : "no", v);
}

void grid_end(struct grid *g)
{
	if (g->format == GRID_TEXT)
		sh_table_end(&g->table);
	else if (g->format == GRID_HTML)
		buf_adds(&g->sh->out, "</tbody>\n</table>\n</body>\n</html>\n");
	else if (g->format == GRID_JSON)
		sh_json_close(g->sh);
	buf_done(&g->item);
}
