/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of checks: what they find in a small document, and what they refuse. */
#include <stdio.h>
#include <jansson.h>
#include "tests/unit/test.h"
#include "verdict/base/buf.h"
#include "verdict/base/vec.h"
#include "verdict/evidence/expr.h"

static const char document[] =
	"{'resourceType':'Bundle','type':'document','total':3,'entry':["
	"{'fullUrl':'urn:uuid:1','resource':{'resourceType':'Composition','title':'Summary',"
	"  'subject':{'reference':'urn:uuid:2'},'section':["
	"   {'code':{'coding':[{'system':'http://loinc.org','code':'48765-2'}]},'entry':[{'reference':'urn:uuid:3'}]},"
	"   {'code':{'coding':[{'system':'http://loinc.org','code':'10160-0'}]}}]}},"
	"{'fullUrl':'urn:uuid:2','resource':{'resourceType':'Patient','active':true,"
	"  'birthDate':'1981-03-02','name':[{'family':'Sato'},{'given':['Hanako','M']}],"
	"  'extension':[{'url':'http://x','valueString':'yes'}]}},"
	"{'fullUrl':'urn:uuid:3','resource':{'resourceType':'Observation','valueInteger':7,'status':'final'}}]}";

struct node { const char *name; json_t *json; uint32_t parent; };
struct tree { VEC(struct node) nodes; json_t *root; };

static void add(struct tree *t, const char *name, json_t *json, uint32_t parent)
{
	struct node n = { name, json, parent };
	uint32_t self = (uint32_t)t->nodes.len;
	const char *key;
	json_t *v;
	size_t i;

	vec_push(&t->nodes, n);
	json_object_foreach(json, key, v)
		add(t, key, v, self);
	json_array_foreach(json, i, v)
		add(t, "", v, self);
}

static expr_node sibling(struct tree *t, expr_node from, expr_node parent)
{
	for (; from < t->nodes.len; from++)
		if (t->nodes.at[from].parent == parent)
			return from;
	return EXPR_NONE;
}

static expr_node tree_child(void *data, expr_node n) { return sibling(data, n + 1, n); }
static expr_node tree_next(void *data, expr_node n)
{
	struct tree *t = data;

	return sibling(t, n + 1, t->nodes.at[n].parent);
}
static expr_node tree_parent(void *data, expr_node n) { return ((struct tree *)data)->nodes.at[n].parent; }
static bool tree_is_array(void *data, expr_node n) { return json_is_array(((struct tree *)data)->nodes.at[n].json); }
static struct expr_text text(const char *s) { return (struct expr_text){ s, strlen(s) }; }
static struct expr_text tree_name(void *data, expr_node n) { return text(((struct tree *)data)->nodes.at[n].name); }

static bool tree_value(void *data, expr_node n, struct arena *a, struct expr_text *out)
{
	json_t *j = ((struct tree *)data)->nodes.at[n].json;

	if (json_is_string(j))
		*out = text(json_string_value(j));
	else if (json_is_boolean(j))
		*out = text(json_is_true(j) ? "true" : "false");
	else if (json_is_integer(j))
		*out = text(arena_printf(a, "%d", (int)json_integer_value(j)));
	else
		return false;
	return true;
}

static struct expr_text tree_type(void *data, expr_node n)
{
	const char *s = json_string_value(json_object_get(((struct tree *)data)->nodes.at[n].json, "resourceType"));

	return text(s ? s : "");
}

static expr_node tree_resolve(void *data, expr_node from, struct expr_text ref)
{
	struct tree *t = data;
	uint32_t i;

	(void)from;
	for (i = 0; i < t->nodes.len; i++) {
		const char *url = json_string_value(json_object_get(t->nodes.at[i].json, "fullUrl"));
		expr_node c;

		if (!url || strlen(url) != ref.len || strncmp(url, ref.ptr, ref.len))
			continue;
		for (c = tree_child(t, i); c != EXPR_NONE; c = tree_next(t, c))
			if (strcmp(t->nodes.at[c].name, "resource") == 0)
				return c;
	}
	return EXPR_NONE;
}

