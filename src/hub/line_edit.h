/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to one line of a pack as text, so that all it says otherwise stays byte for byte. The line is strict JSON that
 * a pack's reader took before. Hub layer; any thread.
 */
#ifndef HUB_LINE_EDIT_H
#define HUB_LINE_EDIT_H
#include "verdict/base/buf.h"

/* The value of a key of the outermost object becomes this JSON text, or is added. */
void line_set(struct buf *line, const char *key, const char *json);
/* The list at `key` gets one more item; where there is no such list it is added. */
void line_append(struct buf *line, const char *key, const char *json);

#endif
