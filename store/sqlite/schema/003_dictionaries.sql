-- What bodies of a source are compressed against; assertion.enc names the row, 0 is raw. Kept as long as the file: bodies need it.
CREATE TABLE dictionary(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
