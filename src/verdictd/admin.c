/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin socket: DIR/admin.sock, for the hub's user and root alone. A request is u32 length and
 * the words of a command, each with its NUL; the answer is frames of u8 type ('O' output, 'E'
 * messages, 'P' a line of progress, 'X' exit code), u32 length, bytes. Commands run one after the other on a thread of
 * their own. Layer: verdictd. Main thread, but for the jobs.
 */
#include "verdictd_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "verdict/base/loop.h"
#include "verdict/base/mem.h"
#include "verdict/base/worker.h"
#include "verdict/proto/bundle_file.h"

#define REQUEST_MAX (64u << 10)
#define WORDS_MAX 256
#define ANSWER_BYTES_MAX (16u << 20)
#define PATIENCE_S 5
#define FRAME 5

struct admin {
	struct site *s;
	struct loop *l;
	struct worker *w;
	char *path;
	int fd;
};

struct admin_job { struct job job; struct site *s; int fd; };

static bool send_all(int fd, const void *ptr, size_t len)
{
	const char *p = ptr;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool receive_all(int fd, void *ptr, size_t len)
{
	char *p = ptr;

	while (len > 0) {
		ssize_t n = recv(fd, p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static uint32_t get_u32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool send_frame(int fd, char type, const void *ptr, size_t len)
{
	unsigned char head[FRAME] = { (unsigned char)type, (unsigned char)len,
		(unsigned char)(len >> 8), (unsigned char)(len >> 16), (unsigned char)(len >> 24) };

	return send_all(fd, head, sizeof(head)) && send_all(fd, ptr, len);
}

bool admin_tell(int fd, const char *text)
{
	return send_frame(fd, 'P', text, strlen(text));
}

/* The hub's own user, or root. */
static bool may_command(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
		(peer.uid == 0 || peer.uid == geteuid());
}

/* Words behind each other, each with its NUL; how many, or -1. */
static int split(char **argv, char *words, size_t len)
{
	int n = 0;

	if (len == 0 || words[len - 1] != '\0')
		return -1;
	for (size_t at = 0; at < len; at += strlen(words + at) + 1) {
		if (n == WORDS_MAX)
			return -1;
		argv[n++] = words + at;
	}
	return n;
}

static int run_words(struct run *r, char *words, size_t len)
{
	char *argv[WORDS_MAX];
	int argc = split(argv, words, len), code;

	if (argc < 0) {
		run_error(r, "the hub does not understand this command; is it of another version?");
		return EXIT_USAGE;
	}
	code = run_parse(r, argc, argv);
	if (code)
		return code;
	if (r->command && (r->command->flags & COMMAND_HUB))
		return r->command->run(r);
	run_error(r, "not a command for a hub that serves");
	return EXIT_REFUSED;
}

static void serve_one(struct site *s, int fd)
{
	unsigned char head[4], code;
	char *words = NULL;
	struct run r;
	uint32_t len;

	if (!may_command(fd) || !receive_all(fd, head, sizeof(head)))
		return;
	len = get_u32(head);
	if (len > REQUEST_MAX)
		return;
	words = mem_zalloc(len + 1);
	if (!receive_all(fd, words, len))
		goto out;
	run_init(&r);
	r.site = s;
	r.peer = fd;
	code = (unsigned char)run_words(&r, words, len);
	(void)(send_frame(fd, 'O', buf_str(&r.out), r.out.len) &&
		send_frame(fd, 'E', buf_str(&r.err), r.err.len) && send_frame(fd, 'X', &code, 1));
	run_done(&r);
out:
	mem_free(words);
}

static void job_run(struct job *job, void *resource)
{
	struct admin_job *j = (struct admin_job *)(void *)job;

	(void)resource;
	serve_one(j->s, j->fd);
	close(j->fd);
}

static void job_done(struct job *job)
{
	mem_free(job);
}

static void accepted(int fd, short revents, void *data)
{
	const struct timeval patience = { PATIENCE_S, 0 };
	struct admin *a = data;
	struct admin_job *j;
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)revents;
	if (peer < 0)
		return;
	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	j = mem_zalloc(sizeof(*j));
	j->job = (struct job){ .name = "admin", .run = job_run, .done = job_done };
	j->s = a->s;
	j->fd = peer;
	worker_post(a->w, &j->job);
}

static void delivered(int fd, short revents, void *data)
{
	struct admin *a = data;

	(void)fd;
	(void)revents;
	worker_deliver(a->w, 64);
}

static enum status address(struct sockaddr_un *sa, const char *path)
{
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sa->sun_path))
		return status_set(STATUS_INVALID,
			"%s: the path is too long for a socket; take a shorter folder", path);
	memcpy(sa->sun_path, path, strlen(path) + 1);
	return STATUS_OK;
}

/* The store is ours alone by now, so whatever lies there was left by a hub that died. */
enum status admin_open(struct admin **out, struct site *s, struct loop *l)
{
	struct admin *a = mem_zalloc(sizeof(*a));
	struct sockaddr_un sa;
	enum status st;

	a->s = s;
	a->l = l;
	a->path = mem_printf("%s/admin.sock", s->dir);
	a->fd = -1;
	st = address(&sa, a->path);
	if (!st) {
		unlink(a->path);
		a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (a->fd < 0 || bind(a->fd, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0 ||
			chmod(a->path, 0600) != 0 || listen(a->fd, 16) != 0)
			st = status_errno("%s", a->path);
	}
	if (st) {
		admin_free(a);
		return st;
	}
	a->w = worker_new("admin", false, NULL, NULL, NULL);
	loop_watch(l, a->fd, POLLIN, "admin", accepted, a);
	loop_watch(l, worker_fd(a->w), POLLIN, "admin", delivered, a);
	*out = a;
	return STATUS_OK;
}

void admin_free(struct admin *a)
{
	if (!a)
		return;
	if (a->w) {
		loop_forget(a->l, a->fd);
		loop_forget(a->l, worker_fd(a->w));
		worker_free(a->w);
	}
	if (a->fd >= 0) {
		close(a->fd);
		unlink(a->path);
	}
	mem_free(a->path);
	mem_free(a);
}

/* The command as it was given, without what concerns this process alone; the last argument is
 * `path`, if any. */
static void write_words(struct buf *b, const struct run *r, const char *path)
{
	buf_add(b, r->command->name, strlen(r->command->name) + 1);
	for (size_t i = 0; i < r->n_values; i++) {
		const struct option *o = r->values[i].option;

		if (strcmp(o->name, "store") == 0 || strcmp(o->name, "dir") == 0 ||
			strcmp(o->name, "config") == 0 || strcmp(o->name, "receipts") == 0)
			continue;
		buf_printf(b, o->arg ? "--%s=%s" : "--%s", o->name, r->values[i].value);
		buf_addc(b, '\0');
	}
	buf_add(b, "--", 3);
	for (int i = 0; i < r->n_args; i++) {
		const char *word = path && i + 1 == r->n_args ? path : r->args[i];

		buf_add(b, word, strlen(word) + 1);
	}
}

static void take_frame(struct run *r, char type, char *bytes, size_t len)
{
	bytes[len] = '\0';
	if (type == 'O')
		buf_add(&r->out, bytes, len);
	else if (type == 'E')
		buf_add(&r->err, bytes, len);
	else if (type == 'P')
		progress_show(r, bytes);
}

static enum status read_answer(int *code_out, struct run *r, int fd)
{
	unsigned char head[FRAME], code;

	while (receive_all(fd, head, sizeof(head))) {
		uint32_t len = get_u32(head + 1);
		char *bytes;

		if (len > ANSWER_BYTES_MAX)
			break;
		if (head[0] == 'X' && len == 1 && receive_all(fd, &code, 1)) {
			*code_out = code;
			return STATUS_OK;
		}
		bytes = mem_alloc(len + 1);
		if (receive_all(fd, bytes, len))
			take_frame(r, (char)head[0], bytes, len);
		mem_free(bytes);
	}
	return status_set(
		STATUS_OFFLINE, "the hub that serves gave no whole answer; look at its log");
}

static enum status talk(int *code_out, struct run *r, int fd, const char *path)
{
	unsigned char head[4];
	enum status st;
	struct buf b;

	buf_init(&b, REQUEST_MAX);
	write_words(&b, r, path);
	head[0] = (unsigned char)b.len;
	head[1] = (unsigned char)(b.len >> 8);
	head[2] = (unsigned char)(b.len >> 16);
	head[3] = 0;
	if (b.err)
		st = status_set(STATUS_USAGE, "the command is too long");
	else if (!send_all(fd, head, sizeof(head)) || !send_all(fd, b.ptr, b.len))
		st = status_set(STATUS_OFFLINE,
			"the hub that serves does not take commands; is this its user?");
	else
		st = read_answer(code_out, r, fd);
	buf_done(&b);
	return st;
}

/* The hub wrote its answer beside the copy. */
static enum status fetch_back(struct run *r, const char *staged)
{
	char *wanted = run_back(r), *from = mem_printf("%s" BACK_SUFFIX, staged), *opened = NULL;
	enum status st = wanted ? STATUS_OK : STATUS_NOT_FOUND;
	int fd = -1;

	if (!st)
		st = stage_open(&fd, r->site, from);
	if (!st) {
		opened = mem_printf("/proc/self/fd/%d", fd);
		st = bundle_copy(opened, wanted);
		close(fd);
	}
	if (!st)
		run_back_told(r, wanted);
	else if (st == STATUS_NOT_FOUND)	/* there was nobody to answer */
		st = STATUS_OK;
	mem_free(opened);
	mem_free(from);
	mem_free(wanted);
	return st;
}

static struct run_value *file_option(struct run *r)
{
	for (size_t i = r->n_values; i-- > 0; )
		if (strcmp(r->values[i].option->name, "file") == 0)
			return &r->values[i];
	return NULL;
}

/* The hub speaks of its own copy; who called knows the file by another name. */
static void put_name(struct buf *b, const char *staged, const char *wanted)
{
	char *text = mem_strdup(buf_str(b)), *at = text, *hit;

	if (strstr(text, staged)) {
		buf_reset(b);
		for (; (hit = strstr(at, staged)); at = hit + strlen(staged)) {
			buf_add(b, at, (size_t)(hit - at));
			buf_adds(b, wanted);
		}
		buf_adds(b, at);
	}
	mem_free(text);
}

/* A file that --file names, which the hub writes into its own folder. */
static enum status talk_file(int *code_out, struct run *r, int fd)
{
	struct run_value *file = file_option(r);
	const char *wanted = file->value;
	char *staged = NULL;
	enum status st = stage_out(&staged, r->site);

	if (st)
		return st;
	file->value = staged;
	st = talk(code_out, r, fd, NULL);
	file->value = wanted;
	put_name(&r->err, staged, wanted);
	if (!st && *code_out == EXIT_DONE)
		st = stage_fetch(r->site, staged, wanted);
	stage_remove(r->site, staged);
	mem_free(staged);
	return st;
}

/* Files that come or go pass through the hub's own folder. */
static enum status talk_staged(int *code_out, struct run *r, int fd)
{
	bool takes = r->command->flags & COMMAND_TAKES, gives = r->command->flags & COMMAND_GIVES;
	const char *wanted = r->n_args ? r->args[r->n_args - 1] : "";
	char *staged = NULL;
	enum status st = reading_wait(r);	/* what is staged is whole */

	if (!st && takes)
		st = stage_in(&staged, r->site, wanted);
	else if (!st && gives)
		st = stage_out(&staged, r->site);
	if (!st)
		st = talk(code_out, r, fd, staged);
	if (staged)
		put_name(&r->err, staged, wanted);
	if (!st && gives && *code_out == EXIT_DONE)
		st = stage_fetch(r->site, staged, wanted);
	if (!st && (r->command->flags & COMMAND_BACK))
		st = fetch_back(r, staged);
	if (staged)
		stage_remove(r->site, staged);
	mem_free(staged);
	return st;
}

enum status admin_ask(int *code_out, struct run *r)
{
	char *path = mem_printf("%s/admin.sock", r->site->dir);
	struct sockaddr_un sa;
	enum status st = address(&sa, path);
	bool served = false;
	int fd = -1;

	if (st) {		/* no hub can serve there either */
		mem_free(path);
		return STATUS_NOT_FOUND;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		st = status_errno("%s", path);
	else if (connect(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0)
		st = errno == ENOENT || errno == ECONNREFUSED ? STATUS_NOT_FOUND
							      : status_errno("%s", path);
	else {
		served = true;
		st = (r->command->flags & COMMAND_FILE) && file_option(r) ? talk_file(code_out, r, fd)
			: talk_staged(code_out, r, fd);
	}
	if (fd >= 0)
		close(fd);
	mem_free(path);
	/* what is missing then is a file: the hub was there, and nobody else may open its store */
	return served && st == STATUS_NOT_FOUND ? STATUS_INVALID : st;
}
