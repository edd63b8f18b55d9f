/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of tools in a few words: how many errors and warnings, and of each item what it says and where.
 * OperationOutcome and Bundles of them, GITB's reports, SVRL, the FHIR validator's wrapper, Inferno's results,
 * XSpec. Layer evidence; any thread. JSON and XML are asked the same questions.
 */
#include "summary_priv.h"
#include <string.h>
#include <strings.h>

#define WALK_MAX 200000u	/* nodes that are counted */
#define SHOWN_MAX 240u

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTE, LEVEL_GOOD, LEVEL_LEFT, LEVEL_COUNT };

static const struct { const char *word; enum level level; } words[] = {
	{ "fatal", LEVEL_ERROR }, { "error", LEVEL_ERROR }, { "fail", LEVEL_ERROR }, { "FAILURE", LEVEL_ERROR },
	{ "false", LEVEL_ERROR }, { "warning", LEVEL_WARNING }, { "warn", LEVEL_WARNING }, { "information", LEVEL_NOTE },
	{ "info", LEVEL_NOTE }, { "hint", LEVEL_NOTE }, { "SUCCESS", LEVEL_GOOD }, { "pass", LEVEL_GOOD },
	{ "true", LEVEL_GOOD }, { "skip", LEVEL_LEFT }, { "omit", LEVEL_LEFT }, { "pending", LEVEL_LEFT },
	{ "UNDEFINED", LEVEL_LEFT }, { "INCOMPLETE", LEVEL_LEFT }, { "cancel", LEVEL_LEFT },
};

uint32_t part_of(const struct document *d, uint32_t i, const char *name)
{
	uint32_t c = i == NODE_NONE ? NODE_NONE : outline_child(&d->o, i), value;
	unsigned int looked = 0;

	for (; c != NODE_NONE && looked < 200; c = outline_next(&d->o, c), looked++)
		if (label_is(d, &d->o.nodes.at[c], name))
			break;
	if (c == NODE_NONE || looked == 200)
		return NODE_NONE;
	if (d->o.nodes.at[c].kind != NODE_ELEMENT || (d->o.nodes.at[c].flags & NODE_HAS_VALUE))
		return c;
	for (value = outline_child(&d->o, c); value != NODE_NONE; value = outline_next(&d->o, value))
		if (d->o.nodes.at[value].kind == NODE_ATTRIBUTE && label_is(d, &d->o.nodes.at[value], "value"))
			return value;	/* FHIR XML */
	return c;
}

uint32_t first_of(const struct document *d, uint32_t i)
{
	return i != NODE_NONE && d->o.nodes.at[i].kind == NODE_ARRAY ? outline_child(&d->o, i) : i;
}

bool add_part(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	size_t before, k;
	struct buf t;

	i = first_of(d, i);
	if (i == NODE_NONE || (d->o.nodes.at[i].size > 1 && !(d->o.nodes.at[i].flags & NODE_HAS_VALUE)))
		return false;
	buf_init(&t, 1u << 16);
	describe_value(&t, d, i, SHOWN_MAX);
	for (k = 0; k < t.len; k++)
		if ((unsigned char)t.ptr[k] < ' ')
			t.ptr[k] = ' ';
	for (k = 0; k < t.len && t.ptr[k] == ' '; k++)
		;
	before = b->len;
	if (k < t.len) {
		if (b->len)
			buf_adds(b, gap);
		buf_add(b, t.ptr + k, t.len - k);
	}
	buf_done(&t);
	return b->len > before;
}

static int level_of(const struct document *d, uint32_t i)
{
	size_t n, k;
	const char *p;

	i = first_of(d, i);
	if (i == NODE_NONE)
		return -1;
	p = node_value(&n, d, &d->o.nodes.at[i]);
	for (k = 0; k < sizeof(words) / sizeof(words[0]); k++)
		if (strlen(words[k].word) == n && !strncasecmp(words[k].word, p, n))
			return (int)words[k].level;
	return -1;
}

static bool has_parent(const struct document *d, uint32_t i, const char *name)
{
	uint32_t up = d->o.nodes.at[i].parent;

	return up != NODE_NONE && label_is(d, &d->o.nodes.at[up], name);
}

