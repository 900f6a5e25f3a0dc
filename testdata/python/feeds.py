"""Read feeds with other people's readers, and validate JSON Feed against other people's schema.

Reads one JSON document from standard input:
  schema   file of the JSON schema of JSON Feed 1.1 (npm: jsonfeed-schema)
  feeds    list of {form: atom or json, body}
Writes a list with, for each feed, what is wrong with it: an empty list where nothing is.

What readers make of Atom is asked here; its schema is asked by atom.py. It is read by feedparser, which notes what is not well formed, and by atoma, which refuses a feed that lacks an element
or has it twice; what RFC 4287 asks of each element is asked of what they made of it.
"""

import json
import sys

import atoma
import feedparser
import jsonschema


def json_faults(body, validator):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(json.loads(body))]


def atom_faults(body):
    raw, faults = body.encode(), []
    read = feedparser.parse(raw)
    if read.bozo:
        faults.append(f"not well formed: {read.bozo_exception}")
    if read.version != "atom10":
        faults.append(f"taken for {read.version}")
    try:
        feed = atoma.parse_atom_bytes(raw)
    except Exception as e:  # what it raises depends on what is wrong
        return faults + [f"refused: {type(e).__name__}: {e}"]
    if feed.updated is None or feed.title is None:
        faults.append("feed without updated or title (section 4.1.1)")
    ids = [e.id_ for e in feed.entries]
    if len(set(ids)) != len(ids):
        faults.append("two entries with one id (section 4.1.2)")
    for entry, seen in zip(feed.entries, read.entries):
        where = f"entry {entry.id_}"
        if entry.updated is None or seen.get("updated_parsed") is None:
            faults.append(f"{where}: no updated that is a date (section 3.3)")
        if not (entry.authors or feed.authors):
            faults.append(f"{where}: no author (section 4.1.2)")
        if entry.content is None and not any(link.rel in (None, "alternate") for link in entry.links):
            faults.append(f"{where}: neither content nor alternate (section 4.1.2)")
        if any(not c.term for c in entry.categories):
            faults.append(f"{where}: a category without term (section 4.2.2)")
        if ":" not in entry.id_:
            faults.append(f"{where}: id is no IRI (section 4.2.6)")
    return faults


job = json.load(sys.stdin)
with open(job["schema"], encoding="utf-8") as f:
    checker = jsonschema.Draft7Validator(json.load(f), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
json.dump([atom_faults(f["body"]) if f["form"] == "atom" else json_faults(f["body"], checker) for f in job["feeds"]], sys.stdout)
