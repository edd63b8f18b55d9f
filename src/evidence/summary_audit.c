/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audit messages in plain words: who did what, to which patient, when, and how it went. DICOM's audit message
 * (ATNA), RFC 3881 before it, and FHIR's AuditEvent in R4 and R5. Layer evidence; any thread.
 */
#include "summary_priv.h"
#include <string.h>

static const char *const actions[][2] = {
	{ "C", "created" }, { "R", "read" }, { "U", "updated" }, { "D", "deleted" }, { "E", "executed" },
};
static const char *const outcomes[][2] = {
	{ "0", "success" }, { "4", "minor failure" }, { "8", "serious failure" }, { "12", "major failure" },
};
static const char *const types[][2] = {
	{ "1", "person" }, { "2", "system object" }, { "3", "organisation" }, { "4", "other" },
};
static const char *const roles[][2] = {
	{ "1", "patient" }, { "2", "location" }, { "3", "report" }, { "4", "resource" }, { "5", "master file" },
	{ "6", "user" }, { "7", "list" }, { "8", "doctor" }, { "9", "subscriber" }, { "10", "guarantor" },
	{ "13", "security resource" }, { "15", "provider" }, { "17", "report destination" }, { "19", "policy" },
	{ "20", "job" }, { "21", "job stream" }, { "22", "table" }, { "23", "routing criteria" }, { "24", "query" },
};

static const char *word_of(const char *const (*table)[2], size_t n, const struct document *d, uint32_t i)
{
	size_t len, k;
	const char *p;

	if (i == NODE_NONE)
		return NULL;
	p = node_value(&len, d, &d->o.nodes.at[i]);
	for (k = 0; k < n; k++)
		if (strlen(table[k][0]) == len && !memcmp(table[k][0], p, len))
			return table[k][1];
	return NULL;
}
#define WORD(table, d, i) word_of(table, sizeof(table) / sizeof((table)[0]), d, i)

static bool value_is(const struct document *d, uint32_t i, const char *word)
{
	size_t n;
	const char *p = i == NODE_NONE ? "" : node_value(&n, d, &d->o.nodes.at[i]);

	return i != NODE_NONE && n == strlen(word) && !memcmp(p, word, n);
}

static void say(struct buf *b, const char *gap, const char *text)
{
	if (!text)
		return;
	if (b->len)
		buf_adds(b, gap);
	buf_adds(b, text);
}

/* Items of one name: those of an array, or elements side by side. */
static uint32_t each(const struct document *d, uint32_t i, const char *name, uint32_t last)
{
	uint32_t c;

	if (last == NODE_NONE) {
		c = part_of(d, i, name);
		return c == NODE_NONE || d->o.nodes.at[c].kind == NODE_ATTRIBUTE ? NODE_NONE : first_of(d, c);
	}
	for (c = outline_next(&d->o, last); c != NODE_NONE; c = outline_next(&d->o, c))
		if (d->o.nodes.at[c].kind == NODE_OBJECT || label_is(d, &d->o.nodes.at[c], name))
			return c;
	return NODE_NONE;
}

/* A code's name, else the code. */
static bool code(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	static const char *const names[] = { "originalText", "displayName", "text", "display", "csd-code", "code" };
	uint32_t coding = part_of(d, i, "coding");
	size_t k;

	i = first_of(d, i);
	for (k = 0; i != NODE_NONE && k < sizeof(names) / sizeof(names[0]); k++)
		if (add_part(b, d, part_of(d, i, names[k]), gap))
			return true;
	return coding != NODE_NONE && code(b, d, first_of(d, coding), gap);
}

static void patient_of(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	size_t before = b->len;

	say(b, gap, "patient");
	if (!add_part(b, d, part_of(d, i, "ParticipantObjectName"), " "))
		add_part(b, d, part_of(d, i, "ParticipantObjectID"), " ");
	else
		add_part(b, d, part_of(d, i, "ParticipantObjectID"), ", ");
	if (b->len == before)
		say(b, gap, "patient");
}

static bool is_patient(const struct document *d, uint32_t i)
{
	return value_is(d, part_of(d, i, "ParticipantObjectTypeCode"), "1") &&
		value_is(d, part_of(d, i, "ParticipantObjectTypeCodeRole"), "1");
}

static bool user(struct buf *b, const struct document *d, uint32_t i)
{
	return add_part(b, d, part_of(d, i, "UserName"), "  ") || add_part(b, d, part_of(d, i, "UserID"), "  ");
}

static void who_asked(struct buf *b, const struct document *d, uint32_t message)
{
	uint32_t c = each(d, message, "ActiveParticipant", NODE_NONE), first = c;

	for (; c != NODE_NONE; c = each(d, message, "ActiveParticipant", c))
		if (value_is(d, part_of(d, c, "UserIsRequestor"), "true")) {
			user(b, d, c);
			return;
		}
	if (first != NODE_NONE)
		user(b, d, first);
}

static void audit_message(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t event = part_of(d, i, "EventIdentification"), c;

	who_asked(b, d, i);
	say(b, " ", WORD(actions, d, part_of(d, event, "EventActionCode")));
	if (!code(b, d, part_of(d, event, "EventTypeCode"), ": "))
		code(b, d, part_of(d, event, "EventID"), ": ");
	for (c = each(d, i, "ParticipantObjectIdentification", NODE_NONE); c != NODE_NONE;
			c = each(d, i, "ParticipantObjectIdentification", c))
		if (is_patient(d, c)) {
			patient_of(b, d, c, "  ");
			break;
		}
	add_part(b, d, part_of(d, event, "EventDateTime"), "  ");
	say(b, "  ", WORD(outcomes, d, part_of(d, event, "EventOutcomeIndicator")));
}

