#!/usr/bin/env python3
"""make_stacks.py STACKS.json: adds the pickles of the Python that runs it to the fixture.

The fixture holds values of NumPy, pandas, PyArrow and Polars as several versions of them pickle them,
and what Python itself says they are. It was made with one run for each of
  Python 3.7   numpy 1.17.5  pandas 0.25.3
  Python 3.11  numpy 1.24.2  pandas 1.5.3  pyarrow 12.0.1
  Python 3.12  numpy 2.1.3   pandas 2.2.3  pyarrow 17.0.0  polars 0.20.31
  Python 3.11  numpy 2.4.6   pandas 3.1.1  pyarrow 26.0.1  polars 2.1.0
"""
import array, base64, collections, datetime as dt, decimal, enum, fractions, ipaddress, json, math, os, pathlib, pickle, re, sys, uuid, warnings
import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
try:
    import pyarrow as pa
except ImportError:
    pa = None
try:
    import polars as pl
except ImportError:
    pl = None

NA = getattr(pd, "NA", object())


def fl(x):
    x = float(x)
    return "nan" if x != x else "inf" if x == math.inf else "-inf" if x == -math.inf else repr(x)


def nd_item(v, dtype):
    k = dtype.kind
    if dtype.names:
        return [nd_item(v[n], dtype[n]) for n in dtype.names]
    if dtype.subdtype:
        return [nd_item(x, dtype.subdtype[0]) for x in np.asarray(v).reshape(-1)]
    if k == "b":
        return bool(v)
    if k in "iu":
        return str(int(v))
    if k == "f":
        return fl(v)
    if k == "c":
        return [fl(v.real), fl(v.imag)]
    if k in "UT":
        return str(v)
    if k == "S":
        return bytes(v).hex()
    if k in "Mm":
        return "NaT" if np.isnat(v) else str(int(v.astype("i8")))
    if k == "O":
        return tag(v)
    return bytes(v).hex()


def descr(dtype):
    """Without the bytes between fields."""
    return str([field for field in dtype.descr if field[0]])


def nanos(o):
    return str(o.as_unit("ns").value if hasattr(o, "as_unit") else o.value)


