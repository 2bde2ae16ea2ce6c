"""The index: what stands out in a finding, which figure is beside it, and the command that makes it again."""

from __future__ import annotations

from analysis.language import NumberText, Text
from analysis.site.index import with_estimates
from analysis.site.provenance import rerun

INTERVAL = {"estimate": NumberText(0.18, 2), "low": NumberText(0.16, 2), "high": NumberText(0.19, 2)}


def test_a_number_with_its_interval_stands_out() -> None:
    size = Text("{estimate} (95% interval {low} to {high})", INTERVAL)
    sentence = Text("In {year} it is {size}; so", {"year": 2020, "size": size})
    assert with_estimates(sentence) == "In 2020 it is <b>0.18 (95% interval 0.16 to 0.19)</b>; so"


def test_what_is_nested_deeper_stands_out_too() -> None:
    interval = Text("95% interval {low} to {high}", INTERVAL)
    size = Text("{size} ({interval})", {"size": NumberText(-0.5, 1), "interval": interval})
    grew = Text("grew {size} less", {"size": size})
    assert (
        with_estimates(Text("They {grew}.", {"grew": grew}))
        == "They grew <b>−0.5 (95% interval 0.16 to 0.19)</b> less."
    )


def test_a_sentence_is_escaped() -> None:
    assert with_estimates("<script>") == "&lt;script&gt;"
    assert with_estimates(Text("<b> {name} {share:.0%}", {"name": "<i>", "share": 0.5})) == "&lt;b&gt; &lt;i&gt; 50%"


def test_the_command_goes_back_to_the_commit() -> None:
    commit = "0123456789abcdef"
    assert rerun({"git": {"commit": commit}, "command": "make run"}) == "git checkout 0123456789ab && make run"
    assert rerun({"git": {}, "command": "make run"}) == "make run"
    assert rerun({"git": {"commit": commit}}) == ""
