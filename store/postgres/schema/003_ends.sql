-- Which types of objects a relationship joins, so that those of few types are found among millions of others.
CREATE TABLE ends(type integer NOT NULL, oid bigint NOT NULL, PRIMARY KEY (type, oid));
INSERT INTO ends(type, oid) SELECT DISTINCT get_byte(node, 16) * 256 + get_byte(node, 17), oid FROM edge
  WHERE kind IN (SELECT code FROM type WHERE name IN ('source_ref', 'target_ref'));
