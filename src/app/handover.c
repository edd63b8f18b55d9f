/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner's side of a handing over: takes command lines from the socket and runs them as jobs of the store
 * thread, in turns, so that urgent work goes between. Layer app, UI thread; job_run() on the store thread.
 */
#include "handover_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"

#define CLIENTS_MAX 16
#define TURN_STEPS 16

enum client_state { CLIENT_ASKS, CLIENT_CONFIRMS, CLIENT_RUNS };

struct client {
	struct handover *h;
	struct client *next;
	int fd, out_fd;
	enum client_state state;
	struct buf in;
	struct loop_timer *timer;
};

struct handover {
	struct app *app;	/* NULL once closed */
	char *dir;
	int fd;
	struct client *clients;
	unsigned int n_clients, n_jobs;
};

struct command_job {
	struct job job;
	struct handover *h;
	struct worker *worker;
	struct client *client;
	struct shell sh;
	char **argv;
	int argc, code;
};

static void client_free(struct client *c)
{
	struct handover *h = c->h;

	for (struct client **p = &h->clients; *p; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
	if (h->app) {
		loop_cancel(h->app->loop, &c->timer);
		loop_forget(h->app->loop, c->fd);
	}
	close(c->fd);
	if (c->out_fd >= 0)
		close(c->out_fd);
	buf_done(&c->in);
	mem_free(c);
	h->n_clients--;
}

static void handover_unref(struct handover *h)
{
	if (h->app || h->n_jobs)
		return;
	mem_free(h->dir);
	mem_free(h);
}

static void job_run(struct job *job, void *resource)
{
	struct command_job *j = (struct command_job *)job;

	j->sh.st = resource;
	if (!resource) {
		shell_error(&j->sh, "the console has no store open");
		j->code = j->sh.code = SHELL_BROKEN;
		return;
	}
	for (int i = 0; i < TURN_STEPS; i++) {
		j->code = shell_step(&j->sh);
		if (shell_flush(&j->sh) != STATUS_OK)
			j->code = j->sh.code = shell_status(&j->sh, STATUS_IO);
		if (j->code != SHELL_MORE || worker_urgent_waiting(j->worker))
			break;
	}
}

static void send_reply(struct command_job *j)
{
	struct shell *sh = &j->sh;
	struct buf out;
	ssize_t n;

	if (sh->err.len > HANDOVER_PART_MAX)
		buf_cut(&sh->err, HANDOVER_PART_MAX, sh->err.len - HANDOVER_PART_MAX);
	if (sh->pass.len > HANDOVER_PART_MAX)
		buf_reset(&sh->pass);
	buf_init(&out, HANDOVER_REPLY_HEAD + 2 * HANDOVER_PART_MAX);
	buf_u32(&out, HANDOVER_REPLY);
	buf_u32(&out, (unsigned int)sh->code);
	buf_u32(&out, (unsigned int)sh->err.len);
	buf_u32(&out, (unsigned int)sh->pass.len);
	buf_add(&out, sh->err.ptr, sh->err.len);
	buf_add(&out, sh->pass.ptr, sh->pass.len);
	n = send(j->client->fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n != (ssize_t)out.len)
		log_line(LOG_WARNING_, "handover: the answer to %s did not get through", sh->cmd->name);
	buf_done(&out);
}

static void job_done(struct job *job)
{
	struct command_job *j = (struct command_job *)job;
	struct handover *h = j->h;

	if (j->code == SHELL_MORE && h->app) {
		worker_post(j->worker, &j->job);
		return;
	}
	if (j->code == SHELL_MORE) {
		shell_error(&j->sh, "the console quits; nothing is missing, ask again");
		j->sh.code = SHELL_BROKEN;
	}
	send_reply(j);
	if (h->app && j->sh.wrote)
		app_changed(h->app);
	client_free(j->client);
	shell_done(&j->sh);
	mem_free(j->argv);
	mem_free(j);
	h->n_jobs--;
	handover_unref(h);
}

/* Words of the request; they stay in the client's buffer. NULL-terminated, yours. */
static char **split_words(int *n_out, struct buf *in)
{
	char *end = in->ptr + in->len, **words;
	size_t n = 0, max = 1;

	for (char *p = in->ptr + HANDOVER_HEAD; p < end; p++)
		max += !*p;
	words = mem_array(max, sizeof(*words));
	for (char *p = in->ptr + HANDOVER_HEAD; p < end; p += strlen(p) + 1)
		words[n++] = p;
	*n_out = (int)n;
	return words;
}

static void set_flags(struct shell *sh, const char *letters)
{
	sh->json = strchr(letters, 'j') != NULL;
	sh->quiet = strchr(letters, 'q') != NULL;
	sh->verbose = strchr(letters, 'v') != NULL;
	sh->tty = strchr(letters, 't') != NULL;
	sh->color = strchr(letters, 'c') != NULL;
	sh->ascii = strchr(letters, 'a') != NULL;
}

static void start_job(struct client *c)
{
	struct command_job *j = mem_zalloc(sizeof(*j));
	char reader[4096];
	bool help;

	j->h = c->h;
	j->worker = c->h->app->store;
	j->client = c;
	j->argv = split_words(&j->argc, &c->in);
	shell_init(&j->sh);
	set_flags(&j->sh, j->argv[HANDOVER_WORD_FLAGS]);
	j->sh.width = (int)strtol(j->argv[HANDOVER_WORD_WIDTH], NULL, 10);
	j->sh.cwd = j->argv[HANDOVER_WORD_CWD];
	j->sh.dir = c->h->dir;
	j->sh.reader = arena_str(&j->sh.arena, app_reader_path(reader, sizeof(reader)));
	j->sh.out_fd = c->out_fd;
	c->state = CLIENT_RUNS;
	c->h->n_jobs++;
	loop_cancel(c->h->app->loop, &c->timer);
	loop_forget(c->h->app->loop, c->fd);
	j->job.name = "handover";
	j->job.run = job_run;
	j->job.done = job_done;
	j->code = j->sh.code = shell_parse(&j->sh, j->argc - HANDOVER_WORD_ARGV, j->argv + HANDOVER_WORD_ARGV, &help);
	if (j->code == SHELL_DONE && !help && !(j->sh.cmd->flags & SHELL_LOCAL))
		worker_post(j->worker, &j->job);
	else
		job_done(&j->job);
}

/* A whole request: acknowledge it, or hang up. */
static void take_request(struct client *c)
{
	char **words, answer = 'A';
	int n;

	words = split_words(&n, &c->in);
	if (n <= HANDOVER_WORD_ARGV || c->in.ptr[c->in.len - 1] != '\0' || c->out_fd < 0)
		answer = 0;
	else if (strcmp(words[HANDOVER_WORD_VERSION], PACKAGE_VERSION) != 0)
		answer = 'V';
	mem_free(words);
	if (answer && send(c->fd, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 && answer == 'A')
		c->state = CLIENT_CONFIRMS;
	else
		client_free(c);
}

static void take_descriptor(struct client *c, struct msghdr *msg)
{
	struct stat sb;
	int fd;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(msg); h; h = CMSG_NXTHDR(msg, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= h->cmsg_len; at += sizeof(int)) {
			memcpy(&fd, CMSG_DATA(h) + at, sizeof(int));
			/* only a plain file: writing it never waits for the other side */
			if (c->out_fd < 0 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode))
				c->out_fd = fd;
			else
				close(fd);
		}
	}
}

