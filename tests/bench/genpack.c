/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes an event pack (verdict-pack(5)) of any size from a seed: the same arguments give the same bytes.
 * Three steps and one and a half participants a TI, as large events have; names in the scripts of the
 * region. For the benchmark and for tests; a tool of its own that knows no layer but base and proto's hash.
 *
 * usage: genpack [--instances N] [--seed S] [--evidence K] OUTDIR
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/base/clock.h"
#include "verdict/proto/crypto.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW_MS INT64_C(1795498320000)	/* 2026-11-24T14:32+09:00 */
#define TESTS_A_CLASS 10
#define INSTANCES_MAX 1000000

static const struct economy {
	const char *code, *name;
	const char *first[6], *second[6], *people[4];
} economies[] = {
	{ "KR", "Korea", { "한빛", "서울", "다온", "새봄", "가람", "누리" }, { "병원", "메디", "의료", "건강", "시스템", "데이터" },
		{ "김민준", "이서연", "박지훈", "최수아" } },
	{ "JP", "Japan", { "さくら", "みどり", "あおば", "ひかり", "富士", "平和" }, { "医療", "病院", "クラウド", "情報", "ヘルス", "電子カルテ" },
		{ "佐藤 健", "鈴木 葵", "高橋 蓮", "田中 凛" } },
	{ "CN", "China", { "华康", "东方", "长江", "和平", "明德", "新桥" }, { "信息", "医院", "健康", "科技", "术语", "影像" },
		{ "张伟", "王芳", "李娜", "刘洋" } },
	{ "TW", "Taiwan", { "福爾摩沙", "玉山", "淡水", "大安", "中正", "瑞光" }, { "醫療", "資訊", "影像", "雲端", "健康", "系統" },
		{ "陳怡安", "林志豪", "黃雅婷", "吳建宏" } },
	{ "TH", "Thailand", { "สยามเวช", "รุ่งเรือง", "กรุงเทพ", "ใจดี", "บ้านสวน", "ไทยแพทย์" },
		{ "สารสนเทศ", "การแพทย์", "สุขภาพ", "คลินิก", "ข้อมูล", "ระบบ" }, { "สมชาย ใจดี", "สุดา วงศ์", "อนันต์ พานิช", "มาลี ศรี" } },
	{ "SG", "Singapore", { "Merlion", "Raffles", "Orchid", "Changi", "Kallang", "Marina" },
		{ "Health", "Exchange", "Imaging", "Clinic", "Data", "Systems" }, { "Tan Wei Ling", "Priya Raman", "Lim Jia Hui", "Farid Omar" } },
	{ "AU", "Australia", { "Wattle", "Banksia", "Coolabah", "Murray", "Yarra", "Illawarra" },
		{ "Health", "Clinical", "Exchange", "Care", "Terms", "Records" }, { "Jack Morrison", "Evie Thompson", "Noah Reid", "Mia Clarke" } },
	{ "NZ", "New Zealand", { "Kererū", "Tūī", "Pōhutukawa", "Aoraki", "Rātā", "Kōwhai" },
		{ "Hauora", "Health", "Terms", "Records", "Link", "Care" }, { "Aroha Ngata", "Hēmi Paraone", "Mere Tāwhiri", "Tama Rangi" } },
	{ "VN", "Viet Nam", { "Sông Hồng", "Hoà Bình", "Thăng Long", "Cửu Long", "Đông Á", "Việt Tâm" },
		{ "Y tế số", "Bệnh viện", "Sức khoẻ", "Dữ liệu", "Hình ảnh", "Hồ sơ" }, { "Nguyễn Thị Hòa", "Trần Văn Đức", "Lê Thu Hà", "Phạm Minh Tuấn" } },
	{ "PE", "Peru", { "Peñaflor", "Ñahui", "Cóndor", "Pacífico", "Andina", "Limeña" },
		{ "Salud", "Clínica", "Datos", "Imágenes", "Red", "Historia" }, { "José Quiñones", "Lucía Peña", "Inés Núñez", "Raúl Íñigo" } },
};

static const char *const topics[TESTS_A_CLASS] = { "Publish a summary", "Find and retrieve", "Expand a value set",
	"Look up a code", "Cross-border retrieve", "Check the document", "Known absence", "Share imaging manifest",
	"Feed identities", "Audit trail" };
static const struct { const char *track, *profile, *transaction; } subjects[TESTS_A_CLASS] = {
	{ "IPS", "MHD", "ITI-65" }, { "IPS", "MHD", "ITI-68" }, { "SVCM", "SVCM", "ITI-97" }, { "SVCM", "SVCM", "ITI-98" },
	{ "IPS", "XCA", "ITI-39" }, { "IPS", "FIPS", "PCC-1" }, { "IPS", "FIPS", "PCC-1" }, { "IMG", "XDSIB", "RAD-68" },
	{ "PLUG", "PIXM", "ITI-83" }, { "IPS", "ATNA", "ITI-20" } };
