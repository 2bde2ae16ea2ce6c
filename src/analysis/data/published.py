"""Published figures, to compare a synthetic edition with: ``params/published/*.yml``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import InputError
from analysis.plain_yaml import read_yaml

Text = Annotated[str, Field(min_length=1)]


class PublishedFigure(BaseModel):
    """One figure as it was published, and how far a correct world may be from it.

    Parameters
    ----------
    id : Name of the figure; the world computes the same moment under this name.
    place : Section, page, table or figure of the publication.
    population, year, unit : Whom it is about, when, and in what it is measured.
    value : As published.
    rounding : Half a unit of the precision that it was published with.
    tolerance : Largest distance that sampling and rounding explain.
    why : How the tolerance was computed.
    note : Why the world misses it, or what is odd about it.
    note_about : The only region to whose editions the note applies; empty for all.
    contradicts : Another published figure that cannot be true together with this one.
    total
        Whether it is a total, which grows with the world; a smaller world's total is blown up before it is compared.
    given
        Whether the truth of the world has a number (a sum, a product, a distribution) for this figure alone, so that it
        comes out whatever else is true: that it does proves nothing. The others result from several numbers together.
    side
        Where the words in print place it: ``above`` the value ("over", "amply"), ``below`` it ("almost") or on ``both``
        sides. The rounding then reaches to that side only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    place: Text
    population: Text
    year: Annotated[str, Field(min_length=4), BeforeValidator(lambda year: str(year) if type(year) is int else year)]
    unit: Text
    value: Annotated[float, Field(allow_inf_nan=False)]
    rounding: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    why: Text
    note: str = ""
    note_about: str = ""
    contradicts: str = ""
    total: bool = False
    given: bool = False
    side: Literal["both", "above", "below"] = "both"

    @model_validator(mode="after")
    def _tolerance_covers_rounding(self) -> PublishedFigure:
        if self.tolerance < self.rounding:
            raise ValueError("the tolerance is smaller than the rounding of the published figure")
        return self


class Publication(BaseModel):
    """A publication and the figures taken from it.

    Parameters
    ----------
    publication : Title, publisher and year.
    about : The region that its figures are about, as editions spell theirs; Nederland for the country.
    figures : The figures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    publication: Text
    about: Text
    figures: Annotated[tuple[PublishedFigure, ...], Field(min_length=1)]


def read_published(folder: Path) -> pd.DataFrame:
    """Read all published figures.

    Returns
    -------
    DataFrame
        One row per figure: ``figure_id, source`` (publication and place), ``file, place, population, year, unit,
        published, rounding, tolerance, why, note, note_about, contradicts, total, given, side, about``.

    Raises
    ------
    InputError
        For a file that is not as it should be, with file and key; a figure that occurs twice; a contradiction with a
        figure that is not there.
    """
    rows = [row for path in sorted(folder.glob("*.yml")) for row in _rows(path)]
    if not rows:
        raise InputError(str(folder), "holds no published figures")
    figures = pd.DataFrame(rows)
    twice = figures.loc[figures["figure_id"].duplicated(), "figure_id"].tolist()
    if twice:
        raise InputError(str(folder), "a figure occurs twice", given=twice[:5])
    unknown = set(figures["contradicts"]) - {""} - set(figures["figure_id"])
    if unknown:
        raise InputError(str(folder), "contradicts a figure that is not there", given=sorted(unknown)[:5])
    return figures


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    publication = _read(path)
    for figure in publication.figures:
        source = f"{publication.publication}, {figure.place}"
        names = {"figure_id": figure.id, "source": source, "file": path.stem, "place": figure.place}
        yield {
            **names,
            "published": figure.value,
            **figure.model_dump(exclude={"id", "place", "value"}),
            "about": publication.about,
        }


def _read(path: Path) -> Publication:
    try:
        return Publication.model_validate_json(json.dumps(read_yaml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(f"{path}: {key}", first["msg"], given=first["input"]) from None
