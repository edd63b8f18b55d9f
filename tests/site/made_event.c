/* SPDX-License-Identifier: Apache-2.0 */
/* An event out of nothing but a seed, for the site's tests. Layer: tests. */
#include "tests/site/made_event.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/mem.h"

#define HOUR_MS INT64_C(3600000)
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const struct organisation organisations[] = {
	{ "O01", "한빛병원", "KR", "Korea" },
	{ "O02", "서울메디시스템", "KR", "Korea" },
	{ "O03", "さくら医療情報株式会社", "JP", "Japan" },
	{ "O04", "株式会社みどりクラウド", "JP", "Japan" },
	{ "O05", "福爾摩沙醫療資訊", "TW", "Taiwan" },
	{ "O06", "บริษัท สยามเวชสารสนเทศ จำกัด", "TH", "Thailand" },
	{ "O07", "Merlion Health Pte Ltd", "SG", "Singapore" },
	{ "O08", "Wattle Health Exchange Pty Ltd", "AU", "Australia" },
	{ "O09", "Kererū Hauora Ltd", "NZ", "New Zealand" },
	{ "O10", "华康信息技术有限公司", "CN", "China" },
	{ "O11", "Clínica Peñaflor S.A.", "PE", "Peru" },
	{ "O12", "Công ty Y tế số Sông Hồng", "VN", "Viet Nam" },
};
static const char *const hostile_names[] = {
	"<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\xe2\x80\xaetxt.exe & \"quoted\" 'too'", "</td></table><h1>big",
	"\x1b[31mred\x07\x01 \xff\xfe broken", "+1+1\r\n\"x\",\"y\"", "javascript:alert(1)", "{1} {2} %s %n",
};
static const struct { const char *profile, *name, *actors[4]; unsigned int track; } profiles[] = {
	{ "HL7IPS", "HL7 International Patient Summary (FHIR document)", { "Creator", "Consumer", "Server", NULL }, 0 },
	{ "FIPS", "Sharing International Patient Summaries", { "Content Creator", "Content Consumer", NULL, NULL }, 0 },
	{ "MHD", "Mobile Access to Health Documents",
		{ "Document Source", "Document Consumer", "Document Recipient", "Document Responder" }, 0 },
	{ "XDSB", "Cross-Enterprise Document Sharing",
		{ "Document Source", "Document Consumer", "Document Registry", "Document Repository" }, 0 },
	{ "XCA", "Cross-Community Access", { "Initiating Gateway", "Responding Gateway", NULL, NULL }, 0 },
	{ "PIXM", "Patient Identifier Cross-reference for Mobile",
		{ "Patient Identifier Cross-reference Manager", "Patient Identifier Cross-reference Consumer", NULL, NULL }, 0 },
	{ "PDQM", "Patient Demographics Query for Mobile",
		{ "Patient Demographics Supplier", "Patient Demographics Consumer", NULL, NULL }, 0 },
	{ "WIA", "Web-based Image Access", { "Imaging Document Source", "Imaging Document Consumer", NULL, NULL }, 1 },
	{ "MHDI", "Mobile Access to Health Documents for Imaging",
		{ "Imaging Document Source", "Imaging Document Responder", "Imaging Document Consumer", NULL }, 1 },
	{ "IMR", "Interactive Multimedia Report", { "Report Creator", "Report Reader", "Rendered Report Reader", NULL }, 1 },
	{ "SVCM", "Sharing Valuesets, Codes, and Maps", { "Terminology Repository", "Terminology Consumer", NULL, NULL }, 2 },
	{ "CT", "Consistent Time", { "Time Client", "Time Server", NULL, NULL }, 0 },
	{ "ATNA", "Audit Trail and Node Authentication", { "Secure Application", "Audit Record Repository", NULL, NULL }, 0 },
};

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void add_catalogue(struct results *r, bool hostile)
{
	static const struct results_track tracks[] = { { "IPS_EXCHANGE", "IPS Exchange", false },
		{ "IPS_IMAGING", "IPS Imaging", false }, { "SVCM", "SVCM", false }, { "PLUGATHON", "Plugathon", true } };
	char actor[32];

	for (size_t i = 0; i < COUNT(tracks); i++)
		results_add_track(r, &tracks[i]);
	for (size_t i = 0; i < COUNT(profiles); i++) {
		results_add_profile(r, profiles[i].profile, hostile ? hostile_names[i % COUNT(hostile_names)] : profiles[i].name);
		for (size_t k = 0; k < 4 && profiles[i].actors[k]; k++) {
			snprintf(actor, sizeof(actor), "%s_%zu", profiles[i].profile, k);
			results_add_actor(r, actor, hostile ? hostile_names[(i + k) % COUNT(hostile_names)] :
				profiles[i].actors[k]);
		}
	}
}

/* A test of two roles for each pair of a profile's first actors, and a trial of every third profile. */
static void add_tests(struct results *r)
{
	char id[48], title[120], first[32], second[32];

	for (size_t i = 0; i < COUNT(profiles); i++) {
		struct test_role roles[2] = { { "one", profiles[i].profile, first, NULL, 1, 1, 3, true },
			{ "two", profiles[i].profile, second, NULL, 1, 1, 3, true } };
		struct test t = { .id = id, .title = title, .track = "IPS_EXCHANGE", .peer = "p2p", .description = "",
			.roles = roles, .n_roles = 2 };

		snprintf(first, sizeof(first), "%s_0", profiles[i].profile);
		snprintf(second, sizeof(second), "%s_1", profiles[i].profile);
		snprintf(id, sizeof(id), "%s_01_Exchange", profiles[i].profile);
		snprintf(title, sizeof(title), "%s to %s", profiles[i].actors[0], profiles[i].actors[1]);
		t.track = profiles[i].track == 0 ? "IPS_EXCHANGE" : profiles[i].track == 1 ? "IPS_IMAGING" : "SVCM";
		results_add_test(r, &t);
		snprintf(id, sizeof(id), "%s_90_Trial", profiles[i].profile);
		snprintf(title, sizeof(title), "Trial of the draft of %s", profiles[i].profile);
		t.track = "PLUGATHON";
		if (i % 3 == 0)
			results_add_test(r, &t);
	}
}

