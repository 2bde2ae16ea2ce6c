"""The whole chain on the small synthetic city, with the command that a person types."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.data.situations import PARENT_GROUPS
from analysis.edition.chain import CHAIN
from analysis.edition.params import read_edition
from analysis.language import from_data
from analysis.run.manifest import outputs_of
from analysis.stats.estimates import ESTIMATE_COLUMNS

ROOT = Path(__file__).parents[2]
FIGURES = {
    "segregation": {
        *("schoolweging_bands", "composition_bands", "dissimilarity", "indices_by_year", "bands_by_year"),
        *("bands_by_size", "exposure_map", "mirror", "decomposition"),
    },
    "school_choice": {
        *("distance_fit", "willingness_to_travel", "nearest_map", "counterfactuals", "residence", "moved"),
        *("change_of_kind", "substitution"),
    },
    "leergroei": {
        *("norm_growth", "change_by_groep", "change_by_level", "change_by_band", "school_spread", "shortage"),
        *("level_drop", "example_pupils", "expected_drop", "expected_growth", "change_by_prior_level"),
        *("pnas", "pnas_groups", "sat_e_test", "presence", "absence"),
    },
    "advisering": {"advice_by_test_advice", "deviation_by_year", "gaps", "decomposition", "caterpillar"},
}


@pytest.fixture(scope="module")
def manifest(ci_edition: Path) -> dict[str, object]:
    return json.loads((ci_edition / "manifest.json").read_text("utf8"))


def table(edition: Path, stem: str, name: str) -> pd.DataFrame:
    return pd.read_csv(edition / "tables" / stem / f"{name}.csv")


def test_every_step_leaves_a_notebook_and_a_page(ci_edition: Path) -> None:
    blocks = read_edition(ROOT / "params" / "ci.yml").blocks
    steps = [step for step in CHAIN if step.stem in blocks]
    assert len(steps) >= 5
    for step in steps:
        assert (ci_edition / "notebooks" / f"{step.notebook}.ipynb").exists()
        assert (ci_edition / "html" / f"{step.notebook}.html").exists()
    assert (ci_edition / "index.html").exists()


def test_no_page_shows_its_markup_as_text(ci_edition: Path) -> None:
    for page in ci_edition.rglob("*.html"):
        assert not re.search(r"&lt;(?:table|td|div|a) ", page.read_text("utf8")), page.name


def test_every_figure_comes_as_png_and_svg_with_its_data(ci_edition: Path, manifest: dict[str, object]) -> None:
    notes = [(step["stem"], note["name"], note["withheld"]) for step in manifest["steps"] for note in step["withheld"]]
    withheld = {(stem, name) for stem, name, _ in notes}
    assert sum("has no data for it" not in why for *_, why in notes) <= 7  # so small a city has no more to hide
    for stem, names in FIGURES.items():
        for name in names:
            if (stem, name) in withheld:
                continue
            assert (ci_edition / "figures" / stem / f"{name}.png").stat().st_size > 5_000
            assert (ci_edition / "figures" / stem / f"{name}.svg").exists()
            assert (ci_edition / "tables" / stem / f"{name}_data.csv").exists()


def test_the_manifest_names_every_output_by_hash(ci_edition: Path, manifest: dict[str, object]) -> None:
    assert manifest["outputs"] == outputs_of(ci_edition)
    assert manifest["facts"]["synthetic"] is True  # type: ignore[index]
    assert manifest["command"] == "staat run params/ci.yml"


def test_no_published_file_names_the_machine(ci_edition: Path) -> None:
    files = [path for path in ci_edition.rglob("*") if path.suffix in {".html", ".ipynb", ".csv", ".json", ".svg"}]
    assert len(files) > 20
    for path in files:
        assert str(ROOT).encode() not in path.read_bytes(), path


def test_estimates_have_the_one_form(ci_edition: Path) -> None:
    for name in ("estimates", "random_effects", "willingness_to_travel"):
        assert set(ESTIMATE_COLUMNS) <= set(table(ci_edition, "school_choice", name).columns)
    assert set(ESTIMATE_COLUMNS) <= set(table(ci_edition, "segregation", "indices").columns)
    assert set(ESTIMATE_COLUMNS) <= set(table(ci_edition, "leergroei", "estimates").columns)
    estimates = table(ci_edition, "school_choice", "estimates")
    assert set(estimates["model"]) == {"entry_cohort"}
    assert set(estimates["group"]) == set(PARENT_GROUPS)
    assert (estimates["std_error"] > 0).all()


def test_the_estimates_have_the_signs_of_the_truth(ci_edition: Path) -> None:
    """Distance repels every group; highly educated parents seek each other more than others do."""
    estimates = table(ci_edition, "school_choice", "estimates")
    composition = {}
    for group, found in estimates.groupby("group"):
        of = found.set_index("term")["estimate"]
        for km in (0.2, 0.5, 1.0, 2.0):
            assert of["distance_km"] + of["log_distance"] / (km + 0.1) < 0
        composition[group] = of["share_hoog"]
    assert composition["hoog_none"] > 0 > composition["laag_migration"]
    assert max(composition, key=composition.__getitem__) == "hoog_none"


def test_the_growth_chapter_publishes_every_model(ci_edition: Path) -> None:
    estimates = table(ci_edition, "leergroei", "estimates")
    named = "norm_growth ois_standardised ois_shortage ois_prior_level regression_to_mean level_drop_logit"
    named += " level_drop_ame pnas_overall pnas_one_control pnas_ses pnas_sex pnas_ability pnas_grade pnas_school_fe"
    named += " placebo weekly ancova mixed e_test_share e_test_logit e_test_ame unweighted ipw covered lee_bounds"
    named += " consent_ipw consent_bounds"
    assert set(estimates["model"]) == set(named.split())
    assert estimates["unit"].notna().all()


def test_no_estimate_of_growth_rests_on_two_schools(ci_edition: Path) -> None:
    estimates = table(ci_edition, "leergroei", "estimates")
    few = ~(estimates["n_clusters"] >= 3)
    assert few.any()
    assert estimates.loc[few, ["estimate", "std_error", "ci_low", "n_obs"]].isna().all(axis=None)


def test_absence_is_reported_beside_what_is_found(ci_edition: Path, manifest: dict[str, object]) -> None:
    steps = {step["stem"]: step for step in manifest["steps"]}  # type: ignore[attr-defined]
    findings = steps["leergroei"]["findings"]
    caveats = {finding["name"]: from_data(finding.get("caveat", "")) for finding in findings}
    assert "What the absent would have shown is unknown" in caveats["absent"]
    assert "both tests" in caveats["growth"]
    assert (table(ci_edition, "leergroei", "missing_tests")["n_absent"].dropna() % 5 == 0).all()


def test_the_accounting_adds_up_within_the_rounding(ci_edition: Path) -> None:
    accounting = table(ci_edition, "data", "accounting")
    for unit, slack in (("rows", 0), ("schools", 0), ("pupils", 7.5), ("pupils4", 7.5)):
        gap = accounting[f"{unit}_in"] - accounting[f"{unit}_out"] - accounting[f"{unit}_kept"]
        assert gap.abs().max() <= slack
    assert accounting["pupils_out"].sum() > 0


def test_no_published_count_is_small(ci_edition: Path) -> None:
    seen = 0
    for path in (ci_edition / "tables").rglob("*.csv"):
        frame = pd.read_csv(path)
        for column in frame.columns.intersection(["pupils", "n_obs", "pupils_out", "pupils4_out", "n_choosers"]):
            counts = frame[column].dropna()
            seen += len(counts)
            assert not ((counts > 0) & (counts < 10)).any(), (path, column)
            assert (counts % 5 == 0).all(), (path, column)
    assert seen > 30


def test_the_page_of_findings_states_each_once_with_its_n(ci_edition: Path, manifest: dict[str, object]) -> None:
    page = BeautifulSoup((ci_edition / "html" / "findings.html").read_text("utf8"), "lxml")
    told = [each.get_text() for each in page.select("p.finding")]
    findings = [
        finding
        for step in manifest["steps"]  # type: ignore[attr-defined]
        if step["stem"] != "summary"
        for finding in step["findings"]
    ]
    assert len(told) == len(findings) >= 40
    for finding in findings:
        (once,) = [each for each in told if each.startswith(f"{from_data(finding['headline'])}. ")]
        assert f"n = {finding['n']:,}" in once


def test_a_notebook_opened_alone_works_on_the_last_runs_tables(ci_edition: Path, tmp_path: Path) -> None:
    edition = shutil.copytree(ci_edition, tmp_path / "ci")
    words = [sys.executable, "-m", "papermill", "03_school_choice.ipynb", str(tmp_path / "alone.ipynb")]
    environment = {**os.environ, "STAAT_OUTPUTS": str(tmp_path)}
    done = subprocess.run(
        [*words, "-p", "edition", "ci", "--no-progress-bar"],
        cwd=ROOT / "notebooks",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "ci.scratch" / "tables" / "school_choice" / "estimates.csv").exists()
    assert (edition / "manifest.json").read_bytes() == (ci_edition / "manifest.json").read_bytes()


def test_the_world_is_compared_with_published_figures(ci_edition: Path) -> None:
    figures = table(ci_edition, "summary", "published_figures")
    assert len(figures) >= 60
    gap = (figures["computed"] - figures["published"]).abs()
    near = gap <= figures["tolerance"] * (1 + 1e-9) + 1e-12
    assert (figures["within"] == near)[figures["side"] == "both"].all()
    assert not figures["within"][~near].any()
    assert set(figures["given"]) == {True, False}
    assert figures["within"].mean() > 0.8  # 4,000 pupils, whose sampling error the tolerances know only roughly


def test_everything_made_up_says_so(ci_edition: Path) -> None:
    for path in (ci_edition / "tables").rglob("*.csv"):
        assert "SYNTHETIC" in json.loads(path.with_suffix(".json").read_text("utf8"))["data"], path
    for path in (ci_edition / "figures").rglob("*.svg"):
        assert "ynthetic" in path.read_text("utf8") or "<!-- Synthetic" in path.read_text("utf8"), path


class Reader(HTMLParser):
    """Reads a page as text, without its code."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag in ("script", "style", "pre", "code"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, text: str) -> None:
        if not self.inside:
            self.seen.append(text)


SHOWN_SOURCE = re.compile(r"</?(?:p|span|div|table|figure|a|h\d)\b|&lt;/?(?:p|span|div|table|figure)\b|class=\"")


def test_no_page_shows_its_own_source(ci_edition: Path) -> None:
    """A reader sees sentences: where text is escaped twice, its tags are seen."""
    pages = [ci_edition / "index.html", *sorted((ci_edition / "html").glob("*.html"))]
    assert len(pages) > 8
    for page in pages:
        read = Reader()
        read.feed(page.read_text("utf8"))
        assert SHOWN_SOURCE.findall(" ".join(read.seen)) == [], page.name
