"""Each number that a finding leads with is in the data of the figure, and in the table, that the finding names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SCALES = (1.0, 100.0)
"""A number as it is, or a share that its table has in per cent."""


def numbers(data: Any) -> Iterator[tuple[float, int]]:
    """Give the numbers of a text with the decimals in which they are written; years and counts are none."""
    match data:
        case {"number": value, "digits": digits}:
            yield float(value), int(digits)
        case {"text": template, "values": values}:
            for name, value in values.items():
                if isinstance(value, dict):
                    yield from numbers(value)
                elif isinstance(value, float):
                    form = re.search(rf"\{{{name}:,?\.(\d)([f%])\}}", template)
                    if form:
                        yield value, int(form[1]) + 2 * (form[2] == "%")


def holds(frame: pd.DataFrame, value: float, digits: int) -> bool:
    """Return whether a cell rounds to a number, whatever its sign: words may give the direction."""
    cells = frame.apply(pd.to_numeric, errors="coerce").to_numpy(float).ravel()
    size = 0.5 * 10.0**-digits + 1e-9
    candidates = [abs(value) * scale for scale in SCALES] + [abs(value) / 100, abs(value)]
    sizes = [size, 100 * size, size / 100, size]
    return any(bool((np.abs(np.abs(cells) - one) <= width).any()) for one, width in zip(candidates, sizes, strict=True))


def led_by(note: dict[str, Any]) -> list[tuple[float, int]]:
    """Return the number that a finding leads with: its key figure, else the first of its sentence."""
    return [*numbers(note.get("key", {}))] or [*numbers(note["sentence"])][:1]


def test_every_finding_names_what_holds_its_number(ci_edition: Path) -> None:
    manifest = json.loads((ci_edition / "manifest.json").read_text("utf8"))
    missing = []
    for step in manifest["steps"]:
        published = {(thing["kind"], thing["name"]): thing for thing in step["published"]}
        for note in step["findings"]:
            for kind in ("figure", "table"):
                thing = published.get((kind, note.get(kind, "")))
                frame = pd.read_csv(ci_edition / (thing.get("data") or thing["path"])) if thing else pd.DataFrame()
                if note.get(kind) and not (thing and all(holds(frame, *number) for number in led_by(note))):
                    missing.append(f"{step['stem']}: {note['name']}, {kind}")
    assert missing == []


def test_every_finding_leads_to_a_formula(ci_edition: Path) -> None:
    manifest = json.loads((ci_edition / "manifest.json").read_text("utf8"))
    methods = (ci_edition / "html" / "methods.html").read_text("utf8")
    for step in manifest["steps"]:
        for note in step["findings"]:
            anchor = f'id="method-{step["stem"]}-{note["method"]}"'
            assert anchor in methods, f"{step['stem']}: {note['name']}"


def test_a_number_is_held_by_a_table_that_has_it_finer_or_in_per_cent() -> None:
    table = pd.DataFrame({"a": ["x"], "b": [0.4567], "c": [-12.3]})
    assert holds(table, 0.46, 2)
    assert holds(table, 0.123, 3)  # 12.3 per cent
    assert not holds(table, 0.47, 2)