def tag(o):
    ty = type(o)
    T = tag
    if o is None: return {"t": "none"}
    if o is pd.NaT: return {"t": "nat"}
    if o is NA: return {"t": "na"}
    if ty is bool: return {"t": "bool", "v": o}
    if ty is int: return {"t": "int", "v": str(o)}
    if ty is float: return {"t": "float", "v": fl(o)}
    if ty is str: return {"t": "str", "v": o}
    if ty is bytes: return {"t": "bytes", "hex": o.hex()}
    if ty in (list, tuple): return {"t": ty.__name__, "v": [T(x) for x in o]}
    if ty is dict: return {"t": "dict", "v": [[T(k), T(v)] for k, v in o.items()]}
    if ty is dt.datetime:
        off = o.utcoffset()
        return {"t": "datetime", "iso": o.replace(tzinfo=None).isoformat(), "offset_s": None if off is None else off.total_seconds(), "fold": o.fold}
    if ty is dt.date: return {"t": "date", "iso": o.isoformat()}
    if ty is decimal.Decimal: return {"t": "decimal", "v": str(o)}
    if ty is fractions.Fraction: return {"t": "fraction", "n": str(o.numerator), "d": str(o.denominator)}
    if ty is uuid.UUID: return {"t": "uuid", "v": str(o)}
    if isinstance(o, pathlib.PurePath): return {"t": "path", "class": "pathlib." + ty.__name__, "v": str(o)}
    if isinstance(o, re.Pattern): return {"t": "regex", "pattern": T(o.pattern), "flags": int(o.flags)}
    if ty.__module__ == "ipaddress": return {"t": "ip", "v": str(o)}
    if ty is array.array: return {"t": "array", "typecode": o.typecode, "v": [T(x) for x in o]}
    if isinstance(o, np.dtype): return {"t": "dtype", "v": descr(o) if o.names else o.str}
    if isinstance(o, np.ma.MaskedArray):
        return {"t": "masked_array", "data": T(np.asarray(o.data)), "mask": T(np.ma.getmaskarray(o))}
    if isinstance(o, np.ndarray):
        o = np.asarray(o)
        return {"t": "ndarray", "dtype": descr(o.dtype) if o.dtype.names else "|T16" if o.dtype.kind == "T" else o.dtype.str, "shape": list(o.shape),
                "fortran": bool(o.flags.f_contiguous and not o.flags.c_contiguous), "data": [nd_item(v, o.dtype) for v in o.reshape(-1)]}
    if isinstance(o, np.generic): return {"t": "npscalar", "dtype": o.dtype.str, "v": nd_item(o, o.dtype)}
    if isinstance(o, pd.Timestamp): return {"t": "timestamp", "ns": nanos(o), "tz": None if o.tz is None else str(o.tz)}
    if isinstance(o, pd.Timedelta): return {"t": "timedelta_ns", "ns": nanos(o)}
    if isinstance(o, pd.Interval): return {"t": "str", "v": str(o)}
    if isinstance(o, pd.Period): return {"t": "str", "v": str(o)}
    if isinstance(o, pd.MultiIndex):
        return {"t": "multiindex", "names": [T(n) for n in o.names], "v": [[T(x) for x in row] for row in o]}
    if isinstance(o, pd.Index):
        return {"t": "index", "dtype": str(o.dtype), "name": T(o.name), "v": [T(x) for x in o]}
    if isinstance(o, pd.Series):
        return {"t": "series", "dtype": str(o.dtype), "name": T(o.name), "index": T(o.index), "v": [T(x) for x in o]}
    if isinstance(o, pd.DataFrame):
        return {"t": "dataframe", "columns": T(o.columns), "index": T(o.index), "dtypes": [str(d) for d in o.dtypes],
                "data": [[T(x) for x in o.iloc[:, i]] for i in range(o.shape[1])]}
    if isinstance(o, pd.Categorical): return {"t": "series", "name": {"t": "none"}, "index": None, "v": [T(x) for x in o]}
    if pa and isinstance(o, (pa.Array, pa.ChunkedArray)):
        return {"t": "series", "name": {"t": "none"}, "index": None, "v": [T(x) for x in o.to_pylist()]}
    if pa and isinstance(o, pa.Table):
        return {"t": "dataframe", "columns": {"t": "index", "name": {"t": "none"}, "v": [T(n) for n in o.column_names]}, "index": None,
                "dtypes": [str(t) for t in o.schema.types], "data": [[T(x) for x in o.column(n).to_pylist()] for n in o.column_names]}
    if pl and isinstance(o, pl.DataFrame):
        return {"t": "polars_frame", "columns": [[n, str(o[n].dtype), [T(x) for x in o[n].to_list()]] for n in o.columns]}
    if pl and isinstance(o, pl.Series):
        return {"t": "polars_frame", "columns": [[o.name, str(o.dtype), [T(x) for x in o.to_list()]]]}
    raise TypeError(ty)


VALUES = collections.OrderedDict()


def add(name, make):
    """`make` is called, for a version of a library may lack what is asked of it."""
    try:
        VALUES[name] = make()
    except Exception as e:
        print("not here:", name, repr(e)[:100])


DAY = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)
ZONE = "Europe/Warsaw"

add("nd_struct", lambda: np.array([(1, 2.5), (-3, 4.0)], dtype=[("a", ">i4"), ("b", "<f8")]))
add("nd_struct_aligned", lambda: np.array([(1, 2.5)], dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)))
add("nd_struct_nested", lambda: np.array([((1, "ab"), 2.5)], dtype=[("in", [("x", "u2"), ("y", "U2")]), ("z", "f4")]))
add("nd_rec", lambda: np.rec.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]))
add("nd_matrix", lambda: np.matrix([[1, 2]]))
add("nd_masked", lambda: np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]))
for code, values in [("i1", [-1, 127]), ("u1", [0, 255]), ("i2", [-2, 300]), ("u2", [65535]), ("i4", [-5]), ("u4", [2**32 - 1]), ("i8", [-2**63, 2**53 + 1]), ("u8", [2**64 - 1]), ("f2", [1.5, -0.1]), ("f4", [0.1]), ("f8", [0.1, float("nan"), float("-inf")]), ("c8", [1 + 2j]), ("c16", [1 - 2j]), ("b1", [True, False])]:
    for order in "<>":
        if order == ">" and code[1:] == "1":
            continue
        add("nd_%s%s" % ("be_" if order == ">" else "", code), lambda: np.array(values, dtype=order + code))
add("nd_unicode", lambda: np.array(["ab", "", "\U0001f333"]))
add("nd_be_unicode", lambda: np.array(["ab", "\u00e9"], dtype=">U2"))
add("nd_bytes", lambda: np.array([b"ab\0", b"", b"xyz"]))
add("nd_void", lambda: np.array([b"abc"], dtype="V3"))
add("nd_string", lambda: np.array(["a", "longer"], dtype="T"))
for unit in ["D", "s", "25s", "ms", "us", "ns", "M"]:
    add("nd_datetime_" + unit, lambda: np.array(["2024-02-01", "NaT"], dtype="M8[%s]" % unit))
