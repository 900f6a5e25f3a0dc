"""Says of each STIX object on standard input, one a line, why python-stix2 refuses it; an empty line where it does not."""

import json
import sys

import stix2

for line in sys.stdin:
    try:
        stix2.parse(json.loads(line), allow_custom=True)
        print()
    except Exception as e:  # the library raises many kinds, and any of them is a verdict
        print(f"{type(e).__name__}: {e}".replace("\n", " ")[:200])
