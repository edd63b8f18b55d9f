/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict-ssh: one SSH connection for the console. Started by it with a socket as descriptor 3; it has the SSH keys
 * that it was handed, no store and no terminal, and can read what the C library needs to find a host, and write
 * nothing but descriptors that it is given. Layer ssh; one thread.
 */
#include <signal.h>
#include "child.h"
#include "verdict/base/child.h"
#include "verdict/base/sandbox.h"

#define DATA_MAX (64ull << 20)

int main(void)
{
	static struct visit v;
	struct hopwire ready = { .kind = HOPWIRE_READY };

	if (!child_is_served("verdict-ssh"))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	v.fd = -1;
	buf_init(&v.in, 2 * (size_t)HOPWIRE_MAX);
	buf_init(&v.opening, HOPWIRE_MAX + 4);
	console_next(&v.open, &v, &v.opening);
	if (v.open.kind != HOPWIRE_OPEN)
		return 3;
	v.agent = v.open.has_agent ? HOPWIRE_MORE + (v.open.via ? 1 : 0) : -1;
	if (ssh_init() != SSH_OK)
		console_failed(NET_CHILD, "the SSH library could not be started");
	/* the size of what is fetched is the console's to limit: it said how much may come, and opened the file */
	sandbox_network((struct sandbox){ .data_max = DATA_MAX, .writes = true });
	session_load_identities(&v);
	session_connect(&v);
	session_login(&v);
	if (v.open.open.socket_path || v.open.open.target_host) {
		console_put(&ready);
		tunnel_serve(&v);
	}
	files_serve(&v);
}
