-- A generation of postings that is full gets a filter of the hashes in it: a lookup asks those generations only that may hold a value. See ../values.go.
CREATE TABLE value_filter(gen INTEGER PRIMARY KEY, filter BLOB NOT NULL) STRICT;
