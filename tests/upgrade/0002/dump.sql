-- SPDX-License-Identifier: Apache-2.0
-- A store of schema 2, kept as it was. Never edited.
BEGIN TRANSACTION;
CREATE TABLE actor (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO actor VALUES('DOC_RECIPIENT','Document Recipient');
INSERT INTO actor VALUES('DOC_SOURCE','Document Source');
CREATE TABLE draft (
	ti TEXT NOT NULL PRIMARY KEY,
	text TEXT NOT NULL,
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
INSERT INTO event VALUES('ev','Small Event','서울','2026-11-23','2026-11-27',540,'KST',1);
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
INSERT INTO evidence VALUES(1,1,0,X'2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',5,'a.txt','','');
CREATE TABLE history (				-- what the event tells; own records are merged in when shown
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,			-- person id, or a name
	kind TEXT NOT NULL,			-- status comment claim release evidence verdict …
	text TEXT NOT NULL,
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE line (				-- one registration: system x profile x actor x option
	system TEXT NOT NULL,
	profile TEXT NOT NULL,
	actor TEXT NOT NULL,
	option TEXT NOT NULL,
	thorough INTEGER NOT NULL,		-- 0: supportive
	PRIMARY KEY (system, profile, actor, option)
) STRICT, WITHOUT ROWID;
INSERT INTO line VALUES('S1','MHD','DOC_SOURCE','',1);
CREATE TABLE looked (
	ti TEXT NOT NULL,
	sha256 BLOB NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (ti, sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
	name TEXT NOT NULL PRIMARY KEY,		-- 'pack' 'imported_at' 'journal_len' …
	value ANY
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('imported_at',1795375895177);
CREATE TABLE organisation (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	country TEXT NOT NULL,			-- ISO 3166 alpha-2
	country_name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO organisation VALUES('O1','한빛병원','KR','');
INSERT INTO organisation VALUES('O2','Sakura','JP','');
CREATE TABLE participant (
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,			-- from 1; order of the roles
	role INTEGER NOT NULL,			-- test_role.n
	system TEXT NOT NULL,			-- system.id
	test INTEGER NOT NULL,			-- ti.test, for the index
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;
INSERT INTO participant VALUES(1,1,1,'S1',1);
INSERT INTO participant VALUES(1,2,2,'S2',1);
INSERT INTO participant VALUES(2,1,1,'S1',1);
INSERT INTO participant VALUES(2,2,2,'S2',1);
INSERT INTO participant VALUES(3,1,1,'S1',1);
INSERT INTO participant VALUES(3,2,2,'S2',1);
CREATE TABLE person (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	roles INTEGER NOT NULL			-- bits of enum role_kind
) STRICT, WITHOUT ROWID;
INSERT INTO person VALUES('P1','Kim Minji',3);
CREATE TABLE person_organisation (		-- ties that bar from grading
	person TEXT NOT NULL,
	organisation TEXT NOT NULL,
	PRIMARY KEY (person, organisation)
) STRICT, WITHOUT ROWID;
CREATE TABLE profile (
	id TEXT NOT NULL PRIMARY KEY,		-- keyword, 'MHD'
	name TEXT NOT NULL,
	domain TEXT NOT NULL,
	version TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO profile VALUES('MHD','Mobile access','','');
CREATE TABLE progress (				-- verified TIs of a test by system and role, derived
	test INTEGER NOT NULL,
	role INTEGER NOT NULL,
	system TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (test, role, system)
) STRICT, WITHOUT ROWID;
INSERT INTO progress VALUES(1,1,'S1',1);
INSERT INTO progress VALUES(1,2,'S2',1);
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
, flags INTEGER NOT NULL DEFAULT 0, hub_seq INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO record VALUES(1,X'4f8d8468b4ededfd1137d1e561a0b808d1bd82e5bdcd62bf12f86ea1b6887767','CLrcbijcEAPkK9b1OJD0Wg',1,1,'1001','P1',1795375895231,X'7b2276223a312c2274223a2276657264696374222c226576223a226576222c22726570223a22434c726362696a634541506b4b3962314f4a44305767222c226e223a312c2277686f223a225031222c22686c63223a223031613230346265313262662d30303030222c226174223a22323032362d31312d32325431393a33313a33352e3233315a222c22747a223a222b30393a3030222c227375626a223a7b227469223a2231303031227d2c2262617365223a5b5d2c22626f6479223a7b226f7574636f6d65223a227665726966696564222c227365656e223a7b22737461747573223a22746f2d62652d7665726966696564222c227265766973696f6e223a317d2c2274657874223a226c6f6f6b73207269676874227d7d',X'6a3a0bac375c35a81805339535d19b2a7c4f54235d7dfd9b0c68ddd286f0f6a9',X'1a7ccd805b9906ea921bcea30a5b37ff6cf6907ef41e1c422391c0698515163a83b86401434fb2240db712460fd6cfa439578f8558365597c8581b780369eb03',116,1,0,NULL,0,0,0);
INSERT INTO record VALUES(2,X'054dc7c8e24f8a2717597142ecd7c478e52313783e183401bb475e7cf0f49f6f','CLrcbijcEAPkK9b1OJD0Wg',2,1,'1002','P1',1795375895267,X'7b2276223a312c2274223a2276657264696374222c226576223a226576222c22726570223a22434c726362696a634541506b4b3962314f4a44305767222c226e223a322c2270726576223a2234663864383436386234656465646664313133376431653536316130623830386431626438326535626463643632626631326638366561316236383837373637222c2277686f223a225031222c22686c63223a223031613230346265313265332d30303030222c226174223a22323032362d31312d32325431393a33313a33352e3236375a222c22747a223a222b30393a3030222c227375626a223a7b227469223a2231303032227d2c2262617365223a5b5d2c22626f6479223a7b226f7574636f6d65223a226661696c6564222c227365656e223a7b22737461747573223a22637269746963616c222c227265766973696f6e223a317d2c2274657874223a226e6f2042756e646c65227d7d',X'6a3a0bac375c35a81805339535d19b2a7c4f54235d7dfd9b0c68ddd286f0f6a9',X'cadb759329dd818dbb18b946a5bdf3da9bf8586a6c912a8e0fd3210c3ab2e61b049134b442fbbb0e37dc8ff25f2a3c33b612697f5c1094ae0fb4ec2255c70902',517,1,0,NULL,0,0,0);
INSERT INTO record VALUES(3,X'2b8aff92e775442914bf2a6b3c4d8e8323388e02941050f4fe7987050a2f2a73','CLrcbijcEAPkK9b1OJD0Wg',3,3,'1003','P1',1795375895299,X'7b2276223a312c2274223a22636f6d6d656e74222c226576223a226576222c22726570223a22434c726362696a634541506b4b3962314f4a44305767222c226e223a332c2270726576223a2230353464633763386532346638613237313735393731343265636437633437386535323331333738336531383334303162623437356537636630663439663666222c2277686f223a225031222c22686c63223a223031613230346265313330332d30303030222c226174223a22323032362d31312d32325431393a33313a33352e3239395a222c22747a223a222b30393a3030222c227375626a223a7b227469223a2231303033227d2c2262617365223a5b5d2c22626f6479223a7b2274657874223a2277616974696e67227d7d',X'6a3a0bac375c35a81805339535d19b2a7c4f54235d7dfd9b0c68ddd286f0f6a9',X'b61c99c49cd950df5cd68c75f9d8573261c61775a28c207ee90b568f0003ffa274f8e8384dbf0f2d719d06014da5ae37e4ee3a818061c381cca5eca014a9a204',982,1,0,NULL,0,0,0);
INSERT INTO record VALUES(4,X'90b5a9b106bed03e7a65038ba84cda0c5af321ce6eaad484edd5d9f8975f1d80','CLrcbijcEAPkK9b1OJD0Wg',4,5,'1003','P1',1795375895331,X'7b2276223a312c2274223a22636c61696d222c226576223a226576222c22726570223a22434c726362696a634541506b4b3962314f4a44305767222c226e223a342c2270726576223a2232623861666639326537373534343239313462663261366233633464386538333233333838653032393431303530663466653739383730353061326632613733222c2277686f223a225031222c22686c63223a223031613230346265313332332d30303030222c226174223a22323032362d31312d32325431393a33313a33352e3333315a222c22747a223a222b30393a3030222c227375626a223a7b227469223a2231303033227d2c2262617365223a5b5d2c22626f6479223a7b2274746c223a333630307d7d',X'6a3a0bac375c35a81805339535d19b2a7c4f54235d7dfd9b0c68ddd286f0f6a9',X'63358c6a5ccd1085e287400a83c667f2506d2e82d85ce299d2c87e7f47175ced2646e464b16bde9c9245c9f271c188e10e531a0db0d9b86db70e7add4b88a30d',1384,1,0,NULL,0,0,0);
CREATE TABLE setting (
	name TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE step (				-- what is sent is told by test_step of the same n
	ti INTEGER NOT NULL REFERENCES ti (key) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	status TEXT NOT NULL,			-- participants': activated done failed skipped
	PRIMARY KEY (ti, n)
) STRICT, WITHOUT ROWID;
INSERT INTO step VALUES(1,1,'activated');
INSERT INTO step VALUES(2,1,'activated');
INSERT INTO step VALUES(3,1,'activated');
CREATE TABLE system (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	version TEXT NOT NULL,
	organisation TEXT NOT NULL,
	place TEXT NOT NULL			-- table label, 'A07'
) STRICT, WITHOUT ROWID;
INSERT INTO system VALUES('S1','한빛 EMR','','O1','A04');
INSERT INTO system VALUES('S2','さくら','','O2','');
CREATE TABLE tally (				-- counts, changed in the same transactions as what they count
	name TEXT NOT NULL PRIMARY KEY,		-- 'status.2' 'rank.1' 'flag.1' 'state.0'
	n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tally VALUES('flag.4',1);
INSERT INTO tally VALUES('rank.0',0);
INSERT INTO tally VALUES('rank.1',0);
INSERT INTO tally VALUES('rank.3',1);
INSERT INTO tally VALUES('rank.4',2);
INSERT INTO tally VALUES('state.0',4);
INSERT INTO tally VALUES('status.0',1);
INSERT INTO tally VALUES('status.2',0);
INSERT INTO tally VALUES('status.3',0);
INSERT INTO tally VALUES('status.5',1);
INSERT INTO tally VALUES('status.7',1);
CREATE TABLE test (
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	track TEXT NOT NULL,			-- name as shown
	peer TEXT NOT NULL,			-- none p2p workflow
	profiles TEXT NOT NULL,			-- keywords joined by one space
	description TEXT NOT NULL
) STRICT;
INSERT INTO test VALUES(1,'T1','Publish a summary','IPS Exchange','p2p','MHD','');
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
INSERT INTO test_item VALUES(1,1,'M65-01','A transaction Bundle.','',1,2);
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
INSERT INTO test_role VALUES(1,1,'source','MHD','DOC_SOURCE',1,1,3,1);
INSERT INTO test_role VALUES(1,2,'recipient','MHD','DOC_RECIPIENT',1,1,1,1);
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
INSERT INTO test_step VALUES(1,1,'request','source','recipient','ITI-65','');
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
, round INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO ti VALUES(1,'1001',1,2,1,1795482000000,'',0,5,4,0,0,'','한빛 EMR','KR','さくら','JP','A04','O1 한빛병원 O2 Sakura',0);
INSERT INTO ti VALUES(2,'1002',1,3,1,1795482000000,'',0,7,4,0,0,'','한빛 EMR','KR','さくら','JP','A04','O1 한빛병원 O2 Sakura',0);
INSERT INTO ti VALUES(3,'1003',1,0,1,1795482000000,'',0,0,3,4,1,'P1','한빛 EMR','KR','さくら','JP','A04','O1 한빛병원 O2 Sakura',0);
CREATE TABLE ti_text (				-- the few TIs that have more to say
	ti INTEGER PRIMARY KEY REFERENCES ti (key) ON DELETE CASCADE,
	description TEXT NOT NULL,
	permalink TEXT NOT NULL
) STRICT;
CREATE TABLE track (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	goal TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO track VALUES('IPS','IPS Exchange','');
CREATE TABLE transact (				-- transaction; that word belongs to SQL
	id TEXT NOT NULL PRIMARY KEY,		-- 'ITI-65'
	name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO transact VALUES('ITI-65','Provide Document Bundle');
CREATE TABLE hub (
	id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	epoch BLOB NOT NULL,
	cursor INTEGER NOT NULL,		-- changes applied
	head INTEGER NOT NULL,			-- changes in the feed when last heard
	root BLOB NOT NULL,			-- after cursor changes
	copied INTEGER NOT NULL,		-- bytes of reference/feed.vb that belong to it
	round INTEGER NOT NULL,			-- grows when the feed is read from its begin
	swept INTEGER NOT NULL,			-- round whose end was reached
	due INTEGER NOT NULL,			-- 1: progress is to be counted again when the end is reached
	forked INTEGER NOT NULL,
	revoked INTEGER NOT NULL,
	checkpoint BLOB,			-- the last one, as signed
	conflict TEXT				-- the hub showed another history: a sentence
) STRICT;
INSERT INTO hub VALUES(1,X'000102030405060708090a0b0c0d0e0f',3,5,X'0000000000000000000000000000000000000000000000000000000000000000',0,1,0,0,0,0,NULL,NULL);
CREATE TABLE document (
	type TEXT NOT NULL PRIMARY KEY,		-- letter of the entry: E C O S P
	seq INTEGER NOT NULL,
	body BLOB NOT NULL			-- one zstd frame
) STRICT, WITHOUT ROWID;
INSERT INTO document VALUES('Z',2,X'00');
CREATE TABLE certificate (
	public_key BLOB NOT NULL PRIMARY KEY,
	replica TEXT NOT NULL,
	who TEXT NOT NULL,
	name TEXT NOT NULL,
	roles INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	revoked INTEGER NOT NULL,		-- change that revoked it, 0: none
	document BLOB NOT NULL			-- as signed
) STRICT, WITHOUT ROWID;
CREATE TABLE lease (				-- claims that the hub confirmed
	ti TEXT NOT NULL PRIMARY KEY,
	who TEXT NOT NULL,
	mine INTEGER NOT NULL,			-- 1: of this replica
	fence INTEGER NOT NULL,
	granted INTEGER NOT NULL,		-- wall ms here
	boot TEXT NOT NULL,			-- which start of the machine `until` counts from
	until INTEGER NOT NULL,			-- ms of the clock that counts suspension
	until_wall INTEGER NOT NULL		-- after another start
) STRICT, WITHOUT ROWID;
CREATE INDEX ti_queue ON ti (rank, since, place, test);
CREATE INDEX ti_place ON ti (rank, place, since);
CREATE INDEX ti_mine ON ti (rank, since) WHERE flags & 4;
CREATE INDEX participant_system ON participant (system, test);
CREATE INDEX record_chain ON record (replica, n);
CREATE INDEX record_ti ON record (ti) WHERE ti IS NOT NULL;
CREATE TRIGGER record_stays BEFORE DELETE ON record
BEGIN
	SELECT RAISE(ABORT, 'records are never deleted');
END;
CREATE TRIGGER record_same BEFORE UPDATE OF seq, rid, replica, n, kind, ti, who, at, payload, public_key,
	signature, own ON record
BEGIN
	SELECT RAISE(ABORT, 'records are never changed');
END;
CREATE INDEX certificate_replica ON certificate (replica);
CREATE INDEX record_unsent ON record (seq) WHERE state = 0;
CREATE INDEX ti_disputed ON ti (rank, since, place, key) WHERE flags & 2;
CREATE INDEX record_own ON record (seq) WHERE own = 1;
COMMIT;
PRAGMA user_version = 2;
