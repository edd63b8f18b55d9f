/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_HANDOVER_H
#define VERDICT_APP_HANDOVER_H
#include "verdict/app/app.h"
#include "verdict/app/shell.h"

/*
 * One process owns a store; a second `verdict` on it hands its command line to the first over a private
 * socket in the store's directory (verdict.sock, mode 0600, both sides check the other's user) and prints the
 * answer. The owner runs the command on its store thread, between its own jobs. Nothing runs unless the
 * second process confirms after the owner has taken the command, so a command that was given up runs never.
 */
struct handover;

/* The console's side: serve the socket in `dir` until closed. UI thread. */
enum status handover_open(struct handover **out, struct app *app, const char *dir);
void handover_close(struct handover *h);	/* commands under way are still answered; NULL is fine */

/*
 * The second process: run the parsed command in the owner of sh->dir. Output goes to sh->out_fd, messages to
 * sh->err, and sh->code and sh->pass are filled as by shell_step(). STATUS_NOT_FOUND: nobody listens there;
 * STATUS_BUSY: who listens does not answer, nothing was run; STATUS_DENIED: not our user, or another version.
 */
enum status handover_run(struct shell *sh, int argc, char **argv);

#endif
