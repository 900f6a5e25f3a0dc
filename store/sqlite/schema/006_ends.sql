-- Which types of objects a relationship joins, so that those of few types are found among millions of others. Oids grow, and types are few: rows are
-- added at the end of each type.
CREATE TABLE ends(type INTEGER NOT NULL, oid INTEGER NOT NULL, PRIMARY KEY (type, oid)) STRICT, WITHOUT ROWID;
WITH code AS MATERIALIZED (SELECT code, printf('%04X', code) AS digits FROM type)
INSERT OR IGNORE INTO ends(type, oid) SELECT c.code, e.oid FROM mention e CROSS JOIN code c ON c.digits = hex(substr(e.node, 17, 2))
  WHERE e.kind IN (SELECT code FROM type WHERE name IN ('source_ref', 'target_ref'));
