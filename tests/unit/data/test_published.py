"""Figures in print: a wrong file is one message with file and key."""

import pytest
import yaml

from analysis.data.published import read_published
from analysis.errors import InputError

FIGURE = {
    "id": "city_openbaar",
    "place": "section 1",
    "population": "pupils",
    "year": "2019/20",
    "unit": "share",
    "value": 0.5,
    "rounding": 0.05,
    "tolerance": 0.06,
    "why": "rounding and sampling",
}


def write(folder, *figures, name="report", **changes):
    content = {"publication": "A report", "about": "Dorp", "figures": list(figures), **changes}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(content), "utf8")
    return folder


def test_figures_are_read_with_their_source(tmp_path):
    row = read_published(write(tmp_path, FIGURE)).iloc[0]
    assert (row["figure_id"], row["published"], row["source"]) == ("city_openbaar", 0.5, "A report, section 1")
    assert row["about"] == "Dorp"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valeu": 3}, "figures.0.valeu"),
        ({"value": "half"}, "figures.0.value"),
        ({"tolerance": 0.01}, "smaller than the rounding"),
        ({"tolerance": -1}, "figures.0.tolerance"),
        ({"given": "yes"}, "figures.0.given"),
        ({"side": "ruim"}, "figures.0.side"),
        ({"why": ""}, "figures.0.why"),
        ({"contradicts": "city_absent"}, "contradicts a figure that is not there"),
    ],
)
def test_a_wrong_figure_is_one_message(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read_published(write(tmp_path, FIGURE | change))


def test_a_figure_stands_once_over_all_publications(tmp_path):
    write(tmp_path, FIGURE)
    with pytest.raises(InputError, match="occurs twice"):
        read_published(write(tmp_path, FIGURE, name="other"))


def test_no_figures_and_no_yaml_are_one_message(tmp_path):
    with pytest.raises(InputError, match="holds no published figures"):
        read_published(tmp_path)
    (tmp_path / "report.yml").write_text("a: [1", "utf8")
    with pytest.raises(InputError, match="not readable as YAML"):
        read_published(tmp_path)