static void event_identification(struct buf *b, const struct document *d, uint32_t i)
{
	code(b, d, part_of(d, i, "EventTypeCode"), "  ");
	code(b, d, part_of(d, i, "EventID"), "  ");
	say(b, "  ", WORD(actions, d, part_of(d, i, "EventActionCode")));
	say(b, "  ", WORD(outcomes, d, part_of(d, i, "EventOutcomeIndicator")));
}

static void active_participant(struct buf *b, const struct document *d, uint32_t i)
{
	user(b, d, i);
	code(b, d, part_of(d, i, "RoleIDCode"), "  ");
	add_part(b, d, part_of(d, i, "NetworkAccessPointID"), "  at ");
	if (value_is(d, part_of(d, i, "UserIsRequestor"), "true"))
		say(b, "  ", "asked for it");
}

static void participant_object(struct buf *b, const struct document *d, uint32_t i)
{
	const char *role = WORD(roles, d, part_of(d, i, "ParticipantObjectTypeCodeRole"));

	if (is_patient(d, i)) {
		patient_of(b, d, i, "");
		return;
	}
	say(b, "", role ? role : WORD(types, d, part_of(d, i, "ParticipantObjectTypeCode")));
	code(b, d, part_of(d, i, "ParticipantObjectIDTypeCode"), "  ");
	add_part(b, d, part_of(d, i, "ParticipantObjectID"), "  ");
}

/* A Reference: its words, an identifier, or where it leads. */
static bool reference(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	if (i == NODE_NONE)
		return false;
	return add_part(b, d, part_of(d, i, "display"), gap) || add_part(b, d, part_of(d, i, "reference"), gap) ||
		add_part(b, d, part_of(d, part_of(d, i, "identifier"), "value"), gap);
}

static bool agent_name(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	return add_part(b, d, part_of(d, i, "name"), gap) || reference(b, d, part_of(d, i, "who"), gap) ||
		add_part(b, d, part_of(d, i, "altId"), gap);
}

static bool entity_is_patient(const struct document *d, uint32_t i)
{
	uint32_t role = part_of(d, i, "role"), coding = first_of(d, part_of(d, role, "coding"));
	struct buf b;
	bool is;

	if (value_is(d, part_of(d, role, "code"), "1") || value_is(d, part_of(d, coding, "code"), "1"))
		return true;
	buf_init(&b, 4096);
	add_part(&b, d, part_of(d, part_of(d, i, "what"), "reference"), "");
	is = b.len > 8 && memmem(b.ptr, b.len, "Patient/", 8) != NULL;
	buf_done(&b);
	return is;
}

static void event_agent(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t c = each(d, i, "agent", NODE_NONE), first = c;

	for (; c != NODE_NONE; c = each(d, i, "agent", c))
		if (value_is(d, part_of(d, c, "requestor"), "true"))
			break;
	if (c != NODE_NONE || first != NODE_NONE)
		agent_name(b, d, c != NODE_NONE ? c : first, "  ");
}

static void audit_event(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t outcome = part_of(d, i, "outcome"), c;
	const char *result = WORD(outcomes, d, outcome);

	event_agent(b, d, i);
	say(b, " ", WORD(actions, d, part_of(d, i, "action")));
	if (!code(b, d, first_of(d, part_of(d, i, "subtype")), ": ") && !code(b, d, part_of(d, i, "code"), ": "))
		code(b, d, part_of(d, i, "type"), ": ");
	c = part_of(d, i, "patient");
	if (c != NODE_NONE) {
		say(b, "  ", "patient");
		reference(b, d, c, " ");
	}
	for (c = c == NODE_NONE ? each(d, i, "entity", NODE_NONE) : NODE_NONE; c != NODE_NONE; c = each(d, i, "entity", c))
		if (entity_is_patient(d, c)) {
			say(b, "  ", "patient");
			reference(b, d, part_of(d, c, "what"), " ");
			break;
		}
	add_part(b, d, part_of(d, i, "recorded"), "  ");
	if (result)
		say(b, "  ", result);
	else
		code(b, d, part_of(d, outcome, "code"), "  ");
}

static bool is_audit_event(const struct document *d, uint32_t i)
{
	return value_is(d, json_member(d, i, "resourceType"), "AuditEvent");
}

static const struct { const char *name, *part; void (*say)(struct buf *b, const struct document *d, uint32_t i); } elements[] = {
	{ "AuditMessage", "EventIdentification", audit_message },
	{ "EventIdentification", "EventID", event_identification },
	{ "ActiveParticipant", "UserID", active_participant },
	{ "ParticipantObjectIdentification", "ParticipantObjectID", participant_object },
	{ "AuditEvent", "agent", audit_event },
};

bool audit_summary(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	struct buf t;
	size_t k;

	if (n->kind == NODE_OBJECT ? !is_audit_event(d, i) : n->kind != NODE_ELEMENT)
		return false;
	for (k = 0; k < sizeof(elements) / sizeof(elements[0]); k++)
		if (n->kind == NODE_OBJECT ? elements[k].say == audit_event :
				label_is(d, n, elements[k].name) && part_of(d, i, elements[k].part) != NODE_NONE)
			break;
	if (k == sizeof(elements) / sizeof(elements[0]))
		return false;
	buf_init(&t, 1u << 16);
	elements[k].say(&t, d, i);
	if (t.len) {
		if (b->len && b->ptr[b->len - 1] != ' ')
			buf_adds(b, "  ");
		buf_add(b, t.ptr, t.len);
	}
	buf_done(&t);
	return true;
}