static const char *const comments[] = { "Ready for the monitor.", "확인 부탁드립니다.", "ご確認ください。", "請協助確認。",
	"รบกวนตรวจสอบด้วยครับ", "Nhờ giám sát viên kiểm tra.", "请查看。", "Captura completa adjunta." };

/* Of a hundred TIs: how many have which status. */
static const struct { const char *name; unsigned int share; } statuses[] = {
	{ "to-be-verified", 30 }, { "critical", 1 }, { "partially-verified", 4 }, { "running", 15 }, { "paused", 4 },
	{ "aborted", 5 }, { "failed", 6 }, { "verified", 35 } };

struct gen {
	uint64_t state;
	const char *dir;
	unsigned long instances, evidence, systems, organisations, persons;
};

static uint64_t mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned long pick(struct gen *g, unsigned long n)
{
	return (unsigned long)(mix(++g->state) % n);
}

static void die(const char *what)
{
	fprintf(stderr, "genpack: %s: %s\n", what, strerror(errno));
	exit(1);
}

static FILE *start(const struct gen *g, const char *name)
{
	char path[4096];
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", g->dir, name) >= (int)sizeof(path))
		die("name too long");
	f = fopen(path, "w");
	if (!f)
		die(path);
	return f;
}

static void finish(FILE *f, const char *name)
{
	if (ferror(f) || fclose(f) != 0)
		die(name);
}

static void write_event(const struct gen *g)
{
	FILE *f = start(g, "event.json");

	fprintf(f, "{\"format\":\"verdict-pack\",\"version\":1,\"id\":\"bench-%lu\",\"name\":\"Benchmark of %lu TIs\","
		"\"place\":\"서울\",\"begins\":\"2026-11-23\",\"ends\":\"2026-11-27\",\"tz_min\":540,\"tz_name\":\"KST\","
		"\"critical_on\":true,\"now\":\"2026-11-24T14:32:00+09:00\"}\n", g->instances, g->instances);
	finish(f, "event.json");
}

/* Test t of class (steps, roles) is number ((steps − 2) × 2 + roles − 1) × TESTS_A_CLASS + t. */
static void write_test(FILE *f, unsigned int number, unsigned int steps, unsigned int roles, unsigned int t)
{
	unsigned int i;

	fprintf(f, "%s{\"id\":\"GEN_%02u\",\"title\":\"%s %u\",\"track\":\"%s\",\"peer\":\"%s\",\"profiles\":[\"%s\"],"
		"\"description\":\"Generated for measuring: %u steps, %u roles.\",\"roles\":[", number ? ",\n" : "", number,
		topics[t], steps * 2 + roles, subjects[t].track, roles == 1 ? "none" : "p2p", subjects[t].profile, steps, roles);
	for (i = 0; i < roles; i++)
		fprintf(f, "%s{\"label\":\"%s\",\"profile\":\"%s\",\"actor\":\"%s\",\"wanted\":%d}", i ? "," : "",
			i ? "responder" : "initiator", subjects[t].profile, i ? "SERVER" : "CLIENT", roles == 1 ? 1 : 3);
	fputs("],\"steps\":[", f);
	for (i = 1; i <= steps; i++)
		fprintf(f, "%s{\"n\":%u,\"kind\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"transaction\":\"%s\",\"text\":\"Message %u.\"}",
			i > 1 ? "," : "", i, i % 2 ? "request" : "response", i % 2 || roles == 1 ? "initiator" : "responder",
			i % 2 && roles == 2 ? "responder" : "monitor", subjects[t].transaction, i);
	fprintf(f, "],\"items\":[{\"id\":\"GEN-%02uA\",\"text\":\"The message is whole.\",\"by\":\"check\"},"
		"{\"id\":\"GEN-%02uB\",\"text\":\"The screen shows it.\",\"by\":\"person\",\"severity\":\"warning\"}]}", number, number);
}

