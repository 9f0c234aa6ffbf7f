"""datatrove's Gopher quality, Gopher repetition and C4 filters on one core.

One JSON message a line, one answer a line: {"documents": [...], "words": "own" | "ours"}, then any number of {}. "own": its own splitters
into words (spaCy) and sentences; "ours": those of Inkstone, written as regular expressions in ../../../packages/ingest/test/golden/datatrove.
"""
import json
import os
import sys
import time

first = json.loads(sys.stdin.readline())
if first["words"] == "ours":
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../packages/ingest/test/golden/datatrove"))
    import make  # noqa: F401  (replaces the splitters)
from datatrove.data import Document  # noqa: E402
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter  # noqa: E402
from importlib.metadata import version  # noqa: E402

filters = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter()]


def reason(result):
    return "" if result is True else result[1] if isinstance(result, tuple) else "dropped"


def judge(text):
    # every filter sees every document as it was read, so that the work is the same whatever is dropped
    return [reason(one.filter(Document(text=text, id="x"))) for one in filters]


judge("So that splitters are loaded. This is not timed.")
print(json.dumps({"name": f"datatrove {version('datatrove')}"}), flush=True)
for line in sys.stdin:
    start = time.process_time()
    reasons = [judge(text) for text in first["documents"]]
    print(json.dumps({"seconds": time.process_time() - start, "reasons": reasons}), flush=True)
