/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may decide what on a TI, in plain sentences (design.md sections 2 and 3.9). The hub decides again;
 * these rules keep a monitor from writing what would not count. Layer: model. No state, any thread.
 */
#include "verdict/model/rules.h"

#include <string.h>
#include "verdict/base/vec.h"
#include "verdict/model/record.h"

static const struct participant *barring(const struct person *who, const struct participant *participants,
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < who->n_organisations; k++)
			if (participants[i].organisation && *participants[i].organisation
			    && strcmp(participants[i].organisation, who->organisations[k]) == 0)
				return &participants[i];
	return NULL;
}

static const char *either(const char *name, const char *id)
{
	return name && *name ? name : id;
}

const char *rules_neutrality(struct arena *a, const struct person *who,
	const struct participant *participants, size_t n)
{
	const struct participant *p = barring(who, participants, n);

	if (!p)
		return NULL;
	return arena_printf(a, "%s belongs to %s, which takes part as %s: another monitor must grade this.",
		either(who->name, who->id), either(p->organisation_name, p->organisation),
		either(p->role, either(p->actor, "a partner")));
}

static bool is_blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == '\0';
}

static enum status check_person(const struct instance *ti, const struct person *who)
{
	struct arena a;
	const char *why;
	enum status st = STATUS_OK;

	if (!(who->roles & (ROLE_MONITOR | ROLE_LEAD)))
		return status_set(STATUS_DENIED, "%s is %s: only monitors and leads grade.",
			either(who->name, who->id),
			who->roles & ROLE_MANAGER ? "a manager" : "an observer");
	arena_init(&a);
	why = rules_neutrality(&a, who, ti->participants, ti->n_participants);
	if (why)
		st = status_set(STATUS_DENIED, "%s", why);
	arena_done(&a);
	return st;
}

static enum status check_reason(const struct instance *ti, enum outcome outcome, bool correction,
	const char *reason)
{
	if (reason && strlen(reason) > RECORD_REASON_MAX)
		return status_set(STATUS_USAGE, "The reason is longer than %d bytes: shorten it.",
			RECORD_REASON_MAX);
	if (!is_blank(reason))
		return STATUS_OK;
	if (outcome == OUTCOME_FAILED || outcome == OUTCOME_PARTIAL)
		return status_set(STATUS_USAGE, "A verdict of %s needs a reason.", outcome_label(outcome));
	if (correction)
		return status_set(STATUS_USAGE, "TI %s is %s: a correction needs a reason.", ti->row.id,
			ti_status_label(ti->row.status));
	return STATUS_OK;
}

enum status rules_verdict(bool *correction_out, const struct instance *ti, const struct person *who,
	enum outcome outcome, const char *reason)
{
	bool correction = !ti_status_waits(ti->row.status);
	enum status st;

	if (outcome != OUTCOME_VERIFIED && outcome != OUTCOME_PARTIAL && outcome != OUTCOME_FAILED)
		return status_set(STATUS_USAGE, "A verdict is verified, partially verified or failed.");
	st = check_person(ti, who);
	if (st)
		return st;
	if (ti->row.status == TI_ABORTED)
		return status_set(STATUS_DENIED, "TI %s is aborted: nothing can be decided on it.",
			ti->row.id);
	if (ti->neutrality)
		return status_set(STATUS_DENIED, "%s", ti->neutrality);
	if (correction_out)
		*correction_out = correction;
	return check_reason(ti, outcome, correction, reason);
}

static bool same(const char *a, const char *b)
{
	return a && b && *a && strcmp(a, b) == 0;
}

size_t rules_warnings(const char ***out, struct arena *a, const struct participant *participants, size_t n)
{
	VEC(const char *) found = VEC_INIT;
	size_t count;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n; k++) {
			const struct participant *p = &participants[i], *q = &participants[k];

			if (same(p->system, q->system))
				vec_push(&found, arena_printf(a, "%s plays both %s and %s.",
					either(p->system_name, p->system), p->role, q->role));
			else if (same(p->organisation, q->organisation))
				vec_push(&found, arena_printf(a, "%s and %s are both of %s.", p->role,
					q->role, either(p->organisation_name, p->organisation)));
		}
	}
	count = found.len;
	*out = arena_dup(a, found.at, count * sizeof(*found.at));
	vec_done(&found);
	return count;
}
