/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_EVENT_H
#define VERDICT_MODEL_EVENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reference data of one event. Strings are UTF-8, borrowed from the arena that holds them; "" when absent. */
struct event {
	const char *id;		/* "ap-ips-2026" */
	const char *name;	/* "AP-IPS Connectathon 2026" */
	const char *place;
	const char *begins, *ends;	/* dates "2026-11-16" */
	int tz_min;		/* minutes east of UTC at the venue */
	const char *tz_name;	/* "KST" */
	bool critical_on;
};

/* What the event says of the ways to its hub, as verdict.conf(5) would; "" where it says nothing. */
struct event_ways { const char *ssh, *sftp, *jump, *host_keys; };

struct organisation { const char *id, *name, *country, *country_name; };	/* country: ISO 3166 alpha-2 */
struct system_info {
	const char *id, *name, *version, *organisation, *table;	/* table "A07" */
};
struct person {
	const char *id, *name;
	unsigned int roles;	/* bits of enum role_kind */
	const char **organisations;	/* ties that bar from grading */
	size_t n_organisations;
};

struct test_role {
	const char *label, *profile, *actor;
	const char *option;	/* whose line it counts for; NULL or "": the line without option */
	unsigned int min, max;	/* systems in this role */
	unsigned int wanted;	/* instances needed to pass */
	bool required;
};
struct test_step {
	unsigned int n;
	const char *kind;	/* request response local show probe */
	const char *from, *to;	/* role labels, or "monitor" */
	const char *transaction;	/* "ITI-65" or "-" */
	const char *text;	/* what is sent or shown */
};
struct test_item {		/* one line of the check-off list */
	const char *id, *text, *source;
	enum { ITEM_BY_PERSON, ITEM_BY_CHECK } by;
	int severity;		/* enum severity */
};
struct test {
	const char *id, *title, *track, *peer;	/* peer: none p2p workflow */
	const char *description;	/* plain text */
	const char **profiles; size_t n_profiles;
	struct test_role *roles; size_t n_roles;
	struct test_step *steps; size_t n_steps;
	struct test_item *items; size_t n_items;
};

#endif
