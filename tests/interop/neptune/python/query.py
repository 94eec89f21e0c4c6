"""Asks neptune-query, the successor of neptune-fetcher, as a user's script would."""

import hashlib
import os
import tempfile
from datetime import datetime

import neptune_query
from neptune_query import runs
from neptune_query.experimental import fetch_experiments_table_global, fetch_runs_table_global
from neptune_query.filters import Attribute, AttributeFilter, Filter

from answers import cell, number, serve, table

PROJECT = os.environ["NEPTUNE_PROJECT"]


def value_of(value):
    return datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value


def attribute(given):
    return given if isinstance(given, str) else Attribute(given["name"], type=given["type"])


def selected(given):
    """Experiments, runs: a pattern, names, or a filter as a tree of lists."""
    if not isinstance(given, dict):
        return given
    return condition(given["filter"])


def condition(tree):
    operator, *operands = tree
    if operator == "and":
        return condition(operands[0]) & condition(operands[1])
    if operator == "or":
        return condition(operands[0]) | condition(operands[1])
    if operator == "not":
        return ~condition(operands[0])
    if operator == "name":
        return Filter.name(operands[0])
    if operator == "exists":
        return Filter.exists(attribute(operands[0]))
    return getattr(Filter, operator)(attribute(operands[0]), value_of(operands[1]))


def attributes(given):
    if isinstance(given, dict):
        if "any" in given:
            return AttributeFilter.any(*[attributes(each) for each in given["any"]])
        return AttributeFilter(**given)
    return given


def arguments(given):
    changed = dict(given)
    for name in ("experiments", "runs"):
        if name in changed:
            changed[name] = selected(changed[name])
    for name in ("attributes", "y"):
        if name in changed:
            changed[name] = attributes(changed[name])
    if "sort_by" in changed:
        changed["sort_by"] = attribute(changed["sort_by"])
    if "step_range" in changed:
        changed["step_range"] = tuple(changed["step_range"])
    return changed


def labelled(frame):
    """A table and the labels of its rows."""
    index = [list(label) if isinstance(label, tuple) else label for label in frame.index.tolist()]
    return {"index": list(frame.index.names), "labels": index, **table(frame)}


def series(frame):
    """The points of a frame of series, which has one row for each label and step."""
    has_times = frame.columns.nlevels == 2
    names = list(dict.fromkeys(name[0] if has_times else name for name in frame.columns))
    found = []
    for name in names:
        values = (frame[(name, "value")] if has_times else frame[name]).tolist()
        times = frame[(name, "absolute_time")].tolist() if has_times else None
        points = []
        for row, (label, step) in enumerate(frame.index.tolist()):
            value, time = cell(values[row]), cell(times[row]) if has_times else None
            is_missing = time is None if has_times else value in (None, {"float": "NaN"})
            if not is_missing:
                points.append([label, number(step), value, time])
        found.append({"name": name, "points": points})
    return {"index": list(frame.index.names), "series": found}


def buckets(frame):
    found = []
    for position, (label, metric, axis) in enumerate(frame.columns):
        values = [cell(value) for value in frame.iloc[:, position].tolist()]
        found.append([label, metric, axis, [None if v == {"float": "NaN"} else v for v in values]])
    intervals = [[number(i.left), number(i.right), i.closed] for i in frame.index.tolist()]
    return {"intervals": intervals, "columns": found}


def download(module, label, **given):
    with tempfile.TemporaryDirectory() as destination:
        if given.pop("series", False):
            files = module.fetch_series(project=PROJECT, **arguments(given))
        else:
            fetch = getattr(module, f"fetch_{label}s_table")
            files = fetch(project=PROJECT, **arguments(given))
        paths = module.download_files(files=files, destination=destination)
        found = []
        for name in paths.columns:
            for (container, step), path in paths[name].items():
                if isinstance(path, str):  # other cells only fill up the frame
                    with open(path, "rb") as file:
                        digest = hashlib.sha256(file.read()).hexdigest()
                    found.append([container, number(step), name, digest])
        return sorted(found, key=lambda entry: ",".join(map(str, entry)))


CALLS = {}
for module, label in ((neptune_query, "experiment"), (runs, "run")):

    def call(function, form, fixed=None):
        return lambda **given: form(function(**(fixed or {}), **arguments(given)))

    here = {"project": PROJECT}
    CALLS[f"list_{label}s"] = call(getattr(module, f"list_{label}s"), list, here)
    CALLS[f"{label}s.list_attributes"] = call(module.list_attributes, list, here)
    CALLS[f"fetch_{label}s_table"] = call(
        getattr(module, f"fetch_{label}s_table"), labelled, here
    )
    CALLS[f"{label}s.fetch_metrics"] = call(module.fetch_metrics, series, here)
    CALLS[f"{label}s.fetch_series"] = call(module.fetch_series, series, here)
    CALLS[f"{label}s.download_files"] = (
        lambda module, label: lambda **given: download(module, label, **given)
    )(module, label)
CALLS["fetch_metric_buckets"] = lambda **given: buckets(
    neptune_query.fetch_metric_buckets(project=PROJECT, x="step", **arguments(given))
)
CALLS["fetch_experiments_table_global"] = lambda **given: labelled(
    fetch_experiments_table_global(**arguments(given))
)
CALLS["fetch_runs_table_global"] = lambda **given: labelled(
    fetch_runs_table_global(**arguments(given))
)

serve(CALLS)
