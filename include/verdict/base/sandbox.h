/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_SANDBOX_H
#define VERDICT_BASE_SANDBOX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a process gives up for good before it looks at a stranger's byte. Each fence stands alone: where
 * the kernel lacks one, the others hold and the missing one is named. Memory can be mapped and made
 * readable and writable, never executable.
 */
struct sandbox {
	const int *calls;	/* SCMP_SYS numbers that stay; ended by SANDBOX_END */
	const char *const *readable;	/* folders and files that can still be read; NULL-ended, NULL: none */
	const char *const *writable;	/* folders in which files can be made, written, removed; the same */
	uint64_t data_max;	/* bytes of memory, 0: no limit */
	unsigned int files_max;	/* descriptors */
	bool threads;		/* may start more of them */
	bool writes;		/* may make files grow */
	bool refuse;		/* other calls fail with EPERM instead of ending the process */
	bool outlives;		/* does not end with its parent */
	bool no_limits, no_landlock, no_filter;	/* a fence left out: tests try each of them alone */
};
#define SANDBOX_END (-1000000)

/* Give it up. *off_out names the fences that this kernel lacks, or NULL. Once per process, by its one thread. */
void sandbox_apply(const struct sandbox *s, const char **off_out);

/* The same for a process that speaks to the network: `s` tells data_max and writes, the rest is known. */
void sandbox_network(struct sandbox s);

#endif