add("nd_timedelta", lambda: np.array([5, "NaT"], dtype="m8[ms]"))
add("nd_0d", lambda: np.array(5.0))
add("nd_empty", lambda: np.zeros((0, 3)))
add("nd_fortran", lambda: np.asfortranarray(np.arange(6, dtype="i2").reshape(2, 3)))
add("nd_transposed", lambda: np.arange(24, dtype="i2").reshape(2, 3, 4).transpose(2, 0, 1))
add("nd_strided", lambda: np.arange(10)[::2])
add("nd_objects", lambda: np.array([[1, None], ["a", 2.5]], dtype=object))
add("nd_objects_fortran", lambda: np.asfortranarray(np.array([[1, 2], [3, 4]], dtype=object)))
add("dtype_plain", lambda: np.dtype(">f8"))
add("dtype_struct", lambda: np.dtype([("a", "<i4"), ("b", ">f8", (2,))]))
for v in [np.bool_(True), np.int8(-3), np.uint64(2**64 - 1), np.float16(1.5), np.float64("nan"), np.complex64(1 + 2j), np.str_("x"), np.bytes_(b"x"), np.datetime64("2024-01-01"), np.timedelta64(5, "s")]:
    add("np_%s" % v.dtype.name, lambda: v)

add("ts", lambda: pd.Timestamp(DAY))
add("ts_zone", lambda: pd.Timestamp(DAY, tz=ZONE))
add("ts_nanos", lambda: pd.Timestamp(1706785245123456789))
add("ts_seconds", lambda: pd.Timestamp(DAY).as_unit("s"))
add("td", lambda: pd.Timedelta(-5, "s"))
add("nat", lambda: pd.NaT)
add("na", lambda: pd.NA)
add("categorical", lambda: pd.Categorical(["a", None, "b", "a"], ordered=True))


def frame(name, **columns):
    add("df_" + name, lambda: pd.DataFrame(collections.OrderedDict((k, f()) for k, f in columns.items())))


frame("numbers", i8=lambda: np.array([-2**63, 2**62, 2**53 + 1]), u8=lambda: np.array([0, 1, 2**64 - 1], "u8"), i2=lambda: np.array([1, -2, 3], "i2"), u1=lambda: np.array([1, 2, 255], "u1"), f8=lambda: [0.5, float("nan"), -0.0], f4=lambda: np.array([0.1, 2, 3], "f4"), b=lambda: [True, False, True], i8b=lambda: [1, 2, 3], f8b=lambda: [1.0, 2.0, 3.0])
frame("texts", s=lambda: ["x", None, "\u00e9\U0001f333"], t=lambda: ["", "b", "c"])
frame("objects", o=lambda: [1, "a", None], t=lambda: [(1, 2), [3], {"k": 1}], d=lambda: [dt.date(2024, 2, 29), None, dt.date(1969, 1, 1)], b=lambda: [True, None, False], n=lambda: [decimal.Decimal("1.10"), decimal.Decimal("2"), None])
frame("times", naive=lambda: pd.to_datetime([pd.Timestamp(1706785245123456789), None, pd.Timestamp("1969-12-31")]), utc=lambda: pd.to_datetime(["2024-01-01", None, "2024-07-01"]).tz_localize("UTC"), zone=lambda: pd.to_datetime(["2024-01-01", None, "2024-07-01"]).tz_localize(ZONE), offset=lambda: pd.to_datetime(["2024-01-01", None, "2024-07-01"]).tz_localize(dt.timezone(dt.timedelta(hours=2))), span=lambda: pd.to_timedelta([1, None, -5], unit="s"), naive2=lambda: pd.to_datetime(["2001-01-01", "2002-01-01", None]))
for unit in ["s", "ms", "us", "ns"]:
    add("df_times_" + unit, lambda: pd.DataFrame({"a": pd.Series(pd.to_datetime(["2024-01-01", "1900-01-01"])).astype("M8[%s]" % unit), "d": pd.Series(pd.to_timedelta([1, 2], unit="s")).astype("m8[%s]" % unit)}))
