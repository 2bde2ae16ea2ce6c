"""What chapters are declared with: their parameters, and what the project must know of them without running them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from analysis.errors import InputError
from analysis.formula import check_formula


def key(meaning: str, *, unit: str = "", default: Any = ..., **limits: Any) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Declare a parameter: what it means, its unit, its default and the range allowed."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit}, **limits)


def increasing(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(low >= high for low, high in itertools.pairwise(edges)):
        raise ValueError("the edges must increase")
    return edges


def readable(formula: str) -> str:
    try:
        return check_formula(formula)
    except InputError as error:
        hint = error.hint and f" ({error.hint})"
        raise ValueError(f"the formula {error.problem}{hint or ''}") from error


FormulaText = Annotated[str, AfterValidator(readable)]
"""Right-hand side of a model, in the language of `analysis.formula`."""
SchoolYear = Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")]
Edges = Annotated[tuple[float, ...], AfterValidator(increasing), Field(min_length=2)]


class Block(BaseModel):
    """A group of parameters; unknown keys are errors, values keep the type that the YAML gives them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


OWN = "own"
"""The source that is an office's registers."""


class Source(Block):
    """The block of a chapter that brings an edition's data in; an edition has one."""

    @property
    def made_up(self) -> bool:
        """Whether the data are made up."""
        return True


class OwnSource(Source):
    """The block of a chapter that an office can bring its own registers into."""

    intake: str = key(
        "own registers: their mapping, intake/NAME.yml beside the params file",
        default="",
        pattern=r"^([a-z0-9][a-z0-9-]*)?$",
    )
    folder: str = key(
        "folder with the source files, seen from the project's root; where it was is not recorded",
        default="data",
    )
    synthetic: bool = key("own registers that `staat world` wrote: made up, and marked so", default=False)

    @property
    def own(self) -> bool:
        """Whether the data are an office's own registers."""
        return getattr(self, "source", "") == OWN

    @property
    def made_up(self) -> bool:
        """Whether the data are made up."""
        return self.synthetic if self.own else getattr(self, "source", "") == "synthetic"

    @model_validator(mode="after")
    def _mapping_is_of_own_registers(self) -> Self:
        if self.own != bool(self.intake):
            raise ValueError("source own and intake go together: `source: own`, `intake: NAME`")
        if self.synthetic and not self.own:
            raise ValueError("synthetic applies to own registers only; leave it out")
        return self


Blocks = Mapping[str, Block]
"""The blocks of an edition, by stem."""


class Uses(NamedTuple):
    """What a chapter uses of one internal table.

    Parameters
    ----------
    required : Columns without which the chapter cannot run.
    optional : Columns that it uses where they are there, each with what it leaves out without them.
    """

    required: frozenset[str] = frozenset()
    optional: Mapping[str, str] = MappingProxyType({})


Needs = Mapping[str, Uses]
"""What a chapter uses of each internal table that it loads, by the table's name."""


AGGREGATE, AREA, PUPIL, SCHOOL, BOARD, TEACHER, PERSON = (
    *("aggregate", "area", "pupil", "school", "board", "teacher", "person"),
)
"""What a row of an internal table is. Pupils of one school who have something in common, such as a postcode, are told
by no row either: such a table is one of schools."""


class Regressions(NamedTuple):
    """What the published table ``estimates`` of a chapter does not say of its models.

    Parameters
    ----------
    models : Which models, as a pattern of their names.
    effects : What has fixed effects; empty for nothing.
    clusters : By what the standard errors are clustered, where the table has no column ``cluster`` that says it.
    """

    models: str
    effects: str
    clusters: str


@dataclass(frozen=True)
class Declaration:
    """What the project knows of a chapter without running it; ``CHAPTER`` of the chapter's folder.

    Parameters
    ----------
    notebook : File name without extension: a number for the reader and the stem, which is the name of the folder.
    parameters : The chapter's block in a params file.
    needs, wants
        Internal tables without which the chapter cannot run, and those that it uses when the edition makes them; with
        ``*`` for any text.
    columns : What it uses of these tables, by column, from the parameters in force.
    produces, may_produce
        Internal tables that it writes, always and in some editions only, each with what a row of it is.
    reads : Files and folders that it reads besides, as `run.chain.Step` says.
    findings : Heading of its findings in the summary, by language; empty for a chapter without.
    regressions
        Which models of its table ``estimates`` are regressions: other rows there are shares, bounds or contrasts.
    refusal : Why an edition with this block cannot be made, if so, from all of its blocks.
    verify : For a chapter that reads source files: the function that checks them before anything runs.
    """

    notebook: str
    parameters: type[Block]
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    columns: Callable[[Blocks], Needs] = lambda _: {}
    produces: Mapping[str, str] = field(default_factory=dict)
    may_produce: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    findings: Mapping[str, str] = field(default_factory=dict)
    regressions: tuple[Regressions, ...] = ()
    refusal: Callable[[Blocks], str | None] = lambda _: None
    verify: str = ""

    @property
    def stem(self) -> str:
        """The name that notebook, folder, parameters block and outputs share."""
        return self.notebook.partition("_")[2]

    @property
    def tables(self) -> dict[str, str]:
        """What a row of each table is that the chapter can write."""
        own = {f"{self.stem}_findings": AGGREGATE} if self.findings else {}
        return {**self.produces, **self.may_produce, **own}


def of_persons(blocks: Blocks) -> bool:
    """Tell whether an edition of these blocks can have data on single persons: made up, or of an office."""
    return made_up(blocks) or any(isinstance(block, OwnSource) and block.own for block in blocks.values())


def made_up(blocks: Blocks) -> bool:
    """Tell whether an edition of these blocks is made up."""
    return any(isinstance(block, Source) and block.made_up for block in blocks.values())
