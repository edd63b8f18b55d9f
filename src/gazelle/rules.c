/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gazelle's rules, "whoever has this must have that too", as dependencies of the catalogue. A criterion is one actor,
 * profile and option, or a list of criteria joined by and, or by or. Gazelle layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <string.h>

#define DEPTH_MAX 4
#define RULES_MAX 10000
#define LOOKED_MAX 1000000

enum { RULE_ID, RULE_CAUSE, RULE_CONSEQUENCE };
static const char sql_rules[] = "SELECT r.id, {!r:tf_rule.cause_id}, {!r:tf_rule.consequence_id} FROM tf_rule r "
	"WHERE r.cause_id IS NOT NULL AND r.consequence_id IS NOT NULL ORDER BY r.id";
enum { CRIT_ID, CRIT_OR, CRIT_ACTOR, CRIT_PROFILE, CRIT_OPTION };
static const char sql_criteria[] = "SELECT c.id, {c:tf_rule_criterion.list_or}::int, {c:tf_rule_criterion.single_actor_id}, "
	"{c:tf_rule_criterion.single_integration_profile_id}, {c:tf_rule_criterion.single_option_id} FROM tf_rule_criterion c "
	"ORDER BY c.id";
static const char sql_members[] = "SELECT l.tf_rule_criterion_id, l.aipocriterions_id FROM tf_rule_list_criterion l ORDER BY 1, 2";

struct rules {
	struct gazelle *g;
	struct rel rules, criteria, members;
	struct jsonw w;
	int64_t rule;
	unsigned int n, looked;
	int64_t cause[DEPTH_MAX], consequence[DEPTH_MAX];	/* criteria that we are within */
};
struct names { int profile, actor; const char *option; };	/* rows; actor -1: any */

/* False where it names no profile of this database. */
static bool single(struct names *out, const struct rules *r, int64_t id)
{
	int row = rel_find(&r->criteria, id), o;
	const struct gazelle *g = r->g;

	if (row < 0)
		return false;
	out->profile = rel_find(&g->profiles, rel_int(&r->criteria, row, CRIT_PROFILE, -1));
	out->actor = rel_find(&g->actors, rel_int(&r->criteria, row, CRIT_ACTOR, -1));
	o = g->options.rows ? rel_find(&g->options, rel_int(&r->criteria, row, CRIT_OPTION, -1)) : -1;
	out->option = o < 0 || strcmp(rel_text(&g->options, o, 1), "NONE") == 0 ? "" : g->option_id[o];
	return out->profile >= 0 && (out->actor >= 0 || rel_null(&r->criteria, row, CRIT_ACTOR));
}

static void put_names(struct rules *r, const struct names *n)
{
	struct gazelle *g = r->g;

	jsonw_str(&r->w, "profile", g->profile_id[n->profile]);
	g->profile_used[n->profile] = true;
	if (n->actor >= 0) {
		jsonw_str(&r->w, "actor", g->actor_id[n->actor]);
		g->actor_used[n->actor] = true;
	}
	if (*n->option)
		jsonw_str(&r->w, "option", n->option);
}

static int members_of(int *n_out, const struct rules *r, int64_t id)
{
	int first = rel_find(&r->members, id);

	*n_out = first < 0 ? 0 : rel_count(&r->members, first);
	return first;
}

static bool any_will_do(const struct rules *r, int64_t id)
{
	int row = rel_find(&r->criteria, id);

	return row >= 0 && rel_int(&r->criteria, row, CRIT_OR, 0) != 0;
}

static void put_dependency(struct rules *r, const struct names *of, const struct names *needs, int n)
{
	if (r->n++ >= RULES_MAX)
		return;
	jsonw_object(&r->w, NULL);
	put_names(r, of);
	jsonw_array(&r->w, "needs");
	for (int i = 0; i < n; i++) {
		jsonw_object(&r->w, NULL);
		put_names(r, &needs[i]);
		jsonw_end_object(&r->w);
	}
	jsonw_end_array(&r->w);
	jsonw_end_object(&r->w);
}

