/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_JOIN_FILE_H
#define VERDICT_HUB_JOIN_FILE_H
#include <stdbool.h>
#include "verdict/hub/care.h"
#include "verdict/hub/hub.h"

/*
 * For a laptop that reaches no hub: an event pack (verdict-pack(5)) of what the event says now, and in it the member
 * join.json: v 1, event, person, code, hub (its public key), certificate (PEM of its TLS, where it has one). Whoever
 * has the file has the code. Blocks; any but the writer's thread.
 */
struct hub_join {
	const char *person, *code;	/* the whole code, as it would be typed */
	const char *certificate;	/* NULL without TLS */
	bool evidence;			/* with the bodies that are here */
};
/* STATUS_NOT_FOUND: the event's pack was not imported. The file is there whole or not at all. */
enum status hub_join_file(struct hub_bodies *out, struct hub_event *e, const struct hub_join *about, const char *path);
/*
 * Is the person one of the event's own? Others cannot be named to a console without network. `name` gets what the event
 * or a certificate calls the person, "" where neither does.
 */
bool hub_person_known(char *name, size_t size, struct hub_event *e, const char *person);

#endif
