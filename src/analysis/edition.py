"""What an edition is: a frozen model that knows every parameter, its type, unit and meaning.

Imports neither pandas nor papermill, so that reading and checking parameters costs nothing.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo


def key(meaning: str, *, unit: str = "", default: Any = ..., **limits: Any) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Declare a parameter: what it means, its unit, its default and the range allowed."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit}, **limits)


def _increasing(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(low >= high for low, high in itertools.pairwise(edges)):
        raise ValueError("the edges must increase")
    return edges


Edges = Annotated[tuple[float, ...], AfterValidator(_increasing), Field(min_length=2)]


class Block(BaseModel):
    """A group of parameters; unknown keys are errors, values keep the type that the YAML gives them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DataBlock(Block):
    """Where the data come from (notebook 01_data)."""

    source: Literal["synthetic", "duo"] = key(
        "synthetic: a made-up city with known truth; duo: files of DUO and CBS in `folder`"
    )
    folder: str = key(
        "folder with the source files, seen from the project's root (duo only); where it lay is not recorded",
        default="data",
    )
    schoolweging_year: int = key("year of the CBS schoolweging", unit="year", default=2017, ge=2017, le=2019)
    allow_changed_sources: bool = key(
        "go on with a source file whose hash differs from its card; the manifest then says so", default=False
    )
    scale: float = key("size of the synthetic city; 1 is 62,000 pupils, 213 schools", default=1.0, gt=0, le=20)

    @model_validator(mode="after")
    def _scale_is_for_synthetic_data(self) -> DataBlock:
        if self.source != "synthetic" and self.scale != 1.0:
            raise ValueError("scale applies to synthetic data only; leave it out")
        return self


class SegregationBlock(Block):
    """How pupils are spread over schools (notebook 02_segregation)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
    )
    share_edges: Edges = key(
        "edges of the bands of schools by expected share of non-western pupils",
        unit="share",
        default=(0.2, 0.4, 0.6, 0.8),
    )
    bootstrap_draws: int = key("resamples of pupils for the intervals", unit="draws", default=400, ge=100)
    random_draws: int = key("random allocations of pupils over schools", unit="draws", default=200, ge=50)


class SchoolChoiceBlock(Block):
    """Who chooses which school (notebook 03_school_choice)."""

    age: int = key("age of the entry cohort on 1 October", unit="years", default=4, ge=4, le=12)
    distance_edges_km: Edges = key(
        "edges of the distance bands of the fit figure; the last band is open",
        unit="km",
        default=(0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
    )
    nonwestern_edges: Edges = key(
        "edges of the neighbourhood types, by share of non-western inhabitants",
        unit="share",
        default=(0.2, 0.4, 0.6),
    )
    tolerance: float = key("Newton decrement at which the estimation stops", default=1e-10, gt=0, le=1e-6)
    max_iterations: int = key("Newton steps before the estimation gives up", unit="steps", default=100, ge=5)


class ValueAddedBlock(Block):
    """Growth and value added in real microdata with tests before and after (notebook 08_value_added).

    The chapter reads a file of its own and stands alone: its edition has no block `data`.
    """

    folder: str = key(
        "folder with the source file, seen from the project's root; where it lay is not recorded", default="data"
    )
    allow_changed_sources: bool = key(
        "go on with a source file whose hash differs from its card; the manifest then says so", default=False
    )
    subjects: tuple[Literal["language", "arithmetic"], ...] = key(
        "tests whose growth and value added are estimated", default=("language", "arithmetic"), min_length=1
    )


class SummaryBlock(Block):
    """The findings in sentences (notebook 07_summary)."""


class Edition(Block):
    """One edition: a shared block at the top level and one block per notebook.

    A notebook runs when its block is present.
    """

    edition: str = key("name of the edition: the params file's name", pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = key("title on the pages", min_length=3)
    region: str = key("municipality of the schools and pupils, as DUO spells it", min_length=2)
    school_years: tuple[Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")], ...] = key(
        "school years that the edition is about", unit="yyyy/yy", min_length=1
    )
    language: Literal["en"] = key("language of the pages", default="en")
    seed: int = key("seed of every random draw", default=20201101, ge=0)
    disclosure: Literal["default", "open-data"] = key(
        "disclosure profile: which cells are too small to publish", default="default"
    )
    data: DataBlock | None = None
    segregation: SegregationBlock | None = None
    school_choice: SchoolChoiceBlock | None = None
    summary: SummaryBlock | None = None
    value_added: ValueAddedBlock | None = None

    @model_validator(mode="after")
    def _one_place_of_data(self) -> Edition:
        if (self.data is None) == (self.value_added is None):
            raise ValueError("an edition has a block `data`, or stands on `value_added` alone")
        return self

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.data is not None and self.data.source == "synthetic"

    @property
    def place(self) -> DataBlock | ValueAddedBlock:
        """The block that says where the data lie."""
        found = self.data or self.value_added
        assert found is not None  # the validator has seen to it
        return found

    @property
    def shared(self) -> dict[str, Any]:
        """The parameters at the top level, which any notebook may ask for."""
        return {name: value for name, value in self._plain().items() if name not in BLOCKS}

    @property
    def blocks(self) -> dict[str, dict[str, Any]]:
        """The parameters of each notebook that this edition runs, by stem."""
        return {name: value for name, value in self._plain().items() if name in BLOCKS and value is not None}

    def recorded(self) -> Edition:
        """Return the edition as pages and manifest tell it: without where the data lay on this machine.

        What the data were is told by the hash of every file.
        """
        here = self.place.model_copy(update={"folder": type(self.place).model_fields["folder"].default})
        return self.model_copy(update={"data" if self.data else "value_added": here})

    def facts(self) -> dict[str, Any]:
        """Return what pages and manifest tell about the edition."""
        return {**self.shared, "synthetic": self.synthetic, "parameters": self._plain()}

    def _plain(self) -> dict[str, Any]:
        return json.loads(self.model_dump_json())  # type: ignore[no-any-return]  # tuples become lists, as papermill writes them


BLOCKS: dict[str, type[Block]] = {
    "data": DataBlock,
    "segregation": SegregationBlock,
    "school_choice": SchoolChoiceBlock,
    "summary": SummaryBlock,
    "value_added": ValueAddedBlock,
}


def parameter_rows() -> Iterator[dict[str, str]]:
    """Give every parameter with its key, type, unit, default and meaning."""
    for name, info in Edition.model_fields.items():
        if name not in BLOCKS:
            yield _row(name, info)
    for block, model in BLOCKS.items():
        for name, info in model.model_fields.items():
            yield _row(f"{block}.{name}", info)


def json_schema() -> str:
    """Return the JSON schema of a params file, for editors."""
    return json.dumps(Edition.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def _row(name: str, info: FieldInfo) -> dict[str, str]:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    default = "(required)" if info.is_required() else json.dumps(info.default)
    return {
        "key": name,
        "type": _type_name(info.annotation),
        "unit": str(extra.get("unit", "")),
        "default": default,
        "meaning": info.description or "",
    }


def _type_name(annotation: Any) -> str:  # noqa: ANN401 - an annotation can be anything
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    if text.startswith("typing.Literal"):
        return " | ".join(text.removeprefix("typing.Literal[").rstrip("]").replace("'", "").split(", "))
    if text.startswith("tuple"):
        return "list of " + ("text" if "str" in text else "numbers")
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true | false"}.get(text, text)
