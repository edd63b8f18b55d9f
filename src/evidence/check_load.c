/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Read checks from their files. Definitions are written %name in expressions and stand for their text in
 * parentheses; a definition may use those before it. Layer evidence; any thread.
 */
#include "verdict/evidence/check.h"
#include "src/evidence/check_priv.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct define { const char *name, *text; };
struct check_set {
	struct arena arena;
	VEC(struct check_group *) groups;
	struct map *ids;
	VEC(struct define) given;	/* by check_set_define() */
};

struct loader {
	struct check_set *set;
	const char *origin, *id;	/* id of the check in hand, for messages */
	struct define defines[CHECK_DEFINES_MAX];
	size_t n_defines;
};

enum status check_set_new(struct check_set **out)
{
	struct check_set *s = mem_zalloc(sizeof(*s));

	arena_init(&s->arena);
	s->ids = map_new();
	*out = s;
	return STATUS_OK;
}

static void group_done(struct check_group *g)
{
	size_t i;

	expr_free(g->when);
	for (i = 0; i < g->n_checks; i++) {
		expr_free(g->checks[i].condition);
		expr_free(g->checks[i].each);
		expr_free(g->checks[i].require);
		expr_free(g->checks[i].detail);
	}
	for (i = 0; i < g->n_facts; i++)
		expr_free(g->facts[i].each);
}

void check_set_free(struct check_set *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->groups.len; i++)
		group_done(s->groups.at[i]);
	vec_done(&s->groups);
	vec_done(&s->given);
	map_free(s->ids);
	arena_done(&s->arena);
	mem_free(s);
}

static enum status bad(const struct loader *l, const char *what, const char *detail)
{
	return status_set(STATUS_INVALID, "%s: %s%s%s%s%s", l->origin, l->id ? l->id : "", l->id ? ": " : "",
		what, *detail ? ": " : "", detail);
}

static size_t define_at(const struct loader *l, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < l->n_defines; i++)
		if (strlen(l->defines[i].name) == len && strncmp(l->defines[i].name, p, len) == 0)
			break;
	return i;
}

/* The text with its %names replaced; names the evaluator knows stay. */
static const char *expand(struct loader *l, const char *text)
{
	const char *p = text, *end;
	struct buf b;
	char *out;
	size_t i;

	buf_init(&b, 65536);
	while (*p) {
		if (*p != '%') {
			buf_addc(&b, *p++);
			continue;
		}
		for (end = p + 1; isalnum((unsigned char)*end); end++)
			;
		i = define_at(l, p + 1, (size_t)(end - p - 1));
		if (i < l->n_defines)
			buf_printf(&b, "(%s)", l->defines[i].text);
		else
			buf_add(&b, p, (size_t)(end - p));
		p = end;
	}
	out = arena_str(&l->set->arena, buf_str(&b));
	buf_done(&b);
	return out;
}

static enum status compile(struct expr **out, struct loader *l, json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);
	char why[300];

	*out = NULL;
	if (!v)
		return STATUS_OK;
	if (!json_is_string(v))
		return bad(l, key, "a text expected");
	if (expr_compile(out, expand(l, json_string_value(v))) == STATUS_OK)
		return STATUS_OK;
	snprintf(why, sizeof(why), "%s", status_message());
	return bad(l, key, why);
}

static enum status word(const char **out, struct loader *l, json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	if (!s || !*s)
		return bad(l, key, "a text expected");
	*out = arena_str(&l->set->arena, s);
	return STATUS_OK;
}

static enum status severity(enum check_severity *out, struct loader *l, json_t *object)
{
	static const char *const names[] = { "note", "warning", "error" };
	const char *s = json_string_value(json_object_get(object, "severity"));
	size_t i;

	for (i = 0; s && i < 3; i++) {
		if (strcmp(s, names[i]) == 0) {
			*out = (enum check_severity)i;
			return STATUS_OK;
		}
	}
	return bad(l, "severity", "note, warning or error expected");
}

static enum status load_check(struct check *c, struct loader *l, json_t *object)
{
	enum status err;

	l->id = NULL;
	if ((err = word(&c->id, l, object, "id")))
		return err;
	l->id = c->id;
	if (map_get(l->set->ids, c->id))
		return bad(l, "this id is taken", "");
	if (!json_object_get(object, "item"))
		c->item = c->id;
	else if ((err = word(&c->item, l, object, "item")))
		return err;
	c->proves = !json_is_false(json_object_get(object, "proves"));
	if ((err = word(&c->text, l, object, "text")) || (err = word(&c->source, l, object, "source"))
		|| (err = severity(&c->severity, l, object)) || (err = compile(&c->condition, l, object, "if"))
		|| (err = compile(&c->each, l, object, "each")) || (err = compile(&c->require, l, object, "require"))
		|| (err = compile(&c->detail, l, object, "detail")))
		return err;
	return c->require ? STATUS_OK : bad(l, "require", "missing");
}

