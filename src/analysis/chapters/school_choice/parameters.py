"""Parameters of the chapter on school choice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from analysis.declare import Block, Edges, FormulaText, increasing, key
from analysis.formula import variables

Bands = Annotated[tuple[float, ...], AfterValidator(increasing)]


class SchoolChoiceBlock(Block):
    """Who chooses which school (notebook 03_school_choice)."""

    models: tuple[Literal["entry_cohort", "all_ages"], ...] = key(
        "whose choices are modelled: the pupils of the entry age, or of all ages",
        default=("entry_cohort",),
        min_length=1,
    )
    age: int = key("age of the entry cohort on 1 October", unit="years", default=4, ge=4, le=12)
    formula: FormulaText = key(
        "terms of the model: variables of pairs (distance_km, log_distance, travel_rank, within_priority), of schools "
        "and of choosers; a group of parents has a model of its own",
        default="distance_km + log_distance + within_eight + share_hoog + C(concept) + C(denomination) + log(capacity)",
        min_length=1,
    )
    priority: int = key(
        "at how many schools nearest to the home a child has priority; within_priority is 1 there, and is called "
        "within_eight too where they are eight",
        unit="schools",
        default=8,
        ge=0,
    )
    shown_attributes: Annotated[tuple[str, ...], Field(min_length=1)] = key(
        "attributes in the figure of the willingness to travel; the first is told in a sentence",
        default=("share_hoog", "concept_Montessori", "concept_Dalton", "concept_Jenaplan"),
    )
    distance_edges_km: Edges = key(
        "edges of the distance bands of the fit figure; the last band is open",
        unit="km",
        default=(0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
    )
    nonwestern_edges: Bands = key(
        "edges of the neighbourhood types, by share of non-western inhabitants, for which the willingness to travel is "
        "told; with none, it is told for the groups of parents",
        unit="share",
        default=(),
    )
    folds: int = key("parts in which choosers are held out, to see how well the model predicts", default=5, ge=2, le=20)
    composition: tuple[str, ...] = key(
        "variables of schools that tell their composition; without a taste for it, their terms are zero",
        default=("share_hoog",),
        min_length=1,
    )
    school_rule: Literal["largest", "median", "smallest"] = key(
        "which school closes, or becomes of another kind, in other worlds, by its pupils", default="largest"
    )
    changed_attribute: str = key(
        "attribute of schools that tells their kind: a school gets another value of it, and substitution is told by it",
        default="concept",
        min_length=1,
    )
    changed_to: str = key("value that the changed school gets", default="Montessori", min_length=1)
    near_edges_km: Edges = key(
        "edges of the bands of distance from a school that closes or opens to the others", unit="km", default=(1.0, 2.0)
    )
    draws: int = key("draws of coefficients and choices in other worlds", unit="draws", default=60, ge=10)
    random_terms: tuple[str, ...] = key(
        "terms whose coefficients differ between pupils in the mixed logit",
        default=("distance_km", "share_hoog"),
        min_length=1,
    )
    sampled_pupils: int = key("pupils in the sample of the mixed logit", unit="pupils", default=1000, ge=100)
    sampled_schools: int = key(
        "schools sampled per pupil beyond the eight nearest, for the mixed logit", unit="schools", default=16, ge=1
    )
    tolerance: float = key("Newton decrement at which the estimation stops", default=1e-10, gt=0, le=1e-6)
    max_iterations: int = key("Newton steps before the estimation gives up", unit="steps", default=100, ge=5)

    @model_validator(mode="after")
    def _eight_are_eight(self) -> SchoolChoiceBlock:
        if "within_eight" in variables(self.formula) and self.priority != 8:
            raise ValueError("formula: within_eight is priority at eight schools; write within_priority")
        return self
