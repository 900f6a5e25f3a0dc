"""Reads a collection with the unmodified taxii2-client until time is over, in whole passes, and prints what came as JSON.

usage: taxii2_client.py URL AUTHORIZATION PER_REQUEST SECONDS
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


collection = Collection(sys.argv[1], auth=Header())
objects, pages = 0, []
start = last = time.perf_counter()
while True:
    for envelope in as_pages(collection.get_objects, per_request=int(sys.argv[3])):
        objects += len(envelope.get("objects", []))
        now = time.perf_counter()
        pages.append(now - last)
        last = now
    if last - start >= float(sys.argv[4]):
        break
print(json.dumps({"objects": objects, "seconds": last - start, "pages": pages}))
