/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_VIEW_H
#define VERDICT_HUB_VIEW_H
#include "verdict/base/arena.h"
#include "verdict/hub/hub.h"
#include "verdict/model/instance.h"

/*
 * An event as it stood at one moment, TI by TI, as a console shows them: for reports. What is asked for is read from the
 * feed then, so memory does not grow with records. Any thread, one at a time; the writer and other readers go on.
 */
struct hub_view;
/* STATUS_NOT_FOUND: the event has no reference data yet. */
enum status hub_view_open(struct hub_view **out, struct hub_event *e);
void hub_view_close(struct hub_view *v);
const struct event *hub_view_event(const struct hub_view *v);
size_t hub_view_count(const struct hub_view *v);	/* TIs, by id */
/* Position of a TI. STATUS_NOT_FOUND. */
enum status hub_view_find(size_t *at_out, const struct hub_view *v, const char *ti);
/* Everything about TI `at`; strings live in `a` or as long as the view. */
enum status hub_view_instance(struct instance **out, struct arena *a, struct hub_view *v, size_t at);

#endif
