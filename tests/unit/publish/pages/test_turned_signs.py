"""Everything that states a direction turns when what is planted in the city is turned; what cannot turn states none.

The one city has losses, falling presence and groups that are advised lower; the other gains, rising presence and groups
that are advised higher. A text without a direction is the same in both but for its numbers.
"""

import re

import pytest

PAIRS = {
    "less": "more",
    "lower": "higher",
    "rose": "fell",
    "smaller": "larger",
    "left": "right",
    "below": "above",
}
OPPOSITE = PAIRS | {second: first for first, second in PAIRS.items()}
STATES = (
    r"less|more|lower|higher|rose|fell|rises?|falls?|smaller|larger|fewer|most|least|hides|highest|lowest|largest|"
    r"smallest|narrower|wider|worse|better|farther|nearer|loss|losses|lost|gained?|grew"
)
NO_RESULT = (
    "the least and the most that",
    # Whether shocks widen an interval differs between two cities; its sides are in test_wording_leergroei.
    r"If years differ by shocks as the \d control years did, the 95% interval is .*?(less|more)\.",
    r"has the (lowest estimate; that no group goes less far|highest estimate; that no group goes farther)",
    "points more teacher shortage",
    "% or more at risk",
    "more than scores",
    r"A noisy test makes a gap by itself.*?on it\.",
)
# What says such a word in both cities, and states nothing of them.
DEFINED = {
    "finding norm_growth": "of the year before, in which nothing is turned",
    "finding deviation_first": "above and below name two shares that are given",
    "finding deviation_final": "above and below name two shares that are given",
    "finding schools": "tenths below and above a mean that is zero in both cities (test_wording_advisering)",
    "alt spread": "lowest and highest tenth, as in finding schools",
    "alt caterpillar": "the schools stand in this order",
    "alt advice_by_test_advice": "darker is the scale of colours",
    "table consent_bounds": "least and most are what the two bounds assume",
    "table school_effects": "at least is a rule of disclosure",
}
TURN = {
    "04_leergroei": [
        "finding growth",
        "finding bands",
        *(f"finding levels_{subject}" for subject in ("lezen", "rekenen", "dmt")),
        "finding shortage",
        "finding pnas",
        "finding education",
        "finding consent",
        *(f"alt change_by_{by}" for by in ("groep", "level", "band", "prior_level")),
        *(f"alt {name}" for name in ("shortage", "level_drop", "expected_drop", "expected_growth", "pnas")),
        "alt education",
        *(f"alt {name}" for name in ("pnas_groups", "sat_e_test", "presence")),
    ],
    "05_advisering": [
        *(f"finding equal_{group}" for group in ("laag", "nonwestern")),
        "finding measurement_error",
        "finding revised_gaps",
    ],
}
CASES = [(stem, name) for stem, names in TURN.items() for name in names]


def stated(text: str) -> list[str]:
    """The directions that a text states, in their order; in an alternative text the side on which more lie."""
    if side := re.search(r"left of [^:]*: (none|\d+) of .*?; (?:wholly )?right of it: (none|\d+) of ", text):
        left, right = (0 if number == "none" else int(number) for number in side.groups())
        return ["left" if left > right else "right"] if left != right else []
    text = re.sub("|".join(NO_RESULT), "", text)
    return re.findall(r"\b(less|more|lower|higher|rose|fell)\b", text)


@pytest.mark.parametrize(("stem", "name"), CASES)
def test_what_states_a_direction_turns_with_it(pages, stem, name):
    texts = [pages[stem, sign].texts()[name] for sign in (1, -1)]
    planted, turned = map(stated, texts)
    if open_ := [text for text in texts if "did not measurably change at any level" in text]:
        assert not any(map(stated, open_))  # at no ability level may growth have changed in either city
        return
    assert planted, texts[0]
    assert turned == [OPPOSITE[word] for word in planted], texts


@pytest.mark.parametrize("stem", TURN)
def test_what_is_the_same_in_both_cities_states_nothing_of_them(pages, stem):
    """A text that is fixed whatever the sign, and has a word for one, is a result that nobody computed."""
    planted, turned = ({**pages[stem, sign].texts(), **pages[stem, sign].captions} for sign in (1, -1))
    fixed = {
        name: planted[name] for name in planted.keys() & turned.keys() if _words(planted[name]) == _words(turned[name])
    }
    said = {name: text for name, text in fixed.items() if re.search(rf"\b({STATES})\b", text)}
    assert said.keys() <= DEFINED.keys(), {name: said[name] for name in said.keys() - DEFINED.keys()}


def test_a_fixed_result_would_be_found():
    """The check sees the texts that were published before: they held in one city and were printed in both."""
    for text in (
        "Per subject the effect with its interval for four choices of design; the year before alone shows the least.",
        "Per level the share that sat the E-test in two years; the lowest level fell most in the closure year.",
        "A line per school year over bands of schoolweging: the mean advice falls, and lies lowest in 2019/20.",
        "Per subject, the middle school and the range of 80% of schools: narrower in value added than in scores.",
        "Where growth was rising, comparing with one year hides part of the loss.",
    ):
        assert re.search(rf"\b({STATES})\b", text)
    assert stated("pupils grew 0.10 less in 2019/20") == ["less"]
    said = "Intervals wholly left of the line at zero: 2 of 9 (I; V); wholly right of it: {} of 9."
    assert [stated(said.format(right)) for right in ("none", "3", "2")] == [["left"], ["right"], []]


def _words(text: str) -> str:
    return re.sub(r"[\d.,%−-]+", "#", text)
