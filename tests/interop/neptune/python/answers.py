"""Answers of Python clients as JSON that loses nothing.

A cell is null, a boolean, or an object of one key that tells what it is: integers as text with all
their digits, floats as numbers (NaN and infinities by name), times as milliseconds since the epoch.
"""

import json
import math
import sys
import traceback
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def number(value):
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value


def milliseconds(ticks, unit):
    per_millisecond = {"ms": 1, "us": 1_000, "ns": 1_000_000}
    if unit == "s":
        return ticks * 1000
    # neptune-fetcher computes times as floats of seconds, which can be a microsecond off.
    tick = per_millisecond[unit]
    whole = (ticks + tick // 2) // tick
    if abs(ticks - whole * tick) * 1000 > tick:
        raise ValueError(f"a time of {ticks} {unit} is not whole milliseconds")
    return whole


def cell(value):
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return {"int": str(int(value))}
    if isinstance(value, (float, np.floating)):
        return {"float": number(value)}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, pd.Timestamp):
        if value.tzinfo is None or value.utcoffset() != timedelta(0):
            raise ValueError(f"{value!r} is not in UTC")
        ticks = value.to_datetime64()
        return {"time": milliseconds(int(ticks.astype("int64")), np.datetime_data(ticks.dtype)[0])}
    if isinstance(value, datetime):
        return {"time": milliseconds((value - EPOCH) // timedelta(microseconds=1), "us")}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(value)}
    kind = type(value).__name__
    if kind == "Histogram":
        return {
            "histogram": {
                "type": value.type,
                "edges": [number(edge) for edge in value.edges],
                "values": [number(each) for each in value.values],
            }
        }
    if kind == "File":
        return {
            "file": {"path": value.path, "size": value.size_bytes, "mimeType": value.mime_type}
        }
    raise TypeError(f"no form for {value!r}")


def kind_of(dtype):
    if pd.api.types.is_bool_dtype(dtype):
        return "bool"
    if pd.api.types.is_integer_dtype(dtype):
        return "int"
    if pd.api.types.is_float_dtype(dtype):
        return "float"
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "time"
    return "object"


def table(frame):
    """Columns in order, each with what its dtype means; in a frame NaN is what is missing."""
    columns = []
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        cells = [cell(value) for value in series.tolist()]
        columns.append(
            {
                "name": name,
                "kind": kind_of(series.dtype),
                "cells": [None if each == {"float": "NaN"} else each for each in cells],
            }
        )
    return {"height": len(frame), "columns": columns}


def serve(calls):
    """Answers questions, a line of JSON each, until there are no more."""
    for line in sys.stdin:
        question = json.loads(line)
        try:
            reply = {"answer": calls[question["call"]](**question["args"])}
        except Exception as error:  # whatever a client raises is its answer
            traceback.print_exc(file=sys.stderr)
            reply = {"error": type(error).__name__, "text": str(error)}
        print(json.dumps(reply, allow_nan=False), flush=True)
