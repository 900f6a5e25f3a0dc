"""Times the matcher of OASIS and prints what came of it as JSON.

usage: stix2_matcher.py FILE SECONDS PATIENCE

The file holds a list of tasks, each with patterns and STIX 2.1 objects; "all" asks for every binding, which of a pattern of one bracket are the
observations that match, otherwise for the first one. Each pattern is read once, and asked as long as the time of its task lasts.
Nothing takes longer than PATIENCE.
"""
import json
import signal
import sys
import time

from stix2matcher.matcher import MatchListener, Pattern


class TooLong(Exception):
    pass


def late(*_):
    raise TooLong(f"more than {patience:g} s")


def ask(pattern, objects, every):
    """How many bindings there are, at most one unless every one is asked for."""
    listener = MatchListener([{"type": "bundle", "objects": objects}], stix_version="2.1")
    pattern.walk(listener)
    if every:
        return sum(1 for _ in listener.matched())
    return 0 if next(listener.matched(), None) is None else 1


def answers(task, seconds):
    """Yields for each pattern that time is left for what processor time it took to read and to ask, and what came of it."""
    begun = time.perf_counter()
    for text in task["patterns"]:
        if time.perf_counter() - begun > seconds:
            return
        answer = {"read": 0, "asked": 0, "found": None, "why": ""}
        try:
            signal.setitimer(signal.ITIMER_REAL, patience)
            start = time.process_time()
            pattern = Pattern(text, "2.1")
            middle = time.process_time()
            answer["found"] = ask(pattern, task["objects"], task["all"])
            answer["read"], answer["asked"] = middle - start, time.process_time() - middle
        except Exception as e:  # the library raises many kinds
            answer["why"] = f"{type(e).__name__}: {e}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        yield answer


patience = float(sys.argv[3])
signal.signal(signal.SIGALRM, late)
with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps([list(answers(task, float(sys.argv[2]))) for task in json.load(file)]))
