-- SPDX-License-Identifier: Apache-2.0
-- Schema 4 of the console's store: what roles cover, what passes rest on, grades of other tools, whose test is whose. Never
-- edited after release.

-- Lines that playing a role counts for; none: the role's own profile and actor.
CREATE TABLE test_cover (
	test INTEGER NOT NULL REFERENCES test (key),
	role INTEGER NOT NULL,			-- from 1
	profile TEXT NOT NULL,
	actor TEXT NOT NULL,
	option TEXT NOT NULL			-- '': without
);
CREATE INDEX test_cover_test ON test_cover (test);
-- A pass of the first three is provisional without one of the others: rows of one n are alternatives. '': any.
CREATE TABLE dependency (
	n INTEGER NOT NULL,
	profile TEXT NOT NULL,
	actor TEXT NOT NULL,
	option TEXT NOT NULL,
	needs_profile TEXT NOT NULL,
	needs_actor TEXT NOT NULL,
	needs_option TEXT NOT NULL
);
-- What another tool says of a line; decides nothing here.
CREATE TABLE line_elsewhere (
	system TEXT NOT NULL,
	profile TEXT NOT NULL,
	actor TEXT NOT NULL,
	option TEXT NOT NULL,
	grade INTEGER NOT NULL,			-- enum grade
	place TEXT NOT NULL,
	who TEXT NOT NULL,
	said TEXT NOT NULL,
	at INTEGER NOT NULL			-- wall ms, 0: not said
);
-- Tests that are assigned to a person; nobody is kept from others.
CREATE TABLE person_test (
	person TEXT NOT NULL,
	test TEXT NOT NULL,
	PRIMARY KEY (person, test)
) WITHOUT ROWID;
