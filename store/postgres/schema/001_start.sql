-- The same shape as the embedded engine's: bodies and order grow at their end, what has random keys is narrow.
-- All writers hold the row of head from before their first read until their commit is complete; stamps and object numbers come from it.
CREATE TABLE head(one integer PRIMARY KEY CHECK (one = 1), stamp bigint NOT NULL, oid bigint NOT NULL);
INSERT INTO head(one, stamp, oid) VALUES (1, 0, 0);
-- How many groups each open handle has committed: read to find out whether a commit landed whose answer was lost.
CREATE TABLE writer(id bytea PRIMARY KEY, groups bigint NOT NULL, seen timestamptz NOT NULL);
CREATE TABLE type(code integer PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
-- digest: SHA-256 of the body, which may be too long for an index.
CREATE TABLE label(id integer PRIMARY KEY, digest bytea NOT NULL UNIQUE, body bytea NOT NULL);
CREATE TABLE source(id integer PRIMARY KEY, doc bytea NOT NULL);
CREATE TABLE collection(id integer PRIMARY KEY, doc bytea NOT NULL);
CREATE TABLE record(kind text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, doc bytea NOT NULL, PRIMARY KEY (kind, key));
-- id: 16 bytes of UUID, 2 of type. Bodies are kept as they came, so that a page is written as it is read.
CREATE TABLE assertion(oid bigint PRIMARY KEY, modified bigint NOT NULL, created bigint NOT NULL, added bigint NOT NULL, source integer NOT NULL,
  label integer NOT NULL, flags smallint NOT NULL, id bytea NOT NULL, digest bytea NOT NULL, created_by bytea, raw bytea NOT NULL);
ALTER TABLE assertion ALTER COLUMN raw SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX assertion_id ON assertion(id, modified, source);
-- One row for each membership. older: the assertion has a newer row. odd: needs a look before it is counted or shown.
CREATE TABLE member(stamp bigint PRIMARY KEY, oid bigint NOT NULL, coll integer NOT NULL, label integer NOT NULL, type integer NOT NULL,
  source integer NOT NULL, flags smallint NOT NULL, older boolean NOT NULL, odd boolean NOT NULL);
CREATE INDEX member_coll ON member(coll, stamp);
CREATE INDEX member_oid ON member(oid);
CREATE INDEX member_type ON member(type, stamp);
CREATE INDEX member_odd ON member(coll, stamp) WHERE odd;
-- What the log says beyond additions: tombstones and new labels.
CREATE TABLE event(stamp bigint PRIMARY KEY, oid bigint NOT NULL, coll integer NOT NULL, label integer NOT NULL, kind smallint NOT NULL);
-- How many members that are not odd; coll 0 counts each assertion once.
CREATE TABLE tally(coll integer NOT NULL, label integer NOT NULL, type integer NOT NULL, n bigint NOT NULL, PRIMARY KEY (coll, label, type));
CREATE TABLE val(hash bigint NOT NULL, oid bigint NOT NULL, chk bigint NOT NULL, PRIMARY KEY (hash, oid));
CREATE TABLE edge(node bytea NOT NULL, oid bigint NOT NULL, kind integer NOT NULL, PRIMARY KEY (node, oid, kind));
-- Full text, with what a search filters by. hidden: quarantined.
CREATE TABLE words(oid bigint PRIMARY KEY, label integer NOT NULL, type integer NOT NULL, hidden boolean NOT NULL, vector tsvector NOT NULL);
CREATE INDEX words_vector ON words USING gin(vector);
