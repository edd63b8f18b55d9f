/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of an object of a pack against a table of what it may hold: types, ceilings, what must be there.
 * Every message begins with file, line and place. Pack layer; one thread at a time.
 */
#include "pack_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"

static void place_text(struct buf *b, const struct pack *p, const char *name)
{
	unsigned int i;
	bool any = false;

	for (i = 0; i < p->depth; i++) {
		if (p->place[i].name) {
			buf_printf(b, "%s%s", any ? "." : "", p->place[i].name);
			any = true;
		}
		if (p->place[i].index >= 0) {
			buf_printf(b, "[%ld]", p->place[i].index);
			any = true;
		}
	}
	if (name)
		buf_printf(b, "%s%s", any ? "." : "", name);
	if (any || name)
		buf_adds(b, ": ");
}

static enum status fail_va(struct pack *p, enum status code, const char *name, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));
static enum status fail_va(struct pack *p, enum status code, const char *name, const char *fmt, va_list ap)
{
	struct buf b;

	buf_init(&b, 2048);
	buf_printf(&b, "%s:%llu: ", p->file, (unsigned long long)p->line);
	place_text(&b, p, name);
	buf_vprintf(&b, fmt, ap);
	status_set(code, "%s", buf_str(&b));
	buf_done(&b);
	return code;
}

enum status pack_fail(struct pack *p, enum status code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_va(p, code, NULL, fmt, ap);
	va_end(ap);
	return code;
}

enum status pack_fail_at(struct pack *p, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_va(p, STATUS_INVALID, name, fmt, ap);
	va_end(ap);
	return STATUS_INVALID;
}

enum status pack_fail_in(struct pack *p, const char *list, size_t index, const char *name, const char *fmt, ...)
{
	va_list ap;

	pack_enter(p, list, (long)index);
	va_start(ap, fmt);
	fail_va(p, STATUS_INVALID, name, fmt, ap);
	va_end(ap);
	pack_leave(p);
	return STATUS_INVALID;
}

static enum status limit_at(struct pack *p, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static enum status limit_at(struct pack *p, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_va(p, STATUS_LIMIT, name, fmt, ap);
	va_end(ap);
	return STATUS_LIMIT;
}

void pack_enter(struct pack *p, const char *name, long index)
{
	if (p->depth < PLACE_DEPTH)
		p->place[p->depth] = (struct place){ name, index };
	p->depth++;
}

void pack_leave(struct pack *p)
{
	p->depth--;
}

static bool id_ok(const char *text, size_t len)
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
static void stand_at(struct pack *p, const struct json *v)
{
	if (!p->lines)
		p->line = v->line;
}

static enum status text_field(struct found *out, struct pack *p, const struct json *v, const struct field *f)
{
	static const size_t most[] = { [FIELD_ID] = PACK_ID_MAX, [FIELD_NAME] = PACK_NAME_MAX, [FIELD_TEXT] = PACK_TEXT_MAX,
		[FIELD_DESCRIPTION] = PACK_DESCRIPTION_MAX, [FIELD_TIME] = 64 };

	if (v->type != JSON_TEXT)
		return pack_fail_at(p, f->name, "a string is expected");
	if (v->len > most[f->type])
		return limit_at(p, f->name, "longer than %zu bytes", most[f->type]);
	if (f->type == FIELD_ID && !id_ok(v->text, v->len))
		return pack_fail_at(p, f->name, "\"%.64s\" is not an id", v->text);
	if (f->type == FIELD_TIME && (v->len < 20 || clock_parse(&out->whole, v->text) != 0))
		return pack_fail_at(p, f->name, "\"%.64s\" is not a time with a zone", v->text);
	out->text = v->text;
	return STATUS_OK;
}

static enum status whole_field(struct found *out, struct pack *p, const struct json *v, const struct field *f)
{
	if (v->type != JSON_WHOLE)
		return pack_fail_at(p, f->name, "a whole number is expected");
	if (v->whole < f->min || v->whole > f->max)
		return pack_fail_at(p, f->name, "%lld is not between %lld and %lld", (long long)v->whole,
			(long long)f->min, (long long)f->max);
	out->whole = v->whole;
	return STATUS_OK;
}

static enum status check(struct found *out, struct pack *p, const struct json *v, const struct field *f)
{
	stand_at(p, v);
	out->given = true;
	out->json = v;
	switch (f->type) {
	case FIELD_WHOLE:
		return whole_field(out, p, v, f);
	case FIELD_TRUTH:
		out->whole = v->whole;
		return v->type == JSON_TRUTH ? STATUS_OK : pack_fail_at(p, f->name, "true or false is expected");
	case FIELD_LIST:
		if (v->type != JSON_LIST)
			return pack_fail_at(p, f->name, "a list is expected");
		return (int64_t)v->len <= f->max ? STATUS_OK : limit_at(p, f->name,
			"%zu items, at most %lld are allowed", v->len, (long long)f->max);
	case FIELD_RECORD:
		return v->type == JSON_RECORD ? STATUS_OK : pack_fail_at(p, f->name, "an object is expected");
	default:
		return text_field(out, p, v, f);
	}
}

enum status pack_fields(struct found *out, struct pack *p, const struct json *obj, const struct field *fields, size_t n)
{
	const struct json *v;
	enum status code;
	size_t i, tried, at = 0;

	for (i = 0; i < n; i++)
		out[i] = (struct found){ .text = "" };
	stand_at(p, obj);
	if (obj->type != JSON_RECORD)
		return pack_fail(p, STATUS_INVALID, "an object is expected");
	for (v = obj->first; v; v = v->next) {
		/* keys mostly come in the order of the table: look behind the last hit first */
		for (tried = 0; tried < n && strcmp(fields[at].name, v->key) != 0; tried++)
			at = at + 1 < n ? at + 1 : 0;
		if (tried == n) {
			p->unknown++;
			continue;
		}
		if (v->type == JSON_NONE)
			continue;
		code = check(&out[at], p, v, &fields[at]);
		if (code != STATUS_OK)
			return code;
		at = at + 1 < n ? at + 1 : 0;
	}
	for (i = 0; i < n; i++)
		if (fields[i].required && !out[i].given) {
			stand_at(p, obj);
			return pack_fail_at(p, fields[i].name, "is missing");
		}
	return STATUS_OK;
}

enum status pack_each(struct pack *p, const char *name, const struct json *list,
	enum status (*each)(struct pack *p, const struct json *item, size_t index, void *data), void *data)
{
	const struct json *v;
	enum status code = STATUS_OK;
	size_t i = 0;

	for (v = list ? list->first : NULL; v && code == STATUS_OK; v = v->next, i++) {
		pack_enter(p, name, (long)i);
		stand_at(p, v);
		code = each(p, v, i, data);
		pack_leave(p);
	}
	return code;
}

size_t pack_items(const struct found *list)
{
	return list->given ? list->json->len : 0;
}

enum status pack_id(const char **out, struct pack *p, const struct json *item)
{
	if (item->type != JSON_TEXT)
		return pack_fail(p, STATUS_INVALID, "a string is expected");
	if (!id_ok(item->text, item->len))
		return pack_fail(p, STATUS_INVALID, "\"%.64s\" is not an id", item->text);
	*out = item->text;
	return STATUS_OK;
}

enum status pack_word(int *out, struct pack *p, const char *name, const char *word, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0) {
			*out = i;
			return STATUS_OK;
		}
	return pack_fail_at(p, name, "\"%.64s\" is not a word that is known here", word);
}
