"""The same tasks by Metaflow's own client; one task in a process, as in task.ts."""

import json
import os
import sys
import time

name, root = sys.argv[1:]
os.environ["METAFLOW_HOME"] = os.path.join(root, "none")
os.environ["METAFLOW_DATASTORE_SYSROOT_LOCAL"] = root
os.environ["METAFLOW_CLIENT_CACHE_PATH"] = os.path.join(root, "cache")

import metaflow  # noqa: E402
import numpy  # noqa: E402, F401

metaflow.namespace(None)
FLOW = "BenchFlow"


def millis(at):
    return round(at.timestamp() * 1000) % 1000


def runs():
    total = 0
    for run in metaflow.Flow(FLOW):
        finished_at = run.finished_at
        if run.finished and run.successful and finished_at is not None:
            total += len(run.id) + len(run.tags) + millis(run.created_at) + millis(finished_at)
    return total


def outcomes():
    total = 0
    for run in metaflow.Flow(FLOW):
        for step in run:
            for task in step:
                finished_at = task.finished_at
                if task.finished and task.successful and finished_at is not None:
                    total += len(task.id) + len(task.tags) + task.current_attempt
                    total += millis(task.created_at) + millis(finished_at)
    return total


def tasks():
    total = 0
    for run in metaflow.Flow(FLOW):
        for step in run:
            for task in step:
                total += len(task.tags) + millis(task.created_at)
                for artifact in task:
                    total += len(artifact.id) + len(artifact.sha)
    return total


def values():
    total = 0
    for run in metaflow.Flow(FLOW):
        for step in run:
            for task in step:
                total += task["value_0"].data
    return round(total * 100)


def arrays():
    task = metaflow.Task(f"{FLOW}/1/start/1")
    return round(sum(artifact.data[-1] for artifact in task) * 10_000)


began = time.perf_counter()
before = time.process_time()
answer = {"runs": runs, "outcomes": outcomes, "tasks": tasks, "values": values, "arrays": arrays}[name]()
milliseconds = (time.perf_counter() - began) * 1000
busy = (time.process_time() - before) * 1000
print(json.dumps({"milliseconds": milliseconds, "busy": busy, "answer": int(answer)}))
