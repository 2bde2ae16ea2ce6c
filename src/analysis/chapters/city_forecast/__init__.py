"""How many pupils will come to a city and its stadsdelen, and who is still there after five years."""

from __future__ import annotations

from analysis.chapters.city_forecast.parameters import CityForecastBlock
from analysis.declare import Blocks, Declaration, Needs, Uses, of_persons
from analysis.language import word

ATTEND = word("who attends small schools")


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if "data" in blocks and of_persons(blocks):
        return None
    return "city_forecast: open data do not count pupils by stadsdeel, age and year; leave the block out"


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table."""
    return {
        "by_stadsdeel_age_year": Uses(frozenset({"area", "age", "year", "pupils"})),
        "by_stadsdeel_children": Uses(frozenset({"area", "age", "year", "children"})),
        "by_pupil_retention": Uses(
            frozenset(), dict.fromkeys(("cohort", "education", "outcome"), word("where pupils are five years on"))
        ),
        "by_pupil": Uses(frozenset(), {"at_risk": ATTEND}),
        "by_location": Uses(frozenset(), dict.fromkeys(("size_class", "stadsdeel", "special"), ATTEND)),
    }


CHAPTER = Declaration(
    "02_city_forecast",
    CityForecastBlock,
    needs=("by_stadsdeel_age_year", "by_stadsdeel_children"),
    wants=("by_pupil_retention", "by_pupil", "by_location"),
    columns=columns,
    findings={"en": "How many pupils will come to the city", "nl": "Hoeveel leerlingen er in de stad komen"},
    refusal=refusal,
)