static const char *given(const struct loader *l, const char *name, const char *text)
{
	size_t i;

	for (i = 0; i < l->set->given.len; i++)
		if (strcmp(l->set->given.at[i].name, name) == 0)
			return l->set->given.at[i].text;
	return text;
}

static enum status load_defines(struct loader *l, json_t *object)
{
	const char *name;
	json_t *v;

	if (object && !json_is_object(object))
		return bad(l, "define", "an object expected");
	json_object_foreach(object, name, v) {
		if (!json_is_string(v) || l->n_defines == CHECK_DEFINES_MAX)
			return bad(l, "define", "texts expected, at most 64");
		l->defines[l->n_defines].text = expand(l, given(l, name, json_string_value(v)));
		l->defines[l->n_defines++].name = arena_str(&l->set->arena, name);
	}
	return STATUS_OK;
}

static enum status load_facts(struct check_group *g, struct loader *l, json_t *list)
{
	enum status err;
	json_t *item;
	size_t i;

	if (list && (!json_is_array(list) || json_array_size(list) > CHECK_DEFINES_MAX))
		return bad(l, "facts", "a list of at most 64 expected");
	g->facts = arena_array(&l->set->arena, struct check_fact, json_array_size(list) + 1);
	json_array_foreach(list, i, item) {
		g->n_facts = i + 1;
		if ((err = word(&g->facts[i].name, l, item, "name")))
			return err;
		l->id = g->facts[i].name;
		if ((err = compile(&g->facts[i].each, l, item, "each")))
			return err;
		if (!g->facts[i].each)
			return bad(l, "each", "missing");
	}
	l->id = NULL;
	return STATUS_OK;
}

static enum status load_group(struct check_group *g, struct loader *l, json_t *root)
{
	json_t *list = json_object_get(root, "checks"), *item;
	enum status err;
	size_t i;

	if (!json_is_object(root) || !json_is_array(list) || json_array_size(list) > 1000)
		return bad(l, "an object with a list of checks expected", "");
	g->origin = arena_str(&l->set->arena, l->origin);
	if ((err = word(&g->scope, l, root, "scope")) || (err = word(&g->title, l, root, "title"))
		|| (err = load_defines(l, json_object_get(root, "define")))
		|| (err = compile(&g->when, l, root, "when"))
		|| (err = load_facts(g, l, json_object_get(root, "facts"))))
		return err;
	g->partial = json_is_true(json_object_get(root, "partial"));
	g->checks = arena_array(&l->set->arena, struct check, json_array_size(list));
	json_array_foreach(list, i, item) {
		g->n_checks = i + 1;	/* what was compiled is freed with the group */
		g->checks[i].scope = g->scope;
		if ((err = load_check(&g->checks[i], l, item)))
			return err;
		map_set(l->set->ids, g->checks[i].id, &g->checks[i]);
	}
	return STATUS_OK;
}

enum status check_set_add(struct check_set *s, const char *origin, const char *json, size_t len)
{
	struct loader l = { .set = s, .origin = origin };
	struct check_group *g;
	json_error_t where;
	enum status err;
	json_t *root;
	size_t i;

	if (len > CHECK_FILE_MAX || s->groups.len >= CHECK_GROUPS_MAX)
		return status_set(STATUS_LIMIT, "%s: more than 1 MiB, or more than %d files of checks", origin,
			CHECK_GROUPS_MAX);
	root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return status_set(STATUS_INVALID, "%s:%d:%d: %s", origin, where.line, where.column, where.text);
	g = arena_new(&s->arena, struct check_group);
	err = load_group(g, &l, root);
	json_decref(root);
	if (err == STATUS_OK) {
		vec_push(&s->groups, g);
		return STATUS_OK;
	}
	for (i = 0; i < g->n_checks; i++)
		if (g->checks[i].id && map_get(s->ids, g->checks[i].id) == &g->checks[i])
			map_remove(s->ids, g->checks[i].id);
	group_done(g);
	return err;
}

void check_set_define(struct check_set *s, const char *name, const char *text)
{
	struct define d = { arena_str(&s->arena, name), arena_str(&s->arena, text) };

	vec_push(&s->given, d);
}

enum status check_set_builtin(struct check_set *s)
{
	enum status err = STATUS_OK;
	char origin[40];
	size_t i;

	json_object_seed(1);	/* not from a file, which the reader may not open; what is read is our own */
	for (i = 0; check_data[i] && err == STATUS_OK; i++) {
		snprintf(origin, sizeof(origin), "data/checks, file %zu", i + 1);
		err = check_set_add(s, origin, check_data[i], strlen(check_data[i]));
	}
	return err;
}

size_t check_set_groups(const struct check_set *s)
{
	return s->groups.len;
}

const struct check_group *check_set_group(const struct check_set *s, size_t i)
{
	return i < s->groups.len ? s->groups.at[i] : NULL;
}

const struct check *check_set_find(const struct check_set *s, const char *id)
{
	return map_get(s->ids, id);
}
