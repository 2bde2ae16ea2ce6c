"""Parameters of the chapter on the choice of a school in every municipality."""

from __future__ import annotations

from pydantic import model_validator

from analysis.declare import Block, FormulaText, key


class ChoiceByMunicipalityBlock(Block):
    """The same model of school choice in every municipality (notebook 03_choice_by_municipality)."""

    formula: FormulaText = key(
        "terms of the model beside the school constants, over distance_km, schoolweging (per 5 points), denomination "
        "and share_nonwestern (per 10 percentage points); a term of schools alone has no coefficient",
        default="distance_km + log(distance_km + 0.1)",
        min_length=1,
    )
    min_postcodes: int = key("postcodes from which a municipality has an interval", unit="postcodes", default=10, ge=3)
    from_km: float = key("nearer of the distances between which attendance falls", unit="km", default=1.0, ge=0, le=20)
    to_km: float = key("farther of them", unit="km", default=2.0, gt=0, le=50)
    bins: int = key("bins of schools in the figure of distances", unit="bins", default=20, ge=4, le=100)
    bootstrap_draws: int = key("samples of municipalities for the intervals of correlations", default=500, ge=100)
    tolerance: float = key("Newton decrement at which the estimation stops", default=1e-10, gt=0, le=1e-6)
    max_iterations: int = key("Newton steps before the estimation gives up", unit="steps", default=100, ge=5)

    @model_validator(mode="after")
    def _distances_increase(self) -> ChoiceByMunicipalityBlock:
        if self.to_km <= self.from_km:
            raise ValueError("to_km must be farther than from_km")
        return self
