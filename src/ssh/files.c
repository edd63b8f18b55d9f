/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files on an SSH server, one operation at a time, with many requests of it on the way. The server may be anybody's:
 * every answer has a ceiling, and what makes no sense ends the connection. Layer ssh, in verdict-ssh; one thread.
 */
#include "child.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sftp_wire.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

#define PIECE 32768u
#define UNDER_WAY 64u		/* requests that nobody answered yet */
#define NAMES_MAX 65536u	/* looked at in one folder */
#define TELL_MS 100
#define SILENCE_S 30

struct files {
	struct visit *v;
	ssh_channel channel;
	struct buf in, out;
	size_t taken;		/* bytes of `in` that were an answer already */
	uint32_t id;
	bool posix_rename;
	int silence_ms;
	int64_t told_ms;
};

/* ---- packets ---- */

static void send_packet(struct files *f)
{
	if (f->out.err || ssh_channel_write(f->channel, f->out.ptr, (uint32_t)f->out.len) != (int)f->out.len)
		console_failed(NET_CUT, "the SSH connection to %s was cut", f->v->open.open.host);
	buf_reset(&f->out);
}

static void fill(struct files *f, size_t need)
{
	static char bytes[65536];

	if (f->taken) {
		buf_cut(&f->in, 0, f->taken);
		f->taken = 0;
	}
	while (f->in.len < need) {
		int n = ssh_channel_read_timeout(f->channel, bytes, sizeof(bytes), 0, f->silence_ms);

		if (n > 0)
			buf_add(&f->in, bytes, (size_t)n);
		else if (n == 0 && !ssh_channel_is_eof(f->channel) && ssh_is_connected(f->v->session))
			console_failed(NET_SILENT, "nothing came from %s for %d seconds", f->v->open.open.host,
				f->silence_ms / 1000);
		else if (n != SSH_AGAIN)
			console_failed(NET_CUT, "the SSH connection to %s was cut", f->v->open.open.host);
	}
}

/* The next answer; borrowed until the one after it. */
static void next_reply(struct sftp_reply *r, struct files *f)
{
	const unsigned char *p;
	size_t n;

	if (f->in.len - f->taken < 4)
		fill(f, 4);
	p = (const unsigned char *)f->in.ptr + f->taken;
	n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (n < 1 || n > SFTP_PACKET_MAX)
		console_failed(NET_GARBLED, "the SFTP server of %s says what makes no sense", f->v->open.open.host);
	if (f->in.len - f->taken < 4 + n)
		fill(f, 4 + n);
	if (sftp_reply_get(r, f->in.ptr + f->taken + 4, n) != STATUS_OK)
		console_failed(NET_GARBLED, "the SFTP server of %s says what makes no sense", f->v->open.open.host);
	f->taken += 4 + n;
}

static size_t request(struct files *f, enum sftp_type type)
{
	size_t start = sftp_begin(&f->out, type);

	sftp_u32(&f->out, ++f->id);
	return start;
}

/* The one answer to the request just made. */
static void answer(struct sftp_reply *r, struct files *f, size_t start, enum sftp_type want)
{
	sftp_end(&f->out, start);
	send_packet(f);
	session_hurry(f->v);
	next_reply(r, f);
	if (r->id != f->id || (r->type != want && r->type != SFTP_STATUS) ||
		(r->type == SFTP_STATUS && want != SFTP_STATUS && r->status == SFTP_OK))
		console_failed(NET_GARBLED, "the SFTP server of %s answers something else", f->v->open.open.host);
}

static void path(struct files *f, const char *p)
{
	sftp_string(&f->out, p, strlen(p));
}

/* ---- results ---- */

static enum hop_result result_of(struct hopwire *m, const struct sftp_reply *r, const char *what)
{
	static char why[HOPWIRE_TEXT_MAX];

	if (r->type != SFTP_STATUS || r->status == SFTP_OK)
		return m->done.result = HOP_GOOD;
	m->done.result = r->status == SFTP_NO_SUCH_FILE ? HOP_MISSING :
		r->status == SFTP_PERMISSION_DENIED ? HOP_REFUSED : HOP_BROKEN;
	snprintf(why, sizeof(why), "%.600s: %s", what, m->done.result == HOP_MISSING ? "is not there" :
		m->done.result == HOP_REFUSED ? "no right to that" : "the server could not do it");
	m->done.why = why;
	return m->done.result;
}

