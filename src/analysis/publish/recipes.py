"""What an edition keeps inside of each table that counts somebody, so that more of it can be withheld afterwards."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.disclosure import SUPPRESSED, Gated, Linked
from analysis.run import private
from analysis.run.hashes import digest
from analysis.run.records import GATED


class Recipe(NamedTuple):
    """A gated table and how its page shows it."""

    kind: str
    """``table`` or ``figure``."""
    name: str
    gated: Gated
    caption: str
    shown: Mapping[str, Any]
    """Options of `tables.html_table`."""


def place(folder: Path, stem: str, kind: str, name: str) -> Path:
    """Return where the recipe of something published lies."""
    return folder.joinpath(*GATED, stem, f"{name}.json" if kind == "table" else f"{name}_data.json")


def keep(folder: Path, stem: str, recipe: Recipe) -> None:
    """Write a recipe inside the edition."""
    path = place(folder, stem, recipe.kind, recipe.name)
    private.make(path.parent)
    frame = recipe.gated.frame
    held = {
        "kind": recipe.kind,
        "caption": recipe.caption,
        "shown": dict(recipe.shown),
        "types": {str(name): str(kind) for name, kind in frame.dtypes.items()},
        "frame": _text(frame),
        "signs": _text(recipe.gated.suppressed),
        "resting": {name: list(values) for name, values in recipe.gated.resting.items()},
        "keys": list(recipe.gated.keys),
        "linked": asdict(recipe.gated.linked),
        "guarded": dict(recipe.gated.guarded),
    }
    with open(path, "w", encoding="utf8", newline="\n", opener=private.opener) as file:
        json.dump(held, file, ensure_ascii=False)


def digest_of(folder: Path, stem: str, kind: str, name: str) -> str:
    """Return the digest of the gated table in a recipe: how it is called and shown does not count."""
    held = json.loads(place(folder, stem, kind, name).read_text("utf8"))
    return digest(json.dumps({part: of for part, of in held.items() if part not in SAID}, sort_keys=True))


def read(folder: Path, stem: str, kind: str, name: str) -> Recipe | None:
    """Return the recipe of something published; None where it counts nobody."""
    path = place(folder, stem, kind, name)
    if not path.exists():
        return None
    held = json.loads(path.read_text("utf8"))
    signs = pd.read_csv(io.StringIO(held["signs"]), dtype=str, keep_default_na=False)
    frame = _frame(held["frame"], held["types"])
    linked = held["linked"]
    whole = {column: (part, key) for column, (part, key) in linked["whole"].items()}
    gated = Gated(
        frame,
        signs,
        {column: tuple(values) for column, values in held["resting"].items()},
        tuple(held["keys"]),
        Linked(linked["totals"], linked["same"], whole, tuple(linked["labels"])),
        held["guarded"],
    )
    return Recipe(kind, name, gated, held["caption"], held["shown"])


def _text(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n", na_rep=MISSING if SUPPRESSED in frame else "")


SAID = ("caption", "shown")
MISSING = "\N{SYMBOL FOR NULL}"


def _frame(text: str, types: Mapping[str, str]) -> pd.DataFrame:
    words = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_values=[MISSING])
    return words.assign(**{name: _typed(words[name], kind) for name, kind in types.items()})


def _typed(words: pd.Series, kind: str) -> pd.Series:
    if kind in ("bool", "boolean"):
        return (words == "True").where(words.notna()).astype(pd.api.types.pandas_dtype(kind))
    if kind in ("object", "category", "str", "string"):
        return words.astype(object).where(words.notna(), None)
    if words.isna().any() and kind.startswith("int"):
        kind = "Int64"
    return pd.to_numeric(words).astype(pd.api.types.pandas_dtype(kind))
