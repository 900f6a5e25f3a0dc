"""The OpenTAXII application, with UUIDs written as JSON strings.

OpenTAXII 0.9.3 stores what is posted and then fails to write the answer: its identifiers are UUID objects.
"""
import json
import uuid

_default = json.JSONEncoder.default
json.JSONEncoder.default = lambda self, o: str(o) if isinstance(o, uuid.UUID) else _default(self, o)

from opentaxii.http import app  # noqa: E402, F401
