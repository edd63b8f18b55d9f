/* SPDX-License-Identifier: Apache-2.0 */
/* The small event pack of the import's tests; see pack_fixture.h. */
#include "tests/unit/pack_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

static const struct { const char *name, *text; } good[] = {
	{ "event.json", "{\"format\":\"verdict-pack\",\"version\":1,\"id\":\"ev\",\"name\":\"Small Event\",\"place\":\"서울\","
		"\"begins\":\"2026-11-23\",\"ends\":\"2026-11-27\",\"tz_min\":540,\"tz_name\":\"KST\",\"critical_on\":true}\n" },
	{ "catalogue.json", "{\"tracks\":[{\"id\":\"IPS\",\"name\":\"IPS Exchange\"}],\n"
		"\"profiles\":[{\"id\":\"MHD\",\"name\":\"Mobile access\"}],\n"
		"\"actors\":[{\"id\":\"DOC_SOURCE\",\"name\":\"Document Source\"},{\"id\":\"DOC_RECIPIENT\",\"name\":\"Document Recipient\"}],\n"
		"\"transactions\":[{\"id\":\"ITI-65\",\"name\":\"Provide Document Bundle\"}],\n"
		"\"tests\":[\n{\"id\":\"T1\",\"title\":\"Publish a summary\",\"track\":\"IPS\",\"peer\":\"p2p\",\"profiles\":[\"MHD\"],\n"
		"\"roles\":[{\"label\":\"source\",\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\",\"wanted\":3},"
		"{\"label\":\"recipient\",\"profile\":\"MHD\",\"actor\":\"DOC_RECIPIENT\"}],\n"
		"\"steps\":[{\"n\":1,\"kind\":\"request\",\"from\":\"source\",\"to\":\"recipient\",\"transaction\":\"ITI-65\"},"
		"{\"n\":2,\"kind\":\"show\",\"from\":\"recipient\",\"to\":\"monitor\",\"transaction\":\"-\"}],\n"
		"\"items\":[{\"id\":\"M65-01\",\"text\":\"A transaction Bundle.\",\"by\":\"check\",\"severity\":\"error\"}]}]}\n" },
	{ "organisations.json", "[{\"id\":\"O1\",\"name\":\"한빛병원\",\"country\":\"KR\"},\n"
		"{\"id\":\"O2\",\"name\":\"Sakura\",\"country\":\"JP\"}]\n" },
	{ "systems.json", "[{\"id\":\"S1\",\"name\":\"한빛 EMR\",\"version\":\"7\",\"organisation\":\"O1\",\"table\":\"A04\","
		"\"lines\":[{\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\",\"options\":[\"COMPLETE\"]}]},\n"
		"{\"id\":\"S2\",\"name\":\"さくら\",\"organisation\":\"O2\"}]\n" },
	{ "persons.json", "[{\"id\":\"P1\",\"name\":\"Kim Minji\",\"roles\":[\"monitor\",\"lead\"],\"organisations\":[\"O2\"]}]\n" },
	{ "instances.ndjson", PACK_TI_1 "\n" PACK_TI_2 "\n" },
	{ "evidence/a.txt", "hello" },
};

void pack_put(const char *dir, const char *member, const void *ptr, size_t len)
{
	char *path = mem_printf("%s/%s", dir, member), *slash = strrchr(path, '/');
	int fd;

	*slash = '\0';
	if (io_mkdirs(path, 0700) != STATUS_OK)
		abort();
	*slash = '/';
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || io_write_all(fd, path, ptr, len) != STATUS_OK)
		abort();
	close(fd);
	mem_free(path);
}

void pack_write(const char *dir, const char *member, const char *text, size_t len)
{
	size_t i;
	bool known = false, ours;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ours = member && strcmp(member, good[i].name) == 0;
		known = known || ours;
		if (!ours)
			pack_put(dir, good[i].name, good[i].text, strlen(good[i].text));
		else if (text)
			pack_put(dir, member, text, len);
	}
	if (member && !known && text)
		pack_put(dir, member, text, len);
}

const char *pack_good(const char *member)
{
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(good[i].name, member) == 0)
			return good[i].text;
	abort();
}

int64_t pack_count(struct store *st, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n = -1;

	if (sqlite3_prepare_v2(st->db, sql, -1, &s, NULL) != SQLITE_OK)
		abort();
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static unsigned int files_seen;

static int count_one(const char *path, const struct stat *sb, int kind, struct FTW *at)
{
	(void)path;
	(void)sb;
	(void)at;
	files_seen += kind == FTW_F;
	return 0;
}

unsigned int pack_files(struct store *st, const char *name)
{
	char *path = store_path(st, name);

	files_seen = 0;
	nftw(path, count_one, 16, FTW_PHYS);
	mem_free(path);
	return files_seen;
}
