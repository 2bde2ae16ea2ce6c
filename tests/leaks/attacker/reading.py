"""What a reader finds in the published files: tables with what each cell may be, and numbers that stand in texts."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

SHEET = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:[,.\u202f\u00a0]\d{3})+(?![\d,.]*\d)|(?<![\w.,-])\d{2,7}(?![\w%]|[.,]\d)")
SCHOOLS = re.compile(r"(?:n_)?(?:schools|scholen|clusters|postcodes|boards|besturen)(?:_.+)?")
CLUSTERS = re.compile(r"(?:n_)?clusters(?:_.+)?|df_resid|residual_df|df_residual")


@dataclass(frozen=True)
class Rules:
    """What everybody may know of the rules of an edition: they stand on its pages."""

    base: int = 5
    clusters: int = 5
    least: int = 10
    least_schools: int = 3
    least_clusters: int = 10
    zeros: bool = True
    """Whether zeros are published, so that what is withheld as small is at least one."""

    def threshold(self, column: str) -> int:
        """Return from where a number in a column is not small."""
        if CLUSTERS.fullmatch(column):
            return self.least_clusters
        return self.least_schools if SCHOOLS.fullmatch(column) else self.least

    def rounding(self, column: str) -> int:
        """Return what the numbers of a column are multiples of."""
        if CLUSTERS.fullmatch(column):
            return self.clusters
        return 1 if SCHOOLS.fullmatch(column) else self.base

    def protection(self, column: str) -> int:
        """Return how wide the interval of a small number must stay; clusters are schools, of which two are few."""
        least = self.least_schools if CLUSTERS.fullmatch(column) else self.threshold(column)
        return max(1, min(self.least // 2, least // 2))


@dataclass
class Table:
    """A published table; every count cell lies between `low` and `high`, and is `open` when it is published."""

    name: str
    counts: list[str]
    keys: pd.DataFrame
    low: np.ndarray
    high: np.ndarray
    open: np.ndarray
    there: np.ndarray
    frame: pd.DataFrame
    texts: list[int] = field(default_factory=list)
    """Whole numbers in its caption, note and picture."""
    views: dict[Any, Any] = field(default_factory=dict)
    """Sums that were made of it before."""

    @cached_property
    def hides(self) -> list[bool]:
        """Whether anything is withheld, by column."""
        return list((self.there & ~self.open).any(axis=0))

    @cached_property
    def words(self) -> dict[str, set[str]]:
        """The words in each key."""
        return {key: set(self.keys[key]) - {""} for key in self.keys}

    @cached_property
    def reduced(self) -> list[str]:
        """The keys without those that follow from the others, such as labels put together of them."""
        keys = self.keys
        names = [key for key in keys if len(set(keys[key])) > 1]
        composite = [key for key in names if keys[key].str.contains(", ").mean() > 0.5]
        order = composite + sorted((key for key in names if key not in composite), key=lambda key: keys[key].nunique())
        for key in order:
            rest = [name for name in names if name != key]
            if rest and len(keys[rest].drop_duplicates()) == len(keys[names].drop_duplicates()):
                names = rest
        return names


def read_edition(folder: Path, rules: Rules) -> list[Table]:
    """Read every published table that counts something, with the numbers that stand around it on the pages."""
    around = _around(folder)
    return [
        _table(path, about, rules, around.get(_place(path), []))
        for path in sorted((folder / "tables").glob("*/*.csv"))
        if (about := json.loads(path.with_suffix(".json").read_text("utf8"))).get("counts")
    ]


def _table(path: Path, about: dict[str, list[str]], rules: Rules, texts: list[int]) -> Table:
    frame = pd.read_csv(path, dtype=dict.fromkeys((*about["keys"], "suppressed"), str))
    counts = [column for column in about["counts"] if column in frame]
    signs = _signs(path.with_suffix(".xlsx"), frame)
    numbers = frame[counts].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    named = frame["suppressed"].fillna("").str.split(";")
    hidden = np.array([[column in names for column in counts] for names in named], dtype=bool).reshape(numbers.shape)
    low, high = numbers.copy(), numbers.copy()
    for place, column in enumerate(counts):
        base, least = rules.rounding(column), rules.threshold(column)
        some = numbers[:, place] > 0
        low[some, place] = np.maximum(numbers[some, place] - base // 2, 1 if rules.zeros else 0)
        high[some, place] += (base - 1) // 2
        shown = signs.get(column, [""] * len(frame))
        small = hidden[:, place] & np.array([sign.startswith("<") for sign in shown], dtype=bool)
        told = np.array([float(sign.lstrip("< ")) if sign.startswith("<") else least for sign in shown])
        low[hidden[:, place], place], high[hidden[:, place], place] = 0, np.inf
        low[small, place], high[small, place] = float(rules.zeros), told[small] - 1
    there = hidden | ~np.isnan(numbers)
    keys = _taken_apart(frame[[key for key in about["keys"] if key in frame]].fillna(""))
    return Table(_place(path), counts, keys, low, high, ~hidden & there, there, frame, texts)


def _tree(written: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(written)  # noqa: S314 - of an edition that the test itself made


def _taken_apart(keys: pd.DataFrame) -> pd.DataFrame:
    """Split labels that are put together ("G5, below 24"): first words, which may also stand alone, and rest."""
    for key in [key for key in keys if keys[key].str.contains(", ").any()]:
        rest, part = keys[key], 0
        while (joined := rest.str.contains(", ")).any():
            first = set(rest[joined].str.split(", ").str[0])
            words = rest.str.split(", ")
            keys = keys.assign(**{f"{key} {part}": [its[0] if its[0] in first else "" for its in words]})
            rest = pd.Series([", ".join(its[1:] if its[0] in first else its) for its in words], index=keys.index)
            part += 1
        keys = keys.assign(**{key: rest})
    return keys


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _signs(path: Path, frame: pd.DataFrame) -> dict[str, list[str]]:
    """Return what stands in each cell of the spreadsheet, by column, as text."""
    with zipfile.ZipFile(path) as book:
        shared = ["".join(item.itertext()) for item in _tree(book.read("xl/sharedStrings.xml"))]
        sheet = _tree(book.read("xl/worksheets/sheet1.xml"))
    rows = [{_column(cell): _text(cell, shared) for cell in row} for row in sheet.iterfind(".//s:row", SHEET)]
    header, body = rows[-len(frame) - 1], rows[len(rows) - len(frame) :]  # words may stand over the names
    assert {*header.values()} == {*frame.columns} - {"suppressed"}, path
    return {name: [row.get(place, "") for row in body] for place, name in header.items()}


def _column(cell: ElementTree.Element) -> str:
    return re.sub(r"\d", "", cell.get("r", ""))


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    value = cell.findtext("s:v", "", SHEET)
    return shared[int(value)] if cell.get("t") == "s" else value


class _Page(HTMLParser):
    """Collects the text of each published thing on a page, by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self._open, self._depth = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("data-published"):
            self._open, self._depth = named.get("id") or "", 0
        if self._open and tag == "div":
            self._depth += 1
        if self._open and named.get("alt"):
            self.texts.setdefault(self._open, []).append(named["alt"] or "")

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == "div":
            self._depth -= 1
            self._open = self._open if self._depth else ""

    def handle_data(self, data: str) -> None:
        if self._open and self.lasttag != "td":
            self.texts.setdefault(self._open, []).append(data)


def _around(folder: Path) -> dict[str, list[int]]:
    """Return the whole numbers in captions, notes, alternative texts and pictures, by table."""
    found: dict[str, list[int]] = {}
    for page in sorted((folder / "html").glob("*.html")):
        stem = page.stem.split("_", 1)[-1]
        reader = _Page()
        reader.feed(page.read_text("utf8"))
        for identity, texts in reader.texts.items():
            kind, _, name = identity.partition("-")
            table = f"{stem}/{name}_data" if kind == "figure" else f"{stem}/{name}"
            found.setdefault(table, []).extend(n for text in texts for n in _numbers(text))
    for picture in sorted((folder / "figures").glob("*/*.svg")):
        inside = _tree(picture.read_bytes())
        table = f"{picture.parent.name}/{picture.stem}_data"
        found.setdefault(table, []).extend(n for text in inside.itertext() for n in _numbers(text))
    return {table: sorted(set(numbers)) for table, numbers in found.items()}


def _numbers(text: str) -> Iterator[int]:
    for match in NUMBER.finditer(text):
        yield int(re.sub(r"\D", "", match[0]))