static bool is_element(const struct document *d, uint32_t i, const char *name)
{
	return d->o.nodes.at[i].kind == NODE_ELEMENT && label_is(d, &d->o.nodes.at[i], name);
}

/* An item of an array of that name, or an element of it. */
static bool is_item(const struct document *d, uint32_t i, const char *name)
{
	return d->o.nodes.at[i].kind == NODE_OBJECT ? has_parent(d, i, name) : is_element(d, i, name);
}

static bool is_type(const struct document *d, uint32_t i, const char *name)
{
	uint32_t type;
	size_t n;
	const char *p;

	if (d->o.nodes.at[i].kind != NODE_OBJECT)
		return is_element(d, i, name);
	type = json_member(d, i, "resourceType");
	if (type == NODE_NONE)
		return false;
	p = node_value(&n, d, &d->o.nodes.at[type]);
	return n == strlen(name) && !memcmp(p, name, n);
}

/* Level of an item of any of these reports, -1 for all other nodes. */
static int item_level(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	int level;

	if (n->kind != NODE_OBJECT && n->kind != NODE_ELEMENT)
		return -1;
	if (is_item(d, i, "issue"))
		return level_of(d, part_of(d, i, "severity"));
	if (n->kind == NODE_OBJECT && has_parent(d, i, "issues"))
		return level_of(d, part_of(d, i, "level"));
	if (n->kind == NODE_OBJECT)
		return part_of(d, i, "test_id") != NODE_NONE ? level_of(d, part_of(d, i, "result")) : -1;
	if (label_is(d, n, "failed-assert")) {
		level = level_of(d, part_of(d, i, "role"));
		level = level < 0 ? level_of(d, part_of(d, i, "flag")) : level;
		return level < 0 ? LEVEL_ERROR : level;
	}
	if (label_is(d, n, "successful-report")) {
		level = level_of(d, part_of(d, i, "role"));
		return level < 0 ? LEVEL_NOTE : level;
	}
	if (has_parent(d, i, "reports") || has_parent(d, i, "items"))
		return label_is(d, n, "error") ? LEVEL_ERROR : label_is(d, n, "warning") ? LEVEL_WARNING :
			label_is(d, n, "info") ? LEVEL_NOTE : -1;
	if (!label_is(d, n, "test") || (part_of(d, i, "successful") == NODE_NONE && part_of(d, i, "pending") == NODE_NONE))
		return -1;
	return part_of(d, i, "pending") != NODE_NONE ? (int)LEVEL_LEFT : level_of(d, part_of(d, i, "successful"));
}

static void add_count(struct buf *b, unsigned int n, const char *one, const char *many)
{
	if (!n)
		return;
	if (b->len)
		buf_adds(b, "  ");
	buf_printf(b, "%u %s", n, n == 1 ? one : many);
}

/* With `only`, items of that name alone: an XSpec report holds the reports that were tested. */
static void count_items(struct buf *b, const struct document *d, uint32_t i, const char *only)
{
	uint32_t end = i + d->o.nodes.at[i].size, c;
	unsigned int n[LEVEL_COUNT] = { 0 }, k, all = 0;
	int level;

	if (end - i > WALK_MAX)
		end = i + WALK_MAX;
	for (c = i + 1; c < end; c++) {
		level = item_level(d, c);
		if (level >= 0 && (!only || label_is(d, &d->o.nodes.at[c], only)))
			n[level]++;
	}
	for (k = 0; k < LEVEL_COUNT; k++)
		all += n[k];
	add_count(b, n[LEVEL_ERROR], "error", "errors");
	add_count(b, n[LEVEL_WARNING], "warning", "warnings");
	add_count(b, n[LEVEL_NOTE], "note", "notes");
	add_count(b, n[LEVEL_GOOD], "passed", "passed");
	add_count(b, n[LEVEL_LEFT], "left out", "left out");
	if (!all)
		buf_adds(b, b->len ? "  no items" : "no items");
}

static void counts(struct buf *b, const struct document *d, uint32_t i)
{
	count_items(b, d, i, NULL);
}

