"""The words of a comparison, in the language that is spoken: for the terminal English, for the page its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.compare.causes import Cause, Kind
from analysis.compare.frames import SEPARATOR
from analysis.language import localised, term, text

MINUS = "\N{MINUS SIGN}"
DIGITS, THOUSAND = 3, 1000


def kind_name(kind: Kind | str) -> str:
    """Name what a change comes from."""
    return {
        "data": text("data"),
        "parameters": text("parameters"),
        "code": text("code"),
        "libraries": text("libraries"),
    }.get(kind) or text(" and ").join(kind_name(part) for part in kind.split(" and "))


def reason(cause: Cause, chapter: str) -> str:
    """Say what differs, for the chapter whose notebook is `chapter`."""
    what = _difference(cause)
    elsewhere = cause.notebook != chapter and cause.part != "cells"
    return text("{what} (through {notebook})", what=what, notebook=cause.notebook) if elsewhere else what


DIGESTS = ("lock", "packages", "kernel")  # known by their digest, which says nothing to a reader


def _difference(cause: Cause) -> str:
    if cause.part == "parameters" or (cause.part == "environment" and cause.name not in DIGESTS):
        before, after = _value(cause.before), _value(cause.after)
        return text("{name}: {before} → {after}", name=cause.name, before=before, after=after)
    if cause.part == "declared":
        return text("what {notebook} needs or makes", notebook=cause.notebook)
    what = {
        "lock": text("the locked libraries"),
        "packages": text("libraries"),
        "kernel": text("code"),
        "cells": text("cell {name} of {notebook}", name=cause.name, notebook=cause.notebook),
    }.get(cause.name if cause.part == "environment" else cause.part, cause.name)
    if cause.before is None:
        return text("{what} is new", what=what)
    if cause.after is None:
        return text("{what} is no longer used", what=what)
    return text("{what} changed", what=what)


def _value(value: object) -> str:
    return text("(none)") if value is None else json.dumps(value, ensure_ascii=False)


def change_name(change: str) -> str:
    """Name the kind of change of a cell."""
    return {
        "value": text("changed"),
        "n": text("count changed"),
        "text": text("text changed"),
        "withheld": text("now withheld"),
        "shown": text("no longer withheld"),
        "emptied": text("now missing"),
        "filled": text("no longer missing"),
    }[change]


def striking(row: Mapping[Any, Any]) -> str:
    """Say what stands out about an estimate that changed; empty when nothing does."""
    flags = {"sign": text("sign changed"), "apart": text("intervals lie apart"), "n_changed": text("n changed")}
    return ", ".join(words for name, words in flags.items() if row[name])


def label(row: str) -> str:
    """Return the name of a row in the language that is spoken."""
    return SEPARATOR.join(term(part).replace("_", " ") for part in row.split(SEPARATOR))


def figure(value: float) -> str:
    """Write a number with as many digits as a reader needs; a dash for a missing one."""
    if pd.isna(value):
        return "–"
    size = abs(value)
    plain = size >= THOUSAND or float(value).is_integer()
    digits = f"{size:,.0f}" if plain else f"{size:#.{DIGITS}g}".rstrip(".")
    return (MINUS if value < 0 else "") + localised(digits)


def interval(row: Mapping[Any, Any], side: str) -> str:
    """Write an estimate of one side with its interval."""
    value, low, high = (row[f"{name}_{side}"] for name in ("estimate", "ci_low", "ci_high"))
    if pd.isna(low) or pd.isna(high):
        return figure(value)
    return text("{value} ({low} to {high})", value=figure(value), low=figure(low), high=figure(high))


def cell(written: str) -> str:
    """Write the text of a cell for a reader: fewer digits where it is a number."""
    try:
        return figure(float(written)) if written else "–"
    except ValueError:
        return term(written)