static void client_ready(int fd, short revents, void *data)
{
	union { char bytes[CMSG_SPACE(4 * sizeof(int))]; struct cmsghdr align; } control;
	struct client *c = data;
	char chunk[4096];
	struct iovec iov = { chunk, sizeof(chunk) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	size_t want = HANDOVER_HEAD;
	ssize_t n;

	(void)revents;
	if (c->state == CLIENT_ASKS && c->in.len >= HANDOVER_HEAD)
		want += handover_u32(c->in.ptr + 4);
	if (c->state == CLIENT_CONFIRMS)
		iov.iov_len = 1;
	else if (want - c->in.len < sizeof(chunk))
		iov.iov_len = want - c->in.len;
	n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		take_descriptor(c, &msg);
	if (n > 0 && c->state == CLIENT_CONFIRMS && chunk[0] == 'G') {
		start_job(c);
		return;
	}
	if (n > 0 && c->state == CLIENT_ASKS)
		buf_add(&c->in, chunk, (size_t)n);
	if (n <= 0 || c->state != CLIENT_ASKS || c->in.err)
		client_free(c);
	else if (c->in.len >= HANDOVER_HEAD && (handover_u32(c->in.ptr) != HANDOVER_ASK ||
	    handover_u32(c->in.ptr + 4) > HANDOVER_ASK_MAX || !handover_u32(c->in.ptr + 4)))
		client_free(c);
	else if (c->in.len > HANDOVER_HEAD && c->in.len == HANDOVER_HEAD + handover_u32(c->in.ptr + 4))
		take_request(c);
}

static void client_late(void *data)
{
	client_free(data);
}

static void accept_client(int fd, short revents, void *data)
{
	struct handover *h = data;
	struct client *c;
	int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), size = 4 * (int)HANDOVER_PART_MAX;

	(void)revents;
	if (conn < 0)
		return;
	if (h->n_clients >= CLIENTS_MAX || !handover_peer_ok(conn)) {
		close(conn);
		return;
	}
	/* an answer is sent in one piece; it must fit */
	setsockopt(conn, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	c = mem_zalloc(sizeof(*c));
	c->h = h;
	c->fd = conn;
	c->out_fd = -1;
	c->next = h->clients;
	h->clients = c;
	h->n_clients++;
	buf_init(&c->in, HANDOVER_HEAD + HANDOVER_ASK_MAX);
	loop_watch(h->app->loop, conn, POLLIN, "handover", client_ready, c);
	loop_after(h->app->loop, &c->timer, HANDOVER_WAIT_MS * 2, "handover late", client_late, c);
}

enum status handover_open(struct handover **out, struct app *app, const char *dir)
{
	struct sockaddr_un address;
	int fd = -1, dirfd = -1;
	mode_t mask;
	enum status code = handover_address(&address, &dirfd, dir);

	if (code != STATUS_OK)
		return code;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(address.sun_path);	/* left by a killed owner: we hold the lock now */
	mask = umask(0177);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, CLIENTS_MAX) != 0)
		code = status_errno("%s/" HANDOVER_SOCKET, dir);
	umask(mask);
	if (code == STATUS_OK) {
		*out = mem_zalloc(sizeof(**out));
		(*out)->app = app;
		(*out)->dir = mem_strdup(dir);
		(*out)->fd = fd;
		loop_watch(app->loop, fd, POLLIN, "handover", accept_client, *out);
	} else if (fd >= 0) {
		close(fd);
	}
	if (dirfd >= 0)
		close(dirfd);
	return code;
}

void handover_close(struct handover *h)
{
	struct sockaddr_un address;
	struct client *next;
	int dirfd = -1;

	if (!h)
		return;
	if (handover_address(&address, &dirfd, h->dir) == STATUS_OK)
		unlink(address.sun_path);
	if (dirfd >= 0)
		close(dirfd);
	loop_forget(h->app->loop, h->fd);
	close(h->fd);
	for (struct client *c = h->clients; c; c = next) {
		next = c->next;
		if (c->state != CLIENT_RUNS)
			client_free(c);
	}
	h->app = NULL;
	handover_unref(h);
}
