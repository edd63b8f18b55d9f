/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tunnel: each socket that is asked for becomes a channel to the hub's place behind the server. No port listens
 * anywhere. Layer ssh, in verdict-ssh; one thread that waits in poll(2) alone.
 */
#include "child.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIRES 32
#define PIECE 32768
#define OPEN_MS 15000

/* One connection: `fd` here, `channel` there. */
struct wire {
	int fd;
	ssh_channel channel;
	bool open, fd_ended, told_end, channel_ended;
	size_t n, at;		/* bytes from the channel that `fd` did not take yet */
	char bytes[PIECE];
};

struct tunnel {
	struct visit *v;
	ssh_event event;
	struct ssh_counter_struct seen;	/* of the connection */
	struct wire wires[WIRES];
	bool used[WIRES], asks_gone;
};

static void drop(struct tunnel *t, size_t i)
{
	struct wire *w = &t->wires[i];

	close(w->fd);
	ssh_channel_free(w->channel);
	t->used[i] = false;
}

static void take_new(struct tunnel *t)
{
	size_t i;
	int fd;

	for (i = 0; i < WIRES && t->used[i]; i++)
		;
	if (i == WIRES || t->asks_gone || (fd = take_ask(&t->asks_gone, HOPWIRE_ASKS)) < 0)
		return;
	memset(&t->wires[i], 0, offsetof(struct wire, bytes));
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	t->wires[i].fd = fd;
	t->wires[i].channel = ssh_channel_new(t->v->session);
	t->used[i] = true;
	if (!t->wires[i].channel)
		drop(t, i);
}

/* SSH_AGAIN until it is decided. */
static int open_channel(struct tunnel *t, struct wire *w)
{
	const struct hop_options *o = &t->v->open.open;

	if (o->socket_path)
		return ssh_channel_open_forward_unix(w->channel, o->socket_path, "verdict", 0);
	return ssh_channel_open_forward(w->channel, o->target_host, (int)o->target_port, "127.0.0.1", 0);
}

/* False where it has come to nothing. */
static bool try_open(struct tunnel *t, struct wire *w, bool *moved)
{
	const struct hop_options *o = &t->v->open.open;
	int rc = open_channel(t, w);

	if (rc == SSH_AGAIN)
		return true;
	*moved = true;
	w->open = rc == SSH_OK;
	if (w->open)
		return true;
	if (o->socket_path)
		console_trouble(NET_DENIED, "%s lets us in, but not to %s there: %s", o->host, o->socket_path,
			ssh_get_error(t->v->session));
	else
		console_trouble(NET_DENIED, "%s lets us in, but not to %s port %u from there: %s", o->host, o->target_host,
			o->target_port, ssh_get_error(t->v->session));
	return false;
}

/* From the channel to the socket. False where the socket is gone. */
static bool pour_in(struct wire *w, bool *moved)
{
	if (w->at == w->n && !w->channel_ended) {
		int n = ssh_channel_read_nonblocking(w->channel, w->bytes, sizeof(w->bytes), 0);

		w->at = w->n = 0;
		if (n > 0)
			w->n = (size_t)n;
		else if (n == SSH_EOF || n == SSH_ERROR || ssh_channel_is_eof(w->channel))
			w->channel_ended = true;
		*moved |= n > 0;
		if (w->channel_ended)
			shutdown(w->fd, SHUT_WR);
	}
	while (w->at < w->n) {
		ssize_t n = send(w->fd, w->bytes + w->at, w->n - w->at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		w->at += (size_t)n;
		*moved = true;
	}
	return true;
}

/* From the socket to the channel, as far as the server takes it. */
static bool pour_out(struct wire *w, bool *moved)
{
	char bytes[PIECE];
	uint32_t room = ssh_channel_window_size(w->channel);
	ssize_t n;

	if (w->fd_ended || room == 0)
		return true;
	n = recv(w->fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes), MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
	*moved = true;
	if (n == 0) {
		w->fd_ended = true;
		return ssh_channel_send_eof(w->channel) == SSH_OK;
	}
	return ssh_channel_write(w->channel, bytes, (uint32_t)n) == n;
}

static bool pump(struct tunnel *t)
{
	bool moved = false;
	size_t i;

	for (i = 0; i < WIRES; i++) {
		struct wire *w = &t->wires[i];
		bool good;

		if (!t->used[i])
			continue;
		if (!w->open)
			good = try_open(t, w, &moved);
		else
			good = pour_in(w, &moved) && pour_out(w, &moved);
		if (!good || (w->open && w->channel_ended && w->at == w->n && (w->fd_ended ||
			ssh_channel_is_closed(w->channel)))) {
			drop(t, i);
			moved = true;
		}
	}
	return moved;
}

static void wait_for_more(struct tunnel *t)
{
	struct pollfd p[WIRES + 3];
	nfds_t n = 3;
	size_t i;

	p[0] = (struct pollfd){ HOPWIRE_CONSOLE, POLLIN, 0 };
	p[1] = (struct pollfd){ ssh_get_fd(t->v->session), POLLIN, 0 };
	p[2] = (struct pollfd){ t->asks_gone ? -1 : HOPWIRE_ASKS, POLLIN, 0 };
	if (ssh_get_poll_flags(t->v->session) & SSH_WRITE_PENDING)
		p[1].events |= POLLOUT;
	for (i = 0; i < WIRES; i++) {
		struct wire *w = &t->wires[i];

		if (!t->used[i] || !w->open)
			continue;
		p[n] = (struct pollfd){ w->fd, 0, 0 };
		if (!w->fd_ended && ssh_channel_window_size(w->channel))
			p[n].events |= POLLIN;
		if (w->at < w->n)
			p[n].events |= POLLOUT;
		if (!p[n].events)
			p[n].fd = -1;
		n++;
	}
	session_hurry(t->v);
	poll(p, n, -1);
	if (p[0].revents)	/* a tunnel is told nothing more; its end is that of the console */
		_exit(0);
	if (p[2].revents)
		take_new(t);
}

void tunnel_serve(struct visit *v)
{
	static struct tunnel t;

	t.v = v;
	t.event = ssh_event_new();
	if (!t.event || ssh_event_add_session(t.event, v->session) != SSH_OK)
		console_failed(NET_CHILD, "the SSH library could not be started");
	ssh_set_blocking(v->session, 0);
	ssh_set_counters(v->session, &t.seen, NULL);
	for (;;) {
		uint64_t seen;

		ssh_event_dopoll(t.event, 0);
		if (!ssh_is_connected(v->session))
			console_failed(NET_CUT, "the SSH connection to %s was cut", v->open.open.host);
		/* whichever channel is looked at takes what came for all: only where nothing did is there nothing to do */
		seen = t.seen.in_bytes;
		if (!pump(&t) && t.seen.in_bytes == seen)
			wait_for_more(&t);
	}
}
