"""Tables of the inspectorate's judgements about schools and boards that go along with microdata."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from analysis.data.columns import code, contract, flag, if_known, key, text, whole, year
from analysis.inspectorate import ASPECTS, GOOD, NONE, OF_BOARDS, OF_SCHOOLS

MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
MEANING = {
    "quality_care": "quality assurance (kwaliteitszorg)",
    "culture": "culture of quality (kwaliteitscultuur)",
    "dialogue": "accountability and dialogue (verantwoording en dialoog)",
}


def judgement_tables() -> tuple[pa.DataFrameSchema, ...]:
    """Return the contracts of what the inspectorate judged of schools and of boards."""
    schools = contract(
        "by_school_judgement",
        ["location", "year"],
        pa.Check(_excellent_is_good, error=f"excellent only where the judgement is {GOOD}"),
        pa.Check(_month_of_a_judgement, error=f"a month at most in the year, and none where the judgement is {NONE}"),
        location=key("school location: BRIN and vestigingsnummer, or the office's own key"),
        year=year("calendar year; what is in force on one day of it, the same day in each year"),
        **if_known(judged_on=text("month of the judgement, yyyy-mm", MONTH, "a month as yyyy-mm", missing=True)),
        judgement=code("judgement in force", OF_SCHOOLS),
        excellent=flag("holds the title Excellente school, which a good school applies for"),
        special=flag("school for sbo or so"),
    )
    boards = contract(
        "by_board_judgement",
        ["board"],
        board=text("number of the school board"),
        schools=whole("schools of the board", 1),
        **{aspect: code(f"judgement of the board's {MEANING[aspect]}", OF_BOARDS) for aspect in ASPECTS},
    )
    return schools, boards


def _excellent_is_good(frame: pd.DataFrame) -> pd.Series[bool]:
    return ~frame["excellent"].astype(bool) | (frame["judgement"] == GOOD)


def _month_of_a_judgement(frame: pd.DataFrame) -> pd.Series[bool]:
    if "judged_on" not in frame:
        return pd.Series(data=True, index=frame.index)
    judged_in = pd.to_numeric(frame["judged_on"].str[:4], errors="coerce")
    none = frame["judged_on"].isna()
    return none | ((frame["judgement"] != NONE) & (judged_in <= frame["year"]))
