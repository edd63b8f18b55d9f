/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ready sentences for a reason: the defaults of data/templates.conf, then the user's own file, which replaces
 * those of the same name. Layer app, UI thread; the file is small and read once, at the first verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/verdict.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define TEMPLATES_MAX 99
#define TEMPLATES_BYTES 65536

extern const char embedded_templates[];	/* data/templates.conf */

static void trim(const char **p, size_t *n)
{
	while (*n && ((*p)[*n - 1] == ' ' || (*p)[*n - 1] == '\r' || (*p)[*n - 1] == '\t'))
		(*n)--;
	while (*n && (**p == ' ' || **p == '\t'))
		(*p)++, (*n)--;
}

static void template_add(struct verdict_state *st, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n), *text;
	struct verdict_template t;
	size_t name_len, text_len, i;

	if (!colon || st->templates.len >= TEMPLATES_MAX)
		return;
	name_len = (size_t)(colon - p);
	text = colon + 1;
	text_len = n - name_len - 1;
	trim(&p, &name_len);
	trim(&text, &text_len);
	if (!name_len || !text_len || *p == '#')
		return;
	t.name = mem_strndup(p, name_len);
	t.text = mem_strndup(text, text_len);
	for (i = 0; i < st->templates.len; i++)
		if (strcmp(st->templates.at[i].name, t.name) == 0) {
			mem_free(t.name);
			mem_free(st->templates.at[i].text);
			st->templates.at[i].text = t.text;
			return;
		}
	vec_push(&st->templates, t);
}

static void templates_add(struct verdict_state *st, const char *conf, size_t len)
{
	const char *nl;
	size_t n;

	for (; len; conf += n, len -= n) {
		nl = memchr(conf, '\n', len);
		n = nl ? (size_t)(nl - conf) + 1 : len;
		template_add(st, conf, nl ? n - 1 : n);
	}
}

void verdict_templates_load(struct verdict_state *st)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct buf text;
	char path[4096];

	templates_add(st, embedded_templates, strlen(embedded_templates));
	if (base && *base)
		snprintf(path, sizeof(path), "%s/verdict/templates.conf", base);
	else
		snprintf(path, sizeof(path), "%s/.config/verdict/templates.conf", home ? home : "");
	buf_init(&text, TEMPLATES_BYTES);
	if (io_read_file(&text, path, TEMPLATES_BYTES) == STATUS_OK)
		templates_add(st, buf_str(&text), text.len);
	else
		status_clear();
	buf_done(&text);
}

enum status verdict_template(struct app *app, int i)
{
	struct verdict_state *st = verdict_of(app);
	struct editor *e = &instance_of(app)->draft.reason;
	const char *text;

	if (i < 0 || i >= (int)st->templates.len)
		return status_set(STATUS_NOT_FOUND, "there is no template %d", i + 1);
	text = st->templates.at[i].text;
	if (e->cursor > 0 && e->text.ptr[e->cursor - 1] != ' ' && e->text.ptr[e->cursor - 1] != '\n')
		(void)editor_insert(e, " ", 1);
	if (!editor_insert(e, text, strlen(text)))
		return status_set(STATUS_LIMIT, "a reason holds at most %d bytes", RECORD_REASON_MAX);
	st->picking = false;
	st->field = FIELD_REASON;
	verdict_changed(app);
	return STATUS_OK;
}
