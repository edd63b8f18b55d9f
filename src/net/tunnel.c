/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections through a tunnel: one half of a socket pair is curl's, the other goes to verdict-ssh, which joins it
 * to the hub. No name is looked up and no port listens. Layer net, in verdict-net; its one thread.
 */
#include "carrier.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A request for a connection: a byte, and the socket that becomes it. */
static bool ask(int tunnel, int fd)
{
	char control[CMSG_SPACE(sizeof(int))], byte = 'c';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *cm;

	memset(control, 0, sizeof(control));
	cm = CMSG_FIRSTHDR(&msg);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	return sendmsg(tunnel, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = data;
	int pair[2];

	(void)address;
	if (purpose != CURLSOCKTYPE_IPCXN ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return CURL_SOCKET_BAD;
	if (!ask(t->c->tunnel, pair[1])) {
		close(pair[0]);
		pair[0] = CURL_SOCKET_BAD;
	}
	close(pair[1]);
	return pair[0];
}

/* Of a socket pair: connected, and without a name. */
static bool is_half(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	return syscall(SYS_getpeername, fd, &peer, &len) == 0 && peer.ss_family == AF_UNIX && len <= sizeof(peer.ss_family);
}

/*
 * curl 7.88, Debian 12's, calls connect() on a socket although it was told that it is connected. A half of a socket
 * pair has nothing to connect to on the Internet: it is connected, and that is what the call then says. Any other
 * call goes where it always goes.
 */
int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
	const struct sockaddr *address = to.__sockaddr__;

	if (len >= sizeof(address->sa_family) && address->sa_family != AF_UNIX && is_half(fd))
		return 0;
	return (int)syscall(SYS_connect, fd, address, len);
}

/*
 * For the same curl a connection whose other side has no name is one whose name is still looked up: it is never used
 * again, and each request pays for a new channel. A half of a pair is with us on this machine.
 */
int getpeername(int fd, __SOCKADDR_ARG to, socklen_t *restrict len)
{
	const struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };

	if (!is_half(fd))
		return (int)syscall(SYS_getpeername, fd, to.__sockaddr__, len);
	memcpy(to.__sockaddr__, &here, *len < sizeof(here) ? *len : sizeof(here));
	*len = sizeof(here);
	return 0;
}

static int connected(void *data, curl_socket_t fd, curlsocktype purpose)
{
	(void)data, (void)fd, (void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

CURLcode tunnel_set(struct transfer *t)
{
	CURLcode rc;

	if (!t->c->elsewhere)
		t->c->elsewhere = curl_slist_append(NULL, "::127.0.0.1:9");
	rc = curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->c->elsewhere);
	rc = rc ? rc : curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	rc = rc ? rc : curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	return rc ? rc : curl_easy_setopt(t->easy, CURLOPT_SOCKOPTFUNCTION, connected);
}
