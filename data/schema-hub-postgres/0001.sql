-- SPDX-License-Identifier: Apache-2.0
-- A hub's store in PostgreSQL. Texts are compared by their bytes; numbers are bigint so that all go over the wire alike.
CREATE SCHEMA IF NOT EXISTS verdict;
CREATE TABLE verdict.version (number bigint NOT NULL);
INSERT INTO verdict.version VALUES (1);

CREATE TABLE verdict.meta (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

-- version counts transactions: how a process sees that another one wrote
CREATE TABLE verdict.event (
	key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id text COLLATE "C" NOT NULL UNIQUE,
	epoch bytea NOT NULL CHECK (octet_length(epoch) = 16),
	size bigint NOT NULL DEFAULT 0,
	version bigint NOT NULL DEFAULT 0,
	root bytea NOT NULL CHECK (octet_length(root) = 32),
	bytes bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- the truth; ends: bytes of all entries up to and with this one
CREATE TABLE verdict.feed (
	event bigint NOT NULL,
	seq bigint NOT NULL,
	ends bigint NOT NULL,
	entry bytea NOT NULL,
	root bytea NOT NULL CHECK (octet_length(root) = 32),
	PRIMARY KEY (event, seq)
);
ALTER TABLE verdict.feed ALTER COLUMN entry SET STORAGE EXTERNAL;

-- an index of the feed, but for flags
CREATE TABLE verdict.record (
	event bigint NOT NULL,
	seq bigint NOT NULL,
	rid bytea NOT NULL CHECK (octet_length(rid) = 32),
	replica text COLLATE "C" NOT NULL,
	n bigint NOT NULL,
	kind bigint NOT NULL,
	ti text COLLATE "C",
	at bigint NOT NULL,
	flags bigint NOT NULL,
	PRIMARY KEY (event, seq)
);

CREATE TABLE verdict.doc (
	event bigint NOT NULL,
	type bigint NOT NULL,
	id text COLLATE "C" NOT NULL,
	seq bigint NOT NULL,
	digest bytea NOT NULL CHECK (octet_length(digest) = 32),
	facts bytea NOT NULL,
	PRIMARY KEY (event, type, id)
);
CREATE INDEX doc_seq ON verdict.doc (event, seq);

CREATE TABLE verdict.item (
	event bigint NOT NULL,
	kind bigint NOT NULL,
	id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	value bytea NOT NULL,
	PRIMARY KEY (event, kind, id)
);
CREATE INDEX item_version ON verdict.item (event, version);

CREATE FUNCTION verdict.stays() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'the feed and its records are never changed or deleted'; END $$;
CREATE TRIGGER feed_stays BEFORE UPDATE OR DELETE ON verdict.feed FOR EACH ROW EXECUTE FUNCTION verdict.stays();
CREATE TRIGGER feed_whole BEFORE TRUNCATE ON verdict.feed FOR EACH STATEMENT EXECUTE FUNCTION verdict.stays();
CREATE TRIGGER record_stays BEFORE DELETE OR UPDATE OF event, seq, rid, replica, n, kind, ti, at ON verdict.record
	FOR EACH ROW EXECUTE FUNCTION verdict.stays();
CREATE TRIGGER record_whole BEFORE TRUNCATE ON verdict.record FOR EACH STATEMENT EXECUTE FUNCTION verdict.stays();
