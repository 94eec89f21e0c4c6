"""tags.py PATHSPEC [TAG …]: adds tags to a run, and prints what the Python client says of it."""
import json
import sys

from metaflow import Run, namespace

namespace(None)
run = Run(sys.argv[1])
if sys.argv[2:]:
    run.add_tags(sys.argv[2:])
print(json.dumps({"id": run.id, "user_tags": sorted(run.user_tags), "system_tags": sorted(run.system_tags)}))