static void tree_open(struct tree *t, struct expr_tree *out)
{
	char *json = mem_strdup(document), *p;

	for (p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	memset(t, 0, sizeof(*t));
	t->root = json_loads(json, 0, NULL);
	assert_non_null(t->root);
	add(t, "", t->root, EXPR_NONE);
	*out = (struct expr_tree){ t, 0, (uint32_t)t->nodes.len, tree_child, tree_next, tree_parent,
		tree_is_array, NULL, NULL, tree_name, tree_value, tree_type, tree_resolve, NULL, NULL, NULL, NULL, NULL, NULL, 1800000000 };
	mem_free(json);
}

static void tree_close(struct tree *t)
{
	json_decref(t->root);
	vec_done(&t->nodes);
}

static void result_text(struct buf *out, const struct expr_tree *t, struct arena *a, const struct expr_result *r)
{
	struct expr_text v;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct expr_item *x = &r->items[i];

		buf_adds(out, i ? "," : "");
		if (x->kind == EXPR_NUMBER)
			buf_printf(out, "%g", x->number);
		else if (x->kind != EXPR_NODE)
			buf_add(out, x->text.ptr, x->text.len);
		else if (t->value(t->data, x->node, a, &v))
			buf_add(out, v.ptr, v.len);
		else
			buf_adds(out, "*");
	}
}

static void check(const char *expression, const char *want)
{
	struct expr_result result;
	struct expr_tree t;
	struct tree data;
	struct arena a;
	struct expr *e;
	struct buf got;

	tree_open(&data, &t);
	arena_init(&a);
	buf_init(&got, 4096);
	if (expr_compile(&e, expression) != STATUS_OK)
		fail_msg("%s: %s", expression, status_message());
	if (expr_run(&result, &a, e, &t, t.root) != STATUS_OK)
		fail_msg("%s: %s", expression, status_message());
	result_text(&got, &t, &a, &result);
	if (strcmp(buf_str(&got), want) != 0)
		fail_msg("%s: got \"%s\", want \"%s\"", expression, buf_str(&got), want);
	expr_free(e);
	buf_done(&got);
	arena_done(&a);
	tree_close(&data);
}