frame("categories", c=lambda: pd.Categorical(["b", None, "a"], categories=["b", "a", "unused"]), n=lambda: pd.Categorical([10, 20, 10], ordered=True), t=lambda: pd.Categorical(pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01"])))
frame("nullable", i=lambda: pd.array([1, None, -2**62], dtype="Int64"), u=lambda: pd.array([1, None, 3], dtype="UInt8"))
frame("nullable2", f=lambda: pd.array([0.5, None, float("inf")], dtype="Float64"), b=lambda: pd.array([True, None, False], dtype="boolean"), s=lambda: pd.array(["a", None, ""], dtype="string"))
frame("arrow", s=lambda: pd.array(["a", None, "\u00e9\u00e9"], dtype="string[pyarrow]"))
frame("arrow2", i=lambda: pd.array([1, None, -3], dtype="int64[pyarrow]"), f=lambda: pd.array([0.5, None, 1.5], dtype="double[pyarrow]"), b=lambda: pd.array([True, None, False], dtype="bool[pyarrow]"), t=lambda: pd.array([DAY, None, DAY], dtype="timestamp[us][pyarrow]"), s=lambda: pd.array(["a", None, ""], dtype="string[pyarrow]"))
frame("sparse", s=lambda: pd.arrays.SparseArray([0, 0, 7, 0]), f=lambda: pd.arrays.SparseArray([float("nan"), 1.5, float("nan"), 2.0]))
add("df_empty", lambda: pd.DataFrame())
add("df_no_rows", lambda: pd.DataFrame({"a": np.array([], "i8"), "s": np.array([], object)}))
add("df_no_columns", lambda: pd.DataFrame(index=[3, 5]))
add("df_fortran", lambda: pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=["a", "b"]))
add("df_mixed_blocks", lambda: pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [3, 4], "d": [2.5, 3.5], "e": ["x", "y"]}))
add("df_sliced", lambda: pd.DataFrame({"a": range(10), "b": np.arange(10) * 0.5})[3:9:2])
add("df_labels", lambda: pd.DataFrame([[1, 2, 3]], columns=["height", 0, None]))
add("df_tuples", lambda: pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None])))
add("df_named_columns", lambda: pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], name="which")))
add("df_index_text", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.Index(["r", "s"], name="row")))
add("df_index_range", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.RangeIndex(10, 14, 2)))
add("df_index_range_named", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.RangeIndex(2, name="n")))
add("df_index_multi", lambda: pd.DataFrame({"v": [1, 2, 3]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2), ("a", 3)], names=["x", None])))
add("df_index_multi_missing", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.MultiIndex.from_arrays([["a", None], pd.to_datetime(["2024-01-01", None])], names=["x", "t"])))
add("df_index_times", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.date_range("2024-01-01", periods=2, tz="UTC", name="when")))
add("df_index_zone", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.to_datetime(["2024-01-01", "2024-07-01"]).tz_localize(ZONE)))
add("df_index_spans", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.to_timedelta([1, 2], unit="s")))
add("df_index_floats", lambda: pd.DataFrame({"v": [1, 2]}, index=[0.5, 1.5]))
add("df_index_unsigned", lambda: pd.DataFrame({"v": [1, 2]}, index=pd.Index(np.array([5, 7], "u8"))))
add("df_index_bools", lambda: pd.DataFrame({"v": [1, 2]}, index=[True, False]))
add("df_index_categories", lambda: pd.DataFrame({"v": [1, 2, 3]}, index=pd.CategoricalIndex(["a", "b", "a"])))
add("series_ints", lambda: pd.Series([1, 2], name="s"))
add("series_texts", lambda: pd.Series(["a", None], index=["p", "q"]))
add("series_times", lambda: pd.Series(pd.to_datetime(["2024-01-01", None]).tz_localize(ZONE), name=("a", 1)))
add("series_objects", lambda: pd.Series([1, "a", None]))
add("series_nullable", lambda: pd.Series(pd.array([1, None], dtype="Int64")))
add("series_empty", lambda: pd.Series([], dtype="float64"))
add("index_ints", lambda: pd.Index([5, 7], name="i"))
add("index_range", lambda: pd.RangeIndex(5))
add("series_periods", lambda: pd.Series(pd.period_range("2024-01", periods=2, freq="M")))
add("series_intervals", lambda: pd.Series(pd.interval_range(0, 2)))

