-- Postings and edges have random keys. Their tables are divided into generations of 2^19 assertions, so that a write touches the pages of
-- the newest one only, however much is held; a lookup asks each generation, newest first.
CREATE TABLE generation(gen INTEGER PRIMARY KEY) STRICT;
INSERT INTO generation(gen) SELECT DISTINCT oid >> 19 FROM assertion;
CREATE TABLE value(gen INTEGER NOT NULL, hash INTEGER NOT NULL, oid INTEGER NOT NULL, chk INTEGER NOT NULL, PRIMARY KEY (gen, hash, oid)) STRICT, WITHOUT ROWID;
INSERT INTO value(gen, hash, oid, chk) SELECT oid >> 19, hash, oid, chk FROM val ORDER BY 1, 2, 3;
DROP TABLE val;
CREATE TABLE mention(gen INTEGER NOT NULL, node BLOB NOT NULL, oid INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY (gen, node, oid, kind)) STRICT, WITHOUT ROWID;
INSERT INTO mention(gen, node, oid, kind) SELECT oid >> 19, node, oid, kind FROM edge ORDER BY 1, 2, 3, 4;
DROP TABLE edge;
-- Fewer, larger merges of full text: a tenth of the time of a large import.
INSERT INTO text(text, rank) VALUES ('automerge', 16);