/* The handle, kept apart from the answers. */
static enum hop_result get_handle(char *out, size_t *len, struct hopwire *m, const struct sftp_reply *r, const char *what)
{
	if (result_of(m, r, what) != HOP_GOOD)
		return m->done.result;
	memcpy(out, r->data, r->len);
	*len = r->len;
	return HOP_GOOD;
}

static void close_handle(struct files *f, const char *handle, size_t len)
{
	struct sftp_reply r;
	size_t start = request(f, SFTP_CLOSE);

	sftp_string(&f->out, handle, len);
	answer(&r, f, start, SFTP_STATUS);
}

static void progress(struct files *f, uint64_t moved)
{
	int64_t now = clock_mono_ns() / 1000000;

	if (now - f->told_ms < TELL_MS)
		return;
	f->told_ms = now;
	console_progress(moved);
}

static enum hop_result open_file(char *handle, size_t *len, struct files *f, struct hopwire *m, const char *name,
	uint32_t flags)
{
	struct sftp_reply r;
	size_t start = request(f, SFTP_OPEN);

	path(f, name);
	sftp_u32(&f->out, flags);
	sftp_u32(&f->out, 0);
	answer(&r, f, start, SFTP_HANDLE);
	return get_handle(handle, len, m, &r, name);
}

/* ---- operations ---- */

static void list(struct files *f, struct hopwire *m, const struct hop_work *w, struct buf *listed)
{
	char handle[SFTP_HANDLE_MAX];
	unsigned int seen = 0, told = 0;
	struct sftp_reply r;
	size_t len, start = request(f, SFTP_OPENDIR);

	path(f, w->path);
	answer(&r, f, start, SFTP_HANDLE);
	if (get_handle(handle, &len, m, &r, w->path) != HOP_GOOD)
		return;
	for (;;) {
		struct sftp_name name;
		enum status code;

		start = request(f, SFTP_READDIR);
		sftp_string(&f->out, handle, len);
		answer(&r, f, start, SFTP_NAME);
		if (r.type == SFTP_STATUS)
			break;
		while ((code = sftp_name_next(&name, &r)) == STATUS_OK && ++seen < NAMES_MAX && told < HOP_ENTRIES_MAX)
			if (name.is_file && name.has_size && hop_name_ok(name.name, name.len)) {
				char text[HOP_NAME_MAX + 1];

				memcpy(text, name.name, name.len);
				text[name.len] = '\0';
				hopwire_entry(listed, text, name.size);
				told++;
			}
		if (code == STATUS_INVALID)
			console_failed(NET_GARBLED, "the listing of %s makes no sense", f->v->open.open.host);
		m->done.more = ++seen >= NAMES_MAX || told >= HOP_ENTRIES_MAX;
		if (m->done.more)
			break;
	}
	if (r.type != SFTP_STATUS || r.status == SFTP_EOF || result_of(m, &r, w->path) == HOP_GOOD)
		m->done.result = HOP_GOOD;
	m->listed = listed->ptr;
	m->listed_len = listed->len;
	close_handle(f, handle, len);
}

static bool write_here(int fd, const char *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t put = pwrite(fd, p, n, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
		at += (uint64_t)put;
	}
	return true;
}

static void ask_piece(struct files *f, const char *handle, size_t len, uint64_t at, uint64_t left)
{
	size_t start = request(f, SFTP_READ);

	sftp_string(&f->out, handle, len);
	sftp_u64(&f->out, at);
	sftp_u32(&f->out, left < PIECE ? (uint32_t)left : PIECE);
	sftp_end(&f->out, start);
}

/* How much is asked for at that place. */
static uint32_t piece_at(uint64_t at, uint64_t end)
{
	return end - at < PIECE ? (uint32_t)(end - at) : PIECE;
}

