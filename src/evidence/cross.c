/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of several items compared. A rule names a fact on its left and one on its right and how they relate;
 * it is asked where two different items have them. Layer evidence; any thread.
 */
#include "verdict/evidence/cross.h"
#include <jansson.h>
#include <string.h>
#include "src/evidence/check_priv.h"
#include "verdict/base/vec.h"

#define RULES_MAX 200
#define FACTS_MAX 4000		/* of one item; more are not compared */

enum relation {
	RELATION_MEETS,		/* the two items have a value in common */
	RELATION_WITHIN,	/* each value on the left is one on the right */
	RELATION_SAID,		/* each value on the left is one on the right of any item, itself included */
	RELATION_APART,		/* no value on the left is one on the right */
	RELATION_AGREES,	/* values are key, tab and value: what is said of a key is said on the right too */
	RELATION_ANSWERED,	/* where an item has the left, some item has the right */
	RELATION_STEP		/* the item is of its step's transaction */
};
struct rule {
	const char *id, *item, *text, *source, *left, *right;
	enum check_severity severity;
	enum relation relation;
	bool proves;
};
struct cross_set {
	struct arena arena;
	VEC(struct rule) rules;
};
struct run {
	struct arena *arena;
	const struct cross_item *items;
	size_t n;
	VEC(struct cross_finding) findings;
	VEC(struct cross_outcome) outcomes;
	struct cross_report *report;
};

static const char *word(struct cross_set *s, json_t *o, const char *key)
{
	return arena_str(&s->arena, json_string_value(json_object_get(o, key)));
}

static int one_of(const char *const *names, int n, const char *s)
{
	while (n-- > 0)
		if (s && strcmp(names[n], s) == 0)
			break;
	return n;
}

static enum status load_rule(struct cross_set *s, const char *origin, json_t *o)
{
	static const char *const severities[] = { "note", "warning", "error" };
	static const char *const relations[] = { "meets", "within", "said", "apart", "agrees", "answered", "step" };
	struct rule r = { .id = word(s, o, "id"), .text = word(s, o, "text"), .source = word(s, o, "source"),
		.left = word(s, o, "left"), .right = word(s, o, "right") };
	int severity = one_of(severities, 3, json_string_value(json_object_get(o, "severity")));
	int relation = one_of(relations, 7, json_string_value(json_object_get(o, "relation")));

	if (!r.id || !r.text || !r.source || !r.left || severity < 0 || relation < 0 ||
	    (!r.right && relation != RELATION_STEP))
		return status_set(STATUS_INVALID, "%s: %s: id, severity, text, source, left, right and relation are due",
			origin, r.id ? r.id : "a rule");
	r.item = json_object_get(o, "item") ? word(s, o, "item") : r.id;
	r.severity = (enum check_severity)severity;
	r.relation = (enum relation)relation;
	r.proves = !json_is_false(json_object_get(o, "proves"));
	vec_push(&s->rules, r);
	return STATUS_OK;
}

enum status cross_set_new(struct cross_set **out, const char *origin, const char *json, size_t len)
{
	struct cross_set *s = mem_zalloc(sizeof(*s));
	enum status code = STATUS_OK;
	json_error_t where;
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &where), *list, *item;
	size_t i;

	arena_init(&s->arena);
	list = json_object_get(root, "rules");
	if (!root)
		code = status_set(STATUS_INVALID, "%s:%d:%d: %s", origin, where.line, where.column, where.text);
	else if (!json_is_array(list) || json_array_size(list) > RULES_MAX)
		code = status_set(STATUS_INVALID, "%s: a list of at most %d rules expected", origin, RULES_MAX);
	for (i = 0; code == STATUS_OK && i < json_array_size(list); i++) {
		item = json_array_get(list, i);
		code = load_rule(s, origin, item);
	}
	json_decref(root);
	if (code == STATUS_OK)
		*out = s;
	else
		cross_set_free(s);
	return code;
}

enum status cross_set_builtin(struct cross_set **out)
{
	return cross_set_new(out, "data/checks/cross.json", cross_data[0], strlen(cross_data[0]));
}

void cross_set_free(struct cross_set *s)
{
	if (!s)
		return;
	vec_done(&s->rules);
	arena_done(&s->arena);
	mem_free(s);
}

static const char *next_fact(const struct cross_item *item, const char *name, size_t *i)
{
	while (*i < item->n_facts && *i < FACTS_MAX)
		if (strcmp(item->facts[(*i)++].name, name) == 0)
			return item->facts[*i - 1].value;
	return NULL;
}

static bool has_fact(const struct cross_item *item, const char *name)
{
	size_t i = 0;

	return next_fact(item, name, &i) != NULL;
}

static bool has_value(const struct cross_item *item, const char *name, const char *value)
{
	const char *v;
	size_t i = 0;

	while ((v = next_fact(item, name, &i)))
		if (strcmp(v, value) == 0)
			return true;
	return false;
}

static void found(struct run *r, const struct rule *rule, size_t item, size_t other, const char *detail)
{
	struct cross_finding f = { rule->id, rule->item, rule->text, rule->source, rule->severity, (unsigned int)item + 1,
		(unsigned int)(other + 1), detail };

	if (r->findings.len >= CROSS_FINDINGS_MAX)
		return;
	vec_push(&r->findings, f);
	r->report->errors += rule->severity == CHECK_ERROR;
	r->report->warnings += rule->severity == CHECK_WARNING;
	r->report->notes += rule->severity == CHECK_NOTE;
}

static const char *both(struct run *r, const struct rule *rule, size_t k, size_t m)
{
	size_t i = 0, j = 0;
	const char *left = next_fact(&r->items[k], rule->left, &i), *right = next_fact(&r->items[m], rule->right, &j);

	return arena_printf(r->arena, "%s, %s", left ? left : "", right ? right : "");
}

