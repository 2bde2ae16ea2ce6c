"""Parameters of the chapter on learning growth."""

from __future__ import annotations

from pydantic import model_validator

from analysis.declare import Block, Edges, SchoolYear, key


class LeergroeiBlock(Block):
    """What a closure of schools did to learning growth (notebook 04_leergroei)."""

    groepen: dict[str, tuple[int, ...]] = key(
        "groepen whose tests are compared, by subject",
        unit="groep",
        default={"lezen": (5, 6, 7), "rekenen": (4, 5, 6, 7), "dmt": (3, 4), "spelling": (4, 5, 6, 7)},
        min_length=1,
    )
    subjects: tuple[str, ...] = key(
        "subjects compared with the year before (the design of OIS)",
        default=("lezen", "rekenen", "dmt"),
        min_length=1,
    )
    pnas_subjects: tuple[str, ...] = key(
        "subjects compared with all control years (the PNAS design); their mean is the composite",
        default=("lezen", "rekenen", "spelling"),
        min_length=1,
    )
    levels: tuple[str, ...] = key(
        "ability levels, the highest first: equal parts of the nation at the M-test",
        default=("I", "II", "III", "IV", "V"),
        min_length=2,
    )
    control_years: tuple[SchoolYear, ...] = key(
        "school years without a closure, in order; the last is the year compared with in the design of OIS",
        unit="yyyy/yy",
        default=("2016/17", "2017/18", "2018/19"),
        min_length=1,
    )
    closure_year: SchoolYear = key("school year of the closure", unit="yyyy/yy", default="2019/20")
    risk_edges: Edges = key(
        "edges of the bands of schools by their share of pupils at risk", unit="share", default=(0.2, 0.4, 0.6, 0.8)
    )
    high_risk: float = key(
        "share of pupils at risk from which a school has many", unit="share", default=0.4, gt=0, lt=1
    )
    example_subject: str = key("subject of the example pupils", default="rekenen")
    example_groep: int = key("groep of the example pupils", default=7, ge=1, le=8)
    example_level: str = key("level of the example pupils at the M-test", default="I")
    example_shares: Edges = key(
        "shares of pupils at risk at the schools of the example pupils", unit="share", default=(0.2, 0.6)
    )
    weight_trim: float = key(
        "share of the weights for absence that is trimmed at either end", unit="share", default=0.01, ge=0, lt=0.5
    )
    coverage: float = key(
        "share of pupils with both tests from which a school counts as one that tested all",
        unit="share",
        default=0.75,
        gt=0,
        le=1,
    )
    bootstrap_draws: int = key("resamples of schools for the errors of the bounds", unit="draws", default=200, ge=50)

    @model_validator(mode="after")
    def _names_agree(self) -> LeergroeiBlock:
        for name in ("subjects", "pnas_subjects"):
            unknown = set(getattr(self, name)) - set(self.groepen)
            if unknown:
                raise ValueError(f"{name}: no groepen are given for {', '.join(sorted(unknown))}")
        years = [*self.control_years, self.closure_year]
        if years != sorted(set(years)):
            raise ValueError("the control years must be in order and come before the closure year")
        if self.example_subject not in self.subjects or self.example_groep not in self.groepen[self.example_subject]:
            raise ValueError("the example pupils must be of a subject in `subjects` and of one of its groepen")
        if self.example_level not in self.levels[:-1]:
            raise ValueError("the example pupils must be at a level that can be dropped: not the lowest")
        return self
