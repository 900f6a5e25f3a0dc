"""Reads a message from standard input with Python's email package and prints what it holds as JSON."""

import json
import sys
from email import message_from_binary_file
from email.policy import default

message = message_from_binary_file(sys.stdin.buffer, policy=default)
parts = [p for p in message.walk() if not p.is_multipart()]
json.dump({
    "headers": {k.lower(): str(v) for k, v in message.items()},
    "type": message.get_content_type(),
    "parts": [{"type": p.get_content_type(), "charset": p.get_content_charset(), "text": p.get_content()} for p in parts],
    "defects": [str(d) for p in message.walk() for d in p.defects] + [f"{k}: {d}" for k, v in message.items() for d in v.defects],
}, sys.stdout)
