"""Numbers of persons among the values of a text."""

from decimal import Decimal
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import profile
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.disclosure.rules.values import refuse_values
from analysis.errors import DisclosureError, InputError
from analysis.language import SOURCE, Fewer, Text, faults_of_fields, joined, languages, messages, speaking
from analysis.publish.tables import number

DEFAULT = profile("default")  # at least ten, in fives


def passes(words: Text, exact: frozenset[int] = frozenset()) -> bool:
    try:
        refuse_values(words, "here", DEFAULT, exact)
    except DisclosureError:
        return False
    return True


@pytest.mark.parametrize(
    ("template", "value", "may"),
    [
        ("{n:,}", 1230, True),
        ("{n:,}", 1234, False),
        ("{n}", 5, False),
        ("{n}", 0, True),
        ("{n}", Fewer(10), True),
        ("{n:.0f}", 13.0, False),
        ("{n}", 13.0, False),
        ("{n}", number(13, 0), False),
        ("{size}", number(13, 1), True),  # a mean
        ("{n}", number(13, 1), False),
        ("{teachers}", 13, False),
        ("{left:,}", 13, False),  # what is not known to count something else counts persons
        ("{schools:,}", 13, True),
        ("{without_schools:,}", 13, True),
        ("{year}", 2019, True),
        ("{share:.0%}", 0.13, True),
        ("{share:.0%}", 1.0, True),
        ("{size:.2f}", 13.0, True),
    ],
)
def test_what_a_whole_number_counts_follows_from_the_name_of_its_field(template, value, may):
    name = template[1:-1].partition(":")[0]
    assert passes(Text(template, {name: value})) is may


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{n:.1f}", 13.0),  # exactly 13, by the name
        ("{n_pupils}", number(13, 1)),
        ("{n_year:,}", 13),  # the pupils of a year
        ("{n_level}", 13),
        ("{pupils_groep}", 13),
        ("{girls_schools}", 13),
        ("{rows:,}", 13),  # of a table of pupils
        ("{n}", Fewer(14)),
        ("{n}", np.int8(13)),
        ("{n:.0f}", np.float32(13.2)),
        ("{few} pupils", "13"),
        ("exactly {few} pupils", "twelve"),
        ("n = {few}", "13"),
        ("13 pupils and {what}", "more"),  # in the template itself
        ("{what}", joined(" ", ["13", Text("{a} pupils", {"a": "older"})])),
    ],
)
def test_a_number_of_persons_in_disguise_is_refused(template, value, monkeypatch):
    monkeypatch.setattr(Text, "declared", True)
    name = next(name for _, name, *_ in Formatter().parse(template) if name)
    assert not passes(Text(template, {name: value}))


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{n_schools:,}", 13),
        ("{pupils_per_school:.1f}", 13.0),
        ("groep {groep}", "8"),
        ("In {year} pupils grew", "2019"),
        ("At most 7 km and 10 points in {groups} groups of pupils", 3),
        ("{change:.1%}", 0.13),
    ],
)
def test_what_is_no_number_of_persons_may_be_said(template, value):
    name = next(name for _, name, *_ in Formatter().parse(template) if name)
    assert passes(Text(template, {name: value}))


class Written(int):
    """A number that is written as another."""

    def __format__(self, spec: str) -> str:
        return "123"


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{n:5d}", 20),
        ("{n:_}", 20),
        ("{n:+}", 20),
        ("{n:g}", 20.0),
        ("{n:e}", 20.0),
        ("{n:x}", 20),
        ("{n!s:.2}", 20.5),
        ("{n!r}", 20),
        ("{n[0]}", (20,)),
        ("{n.real}", 20),
        ("{n:.3}", number(1234.5, 1)),
        ("{n}", [13]),
        ("{n}", Decimal(13)),
        ("{n}", np.array(13)),
        ("{n}", np.bool_(True)),
        ("{n}", True),
        ("{n}", pd.Timedelta(13)),
        ("{n}", Path("13")),
        ("{n}", b"13"),
        ("{n}", Written(20)),
    ],
)
def test_a_value_that_is_not_written_as_data_are_is_an_error_of_the_author(template, value):
    with pytest.raises(InputError, match="here"):
        refuse_values(Text(template, {"n": value}), "here", DEFAULT, ())


def test_a_text_that_was_changed_is_an_error():
    words = Text("{n}", {"n": 20})
    words.values = {"n": 25}
    with pytest.raises(InputError, match="reads differently"):
        refuse_values(words, "here", DEFAULT, ())


@pytest.mark.parametrize("language", languages())
def test_the_words_of_the_project_say_no_number_of_persons_themselves(language):
    with speaking(language):
        for message, translation in messages("nl"):
            template = message if language == SOURCE else translation
            assert [*faults_of_fields(template)] == [], template
            fields = {name: "x" for _, name, *_ in Formatter().parse(template) if name}
            without = "".join(
                f"{literal}{fields.get(name or '', '')}" for literal, name, *_ in Formatter().parse(template)
            )
            refuse_exact(without, template, DEFAULT, ())


def test_the_texts_within_a_text_are_looked_at_too():
    within = joined("; ", [Text("{n}", {"n": 1230}), Text("{n}", {"n": 1234})])
    assert not passes(Text("{part}", {"part": within}))


def test_words_in_a_field_are_read():
    """A chapter that writes a number itself does not get past by putting it in a field."""
    assert not passes(Text("{what}", {"what": "13 pupils"}))
    assert not passes(Text("{what}", {"what": "234 were there"}), frozenset({234}))
    assert passes(Text("{what}", {"what": "groep 8, 2019/20"}))


def test_a_template_of_its_own_within_a_text_is_read_as_words():
    assert not passes(Text("{what}", {"what": Text("13 pupils of {schools}", {"schools": 4})}))


def test_the_message_names_the_field_and_not_the_number():
    with pytest.raises(DisclosureError) as refused:
        refuse_values(Text("{n_pupils}", {"n_pupils": 1234}), "finding 'a'", DEFAULT, ())
    assert "finding 'a': {n_pupils}" in str(refused.value)
    assert "1234" not in str(refused.value)
