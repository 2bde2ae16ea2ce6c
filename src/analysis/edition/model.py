"""What an edition is: a frozen model that knows every parameter, its type, unit and meaning.

Imports neither pandas nor papermill, so that reading and checking parameters costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import Field, create_model, model_validator
from pydantic.fields import FieldInfo

from analysis.chapters import chapters
from analysis.codes import Codes
from analysis.declare import Block, OwnSource, SchoolYear, Source, key, made_up

BLOCKS: dict[str, type[Block]] = {stem: chapter.parameters for stem, chapter in chapters().items()}
SOURCES = tuple(stem for stem, block in BLOCKS.items() if issubclass(block, Source))
"""The blocks that bring data in."""

NAME_OR_NONE = r"^([a-z0-9][a-z0-9-]*)?$"
NAME = r"^[a-z0-9][a-z0-9-]*(\+[a-z0-9][a-z0-9._=-]*)*$"
"""Of an edition; behind a plus stands which variant it is of the one before it."""

FOLDER = "data"
"""The folder of the source files where no block names one."""


class Shared(Block):
    """One edition: a shared block at the top level and one block per notebook.

    A notebook runs when its block is present.
    """

    edition: str = key("name of the edition: the params file's name", pattern=NAME)
    title: str = key("title on the pages", min_length=3)
    region: str = key("municipality of the schools and pupils, as DUO spells it; Nederland for all", min_length=2)
    school_years: tuple[SchoolYear, ...] = key("school years that the edition is about", unit="yyyy/yy", min_length=1)
    language: Literal["en", "nl"] = key("language of the pages", default="en")
    publisher: str = key("office that makes the edition and answers for it, as the pages name it", default="")
    contact: str = key("where readers write to: an e-mail address, a page or words", default="")
    status: Literal["draft", "final"] = key("a draft is marked as such on every page and in print", default="draft")
    licence: str = key("licence of text, figures and data, such as CC BY 4.0; empty: not stated", default="")
    next_edition: str = key("when the next edition is due, in words", default="")
    address: str = key("permanent address of the edition, such as a DOI", default="", pattern=r"^(https?://\S+)?$")
    also: str = key("name of the edition that is the same in the other language", default="", pattern=NAME_OR_NONE)
    previous: str = key(
        "name of the edition that this one follows, such as last year's", default="", pattern=NAME_OR_NONE
    )
    seed: int = key("seed of every random draw", default=20201101, ge=0)
    disclosure: Literal["default", "acro", "opensafely", "open-data", "cbs", "duo"] = key(
        "disclosure profile: which cells are too small to publish", default="default"
    )
    codes: Codes = key("what codes in the data mean, in their order, in both languages", default=Codes())
    timeout: int = key("seconds after which a notebook is stopped", unit="seconds", default=3600, ge=1)
    timeouts: dict[str, Annotated[int, Field(ge=1)]] = key(
        "the same for single notebooks, by stem, such as `school_choice: 7200`", unit="seconds", default={}
    )

    @model_validator(mode="after")
    def _one_source_of_data(self) -> Self:
        if len(set(SOURCES) & self.given.keys()) != 1:
            names = " and ".join([", ".join(f"`{name}`" for name in SOURCES[:-1]), f"`{SOURCES[-1]}`"])
            raise ValueError(f"an edition stands on one of the blocks {names}")
        return self

    @model_validator(mode="after")
    def _chapters_can_be_made(self) -> Self:
        for stem in self.given:
            if why := chapters()[stem].refusal(self.given):
                raise ValueError(why)
        return self

    @model_validator(mode="after")
    def _is_not_its_own_relative(self) -> Self:
        if self.edition in (self.also, self.previous):
            raise ValueError("also and previous name other editions than this one")
        return self

    @model_validator(mode="after")
    def _timeouts_are_of_notebooks(self) -> Self:
        unknown = sorted(set(self.timeouts) - set(BLOCKS))
        if unknown:
            raise ValueError(f"timeouts: no notebook has the stem {', '.join(unknown)}")
        return self

    @property
    def given(self) -> dict[str, Block]:
        """The blocks of this edition, by stem."""
        return {stem: block for stem in BLOCKS if (block := getattr(self, stem)) is not None}

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return made_up(self.given)

    @property
    def source(self) -> str:
        """The stem of the block that brings the data in."""
        return next(stem for stem in SOURCES if stem in self.given)

    @property
    def folder(self) -> str:
        """The folder of the source files, seen from the project's root."""
        return str(getattr(self.given[self.source], "folder", FOLDER))

    @property
    def intake(self) -> str:
        """The name of the mapping of own registers; empty for other sources."""
        block = self.given[self.source]
        return block.intake if isinstance(block, OwnSource) else ""

    def without(self, stems: Collection[str]) -> Self:
        """Return the edition without these chapters."""
        return self.model_copy(update=dict.fromkeys(stems))

    @property
    def shared(self) -> dict[str, Any]:
        """The parameters at the top level, which any notebook may ask for."""
        return {name: value for name, value in self._plain().items() if name not in BLOCKS}

    @property
    def blocks(self) -> dict[str, dict[str, Any]]:
        """The parameters of each notebook that this edition runs, by stem."""
        return {name: value for name, value in self._plain().items() if name in BLOCKS and value is not None}

    def recorded(self) -> Self:
        """Return the edition as pages and manifest have it: without where the data were on this machine.

        What the data were is said by the hash of every file.
        """
        block = self.given[self.source]
        if "folder" not in type(block).model_fields:
            return self
        default = type(block).model_fields["folder"].default
        return self.model_copy(update={self.source: block.model_copy(update={"folder": default})})

    @property
    def context(self) -> dict[str, Any]:
        """What every notebook knows of its edition without a parameter."""
        return {
            "edition": self.edition,
            "synthetic": self.synthetic,
            "disclosure": self.disclosure,
            "language": self.language,
            "school_years": list(self.school_years),
            "codes": self.codes.model_dump(mode="json"),
            "optional": {stem: optional for stem in self.given if (optional := self._optional(stem))},
            "tables": {table: row for stem in self.given for table, row in chapters()[stem].tables.items()},
            "findings": {stem: words for stem in self.given if (words := chapters()[stem].findings)},
        }

    def _optional(self, stem: str) -> dict[str, dict[str, str]]:
        """Return what a chapter leaves out without each column that it does not need, by table."""
        uses = chapters()[stem].columns(self.given)
        return {table: dict(each.optional) for table, each in uses.items() if each.optional}

    def facts(self) -> dict[str, Any]:
        """Return what pages and manifest state about the edition."""
        return {**self.shared, "synthetic": self.synthetic, "parameters": self._plain()}

    def _plain(self) -> dict[str, Any]:
        return json.loads(self.model_dump_json())  # type: ignore[no-any-return]  # tuples become lists, as papermill writes them


if TYPE_CHECKING:

    class Edition(Shared):
        """One edition: a shared block at the top level and one block per notebook."""

else:
    Edition = create_model("Edition", __base__=Shared, **{stem: (block | None, None) for stem, block in BLOCKS.items()})


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
    default = "(required)" if info.is_required() else json.dumps(info.default, default=Block.model_dump)
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
        return "texts by name" if get_args(annotation)[1] is str else "lists of numbers by name"
    if text.startswith("tuple"):
        inner = get_args(annotation)[0]
        return f"list of {_type_name(inner) if 'Literal' in text else 'text' if 'str' in text else 'numbers'}"
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true | false"}.get(text, text)