if pa:
    add("arrow_ints", lambda: pa.array([1, None, 3], pa.int16()))
    add("arrow_sliced", lambda: pa.array(["a", None, "cc", "", "e"]).slice(1, 3))
    add("arrow_bools", lambda: pa.array([True, None, False] * 5).slice(3, 9))
    add("arrow_chunks", lambda: pa.chunked_array([[1, None], [3]]))
    add("arrow_no_chunks", lambda: pa.chunked_array([], pa.int64()))
    add("arrow_dictionary", lambda: pa.array(["a", None, "b", "a"]).dictionary_encode())
    add("arrow_times", lambda: pa.array([DAY, None], pa.timestamp("us", "UTC")))
    add("arrow_dates", lambda: pa.array([DAY.date(), None]))
    add("arrow_binary", lambda: pa.array([b"a", None]))
    add("arrow_table", lambda: pa.table({"a": [1, 2], "s": ["x", None], "f": [0.5, float("nan")]}))
if pl:
    add("polars_frame", lambda: pl.DataFrame({"a": [1, None, 2**62], "s": ["x", None, "y"], "f": [0.5, float("nan"), None], "t": [DAY, None, DAY], "height": [True, False, None]}))
    add("polars_series", lambda: pl.Series("n", [1, None, 3], dtype=pl.Int16))
    add("polars_empty", lambda: pl.DataFrame({"a": []}, schema={"a": pl.Int64}))

add("uuid", lambda: uuid.UUID(int=0x1234))
add("path", lambda: pathlib.PurePosixPath("/a/b/c"))
add("path_windows", lambda: pathlib.PureWindowsPath("c:\\a\\b"))
add("path_relative", lambda: pathlib.PurePosixPath("a/b"))
add("path_empty", lambda: pathlib.PurePosixPath("."))
add("regex", lambda: re.compile("a+", re.I))
add("regex_bytes", lambda: re.compile(b"a"))
add("fraction", lambda: fractions.Fraction(-1, 3))
for text in ["1.2.3.4", "::1", "2001:db8::1:0:0:1"]:
    add("ip_" + text, lambda: ipaddress.ip_address(text))
add("ip_network", lambda: ipaddress.ip_network("10.0.0.0/8"))
for code in "bBhHiIlLqQfd":
    add("array_" + code, lambda: array.array(code, [1, 2, 100]))
add("array_u", lambda: array.array("u", "a\u00e9"))
add("datetime_offset", lambda: DAY.replace(tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30))))
try:
    import zoneinfo
    for hour, fold in [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1)]:
        for day in (dt.datetime(2024, 10, 27), dt.datetime(2024, 3, 31)):
            add("datetime_zone_%s_%d_%d" % (day.month, hour, fold), lambda: day.replace(hour=hour, minute=30, fold=fold, tzinfo=zoneinfo.ZoneInfo(ZONE)))
except ImportError:
    pass
try:
    import pytz
    add("datetime_pytz", lambda: pytz.timezone(ZONE).localize(dt.datetime(2024, 7, 1, 12)))
    add("datetime_pytz_utc", lambda: dt.datetime(2024, 7, 1, 12, tzinfo=pytz.utc))
    add("datetime_pytz_fixed", lambda: dt.datetime(2024, 7, 1, 12, tzinfo=pytz.FixedOffset(90)))
    add("datetime_pytz_static", lambda: dt.datetime(2024, 7, 1, 12, tzinfo=pytz.timezone("Etc/GMT+5")))
except ImportError:
    pass
import dateutil.tz
add("datetime_dateutil", lambda: dt.datetime(2024, 7, 1, 12, tzinfo=dateutil.tz.gettz(ZONE)))
add("datetime_dateutil_utc", lambda: dt.datetime(2024, 7, 1, 12, tzinfo=dateutil.tz.tzutc()))
add("datetime_dateutil_offset", lambda: dt.datetime(2024, 7, 1, 12, tzinfo=dateutil.tz.tzoffset(None, 3600)))

out = sys.argv[1]
fixture = json.load(open(out)) if os.path.exists(out) else {}
stack = "python %d.%d, numpy %s, pandas %s" % (sys.version_info[:2] + (np.__version__, pd.__version__))
pickles = {}
for name, value in VALUES.items():
    for protocol in (2, 4, 5):
        if protocol > pickle.HIGHEST_PROTOCOL:
            continue
        # The rest is independent of the protocol.
        if protocol != 4 and not name.startswith(("nd_", "np_", "array", "datetime", "df_numbers", "df_texts", "df_times", "uuid")):
            continue
        raw = pickle.dumps(value, protocol)
        pickles["%s.p%d" % (name, protocol)] = {"b64": base64.b64encode(raw).decode(), "value": tag(pickle.loads(raw))}
fixture[stack] = pickles
json.dump(fixture, open(out, "w"), ensure_ascii=True, separators=(",", ":"))
print(stack, len(pickles), os.path.getsize(out))