static void test_values(void **state)
{
	static const char *const table[][2] = {
		{ "type", "document" }, { "Bundle.type", "document" }, { "nothing", "" },
		{ "Bundle.type = 'document'", "true" }, { "Bundle.type != 'document'", "false" },
		{ "nothing = 'x'", "" }, { "total > 2 and total <= 3", "true" }, { "total = 3.0", "true" },
		{ "entry.count()", "3" }, { "entry.fullUrl", "urn:uuid:1,urn:uuid:2,urn:uuid:3" },
		{ "entry[1].fullUrl", "urn:uuid:2" }, { "entry[9].fullUrl", "" },
		{ "entry[0].resource is Composition", "true" },
		{ "entry.resource.ofType(Patient).name.given", "Hanako,M" },
		{ "entry.tail().where(resource is Composition).empty()", "true" },
		{ "entry.fullUrl.isDistinct()", "true" }, { "entry.all(fullUrl.exists())", "true" },
		{ "entry.resource.ofType(Observation).value", "7" },
		{ "entry.resource.ofType(Patient).active", "true" },
		{ "entry.resource.ofType(Patient).extension('http://x').value", "yes" },
		{ "entry[0].resource.subject.resolve().birthDate", "1981-03-02" },
		{ "entry[0].resource.section.where(code.coding.exists(code='48765-2')).entry.resolve().status", "final" },
		{ "entry[0].resource.section.where(entry.empty()).code.coding.code", "10160-0" },
		{ "'a' in ('b' | 'a')", "true" }, { "('b' | 'a' | 'b').count()", "2" },
		{ "{} or true", "true" }, { "{} and true", "" }, { "false implies {}", "true" },
		{ "true xor false", "true" }, { "(1 + 2) & 'x'", "3x" },
		{ "'1.2.840'.isUid()", "true" }, { "'1.02'.isUid()", "false" }, { "'1..2'.isUid()", "false" },
		{ "'abc'.matches('[a-c]+')", "true" }, { "'abcd'.matches('[a-c]+')", "false" },
		{ "'urn:oid:1.2'.after('urn:oid:')", "1.2" }, { "'a|b'.before('|')", "a" },
		{ "entry.where('urn:uuid:2'.endsWith(fullUrl.after('uuid:'))).resource.type()", "Patient" },
		{ "iif(total > 5, 'many', 'few')", "few" }, { "entry.resource.status.upper()", "FINAL" },
		{ "descendants().where(name() = 'family')", "Sato" }, { "entry.fullUrl.first().length()", "10" },
		{ "entry.resource.section.code.parent().entry.reference", "urn:uuid:3" },
		{ "entry.select(resource.type())", "Composition,Patient,Observation" },
		{ "entry.repeat(resource.subject.resolve()).birthDate", "1981-03-02" }, { "'it\\'s'", "it's" },
		{ "entry[0].resource.reachable().select(type())", "Patient,Observation" },
		{ "entry.resource.exclude(%root.entry[0].resource.reachable()).type()", "Composition" },
		{ "entry.where($this.fullUrl.endsWith('3')).resource.status", "final" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		check(table[i][0], table[i][1]);
}

/* Moments as evidence writes them; without a zone there is none. */
static void test_times(void **state)
{
	static const char *const table[][2] = {
		{ "'2026-11-24T12:41:10+09:00'.seconds() = '2026-11-24T03:41:10Z'.seconds()", "true" },
		{ "'Tue, 24 Nov 2026 03:41:10 GMT'.seconds() = '2026-11-24T03:41:10Z'.seconds()", "true" },
		{ "'20261124124110+0900'.seconds() = '2026-11-24T03:41:10Z'.seconds()", "true" },
		{ "'20261124034110.500-0000'.seconds() - '20261124034110Z'.seconds()", "0" },
		{ "'1790000000'.seconds() = 1790000000", "true" }, { "'1622577719.512'.seconds() > 1622577719", "true" },
		{ "'1970-01-01T00:00:10Z'.seconds()", "10" }, { "now() = 1800000000", "true" },
		{ "'2026-11-24'.seconds()", "" }, { "'2026-11-24T03:41:10'.seconds()", "" },
		{ "'20261124124110'.seconds()", "" }, { "'20261324124110+0900'.seconds()", "" },
		{ "'Tue, 24 Nov 2026 03:41:10 KST'.seconds()", "" }, { "'Tue, 24 ovN 2026 03:41:10 GMT'.seconds()", "" },
		{ "'soon'.seconds()", "" }, { "''.seconds()", "" }, { "'1.2.3'.seconds()", "" }, { "'-5'.seconds()", "" },
		{ "'99999999999999999999'.seconds()", "" }, { "nothing.seconds()", "" },
		{ "type.bytesSize()", "" }, { "type.bytesSha1()", "" }, { "type.format()", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		check(table[i][0], table[i][1]);
}

static void test_refused(void **state)
{
	static const char *const table[] = {
		"", "a.", "a..b", "(a", "a[", "a[0", "'open", "nope()", "exists(1,2)", "where()", "a b", "$that",
		"%other", "a = ", "a and", ",", "a)",
	};
	char deep[300];
	struct expr *e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (expr_compile(&e, table[i]) != STATUS_INVALID)
			fail_msg("\"%s\" was taken", table[i]);
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(expr_compile(&e, deep), STATUS_INVALID);
	assert_non_null(strstr(status_message(), "column"));
}

static void test_conditions(void **state)
{
	static const struct { const char *text; int want; } table[] = {
		{ "type = 'document'", 1 }, { "type = 'x'", 0 }, { "nothing", -1 }, { "type", 1 }, { "entry.count() = 2", 0 },
	};
	struct expr_tree t;
	struct tree data;
	struct arena a;
	struct expr *e;
	size_t i;
	int got;

	(void)state;
	tree_open(&data, &t);
	arena_init(&a);
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_ok(expr_compile(&e, table[i].text));
		assert_ok(expr_test(&got, &a, e, &t, t.root));
		assert_int_equal(got, table[i].want);
		expr_free(e);
	}
	assert_ok(expr_compile(&e, "entry"));
	assert_int_equal(expr_test(&got, &a, e, &t, t.root), STATUS_INVALID);
	expr_free(e);
	assert_ok(expr_compile(&e, "descendants().all(%root.descendants().all(%root.descendants().all(%root.descendants().exists())))"));
	assert_int_equal(expr_test(&got, &a, e, &t, t.root), STATUS_LIMIT);
	expr_free(e);
	arena_done(&a);
	tree_close(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_conditions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
