/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of an object of a pack against a table of what it may hold: types, ceilings, what must be there.
 * Every message begins with file, line and place. Store layer; the store's thread.
 */
#include "import_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"

static void place_text(struct buf *b, const struct import *im, const char *name)
{
	unsigned int i;
	bool any = false;

	for (i = 0; i < im->depth; i++) {
		if (im->place[i].name) {
			buf_printf(b, "%s%s", any ? "." : "", im->place[i].name);
			any = true;
		}
		if (im->place[i].index >= 0) {
			buf_printf(b, "[%ld]", im->place[i].index);
			any = true;
		}
	}
	if (name)
		buf_printf(b, "%s%s", any ? "." : "", name);
	if (any || name)
		buf_adds(b, ": ");
}

static enum status fail_va(struct import *im, enum status code, const char *name, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));
static enum status fail_va(struct import *im, enum status code, const char *name, const char *fmt, va_list ap)
{
	struct buf b;

	buf_init(&b, 2048);
	buf_printf(&b, "%s:%llu: ", im->file, (unsigned long long)im->line);
	place_text(&b, im, name);
	buf_vprintf(&b, fmt, ap);
	status_set(code, "%s", buf_str(&b));
	buf_done(&b);
	return code;
}

enum status import_fail(struct import *im, enum status code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_va(im, code, NULL, fmt, ap);
	va_end(ap);
	return code;
}

enum status import_fail_at(struct import *im, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_va(im, STATUS_INVALID, name, fmt, ap);
	va_end(ap);
	return STATUS_INVALID;
}

