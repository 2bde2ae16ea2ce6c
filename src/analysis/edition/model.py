"""What an edition is: a frozen model that knows every parameter, its type, unit and meaning.

Imports neither pandas nor papermill, so that reading and checking parameters costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic.fields import FieldInfo

from analysis.chapters.advisering.parameters import AdviseringBlock
from analysis.chapters.choice_by_municipality.parameters import ChoiceByMunicipalityBlock
from analysis.chapters.country.parameters import CountryBlock
from analysis.chapters.data.parameters import DataBlock
from analysis.chapters.leergroei.parameters import LeergroeiBlock
from analysis.chapters.oab_money.parameters import OabMoneyBlock
from analysis.chapters.school_advice.parameters import SchoolAdviceBlock
from analysis.chapters.school_choice.parameters import SchoolChoiceBlock
from analysis.chapters.schools.parameters import SchoolsBlock
from analysis.chapters.segregation.parameters import SegregationBlock
from analysis.chapters.staffing.parameters import StaffingBlock
from analysis.chapters.summary.parameters import SummaryBlock
from analysis.chapters.teachers.parameters import TeachersBlock
from analysis.chapters.value_added.parameters import ValueAddedBlock
from analysis.declare import Block, SchoolYear, key


class Edition(Block):
    """One edition: a shared block at the top level and one block per notebook.

    A notebook runs when its block is present.
    """

    edition: str = key("name of the edition: the params file's name", pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = key("title on the pages", min_length=3)
    region: str = key("municipality of the schools and pupils, as DUO spells it; Nederland for all", min_length=2)
    school_years: tuple[SchoolYear, ...] = key("school years that the edition is about", unit="yyyy/yy", min_length=1)
    language: Literal["en", "nl"] = key("language of the pages", default="en")
    publisher: str = key("office that makes the edition and answers for it, as the pages name it", default="")
    seed: int = key("seed of every random draw", default=20201101, ge=0)
    disclosure: Literal["default", "acro", "opensafely", "open-data"] = key(
        "disclosure profile: which cells are too small to publish", default="default"
    )
    timeout: int = key("seconds after which a notebook is stopped", unit="seconds", default=3600, ge=1)
    timeouts: dict[str, Annotated[int, Field(ge=1)]] = key(
        "the same for single notebooks, by stem, such as `school_choice: 7200`", unit="seconds", default={}
    )
    data: DataBlock | None = None
    country: CountryBlock | None = None
    schools: SchoolsBlock | None = None
    segregation: SegregationBlock | None = None
    school_choice: SchoolChoiceBlock | None = None
    choice_by_municipality: ChoiceByMunicipalityBlock | None = None
    leergroei: LeergroeiBlock | None = None
    advisering: AdviseringBlock | None = None
    school_advice: SchoolAdviceBlock | None = None
    staffing: StaffingBlock | None = None
    teachers: TeachersBlock | None = None
    oab_money: OabMoneyBlock | None = None
    summary: SummaryBlock | None = None
    value_added: ValueAddedBlock | None = None

    @model_validator(mode="after")
    def _one_place_of_data(self) -> Edition:
        if sum(block is not None for block in (self.data, self.country, self.schools, self.value_added)) != 1:
            raise ValueError("an edition stands on one of the blocks `data`, `country`, `schools` and `value_added`")
        return self

    @model_validator(mode="after")
    def _tests_are_microdata(self) -> Edition:
        if self.leergroei and not (self.data and self.synthetic):
            raise ValueError("the chapter leergroei needs pupils' tests, which open data do not have")
        return self

    @model_validator(mode="after")
    def _advice_is_microdata(self) -> Edition:
        if self.advisering and not self.synthetic:
            raise ValueError("advisering: open data do not tell the advice of single pupils; leave the block out")
        if self.advisering and (self.advisering.table == "by_pupil_country") != (self.country is not None):
            raise ValueError(
                "advisering: table by_pupil_country goes with the block country, by_pupil_advice with data"
            )
        return self

    @model_validator(mode="after")
    def _advices_of_schools_are_read(self) -> Edition:
        if self.school_advice and not (self.data and self.data.advice_of_schools):
            raise ValueError("school_advice: needs the files of DUO; set data.advice_of_schools: true")
        return self

    @model_validator(mode="after")
    def _staffing_is_known(self) -> Edition:
        if self.staffing and not (self.schools or (self.data and self.synthetic)):
            raise ValueError("staffing: open data do not tell the staff of schools; leave the block out")
        if self.teachers and not (self.data and self.synthetic):
            raise ValueError("teachers: open data do not tell of single teachers; leave the block out")
        if self.oab_money and not (self.data and self.data.money_of_schools):
            raise ValueError("oab_money: needs the files of CBS and DUO; set data.money_of_schools: true")
        return self

    @model_validator(mode="after")
    def _municipalities_are_set_side_by_side(self) -> Edition:
        if self.choice_by_municipality and not (self.data and self.data.density_and_distance):
            raise ValueError(
                "choice_by_municipality: needs the files of CBS and DUO; set data.density_and_distance: true"
            )
        return self

    @model_validator(mode="after")
    def _timeouts_are_of_notebooks(self) -> Edition:
        unknown = sorted(set(self.timeouts) - set(BLOCKS))
        if unknown:
            raise ValueError(f"timeouts: no notebook has the stem {', '.join(unknown)}")
        return self

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        made_up = self.country is not None or self.schools is not None
        return made_up or (self.data is not None and self.data.source == "synthetic")

    @property
    def place(self) -> DataBlock | ValueAddedBlock | None:
        """The block that says where the source files lie; None for a made-up country, which has none."""
        return self.data or self.value_added

    @property
    def folder(self) -> str:
        """The folder of the source files, seen from the project's root."""
        return str(self.place.folder if self.place else DataBlock.model_fields["folder"].default)

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
        if self.place is None:
            return self
        here = self.place.model_copy(update={"folder": type(self.place).model_fields["folder"].default})
        return self.model_copy(update={"data" if self.data else "value_added": here})

    @property
    def told(self) -> dict[str, Any]:
        """What every notebook knows of its edition without asking."""
        return {
            "edition": self.edition,
            "synthetic": self.synthetic,
            "disclosure": self.disclosure,
            "language": self.language,
        }

    def facts(self) -> dict[str, Any]:
        """Return what pages and manifest tell about the edition."""
        return {**self.shared, "synthetic": self.synthetic, "parameters": self._plain()}

    def _plain(self) -> dict[str, Any]:
        return json.loads(self.model_dump_json())  # type: ignore[no-any-return]  # tuples become lists, as papermill writes them


BLOCKS: dict[str, type[Block]] = {
    "data": DataBlock,
    "country": CountryBlock,
    "schools": SchoolsBlock,
    "segregation": SegregationBlock,
    "school_choice": SchoolChoiceBlock,
    "choice_by_municipality": ChoiceByMunicipalityBlock,
    "leergroei": LeergroeiBlock,
    "advisering": AdviseringBlock,
    "school_advice": SchoolAdviceBlock,
    "staffing": StaffingBlock,
    "teachers": TeachersBlock,
    "oab_money": OabMoneyBlock,
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
    if text.startswith("dict"):
        return "lists of numbers by name"
    if text.startswith("tuple"):
        return "list of " + ("text" if "str" in text else "numbers")
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true | false"}.get(text, text)
