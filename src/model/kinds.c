/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed word lists: stable names for files and the shell, labels for screens. Layer: model. No state,
 * any thread.
 */
#include "verdict/model/kinds.h"

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const status_names[] = {
	"running", "paused", "to-be-verified", "critical", "aborted",
	"verified", "partially-verified", "failed", "disputed",
};
static const char *const status_labels[] = {
	"running", "paused", "to be verified", "critical", "aborted",
	"verified", "partially verified", "failed", "disputed",
};
static const char *const outcome_names[] = { "none", "verified", "partial", "failed" };
static const char *const outcome_labels[] = {
	"no verdict", "verified", "partially verified", "failed",
};
static const char *const mark_names[] = { "none", "verified", "failed" };
static const char *const item_names[] = { "open", "ticked", "overruled" };
static const char *const role_names[] = { "monitor", "lead", "manager", "observer" };
static const char *const claim_names[] = { "none", "intended", "confirmed", "lost" };
static const char *const entry_names[] = { "unsent", "received", "flagged", "refused" };
static const char *const severity_names[] = { "note", "warning", "error" };
static const char *const grade_names[] = {
	"none", "passed", "did-not-complete", "at-risk", "no-peer", "not-graded", "withdrawn",
};
static const char *const grade_labels[] = {
	"not reviewed", "passed", "did not complete", "at risk", "no peer", "not graded", "withdrawn",
};
static const char *const record_names[] = {
	"unknown", "verdict", "withdrawal", "comment", "finding", "claim", "release",
	"resolution", "grade", "certificate", "revocation", "reissue",
};
static const char *const record_labels[] = {
	"unknown kind", "verdict", "withdrawal", "comment", "finding", "claim intent", "release",
	"resolution", "grade", "certificate", "revocation", "reissue",
};

_Static_assert(COUNT(status_names) == TI_STATUS_COUNT, "a word for every status");
_Static_assert(COUNT(status_labels) == TI_STATUS_COUNT, "a label for every status");
_Static_assert(COUNT(grade_names) == GRADE_COUNT, "a word for every grade");
_Static_assert(COUNT(grade_labels) == GRADE_COUNT, "a label for every grade");
_Static_assert(COUNT(record_names) == RECORD_KIND_COUNT, "a word for every kind");
_Static_assert(COUNT(record_labels) == RECORD_KIND_COUNT, "a label for every kind");

/* Values come from our own enums; one out of range shows as "?" rather than reading past the table. */
static const char *word_at(const char *const *words, size_t count, size_t at)
{
	return at < count ? words[at] : "?";
}

static int find_word(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; word && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

const char *ti_status_name(enum ti_status s)
{
	return word_at(status_names, COUNT(status_names), s);
}

const char *ti_status_label(enum ti_status s)
{
	return word_at(status_labels, COUNT(status_labels), s);
}

int ti_status_parse(const char *word)
{
	return find_word(status_names, COUNT(status_names), word);
}

bool ti_status_waits(enum ti_status s)
{
	return s == TI_TO_BE_VERIFIED || s == TI_CRITICAL || s == TI_PARTIAL;
}

const char *outcome_name(enum outcome o)
{
	return word_at(outcome_names, COUNT(outcome_names), o);
}

const char *outcome_label(enum outcome o)
{
	return word_at(outcome_labels, COUNT(outcome_labels), o);
}

int outcome_parse(const char *word)
{
	size_t len = word ? strlen(word) : 0;

	if (len == 0)
		return -1;
	if (strcmp(word, "partially-verified") == 0 || strcmp(word, "partially verified") == 0)
		return OUTCOME_PARTIAL;
	for (size_t i = 0; i < COUNT(outcome_names); i++)
		if (strncmp(outcome_names[i], word, len) == 0)	/* first letters differ: never two */
			return (int)i;
	return strncmp("partially-verified", word, len) == 0 ? OUTCOME_PARTIAL : -1;
}

const char *step_mark_name(enum step_mark m)
{
	return word_at(mark_names, COUNT(mark_names), m);
}

int step_mark_parse(const char *word)
{
	return find_word(mark_names, COUNT(mark_names), word);
}

const char *item_state_name(enum item_state s)
{
	return word_at(item_names, COUNT(item_names), s);
}

int item_state_parse(const char *word)
{
	return find_word(item_names, COUNT(item_names), word);
}

const char *role_kind_name(enum role_kind r)
{
	for (size_t i = 0; i < COUNT(role_names); i++)
		if (r == (enum role_kind)(1u << i))
			return role_names[i];
	return "?";
}

int role_kind_parse(const char *word)
{
	int at = find_word(role_names, COUNT(role_names), word);

	return at < 0 ? -1 : 1 << at;
}

const char *claim_state_name(enum claim_state s)
{
	return word_at(claim_names, COUNT(claim_names), s);
}

const char *entry_state_name(enum entry_state s)
{
	return word_at(entry_names, COUNT(entry_names), s);
}

const char *severity_name(enum severity s)
{
	return word_at(severity_names, COUNT(severity_names), s);
}

const char *grade_name(enum grade g)
{
	return word_at(grade_names, COUNT(grade_names), g);
}

const char *grade_label(enum grade g)
{
	return word_at(grade_labels, COUNT(grade_labels), g);
}

int grade_parse(const char *word)
{
	int at = find_word(grade_names, COUNT(grade_names), word);

	return at == GRADE_NONE ? -1 : at;
}

const char *grade_said_label(enum grade g)
{
	return g == GRADE_NONE ? "taken back" : grade_label(g);
}

enum grade grade_said(const char *word)
{
	int at = find_word(grade_names, COUNT(grade_names), word);

	return at < 0 ? GRADE_NONE : (enum grade)at;
}

bool finding_gap_known(const char *word)
{
	static const char *const gaps[] = { "ambiguous", "not-implementable", "national-guide", "terminology",
		"tooling" };

	return find_word(gaps, COUNT(gaps), word) >= 0;
}

int severity_parse(const char *word)
{
	return find_word(severity_names, COUNT(severity_names), word);
}

const char *record_kind_name(enum record_kind k)
{
	return word_at(record_names, COUNT(record_names), k);
}

const char *record_kind_label(enum record_kind k)
{
	return word_at(record_labels, COUNT(record_labels), k);
}

int record_kind_parse(const char *word)
{
	int at = find_word(record_names, COUNT(record_names), word);

	return at < 0 ? RECORD_UNKNOWN : at;
}
