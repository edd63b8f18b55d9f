/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SFTP server that means no good, run by sshd as its subsystem: packets on standard input and output. The first
 * folder of each path is its mood, so that one server serves them all at once; what it is told to keep it throws away.
 * Layer: tests; one thread.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	INIT = 1, VERSION = 2, OPEN = 3, CLOSE = 4, READ = 5, WRITE = 6, OPENDIR = 11, READDIR = 12, REMOVE = 13,
	MKDIR = 14, STAT = 17, RENAME = 18, EXTENDED = 200, STATUS = 101, HANDLE = 102, DATA = 103, NAME = 104, ATTRS = 105
};
enum { GOOD = 0, AT_END = 1, MISSING = 2, DENIED = 3, FAILURE = 4, NO_WORDS = 5 };
#define PACKET_MAX (512u << 10)
#define KEPT_MAX (4u << 20)
#define DIGITS 64
#define PIECE 32768u

static unsigned char in[PACKET_MAX], out[2 * PACKET_MAX], kept[KEPT_MAX];
static size_t in_len, at, n_out, n_kept;
static uint32_t id;
static uint64_t told;		/* size of the file, as its path wants it told: /MOOD/size-N/… */
static char mood[32] = "", last[DIGITS + 1] = "";	/* of the bundle that was left here */
static bool listed;

/* ---- packets ---- */

static bool read_all(void *to, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(STDIN_FILENO, (char *)to + got, n - got);

		if (r <= 0)
			return false;
		got += (size_t)r;
	}
	return true;
}

static uint64_t take(size_t n)
{
	uint64_t v = 0;

	while (n-- > 0 && at < in_len)
		v = v << 8 | in[at++];
	return v;
}

/* A string of the request, cut to what fits. */
static size_t take_string(char *to, size_t max)
{
	size_t n = (size_t)take(4), m;

	n = n < in_len - at ? n : in_len - at;
	m = n < max - 1 ? n : max - 1;
	memcpy(to, in + at, m);
	to[m] = '\0';
	at += n;
	return m;
}

static void u8(unsigned int v)
{
	out[n_out++] = (unsigned char)v;
}

static void u32(uint64_t v)
{
	u8(v >> 24 & 0xff);
	u8(v >> 16 & 0xff);
	u8(v >> 8 & 0xff);
	u8(v & 0xff);
}

static void u64(uint64_t v)
{
	u32(v >> 32);
	u32(v & 0xffffffff);
}

static void bytes(const void *p, size_t n)
{
	u32(n);
	memcpy(out + n_out, p, n);
	n_out += n;
}

static void words(const char *s)
{
	bytes(s, strlen(s));
}

static void begin(unsigned int type)
{
	n_out = 4;
	u8(type);
	if (type != VERSION)
		u32(id);
}

/* `more`: told to be so much longer than it is. */
static void send_it(size_t more)
{
	size_t n = n_out, sent = 0;

	n_out = 0;
	u32(n - 4 + more);
	while (sent < n) {
		ssize_t w = write(STDOUT_FILENO, out + sent, n - sent);

		if (w <= 0)
			exit(0);
		sent += (size_t)w;
	}
}

static void status(unsigned int code)
{
	begin(STATUS);
	u32(code);
	words("\033]0;gotcha\007 \033[2J no words of mine");
	words("");
	send_it(0);
}

static bool is(const char *name)
{
	return !strcmp(mood, name);
}

static void attributes(uint64_t size)
{
	u32(1 | 4);
	u64(size);
	u32(0100644);
}

static void entry(const char *name, size_t n, uint64_t size)
{
	bytes(name, n);
	words("\033[31m-rw-r--r-- 1 0 0");
	attributes(size);
}

/* ---- listings ---- */

static void answer_entry(const char *end, uint64_t size)
{
	char name[DIGITS + 20];

	snprintf(name, sizeof(name), "%s.%s", last, end);
	entry(name, strlen(name), size);
}

/* Names that lead elsewhere, or mean something to a terminal. */
static void tricks(void)
{
	static const char hidden[] = "a\0.receipts";
	char name[400];

	begin(NAME);
	u32(9);
	entry("../../../../planted.receipts", 28, 10);
	entry("/tmp/planted.receipts", 21, 10);
	entry(hidden, sizeof(hidden) - 1, 10);
	entry("\033]0;gotcha\007.receipts", 20, 10);
	entry("..", 2, 10);
	entry("", 0, 10);
	snprintf(name, sizeof(name), "../%s.receipts", last);
	entry(name, strlen(name), 10);
	snprintf(name, sizeof(name), "%s.receipts/../../x", last);
	entry(name, strlen(name), 10);
	memset(name, 'a', sizeof(name));
	entry(name, sizeof(name), 10);
	send_it(0);
}

static void thousand(void)
{
	char name[20];
	unsigned int i;

	begin(NAME);
	u32(1000);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%u", i);
		entry(name, strlen(name), i);
	}
	send_it(0);
}

static void long_name(void)
{
	begin(NAME);
	u32(1);
	memset(out + n_out + 4, 'a', PACKET_MAX);
	u32(PACKET_MAX);
	n_out += PACKET_MAX;
	send_it(0);
}

