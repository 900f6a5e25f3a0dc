"""Asks the matcher of OASIS. Each line of standard input is a JSON object with a pattern and sets, each a list of STIX 2.1 objects.

Each line of the answer is a list: for each set true, false, or why it says neither.
"""

import json
import sys

from stix2matcher.matcher import MatchListener, Pattern


def answer(pattern, objects):
    """Whether there is a binding; match() returns none where only later sightings of one observed-data are in it."""
    try:
        listener = MatchListener([{"type": "bundle", "objects": objects}], stix_version="2.1")
        pattern.walk(listener)
        return next(listener.matched(), None) is not None
    except Exception as e:  # the library raises many kinds, and any of them is no answer
        return f"{type(e).__name__}: {e}"


for line in sys.stdin:
    case = json.loads(line)
    try:
        pattern = Pattern(case["pattern"], "2.1")
    except Exception as e:
        print(json.dumps([f"{type(e).__name__}: {e}"] * len(case["sets"])))
        continue
    print(json.dumps([answer(pattern, objects) for objects in case["sets"]]))
