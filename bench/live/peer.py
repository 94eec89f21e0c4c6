"""The same tasks by neptune-fetcher and neptune-query, measured as in task.ts."""

import json
import os
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
client, task, times = sys.argv[1], sys.argv[2], int(sys.argv[3])

COLUMNS = [f"config/p{i}" for i in range(50)]
MANY = [f"many/m{i}" for i in range(100)]

if client == "fetcher":
    from neptune_fetcher import ReadOnlyProject, ReadOnlyRun

    def run():
        return ReadOnlyRun(ReadOnlyProject("bench/series"), with_id="BEN-0")

    def series(path):
        return len(run()[path].fetch_values(progress_bar=False))

    def many():
        opened = run()
        opened.prefetch_series_values(MANY, use_threads=True, progress_bar=False)
        return sum(len(opened[path].fetch_values(progress_bar=False)) for path in MANY)

    tasks = {
        "1m": lambda: series("metrics/1m"),
        "10m": lambda: series("metrics/10m"),
        "many": many,
        "table": lambda: len(
            ReadOnlyProject("bench/table").fetch_runs_df(columns=COLUMNS, progress_bar=False)
        ),
        "list": lambda: len(list(ReadOnlyProject("bench/list").list_runs())),
    }
else:
    from neptune_query import runs as nq

    def series(paths):
        return nq.fetch_metrics(
            project="bench/series", runs=["run-0"], attributes=paths, include_time="absolute"
        )

    tasks = {
        "1m": lambda: len(series(["metrics/1m"])),
        "10m": lambda: len(series(["metrics/10m"])),
        "many": lambda: int(series(MANY).xs("value", axis=1, level=1).count().sum()),
        "table": lambda: len(nq.fetch_runs_table(project="bench/table", attributes=COLUMNS)),
        "list": lambda: len(nq.list_runs(project="bench/list")),
    }

milliseconds = []
cpu_milliseconds = []
for _ in range(times):
    start = time.perf_counter()
    before = time.process_time()
    count = tasks[task]()
    milliseconds.append((time.perf_counter() - start) * 1000)
    cpu_milliseconds.append((time.process_time() - before) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(
    json.dumps(
        {
            "milliseconds": milliseconds,
            "cpuMilliseconds": cpu_milliseconds,
            "count": count,
            "peakBytes": peak,
        }
    ),
    flush=True,
)
# The clients leave threads behind that would be waited for.
os._exit(0)
