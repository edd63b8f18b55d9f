/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_CHECK_PRIV_H
#define VERDICT_APP_CHECK_PRIV_H
#include "shell_priv.h"
#include "verdict/evidence/reader.h"

/* One file as `verdict check` found it. Shared by sh_check.c and sh_check_report.c. */
struct checked {
	const char *name;
	struct reader_info info;
	struct reader_report report;
};

bool sh_check_is_fhir(enum evidence_kind k);
void sh_check_outcome(struct shell *sh, const struct checked *files, size_t n);	/* FHIR R4 OperationOutcome */
void sh_check_tar(struct shell *sh, const struct checked *files, size_t n);	/* GITB TAR */

#endif
