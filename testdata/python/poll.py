"""Poll one TAXII 2.1 collection with the unmodified OASIS client, from where the last poll ended.

Reads one JSON document from standard input:
  url      discovery address
  title    of the collection
  after    date_added to go on from, or empty
Writes one JSON document: objects as [id, modified, revoked], in the order in which they came, and the date_added to go on from.
"""

import json
import sys

from taxii2client.v21 import Server

job = json.load(sys.stdin)
server = Server(job["url"])
collection = next(c for c in server.default.collections if c.title == job["title"])
objects, after = [], job["after"]
while True:
    filters = {"version": "all", "limit": 3}
    if after:
        filters["added_after"] = after
    page = collection.get_objects(**filters)
    manifest = collection.get_manifest(**filters).get("objects", [])
    if not page.get("objects"):
        break
    assert [o["id"] for o in page["objects"]] == [m["id"] for m in manifest], "objects and manifest differ"
    objects += [[o["id"], o["modified"], o.get("revoked", False)] for o in page["objects"]]
    after = manifest[-1]["date_added"]
json.dump({"objects": objects, "after": after}, sys.stdout)
