"""The same tables by pyarrow and pandas, and by DuckDB; one task in a process, as in task.ts."""

import glob
import json
import resource
import sys
import time

task, root = sys.argv[1:]
directory = glob.glob(f"{root}/*")[0]
paths = [f"parameters/p{i}" for i in range(50)] + ["sys/creation_time", "sys/custom_run_id"]
types = ["float", "int", "string", "bool", "datetime"]
columns = ["run_id", "attribute_path", "attribute_type"] + [f"{t}_value" for t in types]

if task.startswith("pandas"):
    import pandas
    import pyarrow.compute as compute
    import pyarrow.dataset as dataset
else:
    import duckdb


def pandas_table():
    rows = dataset.dataset(directory, format="parquet").to_table(
        columns=columns, filter=compute.field("attribute_path").isin(paths)
    ).to_pandas()
    wide = pandas.concat(
        [
            rows[rows.attribute_type == t].pivot(
                index="run_id", columns="attribute_path", values=f"{t}_value"
            )
            for t in types
        ],
        axis=1,
    )
    return wide.sort_values("sys/creation_time", ascending=False)


def duckdb_table():
    cells = []
    for path in paths:
        column = {0: "float_value", 1: "int_value", 2: "string_value", 3: "bool_value"}
        if path.startswith("parameters/"):
            name = column[int(path.rsplit("p", 1)[1]) % 4]
        else:
            name = "datetime_value" if path == "sys/creation_time" else "string_value"
        cells.append(f"any_value({name}) filter (attribute_path = '{path}') as \"{path}\"")
    wanted = ", ".join(f"'{path}'" for path in paths)
    return duckdb.sql(
        f"select run_id, {', '.join(cells)} from read_parquet('{directory}/*_part_*.parquet') "
        f"where attribute_path in ({wanted}) group by run_id order by \"sys/creation_time\" desc"
    ).df()


start, worked = time.perf_counter(), time.process_time()
frame = {"pandas table": pandas_table, "duckdb table": duckdb_table}[task]()
milliseconds = (time.perf_counter() - start) * 1000
cpu = (time.process_time() - worked) * 1000
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"milliseconds": milliseconds, "cpu": cpu, "peakBytes": peak}))