/* In order, so that what is here is always the file's beginning; a short piece begins a new series. */
static void get(struct files *f, struct hopwire *m, const struct hop_work *w)
{
	uint64_t at = w->from, end = w->from + w->max, asked, given = 0;
	char handle[SFTP_HANDLE_MAX];
	bool over = false, again;
	struct sftp_reply r;
	uint32_t waiting, first;
	size_t len;

	if (open_file(handle, &len, f, m, w->path, SFTP_FLAG_READ) != HOP_GOOD)
		return;
	while (!over && at < end) {
		asked = at;
		waiting = 0;
		first = f->id + 1;
		again = false;
		do {
			for (; !over && !again && waiting < UNDER_WAY && asked < end; waiting++) {
				ask_piece(f, handle, len, asked, end - asked);
				asked += end - asked < PIECE ? end - asked : PIECE;
			}
			if (f->out.len)
				send_packet(f);
			next_reply(&r, f);
			waiting--;
			if (r.id != first++ || (r.type != SFTP_DATA && r.type != SFTP_STATUS) || r.len > PIECE)
				console_failed(NET_GARBLED, "the SFTP server of %s answers something else",
					f->v->open.open.host);
			if (over || again)
				continue;
			if (r.type == SFTP_STATUS || r.len == 0) {
				over = true;
				if (r.type == SFTP_STATUS && r.status != SFTP_EOF)
					result_of(m, &r, w->path);
			} else if (r.len > piece_at(at, end)) {
				console_failed(NET_GARBLED, "the SFTP server of %s gives more than was asked for",
					f->v->open.open.host);
			} else if (!write_here(w->fd, r.data, r.len, at)) {
				over = true;
				m->done.result = HOP_NO_ROOM;
				m->done.why = "there is no room for it on this computer";
			} else {
				again = r.len < piece_at(at, end);
				at += r.len;
				given += r.len;
				progress(f, given);
			}
		} while (waiting || (!over && !again && asked < end));
	}
	m->done.size = given;
	close_handle(f, handle, len);
}

/*
 * Answers to pieces that were sent, in their order, down to `keep` without one; false once one was bad. No other request
 * goes out meanwhile, so the last id tells the first.
 */
static bool settle(struct files *f, struct hopwire *m, uint32_t *waiting, uint32_t keep, const char *name)
{
	struct sftp_reply r;
	bool good = true;

	while (*waiting > keep) {
		next_reply(&r, f);
		if (r.type != SFTP_STATUS || r.id != f->id - *waiting + 1)
			console_failed(NET_GARBLED, "the SFTP server of %s answers something else", f->v->open.open.host);
		--*waiting;
		if (good && result_of(m, &r, name) != HOP_GOOD) {
			good = false;
			if (m->done.result == HOP_BROKEN) {
				m->done.result = HOP_NO_ROOM;
				m->done.why = "the server could not write it; is its disk full?";
			}
		}
	}
	return good;
}

/* Those that came by now. */
static bool settle_there(struct files *f, struct hopwire *m, uint32_t *waiting, const char *name)
{
	bool good = true;

	while (good && *waiting && (f->in.len > f->taken || ssh_channel_poll(f->channel, 0) > 0))
		good = settle(f, m, waiting, *waiting - 1, name);
	return good;
}

/* Only what was answered: a server that takes bytes and dies brings nothing on. */
static void answered(struct files *f, uint64_t sent, uint32_t waiting)
{
	uint64_t open = (uint64_t)waiting * PIECE;

	progress(f, sent > open ? sent - open : 0);
}

static void put(struct files *f, struct hopwire *m, const struct hop_work *w)
{
	static char bytes[PIECE];
	char handle[SFTP_HANDLE_MAX];
	uint64_t at = w->from;
	uint32_t waiting = 0;
	bool good = true;
	size_t len, start;
	ssize_t n;

	if (open_file(handle, &len, f, m, w->path,
		SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | (w->from ? 0 : SFTP_FLAG_TRUNCATE)) != HOP_GOOD)
		return;
	while (good && (n = pread(w->fd, bytes, sizeof(bytes), (off_t)at)) != 0) {
		if (n < 0) {
			m->done.result = HOP_BROKEN;
			m->done.why = "the file here cannot be read";
			good = false;
			break;
		}
		start = request(f, SFTP_WRITE);
		sftp_string(&f->out, handle, len);
		sftp_u64(&f->out, at);
		sftp_string(&f->out, bytes, (size_t)n);
		sftp_end(&f->out, start);
		send_packet(f);
		at += (uint64_t)n;
		waiting++;
		good = settle(f, m, &waiting, UNDER_WAY - 1, w->path);
		if (good && clock_mono_ns() / 1000000 - f->told_ms >= TELL_MS) {
			good = settle_there(f, m, &waiting, w->path);
			answered(f, at - w->from, waiting);
		}
	}
	while (good && waiting) {
		good = settle(f, m, &waiting, waiting - 1, w->path);
		answered(f, at - w->from, waiting);
	}
	if (!good)
		settle(f, &(struct hopwire){ 0 }, &waiting, 0, w->path);
	m->done.size = at - w->from;
	close_handle(f, handle, len);
}

