/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_WAY_TEST_H
#define VERDICT_APP_WAY_TEST_H
#include "verdict/app/ways.h"
#include "verdict/base/loop.h"

/*
 * One way tried from the name to the hub's answer, beside whatever the console does meanwhile: which step holds, how
 * long it took, why one does not and what to do. Nothing is sent but a question that anybody may ask. Processes of its
 * own do the work, so nobody waits. The loop's thread.
 */
enum way_step { STEP_NAME, STEP_ROUTE, STEP_PORT, STEP_SECURE, STEP_KEY, STEP_LOGIN, STEP_FOLDER, STEP_PLACE, STEP_HUB,
	STEP_COUNT };
const char *way_step_name(enum way_step s);	/* "name" "route" "port" "tls" "host-key" "login" "folder" "hub-process" "hub" */
const char *way_step_words(enum way_step s);	/* "name", "host key", "hub's process" … */

enum way_row_state { ROW_WAITS, ROW_RUNS, ROW_GOOD, ROW_BAD };
struct way_row {
	enum way_step step;
	enum way_row_state state;
	int ms;			/* -1: not measured by itself */
	char host[256];		/* where; foreign where the options are */
	char text[NET_MESSAGE];	/* what was found, or why not */
};
#define WAY_ROWS 12
struct way_report {
	enum way way;
	struct way_row rows[WAY_ROWS]; size_t n;
	bool over, good;
	enum net_failure failure;
	char why[NET_MESSAGE], advice[400];	/* "" where good */
};

/* The hub as this console was let in; strings are borrowed until way_test_new() returns. */
struct way_target {
	const char *base_url, *ca_pem;	/* base_url NULL: no hub is known */
	const uint8_t *pin;		/* NULL without */
	const uint8_t *hub_key;		/* KEY_PUBLIC bytes that its hello shows, or NULL: not looked at */
};
struct way_test_hooks {
	void *data;
	void (*changed)(void *data);	/* may be NULL */
	/* A server asks: way_test_answer() once. NULL: nobody is there. */
	void (*ask)(void *data, const char *text, bool secret);
};
struct way_test;
/* STATUS_USAGE: the way is not set up, or no hub is known. */
enum status way_test_new(struct way_test **out, struct loop *loop, const struct ways_plan *p, enum way w,
	const struct way_target *target, const struct way_test_hooks *hooks);
void way_test_free(struct way_test *t);
void way_test_answer(struct way_test *t, const char *text);	/* NULL: gave up */
const struct way_report *way_test_report(const struct way_test *t);

#endif
