-- Everything random is narrow and everything wide only appends: bodies and order grow at their end, and the indexes
-- with random keys (id, value, edge) are filled in key order, batch by batch.
CREATE TABLE head(one INTEGER PRIMARY KEY CHECK (one = 1), stamp INTEGER NOT NULL, oid INTEGER NOT NULL) STRICT;
INSERT INTO head(one, stamp, oid) VALUES (1, 0, 0);
CREATE TABLE type(code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE label(id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE source(id INTEGER PRIMARY KEY, doc BLOB NOT NULL) STRICT;
CREATE TABLE collection(id INTEGER PRIMARY KEY, doc BLOB NOT NULL) STRICT;
CREATE TABLE record(kind TEXT NOT NULL, key TEXT NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
-- id: 16 bytes of UUID, 2 of type. raw last, so that a head is read without the pages of its body.
CREATE TABLE assertion(oid INTEGER PRIMARY KEY, id BLOB NOT NULL, modified INTEGER NOT NULL, created INTEGER NOT NULL, source INTEGER NOT NULL,
  label INTEGER NOT NULL, flags INTEGER NOT NULL, added INTEGER NOT NULL, digest BLOB NOT NULL, created_by BLOB, enc INTEGER NOT NULL, raw BLOB NOT NULL) STRICT;
CREATE TABLE objid(id BLOB NOT NULL, modified INTEGER NOT NULL, source INTEGER NOT NULL, oid INTEGER NOT NULL, PRIMARY KEY (id, modified, source)) STRICT, WITHOUT ROWID;
-- One row for each membership. older: the assertion has a newer row. odd: needs a look before it is counted or shown.
CREATE TABLE member(stamp INTEGER PRIMARY KEY, coll INTEGER NOT NULL, oid INTEGER NOT NULL, label INTEGER NOT NULL, flags INTEGER NOT NULL,
  type INTEGER NOT NULL, source INTEGER NOT NULL, older INTEGER NOT NULL, odd INTEGER NOT NULL) STRICT;
CREATE INDEX member_coll ON member(coll, stamp);
CREATE INDEX member_oid ON member(oid);
CREATE INDEX member_type ON member(type, stamp);
CREATE INDEX member_odd ON member(coll, stamp) WHERE odd = 1;
-- What the log says beyond additions: tombstones and new labels.
CREATE TABLE event(stamp INTEGER PRIMARY KEY, kind INTEGER NOT NULL, coll INTEGER NOT NULL, oid INTEGER NOT NULL, label INTEGER NOT NULL) STRICT;
-- How many members that are not odd; coll 0 counts each assertion once.
CREATE TABLE tally(coll INTEGER NOT NULL, label INTEGER NOT NULL, type INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (coll, label, type)) STRICT, WITHOUT ROWID;
CREATE TABLE val(hash INTEGER NOT NULL, oid INTEGER NOT NULL, chk INTEGER NOT NULL, PRIMARY KEY (hash, oid)) STRICT, WITHOUT ROWID;
CREATE TABLE edge(node BLOB NOT NULL, oid INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY (node, oid, kind)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE text USING fts5(body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
