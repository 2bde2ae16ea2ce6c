"""Leaks through words: numbers of persons however they are written, names and identifiers however they are spelt."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from analysis.chapters.school_choice.findings import school_choice
from analysis.chapters.school_choice.models.attended import nearest_of_all
from analysis.disclosure import PROFILES
from analysis.disclosure.net.again import WordRules
from analysis.disclosure.rules.identity import identifying, is_citizen_number, refuse_identifying, refuse_numbered
from analysis.disclosure.rules.names import Names
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.errors import DisclosureError, WithheldError
from analysis.language import speaking
from analysis.publish.release import Release

DEFAULT = PROFILES["default"]  # from 10 on, in multiples of 5
Make = Callable[..., Any]

ENGLISH = {
    "in letters": "Of these seven pupils none moved.",
    "in letters with more between": "Seven of the older pupils moved.",
    "in letters of two": "Twenty-one pupils moved.",
    "a single one": "A single pupil moved.",
    "only one": "Only one of the pupils moved.",
    "one in eight of 24": "One in eight of 24 moved.",  # 24 / 8 = 3
    "1 in 8 of 24": "1 in 8 of the 24 moved.",
    "a third of 24": "A third of 24 moved.",  # 24 / 3 = 8
    "wide digits": "１２ pupils moved.",
    "a thin space": "7\u2009pupils moved.",
    "a space that does not break": "7\u00a0pupils moved.",
    "thousands set apart by a thin space": "1\u202f234 pupils moved.",
    "an entity": "7&nbsp;pupils moved.",
    "an entity for the number": "&#55; pupils moved.",
    "in a circle": "⑦ pupils moved.",
    "with an invisible sign": "12\u200b pupils moved.",
    "a Roman numeral": "VII pupils moved.",
    "another Roman numeral": "XII boys moved.",
    "in bold": "**7** pupils moved.",
    "in bold as HTML": "<b>7</b> pupils moved.",
    "as code": "`7` pupils moved.",
    "beside an underscore": "7_pupils moved.",
    "beside a hyphen": "A 7-pupil class moved.",
    "behind the word": "Pupils: 7.",
    "the number of": "The number of pupils is 7.",
    "n with a colon": "N: 12",
    "of them": "Of 40 pupils 12 of them moved.",
    "out of": "It was 4 out of 30.",
    "out of, in letters": "Four out of the thirty moved.",
    "out of, of persons": "4 out of 30 pupils moved.",
    "of all these": "Most pupils stayed: 26 of all these 30.",  # 4 left
    "all but one": "It was 29 of 30.",
    "a fraction": "Boys: 4/30.",
    "a fraction with blanks": "Boys: 4 / 30.",
    "one to the other": "Boys to girls were 4:26.",
    "a part that is not rounded": "Boys to girls were 32:68.",
}
DUTCH = {
    "in letters": "Er verhuisden zeven leerlingen.",
    "in letters of two": "Er verhuisden eenentwintig leerlingen.",
    "a single one": "Een enkele leerling verhuisde.",
    "one with accents": "Eén leerling verhuisde.",
    "only one": "Slechts een leerling verhuisde.",
    "one in eight of 24": "Een op de acht van 24 verhuisde.",
    "a third of 24": "Een derde van de 24 verhuisde.",
    "thousands with a point": "1.234 leerlingen verhuisden.",
    "the number of": "Aantal leerlingen: 7.",
    "four-year-olds": "Er zijn 7 vierjarigen.",
    "out of": "Het was 4 op de 30.",
    "out of, in letters": "Er verhuisden vier van de dertig.",
    "out of, of persons": "Er verhuisden 4 op de 30 leerlingen.",
    "from": "Van de jongens kwamen er 4 uit 30.",
    "a fraction": "Jongens: 4/30.",
    "one to the other": "Jongens en meisjes: 4 : 26.",
}
TOLD = [*(("en", words) for words in ENGLISH.values()), *(("nl", words) for words in DUTCH.values())]
IDS = [*ENGLISH, *(f"Dutch: {name}" for name in DUTCH)]


@pytest.mark.parametrize(("language", "words"), TOLD, ids=IDS)
def test_a_number_of_persons_is_known_however_it_is_written(language: str, words: str) -> None:
    with speaking(language), pytest.raises(DisclosureError, match=r"^x: says a number of persons that is too small"):
        refuse_exact(words, "x", DEFAULT, ())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Of 45 schools, **19 of them** in Tilburg, most grew."),  # these are schools
        ("en", "In 2019 pupils of groep 8 sat a test; at least one pupil did not."),
        ("en", "The background of single pupils is not known."),
        ("en", "Of two pupils with the same score one ends higher; that pupils of one group differ is no surprise."),
        ("en", "Pupils (2019) at 193 schools in 12 municipalities, n = 193 schools."),
        ("en", "One in eight of 400 pupils moved, to 12 schools."),  # 50
        ("en", "1 in 7 children moved 17 km; half of 13 schools closed."),
        ("nl", "Een leerling valt af als ten minste één leerling van geen enkele school komt."),
        ("nl", "Groep 8-leerlingen van drie scholen, een op de acht van 400 leerlingen."),
        ("en", "Of 174 of 202 figures, 3 of the 14 models and 14 of the 45 schools, eight in ten held."),
        ("en", "In 2018/19 the ratio was 1:24, in groep 7/8 40/100 and of figures in print 174 of 202."),
        ("en", "Of the pupils 40 of 150 moved."),  # and 110 stayed
        ("nl", "In 3 van de 14 jaren gingen 40 van de 150 leerlingen, acht van de tien, naar havo 3/4."),
    ],
)
def test_numbers_of_other_things_and_rounded_ones_are_let_through(language: str, words: str) -> None:
    with speaking(language):
        refuse_exact(words, "x", DEFAULT, {19, 193, 12, 17})


def test_an_exact_count_that_stands_alone_is_withheld_and_one_of_them_is_when_these_are_persons() -> None:
    for words in ("It is 234 in all.", "Of the pupils 235 of them moved."):
        with pytest.raises(WithheldError):
            refuse_exact(words, "x", DEFAULT, {234, 235})


SPELT = {
    "a location in lower case": "at 01ab00",
    "a location beside underscores": "x_01AB00_y",
    "a location in two parts": "01AB-00",
    "a location with a slash": "school/01ab/00",
    "a location with invisible signs": "01\u200bA\u2060B\u00ad00",
    "a location in wide letters": "０１ＡＢ００",
    "a location in Cyrillic letters": "01\u0410\u041200",
    "a location as an entity": "01&#65;B00",
    "a school beside a hyphen": "closed-01AB",
    "a school in lower case": "school 12cz grew",
    "a postcode in lower case": "at 1012zb",
    "a postcode in lower case with a blank": "at 1012 zb",
    "a postcode with an underscore": "pc_1012_AB",
    "an address in lower case": "dorpsstraat 7",
    "an address with an underscore": "Dorpsstraat_7",
    "an e-mail address in capitals": "A.TEACHER@SCHOOL.NL",
    "an e-mail address in words": "a.teacher [at] school.nl",
    "a mobile telephone": "06-12345678",
    "a telephone of another country": "+31 6 12 34 56 78",
    "a telephone at a desk": "020-1234567",
    "a citizen": "BSN 111222333",
    "a citizen with points": "111.222.333",
    "a citizen with blanks": "111 222 333",
    "a citizen in four, two and three": "1112.22.333",
    "a date of birth": "born on 14 March 2009",
    "a date of birth in Dutch": "geboren: 14-03-2009",
}


@pytest.mark.parametrize("words", SPELT.values(), ids=SPELT)
def test_an_identifier_is_known_however_it_is_spelt(release: Release, words: str) -> None:
    with pytest.raises(DisclosureError, match=r"finding 'x': the text holds an? |finding 'x': the text holds the"):
        release.finding("x", f"Most of it was {words}, says the table.", n=1234)


@pytest.mark.parametrize(
    "words",
    [
        "the 95th percentile, 10km or 12px wide",
        "in 2019 VO and 2019 in all",
        "0 5 10 15 20 25 30",
        "the colour #12ab34",
        "€ 111.222.333",
        "2015-2018 and 1.234,56",
        "0.0612345678",
        "on 1 October 2019, groep 8",
    ],
)
def test_words_and_numbers_that_identify_nobody_are_let_through(words: str) -> None:
    assert identifying(words) is None


def test_the_digits_of_a_digest_are_no_telephone_number() -> None:
    digest = "3fb0612345678" + "a" * 51
    assert len(digest) == 64
    assert identifying(f"sha256 {digest}") is None
    assert identifying(f"call 0612345678, {digest}") == "a telephone number"


def test_a_citizen_service_number_is_known_by_its_check_digit() -> None:
    # 9*1 + 8*1 + 7*1 + 6*2 + 5*2 + 4*2 + 3*3 + 2*3 - 3 = 66 = 6 * 11
    assert is_citizen_number("111222333")
    # one more in the last place: 65 = 5 * 11 + 10
    assert not is_citizen_number("111222334")


COLUMNS = {
    "citizens": ([111222333, 123456782], "check digit of citizen service numbers"),
    "citizens with a missing one": ([111222333.0, None], "check digit of citizen service numbers"),
    "days of birth": ([20090314, 20101201], "whole numbers that read as days"),
}


@pytest.mark.parametrize(("values", "said"), COLUMNS.values(), ids=COLUMNS)
def test_a_column_of_whole_numbers_that_identify_is_refused(values: list[float], said: str) -> None:
    with pytest.raises(DisclosureError, match=f"column 'x': {said}|column 'x': whole numbers with the {said}"):
        refuse_numbered(pd.DataFrame({"x": values}), ())


def test_amounts_are_no_citizens() -> None:
    refuse_numbered(pd.DataFrame({"x": [12_000_000, 11_222_333, 11_222_333], "cost_euro": [111222333] * 3}), ())


def test_a_column_of_days_as_text_is_refused() -> None:
    with pytest.raises(DisclosureError, match="column 'x', row 2: looks like a day, such as one of birth"):
        refuse_identifying(pd.DataFrame({"x": ["", "14-03-2009"]}))


LOADED = Names(
    [
        "Basisschool De Regenboog",
        "Prinses Beatrixschool",
        "OBS Anne Frank",
        "De Brug",
        "Cascade",
        "'t Pompeblêd",
        "41613",
    ],
    ["De Ronde Venen", "Utrecht"],
)
NAMED = {
    "two words": "The pupils of Anne Frank moved.",
    "in lower case": "the pupils of anne frank moved",
    "in capitals": "ANNE FRANK",
    "without its kind of school": "At the Prinses Beatrixschool they moved.",
    "with accents": "Bij 't Pompeblêd",
    "without accents": "Bij 't Pompebled",
    "with underscores": "share_anne_frank",
    "with invisible signs": "Anne\u200b Fr\u00adank",
    "one word with its article": "Most moved to De Brug.",
    "one word in capitals": "Most moved to DE BRUG.",
    "one word with its kind": "Most moved to Basisschool Regenboog.",
    "one word as a whole value": "Regenboog",
    "one word as a whole value in lower case": "de regenboog",
    "a name without an article": "Most moved to Cascade this year.",
    "the number of a board": "Board 41613 grew.",
}


@pytest.mark.parametrize("words", NAMED.values(), ids=NAMED)
def test_the_name_of_a_school_that_was_loaded_is_known(words: str) -> None:
    with pytest.raises(DisclosureError, match=r"^x: the text holds the name of a school or board") as refused:
        WordRules(DEFAULT, LOADED).words(words.replace("_", " "), "x")
    assert not any(name in str(refused.value) for name in ("Frank", "Brug", "Regenboog", "41613"))


@pytest.mark.parametrize(
    "words",
    [
        "The bridge is de brug in Dutch.",
        "A cascade of moves.",
        "The rainbow, or regenboog, has colours.",
        "Most live in De Ronde Venen or Utrecht.",
        "Anne moved, and Frank stayed.",
        "41,615 and 0.41613",
    ],
)
def test_ordinary_words_and_places_are_no_names(words: str) -> None:
    assert not LOADED.held(words)


SCHOOLS = pd.DataFrame({"location": ["01AB00"], "school_name": ["De Gouden Griffel"], "board": ["41613"]})
GROUPS = pd.DataFrame({"group": ["a", "b"], "n": [120, 235]})
PUBLISHED: dict[str, Callable[[Release], object]] = {
    "a sentence": lambda r: r.finding("x", "At de gouden griffel most moved.", n=1234),
    "the number of its board": lambda r: r.finding("x", "At board 41613 most moved.", n=1234),
    "a caption": lambda r: r.table("x", GROUPS, caption="De Gouden Griffel", counts=["n"]),
    "a note": lambda r: r.table("x", GROUPS, caption="X", note="Without Gouden Griffel.", counts=["n"]),
    "a cell": lambda r: r.table("x", GROUPS.assign(group=["a", "gouden griffel"]), caption="X", counts=["n"]),
    "a header": lambda r: r.table("x", GROUPS.assign(gouden_griffel=0.5), caption="X", counts=["n"]),
    "the name of a file": lambda r: r.table("gouden_griffel", GROUPS, caption="X", counts=["n"]),
}


@pytest.mark.parametrize("publish", PUBLISHED.values(), ids=PUBLISHED)
def test_the_name_of_a_loaded_school_is_refused_by_the_gate(
    release: Release, publish: Callable[[Release], object]
) -> None:
    release._gate.loaded.add("by_school", SCHOOLS)
    with pytest.raises(DisclosureError, match="the name of a school or board that was loaded"):
        publish(release)


PROSE = {
    "in the prose": (new_markdown_cell("Of them 7 pupils moved."), "text cell 1: says a number of persons"),
    "in a heading": (new_markdown_cell("# The seven pupils"), "text cell 1: says a number of persons"),
    "in Dutch prose": (
        new_markdown_cell("Van hen verhuisden 1.234 leerlingen.", metadata={"tags": ["nl"]}),
        r"text cell 1 \(nl\): says a number of persons",
    ),
    "in a comment": (
        new_code_cell("x = 1  # without the 7 pupils of last year"),
        "code cell 1: says a number of persons",
    ),
    "a name in the prose": (new_markdown_cell("As at De Gouden Griffel."), "text cell 1: the text holds the name of a"),
    "a name in the code": (new_code_cell("x = 'gouden griffel'"), "code cell 1: the text holds the name of a school"),
}


@pytest.mark.parametrize(("cell", "said"), PROSE.values(), ids=PROSE)
def test_what_an_author_typed_is_asked_with_its_place(
    make_edition: Make, release: Release, cell: Any, said: str
) -> None:
    release.workspace.record("names", names=["De Gouden Griffel"], places=[])
    with pytest.raises(DisclosureError, match=f"^02_segregation, {said}"):
        make_edition(cell)


TITLES = {
    "the title of the edition": {"facts": {"title": "The seven pupils of the city"}},
    "a title among the parameters": {"parameters": {"segregation": {"title": "7 pupils"}}},
    "a name among the parameters": {"parameters": {"segregation": {"only": "gouden griffel"}}},
    "a name as the region": {"facts": {"title": "A", "region": "Gouden Griffel"}},
}


@pytest.mark.parametrize("told", TITLES.values(), ids=TITLES)
def test_titles_and_parameters_are_asked(make_edition: Make, release: Release, told: dict[str, Any]) -> None:
    release.workspace.record("names", names=["De Gouden Griffel"], places=[])
    with pytest.raises(DisclosureError, match=r"^manifest, (facts|parameters)\."):
        make_edition(new_markdown_cell("# Title"), **told)
    assert json.dumps(told)


@pytest.mark.parametrize(("near", "said"), [(100, "25% (95% interval 21% to 29%) attend"), (393, ""), (4, "")])
def test_the_share_at_the_nearest_school_is_worded_from_what_passed_the_gate(
    release: Release, near: int, said: str
) -> None:
    # of 398 pupils 100 are told as 100 of 400; of 393 five are elsewhere, and four are few themselves: no sentence
    by_pc4 = pd.DataFrame({"situations": [1, 1], "pupils": [300, 98], "at_nearest": [near - near // 4, near // 4]})
    told = release.gated(nearest_of_all(by_pc4), {"pupils": ["share"], "at_nearest": ["share"]})
    fit = pd.DataFrame({"distance_share": [0.8], "n_choosers": 398})
    travel = pd.DataFrame(columns=["estimate"], dtype=float)
    kinds = pd.DataFrame(columns=["attribute", "category", "observed", "without_taste"])
    sentences = school_choice(travel, told, fit, kinds).set_index("name")["sentence"]
    assert ("at_nearest_school" in sentences) == bool(said)
    assert said in sentences.get("at_nearest_school", "")