static void list(void)
{
	if (is("endless")) {
		thousand();
		return;
	}
	if (listed || !*last) {
		status(AT_END);
		return;
	}
	listed = true;
	if (is("tricks")) {
		tricks();
	} else if (is("long-name")) {
		long_name();
	} else if (is("type")) {
		begin(DATA);
		words("no listing");
		send_it(0);
	} else if (is("words")) {
		status(FAILURE);
	} else {
		begin(NAME);
		u32(is("count") ? 1000000000 : 1);
		if (is("refuse"))
			answer_entry("refused", 40);
		else if (is("huge"))
			answer_entry("receipts", UINT64_C(1) << 62);
		else if (is("lies"))
			answer_entry("receipts", 1000000);
		else if (is("other"))
			answer_entry("receipts", n_kept);
		else if (is("flood") || is("noise") || is("gone"))
			answer_entry("receipts", 10);
		else
			entry("..", 2, 0);
		send_it(0);
	}
}

/* ---- files ---- */

static void give(void)
{
	char handle[256];
	uint64_t from;
	size_t n;

	take_string(handle, sizeof(handle));
	from = take(8);
	n = (size_t)take(4);
	if ((is("lies") || is("refuse")) && from > 0) {
		status(AT_END);
		return;
	}
	begin(DATA);
	if (is("other")) {
		n = from >= n_kept ? 0 : n < n_kept - from ? n : n_kept - from;
		bytes(kept + from, n);
	} else if (is("refuse")) {
		words("\033]0;gotcha\007\033[2J because I say so, and so\n");
	} else {
		n = is("flood") ? PIECE : is("lies") ? 10 : n < PIECE ? n : PIECE;
		memset(out + n_out + 4, '\033', n);
		u32(n);
		n_out += n;
	}
	send_it(0);
}

static void keep(void)
{
	char handle[256];
	uint64_t to;
	size_t n;

	take_string(handle, sizeof(handle));
	to = take(8);
	n = (size_t)take(4);
	if (to <= KEPT_MAX && n <= KEPT_MAX - to) {
		memcpy(kept + to, in + at, n);
		if (n_kept < to + n)
			n_kept = (size_t)to + n;
	}
	if (is("full")) {
		status(FAILURE);
		return;
	}
	if (is("ids"))
		id += 7;
	if (is("longer") || is("silent")) {
		begin(STATUS);
		u32(GOOD);
		words("");
		words("");
		if (is("longer"))
			memset(out + n_out, 0xff, 100), n_out += 100;
		send_it(is("longer") ? (size_t)-100 : 1000);
		return;
	}
	status(GOOD);
}

static void see_path(void)
{
	char path[1024], *end;

	take_string(path, sizeof(path));
	if (path[0] == '/' && (end = strchr(path + 1, '/'))) {
		*end = '\0';
		snprintf(mood, sizeof(mood), "%.31s", path + 1);
		*end = '/';
	}
	end = strstr(path, "/size-");
	told = end ? strtoull(end + 6, NULL, 10) : 0;
	end = strrchr(path, '.');
	if (end && !strcmp(end, ".part") && end - path > DIGITS) {
		memcpy(last, end - DIGITS, DIGITS);
		last[DIGITS] = '\0';
	}
}

static void open_it(uint32_t flags, bool folder)
{
	if (is("gone") && flags == 1 && !folder) {
		status(MISSING);
		return;
	}
	if (is("no-handle")) {
		status(GOOD);
		return;
	}
	begin(HANDLE);
	if (is("handle")) {
		memset(out + n_out + 4, 'h', 100000);
		u32(100000);
		n_out += 100000;
	} else {
		words(folder ? "folder" : "file");
	}
	send_it(0);
}

static void size_of(void)
{
	if (!is("stat") && !told) {
		status(MISSING);
		return;
	}
	begin(ATTRS);
	attributes(told ? told : 5);		/* so much is said to be there, and is not */
	send_it(0);
}

static void serve(unsigned int type)
{
	switch (type) {
	case OPENDIR:
		see_path();
		listed = false;
		open_it(0, true);
		break;
	case READDIR:
		list();
		break;
	case OPEN:
		see_path();
		open_it((uint32_t)take(4), false);
		break;
	case READ:
		give();
		break;
	case WRITE:
		keep();
		break;
	case STAT:
		see_path();
		size_of();
		break;
	case MKDIR:
		see_path();
		n_kept = 0;
		status(GOOD);
		break;
	default:
		status(GOOD);		/* a rename too, that is none */
	}
}

int main(void)
{
	unsigned char head[4];

	while (read_all(head, sizeof(head))) {
		unsigned int type;

		in_len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		if (in_len < 5 || in_len > PACKET_MAX || !read_all(in, in_len))
			return 1;
		at = 0;
		type = (unsigned int)take(1);
		id = (uint32_t)take(4);
		if (type == INIT) {
			begin(VERSION);
			u32(3);
			send_it(0);
		} else {
			serve(type);
		}
	}
	return 0;
}
