/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second process of a handing over: asks the owner of the store and waits for its answer. Layer app,
 * main thread of a subcommand.
 */
#include "handover_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "config.h"

unsigned int handover_u32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return u[0] | (unsigned int)u[1] << 8 | (unsigned int)u[2] << 16 | (unsigned int)u[3] << 24;
}

enum status handover_address(struct sockaddr_un *out, int *dirfd_out, const char *dir)
{
	int n;

	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	*dirfd_out = -1;
	n = snprintf(out->sun_path, sizeof(out->sun_path), "%s/" HANDOVER_SOCKET, dir);
	if (n >= 0 && (size_t)n < sizeof(out->sun_path))
		return STATUS_OK;
	*dirfd_out = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dirfd_out < 0)
		return status_errno("%s", dir);
	snprintf(out->sun_path, sizeof(out->sun_path), "/proc/self/fd/%d/" HANDOVER_SOCKET, *dirfd_out);
	return STATUS_OK;
}

bool handover_peer_ok(int fd)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && cred.uid == geteuid();
}

static enum status connect_owner(int *fd_out, const char *dir)
{
	struct sockaddr_un address;
	enum status code;
	int fd = -1, dirfd = -1, e;

	code = handover_address(&address, &dirfd, dir);
	if (code != STATUS_OK)
		return code;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		code = status_errno("no socket");
	} else if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		e = errno;
		code = e == ENOENT || e == ECONNREFUSED ? status_set(STATUS_NOT_FOUND, "nobody listens in %s", dir)
			: status_errno("%s/" HANDOVER_SOCKET, dir);
	} else if (!handover_peer_ok(fd)) {
		code = status_set(STATUS_DENIED, "%s/" HANDOVER_SOCKET " belongs to another user", dir);
	}
	if (code == STATUS_OK)
		*fd_out = fd;
	else if (fd >= 0)
		close(fd);
	if (dirfd >= 0)
		close(dirfd);
	return code;
}

static void add_word(struct buf *b, const char *word)
{
	buf_add(b, word, strlen(word) + 1);
}

static void format_ask(struct buf *out, const struct shell *sh, int argc, char **argv)
{
	char width[16];
	struct buf body;
	const bool flags[] = { sh->json, sh->quiet, sh->verbose, sh->tty, sh->color, sh->ascii };
	char letters[] = "jqvtca";

	for (size_t i = 0; i < sizeof(flags); i++)
		letters[i] = flags[i] ? letters[i] : '-';
	snprintf(width, sizeof(width), "%d", sh->width);
	buf_init(&body, HANDOVER_ASK_MAX);
	add_word(&body, PACKAGE_VERSION);
	add_word(&body, letters);
	add_word(&body, width);
	add_word(&body, sh->cwd);
	for (int i = 0; i < argc; i++)
		add_word(&body, argv[i]);
	buf_u32(out, HANDOVER_ASK);
	buf_u32(out, (unsigned int)body.len);
	buf_add(out, body.ptr, body.len);
	if (body.err)
		out->err = body.err;
	buf_done(&body);
}

/* The words, with the descriptor on their first byte. */
static enum status send_ask(int fd, const struct buf *ask, int out_fd)
{
	union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { { 0 } };
	struct iovec iov = { ask->ptr, ask->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	size_t sent = 0;
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &out_fd, sizeof(int));
	n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	for (; n > 0 && (sent += (size_t)n) < ask->len;)
		n = send(fd, ask->ptr + sent, ask->len - sent, MSG_NOSIGNAL);
	return n > 0 ? STATUS_OK : status_errno("the owner of the store hung up");
}

/* Exactly len bytes, waiting at most wait_ms for each part (-1 for ever). */
static enum status receive(int fd, char *p, size_t len, int wait_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t n;
	int got;

	while (len > 0) {
		got = poll(&pfd, 1, wait_ms);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return status_set(STATUS_BUSY, "no answer");
		n = got < 0 ? -1 : recv(fd, p, len, 0);
		if (n <= 0)
			return status_set(STATUS_IO, "the owner of the store ended before it answered; what it "
				"saved stands in verdict journal");
		p += n;
		len -= (size_t)n;
	}
	return STATUS_OK;
}

static enum status receive_part(struct buf *out, int fd, unsigned int len)
{
	char chunk[4096];
	enum status code = STATUS_OK;

	while (len > 0 && code == STATUS_OK) {
		unsigned int n = len < sizeof(chunk) ? len : (unsigned int)sizeof(chunk);

		code = receive(fd, chunk, n, -1);
		if (code == STATUS_OK)
			buf_add(out, chunk, n);
		len -= n;
	}
	return code;
}

static enum status receive_reply(struct shell *sh, int fd)
{
	char head[HANDOVER_REPLY_HEAD];
	enum status code = receive(fd, head, sizeof(head), -1);
	unsigned int err_len, pass_len;

	if (code != STATUS_OK)
		return code;
	err_len = handover_u32(head + 8);
	pass_len = handover_u32(head + 12);
	if (handover_u32(head) != HANDOVER_REPLY || err_len > HANDOVER_PART_MAX || pass_len > HANDOVER_PART_MAX)
		return status_set(STATUS_INVALID, "the owner of the store gave an answer that cannot be read");
	sh->code = (int)handover_u32(head + 4);
	code = receive_part(&sh->err, fd, err_len);
	return code == STATUS_OK ? receive_part(&sh->pass, fd, pass_len) : code;
}

enum status handover_run(struct shell *sh, int argc, char **argv)
{
	struct buf ask;
	enum status code;
	char ack = 0;
	int fd = -1;

	buf_init(&ask, HANDOVER_ASK_MAX + HANDOVER_HEAD);
	format_ask(&ask, sh, argc, argv);
	code = ask.err ? status_set(STATUS_LIMIT, "the command line is longer than %u bytes", HANDOVER_ASK_MAX)
		: connect_owner(&fd, sh->dir);
	if (code == STATUS_OK)
		code = send_ask(fd, &ask, sh->out_fd);
	if (code == STATUS_OK)
		code = receive(fd, &ack, 1, HANDOVER_WAIT_MS);
	if (code == STATUS_OK && ack != 'A')
		code = status_set(STATUS_DENIED, "the owner of the store is another version of verdict; quit it first");
	if (code == STATUS_OK && send(fd, "G", 1, MSG_NOSIGNAL) != 1)
		code = status_errno("the owner of the store hung up");
	if (code == STATUS_OK)
		code = receive_reply(sh, fd);
	if (fd >= 0)
		close(fd);
	buf_done(&ask);
	return code;
}