/* What `item` says of the key of `value`, a text of key, tab and value, first of all the same; NULL: nothing. */
static const char *same_key(const struct cross_item *item, const char *name, const char *value)
{
	const char *v, *tab = strchr(value, '\t'), *other = NULL;
	size_t i = 0;

	while (tab && (v = next_fact(item, name, &i))) {
		if (strcmp(v, value) == 0)
			return v;
		if (strncmp(v, value, (size_t)(tab - value) + 1) == 0)
			other = v;
	}
	return other;
}

static int compare_keys(const char **detail_out, struct run *r, const struct rule *rule, size_t k, size_t m)
{
	const char *v, *other;
	int agrees = -1;
	size_t i = 0;

	while (agrees != 0 && (v = next_fact(&r->items[k], rule->left, &i))) {
		if (!(other = same_key(&r->items[m], rule->right, v)))
			continue;
		agrees = strcmp(v, other) == 0;
		if (!agrees)
			*detail_out = arena_printf(r->arena, "%s, not %s", strchr(v, '\t') + 1, strchr(other, '\t') + 1);
	}
	return agrees;
}

/* Two items: 1 they agree, 0 they do not, -1 not asked. */
static int compare(const char **detail_out, struct run *r, const struct rule *rule, size_t k, size_t m)
{
	const char *v;
	size_t i = 0;

	if (!has_fact(&r->items[k], rule->left) || !has_fact(&r->items[m], rule->right))
		return -1;
	if (rule->relation == RELATION_AGREES)
		return compare_keys(detail_out, r, rule, k, m);
	while ((v = next_fact(&r->items[k], rule->left, &i))) {
		bool in = has_value(&r->items[m], rule->right, v);

		if (in && rule->relation == RELATION_MEETS)
			return 1;
		if (in == (rule->relation == RELATION_APART) && rule->relation != RELATION_MEETS) {
			*detail_out = v;
			return 0;
		}
	}
	*detail_out = rule->relation == RELATION_MEETS ? both(r, rule, k, m) : "";
	return rule->relation != RELATION_MEETS;
}

static void note(struct cross_outcome *o, int agrees)
{
	if (agrees >= 0 && o->result != CHECK_FOUND)
		o->result = agrees ? CHECK_CLEAN : CHECK_FOUND;
}

/* Each item with the left fact against each other one with the right; a fact with itself once a pair. */
static void run_pairs(struct cross_outcome *o, struct run *r, const struct rule *rule)
{
	bool self = strcmp(rule->left, rule->right) == 0;
	const char *detail = "";
	size_t k, m;
	int agrees;

	for (k = 0; k < r->n; k++) {
		for (m = self ? k + 1 : 0; m < r->n; m++) {
			agrees = k == m ? -1 : compare(&detail, r, rule, k, m);
			note(o, agrees);
			if (agrees == 0)
				found(r, rule, k, m, detail);
		}
	}
}

static bool anybody_says(const struct run *r, const char *name, const char *value)
{
	size_t m;

	for (m = 0; m < r->n; m++)
		if (value ? has_value(&r->items[m], name, value) : has_fact(&r->items[m], name))
			return true;
	return false;
}

/* Each item with the left fact against all of them. */
static void run_among(struct cross_outcome *o, struct run *r, const struct rule *rule)
{
	bool answered = rule->relation == RELATION_ANSWERED;
	const char *v;
	size_t k, i;

	for (k = 0; k < r->n; k++)
		if (r->items[k].unread)
			return;
	for (k = 0; k < r->n && (answered || anybody_says(r, rule->right, NULL)); k++) {
		for (i = 0; (v = next_fact(&r->items[k], rule->left, &i));) {
			bool agrees = anybody_says(r, rule->right, answered ? NULL : v);

			note(o, agrees);
			if (!agrees)
				found(r, rule, k, (size_t)-1, v);
			if (answered)
				break;
		}
	}
}

static void run_steps(struct cross_outcome *o, struct run *r, const struct rule *rule)
{
	size_t k, i = 0;
	int agrees;

	for (k = 0; k < r->n; k++, i = 0) {
		const struct cross_item *item = &r->items[k];

		if (!*item->transaction || strcmp(item->transaction, "-") == 0 || !has_fact(item, rule->left))
			continue;
		agrees = has_value(item, rule->left, item->transaction);
		note(o, agrees);
		if (!agrees)
			found(r, rule, k, (size_t)-1, arena_printf(r->arena, "%s, not %s",
				next_fact(item, rule->left, &i), item->transaction));
	}
}

void cross_run(struct cross_report *out, struct arena *a, const struct cross_set *s,
	const struct cross_item *items, size_t n)
{
	struct run r = { .arena = a, .items = items, .n = n, .report = out };
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < s->rules.len; i++) {
		const struct rule *rule = &s->rules.at[i];
		struct cross_outcome o = { rule->id, rule->item, CHECK_NOT_ASKED, rule->proves };

		if (rule->relation == RELATION_STEP)
			run_steps(&o, &r, rule);
		else if (rule->relation == RELATION_SAID || rule->relation == RELATION_ANSWERED)
			run_among(&o, &r, rule);
		else
			run_pairs(&o, &r, rule);
		vec_push(&r.outcomes, o);
	}
	out->n_findings = r.findings.len;
	out->findings = arena_dup(a, r.findings.at, r.findings.len * sizeof(*r.findings.at));
	out->n_outcomes = r.outcomes.len;
	out->outcomes = arena_dup(a, r.outcomes.at, r.outcomes.len * sizeof(*r.outcomes.at));
	vec_done(&r.findings);
	vec_done(&r.outcomes);
}
