-- The index of words lies in generations, as postings do, so that a prefix is merged from the newest one first. What is held already stays where it is.
CREATE TABLE text_generation(first INTEGER PRIMARY KEY) STRICT;
INSERT INTO text_generation(first) VALUES (0);
