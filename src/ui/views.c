/* SPDX-License-Identifier: Apache-2.0 */
/* Table of the screens' drawing halves. Layer ui, UI thread. */
#include "verdict/ui/view.h"

/* Add a view here; its functions live in ui/view_<name>.c. */
const struct view *const views[SCREEN_COUNT] = {
	[SCREEN_QUEUE] = &view_queue,
	[SCREEN_INSTANCE] = &view_instance,
	[SCREEN_EVIDENCE] = &view_evidence,
	[SCREEN_VERDICT] = &view_verdict,
	[SCREEN_JOURNAL] = &view_journal,
	[SCREEN_DISPUTES] = &view_disputes,
	[SCREEN_RESULTS] = &view_results,
	[SCREEN_FLOOR] = &view_floor,
	[SCREEN_HELP] = &view_help,
	[SCREEN_PALETTE] = &view_palette,
	[SCREEN_WELCOME] = &view_welcome,
};
