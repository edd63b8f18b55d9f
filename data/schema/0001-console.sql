-- SPDX-License-Identifier: Apache-2.0
-- Schema 1 of the console's store (verdict.db). The database is an index: own records are in journal.vb,
-- reference data as received in reference/, and all of this can be built again from them. Never edited
-- after release; a change is a new file with the next number.
--
-- Times are wall ms UTC. Enum columns hold the numbers of include/verdict/model/kinds.h. Texts are never
-- NULL ('' where absent) unless said. Digests are blobs of 32 bytes.

CREATE TABLE meta (
	name TEXT NOT NULL PRIMARY KEY,		-- 'pack' 'imported_at' 'journal_len' …
	value ANY
) STRICT, WITHOUT ROWID;

-- ---- reference data: belongs to the event, replaced by an import ----

CREATE TABLE event (
	id TEXT NOT NULL PRIMARY KEY,		-- exactly one row once an event is here
	name TEXT NOT NULL,
	place TEXT NOT NULL,
	begins TEXT NOT NULL,			-- '2026-11-16'
	ends TEXT NOT NULL,
	tz_min INTEGER NOT NULL,
	tz_name TEXT NOT NULL,
	critical_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE track (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	goal TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE profile (
	id TEXT NOT NULL PRIMARY KEY,		-- keyword, 'MHD'
	name TEXT NOT NULL,
	domain TEXT NOT NULL,
	version TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE actor (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE transact (				-- transaction; that word belongs to SQL
	id TEXT NOT NULL PRIMARY KEY,		-- 'ITI-65'
	name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	country TEXT NOT NULL,			-- ISO 3166 alpha-2
	country_name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	roles INTEGER NOT NULL			-- bits of enum role_kind
) STRICT, WITHOUT ROWID;

CREATE TABLE person_organisation (		-- ties that bar from grading
	person TEXT NOT NULL,
	organisation TEXT NOT NULL,
	PRIMARY KEY (person, organisation)
) STRICT, WITHOUT ROWID;

CREATE TABLE system (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	version TEXT NOT NULL,
	organisation TEXT NOT NULL,
	place TEXT NOT NULL			-- table label, 'A07'
) STRICT, WITHOUT ROWID;

CREATE TABLE line (				-- one registration: system x profile x actor x option
	system TEXT NOT NULL,
	profile TEXT NOT NULL,
	actor TEXT NOT NULL,
	option TEXT NOT NULL,
	thorough INTEGER NOT NULL,		-- 0: supportive
	PRIMARY KEY (system, profile, actor, option)
) STRICT, WITHOUT ROWID;

CREATE TABLE test (
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	track TEXT NOT NULL,			-- name as shown
	peer TEXT NOT NULL,			-- none p2p workflow
	profiles TEXT NOT NULL,			-- keywords joined by one space
	description TEXT NOT NULL
) STRICT;

CREATE TABLE test_role (
	test INTEGER NOT NULL REFERENCES test (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,			-- from 1, in the order of the test
	label TEXT NOT NULL,
	profile TEXT NOT NULL,
	actor TEXT NOT NULL,
	min INTEGER NOT NULL,
	max INTEGER NOT NULL,
	wanted INTEGER NOT NULL,
	required INTEGER NOT NULL,
	PRIMARY KEY (test, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE test_step (
	test INTEGER NOT NULL REFERENCES test (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	kind TEXT NOT NULL,			-- request response local show probe
	source TEXT NOT NULL,			-- role labels, or 'monitor'
	target TEXT NOT NULL,
	transact TEXT NOT NULL,			-- 'ITI-65' or '-'
	text TEXT NOT NULL,
	PRIMARY KEY (test, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE test_item (
	test INTEGER NOT NULL REFERENCES test (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	id TEXT NOT NULL,
	text TEXT NOT NULL,
	source TEXT NOT NULL,
	by_check INTEGER NOT NULL,		-- 1: ITEM_BY_CHECK
	severity INTEGER NOT NULL,
	PRIMARY KEY (test, n)
) STRICT, WITHOUT ROWID;

-- One test instance. The first block is reference data; the second is derived from it and from the records
-- on this TI (store_rederive()); the third repeats what the list shows, so that a row needs no more look-ups
-- than that of its test.
CREATE TABLE ti (
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	test INTEGER NOT NULL REFERENCES test (key),
	ref_status INTEGER NOT NULL,		-- by the participants (or by monitors elsewhere): enum ti_status
	revision INTEGER NOT NULL,
	since INTEGER NOT NULL,			-- wall ms since when it has ref_status
	ref_claim_by TEXT NOT NULL,		-- person who holds a confirmed claim, '' for none
	ref_claim_until INTEGER NOT NULL,	-- 0 unknown

	status INTEGER NOT NULL,		-- what everybody sees
	rank INTEGER NOT NULL,			-- 0 critical, 1 waits, 2 disputed, 3 open with participants, 4 done
	flags INTEGER NOT NULL,			-- bits of enum ti_flag: stale disputed mine completes
	claim INTEGER NOT NULL,			-- enum claim_state
	claim_by TEXT NOT NULL,

	source TEXT NOT NULL,			-- system of the first role, its country
	source_country TEXT NOT NULL,
	target TEXT NOT NULL,			-- system of the second role, its country; '' where none
	target_country TEXT NOT NULL,
	place TEXT NOT NULL,			-- table of the first participant
	teams TEXT NOT NULL			-- ids and names of all organisations that take part, only searched
) STRICT;
CREATE INDEX ti_queue ON ti (rank, since, place, test);
CREATE INDEX ti_place ON ti (rank, place, since);	-- walking order
CREATE INDEX ti_mine ON ti (rank, since) WHERE flags & 4;

CREATE TABLE ti_text (				-- the few TIs that have more to say
	ti INTEGER PRIMARY KEY REFERENCES ti (key) ON DELETE CASCADE,
	description TEXT NOT NULL,
	permalink TEXT NOT NULL
) STRICT;

CREATE TABLE participant (
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,			-- from 1; order of the roles
	role INTEGER NOT NULL,			-- test_role.n
	system TEXT NOT NULL,			-- system.id
	test INTEGER NOT NULL,			-- ti.test, for the index
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_system ON participant (system, test);

CREATE TABLE step (				-- what is sent is told by test_step of the same n
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	status TEXT NOT NULL,			-- participants': activated done failed skipped
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,			-- 1, 2, 3 … within the TI
	step INTEGER NOT NULL,			-- 0: attached to the TI
	sha256 BLOB NOT NULL,
	size INTEGER NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,			-- as declared
	url TEXT NOT NULL,
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (				-- what the event tells; own records are merged in when shown
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,			-- person id, or a name
	kind TEXT NOT NULL,			-- status comment claim release evidence verdict …
	text TEXT NOT NULL,
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE progress (				-- verified TIs of a test by system and role, derived
	test INTEGER NOT NULL,
	role INTEGER NOT NULL,
	system TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (test, role, system)
) STRICT, WITHOUT ROWID;

-- ---- records: append-only ----

CREATE TABLE record (
	seq INTEGER PRIMARY KEY,
	rid BLOB NOT NULL UNIQUE,
	replica TEXT NOT NULL,
	n INTEGER NOT NULL,
	kind INTEGER NOT NULL,			-- enum record_kind
	ti TEXT,				-- subject's id; the TI may be unknown here
	who TEXT NOT NULL,
	at INTEGER NOT NULL,
	payload BLOB NOT NULL,			-- bytes as signed
	public_key BLOB NOT NULL,
	signature BLOB NOT NULL,
	place INTEGER NOT NULL,			-- offset of its frame in the journal; -1 not there
	own INTEGER NOT NULL,			-- 1: made by this installation
	state INTEGER NOT NULL,			-- enum entry_state
	why TEXT				-- of a refusal or flag
) STRICT;
CREATE INDEX record_chain ON record (replica, n);	-- not unique: both branches of a fork are kept
CREATE INDEX record_ti ON record (ti) WHERE ti IS NOT NULL;
CREATE INDEX record_own ON record (n) WHERE own = 1;
CREATE TRIGGER record_stays BEFORE DELETE ON record
BEGIN
	SELECT RAISE(ABORT, 'records are never deleted');
END;
CREATE TRIGGER record_same BEFORE UPDATE OF seq, rid, replica, n, kind, ti, who, at, payload, public_key,
	signature, own ON record
BEGIN
	SELECT RAISE(ABORT, 'records are never changed');
END;

-- ---- this installation ----

CREATE TABLE draft (
	ti TEXT NOT NULL PRIMARY KEY,
	text TEXT NOT NULL,
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE looked (
	ti TEXT NOT NULL,
	sha256 BLOB NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (ti, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (				-- counts, changed in the same transactions as what they count
	name TEXT NOT NULL PRIMARY KEY,		-- 'status.2' 'rank.1' 'flag.1' 'state.0'
	n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
	name TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