/* Into a criterion, which may hold others: not into itself, not too deep, and not for ever. */
static bool enter(struct rules *r, int64_t within[DEPTH_MAX], int64_t id, int depth)
{
	if (r->looked++ >= LOOKED_MAX) {
		if (r->looked == LOOKED_MAX + 1)
			tell_problem(r->g, "tf_rule %lld: criteria of criteria without end; it and what follows are left out",
				(long long)r->rule);
		return false;
	}
	for (int i = 0; i < depth; i++)
		if (within[i] == id) {
			tell_problem(r->g, "tf_rule %lld: tf_rule_criterion %lld holds itself; left out", (long long)r->rule, (long long)id);
			return false;
		}
	if (depth == DEPTH_MAX) {
		tell_problem(r->g, "tf_rule %lld: tf_rule_criterion %lld: more than %d within each other; left out", (long long)r->rule,
			(long long)id, DEPTH_MAX);
		return false;
	}
	within[depth] = id;
	return true;
}

/* Each of what is joined by and is a dependency of its own; what is joined by or are alternatives. */
static void consequence(struct rules *r, const struct names *of, int64_t id, int depth)
{
	struct names needs[PACK_COVERS_MAX];
	int n, first = members_of(&n, r, id), count = 0;

	if (!enter(r, r->consequence, id, depth))
		return;
	if (n && !any_will_do(r, id)) {
		for (int i = first; i < first + n; i++)
			consequence(r, of, rel_int(&r->members, i, 1, -1), depth + 1);
		return;
	}
	for (int i = 0; i < (n ? n : 1) && count < PACK_COVERS_MAX; i++)
		count += single(&needs[count], r, n ? rel_int(&r->members, first + i, 1, -1) : id);
	if (count < (n ? n : 1))
		tell_problem(r->g, "tf_rule %lld: what it asks for is not, or not alone, an actor and profile of this database; left out",
			(long long)r->rule);
	else
		put_dependency(r, of, needs, count);
}

static void cause(struct rules *r, int64_t id, int64_t then, int depth)
{
	int n, first = members_of(&n, r, id);
	struct names of;

	if (!enter(r, r->cause, id, depth))
		return;
	if (n && (any_will_do(r, id) || n == 1)) {
		for (int i = first; i < first + n; i++)
			cause(r, rel_int(&r->members, i, 1, -1), then, depth + 1);
	} else if (n || !single(&of, r, id)) {
		tell_problem(r->g, "tf_rule %lld: its cause is not one actor and profile of this database; left out", (long long)r->rule);
	} else if (r->g->profile_used[of.profile] && (of.actor < 0 || r->g->actor_used[of.actor])) {
		consequence(r, &of, then, 0);
	}
}

enum status rules_write(struct buf *out, struct gazelle *g)
{
	struct rules r = { .g = g };
	enum status st = STATUS_OK;

	if (!st && link_has(g, "tf_rule") && link_has(g, "tf_rule_criterion"))
		st = link_rel(&r.rules, g, sql_rules);
	if (!st && r.rules.rows)
		st = link_rel(&r.criteria, g, sql_criteria);
	if (!st && r.rules.rows && link_has(g, "tf_rule_list_criterion"))
		st = link_rel(&r.members, g, sql_members);
	jsonw_init(&r.w, out, false);
	jsonw_array(&r.w, NULL);
	for (int i = 0; i < r.rules.rows && !st; i++) {
		r.rule = r.rules.key[i];
		cause(&r, rel_int(&r.rules, i, RULE_CAUSE, -1), rel_int(&r.rules, i, RULE_CONSEQUENCE, -1), 0);
	}
	jsonw_end_array(&r.w);
	rel_done(&r.rules);
	rel_done(&r.criteria);
	rel_done(&r.members);
	return st;
}
