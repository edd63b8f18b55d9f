/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict-net: speaks HTTP for the console. Started by it with a socket as descriptor 3; it has no key, no
 * store and no terminal, and can read what the C library needs to find a host, and write nothing.
 */
#include <signal.h>
#include <unistd.h>
#include "carrier.h"
#include "verdict/base/child.h"
#include "verdict/base/sandbox.h"

#define DATA_MAX (256ull << 20)

int main(void)
{
	struct carrier *c;
	int rc;

	if (!child_is_served("verdict-net"))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	c = carrier_new(CHILD_SOCKET);
	sandbox_network((struct sandbox){ .data_max = DATA_MAX });
	rc = c ? carrier_run(c) : 3;
	carrier_free(c);
	_exit(rc);
}
