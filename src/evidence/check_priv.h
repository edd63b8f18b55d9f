/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_CHECK_PRIV_H
#define VERDICT_EVIDENCE_CHECK_PRIV_H
#include "verdict/base/buf.h"
#include "verdict/evidence/check.h"

#define CHECK_FILE_MAX (1u << 20)
#define CHECK_GROUPS_MAX 200
#define CHECK_DEFINES_MAX 64

extern const char *const cross_data[];	/* made from data/checks/cross.json */
extern const char *const check_data[];	/* made from data/checks/, NULL at the end */

#endif
