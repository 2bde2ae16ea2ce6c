"""What every block of parameters is made of."""

from __future__ import annotations

import itertools
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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