static void simple(struct files *f, struct hopwire *m, enum sftp_type type, const char *name)
{
	struct sftp_reply r;
	size_t start = request(f, type);

	path(f, name);
	if (type == SFTP_MKDIR)
		sftp_u32(&f->out, 0);
	answer(&r, f, start, SFTP_STATUS);
	result_of(m, &r, name);
}

static void rename_file(struct files *f, struct hopwire *m, const struct hop_work *w)
{
	static const char extension[] = "posix-rename@openssh.com";
	struct sftp_reply r;
	size_t start;

	if (!f->posix_rename)
		simple(f, m, SFTP_REMOVE, w->to);
	start = request(f, f->posix_rename ? SFTP_EXTENDED : SFTP_RENAME);
	if (f->posix_rename)
		path(f, extension);
	path(f, w->path);
	path(f, w->to);
	answer(&r, f, start, SFTP_STATUS);
	m->done.why = "";
	result_of(m, &r, w->path);
}

static void size_of(struct files *f, struct hopwire *m, const struct hop_work *w)
{
	struct sftp_reply r;
	size_t start = request(f, SFTP_STAT);

	path(f, w->path);
	answer(&r, f, start, SFTP_ATTRS);
	if (result_of(m, &r, w->path) != HOP_GOOD)
		return;
	m->done.size = r.size;
	if (r.type == SFTP_ATTRS && r.is_file && r.has_size)
		return;
	m->done.result = HOP_BROKEN;
	m->done.why = "that is no plain file";
}

static void work(struct files *f, const struct hop_work *w)
{
	struct hopwire m = { .kind = HOPWIRE_DONE, .done = { .result = HOP_GOOD, .why = "" } };
	struct buf listed;

	buf_init(&listed, HOPWIRE_MAX / 2);
	switch (w->verb) {
	case HOP_LIST:
		list(f, &m, w, &listed);
		break;
	case HOP_GET:
		get(f, &m, w);
		break;
	case HOP_PUT:
		put(f, &m, w);
		break;
	case HOP_RENAME:
		rename_file(f, &m, w);
		break;
	case HOP_REMOVE:
		simple(f, &m, SFTP_REMOVE, w->path);
		break;
	case HOP_MKDIR:
		simple(f, &m, SFTP_MKDIR, w->path);
		break;
	default:
		size_of(f, &m, w);
	}
	console_put(&m);
	buf_done(&listed);
}

/* ---- the beginning ---- */

static void begin(struct files *f)
{
	struct sftp_reply r;
	size_t start;

	f->channel = ssh_channel_new(f->v->session);
	if (!f->channel || ssh_channel_open_session(f->channel) != SSH_OK ||
		ssh_channel_request_sftp(f->channel) != SSH_OK)
		console_failed(NET_DENIED, "%s lets us in, but gives no files by SFTP", f->v->open.open.host);
	start = sftp_begin(&f->out, SFTP_INIT);
	sftp_u32(&f->out, 3);
	sftp_end(&f->out, start);
	send_packet(f);
	next_reply(&r, f);
	if (r.type != SFTP_VERSION || r.status < 3)
		console_failed(NET_DENIED, "the SFTP server of %s is too old", f->v->open.open.host);
	f->posix_rename = r.posix_rename;
}

void files_serve(struct visit *v)
{
	static struct files f;
	struct hopwire m = { .kind = HOPWIRE_READY };
	struct buf frame;

	f.v = v;
	f.silence_ms = (int)(v->open.open.silence_s ? v->open.open.silence_s : SILENCE_S) * 1000;
	buf_init(&f.in, 2 * (size_t)SFTP_PACKET_MAX + 65536 * 2);
	buf_init(&f.out, UNDER_WAY * 1024 + SFTP_PACKET_MAX);
	buf_init(&frame, HOPWIRE_MAX + 4);
	begin(&f);
	console_put(&m);
	for (;;) {
		console_next(&m, v, &frame);
		if (m.kind != HOPWIRE_WORK)
			_exit(3);
		m.work.fd = v->fd;
		work(&f, &m.work);
		if (v->fd >= 0)
			close(v->fd);
		v->fd = -1;
	}
}
