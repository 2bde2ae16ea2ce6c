"""Findings: which are tests, how their p-values are corrected, and what chance alone would give."""

import numpy as np
import pandas as pd
import pytest

from analysis.publish.findings import ALONE, Finding, count, frame, in_words

FAMILY = "money and pupils per teacher"


def made() -> pd.DataFrame:
    return frame(
        [
            Finding("levels", "A level.", 10, "schools"),
            Finding("wage", "A jump.", 10, "schools", 0.04),
            Finding("oab_event", "One.", 10, "schools", 0.03, FAMILY),
            Finding("oab_dose", "Two.", 10, "schools", 0.04, FAMILY),
            Finding("toelage_hours", "Three.", 10, "schools", 0.04, "toelage, before and after", 0.19),
            ("old", "As chapters without tests hand it over.", 10, "pupils"),
        ]
    )


def test_a_test_of_its_own_is_not_corrected_and_a_family_is():
    corrected = made().set_index("name")["p_corrected"]
    assert corrected["wage"] == 0.04
    assert corrected["oab_event"] == pytest.approx(0.06)  # 2 x 0.03
    assert corrected["oab_dose"] == pytest.approx(0.06)  # 1 x 0.04, never below the one before
    assert corrected["toelage_hours"] == 0.19  # the chapter's bootstrap
    assert np.isnan(corrected["levels"])
    assert np.isnan(corrected["old"])


def test_what_chance_would_give_is_a_twentieth_of_the_tests():
    counted = count(made().assign(chapter="staffing")).set_index("family")
    assert counted["findings"].to_dict() == {ALONE: 3, FAMILY: 2, "toelage, before and after": 1}
    assert counted["tests"].tolist() == [1, 2, 1]
    assert counted["significant"].tolist() == [1, 2, 1]
    assert counted["by_chance"].tolist() == pytest.approx([0.05, 0.10, 0.05])
    assert counted["significant_corrected"].tolist() == [1, 0, 0]
    assert "6 findings. 4 of them test" in in_words(count(made().assign(chapter="staffing")))
    assert "4 came out, 0.2 would" in in_words(count(made().assign(chapter="staffing")))


def test_a_chapter_that_declares_no_tests_has_none():
    plain = pd.DataFrame({"name": ["a"], "sentence": ["."], "n": [5], "unit": ["pupils"], "chapter": ["growth"]})
    counted = count(pd.concat([plain, made().assign(chapter="staffing")], ignore_index=True))
    assert counted.set_index("chapter").loc["growth", "tests"] == 0
