/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets to serve on. Without TLS only this machine itself is served. Layer: hubd. Main thread. */
#include "hubd_priv.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "verdict/proto/url.h"

#define BACKLOG 256
#define UNIX_MODE 0660
#define PORT_MAX 65535

static enum status listen_on(int fd, const struct sockaddr *sa, socklen_t len, const char *where)
{
	if (bind(fd, sa, len) != 0) {
		if (errno == EADDRINUSE)
			return status_set(STATUS_BUSY, "%s: another program listens there", where);
		return status_errno("%s", where);
	}
	return listen(fd, BACKLOG) == 0 ? STATUS_OK : status_errno("%s", where);
}

/* A socket that nobody answers on is what a killed hub left. */
static enum status remove_dead(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enum status st = STATUS_OK;
	struct stat sb;

	if (fd < 0)
		return status_errno("%s", sa->sun_path);
	if (connect(fd, (const struct sockaddr *)(const void *)sa, sizeof(*sa)) == 0)
		st = status_set(STATUS_BUSY, "%s: another program listens there", sa->sun_path);
	else if (errno == ECONNREFUSED && lstat(sa->sun_path, &sb) == 0 && S_ISSOCK(sb.st_mode))
		unlink(sa->sun_path);
	close(fd);
	return st;
}

static enum status open_unix(struct listen_socket *out, const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	enum status st;
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path) || strlen(path) >= sizeof(out->host) ||
		*path == '\0')
		return status_set(STATUS_INVALID,
			"unix:%s: the path is empty or longer than %zu bytes", path,
			sizeof(out->host) - 1);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	st = remove_dead(&sa);
	if (st)
		return st;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return status_errno("%s", path);
	st = listen_on(fd, (const struct sockaddr *)(const void *)&sa, sizeof(sa), path);
	if (!st && chmod(path, UNIX_MODE) != 0)
		st = status_errno("%s", path);
	if (st) {
		close(fd);
		return st;
	}
	*out = (struct listen_socket){ .fd = fd, .kind = LISTEN_UNIX };
	memcpy(out->host, path, strlen(path) + 1);
	return STATUS_OK;
}

static bool is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >>
			24 ==
			127;
	return sa->sa_family == AF_INET6 &&
		IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
}

static enum status open_address(
	struct listen_socket *out, const struct addrinfo *ai, const char *where, bool tls)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	char port[16];
	enum status st;
	int fd, one = 1;

	if (!tls && !is_loopback(ai->ai_addr))
		return status_set(STATUS_DENIED,
			"%s: without TLS only this machine itself is served; take a loopback "
			"address or unix:PATH",
			where);
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return status_errno("%s", where);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	*out = (struct listen_socket){ .fd = fd, .kind = tls ? LISTEN_TLS : LISTEN_PLAIN };
	st = listen_on(fd, ai->ai_addr, ai->ai_addrlen, where);
	if (!st &&
		(getsockname(fd, (struct sockaddr *)&bound, &len) != 0 ||
			getnameinfo((struct sockaddr *)&bound, len, out->host, sizeof(out->host),
				port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0 ||
			sscanf(port, "%d", &out->port) != 1))
		st = status_set(STATUS_ERROR, "%s: cannot tell its own address", where);
	if (st)
		close(fd);
	return st;
}

/* "HOST:PORT" or "[ADDRESS]:PORT" into its two parts. */
static bool split(char host[256], const char **port, const char *where)
{
	const char *colon = strrchr(where, ':');
	size_t n = colon ? (size_t)(colon - where) : 0;

	if (!colon || n == 0 || n >= 256 || colon[1] == '\0' ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon + 1) > 5 ||
		strtol(colon + 1, NULL, 10) > PORT_MAX)	/* getaddrinfo() would take what is left of it in 16 bits */
		return false;
	*port = colon + 1;
	if (where[0] == '[' && where[n - 1] == ']') {
		memcpy(host, where + 1, n - 2);
		host[n - 2] = '\0';
	} else {
		memcpy(host, where, n);
		host[n] = '\0';
	}
	return url_host_ok(host);
}

enum status listen_open(struct listen_socket *out, const char *where, bool tls)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV },
			*list;
	const char *port;
	char host[256];
	enum status st;
	int rc;

	if (strncmp(where, "unix:", 5) == 0)
		return open_unix(out, where + 5);
	if (!split(host, &port, where))
		return status_set(
			STATUS_INVALID, "%s: want HOST:PORT, [ADDRESS]:PORT or unix:PATH, with a port up to %d", where, PORT_MAX);
	rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0)
		return status_set(STATUS_INVALID, "%s: %s", where, gai_strerror(rc));
	st = open_address(out, list, where, tls);
	freeaddrinfo(list);
	return st;
}

void listen_close(struct listen_socket *l)
{
	if (l->fd < 0)
		return;
	close(l->fd);
	if (l->kind == LISTEN_UNIX)
		unlink(l->host);
	l->fd = -1;
}
