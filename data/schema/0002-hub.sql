-- SPDX-License-Identifier: Apache-2.0
-- Schema 2 of the console's store: what a console that knows a hub keeps. Never edited after release.

-- Where the feed was read to; one row once an epoch is known. Who the hub is stands in hub.json.
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

-- Reference documents as they came last; TIs are read against them.
CREATE TABLE document (
	type TEXT NOT NULL PRIMARY KEY,		-- letter of the entry: E C O S P
	seq INTEGER NOT NULL,
	body BLOB NOT NULL			-- one zstd frame
) STRICT, WITHOUT ROWID;

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
CREATE INDEX certificate_replica ON certificate (replica);

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

ALTER TABLE record ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;	-- bits of enum receipt_flag, and of our own
ALTER TABLE record ADD COLUMN hub_seq INTEGER NOT NULL DEFAULT 0;	-- its number in the feed
ALTER TABLE record ADD COLUMN round INTEGER NOT NULL DEFAULT 0;	-- in which it was last seen in the feed
ALTER TABLE ti ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
CREATE INDEX record_unsent ON record (seq) WHERE state = 0;
CREATE INDEX ti_disputed ON ti (rank, since, place, key) WHERE flags & 2;
DROP INDEX record_own;
CREATE INDEX record_own ON record (seq) WHERE own = 1;	-- two chains may have the same numbers
