"""Uses a collection with the unmodified taxii2-client and prints what came of it as JSON.

usage: taxii2_client.py URL AUTHORIZATION read PER_REQUEST SECONDS   whole passes until time is over
       taxii2_client.py URL AUTHORIZATION add FILE                   each line of the file is an envelope
"""
import json
import sys
import time

import requests
from taxii2client.v21 import Collection, as_pages


class Header(requests.auth.AuthBase):
    def __call__(self, request):
        request.headers["Authorization"] = sys.argv[2]
        return request


def read(collection, per_request, seconds):
    """Yields the number of objects of each page."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        for envelope in as_pages(collection.get_objects, per_request=per_request):
            yield len(envelope.get("objects", []))


def add(collection, path):
    """Yields the number of objects that each envelope added."""
    with open(path, "rb") as file:
        for envelope in file:
            yield collection.add_objects(envelope).success_count


collection = Collection(sys.argv[1], auth=Header())
if sys.argv[3] == "read":
    steps = read(collection, int(sys.argv[4]), float(sys.argv[5]))
else:
    steps = add(collection, sys.argv[4])
objects, times = 0, []
start = last = time.perf_counter()
for n in steps:
    objects += n
    now = time.perf_counter()
    times.append(now - last)
    last = now
print(json.dumps({"objects": objects, "seconds": last - start, "times": times}))
