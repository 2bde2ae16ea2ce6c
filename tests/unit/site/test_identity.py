"""What an edition says of itself: status, licence, contact and how to cite it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from markupsafe import Markup

from analysis.language import speaking
from analysis.site.identity import identity_of, linked
from analysis.site.layout import running
from analysis.site.twins import twin_of

FACTS = {"edition": "city-2019", "title": "A city", "publisher": "An office", "status": "final", "licence": "CC BY 4.0"}
MADE = {"made": "2020-11-02T23:30:00+00:00", "commit": "0123456789abcdef"}


def test_a_citation_has_publisher_year_title_edition_and_commit() -> None:
    assert identity_of(FACTS, MADE).citation == "An office (2020). A city. Edition city-2019, commit 0123456789ab"


def test_without_a_publisher_the_citation_begins_with_the_title() -> None:
    cited = identity_of({**FACTS, "publisher": "", "synthetic": True, "address": "https://doi.org/10.1/x"}, MADE)
    end = "Edition city-2019, 2020, synthetic data, commit 0123456789ab. https://doi.org/10.1/x"
    assert cited.citation == f"A city. {end}"


def test_a_draft_says_so_wherever_it_is_cited() -> None:
    draft = identity_of({**FACTS, "status": "draft"}, {})
    assert (draft.draft, draft.status) == (True, "Draft")
    assert draft.citation.endswith("Edition city-2019, draft")
    assert identity_of({name: value for name, value in FACTS.items() if name != "status"}, {}).draft


def test_what_the_params_file_does_not_say_is_not_stated() -> None:
    rows = dict(identity_of(FACTS, MADE).rows)
    assert rows["Contact"] == rows["Next edition"] == "not stated"
    assert rows["Published"] == "2 November 2020"
    with speaking("nl"):
        assert dict(identity_of(FACTS, MADE).rows)["Gepubliceerd"] == "2 november 2020"


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("info@office.example", '<a href="mailto:info@office.example">info@office.example</a>'),
        ("https://office.example/x", '<a href="https://office.example/x">https://office.example/x</a>'),
        ("the <b>desk</b>", "the &lt;b&gt;desk&lt;/b&gt;"),
    ],
)
def test_an_address_is_a_link_and_other_words_are_words(words: str, html: str) -> None:
    assert linked(words) == Markup(html)  # noqa: S704 - compared with what is expected


def test_the_edge_of_a_printed_page_cannot_be_left_by_its_words() -> None:
    edge = running(identity_of({**FACTS, "title": '"} </style>'}, {}))
    assert "</style>" not in edge
    assert r"\22 \7d \20 \3c \2f style\3e " in edge
    assert 'counter(page) " / " counter(pages)' in edge


def publish(outputs: Path, name: str, language: str, *pages: str) -> None:
    (outputs / name / "html").mkdir(parents=True)
    for one in pages:
        (outputs / name / "html" / f"{one}.html").write_text("<p>", "utf8")
    (outputs / name / "manifest.json").write_text(json.dumps({"facts": {"language": language}}), "utf8")


def test_a_page_leads_to_its_twin_or_to_the_index_where_there_is_none(tmp_path: Path) -> None:
    publish(tmp_path, "city-nl", "nl", "02_segregation")
    twin = twin_of(tmp_path / ".city-2019.building", {"also": "city-nl", "language": "en"})
    assert twin is not None
    assert twin.name == "Nederlands"
    assert twin.href("../index.html", "02_segregation") == "../../city-nl/html/02_segregation.html"
    assert twin.href("../index.html", "09_new") == "../../city-nl/index.html"
    assert twin.href("index.html", "index") == "../city-nl/index.html"


def test_an_edition_that_is_not_there_or_in_the_same_language_is_no_twin(tmp_path: Path) -> None:
    publish(tmp_path, "city-en", "en")
    for also in ("", "city-nl", "city-en"):
        assert twin_of(tmp_path / "city-2019", {"also": also, "language": "en"}) is None
