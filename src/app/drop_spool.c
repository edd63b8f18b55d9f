/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles that wait for the hub's answer, in a folder of the store. Layer app; the loop's thread. */
#include "drop_spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

#define ANSWER_BYTES_MAX (1ull << 30)
#define AGAIN_S 3600		/* sent and never answered: sent again */

char *spool_path(const struct spool *s, const char *name, const char *suffix)
{
	return mem_printf("%s/%s%s", s->folder, name, suffix);
}

static bool move_parcel(const struct spool *s, const struct parcel *p, const char *from, const char *to)
{
	char *a = spool_path(s, p->name, from), *b = spool_path(s, p->name, to);
	bool good = io_rename(a, b) == STATUS_OK;

	mem_free(a);
	mem_free(b);
	return good;
}

static bool name_ok(const char *name)
{
	return strspn(name, "0123456789abcdef") == PARCEL_NAME;
}

static void load_all(struct spool *s)
{
	DIR *dir = opendir(s->folder);
	const struct dirent *entry;
	struct stat sb;

	while (dir && (entry = readdir(dir)) && s->n < PARCELS_MAX) {
		struct parcel *p = &s->parcels[s->n];
		const char *end = entry->d_name + PARCEL_NAME;

		if (!name_ok(entry->d_name) || (strcmp(end, ".bundle") != 0 && strcmp(end, ".sent") != 0) ||
			fstatat(dirfd(dir), entry->d_name, &sb, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(sb.st_mode))
			continue;
		memset(p, 0, sizeof(*p));
		memcpy(p->name, entry->d_name, PARCEL_NAME);
		p->made = sb.st_mtim;
		p->sent = !strcmp(end, ".sent");
		if (p->sent && sb.st_mtim.tv_sec + AGAIN_S < time(NULL))
			p->sent = !move_parcel(s, p, ".sent", ".bundle");
		s->n++;
	}
	if (dir)
		closedir(dir);
}

void spool_forget(struct spool *s, struct parcel *p)
{
	static const char *const suffixes[] = { ".bundle", ".sent", ".receipts" };
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char *path = spool_path(s, p->name, suffixes[i]);

		(void)io_unlink(path);
		mem_free(path);
	}
	*p = s->parcels[--s->n];
}

static bool older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* Of those that are sent, or of the others, what was made before. */
static void forget_before(struct spool *s, bool sent, const struct timespec *made)
{
	size_t i = 0;

	while (i < s->n)
		if (s->parcels[i].sent == sent && older(&s->parcels[i].made, made))
			spool_forget(s, &s->parcels[i]);
		else
			i++;
}

void spool_forget_older(struct spool *s, const struct timespec *made)
{
	forget_before(s, true, made);
}

bool spool_load(struct spool *s, const char *folder)
{
	struct timespec newest = { 0, 0 };
	bool any = false;
	size_t i;

	s->folder = folder;
	s->n = 0;
	load_all(s);
	for (i = 0; i < s->n; i++)
		if (!s->parcels[i].sent) {
			any = true;
			if (older(&newest, &s->parcels[i].made))
				newest = s->parcels[i].made;
		}
	forget_before(s, false, &newest);
	return any;
}

char *spool_begin(const struct spool *s)
{
	uint8_t raw[PARCEL_NAME / 2];
	char name[PARCEL_NAME + 1];
	size_t i;

	random_bytes(raw, sizeof(raw));
	for (i = 0; i < sizeof(raw); i++)
		snprintf(name + 2 * i, 3, "%02x", raw[i]);
	return io_mkdirs(s->folder, 0700) == STATUS_OK ? spool_path(s, name, ".new") : NULL;
}

void spool_keep(struct spool *s, const char *path)
{
	struct parcel *p = &s->parcels[s->n];
	struct stat sb;
	char *kept;

	memset(p, 0, sizeof(*p));
	memcpy(p->name, path + strlen(s->folder) + 1, PARCEL_NAME);
	kept = spool_path(s, p->name, ".bundle");
	if (io_rename(path, kept) == STATUS_OK && stat(kept, &sb) == 0) {
		p->made = sb.st_mtim;
		s->n++;
	}
	mem_free(kept);
}

void spool_sent(struct spool *s, struct parcel *p)
{
	p->sent = move_parcel(s, p, ".bundle", ".sent");
}

void spool_listed(struct spool *s, const char *name, uint64_t size)
{
	const char *end = name + PARCEL_NAME;
	struct parcel *p;

	for (p = s->parcels; p < s->parcels + s->n; p++) {
		if (strncmp(name, p->name, PARCEL_NAME) != 0 || size > ANSWER_BYTES_MAX)
			continue;
		p->refused = !strcmp(end, ".refused");
		p->answered = p->refused || !strcmp(end, ".receipts");
		p->answer = size;
	}
}

struct parcel *spool_find(struct spool *s, bool answered)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (answered ? s->parcels[i].answered : !s->parcels[i].sent && !s->parcels[i].answered)
			return &s->parcels[i];
	return NULL;
}