static void write_catalogue(const struct gen *g)
{
	FILE *f = start(g, "catalogue.json");
	unsigned int steps, roles, t, number = 0;

	fputs("{\"tracks\":[{\"id\":\"IPS\",\"name\":\"IPS Exchange\"},{\"id\":\"IMG\",\"name\":\"IPS Imaging\"},"
		"{\"id\":\"SVCM\",\"name\":\"SVCM\"},{\"id\":\"PLUG\",\"name\":\"Plugathon\"}],\n\"profiles\":["
		"{\"id\":\"MHD\",\"name\":\"Mobile access\"},{\"id\":\"SVCM\",\"name\":\"Value sets\"},{\"id\":\"XCA\",\"name\":"
		"\"Cross community\"},{\"id\":\"FIPS\",\"name\":\"Summary\"},{\"id\":\"XDSIB\",\"name\":\"Imaging\"},"
		"{\"id\":\"PIXM\",\"name\":\"Identity\"},{\"id\":\"ATNA\",\"name\":\"Audit\"}],\n\"actors\":["
		"{\"id\":\"CLIENT\",\"name\":\"Client\"},{\"id\":\"SERVER\",\"name\":\"Server\"}],\n\"transactions\":[", f);
	for (t = 0; t < TESTS_A_CLASS; t++)
		if (t != 6)	/* the same as the one before */
			fprintf(f, "%s{\"id\":\"%s\",\"name\":\"%s\"}", t ? "," : "", subjects[t].transaction, topics[t]);
	fputs("],\n\"tests\":[", f);
	for (steps = 2; steps <= 4; steps++)
		for (roles = 1; roles <= 2; roles++)
			for (t = 0; t < TESTS_A_CLASS; t++)
				write_test(f, number++, steps, roles, t);
	fputs("]}\n", f);
	finish(f, "catalogue.json");
}

static void write_roster(struct gen *g)
{
	FILE *f = start(g, "organisations.json");
	const struct economy *e;
	unsigned long i;

	for (i = 0; i < g->organisations; i++) {
		e = &economies[i % COUNT(economies)];
		fprintf(f, "%s{\"id\":\"O%04lu\",\"name\":\"%s%s %lu\",\"country\":\"%s\",\"country_name\":\"%s\"}", i ? ",\n" : "[",
			i + 1, e->first[pick(g, 6)], e->second[pick(g, 6)], i + 1, e->code, e->name);
	}
	fputs("]\n", f);
	finish(f, "organisations.json");
	f = start(g, "systems.json");
	for (i = 0; i < g->systems; i++) {
		e = &economies[i % g->organisations % COUNT(economies)];
		fprintf(f, "%s{\"id\":\"S%04lu\",\"name\":\"%s %s\",\"version\":\"%lu.%lu\",\"organisation\":\"O%04lu\",\"table\":\"%c%02lu\","
			"\"lines\":[{\"profile\":\"%s\",\"actor\":\"CLIENT\"},{\"profile\":\"%s\",\"actor\":\"SERVER\"}]}", i ? ",\n" : "[", i + 1,
			e->first[pick(g, 6)], e->second[pick(g, 6)], pick(g, 9) + 1, pick(g, 20), i % g->organisations + 1,
			(char)('A' + i / 40 % 26), i % 40 + 1, subjects[i % 5].profile, subjects[i % 5].profile);
	}
	fputs("]\n", f);
	finish(f, "systems.json");
	f = start(g, "persons.json");
	for (i = 0; i < g->persons; i++) {
		e = &economies[i % COUNT(economies)];
		fprintf(f, "%s{\"id\":\"P%02lu\",\"name\":\"%s\",\"roles\":[\"%s\"],\"organisations\":[", i ? ",\n" : "[", i + 1,
			e->people[i / COUNT(economies) % 4], i % 25 == 24 ? "manager" : i % 10 == 9 ? "lead" : "monitor");
		if (i % 3 == 1)
			fprintf(f, "\"O%04lu\"", i % g->organisations + 1);
		fputs("]}", f);
	}
	fputs("]\n", f);
	finish(f, "persons.json");
}

static const char *status_of(struct gen *g)
{
	unsigned long at = pick(g, 100);
	size_t i;

	for (i = 0; i + 1 < COUNT(statuses) && at >= statuses[i].share; i++)
		at -= statuses[i].share;
	return statuses[i].name;
}

/* One body of a few kilobytes and its entry. */
static void write_evidence(struct gen *g, FILE *f, unsigned long i)
{
	static char body[12000];
	char name[64], hex[DIGEST_HEX];
	struct digest d;
	size_t len = 0;
	unsigned long k, items = 20 + pick(g, 60);
	FILE *out;

	len += (size_t)snprintf(body, sizeof(body), "{\"resourceType\":\"Parameters\",\"id\":\"%lu\",\"parameter\":[", i);
	for (k = 0; k < items && len < sizeof(body) - 200; k++)
		len += (size_t)snprintf(body + len, sizeof(body) - len, "%s{\"name\":\"code\",\"valueString\":\"%016" PRIx64 " %s\"}",
			k ? "," : "", mix(g->state + k), comments[k % COUNT(comments)]);
	len += (size_t)snprintf(body + len, sizeof(body) - len, "]}\n");
	d = sha256(body, len);
	digest_hex(hex, &d);
	snprintf(name, sizeof(name), "evidence/%lu.json", i);
	out = start(g, name);
	fwrite(body, 1, len, out);
	finish(out, name);
	fprintf(f, "{\"n\":1,\"step\":1,\"name\":\"answer.json\",\"kind\":\"http-log\",\"sha256\":\"%s\",\"size\":%zu,\"file\":\"%s\"}",
		hex, len, name);
}

