"""A finding as data: sentence and headline, key figure as a number with unit and interval, and the row it is of.

A manifest keeps of each sentence its template and the values that it was filled with, as they are written and no finer.
So the numbers here are those that a reader sees.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Any

import pandas as pd

from analysis.language import from_data, term

BESIDE = ("headline", "label", "yardstick", "caveat")


def finding_as_data(stem: str, note: Mapping[str, Any], rows: pd.DataFrame | None) -> dict[str, Any]:
    """Return a finding for who computes with it.

    Parameters
    ----------
    stem : Its chapter.
    note : What the manifest has of it.
    rows : The published table that holds its number; none where there is none, or it is withheld.

    Returns
    -------
    dict
        ``chapter, name, sentence, headline, label, yardstick, caveat`` (what the key figure is of, what it is compared
        with, how it may not be read), ``n`` and ``unit`` (persons or schools behind it), ``key`` (``number, unit,
        words``) or None, ``interval`` (``low, high``, 95%, in the unit of the key figure) or None, ``figure``,
        ``table``, ``row``: of the table's rows the one that holds key figure and interval, its words and numbers by
        column; None where no row or more than one does.
    """
    said = {part: str(from_data(note[part])) if note.get(part) else "" for part in ("sentence", *BESIDE)}
    key = _key(note.get("key"))
    interval = _interval(note["sentence"], key["number"]) if key else None
    return {
        "chapter": stem,
        "name": note["name"],
        **said,
        "n": note.get("n"),
        "unit": term(str(note.get("unit") or "")),
        "key": key,
        "interval": interval,
        "figure": note.get("figure", ""),
        "table": f"{stem}/{note['table']}" if note.get("table") else "",
        "row": _row(rows, key, interval) if rows is not None and key else None,
    }


def _key(data: Any) -> dict[str, Any] | None:  # noqa: ANN401 - what a manifest has of a text
    """Return the number of a key figure and the unit that its words name; None for one without a number of its own."""
    for template, values in _texts(data):
        for _, name, form, _ in Formatter().parse(template):
            number = _number(values.get(name)) if name else None
            if number is not None:
                words, per_cent = str(from_data(data)), bool(form and form.endswith("%"))
                unit = "%" if per_cent else re.sub(r"[-−+\d.,\s]*\d[\d.,]*", "", words, count=1).strip()
                return {"number": _tidy(number * 100) if per_cent else number, "unit": unit, "words": words}
    return None


def _interval(sentence: Any, number: float) -> dict[str, float] | None:  # noqa: ANN401 - what a manifest has of a text
    """Return the interval that a sentence gives of a number: that of the shortest part of it that holds both.

    None where a part holds the number twice, or only a range: which of them an interval is of, no value says.
    """
    fitting = []
    for template, values in _texts(sentence):
        known = _known(template, values)
        pairs = [(known[low], known[high]) for low in known if (high := _upper(low)) in known]
        held = sum(_same(number, value) for value in known.values()) == 1 and _names_interval(template, values)
        fitting += [(len(known), pair) for pair in pairs if held and pair[0] <= number <= pair[1]]
    shortest = [pair for size, pair in fitting if size == min(size for size, _ in fitting)]
    return {"low": shortest[0][0], "high": shortest[0][1]} if len(set(shortest)) == 1 else None


def _names_interval(template: str, values: Mapping[str, Any]) -> bool:
    return any("interval" in words for words, _ in _texts({"text": template, "values": values}))


def _upper(low: str) -> str:
    """Return what the upper end is called where the lower one is called so."""
    return "high" if low == "low" else f"to_{low.removeprefix('from_')}" if low.startswith("from_") else ""


def _known(template: str, values: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a text by name, with those of the texts in it, in per cent where they are written so."""
    shown = {name: form or "" for _, name, form, _ in Formatter().parse(template) if name}
    found: dict[str, float] = {}
    for name, value in values.items():
        if (number := _number(value)) is not None:
            found[name] = _tidy(number * 100) if shown.get(name, "").endswith("%") else number
        for within, inner in _texts(value):
            found |= {each: one for each, one in _known(within, inner).items() if each not in found}
    return found


def _texts(data: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401 - what a manifest has of a text
    """Give every text within a text with its values, itself first."""
    if isinstance(data, Mapping) and "text" in data:
        yield data["text"], data["values"]
        for value in data["values"].values():
            yield from _texts(value)


def _number(value: Any) -> float | None:  # noqa: ANN401 - a value of a text
    if isinstance(value, Mapping):
        value = value.get("number", value.get("end"))
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain else None


def _tidy(number: float) -> float:
    return round(number, 10)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _row(rows: pd.DataFrame, key: Mapping[str, Any], interval: Mapping[str, float] | None) -> dict[str, Any] | None:
    """Return the one row of a table whose numbers are, as they are written, key figure and interval."""
    wanted = [key["number"], *(interval.values() if interval else ())]
    numbers = rows.select_dtypes("number")
    holds = [_holds([value for value in line if not pd.isna(value)], wanted) for line in numbers.to_numpy(object)]
    found = rows[holds]
    return {str(name): _plain(value) for name, value in found.iloc[0].items()} if len(found) == 1 else None


def _holds(values: Sequence[float], wanted: Sequence[float]) -> bool:
    """Return whether numbers are among the values, all as shares, in per cent, or with the other sign."""
    return any(
        all(any(abs(scale * value - each) <= _half(each) for value in values) for each in wanted)
        for scale in (1, 100, -1, -100)
    )


def _half(written: float) -> float:
    """Return half a unit of the last place in which a number is written."""
    decimals = len(f"{written:.10f}".rstrip("0").partition(".")[2])
    return 0.5000001 * 10.0**-decimals


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value