static void at_line(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t line = part_of(d, i, "line"), col = part_of(d, i, "col");

	if (line != NODE_NONE && add_part(b, d, line, "  line ") && col != NODE_NONE)
		add_part(b, d, col, ":");
}

/* The first part of these that says something. */
static bool add_first(struct buf *b, const struct document *d, uint32_t i, const char *const *names, const char *gap)
{
	for (; *names; names++)
		if (add_part(b, d, part_of(d, i, *names), gap))
			return true;
	return false;
}

static void item(struct buf *b, const struct document *d, uint32_t i)
{
	static const char *const text[] = { "description", "message", "text", "diagnostics", "result_message", "label", NULL };
	static const char *const place[] = { "expression", "location", NULL };
	static const char *const rank[] = { "severity", "level", "role", "flag", "result", NULL };
	uint32_t details = part_of(d, i, "details");

	if (is_element(d, i, "test"))
		buf_adds(b, item_level(d, i) == LEVEL_GOOD ? "passed" : item_level(d, i) == LEVEL_ERROR ? "failed" : "pending");
	else if (!add_first(b, d, i, rank, ""))
		buf_adds(b, item_level(d, i) == LEVEL_ERROR ? "error" : item_level(d, i) == LEVEL_WARNING ? "warning" : "note");
	if (part_of(d, i, "test_id") != NODE_NONE)
		add_part(b, d, part_of(d, i, "test_id"), "  ");
	if (!add_part(b, d, part_of(d, details, "text"), "  "))
		add_first(b, d, i, text, "  ");
	add_first(b, d, i, place, "  at ");
	at_line(b, d, i);
}

static void outcome(struct buf *b, const struct document *d, uint32_t i)
{
	counts(b, d, i);
}

/* GITB: the result first, then what was counted, then who and what. */
static void gitb(struct buf *b, const struct document *d, uint32_t i)
{
	static const char *const more[] = { "message", "name", NULL };
	uint32_t overview = part_of(d, i, "overview"), statement = part_of(d, i, "statement"), counters = part_of(d, i, "counters");
	uint32_t holder = overview != NODE_NONE ? overview : statement != NODE_NONE ? statement : i;
	uint32_t summary = part_of(d, holder, "summary");

	add_part(b, d, part_of(d, i, "result"), "");
	add_part(b, d, part_of(d, summary, "status"), "  ");
	if (add_part(b, d, part_of(d, summary, "succeeded"), "  "))
		buf_adds(b, " succeeded");
	if (add_part(b, d, part_of(d, summary, "failed"), "  "))
		buf_adds(b, " failed");
	if (add_part(b, d, part_of(d, summary, "incomplete"), "  "))
		buf_adds(b, " incomplete");
	if (add_part(b, d, part_of(d, counters, "nrOfErrors"), "  errors "))
		add_part(b, d, part_of(d, counters, "nrOfWarnings"), "  warnings ");
	else if (holder == i && is_element(d, i, "TestStepReport"))
		counts(b, d, i);
	add_part(b, d, part_of(d, part_of(d, i, "metadata"), "name"), "  ");
	add_first(b, d, i, more, "  ");
}

static void step(struct buf *b, const struct document *d, uint32_t i)
{
	static const char *const text[] = { "description", "name", "message", NULL };
	static const char *const result[] = { "result", NULL };

	if (!add_first(b, d, i, result, ""))
		add_part(b, d, part_of(d, part_of(d, i, "report"), "result"), "");
	add_first(b, d, i, text, "  ");
}

static void scenario(struct buf *b, const struct document *d, uint32_t i)
{
	add_part(b, d, part_of(d, i, "label"), "");
	count_items(b, d, i, "test");
}

static bool holds_outcomes(const struct document *d, uint32_t i)
{
	uint32_t entry = part_of(d, i, "entry"), first = first_of(d, entry), resource = part_of(d, first, "resource");

	if (resource == NODE_NONE)
		return false;
	if (d->o.nodes.at[resource].kind == NODE_ELEMENT)
		resource = outline_child(&d->o, resource);
	return resource != NODE_NONE && is_type(d, resource, "OperationOutcome");
}

