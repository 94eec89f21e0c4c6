"""Asks neptune-fetcher's original API (ReadOnlyProject, ReadOnlyRun), as a user's script would."""

import os

from neptune_fetcher import ReadOnlyProject, ReadOnlyRun

from answers import cell, serve, table

project = ReadOnlyProject(os.environ["NEPTUNE_PROJECT"])
runs = {}


def run(custom_id):
    if custom_id not in runs:
        runs[custom_id] = ReadOnlyRun(project, custom_id=custom_id)
    return runs[custom_id]


def identifiers(items):
    return [[cell(value) for value in item.values()] for item in items]


def open_run(**selector):
    return cell(ReadOnlyRun(project, **selector).with_id)


def open_project(name):
    return ReadOnlyProject(name).project_identifier


def fetch_values(custom_id, paths, include_inherited=True, step_range=(None, None), prefetch=False):
    handle = run(custom_id)
    options = {"include_inherited": include_inherited, "step_range": tuple(step_range)}
    if prefetch:
        handle.prefetch_series_values(paths, use_threads=True, progress_bar=False, **options)
    return {path: table(handle[path].fetch_values(progress_bar=False, **options)) for path in paths}


def fetch(custom_id, paths, prefetch=False, forget=False):
    handle = run(custom_id)
    if prefetch:
        handle.prefetch(paths)
    values = {path: cell(handle[path].fetch()) for path in paths}
    if forget:
        for path in paths:
            del handle[path]
    return values


serve(
    {
        "open_project": open_project,
        "open_run": open_run,
        "list_runs": lambda: identifiers(project.list_runs()),
        "list_experiments": lambda: identifiers(project.list_experiments()),
        "fetch_runs": lambda: table(project.fetch_runs()),
        "fetch_experiments": lambda: table(project.fetch_experiments()),
        "fetch_runs_df": lambda **options: table(project.fetch_runs_df(**options)),
        "fetch_experiments_df": lambda **options: table(project.fetch_experiments_df(**options)),
        "cells": lambda path: [
            None if each == {"float": "NaN"} else each
            for each in map(cell, project.fetch_runs_df(columns=[path])[path].tolist())
        ],
        "fetch_read_only_runs": lambda **ids: [
            cell(run.with_id) for run in project.fetch_read_only_runs(**ids)
        ],
        "fetch_read_only_experiments": lambda **names: [
            cell(run.with_id) for run in project.fetch_read_only_experiments(**names)
        ],
        "field_names": lambda custom_id: list(run(custom_id).field_names),
        "fetch": fetch,
        "fetch_last": lambda custom_id, paths: {
            path: cell(run(custom_id)[path].fetch_last()) for path in paths
        },
        "fetch_values": fetch_values,
    }
)