static void add_system(struct results *r, unsigned int n, unsigned int lines, unsigned int orgs, uint32_t *seed)
{
	char id[16], name[32], table[16], org[16], actor[32];
	struct system_info s = { id, name, "1.0", org, table };
	unsigned int actors = 0;

	snprintf(id, sizeof(id), "S%03u", n);
	snprintf(name, sizeof(name), "System %u", n);
	snprintf(table, sizeof(table), "%c%02u", 'A' + n % 6, n);
	snprintf(org, sizeof(org), "O%02u", n % orgs + 1);
	results_add_system(r, &s);
	for (unsigned int at = next(seed, 40); actors < lines; at++) {
		size_t p = at % COUNT(profiles), k = at / COUNT(profiles) % 4;

		if (!profiles[p].actors[k]) {
			continue;
		}
		snprintf(actor, sizeof(actor), "%s_%zu", profiles[p].profile, k);
		results_add_line(r, id, profiles[p].profile, actor, "-", next(seed, 5) > 0);
		actors++;
	}
}

static void add_instances(struct results *r, unsigned int systems, uint32_t *seed)
{
	static const enum ti_status statuses[] = { TI_VERIFIED, TI_VERIFIED, TI_VERIFIED, TI_VERIFIED, TI_VERIFIED, TI_VERIFIED,
		TI_TO_BE_VERIFIED, TI_TO_BE_VERIFIED, TI_CRITICAL, TI_PARTIAL, TI_FAILED, TI_RUNNING, TI_DISPUTED };
	char id[16], test[48], one[16], two[16];

	for (unsigned int i = 0; i < systems * 20; i++) {
		struct results_participant who[2] = { { 1, one }, { 2, two } };
		struct results_instance ti = { id, test, who, 2, statuses[next(seed, COUNT(statuses))], 0 };
		size_t p = next(seed, COUNT(profiles));
		unsigned int a = next(seed, systems), b = next(seed, systems);

		snprintf(id, sizeof(id), "%u", 80000 + i);
		snprintf(test, sizeof(test), p % 3 || i % 4 ? "%s_01_Exchange" : "%s_90_Trial", profiles[p].profile);
		snprintf(one, sizeof(one), "S%03u", a + 1);
		snprintf(two, sizeof(two), "S%03u", b == a ? (b + 1) % systems + 1 : b + 1);
		/* office hours of three days, in Seoul */
		ti.at = MADE_NOW - (2 * 24 + 6) * HOUR_MS + next(seed, 3) * 24 * HOUR_MS + next(seed, 6) * HOUR_MS +
			next(seed, 3600) * 1000;
		if (ti.at > MADE_NOW)
			ti.at = MADE_NOW - HOUR_MS;
		results_set_instance(r, &ti);
	}
}

static void add_grades(struct results *r, uint32_t *seed)
{
	static const enum grade grades[] = { GRADE_PASSED, GRADE_PASSED, GRADE_PASSED, GRADE_DID_NOT_COMPLETE, GRADE_AT_RISK,
		GRADE_NO_PEER, GRADE_NONE };
	size_t n;
	const struct results_line *lines = results_lines(&n, r);
	char **ids = mem_zalloc((n + 1) * sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] = mem_strdup(lines[i].id);
	for (size_t i = 0; i < n; i++) {
		struct results_grade_record g = { .grade = grades[next(seed, COUNT(grades))],
			.who = "P12", .who_name = "Manager", .text = "", .at = MADE_NOW - HOUR_MS, .counted = true };

		memcpy(&g.rid, &i, sizeof(i));
		if (g.grade)
			results_set_grades(r, ids[i], &g, 1);
		mem_free(ids[i]);
	}
	mem_free(ids);
}

struct results *made_event(unsigned int systems, unsigned int lines, bool hostile)
{
	unsigned int orgs = systems < 20 ? COUNT(organisations) : systems * 5 / 8;
	struct results *r = results_new();
	struct results_rules rules = results_rules_default;
	const struct event e = { "made-2026", hostile ? "Event <b>&amp;</b> \xe2\x80\xae" : "AP-IPS Connectathon 2026",
		"서울 COEX, Seoul", "2026-11-23", "2026-11-27", 540, "KST", true };
	uint32_t seed = 2026;

	results_set_event(r, &e, &rules);
	add_catalogue(r, hostile);
	for (unsigned int i = 0; i < orgs; i++) {
		struct organisation o = organisations[i % COUNT(organisations)];
		char id[16], name[120];

		snprintf(id, sizeof(id), "O%02u", i + 1);
		snprintf(name, sizeof(name), i < COUNT(organisations) ? "%s" : "%s %u", hostile ?
			hostile_names[i % COUNT(hostile_names)] : o.name, i + 1);
		o.id = id;
		o.name = name;
		results_add_organisation(r, &o);
	}
	for (unsigned int i = 0; i < systems; i++)
		add_system(r, i + 1, lines * (i + 1) / systems - lines * i / systems, orgs, &seed);
	add_tests(r);
	add_instances(r, systems, &seed);
	add_grades(r, &seed);
	return r;
}
