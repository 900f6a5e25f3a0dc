"""Walk a TAXII 2.1 server with the unmodified OASIS client and library: taxii2-client and stix2.

Reads one JSON document from standard input:
  url, user, password   discovery address and credentials
  ca                    file that the server's certificate is checked against, or empty
  feed                  title of a collection to read whole
  want                  list of [id, modified or null]: exactly what the feed holds
  sample                how many objects stix2 parses
  inbox                 title of a collection that user may read and write
  objects               two objects: two versions of one id
Writes one JSON document with what it counted; exits with a traceback at the first thing that is not as it should be.
"""

import json
import sys
import time

import stix2
from requests.exceptions import HTTPError
from taxii2client.v21 import Server, as_pages

POLL = 500


def key(obj):
    return (obj["id"], obj.get("modified"))


def by_next(collection, per_request):
    return [o for page in as_pages(collection.get_objects, per_request=per_request) for o in page.get("objects", [])]


def by_added_after(collection):
    """TAXII 2.1 section 3.5: go on from the date_added of the last record."""
    seen, after = [], None
    while True:
        filters = {"limit": POLL}
        if after:
            filters["added_after"] = after
        page = collection.get_manifest(**filters)
        if not page.get("objects"):
            return seen
        seen += [(r["id"], r["version"]) for r in page["objects"]]
        after = page["objects"][-1]["date_added"]


def same(what, got, want):
    got, want = sorted(got, key=str), sorted(want, key=str)
    if got != want:
        extra = [x for x in got if x not in set(want)][:5]
        missing = [x for x in want if x not in set(got)][:5]
        raise AssertionError(f"{what}: {len(got)} instead of {len(want)}; extra {extra}, missing {missing}")


def fails(code, call):
    try:
        call()
    except HTTPError as e:
        assert e.response.status_code == code, e.response.status_code
        return
    raise AssertionError(f"no error {code}")


def write(inbox, objects, report):
    first, second = objects
    status = inbox.add_objects({"objects": objects}, wait_for_completion=True)
    assert status.status == "complete" and status.success_count == 2 and status.failure_count == 0, status
    status.refresh()
    assert status.total_count == 2
    bundle = {"type": "bundle", "id": "bundle--6f3c5f0e-7e57-4000-8000-000000000001", "objects": objects}
    assert inbox.add_objects(bundle).success_count == 2, "a bundle, and objects held already"
    report["status"] = status.id

    ident = first["id"]
    assert [o["modified"] for o in inbox.get_object(ident)["objects"]] == [second["modified"]]
    assert len(inbox.get_objects(id=ident, version="all")["objects"]) == 2
    assert key(inbox.get_objects(id=ident, version="first")["objects"][0]) == key(first)
    assert key(inbox.get_objects(id=ident, version=first["modified"])["objects"][0]) == key(first)
    assert inbox.get_objects(type="no-such-type") == {}
    assert {o["type"] for o in inbox.get_objects(type=first["type"])["objects"]} == {first["type"]}
    assert inbox.object_versions(ident)["versions"] == [first["modified"], second["modified"]]
    assert inbox.get_objects(id=ident, spec_version="2.1")["objects"]
    inbox.delete_object(ident, version=first["modified"])
    assert inbox.object_versions(ident)["versions"] == [second["modified"]]
    inbox.delete_object(ident)
    fails(404, lambda: inbox.get_object(ident))


def main():
    job = json.load(sys.stdin)
    report, started = {}, time.monotonic()
    server = Server(job["url"], user=job["user"], password=job["password"], verify=job["ca"] or True)
    root = server.default
    assert root.url in [r.url for r in server.api_roots] and "application/taxii+json;version=2.1" in root.versions
    collections = {c.title: c for c in root.collections}
    feed, inbox = collections[job["feed"]], collections[job["inbox"]]
    assert feed.can_read and inbox.can_read and inbox.can_write

    want = [tuple(k) for k in job["want"]]
    objects = by_next(feed, 1000)
    same("by next", [key(o) for o in objects], want)
    same("by next, 137 a page", [key(o) for o in by_next(feed, 137)], want) if len(want) < 5000 else None
    records = by_added_after(feed)
    same("by added_after", [i for i, _ in records], [i for i, _ in want])
    versions = dict(want)
    assert all(versions[i] is None or versions[i] == v for i, v in records), "version is modified"

    step = max(1, len(objects) // job["sample"])
    for o in objects[::step]:
        stix2.parse(o, allow_custom=True)
    report["objects"], report["parsed"] = len(objects), len(objects[::step])
    write(inbox, job["objects"], report)
    report["seconds"] = round(time.monotonic() - started, 2)
    json.dump(report, sys.stdout)


main()
