import pandas as pd
import pytest

from analysis.chapters.value_added.findings import findings


def findings_of(*rows):
    columns = ["subject", "share_raw", "share_added", "rank_correlation"]
    frame = pd.DataFrame(rows, columns=columns).assign(n_schools=131, n_pupils=2285)
    return findings(frame).set_index("name")["sentence"]


def test_every_subject_is_in_one_sentence():
    said = findings_of(("language", 0.23, 0.1, 0.57), ("arithmetic", 0.28, 0.2, 0.7))
    assert said["between_schools"].startswith("In language, 23% of the differences between pupils' later scores lie")
    assert "In arithmetic, 28%" in said["between_schools"]
    assert said["between_schools"].beside["key"] == "10%"
    assert said["order"].endswith("has a rank correlation of 0.70.")


@pytest.mark.parametrize(
    ("raw", "added", "words"),
    [(0.23, 0.1, "differ less"), (0.1, 0.23, "differ more"), (0.101, 0.099, "Not in every subject")],
)
def test_words_on_schools_follow_both_shares(raw, added, words):
    assert words in findings_of(("language", raw, added, 0.5))["between_schools"].beside["headline"]


@pytest.mark.parametrize(("rank", "words"), [(0.57, "not always"), (0.999, "same order")])
def test_words_on_the_order_follow_the_rank_correlation(rank, words):
    assert words in findings_of(("language", 0.2, 0.1, rank))["order"].beside["headline"]


def test_what_is_withheld_is_not_reported():
    assert findings_of(("language", None, None, None)).empty
