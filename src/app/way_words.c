/* SPDX-License-Identifier: Apache-2.0 */
/* Ways in words: where each leads, and what a person can do where it leads nowhere. Layer app; any thread. */
#include "verdict/app/ways.h"

#include <stdio.h>
#include <string.h>

static const char *const https_advice[NET_FAILURE_COUNT] = {
	[NET_NO_FAILURE] = "",
	[NET_NAME] = "Is this the venue's network, and does it know names? Another one, a phone's, may know this name.",
	[NET_ROUTE] = "Look at the cable or the wireless network, then test again.",
	[NET_PORT] = "Ask the hub's keeper whether the hub runs; if it does, this network blocks its port: take ssh.",
	[NET_TLS] = "Something in between breaks the connection, often a network's filter: take ssh, or another network.",
	[NET_CERTIFICATE] = "Send nothing by this way here; look at this computer's clock, and ask the hub's keeper.",
	[NET_OTHER_PIN] = "Send nothing by this way. Ask the hub's keeper: where the hub has a new key, a new code is due.",
	[NET_SILENT] = "The network drops the connection, or is very slow: test again, take ssh, or another network.",
	[NET_CUT] = "Test again; where it stays so, something in between cuts it: take ssh, or another network.",
	[NET_GARBLED] = "Something else answers at that address: ask the hub's keeper which address holds.",
	[NET_TOO_LARGE] = "Something else answers at that address: ask the hub's keeper which address holds.",
	[NET_CHILD] = "Run verdict doctor: a part of this program is missing or was stopped.",
	[NET_PORTAL] = "Open any http:// page in a browser, log in to this network there, and test again.",
	[NET_HOST_KEY] = "", [NET_LOGIN] = "", [NET_NEW_KEY] = "",
	[NET_DENIED] = "Ask the hub's keeper.",
	[NET_FULL] = "Ask the hub's keeper to make room.",
};

static const char *const ssh_advice[NET_FAILURE_COUNT] = {
	[NET_NO_FAILURE] = "",
	[NET_NAME] = "Look at the host's name in verdict.conf; another network, a phone's, may know it.",
	[NET_ROUTE] = "Look at the cable or the wireless network, then test again.",
	[NET_PORT] = "Ask the server's keeper whether sshd runs, and at which port: ssh://USER@HOST:PORT/…",
	[NET_TLS] = "Server and console share no way to encrypt: ask the server's keeper to update it.",
	[NET_CERTIFICATE] = "Ask the hub's keeper: behind the tunnel is not the hub that is known here.",
	[NET_OTHER_PIN] = "Ask the hub's keeper: behind the tunnel is not the hub that is known here.",
	[NET_SILENT] = "The network drops the connection, or is very slow: test again, or take another network.",
	[NET_CUT] = "Test again; where it stays so, the server or something in between cuts it: ask its keeper.",
	[NET_GARBLED] = "Look at the host and the port in verdict.conf: what answers there is no SSH server.",
	[NET_TOO_LARGE] = "Ask the hub's keeper: what lies behind the tunnel is no hub.",
	[NET_CHILD] = "Run verdict doctor: a part of this program is missing or was stopped.",
	[NET_PORTAL] = "Open any http:// page in a browser, log in to this network there, and test again.",
	[NET_HOST_KEY] = "Send nothing by this way. Ask the server's keeper, by phone: only where the key was changed there, "
		"set ssh-host-key to the new one.",
	[NET_LOGIN] = "Give the server's keeper your public key (~/.ssh/id_ed25519.pub), or set ssh-key to the right one.",
	[NET_DENIED] = "The hub does not run there, or the server forwards nothing: ask the hub's keeper, and look at the end of "
		"\"set hub\".",
	[NET_FULL] = "Ask the server's keeper to make room.",
	[NET_NEW_KEY] = "Ask the server's keeper for the key's fingerprint; if it is this one, write it into verdict.conf.",
};

const char *way_advice(enum way w, enum net_failure f)
{
	if (f >= NET_FAILURE_COUNT)
		return "";
	if (w == WAY_SFTP && f == NET_DENIED)
		return "Look at the folder of \"set sftp\", and ask its keeper whether it has the folders in and out for you.";
	return w == WAY_HTTPS ? https_advice[f] : ssh_advice[f];
}

void way_address(char *out, size_t max, const struct ways_plan *p, enum way w)
{
	const struct way_place *at = w == WAY_SFTP ? &p->sftp : &p->ssh;
	const char *open = strchr(at->host, ':') ? "[" : "", *close = *open ? "]" : "";
	char port[8] = "", target[300] = "";

	*out = '\0';
	if (w == WAY_HTTPS || !at->host[0])
		return;
	if (at->port != 22)
		snprintf(port, sizeof(port), ":%u", at->port);
	if (at->target_port)
		snprintf(target, sizeof(target), "/%s:%u", at->target_host, at->target_port);
	snprintf(out, max, "%s://%s%s%s%s%s%s%s%s", way_name(w), at->user, at->user[0] ? "@" : "", open, at->host, close, port,
		at->path, target);
}
