"""What the chapter on segregation uses of its tables, and what it leaves out without it."""

from __future__ import annotations

from analysis.declare import Blocks, Needs, Uses

EDUCATION = "segregation by education of parents"
BACKGROUND = "segregation by migration background"
AREA = "whether schools mirror the children of their wijk"
STADSDEEL = "parts of the city"
SCHOOLWEGING = "pupils by schoolweging of their school"
MAP = "the map"
OUTLINE = "outlines on the map"
STAY = "which pupils are in both years, so that intervals of a change are too wide"

STAYS = tuple(f"{side}_{of}" for side in ("first", "last") for of in ("location", "education", "background"))


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table; none of its parameters asks for a column.

    Of education and background one is enough.
    """
    groups = {"education": EDUCATION, "background": BACKGROUND}
    return {
        "by_attendance": Uses(frozenset({"year", "location", "nearest", "pupils"}), {**groups, "area": AREA}),
        "by_home": Uses(frozenset({"year", "lat", "lon", "location", "pupils"}), groups),
        "by_school_attended": Uses(
            frozenset({"location", "lat", "lon"}),
            {"stadsdeel": STADSDEEL, "area": AREA, "schoolweging": SCHOOLWEGING},
        ),
        "by_area": Uses(optional=dict.fromkeys(("area", "lat", "lon"), MAP)),
        "by_outline_point": Uses(optional=dict.fromkeys(("area", "ring", "lat", "lon"), OUTLINE)),
        "by_stay": Uses(optional=dict.fromkeys((*STAYS, "pupils"), STAY)),
    }