static void bundle(struct buf *b, const struct document *d, uint32_t i)
{
	buf_adds(b, "OperationOutcomes");
	counts(b, d, i);
}

static void session(struct buf *b, const struct document *d, uint32_t i)
{
	add_part(b, d, part_of(d, i, "result"), "");
	add_part(b, d, part_of(d, i, "message"), "  ");
}

typedef void (*report_say)(struct buf *b, const struct document *d, uint32_t i);

static report_say json_say(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	uint32_t first;

	if (n->kind == NODE_ARRAY) {
		first = outline_child(&d->o, i);
		return n->parent == NODE_NONE && first != NODE_NONE && d->o.nodes.at[first].kind == NODE_OBJECT &&
			json_member(d, first, "test_id") != NODE_NONE ? outcome : NULL;
	}
	if (is_type(d, i, "OperationOutcome"))
		return outcome;
	if (is_type(d, i, "Bundle"))
		return holds_outcomes(d, i) ? bundle : NULL;
	if (json_member(d, i, "resourceType") != NODE_NONE)
		return NULL;
	if (item_level(d, i) >= 0)
		return item;
	first = first_of(d, json_member(d, i, "outcomes"));
	if (json_member(d, first, "issues") != NODE_NONE || json_member(d, i, "issues") != NODE_NONE)
		return outcome;
	return json_member(d, i, "session") != NODE_NONE && json_member(d, i, "result") != NODE_NONE ? session : NULL;
}

static const struct { const char *name, *child; report_say say; } elements[] = {
	{ "OperationOutcome", NULL, outcome },
	{ "schematron-output", NULL, outcome },
	{ "TestStepReport", "result", gitb },
	{ "TAR", "result", gitb },
	{ "TestCaseOverviewReport", NULL, gitb },
	{ "ConformanceStatementReport", NULL, gitb },
	{ "ConformanceOverviewReport", NULL, gitb },
	{ "report", "xspec", scenario },
	{ "report", "result", gitb },
	{ "scenario", "label", scenario },
	{ "testCase", "result", step },
	{ "step", "report", step },
	{ "step", "result", step },
};

static report_say xml_say(const struct document *d, uint32_t i)
{
	size_t k;

	for (k = 0; k < sizeof(elements) / sizeof(elements[0]); k++)
		if (label_is(d, &d->o.nodes.at[i], elements[k].name) &&
				(!elements[k].child || part_of(d, i, elements[k].child) != NODE_NONE))
			return elements[k].say;
	if (is_element(d, i, "Bundle"))
		return holds_outcomes(d, i) ? bundle : NULL;
	return item_level(d, i) >= 0 ? item : NULL;
}

bool report_summary(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	report_say say = n->kind == NODE_ELEMENT ? xml_say(d, i) : n->kind <= NODE_ARRAY ? json_say(d, i) : NULL;
	struct buf t;

	if (!say)
		return false;
	buf_init(&t, 1u << 16);
	say(&t, d, i);
	if (t.len) {
		if (b->len && b->ptr[b->len - 1] != ' ')
			buf_adds(b, "  ");
		buf_add(b, t.ptr, t.len);
	}
	buf_done(&t);
	return true;
}

/* Lists of items are unfolded when a report is opened: they are what it is about. */
void report_unfold(struct document *d)
{
	static const char *const lists[] = { "issue", "issues", "outcomes", "reports", "steps" };
	uint32_t i, up;
	size_t k, opened = 0;

	for (i = 0; i < d->o.nodes.len && i < 4000 && opened < 3; i++)
		for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
			if (d->o.nodes.at[i].kind > NODE_ELEMENT || d->o.nodes.at[i].size < 2 || d->o.nodes.at[i].value_len > 400 ||
					d->o.nodes.at[i].depth > 4 || !label_is(d, &d->o.nodes.at[i], lists[k]) ||
					(d->o.nodes.at[i].kind == NODE_ELEMENT && k < 3))
				continue;
			for (up = i; up != NODE_NONE; up = d->o.nodes.at[up].parent)
				d->o.nodes.at[up].flags |= NODE_OPEN;
			opened++;
		}
}
