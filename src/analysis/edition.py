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


SchoolYear = Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")]
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
    advice_of_schools: bool = key(
        "read the files of DUO on the advices and end-test scores of schools too (duo only)", default=False
    )

    @model_validator(mode="after")
    def _scale_is_for_synthetic_data(self) -> DataBlock:
        if self.source != "synthetic" and self.scale != 1.0:
            raise ValueError("scale applies to synthetic data only; leave it out")
        if self.source == "synthetic" and self.advice_of_schools:
            raise ValueError("advice_of_schools applies to files of DUO only; leave it out")
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


class CountryBlock(Block):
    """A made-up country's groep-8 cohorts (notebook 01_country); stands in the place of the block `data`."""

    pupils: int = key("pupils per cohort", unit="pupils", default=170_000, ge=1_000, le=400_000)
    first_year: int = key("first cohort: calendar year in which its groep 8 starts", unit="year", default=2010, ge=2008)
    last_year: int = key("last cohort, likewise", unit="year", default=2015, le=2030)

    @model_validator(mode="after")
    def _years_in_order(self) -> CountryBlock:
        if self.last_year < self.first_year + 2:
            raise ValueError("the last cohort must come at least two years after the first: one is followed to year 3")
        return self


# The test's advices with single levels have eight lowest scores, those with nearly only double ones six.
CutScores = Annotated[tuple[Annotated[int, Field(ge=501, le=550)], ...], AfterValidator(_increasing)]


class AdviseringBlock(Block):
    """Is the school advice equal for equal pupils? (notebook 05_advisering)."""

    table: Literal["by_pupil_advice", "by_pupil_country"] = key(
        "pupils: of the city (block data) or of the country (block country)", default="by_pupil_advice"
    )
    stage: Literal["first", "final"] = key("advice held against the test: before or after bijstelling", default="first")
    half_levels: bool = key("count a deviation of half a level as under- or over-advice", default=True)
    double: Literal["middle", "range"] = key(
        "how a double test advice is met: by its middle, or by every advice from its lower to its higher level",
        default="middle",
    )
    low_education: tuple[Literal["laag", "middelbaar", "hoog", "onbekend"], ...] = key(
        "levels of parental education that count as laag; in the data laag is at most mbo level 1", default=("laag",)
    )
    revision_from: str = key(
        "first school year with bijstelling", unit="yyyy/yy", default="2014/15", pattern=r"^\d{4}/\d{2}$"
    )
    cut_scores: dict[Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")], CutScores] = key(
        "lowest score of each advice of the test, by the first school year of the scheme; empty: as in the data",
        default={"2000/01": (501, 519, 526, 529, 533, 537, 540, 545), "2018/19": (501, 510, 524, 533, 540, 545)},
    )
    score_below_vwo: int = key("test score at which advices below vwo are counted", default=549, ge=501, le=550)
    score_vwo_class: int = key("test score at which classes for vwo alone are counted", default=545, ge=501, le=550)
    gaps_by: tuple[Literal["year", "region", "urbanicity"], ...] = key(
        "what the gaps are told by, each as an interaction", default=("year",)
    )
    year3_cohorts: int = key("cohorts followed to year 3 that are regressed: the last ones", default=3, ge=1)
    caterpillar_points: int = key("about how many runs of schools the caterpillar shows", default=70, ge=4, le=200)

    @model_validator(mode="after")
    def _schemes_are_known(self) -> AdviseringBlock:
        if any(len(scores) not in (6, 8) for scores in self.cut_scores.values()):
            raise ValueError("cut_scores: a scheme has eight scores, or six when nearly all its advices are double")
        if self.table == "by_pupil_advice" and set(self.gaps_by) - {"year"}:
            raise ValueError("gaps_by: region and urbanicity are known of the country only")
        return self


class SchoolAdviceBlock(Block):
    """Schools, not pupils: the mean advice of schools against their test score (notebook 05_school_advice)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
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
    school_years: tuple[SchoolYear, ...] = key("school years that the edition is about", unit="yyyy/yy", min_length=1)
    language: Literal["en"] = key("language of the pages", default="en")
    seed: int = key("seed of every random draw", default=20201101, ge=0)
    disclosure: Literal["default", "open-data"] = key(
        "disclosure profile: which cells are too small to publish", default="default"
    )
    timeout: int = key("seconds after which a notebook is stopped", unit="seconds", default=3600, ge=1)
    timeouts: dict[str, Annotated[int, Field(ge=1)]] = key(
        "the same for single notebooks, by stem, such as `school_choice: 7200`", unit="seconds", default={}
    )
    data: DataBlock | None = None
    country: CountryBlock | None = None
    segregation: SegregationBlock | None = None
    school_choice: SchoolChoiceBlock | None = None
    leergroei: LeergroeiBlock | None = None
    advisering: AdviseringBlock | None = None
    school_advice: SchoolAdviceBlock | None = None
    summary: SummaryBlock | None = None
    value_added: ValueAddedBlock | None = None

    @model_validator(mode="after")
    def _one_place_of_data(self) -> Edition:
        if sum(block is not None for block in (self.data, self.country, self.value_added)) != 1:
            raise ValueError("an edition stands on one of the blocks `data`, `country` and `value_added`")
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
    def _timeouts_are_of_notebooks(self) -> Edition:
        unknown = sorted(set(self.timeouts) - set(BLOCKS))
        if unknown:
            raise ValueError(f"timeouts: no notebook has the stem {', '.join(unknown)}")
        return self

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.country is not None or (self.data is not None and self.data.source == "synthetic")

    @property
    def place(self) -> DataBlock | ValueAddedBlock | None:
        """The block that says where the source files lie; None for a country, which has none."""
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
    "segregation": SegregationBlock,
    "school_choice": SchoolChoiceBlock,
    "leergroei": LeergroeiBlock,
    "advisering": AdviseringBlock,
    "school_advice": SchoolAdviceBlock,
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