static enum status limit_at(struct import *im, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static enum status limit_at(struct import *im, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_va(im, STATUS_LIMIT, name, fmt, ap);
	va_end(ap);
	return STATUS_LIMIT;
}

void import_enter(struct import *im, const char *name, long index)
{
	if (im->depth < PLACE_DEPTH)
		im->place[im->depth] = (struct place){ name, index };
	im->depth++;
}

void import_leave(struct import *im)
{
	im->depth--;
}

static bool import_id_ok(const char *text, size_t len)
{
	static const char more[] = "._:+-";
	size_t i;

	if (len == 0 || len > PACK_ID_MAX)
		return false;
	for (i = 0; i < len; i++) {
		char c = text[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			continue;
		if (i == 0 || !strchr(more, c))
			return false;
	}
	return true;
}

/* A whole-file tree knows the line of each value; a line of NDJSON is its own line. */
static void stand_at(struct import *im, const struct json *v)
{
	if (!im->lines)
		im->line = v->line;
}

static enum status text_field(struct found *out, struct import *im, const struct json *v, const struct field *f)
{
	static const size_t most[] = { [FIELD_ID] = PACK_ID_MAX, [FIELD_NAME] = PACK_NAME_MAX, [FIELD_TEXT] = PACK_TEXT_MAX,
		[FIELD_DESCRIPTION] = PACK_DESCRIPTION_MAX, [FIELD_TIME] = 64 };

	if (v->type != JSON_TEXT)
		return import_fail_at(im, f->name, "a string is expected");
	if (v->len > most[f->type])
		return limit_at(im, f->name, "longer than %zu bytes", most[f->type]);
	if (f->type == FIELD_ID && !import_id_ok(v->text, v->len))
		return import_fail_at(im, f->name, "\"%.64s\" is not an id", v->text);
	if (f->type == FIELD_TIME && (v->len < 20 || clock_parse(&out->whole, v->text) != 0))
		return import_fail_at(im, f->name, "\"%.64s\" is not a time with a zone", v->text);
	out->text = v->text;
	return STATUS_OK;
}

static enum status whole_field(struct found *out, struct import *im, const struct json *v, const struct field *f)
{
	if (v->type != JSON_WHOLE)
		return import_fail_at(im, f->name, "a whole number is expected");
	if (v->whole < f->min || v->whole > f->max)
		return import_fail_at(im, f->name, "%lld is not between %lld and %lld", (long long)v->whole,
			(long long)f->min, (long long)f->max);
	out->whole = v->whole;
	return STATUS_OK;
}

static enum status check(struct found *out, struct import *im, const struct json *v, const struct field *f)
{
	stand_at(im, v);
	out->given = true;
	out->json = v;
	switch (f->type) {
	case FIELD_WHOLE:
		return whole_field(out, im, v, f);
	case FIELD_TRUTH:
		out->whole = v->whole;
		return v->type == JSON_TRUTH ? STATUS_OK : import_fail_at(im, f->name, "true or false is expected");
	case FIELD_LIST:
		if (v->type != JSON_LIST)
			return import_fail_at(im, f->name, "a list is expected");
		return (int64_t)v->len <= f->max ? STATUS_OK : limit_at(im, f->name,
			"%zu items, at most %lld are allowed", v->len, (long long)f->max);
	case FIELD_RECORD:
		return v->type == JSON_RECORD ? STATUS_OK : import_fail_at(im, f->name, "an object is expected");
	default:
		return text_field(out, im, v, f);
	}
}

enum status import_fields(struct found *out, struct import *im, const struct json *obj, const struct field *fields, size_t n)
{
	const struct json *v;
	enum status code;
	size_t i, tried, at = 0;

	for (i = 0; i < n; i++)
		out[i] = (struct found){ .text = "" };
	stand_at(im, obj);
	if (obj->type != JSON_RECORD)
		return import_fail(im, STATUS_INVALID, "an object is expected");
	for (v = obj->first; v; v = v->next) {
		/* keys mostly come in the order of the table: look behind the last hit first */
		for (tried = 0; tried < n && strcmp(fields[at].name, v->key) != 0; tried++)
			at = at + 1 < n ? at + 1 : 0;
		if (tried == n) {
			im->report.unknown_fields++;
			continue;
		}
		if (v->type == JSON_NONE)
			continue;
		code = check(&out[at], im, v, &fields[at]);
		if (code != STATUS_OK)
			return code;
		at = at + 1 < n ? at + 1 : 0;
	}
	for (i = 0; i < n; i++)
		if (fields[i].required && !out[i].given) {
			stand_at(im, obj);
			return import_fail_at(im, fields[i].name, "is missing");
		}
	return STATUS_OK;
}

enum status import_each(struct import *im, const char *name, const struct json *list,
	enum status (*each)(struct import *im, const struct json *item, size_t index, void *data), void *data)
{
	const struct json *v;
	enum status code = STATUS_OK;
	size_t i = 0;

	for (v = list ? list->first : NULL; v && code == STATUS_OK; v = v->next, i++) {
		import_enter(im, name, (long)i);
		stand_at(im, v);
		code = each(im, v, i, data);
		import_leave(im);
	}
	return code;
}

enum status import_id(const char **out, struct import *im, const struct json *item)
{
	if (item->type != JSON_TEXT)
		return import_fail(im, STATUS_INVALID, "a string is expected");
	if (!import_id_ok(item->text, item->len))
		return import_fail(im, STATUS_INVALID, "\"%.64s\" is not an id", item->text);
	*out = item->text;
	return STATUS_OK;
}

enum status import_word(int *out, struct import *im, const char *name, const char *word, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0) {
			*out = i;
			return STATUS_OK;
		}
	return import_fail_at(im, name, "\"%.64s\" is not a word that is known here", word);
}

enum status import_tick(struct import *im, const char *what, uint64_t done, uint64_t total)
{
	struct import_progress p = { what, done, total };
	int64_t now;

	if (!im->tick)
		return STATUS_OK;
	now = clock_mono_ns();
	if (now - im->ticked < 100 * 1000 * 1000)
		return STATUS_OK;
	im->ticked = now;
	return im->tick(&p, im->tick_data) ? status_set(STATUS_CANCELLED, "the import was cancelled; nothing was taken over") :
		STATUS_OK;
}

enum status import_run(struct import *im, sqlite3_stmt *s)
{
	/* an insert makes no row: one step is the whole of it */
	enum status code = sql_row(im->st, s);

	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}