static void write_instance(struct gen *g, FILE *f, unsigned long i)
{
	static const unsigned int steps_of[4] = { 2, 4, 3, 3 };
	unsigned int steps = steps_of[i % 4], roles = (unsigned int)(i / 4 % 2) + 1, k;
	unsigned long test = ((steps - 2) * 2 + roles - 1) * TESTS_A_CLASS + pick(g, TESTS_A_CLASS);
	unsigned long first = pick(g, g->systems), other = (first + 1 + pick(g, g->systems - 1)) % g->systems;
	const char *status = status_of(g), *who = economies[first % COUNT(economies)].people[pick(g, 4)];
	int64_t since = NOW_MS - (int64_t)pick(g, 30 * 3600) * 1000;
	char at[CLOCK_TEXT], before[CLOCK_TEXT];

	clock_format_utc(at, since);
	clock_format_utc(before, since - 1800000 - (int64_t)pick(g, 1800) * 1000);
	fprintf(f, "{\"id\":\"%lu\",\"test\":\"GEN_%02lu\",\"status\":\"%s\",\"since\":\"%s\",\"revision\":%lu,\"participants\":["
		"{\"role\":\"initiator\",\"system\":\"S%04lu\"}", 100001 + i, test, status, at, 2 + pick(g, 6), first + 1);
	if (roles == 2)
		fprintf(f, ",{\"role\":\"responder\",\"system\":\"S%04lu\"}", other + 1);
	fputs("],\"steps\":[", f);
	for (k = 1; k <= steps; k++)
		fprintf(f, "%s{\"n\":%u,\"status\":\"%s\"}", k > 1 ? "," : "", k, *status == 'r' && k > 1 ? "activated" : "done");
	fputs("],\"evidence\":[", f);
	if (i < g->evidence)
		write_evidence(g, f, i);
	fprintf(f, "],\"history\":[{\"at\":\"%s\",\"who\":\"%s\",\"kind\":\"status\",\"text\":\"running\"},"
		"{\"at\":\"%s\",\"who\":\"%s\",\"kind\":\"comment\",\"text\":\"%s\"}]}\n", before, who, at, who,
		comments[pick(g, COUNT(comments))]);
}

static void write_instances(struct gen *g)
{
	FILE *f = start(g, "instances.ndjson");
	unsigned long i;

	for (i = 0; i < g->instances; i++)
		write_instance(g, f, i);
	finish(f, "instances.ndjson");
}

static void make_dirs(const struct gen *g)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/evidence", g->dir);
	if ((mkdir(g->dir, 0777) != 0 && errno != EEXIST) || (g->evidence && mkdir(path, 0777) != 0 && errno != EEXIST))
		die(g->dir);
}

static unsigned long between(unsigned long v, unsigned long low, unsigned long high)
{
	return v < low ? low : v > high ? high : v;
}

static unsigned long number_of(const char *text, unsigned long max)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || *end || end == text || v > max) {
		fprintf(stderr, "genpack: \"%s\" is not a number up to %lu\n", text, max);
		exit(2);
	}
	return v;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "instances", 1, NULL, 'n' }, { "tis", 1, NULL, 'n' },
		{ "seed", 1, NULL, 's' }, { "evidence", 1, NULL, 'e' }, { NULL, 0, NULL, 0 } };
	struct gen g = { .instances = 1000 };
	unsigned long seed = 1;
	int c;

	while ((c = getopt_long(argc, argv, "n:s:e:", options, NULL)) != -1) {
		if (c == 'n')
			g.instances = number_of(optarg, INSTANCES_MAX);
		else if (c == 's')
			seed = number_of(optarg, UINT32_MAX);
		else if (c == 'e')
			g.evidence = number_of(optarg, INSTANCES_MAX);
		else
			return 2;
	}
	if (optind + 1 != argc) {
		fputs("usage: genpack [--instances N] [--seed S] [--evidence K] OUTDIR\n", stderr);
		return 2;
	}
	g.dir = argv[optind];
	g.state = mix(seed);
	g.systems = between(g.instances / 25, 16, 4000);
	g.organisations = between(g.systems * 2 / 3, 12, 3000);
	g.persons = between(g.instances / 100, 12, 60);
	crypto_init();
	make_dirs(&g);
	write_event(&g);
	write_catalogue(&g);
	write_roster(&g);
	write_instances(&g);
	return 0;
}
