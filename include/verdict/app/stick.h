/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_STICK_H
#define VERDICT_APP_STICK_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/app/app.h"

/*
 * A bundle from the full screen: onto a stick, or from one, in turns on the store thread; one at a time. How far it is
 * and how it ended is for the journal screen and the message line. UI thread.
 */
struct stick;
struct stick *stick_new(struct app *app);
void stick_free(struct stick *s);
/* `path`: a file, or a folder in which a name is made up. STATUS_BUSY: one is under way. */
enum status stick_write(struct stick *s, const char *path, bool evidence, bool all, bool plain);
enum status stick_read(struct stick *s, const char *path);
enum status stick_stop(struct stick *s);	/* STATUS_NOT_FOUND: none is under way */
/* What is being done, and how much of it in permille (-1: not known); false: nothing. */
bool stick_now(char *out, size_t max, int *permille, const struct stick *s);
/* "12 s left", "3 min left"; "" while that is not known, or not worth telling. `since`: monotonic ns. */
#define STICK_LEFT 24
void stick_left(char out[STICK_LEFT], int64_t since, uint64_t done, uint64_t total);
/* A name that is free in a folder, of person and time. Yours. */
char *stick_name(const char *folder, const char *who, int tz_min);
/* Files on mounted media that begin with `prefix`, or names that could be written there. Borrowed until the next call. */
const char **stick_places(struct stick *s, const char *prefix, bool write);

#endif
