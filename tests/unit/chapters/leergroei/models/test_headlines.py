import pandas as pd

from analysis.chapters.leergroei.models import headlines


def test_headlines_are_the_closure_terms_of_the_main_models():
    rows = pd.DataFrame(
        [
            ("ois_standardised", "", "closure", -0.1),
            ("ois_standardised", "groep", "closure", -0.2),
            ("pnas_overall", "", "year", 0.7),
            ("pnas_overall", "", "closure", -3.0),
            ("ancova", "", "closure", -2.0),
        ],
        columns=["model", "by", "term", "estimate"],
    ).assign(outcome="lezen", group="lezen", category="")
    estimates = headlines.as_headlines(rows, "ipw")
    assert estimates["estimate"].tolist() == [-0.1, -3.0]
    assert estimates["by"].tolist() == ["ois_standardised", "pnas_overall"]
    assert estimates["group"].tolist() == ["lezen, ois_standardised", "lezen, pnas_overall"]
    assert set(estimates["model"]) == {"ipw"}
