"""Numbers of persons among the values of a text."""

import pytest

from analysis.disclosure import profile
from analysis.disclosure.rules.values import refuse_values
from analysis.errors import DisclosureError
from analysis.language import Fewer, Text, joined
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
        ("{n}", number(13, 1), True),  # a mean
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
